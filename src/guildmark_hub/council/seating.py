"""What is done with seats: taken, given up, ended, made a chair's and no chair's any more. An end is written."""

from datetime import date, datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from guildmark.errors import AskedWrongly
from guildmark_hub.council import powers, telling
from guildmark_hub.council.groups import Named, named, seated, sit
from guildmark_hub.council.models import Group, Seat
from guildmark_hub.people import roles, trail
from guildmark_hub.people.models import Organisation, Person

OPEN = (Group.State.FORMING, Group.State.ACTIVE)
TO_JOIN = (Group.Kind.WORKING, Group.Kind.TASK_FORCE)
LONGEST_TERM = timedelta(days=2 * 366)
"""Of a chair whom nobody elected."""
WARNED = timedelta(days=30)
"""So long before its end a term is said to end soon."""


def may_join(person: Person, group: Group, on: date) -> list[Organisation]:
    """The organisations for which she may take a seat; none where she sits there, or nobody may just come."""
    if group.kind not in TO_JOIN or group.state not in OPEN or powers.seat(person, group, on):
        return []
    return list(roles.organisations(person))


def join(person: Person, group: Group, organisation: Organisation, now: datetime | None = None) -> Seat:
    """A member of an organisation takes a seat for it; asked twice, she has one.

    Raises AskedWrongly, PermissionDenied."""
    at = now or timezone.now()
    with transaction.atomic():
        held = Group.objects.get(pk=group.pk)
        if not roles.has(person, "member", organisation):
            raise PermissionDenied(f"Only who belongs to {organisation.name} sits for it")
        known = powers.seat(person, held, at.date())
        if known:
            return known
        if held.kind not in TO_JOIN:
            hint = "propose an election" if held.kind == Group.Kind.STEERING else "its members are drawn"
            raise AskedWrongly(f"nobody takes a seat in {held.name} by herself", hint)
        if held.state not in OPEN:
            raise AskedWrongly(f"{held.name} is {held.get_state_display().lower()}", "join a group that works")
        made = sit(held, Named(person, organisation), at)
        trail.keep(person, "council.join", named(held), None, seated(made))
    return made


def leave(person: Person, group: Group, now: datetime | None = None) -> None:
    """Give her seat up; the only chair names another first. Raises AskedWrongly."""
    at = now or timezone.now()
    with transaction.atomic():
        mine = group.seats.filter(person=person, ended_at=None).select_related("organisation").first()
        if mine is None:
            raise AskedWrongly(f"you do not sit in {group.name}", "load its page again")
        _must_not_be_last(mine, at.date())
        _end(person, mine, at)


def end(person: Person, seat: Seat, now: datetime | None = None) -> None:
    """A chair ends another's seat. Raises AskedWrongly, PermissionDenied."""
    at = now or timezone.now()
    with transaction.atomic():
        held = _held(seat)
        powers.must_chair(person, held.group)
        if held.group.kind in (Group.Kind.STEERING, Group.Kind.PANEL):
            raise AskedWrongly(f"members of {held.group.name} stay until their term ends", "propose an election")
        _must_not_be_last(held, at.date())
        _end(person, held, at)
        telling.tell([held.person], f"Your seat in {held.group.name} was ended", held.group.get_absolute_url(), now=at)


def may_name(person: Person, group: Group, on: date) -> bool:
    """Whether she names chairs: its chairs do; where it has none, owners of its sponsor and steering chairs.

    Where the steering committee has none, staff do."""
    if group.state == Group.State.CLOSED or group.kind == Group.Kind.PANEL:
        return False
    leading = powers.chairs(group, on)
    if leading:
        return person in leading
    if group.kind == Group.Kind.STEERING:
        return person.is_staff
    own = group.sponsor is not None and roles.has(person, "owner", group.sponsor)
    return own or powers.steers(person, on)


