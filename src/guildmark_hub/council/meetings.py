"""What is done with meetings and milestones: planned, answered, held, cancelled; meant, done, dropped."""

from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from guildmark import plain
from guildmark.errors import AskedWrongly
from guildmark_hub.council import powers, telling
from guildmark_hub.council.groups import SETS
from guildmark_hub.council.groups import named as named_group
from guildmark_hub.council.models import Attendance, Group, Meeting, Milestone, Proposal, Seat
from guildmark_hub.people import trail
from guildmark_hub.people.acts import CLOCK
from guildmark_hub.people.models import Person

FARTHEST = timedelta(days=2 * 366)
SOON = timedelta(days=60)
"""Milestones that are due so soon are put on an agenda."""
FARTHEST_DUE = timedelta(days=5 * 366)
LATE = timedelta(days=60)
"""Minutes that nobody wrote until then wait for no chair any more."""
MEETS = (Group.State.FORMING, Group.State.ACTIVE)
Says, State = Attendance.Says, Meeting.State


class Forecast(NamedTuple):
    """Whether a meeting will have a quorum: organisations of the group, of these who comes, how many it needs."""

    of: int
    coming: int
    unsaid: int
    needed: int

    @property
    def reached(self) -> bool:
        """Whether enough said that they come."""
        return self.coming >= self.needed

    @property
    def possible(self) -> bool:
        """Whether enough may still come."""
        return self.coming + self.unsaid >= self.needed


def named(meeting: Meeting) -> str:
    """How the trail names a meeting."""
    return f"meeting:{meeting.pk}"


def agenda(group: Group, now: datetime) -> str:
    """An agenda to begin with: what is in last call, what is voted on, what is due."""
    return "\n".join(f"{number}. {one}" for number, one in enumerate(_points(group, now), 1))


def _points(group: Group, now: datetime) -> Iterator[str]:
    yield "Who is here; the minutes of the last meeting"
    called = (Proposal.State.LAST_CALL, Proposal.State.BALLOT)
    for one in group.proposals.filter(state__in=called).order_by("pk"):
        yield f"Proposal {one.pk} ({one.get_state_display().lower()}): {plain.name(one.title, 300)}"
    due = group.milestones.filter(done_at=None, dropped_at=None, due__lte=now.date() + SOON)
    for milestone in due:
        yield f"Milestone due {milestone.due:%-d %B %Y}: {plain.name(milestone.title, 300)}"
    yield "Anything else; the next meeting"


