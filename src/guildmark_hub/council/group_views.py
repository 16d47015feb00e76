"""The pages of groups: who sits there, the charter and its versions, and the ways to join, lead and end."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from guildmark.errors import AskedWrongly
from guildmark_hub.council import differing, group_forms, groups, powers, reports, seating
from guildmark_hub.council.ballot_shown import Difference
from guildmark_hub.council.groups import Named
from guildmark_hub.council.models import Charter, Group, Meeting, Proposal, Seat
from guildmark_hub.people import roles
from guildmark_hub.people.acts import must_be_staff
from guildmark_hub.people.doors import asked, done, door, person_of, posted, show
from guildmark_hub.people.models import Affiliation, Organisation, Person

READ, POST = ("GET", "HEAD"), ("POST",)
OPEN_PROPOSALS = (Proposal.State.DRAFT, Proposal.State.LAST_CALL, Proposal.State.BALLOT)
MOST_CHOICES = 1_000
"""Affiliations among which staff choose."""
PAST_MEETINGS, PAST_PROPOSALS = 10, 20


def group_of(slug: str) -> Group:
    """The group at an address."""
    found = Group.objects.filter(slug=slug).select_related("sponsor").first()
    if found is None:
        raise Http404(f"There is no group {slug[:100]}")
    return found


def reader(request: HttpRequest) -> Person | None:
    """Who reads, if she is signed in."""
    return request.user if isinstance(request.user, Person) else None


@door("anyone", methods=READ)
def every(request: HttpRequest) -> HttpResponse:
    """All groups: those that work, then those that form or rest, then those that were closed."""
    on, person = timezone.now().date(), reader(request)
    rows: dict[str, list[tuple[Group, int, int]]] = {}
    sitting: dict[int, list[int]] = {}
    for group_id, organisation in Seat.objects.filter(powers.counting(on)).values_list("group", "organisation"):
        sitting.setdefault(group_id, []).append(organisation)
    for one in Group.objects.select_related("sponsor"):
        held = sitting.get(one.pk, [])
        rows.setdefault(one.state, []).append((one, len(held), len(set(held))))
    states = [(one.value, one.label, rows.get(one.value, [])) for one in (*_SHOWN,)]
    owns = bool(person and list(roles.organisations(person, "owner")))
    founds = bool(person and person.is_staff and powers.steering() is None)
    return show(request, "council/groups", {"states": states, "owns": owns, "founds": founds})


_SHOWN = (Group.State.ACTIVE, Group.State.FORMING, Group.State.DORMANT, Group.State.CLOSED)


@door("anyone", methods=READ)
def group(request: HttpRequest, slug: str) -> HttpResponse:
    """A group: what it is for, who sits there, when it meets, what it means to do, what it said of a year."""
    one, person, now = group_of(slug), reader(request), timezone.now()
    on = now.date()
    sitting = list(powers.seats(one, on))
    counting = {seat.pk for seat in sitting}
    every_seat = one.seats.select_related("person", "organisation")
    held = {
        "group": one,
        "now": now,
        "lacks": groups.lacks(one, on) if one.state == Group.State.FORMING else [],
        "charter": one.charters.order_by("-number").first(),
        "seats": [(seat, _ends_soon(seat, on)) for seat in sitting],
        "ended": [(seat, ended(seat, on)) for seat in every_seat if seat.pk not in counting],
        "organisations": len({seat.organisation_id for seat in sitting}),
        "meetings": one.meetings.filter(state=Meeting.State.PLANNED).order_by("at"),
        "met": one.meetings.exclude(state=Meeting.State.PLANNED)[:PAST_MEETINGS],
        "milestones": one.milestones.filter(done_at=None, dropped_at=None),
        "ended_milestones": one.milestones.exclude(done_at=None, dropped_at=None).order_by("-due"),
        "proposals": one.proposals.filter(state__in=OPEN_PROPOSALS),
        "decided": one.proposals.exclude(state__in=OPEN_PROPOSALS)[:PAST_PROPOSALS],
        "reports": one.reports.all(),
        "may": _may(person, one, now),
    }
    return show(request, "council/group", held)


def _ends_soon(seat: Seat, on: date) -> bool:
    return seat.until is not None and seat.until <= on + seating.WARNED


def ended(seat: Seat, on: date) -> str:
    """Why a seat counts for nothing now."""
    if seat.ended_at:
        return f"until {seat.ended_at:%-d %B %Y}"
    if seat.until and seat.until < on:
        return f"the term ended on {seat.until:%-d %B %Y}"
    if seat.since > on:
        return f"from {seat.since:%-d %B %Y} on"
    if seat.organisation.state != Organisation.State.MEMBER:
        return f"{seat.organisation.name} is no member any more"
    return f"left {seat.organisation.name}"


def _may(person: Person | None, one: Group, now: datetime) -> dict[str, Any]:
    """What somebody may do here, for the buttons of the page; each act asks again."""
    on = now.date()
    if person is None:
        nothing = ("seat", "chair", "name", "set", "stop", "charter", "appoint")
        return {**dict.fromkeys(nothing, False), "join": [], "report": []}
    may_name = seating.may_name(person, one, on)
    stop = groups.may_stop(person, one, on)
    written = set(one.reports.values_list("year", flat=True))
    return {
        "join": seating.may_join(person, one, on),
        "seat": powers.seat(person, one, on),
        "chair": powers.is_chair(person, one, on),
        "name": may_name,
        "set": groups.may_set(person, one, on) and one.state in (Group.State.FORMING, Group.State.DORMANT),
        "stop": stop and one.state != Group.State.CLOSED,
        "charter": groups.may_write_charter(person, one),
        "appoint": may_name and one.kind == Group.Kind.STEERING and not powers.chairs(one, on),
        "report": [year for year in reports.years(one, now) if year not in written] if stop else [],
    }


@door("owner")
def new(request: HttpRequest) -> HttpResponse:
    """An owner makes a group, which then forms."""
    person = person_of(request)
    mine = {one.slug: one for one in roles.organisations(person, "owner")}
    form = group_forms.GroupForm(mine.values(), posted(request))
    made: list[Group] = []
    if done(form, lambda: made.append(groups.make(person, mine[form.cleaned_data["organisation"]], form.cleaned_data))):
        messages.success(request, "It forms now. Write its charter, and ask others to join.")
        return redirect(made[0])
    return asked(request, "council/group_new", form, {})


def _belong() -> list[Affiliation]:
    """Who belongs to a member now."""
    on = timezone.now().date()
    found = Affiliation.objects.filter(
        since__lte=on, until=None, ended_at=None, organisation__state=Organisation.State.MEMBER, person__is_active=True
    )
    return list(found.select_related("person", "organisation").order_by("person__name", "pk")[:MOST_CHOICES])


@door("staff")
def steering(request: HttpRequest) -> HttpResponse:
    """Staff make the first steering committee."""
    person = person_of(request)
    form = group_forms.SteeringForm(_belong(), posted(request))
    made: list[Group] = []

    def act() -> None:
        given = form.cleaned_data
        chairs, members = set(given["chairs"]), [(key, form.belongs[key]) for key in given["members"]]
        role = {key: Seat.Role.CHAIR if key in chairs else Seat.Role.MEMBER for key, _ in members}
        named = [Named(one.person, one.organisation, role[key], given["until"]) for key, one in members]
        made.append(groups.make_steering(person, given, named))

    if done(form, act):
        messages.success(request, "The steering committee works now.")
        return redirect(made[0])
    return asked(request, "council/steering", form, {})


@door("staff")
def appoint(request: HttpRequest, slug: str) -> HttpResponse:
    """Staff seat somebody in a steering committee that nobody leads."""
    person, one = person_of(request), group_of(slug)
    must_be_staff(person)
    form = group_forms.AppointForm(_belong(), posted(request))

    def act() -> None:
        who = form.belongs[form.cleaned_data["who"]]
        named = Named(who.person, who.organisation, Seat.Role.CHAIR, form.cleaned_data["until"])
        seating.appoint(person, one, named)

    if done(form, act):
        return _kept(request, one, "It has a chair again.")
    return asked(request, "council/appoint", form, {"group": one})


def _kept(request: HttpRequest, one: Group, says: str) -> HttpResponse:
    messages.success(request, says)
    return redirect(one)


ACTS: dict[str, tuple[Callable[[Person, Group], Any], str]] = {
    "activate": (groups.activate, "It works now."),
    "rest": (groups.rest, "It rests until somebody wakes it."),
    "close": (groups.close, "It is closed, and stays to be read."),
    "leave": (seating.leave, "You sit there no more."),
    "step_down": (seating.step_down, "You lead it no more, and stay a member."),
}


def _press(name: str) -> Any:
    """A view that does one thing to a group, by a press of a button."""

    @door("person", methods=POST)
    def pressed(request: HttpRequest, slug: str) -> HttpResponse:
        act, says = ACTS[name]
        one = group_of(slug)
        act(person_of(request), one)
        return _kept(request, one, says)

    return pressed


activate, rest, leave, step_down = (_press(name) for name in ("activate", "rest", "leave", "step_down"))


@door("person")
def close(request: HttpRequest, slug: str) -> HttpResponse:
    """Close a group, after a second look."""
    person, one = person_of(request), group_of(slug)
    if not groups.may_stop(person, one, timezone.now().date()):
        raise PermissionDenied(f"Only chairs of {one.name} and of the steering committee may do this")
    if request.method != "POST":
        return show(request, "council/close", {"group": one})
    groups.close(person, one)
    return _kept(request, one, ACTS["close"][1])


@door("member", methods=POST)
def join(request: HttpRequest, slug: str) -> HttpResponse:
    """Take a seat for an organisation."""
    person, one = person_of(request), group_of(slug)
    form = group_forms.JoinForm(request.POST)
    named = form.cleaned_data["organisation"] if form.is_valid() else ""
    organisation = Organisation.objects.filter(slug=named).first()
    if organisation is None:
        raise AskedWrongly("it is not said for which organisation", "choose one of yours")
    seating.join(person, one, organisation)
    return _kept(request, one, "You sit there now.")


@door("person", methods=POST)
def end_seat(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """A chair ends a seat."""
    seat = get_object_or_404(Seat, pk=number, group__slug=slug)
    seating.end(person_of(request), seat)
    return _kept(request, seat.group, "The seat has ended; when it was stays written.")


@door("person")
def chair(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Name who sits there a chair."""
    person, on = person_of(request), timezone.now().date()
    seat = get_object_or_404(Seat.objects.select_related("group", "person"), pk=number, group__slug=slug)
    if not seating.may_name(person, seat.group, on):
        raise PermissionDenied(f"Only chairs of {seat.group.name} name another")
    form = group_forms.ChairForm(posted(request), initial={"until": seat.until or groups.year_on(on)})
    if done(form, lambda: seating.name_chair(person, seat, form.cleaned_data["until"])):
        return _kept(request, seat.group, "It has another chair.")
    return asked(request, "council/chair", form, {"seat": seat, "group": seat.group})


@door("person")
def write_charter(request: HttpRequest, slug: str) -> HttpResponse:
    """The first charter, by who made the group."""
    person, one = person_of(request), group_of(slug)
    if not groups.may_write_charter(person, one):
        raise PermissionDenied("Only who made the group, and owners of its sponsor, write its first charter")
    form = group_forms.CharterForm(posted(request))
    if done(form, lambda: groups.write_charter(person, one, form.cleaned_data["text"])):
        return _kept(request, one, "It has a charter. Each later version is proposed and voted on.")
    return asked(request, "council/write_charter", form, {"group": one})


@door("anyone", methods=READ)
def charter(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """A version of the charter, and what is other than in the one before."""
    one = group_of(slug)
    every = list(one.charters.select_related("made_by", "decision"))
    found = next((each for each in every if each.number == number), None)
    if found is None:
        raise Http404("There is no such version of the charter")
    before: Charter | None = next((each for each in every if each.number == number - 1), None)
    lines = differing.lines(before.text, found.text) if before else ()
    shown = Difference(f"version {number - 1}", (), lines) if before else None
    held = {"group": one, "charter": found, "every": every[::-1], "newest": every[-1]}
    return show(request, "council/charter", {**held, "difference": shown})
