"""The pages of submissions: ask for a vetting, hand in a bundle, watch what becomes of it."""

from allauth.core.internal import ratelimit
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from guildmark.errors import AskedWrongly
from guildmark_hub.catalog import acts as catalog
from guildmark_hub.catalog.taking import LARGEST
from guildmark_hub.jobs.models import Job
from guildmark_hub.people.doors import done, door, person_of, posted, show
from guildmark_hub.people.models import Person
from guildmark_hub.vetting import acts, asked, looking
from guildmark_hub.vetting.forms import BundleForm, PurlForm
from guildmark_hub.vetting.models import Submission

RATES = {"hand_in": "20/m/key,200/h/key"}
"""So many bundles of one person."""
MOST = 100
"""Submissions that a list shows."""


@door("person")
def submit(request: HttpRequest) -> HttpResponse:
    """Ask for a vetting."""
    person = person_of(request)
    form = PurlForm(posted(request), initial={"purl": request.GET.get("purl", "")[: asked.LONGEST]})
    made: list[Submission] = []
    if done(form, lambda: made.append(acts.submit(person, form.cleaned_data["purl"]))):
        return redirect(made[0])
    return _forms(request, form, BundleForm())


@door("person", methods=("POST",))
def hand_in(request: HttpRequest) -> HttpResponse:
    """Take in a bundle that somebody has signed herself."""
    person = person_of(request)
    form = BundleForm(request.POST, request.FILES)
    taken: list[catalog.Taken] = []
    if done(form, lambda: taken.append(_take_in(request, person, form.cleaned_data["bundle"]))):
        messages.success(request, "It was here already." if taken[0].was_there else "It is taken in.")
        return redirect(taken[0].address)
    return _forms(request, PurlForm(), form)


@door("person", methods=("GET", "HEAD"))
def submissions(request: HttpRequest) -> HttpResponse:
    """Somebody's own, the newest first; everybody's for staff."""
    person = person_of(request)
    rows = Submission.objects.select_related("job", "claim", "person")
    if not person.is_staff:
        rows = rows.filter(person=person)
    return show(request, "vetting/submissions", {"rows": rows[:MOST], "count": rows.count(), "most": MOST})


@door("person", methods=("GET", "HEAD"))
def submission(request: HttpRequest, pk: int) -> HttpResponse:
    """How a vetting stands; htmx asks for the changing part alone."""
    one = _hers(pk, person_of(request))
    before = 0
    if one.job.state == Job.State.WAITING:
        before = Job.objects.filter(state__in=(Job.State.WAITING, Job.State.RUNNING), pk__lt=one.job_id).count()
    held = {"submission": one, "job": one.job, "before": before, "still": "still" in request.GET}
    part = request.headers.get("HX-Request") == "true"
    response = show(request, "vetting/state" if part else "vetting/submission", held)
    if part and not one.job.open:
        response.headers["HX-Refresh"] = "true"  # the whole page has what an ended one shows
    return response


@door("person", methods=("POST",))
def give_up(request: HttpRequest, pk: int) -> HttpResponse:
    """Want it no more."""
    person = person_of(request)
    one = _hers(pk, person)
    acts.give_up(one, person)
    return redirect(one)


def _take_in(request: HttpRequest, person: Person, data: bytes) -> catalog.Taken:
    if not ratelimit.consume(request, app="vetting", action="hand_in", config=RATES, key=str(person.pk)):
        raise AskedWrongly("you handed in very many just now", "wait a minute, then hand it in again")
    return catalog.take_in(data, person)


def _hers(pk: int, person: Person) -> Submission:
    """A submission of this person's own, or any for staff; nobody else learns whether it is there."""
    found = Submission.objects.select_related("job", "claim", "person").filter(pk=pk).first()
    if found is None or not (person.is_staff or found.person_id == person.pk):
        raise Http404("There is no such submission of yours")
    return found


def _forms(request: HttpRequest, purl: PurlForm, bundle: BundleForm) -> HttpResponse:
    bound = purl.is_bound or bundle.is_bound
    limits = {"open": acts.OPEN_MOST, "day": acts.DAY_MOST, "largest": looking.LARGEST, "bundle": LARGEST}
    held = {"purl": purl, "bundle": bundle, "limits": limits, "places": sorted(asked.PLACES.values())}
    return show(request, "vetting/submit", held, 400 if bound else 200)
