"""What waits for somebody in vetting cases, and what the desk shows of her own."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Q

from guildmark_hub.cases import drawing, moving, reviewing
from guildmark_hub.cases.models import Case, Question, Review
from guildmark_hub.cases.states import OPEN
from guildmark_hub.council import powers, stakes
from guildmark_hub.council.waiting import Waits
from guildmark_hub.people import roles
from guildmark_hub.people.models import Person

FIRST = 8


def section(person: Person) -> dict[str, Any] | None:
    """Cases that she, or an organisation that she owns, asks for; None where she may have none."""
    ours = [one.pk for one in roles.organisations(person, "owner")]
    mine = Case.objects.filter(Q(person=person) | Q(organisation__in=ours)).exclude(state=Case.State.WITHDRAWN)
    found = list(mine.select_related("group").order_by("-state_at")[:FIRST])
    if not (found or roles.has(person, "member")):
        return None
    return {"cases": found, "number": mine.count()}


def waits(person: Person, now: datetime) -> Iterator[Waits]:
    """Reviews that she was drawn for, questions for her side, cases of her groups that nobody has taken in."""
    yield from _reviews(person)
    yield from _questions(person, now)
    yield from _screenings(person, now)


def _reviews(person: Person) -> Iterator[Waits]:
    mine = Review.objects.filter(person=person, declined_at=None, submitted_at=None, case__state__in=drawing.REVIEWING)
    for one in mine.select_related("case"):
        yield Waits(f"Review {one.case.slug} {one.case.version}", one.case.get_absolute_url(), one.due_at)


def _questions(person: Person, now: datetime) -> Iterator[Waits]:
    open_ones = Question.objects.filter(answered_at=None, due_at__gt=now, review__declined_at=None)
    asked = Case.objects.filter(state=Case.State.CLARIFICATION, questions__in=open_ones).distinct()
    for case in asked.select_related("person", "organisation"):
        if moving.side(person, case, now)[0]:
            due = min(one.due_at for one in reviewing.open_questions(case, now))
            yield Waits(f"Answer what reviewers ask of {case.slug} {case.version}", case.get_absolute_url(), due)


def _screenings(person: Person, now: datetime) -> Iterator[Waits]:
    groups = [seat.group_id for seat in powers.seats_of(person, now.date())]
    for case in Case.objects.filter(group__in=groups, state=Case.State.SUBMITTED):
        if not stakes.reasons(person, case.slug, now.date()):
            yield Waits(f"Take in or send back {case.slug} {case.version}", case.get_absolute_url(), None)


def submitters(slug: str) -> Iterator[str]:
    """The organisations that asked to have an entry vetted, which have a stake in it for that."""
    asked = Case.objects.filter(slug=slug, state__in=(*OPEN, *_AFTER))
    yield from asked.values_list("organisation__slug", flat=True).distinct()


_AFTER = ("active", "expiring", "suspended", "appealed", "rejected", "expired", "revoked", "superseded")
