"""What is done with groups: made, given a charter and elected seats, set to work, to rest, closed."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple, NoReturn

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.text import slugify

from guildmark.errors import AskedWrongly
from guildmark_hub.council import electing, powers, telling
from guildmark_hub.council.electing import Elected
from guildmark_hub.council.models import Charter, Decision, Group, Proposal, Seat
from guildmark_hub.people import roles, trail
from guildmark_hub.people.acts import must_be_staff, must_own
from guildmark_hub.people.models import Organisation, Person

FEWEST, ORGANISATIONS = 3, 2
"""Seats that a group needs to work, and of how many organisations."""
LONGEST = 60_000
State = Group.State
SETS = "an owner of its sponsor, or a chair of the steering committee,"
"""Who sets a group to work."""
MADE_BY_MEMBERS = (Group.Kind.WORKING, Group.Kind.TASK_FORCE)
RESERVED = frozenset({"new", "steering"})
"""Words that stand in an address where a group's slug does."""


class Named(NamedTuple):
    """Somebody who is to sit for an organisation."""

    person: Person
    organisation: Organisation
    role: str = Seat.Role.MEMBER
    until: date | None = None


def named(group: Group) -> str:
    """How the trail names a group."""
    return f"group:{group.slug}"


def seated(seat: Seat) -> dict[str, Any]:
    """A seat, for the trail."""
    until = seat.until.isoformat() if seat.until else None
    return {"person": seat.person_id, "organisation": seat.organisation.slug, "role": seat.role, "until": until}


def make_steering(
    person: Person, given: dict[str, Any], members: Iterable[Named], now: datetime | None = None
) -> Group:
    """Staff make the steering committee, once: it has its charter and its first members, and works from then on.

    Raises AskedWrongly."""
    must_be_staff(person)
    at = now or timezone.now()
    with transaction.atomic():
        if powers.steering():
            raise AskedWrongly("there is a steering committee already", "its members are elected: propose an election")
        made = _make(given | {"kind": Group.Kind.STEERING}, person, None, at)
        _first_charter(made, person, given["charter"], at)
        for one in members:
            _must_belong(one.person, one.organisation)
            if one.until is None or not at.date() < one.until <= at.date() + electing.LONGEST_TERM:
                raise AskedWrongly("their term is over, or too long", "give a day within the next 3 years")
            sit(made, one, at)
        _must_be_whole(made, at.date())
        _turn(person, made, State.ACTIVE)
        telling.tell(_sitting(made, at), f"You sit in the {made.name}", made.get_absolute_url(), now=at)
    return made


def make(person: Person, organisation: Organisation, given: dict[str, Any], now: datetime | None = None) -> Group:
    """An owner makes a group that her organisation sponsors; she is its first chair, for a year, and it forms.

    Raises AskedWrongly, PermissionDenied."""
    at = now or timezone.now()
    if given["kind"] not in MADE_BY_MEMBERS:
        raise AskedWrongly("members make working groups and task forces only", "choose one of these")
    with transaction.atomic():
        must_own(person, organisation)
        made = _make(given, person, organisation, at)
        sit(made, Named(person, organisation, Seat.Role.CHAIR, year_on(at.date())), at)
    return made


def panel(name: str, members: Iterable[tuple[Person, Organisation]], now: datetime | None = None) -> Group:
    """A panel of appeal, made by this hub for those who were drawn; the first of them leads it. It works at once."""
    at = now or timezone.now()
    with transaction.atomic():
        made = _make({"name": name, "kind": Group.Kind.PANEL, "says": ""}, None, None, at)
        for place, (person, organisation) in enumerate(members):
            sit(made, Named(person, organisation, Seat.Role.MEMBER if place else Seat.Role.CHAIR), at)
        _turn(None, made, State.ACTIVE)
        telling.tell(_sitting(made, at), f"You were drawn for the panel {name}", made.get_absolute_url(), now=at)
    return made


def year_on(day: date) -> date:
    """The same day a year later."""
    return day.replace(year=day.year + 1, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year + 1)


def _make(given: dict[str, Any], person: Person | None, sponsor: Organisation | None, at: datetime) -> Group:
    name = given["name"]
    if Group.objects.filter(name__iexact=name).exclude(state=State.CLOSED).exists():
        raise AskedWrongly(f"there is a group named {name} already", "give it another name, or join that one")
    made = Group.objects.create(
        slug=_free_slug(name),
        name=name,
        kind=given["kind"],
        says=given.get("says", ""),
        sponsor=sponsor,
        made_by=person,
        made_at=at,
    )
    after = {"name": name, "kind": made.kind, "sponsor": sponsor.slug if sponsor else None}
    trail.keep(person, "council.make_group", named(made), None, after)
    return made