def forecast(meeting: Meeting, on: date) -> Forecast:
    """By the seats that count on a day: an organisation comes if one of its members does; more than half must."""
    said = dict(meeting.attendances.values_list("person_id", "says"))
    organisations: dict[int, set[str]] = {}
    for seat in powers.seats(meeting.group, on):
        organisations.setdefault(seat.organisation_id, set()).add(said.get(seat.person_id, ""))
    coming = sum(bool(each & {Says.COMING, Says.PRESENT}) for each in organisations.values())
    unsaid = sum("" in each and not each & {Says.COMING, Says.PRESENT} for each in organisations.values())
    return Forecast(len(organisations), coming, unsaid, len(organisations) // 2 + 1)


def plan(person: Person, group: Group, at: datetime, place: str, agenda: str, now: datetime | None = None) -> Meeting:
    """A chair plans a meeting, and all members are told; at one moment there is one. Raises AskedWrongly."""
    moment = now or timezone.now()
    with transaction.atomic():
        held = Group.objects.get(pk=group.pk)
        powers.must_chair(person, held)
        if held.state not in MEETS:
            hint = f"let {SETS} wake it first" if held.state == Group.State.DORMANT else "meet in a group that works"
            raise AskedWrongly(f"{held.name} is {held.get_state_display().lower()}", hint)
        known = held.meetings.filter(at=at, state=State.PLANNED).first()
        if known:
            return known
        _must_come(at, moment)
        made = Meeting.objects.create(group=held, at=at, place=place, agenda=agenda, made_by=person, made_at=moment)
        trail.keep(person, "council.plan_meeting", named(made), None, {"group": held.slug, "at": at.isoformat()})
        _tell(made, person, f"{held.name} meets on {_moment(at)}", moment)
    return made


def replan(
    person: Person, meeting: Meeting, at: datetime, place: str, agenda: str, now: datetime | None = None
) -> Meeting:
    """Another time, place or agenda; members are told of another time or place. Raises AskedWrongly."""
    moment = now or timezone.now()
    with transaction.atomic():
        held = _planned(person, meeting)
        _must_come(held.at, moment)
        _must_come(at, moment)
        before = {"at": held.at.isoformat(), "place": held.place, "agenda": held.agenda}
        moved = (held.at, held.place) != (at, place)
        held.at, held.place, held.agenda = at, place, agenda
        held.save(update_fields=["at", "place", "agenda"])
        after = {"at": at.isoformat(), "place": place, "agenda": agenda}
        trail.keep(person, "council.replan_meeting", named(held), before, after)
        if moved:
            _tell(held, person, f"The meeting of {held.group.name} is on {_moment(at)} now", moment)
    return held


def say(person: Person, meeting: Meeting, *, coming: bool, now: datetime | None = None) -> Attendance:
    """A member says whether she will come; the last word counts. Raises AskedWrongly, PermissionDenied."""
    moment = now or timezone.now()
    with transaction.atomic():
        held = _held(meeting)
        powers.must_sit(person, held.group)
        if held.state != State.PLANNED or held.at <= moment:
            raise AskedWrongly("this meeting is no longer to come", "load its page again")
        before = held.attendances.filter(person=person).values_list("says", flat=True).first()
        says = Says.COMING if coming else Says.NOT_COMING
        made, _ = Attendance.objects.update_or_create(
            meeting=held, person=person, defaults={"says": says, "at": moment}
        )
        trail.keep(person, "council.say_attendance", named(held), before, says)
    return made


def hold(
    person: Person, meeting: Meeting, minutes: str, present: Collection[int], now: datetime | None = None
) -> Meeting:
    """A chair writes the minutes, once, and which members were there. Raises AskedWrongly, PermissionDenied."""
    moment = now or timezone.now()
    with transaction.atomic():
        held = _planned(person, meeting)
        if moment < held.at:
            hint = CLOCK if moment < held.made_at else "write its minutes after it"
            raise AskedWrongly(f"the meeting is on {_moment(held.at)}, which is not yet", hint)
        for one in members(held, moment.date()):
            says = Says.PRESENT if one.pk in present else Says.ABSENT
            Attendance.objects.update_or_create(meeting=held, person=one, defaults={"says": says, "at": moment})
        held.minutes, held.state = minutes, State.HELD
        held.save(update_fields=["minutes", "state"])
        there = sorted(held.attendances.filter(says=Says.PRESENT).values_list("person_id", flat=True))
        trail.keep(person, "council.hold_meeting", named(held), {"state": State.PLANNED}, {"present": there})
        _tell(held, person, f"The minutes of {held.group.name} are there", moment)
    return held


def members(meeting: Meeting, on: date) -> list[Person]:
    """Who is asked whether she was there: all who sit in the group, and who said that she would come."""
    sitting = [one.person for one in powers.seats(meeting.group, on)]
    said = [one.person for one in meeting.attendances.select_related("person")]
    return list(dict.fromkeys([*sitting, *said]))


def cancel(person: Person, meeting: Meeting, why: str, now: datetime | None = None) -> Meeting:
    """A chair calls a meeting off, with a word that stands in place of the minutes. Raises AskedWrongly."""
    moment = now or timezone.now()
    with transaction.atomic():
        held = _planned(person, meeting)
        held.minutes, held.state = why, State.CANCELLED
        held.save(update_fields=["minutes", "state"])
        trail.keep(person, "council.cancel_meeting", named(held), {"state": State.PLANNED}, {"why": why})
        _tell(held, person, f"The meeting of {held.group.name} on {_moment(held.at)} is cancelled", moment)
    return held


def _held(meeting: Meeting) -> Meeting:
    return Meeting.objects.select_related("group").get(pk=meeting.pk)


def _planned(person: Person, meeting: Meeting) -> Meeting:
    held = _held(meeting)
    powers.must_chair(person, held.group)
    if held.state != State.PLANNED:
        raise AskedWrongly(f"this meeting was {held.get_state_display().lower()} already", "load its page again")
    return held


def _must_come(at: datetime, now: datetime) -> None:
    if not now < at <= now + FARTHEST:
        raise AskedWrongly("that is past, or too far off", "give a time within the next two years, in UTC")


def _moment(at: datetime) -> str:
    return f"{at:%-d %B %Y, %H:%M} UTC"


def _tell(meeting: Meeting, but: Person, says: str, now: datetime) -> None:
    sitting = (one.person for one in powers.seats(meeting.group, now.date()))
    telling.tell([one for one in sitting if one != but], says, meeting.get_absolute_url(), now=now)


def mean(person: Person, group: Group, title: str, says: str, due: date, now: datetime | None = None) -> Milestone:
    """A chair says what the group means to have done by a day; said twice, it is one. Raises AskedWrongly."""
    moment = now or timezone.now()
    with transaction.atomic():
        held = Group.objects.get(pk=group.pk)
        powers.must_chair(person, held)
        known = held.milestones.filter(title=title, due=due, done_at=None, dropped_at=None).first()
        if known:
            return known
        if held.state == Group.State.CLOSED:
            raise AskedWrongly(f"{held.name} is closed", "do it in a group that works")
        if not moment.date() <= due <= moment.date() + FARTHEST_DUE:
            raise AskedWrongly("its day is past, or too far off", "give a day from today to five years ahead")
        made = Milestone.objects.create(group=held, title=title, says=says, due=due)
        after = {"milestone": made.pk, "title": title, "due": due.isoformat()}
        trail.keep(person, "council.mean", named_group(held), None, after)
    return made


def end_milestone(person: Person, milestone: Milestone, *, done: bool, now: datetime | None = None) -> Milestone:
    """A chair says that it is done, or dropped. Raises AskedWrongly, PermissionDenied."""
    moment = now or timezone.now()
    with transaction.atomic():
        held = Milestone.objects.select_related("group").get(pk=milestone.pk)
        powers.must_chair(person, held.group)
        if held.done_at or held.dropped_at:
            raise AskedWrongly("this milestone has ended", "load the group's page again")
        if done:
            held.done_at = moment
        else:
            held.dropped_at = moment
        held.save(update_fields=["done_at", "dropped_at"])
        after = {"milestone": held.pk, "done": done}
        trail.keep(person, "council.end_milestone", named_group(held.group), {"milestone": held.pk}, after)
    return held


def answered(meeting: Meeting) -> list[tuple[Seat | None, Attendance]]:
    """Who said what, each with the seat that she has or had in the group."""
    seats = {one.person_id: one for one in meeting.group.seats.select_related("organisation")}
    said = meeting.attendances.select_related("person").order_by("says", "at")
    return [(seats.get(one.person_id), one) for one in said]