def name_chair(person: Person, seat: Seat, until: date, now: datetime | None = None) -> Seat:
    """Who sits there leads the group too, until a day. Raises AskedWrongly, PermissionDenied."""
    at = now or timezone.now()
    with transaction.atomic():
        held = _held(seat)
        if not may_name(person, held.group, at.date()):
            raise PermissionDenied(f"Only chairs of {held.group.name} name another")
        _must_count(held, at.date())
        if person.pk == held.person_id and held.role == Seat.Role.CHAIR:
            raise AskedWrongly("nobody prolongs a term of her own", "let another chair do it, or propose an election")
        _check_term(held, until, at.date())
        before = seated(held)
        made = sit(held.group, Named(held.person, held.organisation, Seat.Role.CHAIR, until), at)
        trail.keep(person, "council.name_chair", named(held.group), before, seated(made))
        says = f"You lead {held.group.name} until {until:%-d %B %Y}"
        telling.tell([held.person], says, held.group.get_absolute_url(), now=at)
    return made


def appoint(person: Person, group: Group, one: Named, now: datetime | None = None) -> Seat:
    """Staff seat somebody in a steering committee that has no chair any more. Raises AskedWrongly, PermissionDenied."""
    at = now or timezone.now()
    with transaction.atomic():
        held = Group.objects.get(pk=group.pk)
        if held.kind != Group.Kind.STEERING or not may_name(person, held, at.date()):
            raise PermissionDenied("Only where the steering committee has no chair, those who run this hub do this")
        if not roles.has(one.person, "member", one.organisation):
            raise AskedWrongly(f"{one.person} does not belong to {one.organisation.name} now", "name somebody who does")
        if one.until is None or not at.date() < one.until <= at.date() + LONGEST_TERM:
            raise AskedWrongly("the term is over, or too long", "give a day within the next two years")
        made = sit(held, one, at)
        trail.keep(person, "council.appoint", named(held), None, seated(made))
        telling.tell([one.person], f"You sit in the {held.name}", held.get_absolute_url(), now=at)
    return made


def _check_term(seat: Seat, until: date, on: date) -> None:
    """Whether a chair may be named until a day; in the steering committee not beyond what she was elected for."""
    if not on < until <= on + LONGEST_TERM:
        raise AskedWrongly("the term is over, or too long", "give a day within the next two years")
    if seat.group.kind == Group.Kind.STEERING and seat.until and until > seat.until:
        raise AskedWrongly(f"she was elected until {seat.until:%-d %B %Y} only", "propose an election for longer")


def step_down(person: Person, group: Group, now: datetime | None = None) -> Seat:
    """Lead no more, and stay a member; the only chair names another first. Raises AskedWrongly, PermissionDenied."""
    at = now or timezone.now()
    with transaction.atomic():
        mine = powers.seat(person, group, at.date())
        if mine is None or mine.role != Seat.Role.CHAIR:
            raise PermissionDenied(f"Only chairs of {group.name} may do this")
        _must_not_be_last(mine, at.date())
        until = mine.until if group.kind == Group.Kind.STEERING else None
        made = sit(group, Named(person, mine.organisation, Seat.Role.MEMBER, until), at)
        trail.keep(person, "council.step_down", named(group), seated(mine), seated(made))
    return made


def _held(seat: Seat) -> Seat:
    return Seat.objects.select_related("group__sponsor", "person", "organisation").get(pk=seat.pk)


def _must_count(seat: Seat, on: date) -> None:
    if not powers.seats(seat.group, on).filter(pk=seat.pk).exists():
        raise AskedWrongly("this seat has ended", "load the group's page again")


def _must_not_be_last(seat: Seat, on: date) -> None:
    """Whether others lead the group, or nobody needs to; raises AskedWrongly."""
    if seat.group.state != Group.State.CLOSED and powers.chairs(seat.group, on) == [seat.person]:
        raise AskedWrongly("the group would have no chair any more", "name another chair first")


def _end(person: Person, seat: Seat, at: datetime) -> None:
    if seat.ended_at:
        raise AskedWrongly("this seat has ended", "load the group's page again")
    seat.ended_at = at
    seat.save(update_fields=["ended_at"])
    trail.keep(person, "council.end_seat", named(seat.group), seated(seat), None)
