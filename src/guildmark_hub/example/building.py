"""The invented alliance, from its first day to now."""

import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from guildmark_hub.cases.models import Case
from guildmark_hub.catalog import acts as catalog
from guildmark_hub.council import logged
from guildmark_hub.council.models import Decision, Proposal
from guildmark_hub.example import groups, tools
from guildmark_hub.example.cases import Cases
from guildmark_hub.example.members import Alliance
from guildmark_hub.people import own, trail
from guildmark_hub.people.models import Organisation, Person
from guildmark_hub.watching import acts as watching

Tell = Callable[[str], None]


class Built(NamedTuple):
    """How much of it there is."""

    organisations: int
    people: int
    entries: int
    cases: int
    proposals: int
    decisions: int


def build(now: datetime, tell: Tell = lambda says: None) -> Built:
    """Build it in a hub that is empty; all that it shows from now on says that it is an example."""
    own.become_example()
    tell("the catalog")
    began = now.replace(microsecond=0)
    edition = _loaded(began)
    tell("the members")
    alliance = Alliance(began)
    there = groups.made(alliance)
    groups.declare(alliance)
    tell("proposals and ballots")
    groups.propose(alliance, there)
    tell("vetting cases")
    Cases(alliance, there.tools).all()
    groups.meet(alliance, there)
    tell("the log")
    with trail.dated(began):
        logged.append_all()
        for person in Person.objects.all():
            watching.stop_mail(person)
    return Built(
        Organisation.objects.filter(own=False).count(),
        Person.objects.count(),
        edition,
        Case.objects.count(),
        Proposal.objects.count(),
        Decision.objects.count(),
    )


def _loaded(now: datetime) -> int:
    with tempfile.TemporaryDirectory() as folder, trail.dated(now):
        return catalog.load(tools.edition(Path(folder, "edition.gz"), now)).edition.entries
