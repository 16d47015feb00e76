"""What the council has for somebody to do: ballots, last calls, signatures, meetings, charters, terms."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from guildmark_hub.council import balloting, groups, meetings, powers, seating, stakes
from guildmark_hub.council.models import Ballot, Decision, Elector, Group, Meeting, Milestone, Proposal, Seat, Vote
from guildmark_hub.council.waiting import Waits
from guildmark_hub.people import roles
from guildmark_hub.people.models import Affiliation, Person


def waits(person: Person, now: datetime) -> Iterator[Waits]:
    """All of it."""
    sits = list(powers.seats_of(person, now.date()))
    leads = [one.group for one in sits if one.role == Seat.Role.CHAIR]
    yield from _ballots(person, now)
    yield from _last_calls(person, sits, leads, now)
    yield from _decisions(person, leads, now)
    yield from _meetings(person, sits, leads, now)
    yield from _milestones(leads, now)
    yield from _forming(person, now)
    for one in sits:
        if one.until and one.until <= now.date() + seating.WARNED:
            what = f"Your term in {one.group.name} ends"
            end = timezone.make_aware(datetime.combine(one.until, datetime.min.time())) + timedelta(days=1)
            yield Waits(what, one.group.get_absolute_url(), end)


def _of(person: Person, now: datetime) -> Q:
    """The electors for which she would vote: herself, or an organisation for which she sits there."""
    mine = [one.organisation_id for one in roles.affiliations(person)]
    sits = powers.seats_of(person, now.date()).filter(
        group=OuterRef("ballot__proposal__group"), organisation=OuterRef("organisation")
    )
    return Q(barred="") & (Q(person=person, organisation__in=mine) | Q(Exists(sits), person=None))


def _ballots(person: Person, now: datetime) -> Iterator[Waits]:
    cast = Vote.objects.filter(elector=OuterRef("pk"))
    found = Ballot.objects.filter(
        closed_at=None, opened_at__lte=now, closes_at__gt=now, proposal__state=Proposal.State.BALLOT
    )
    electors = Elector.objects.filter(_of(person, now), ~Q(Exists(cast)), ballot__in=found)
    for one in electors.select_related("ballot__proposal__group", "ballot__revision", "organisation"):
        proposal = one.ballot.proposal
        if balloting.is_capped(one) or stakes.reasons(person, proposal.slug, now.date()):
            continue
        of = "" if one.person_id else f", for {one.organisation.name}"
        yield Waits(f"Vote{of}: {proposal.title}", proposal.get_absolute_url(), one.ballot.closes_at)


def _last_calls(person: Person, sits: list[Seat], leads: list[Group], now: datetime) -> Iterator[Waits]:
    mine = {one.group_id for one in sits}
    called = Proposal.objects.filter(state=Proposal.State.LAST_CALL).exclude(last_call_at=None)
    for one in called.filter(_led(leads, "group") | Q(group__in=mine)).select_related("rules", "group"):
        over = (one.last_call_at or now) + timedelta(hours=one.rules.hours)
        if now < over:
            if one.group_id in mine:
                yield Waits(f"Last call, say what you think: {one.title}", one.get_absolute_url(), over)
        elif one.group.state == Group.State.ACTIVE and person in powers.chairs_of(one, now.date()):
            yield Waits(f"Open the ballot, the last call is over: {one.title}", one.get_absolute_url(), None)


def _led(leads: list[Group], of: str) -> Q:
    """What she may have to lead: what is of her groups, and all where she leads the steering committee."""
    if any(one.kind == Group.Kind.STEERING for one in leads):
        return Q(pk__isnull=False)
    return Q(**{f"{of}__in": leads})


def _decisions(person: Person, leads: list[Group], now: datetime) -> Iterator[Waits]:
    if not leads:
        return
    unsigned = Decision.objects.filter(_led(leads, "proposal__group"), signed_at=None)
    for one in unsigned.exclude(proposal__state=Proposal.State.SUPERSEDED).select_related("proposal__group"):
        if person in powers.chairs_of(one.proposal, now.date()):
            yield Waits(f"Sign the decision: {one.proposal.title}", one.get_absolute_url(), None)


def _meetings(person: Person, sits: list[Seat], leads: list[Group], now: datetime) -> Iterator[Waits]:
    planned = Meeting.objects.filter(state=Meeting.State.PLANNED).select_related("group")
    to_come = planned.filter(group__in=[one.group_id for one in sits], at__gt=now)
    for one in to_come.exclude(attendances__person=person):
        yield Waits(f"Say whether you come: {one.group.name} meets", one.get_absolute_url(), one.at)
    for one in planned.filter(group__in=leads, at__lte=now, at__gt=now - meetings.LATE):
        what = f"Write the minutes of {one.group.name}, {one.at:%-d %B %Y}"
        yield Waits(what, one.get_absolute_url(), one.at + meetings.LATE)


def _milestones(leads: list[Group], now: datetime) -> Iterator[Waits]:
    soon = now.date() + seating.WARNED
    due = Milestone.objects.filter(group__in=leads, done_at=None, dropped_at=None, due__lte=soon)
    for one in due.exclude(group__state=Group.State.CLOSED).select_related("group"):
        end = timezone.make_aware(datetime.combine(one.due, datetime.min.time())) + timedelta(days=1)
        yield Waits(f"Milestone of {one.group.name}: {one.title}", one.group.get_absolute_url(), end)


def _forming(person: Person, now: datetime) -> Iterator[Waits]:
    owns = roles.affiliations(person).filter(role=Affiliation.Role.OWNER).values("organisation")
    mine = Q(made_by=person) | Q(sponsor__in=owns)
    for one in Group.objects.filter(mine, state=Group.State.FORMING).select_related("sponsor"):
        if groups.may_write_charter(person, one):
            yield Waits(f"Write the charter of {one.name}", reverse("council:write_charter", args=[one.slug]), None)
        elif groups.may_set(person, one, now.date()) and not groups.lacks(one, now.date()):
            yield Waits(f"Set {one.name} to work: it has all that it needs", one.get_absolute_url(), None)
