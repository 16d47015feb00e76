"""Groups of an invented alliance, for the tests: organisations with people, and a working group of them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

import msgspec

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TODAY = NOW.date()
DAY = timedelta(days=1)
SAYS = {"name": "Speech models", "kind": "working", "says": "Standards for speech models."}
CHARTER = "We meet once a month.\nWe decide by ballot."


class People(NamedTuple):
    """Three organisations with two persons each; the first of each owns it."""

    acme: Any
    beta: Any
    gamma: Any
    ada: Any
    ben: Any
    cleo: Any
    dan: Any
    eve: Any
    finn: Any


def people() -> People:
    """All of them."""
    from tests.hub import alliance

    organisations = [alliance.organisation(slug) for slug in ("acme", "beta", "gamma")]
    persons = [alliance.person(name) for name in ("Ada", "Ben", "Cleo", "Dan", "Eve", "Finn")]
    for place, one in enumerate(persons):
        alliance.belongs(one, organisations[place // 2], "member" if place % 2 else "owner")
    return People(*organisations, *persons)


def forming(them: People, now: datetime = NOW) -> Any:
    """Ada's group: she leads it, nobody else sits there, and it has no charter."""
    from guildmark_hub.council import groups

    return groups.make(them.ada, them.acme, SAYS, now)


def working(them: People, now: datetime = NOW) -> Any:
    """Ada leads it; Ben, Cleo and Eve sit there too."""
    from guildmark_hub.council import groups, seating

    made = forming(them, now)
    groups.write_charter(them.ada, made, CHARTER, now)
    for person, organisation in ((them.ben, them.acme), (them.cleo, them.beta), (them.eve, them.gamma)):
        seating.join(person, made, organisation, now)
    return groups.activate(them.ada, made, now)


def steering(them: People, now: datetime = NOW, until: date | None = None) -> Any:
    """Dan leads it, Finn and Ada sit there."""
    from tests.hub import alliance

    from guildmark_hub.council import groups
    from guildmark_hub.council.groups import Named
    from guildmark_hub.people.models import Person

    end = until or now.date() + 365 * DAY
    named = [
        Named(them.dan, them.beta, "chair", end),
        Named(them.finn, them.gamma, "member", end),
        Named(them.ada, them.acme, "member", end),
    ]
    given = {"name": "Steering committee", "says": "It owns the rules.", "charter": CHARTER}
    staff = Person.objects.filter(is_staff=True).first() or alliance.person("Sue", staff=True)
    return groups.make_steering(staff, given, named, now)


def proposal(them: People, group: Any, kind: str = "charter", state: str = "draft", **given: Any) -> Any:
    """A proposal of Cleo's, with a first wording."""
    from guildmark_hub.council.models import DecisionClass, Proposal, Revision

    document = given.pop("document", "We meet twice a month.\nWe decide by ballot.")
    made = Proposal.objects.create(
        group=group,
        kind=kind,
        rules=DecisionClass.objects.get(slug="lifecycle", number=1),
        title=given.pop("title", "Meet twice a month"),
        state=state,
        person=them.cleo,
        organisation=them.beta,
        once=f"{kind}{Proposal.objects.count()}",
        **{"made_at": NOW, **given},
    )
    Revision.objects.create(proposal=made, number=1, document=document, sha256="0" * 64, person=them.cleo)
    return made


def ballot(proposal: Any, now: datetime = NOW, days: int = 3, **rules: Any) -> Any:
    """A ballot on it that is open, with nobody who votes."""
    from guildmark_hub.council import recording
    from guildmark_hub.council.models import Ballot, Proposal

    Proposal.objects.filter(pk=proposal.pk).update(state="ballot")
    proposal.state = "ballot"
    frozen = msgspec.to_builtins(recording.rules_of(proposal.rules, proposal.group)) | rules
    given = {"rules": frozen, "opened_at": now, "closes_at": now + days * DAY}
    return Ballot.objects.create(proposal=proposal, revision=proposal.revisions.get(), **given)


def decision(proposal: Any, *, accepted: bool = True, now: datetime = NOW) -> Any:
    """A decision on it that nobody has signed yet."""
    from guildmark_hub.council.models import Decision

    made = proposal.ballot if hasattr(proposal, "ballot") else ballot(proposal, now)
    return Decision.objects.create(
        proposal=proposal, ballot=made, accepted=accepted, body="{}", statement=f"{proposal.pk:064}", effective_at=now
    )
