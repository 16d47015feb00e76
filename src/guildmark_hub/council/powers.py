"""Who sits in a group, who leads it, and who leads a proposal: by seats, affiliations and terms that count on a day."""

from datetime import date

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from guildmark_hub.council import stakes
from guildmark_hub.council.models import Elector, Group, Proposal, Seat, Vote
from guildmark_hub.people.models import Affiliation, Organisation, Person


def today() -> date:
    """The day that it is now, by which powers go."""
    return timezone.now().date()


def counting(on: date) -> Q:
    """Seats that count: nobody ended them, their term goes on, and she has belonged to their organisation ever since.

    A seat of somebody who left and came back counts no more; another role there is no leaving."""
    belongs = Affiliation.objects.filter(person=OuterRef("person"), organisation=OuterRef("organisation"))
    went_on = belongs.filter(Q(until=None) | Q(until__gt=OuterRef("until")), since__lte=OuterRef("until"))
    left = belongs.filter(~Q(Exists(went_on)), until__gte=OuterRef("since"), until__lt=on)
    now = belongs.filter(
        Q(until=None) | Q(until__gte=on),
        organisation__state=Organisation.State.MEMBER,
        since__lte=on,
        ended_at=None,
    )
    term = Q(since__lte=on) & (Q(until=None) | Q(until__gte=on))
    return term & Q(Exists(now), ~Q(Exists(left)), ended_at=None, person__is_active=True)


def seats(group: Group, on: date) -> QuerySet[Seat]:
    """The seats of a group that count on a day, the first first."""
    return group.seats.filter(counting(on)).select_related("person", "organisation")


def seats_of(person: Person, on: date) -> QuerySet[Seat]:
    """Her seats that count on a day, in groups that are not closed."""
    open_groups = person.seats.exclude(group__state=Group.State.CLOSED)
    return open_groups.filter(counting(on)).select_related("group", "organisation")


def seat(person: Person, group: Group, on: date) -> Seat | None:
    """Her seat in a group, if she sits there on a day."""
    return seats(group, on).filter(person=person).first()


def is_chair(person: Person, group: Group, on: date) -> bool:
    """Whether she leads a group on a day."""
    return seats(group, on).filter(person=person, role=Seat.Role.CHAIR).exists()


def chairs(group: Group, on: date) -> list[Person]:
    """Who leads a group on a day."""
    return [one.person for one in seats(group, on).filter(role=Seat.Role.CHAIR)]


def steering() -> Group | None:
    """The steering committee, if there is one."""
    return Group.objects.filter(kind=Group.Kind.STEERING).exclude(state=Group.State.CLOSED).first()


def steers(person: Person, on: date) -> bool:
    """Whether she leads the steering committee on a day."""
    committee = steering()
    return committee is not None and is_chair(person, committee, on)


def must_sit(person: Person, group: Group) -> None:
    """Only who sits in the group now; raises PermissionDenied."""
    if seat(person, group, today()) is None:
        raise PermissionDenied(f"Only members of {group.name} may do this")


def must_chair(person: Person, group: Group) -> None:
    """Only who leads the group now; raises PermissionDenied."""
    if not is_chair(person, group, today()):
        raise PermissionDenied(f"Only chairs of {group.name} may do this")


def chairs_of(proposal: Proposal, on: date) -> list[Person]:
    """Who may lead a proposal."""
    return [one.person for one in leading(proposal, on)]


def leading(proposal: Proposal, on: date) -> list[Seat]:
    """The seats that lead a proposal: of chairs of its group who neither recused nor are barred, nor have a conflict.

    Where there is none, of such chairs of the steering committee."""
    found = _unconcerned(proposal, proposal.group, on)
    committee = None if found else steering()
    if committee is None or committee.pk == proposal.group_id:
        return found
    return _unconcerned(proposal, committee, on)


def must_lead(person: Person, proposal: Proposal) -> None:
    """Only who may lead the proposal now; raises PermissionDenied."""
    if person in chairs_of(proposal, today()):
        return
    if is_chair(person, proposal.group, today()):
        raise PermissionDenied("You recused, or have a conflict of interest here: another chair does this")
    raise PermissionDenied(f"Only chairs of {proposal.group.name} may do this")


def _unconcerned(proposal: Proposal, group: Group, on: date) -> list[Seat]:
    held = seats(group, on).filter(role=Seat.Role.CHAIR)
    return [one for one in held if not (_out(proposal, one) or _conflicted(proposal, one.person, on))]


def _out(proposal: Proposal, seat: Seat) -> bool:
    """Whether she recused in the ballot, or the elector for which she sits did, or is barred."""
    votes = Vote.objects.filter(ballot__proposal=proposal).order_by("-pk")
    own = votes.filter(person=seat.person).first()
    if own and own.position == Vote.Position.RECUSE:
        return True
    hers = Q(person=seat.person) | Q(person=None, organisation=seat.organisation)
    for elector in Elector.objects.filter(hers, ballot__proposal=proposal):
        last = votes.filter(elector=elector).first()
        if elector.barred or (last and last.position == Vote.Position.RECUSE):
            return True
    return False


def _conflicted(proposal: Proposal, person: Person, on: date) -> bool:
    return bool(proposal.slug and stakes.reasons(person, proposal.slug, on))