def _free_slug(name: str) -> str:
    base = slugify(name)[:80].strip("-_") or "group"
    taken = set(Group.objects.filter(slug__startswith=base).values_list("slug", flat=True)) | RESERVED
    return next(one for one in (base, *(f"{base}-{number}" for number in range(2, 10_000))) if one not in taken)


def sit(group: Group, one: Named, at: datetime, decision: Decision | None = None) -> Seat:
    """Seat somebody, within the caller's transaction; the seat that she had ends with it."""
    for old in group.seats.filter(person=one.person, ended_at=None):
        old.ended_at = at
        old.save(update_fields=["ended_at"])
    return Seat.objects.create(
        group=group,
        person=one.person,
        organisation=one.organisation,
        role=one.role,
        since=at.date(),
        until=one.until,
        decision=decision,
    )


def _must_belong(person: Person, organisation: Organisation) -> None:
    if not roles.has(person, "member", organisation):
        raise AskedWrongly(f"{person} does not belong to {organisation.name} now", "name somebody who does")


def _sitting(group: Group, at: datetime) -> list[Person]:
    return [one.person for one in powers.seats(group, at.date())]


def lacks(group: Group, on: date) -> list[str]:
    """What a group needs before it can work, in a few words each; empty where it has it all."""
    sitting = list(powers.seats(group, on))
    organisations = {one.organisation_id for one in sitting}
    found = [] if group.charters.exists() else ["a charter"]
    if not any(one.role == Seat.Role.CHAIR for one in sitting):
        found.append("a chair")
    if len(sitting) < FEWEST:
        found.append(f"{FEWEST} members, and {len(sitting)} sit there")
    if len(organisations) < ORGANISATIONS:
        found.append(f"members of {ORGANISATIONS} organisations, and they are of {len(organisations)}")
    return found


def _must_be_whole(group: Group, on: date) -> None:
    missing = lacks(group, on)
    if missing:
        raise AskedWrongly(f"it needs {'; '.join(missing)}", "see to that first")


def may_set(person: Person, group: Group, on: date) -> bool:
    """Whether she may set a group to work: an owner of its sponsor, or a chair of the steering committee."""
    own = group.sponsor is not None and roles.has(person, "owner", group.sponsor)
    return own or powers.steers(person, on)


def may_stop(person: Person, group: Group, on: date) -> bool:
    """Whether she may set a group to rest, or close it: its chairs, and those of the steering committee."""
    return powers.is_chair(person, group, on) or powers.steers(person, on)


def activate(person: Person, group: Group, now: datetime | None = None) -> Group:
    """A group that forms, or rests, works from now on. Raises AskedWrongly, PermissionDenied."""
    at = now or timezone.now()
    with transaction.atomic():
        held = _held(group)
        if not may_set(person, held, at.date()):
            raise PermissionDenied("Only owners of its sponsor and chairs of the steering committee may do this")
        if held.state not in (State.FORMING, State.DORMANT):
            _past(held)
        _must_be_whole(held, at.date())
        _turn(person, held, State.ACTIVE)
        telling.tell(_sitting(held, at), f"{held.name} works from now on", held.get_absolute_url(), now=at)
    return held


def rest(person: Person, group: Group, now: datetime | None = None) -> Group:
    """A group that works rests until somebody wakes it. Raises AskedWrongly, PermissionDenied."""
    at = now or timezone.now()
    with transaction.atomic():
        held = _stopped(person, group, at.date())
        if held.state != State.ACTIVE:
            _past(held)
        _turn(person, held, State.DORMANT)
        telling.tell(_sitting(held, at), f"{held.name} rests from now on", held.get_absolute_url(), now=at)
    return held


def close(person: Person, group: Group, now: datetime | None = None) -> Group:
    """A group is at its end: it stays to be read. Raises AskedWrongly, PermissionDenied."""
    at = now or timezone.now()
    with transaction.atomic():
        held = _stopped(person, group, at.date())
        if held.kind == Group.Kind.STEERING:
            raise AskedWrongly("the steering committee cannot be closed", "elect others into it instead")
        if held.state == State.CLOSED:
            _past(held)
        told = _sitting(held, at)
        held.closed_at = at
        _turn(person, held, State.CLOSED)
        telling.tell(told, f"{held.name} was closed", held.get_absolute_url(), now=at)
    return held


def _held(group: Group) -> Group:
    return Group.objects.select_related("sponsor").get(pk=group.pk)


def _stopped(person: Person, group: Group, on: date) -> Group:
    held = _held(group)
    if not may_stop(person, held, on):
        raise PermissionDenied(f"Only chairs of {held.name} and of the steering committee may do this")
    if held.kind == Group.Kind.PANEL:
        raise AskedWrongly("a panel of appeal works until its appeal has ended", "this hub closes it then")
    ballots = held.proposals.filter(state=Proposal.State.BALLOT).count()
    if ballots:
        raise AskedWrongly(f"it votes now: {ballots} of its ballots not yet counted", "wait until they are counted")
    return held


