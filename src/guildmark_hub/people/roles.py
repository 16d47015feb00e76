"""What a person may do now, by the affiliations that count today."""

from collections.abc import Iterator
from datetime import date
from typing import Literal

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.utils import timezone

from guildmark_hub.people.models import Affiliation, Organisation, Person

Role = Literal["anyone", "person", "member", "reviewer", "owner", "staff"]
AT_LEAST: dict[str, tuple[str, ...]] = {
    "member": ("member", "reviewer", "owner"),
    "reviewer": ("reviewer", "owner"),
    "owner": ("owner",),
}
"""By which affiliations somebody has a role."""


def affiliations(person: Person, at: date | None = None) -> QuerySet[Affiliation]:
    """Those that count on a day, or now if none is named: open then, of an organisation that is a member."""
    on = at or timezone.now().date()
    within = Q(since__lte=on) & (Q(until=None) | Q(until__gte=on))
    if at is None:
        within &= Q(ended_at=None)
    return person.affiliations.filter(within, organisation__state=Organisation.State.MEMBER).select_related(
        "organisation"
    )


def has(person: Person | AnonymousUser, role: Role, of: Organisation | None = None) -> bool:
    """Whether somebody has a role, in an organisation if one is named; staff have it only as `staff`."""
    if role == "anyone":
        return True
    if not isinstance(person, Person) or not person.is_active:
        return False
    if role == "person":
        return True
    if role == "staff":
        return person.is_staff
    mine = affiliations(person).filter(role__in=AT_LEAST[role])
    return mine.filter(organisation=of).exists() if of else mine.exists()


def organisations(person: Person, role: Role = "member") -> Iterator[Organisation]:
    """The organisations for which somebody may act in a role now."""
    for one in affiliations(person).filter(role__in=AT_LEAST[role]):
        yield one.organisation
