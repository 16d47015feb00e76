"""What the desk shows of answers."""

from typing import Any

from guildmark_hub.answers import ownerships
from guildmark_hub.answers.models import Answer, Ownership
from guildmark_hub.catalog.models import Entry
from guildmark_hub.people.models import Person

FIRST = 20


def section(person: Person) -> dict[str, Any] | None:
    """Her entries and what she has said; None where there is neither."""
    mine = Ownership.objects.filter(person=person, state__in=ownerships.OPEN).order_by("slug")
    said = Answer.objects.filter(person=person, withdrawn_at=None).order_by("-made_at").select_related("organisation")
    held, told = list(mine[: ownerships.MOST_OPEN]), list(said[:FIRST])
    if not (held or told):
        return None
    slugs = {one.slug for one in held} | {one.slug for one in told}
    names = dict(Entry.objects.filter(edition__current=True, slug__in=slugs).values_list("slug", "name"))
    return {
        "entries": [(one, names.get(one.slug, one.slug)) for one in held],
        "answers": [(one, Answer.Kind(one.kind).label, names.get(one.slug, one.slug)) for one in told],
        "number": said.count(),
    }