def _turn(person: Person | None, group: Group, state: State) -> None:
    before, group.state = group.state, state
    group.save(update_fields=["state", "closed_at"])
    trail.keep(person, "council.turn_group", named(group), {"state": before}, {"state": state})


def _past(group: Group) -> NoReturn:
    raise AskedWrongly(f"{group.name} is {group.get_state_display().lower()} already", "load its page again")


def may_write_charter(person: Person, group: Group) -> bool:
    """Whether she may write the first charter: who made the group and sits there still, and owners of its sponsor."""
    if group.state != State.FORMING or group.charters.exists():
        return False
    own = group.sponsor is not None and roles.has(person, "owner", group.sponsor)
    return own or (group.made_by_id == person.pk and powers.seat(person, group, powers.today()) is not None)


def write_charter(person: Person, group: Group, text: str, now: datetime | None = None) -> Charter:
    """The first charter of a group that forms; each later one is proposed. Raises AskedWrongly, PermissionDenied."""
    with transaction.atomic():
        held = _held(group)
        if held.state != State.FORMING or held.charters.exists():
            raise AskedWrongly(f"{held.name} has a charter already", "propose the next version, of the kind charter")
        if not may_write_charter(person, held):
            raise PermissionDenied("Only who made the group, and owners of its sponsor, write its first charter")
        return _first_charter(held, person, text, now or timezone.now())


def _first_charter(group: Group, person: Person, text: str, at: datetime) -> Charter:
    check_charter(text)
    made = Charter.objects.create(group=group, number=1, text=text, made_by=person, made_at=at)
    trail.keep(person, "council.write_charter", named(group), None, {"number": 1})
    return made


def check_charter(text: str) -> None:
    """Whether a text can be a charter; raises AskedWrongly."""
    if not text.strip() or len(text) > LONGEST:
        raise AskedWrongly(f"the charter has {len(text):,} characters", f"write between 1 and {LONGEST:,}")


def adopt_charter(decision: Decision, now: datetime | None = None) -> Charter:
    """The charter that a decision accepted counts from now on; asked twice, it is adopted once."""
    at, proposal = now or timezone.now(), decision.proposal
    with transaction.atomic():
        known = Charter.objects.filter(decision=decision).first()
        if known:
            return known
        revision = decision.ballot.revision
        last: int = proposal.group.charters.aggregate(last=Max("number"))["last"] or 0
        made = Charter.objects.create(
            group=proposal.group,
            number=last + 1,
            text=revision.document,
            says=revision.says or proposal.title,
            made_by=revision.person,
            made_at=at,
            decision=decision,
        )
        after = {"number": made.number, "proposal": proposal.pk}
        trail.keep(None, "council.adopt_charter", named(proposal.group), {"number": last}, after)
    return made


def check_election(group: Group, document: str, on: date) -> tuple[Elected, ...]:
    """The seats that an election names, if they can be taken on this day; raises AskedWrongly."""
    found = electing.read(document, on)
    if group.kind == Group.Kind.PANEL:
        raise AskedWrongly("a panel of appeal is drawn, not elected", "propose elections in other groups")
    for one in found:
        person = Person.objects.filter(pk=one.person, is_active=True).first()
        organisation = Organisation.objects.filter(slug=one.organisation).first()
        if person is None or organisation is None:
            missing = f"person {one.person}" if person is None else f"organisation {one.organisation[:100]}"
            raise AskedWrongly(f"there is no {missing} here", "look at the pages of groups and members again")
        _must_belong(person, organisation)
    return found


def elect(decision: Decision, seats: Iterable[Elected], now: datetime | None = None) -> list[Seat]:
    """Seat those whom an accepted election names; asked twice, they are seated once.

    Who belongs to her organisation no more sits, but by a seat that counts for nothing."""
    at, group = now or timezone.now(), decision.proposal.group
    with transaction.atomic():
        known = list(Seat.objects.filter(decision=decision))
        if known:
            return known
        made = []
        for one in seats:
            person, organisation = Person.objects.get(pk=one.person), Organisation.objects.get(slug=one.organisation)
            made.append(sit(group, Named(person, organisation, one.role, one.until), at, decision))
        after = [seated(one) for one in made]
        trail.keep(None, "council.elect", named(group), None, {"proposal": decision.proposal_id, "seats": after})
        says = f"You were elected into {group.name}"
        telling.tell([one.person for one in made], says, group.get_absolute_url(), now=at)
    return made
