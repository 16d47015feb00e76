"""The pages of cases that everybody reads, and what who submits or screens one does."""

from collections.abc import Callable
from typing import NamedTuple

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone

from guildmark_hub.cases import acts, case_shown, ending, moving, reading
from guildmark_hub.cases.case_forms import BeginForm, WhyForm, WithdrawForm
from guildmark_hub.cases.models import Case
from guildmark_hub.catalog.models import Entry
from guildmark_hub.council.models import Group
from guildmark_hub.people import roles
from guildmark_hub.people.doors import asked, done, door, person_of, posted, show
from guildmark_hub.people.models import Person

READ, POST = ("GET", "HEAD"), ("POST",)
PAGE = 50
MOST_KINDS = 5
"""So many assessments are read to see as what the releases of an entry were assessed."""


def case_of(number: int) -> Case:
    """The case at an address; a draft too, for its number is no secret."""
    found = Case.objects.select_related("group", "organisation", "person", "claim__organisation", "claim__bundle")
    one = found.filter(pk=number).first()
    if one is None:
        raise Http404(f"There is no case {number}")
    return one


def reader(request: HttpRequest) -> Person | None:
    """Who reads, if she is signed in."""
    return request.user if isinstance(request.user, Person) else None


@door("anyone", methods=READ)
def cases(request: HttpRequest) -> HttpResponse:
    """All cases but drafts, the newest first, by state, group and entry."""
    rows = Case.objects.exclude(state=Case.State.DRAFT).select_related("group", "organisation")
    given = {name: request.GET.get(name, "")[:100] for name in ("state", "group", "entry")}
    found = rows
    if given["state"] in Case.State.values:
        found = found.filter(state=given["state"])
    if given["group"]:
        found = found.filter(group__slug=given["group"])
    if given["entry"]:
        found = found.filter(slug=given["entry"])
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    there = set(rows.values_list("state", flat=True))
    held = {
        "page": page,
        "asked": given,
        "states": [(value, label) for value, label in Case.State.choices if value in there],
        "groups": Group.objects.filter(cases__in=rows).distinct(),
    }
    return show(request, "cases/cases", held)


@door("anyone", methods=READ)
def case(request: HttpRequest, number: int) -> HttpResponse:
    """A case: where it stands, its reviews, how its reviewers were drawn, what happened."""
    return show(request, "cases/case", case_shown.of(case_of(number), reader(request), timezone.now()))


@door("anyone", methods=READ)
def drawn(request: HttpRequest, number: int) -> JsonResponse:
    """The seeds and candidates of a case's draws, so that anybody can draw again."""
    one = case_of(number)
    return JsonResponse({"case": one.pk, "draws": one.candidates})


@door("member")
def new(request: HttpRequest) -> HttpResponse:
    """Begin a case about an entry."""
    person, slug = person_of(request), request.GET.get("entry", "")[:100]
    entry = Entry.objects.filter(edition__current=True, slug=slug).first()
    if entry is None:
        raise Http404("A case begins at the page of an entry")
    claims = acts.claims_for(entry.slug)
    kinds: set[str] = {reading.assessment(one).subject.kind for one in claims[:MOST_KINDS]}
    standards = list(
        {one.id: one for kind in sorted(kinds or {entry.kind}) for one in reading.reviewed_by(kind)}.values()
    )
    organisations = list(roles.organisations(person))
    groups = acts.groups()
    form = BeginForm(claims, standards, groups, organisations, posted(request))
    made: list[Case] = []

    def act() -> None:
        said = form.cleaned_data
        claim = next(one for one in claims if str(one.pk) == said["claim"])
        standard = next(one for one in standards if one.id == said["standard"])
        group = next(one for one in groups if one.slug == said["group"])
        organisation = next(one for one in organisations if one.slug == said["organisation"])
        told = {"says": said["says"], "once": said["once"], "renews": ending.renewed(claim, standard.id, group)}
        made.append(acts.begin(person, organisation, group, claim, standard, **told))

    if done(form, act):
        return redirect(made[0])
    ready = bool(claims and standards and groups)
    held = {"entry": entry, "ready": ready, "claims": claims, "groups": groups, "standards": standards}
    return asked(request, "cases/new", form, held)


class Words(NamedTuple):
    """What stands on the page of an act: its title, its button, what it means, where it leads back to, words quoted."""

    title: str
    label: str
    says: str
    back: str = ""
    quoted: str = ""


def acting(request: HttpRequest, form: Form, case: Case, words: Words) -> HttpResponse:
    """A page that asks one thing."""
    return asked(request, "cases/act", form, {"case": case, **words._asdict()})


def _does(act: Callable[[Person, Case], Case], says: str) -> Callable[..., HttpResponse]:
    """A view for a button on a case's page."""

    @door("member", methods=POST)
    def view(request: HttpRequest, number: int) -> HttpResponse:
        one = act(person_of(request), case_of(number))
        messages.success(request, says.format(state=Case.State(one.state).label.lower()))
        return redirect(one)

    return view


submit = _does(acts.submit, "It is submitted: its group will look at it.")
screen = _does(acts.screen, "It is taken in; its state is now: {state}.")
draw = _does(acts.draw, "It was tried again; its state is now: {state}.")


@door("member")
def send_back(request: HttpRequest, number: int) -> HttpResponse:
    """Give it back to who submitted it."""
    person, one = person_of(request), case_of(number)
    moving.must_screen(person, one, timezone.now())
    form = WhyForm(posted(request))
    if done(form, lambda: acts.send_back(person, one, form.cleaned_data["why"])):
        messages.success(request, "It is sent back, with your word.")
        return redirect(one)
    return acting(request, form, one, Words("Send it back", "Send it back", SENT_BACK))


@door("member")
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    """Want it no more."""
    person, one = person_of(request), case_of(number)
    moving.must_submit(person, one)
    form = WithdrawForm(posted(request))
    if done(form, lambda: acts.withdraw(person, one, form.cleaned_data["why"])):
        messages.success(request, "It is withdrawn. What was written of it stays to be read.")
        return redirect(one)
    return acting(request, form, one, Words("Withdraw the case", "Withdraw it", WITHDRAWN))


SENT_BACK = "It is a draft again. Who submitted it reads your word, mends what is missing, and may submit it again."
WITHDRAWN = "Nobody reviews or decides it any more. That cannot be taken back: begin another case instead."
