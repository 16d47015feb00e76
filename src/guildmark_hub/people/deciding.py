"""The pages of those who run the hub: who applies, who is invited, and the trail of every act."""

import json
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from guildmark_hub.people import acts, inviting, mails
from guildmark_hub.people.doors import asked, done, door, person_of, posted, show
from guildmark_hub.people.forms import AddressForm, ProposalForm, RefusalForm
from guildmark_hub.people.models import Act, Organisation
from guildmark_hub.people.owning import MAIL_FAILED, tell_invited

PAGE = 50
MOST_PAGES = 10_000


@door("staff", methods=("GET", "HEAD"))
def applications(request: HttpRequest) -> HttpResponse:
    """Who waits for a decision, and whom we invited."""
    found = Organisation.objects.select_related("applied_by").order_by("applied_at")
    held = {
        "waiting": found.filter(state=Organisation.State.APPLIED),
        "invited": found.filter(state=Organisation.State.INVITED),
    }
    return show(request, "people/applications", held)


@door("staff")
def propose(request: HttpRequest) -> HttpResponse:
    """Staff invite an organisation, by the address of its first owner."""
    form = ProposalForm(posted(request))
    made: list[tuple[Organisation, str]] = []
    if done(form, lambda: made.append(inviting.propose(person_of(request), form.cleaned_data))):
        tell_invited(request, made[0][0], form.cleaned_data["email"], made[0][1])
        return redirect("people:applications")
    return asked(request, "people/propose", form, {})


@door("staff")
def invite_again(request: HttpRequest, slug: str) -> HttpResponse:
    """Staff send another link, where nobody took the first."""
    one = _organisation(slug)
    form = AddressForm(posted(request))
    secrets: list[str] = []
    if done(form, lambda: secrets.append(inviting.first_owner(person_of(request), one, form.cleaned_data["email"]))):
        tell_invited(request, one, form.cleaned_data["email"], secrets[0])
        return redirect("people:applications")
    return asked(request, "people/invite_again", form, {"organisation": one})


def _organisation(slug: str) -> Organisation:
    one = Organisation.objects.filter(slug=slug).select_related("applied_by").first()
    if one is None:
        raise Http404(f"There is no organisation {slug[:100]}")
    return one


@door("staff")
def application(request: HttpRequest, slug: str) -> HttpResponse:
    """An applicant: to be taken in by a press, or refused with a word."""
    one = _organisation(slug)
    refusing = "why" in request.POST
    form = RefusalForm(request.POST if refusing else None)
    if request.method == "POST" and not refusing:
        acts.accept(person_of(request), one)
        return _decided(request, one)
    if done(form, lambda: acts.refuse(person_of(request), one, form.cleaned_data["why"])):
        return _decided(request, one)
    return asked(request, "people/application", form, {"organisation": one})


def _decided(request: HttpRequest, one: Organisation) -> HttpResponse:
    one.refresh_from_db()
    told = mails.decision(one)
    messages.success(request, f"It is decided: {one.name} {Organisation.State(one.state).label.lower()}.")
    if not told:
        messages.error(request, MAIL_FAILED)
    return redirect("people:applications")


@door("staff", methods=("GET", "HEAD"))
def trail(request: HttpRequest) -> HttpResponse:
    """Every act: who did what, to what, and how it was before and after; the newest first."""
    found = Act.objects.select_related("person")
    what, who = request.GET.get("of", "")[:1000], request.GET.get("person", "")[:254]
    if what:
        found = found.filter(of__startswith=what)
    if who.isascii() and who.isdecimal() and len(who) < 19:
        found = found.filter(person=int(who))
    elif who:
        found = found.filter(who__icontains=who)
    number = request.GET.get("page", "1")
    page = int(number) if number.isascii() and number.isdecimal() and len(number) < 6 else 1
    shown = Paginator(found, PAGE).get_page(min(page, MOST_PAGES))
    rows = [(act, _written(act.before), _written(act.after)) for act in shown]
    return show(request, "people/trail", {"page": shown, "rows": rows, "of": what, "who": who})


def _written(given: Any) -> str:
    return "" if given is None else json.dumps(given, ensure_ascii=False, sort_keys=True)
