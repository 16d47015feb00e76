"""The pages of meetings, milestones and yearly reports, and of what waits for who is signed in."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from guildmark.errors import AskedWrongly
from guildmark_hub.council import meetings, powers, reports, waiting
from guildmark_hub.council.group_forms import CancelForm, MeetingForm, MilestoneForm, MinutesForm, ReportForm
from guildmark_hub.council.group_views import POST, READ, group_of, reader
from guildmark_hub.council.models import Meeting, Milestone, YearReport
from guildmark_hub.people.doors import asked, done, door, person_of, posted, show


def _meeting(pk: int) -> Meeting:
    return get_object_or_404(Meeting.objects.select_related("group__sponsor"), pk=pk)


@door("anyone", methods=READ)
def meeting(request: HttpRequest, pk: int) -> HttpResponse:
    """A meeting: the agenda and who will come before it, the minutes and who was there after it."""
    one, person, now = _meeting(pk), reader(request), timezone.now()
    sits = powers.seat(person, one.group, now.date()) if person else None
    mine = one.attendances.filter(person=person).first() if person else None
    planned = one.state == Meeting.State.PLANNED
    held = {
        "meeting": one,
        "group": one.group,
        "answered": meetings.answered(one),
        "forecast": meetings.forecast(one, now.date()),
        "to_come": planned and one.at > now,
        "planned": planned,
        "sits": sits,
        "mine": mine,
        "chair": bool(person and powers.is_chair(person, one.group, now.date())),
    }
    return show(request, "council/meeting", held)


@door("person")
def plan(request: HttpRequest, slug: str) -> HttpResponse:
    """A chair plans a meeting; its agenda begins with what is open."""
    person, one = person_of(request), group_of(slug)
    powers.must_chair(person, one)
    form = MeetingForm(posted(request), initial={"agenda": meetings.agenda(one, timezone.now())})
    made: list[Meeting] = []
    if done(form, lambda: made.append(meetings.plan(person, one, **_asked(form)))):
        messages.success(request, "It is planned, and the members are told.")
        return redirect(made[0])
    return asked(request, "council/meeting_plan", form, {"group": one, "meeting": None})


def _asked(form: MeetingForm) -> dict[str, Any]:
    return {name: form.cleaned_data[name] for name in ("at", "place", "agenda")}


@door("person")
def replan(request: HttpRequest, pk: int) -> HttpResponse:
    """A chair changes when, where, or about what a group meets."""
    person, one = person_of(request), _meeting(pk)
    powers.must_chair(person, one.group)
    form = MeetingForm(posted(request), initial={"at": one.at, "place": one.place, "agenda": one.agenda})
    if done(form, lambda: meetings.replan(person, one, **_asked(form))):
        messages.success(request, "It is kept.")
        return redirect(one)
    return asked(request, "council/meeting_plan", form, {"group": one.group, "meeting": one})


@door("person", methods=POST)
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """A member says whether she will come."""
    person, one, says = person_of(request), _meeting(pk), request.POST.get("says")
    powers.must_sit(person, one.group)
    if says not in ("coming", "not_coming"):
        raise AskedWrongly("it is not said whether you come", "press one of the two buttons")
    meetings.say(person, one, coming=says == "coming")
    messages.success(request, "It is kept. You may change it until the meeting begins.")
    return redirect(one)


@door("person")
def minutes(request: HttpRequest, pk: int) -> HttpResponse:
    """A chair writes who was there and what was said."""
    person, one = person_of(request), _meeting(pk)
    powers.must_chair(person, one.group)
    asks = meetings.members(one, timezone.now().date())
    coming = one.attendances.filter(says="coming").values_list("person_id", flat=True)
    begun = {"present": [str(each) for each in coming], "minutes": one.agenda}
    form = MinutesForm(asks, posted(request), initial=begun)

    def act() -> None:
        present = {int(each) for each in form.cleaned_data["present"]}
        meetings.hold(person, one, form.cleaned_data["minutes"], present)

    if done(form, act):
        messages.success(request, "The minutes are published, and the members are told.")
        return redirect(one)
    return asked(request, "council/minutes", form, {"group": one.group, "meeting": one})


@door("person")
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """A chair calls a meeting off."""
    person, one = person_of(request), _meeting(pk)
    powers.must_chair(person, one.group)
    form = CancelForm(posted(request))
    if done(form, lambda: meetings.cancel(person, one, form.cleaned_data["why"])):
        messages.success(request, "It is cancelled, and the members are told.")
        return redirect(one)
    return asked(request, "council/meeting_cancel", form, {"group": one.group, "meeting": one})


@door("person")
def milestone(request: HttpRequest, slug: str) -> HttpResponse:
    """A chair says what the group means to do."""
    person, one = person_of(request), group_of(slug)
    powers.must_chair(person, one)
    form = MilestoneForm(posted(request))
    given = form.cleaned_data if form.is_valid() else {}
    if done(form, lambda: meetings.mean(person, one, given["title"], given["says"], given["due"])):
        messages.success(request, "It is among the milestones.")
        return redirect(one)
    return asked(request, "council/milestone", form, {"group": one})


@door("person", methods=POST)
def end_milestone(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """A chair says that a milestone is done, or dropped."""
    person, one = person_of(request), get_object_or_404(Milestone, pk=number, group__slug=slug)
    powers.must_chair(person, one.group)
    how = request.POST.get("how")
    if how not in ("done", "dropped"):
        raise AskedWrongly("it is not said whether it is done or dropped", "press one of the two buttons")
    meetings.end_milestone(person, one, done=how == "done")
    messages.success(request, f"It is {how}.")
    return redirect(one.group)


@door("anyone", methods=READ)
def report(request: HttpRequest, slug: str, year: int) -> HttpResponse:
    """What a group said of a year."""
    one = group_of(slug)
    found = YearReport.objects.filter(group=one, year=year).select_related("made_by").first()
    if found is None:
        raise Http404(f"{one.name} published no report of {year}")
    return show(request, "council/report", {"group": one, "report": found})


@door("person")
def write_report(request: HttpRequest, slug: str, year: int) -> HttpResponse:
    """A chair writes the report of a year; it begins with what is recorded."""
    person, one, now = person_of(request), group_of(slug), timezone.now()
    reports.must_publish(person, one, now)
    if year not in reports.years(one, now):
        raise Http404(f"{one.name} does not report of {year} now")
    form = ReportForm(posted(request), initial={"text": reports.draft(one, year)})
    if done(form, lambda: reports.publish(person, one, year, form.cleaned_data["text"])):
        messages.success(request, "It is published.")
        return redirect("council:report", slug, year)
    return asked(request, "council/write_report", form, {"group": one, "year": year})


@door("person", methods=READ)
def waits(request: HttpRequest) -> HttpResponse:
    """What waits for who is signed in."""
    now = timezone.now()
    return show(request, "council/waiting", {"waits": waiting.of(person_of(request), now), "now": now})
