"""What a group says of a year: begun from what is recorded, published once."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from guildmark import plain
from guildmark.errors import AskedWrongly
from guildmark_hub.council import powers, telling
from guildmark_hub.council.groups import may_stop, named
from guildmark_hub.council.models import Attendance, Ballot, Decision, Group, Meeting, Proposal, YearReport
from guildmark_hub.people import trail
from guildmark_hub.people.models import Person

LONGEST = 60_000
Counted = tuple[str, int]
Counts = Callable[[Group, datetime, datetime], Iterable[Counted]]
_COUNTS: list[Counts] = []


def register(function: Counts) -> None:
    """Count this too: what a group did from a moment until before another, each a few words and a number."""
    if function not in _COUNTS:
        _COUNTS.append(function)


def counted(group: Group, year: int) -> list[Counted]:
    """What the records say that a group did in a year."""
    begin, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    found = [*_met(group, begin, end), *_decided(group, begin, end), *_meant(group, year)]
    return found + [one for count in _COUNTS for one in count(group, begin, end)]


def _met(group: Group, begin: datetime, end: datetime) -> Iterator[Counted]:
    meetings = group.meetings.filter(at__gte=begin, at__lt=end)
    held = meetings.filter(state=Meeting.State.HELD)
    there = Attendance.objects.filter(meeting__in=held)
    present = there.filter(says=Attendance.Says.PRESENT)
    yield "Meetings held", held.count()
    yield "Meetings cancelled", meetings.filter(state=Meeting.State.CANCELLED).count()
    yield "Times that a member was at a meeting", present.count()
    yield "Times that a member was not at a meeting", there.filter(says=Attendance.Says.ABSENT).count()
    yield "Different persons who were at a meeting", present.values("person").distinct().count()


def _decided(group: Group, begin: datetime, end: datetime) -> Iterator[Counted]:
    brought = group.proposals.filter(made_at__gte=begin, made_at__lt=end)
    yield "Proposals brought", brought.count()
    yield "Of these withdrawn", brought.filter(state=Proposal.State.WITHDRAWN).count()
    ballots = Ballot.objects.filter(proposal__group=group, closed_at__gte=begin, closed_at__lt=end)
    yield "Ballots closed", ballots.count()
    yield "Of these accepted", ballots.filter(decision__accepted=True).count()
    yield "Of these rejected", ballots.filter(decision__accepted=False).count()
    yield "Of these without a decision", ballots.filter(decision=None).count()
    signed = Decision.objects.filter(proposal__group=group, signed_at__gte=begin, signed_at__lt=end)
    yield "Decisions signed", signed.count()


def _meant(group: Group, year: int) -> Iterator[Counted]:
    due = group.milestones.filter(due__year=year)
    yield "Milestones due", due.count()
    yield "Of these done", due.exclude(done_at=None).count()
    yield "Of these dropped", due.exclude(dropped_at=None).count()


def draft(group: Group, year: int) -> str:
    """A report to begin with: what is counted, then room for words."""
    lines = [
        f"What {plain.name(group.name, 200)} did in {year}",
        "",
        *(f"{what}: {number}" for what, number in counted(group, year)),
    ]
    return "\n".join([*lines, "", "What we learned, and what comes next:", ""])


def must_publish(person: Person, group: Group, now: datetime) -> None:
    """Only chairs of the group, and of the steering committee; raises PermissionDenied."""
    if not may_stop(person, group, now.date()):
        raise PermissionDenied(f"Only chairs of {group.name} and of the steering committee may do this")


def years(group: Group, now: datetime) -> list[int]:
    """The years of which it may report, the newest first: those that are over, and its last."""
    last = group.closed_at.year if group.closed_at else now.year - 1
    return list(range(last, group.made_at.year - 1, -1))


def publish(person: Person, group: Group, year: int, text: str, now: datetime | None = None) -> YearReport:
    """The report of a year, once; from then on it is only read. Raises AskedWrongly, PermissionDenied."""
    at = now or timezone.now()
    with transaction.atomic():
        held = Group.objects.get(pk=group.pk)
        must_publish(person, held, at)
        if held.reports.filter(year=year).exists():
            raise AskedWrongly(f"the report of {year} is published already", "write what is new into the next one")
        if year not in years(held, at):
            raise AskedWrongly(f"{year} is not over, or before the group was", "report of a year that is over")
        if not text.strip() or len(text) > LONGEST:
            raise AskedWrongly(f"the report has {len(text):,} characters", f"write between 1 and {LONGEST:,}")
        made = YearReport.objects.create(group=held, year=year, text=text, made_by=person, made_at=at)
        trail.keep(person, "council.publish_report", named(held), None, {"year": year})
        sitting = [one.person for one in powers.seats(held, at.date()) if one.person != person]
        telling.tell(sitting, f"The report of {held.name} for {year} is there", held.get_absolute_url(), now=at)
    return made
