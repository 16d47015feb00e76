"""The pages that anybody reads of members, and the desk of who is signed in."""

import importlib
import importlib.util
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from guildmark import keys
from guildmark.errors import ClaimError
from guildmark_hub.people import acts, roles
from guildmark_hub.people.doors import asked, done, door, person_of, posted, show
from guildmark_hub.people.forms import NameForm
from guildmark_hub.people.models import Key, Organisation, Person
from guildmark_hub.settings import APPS

SECTION = "desk_section.html"


@door("person", methods=("GET", "HEAD"))
def desk(request: HttpRequest) -> HttpResponse:
    """What waits for somebody, and what she may do: a section of each app that has one for her."""
    person = person_of(request)
    mine = roles.affiliations(person).order_by("organisation__name")
    applied = Organisation.objects.filter(applied_by=person).exclude(state=Organisation.State.MEMBER)
    waiting = Organisation.objects.filter(state=Organisation.State.APPLIED).count() if person.is_staff else 0
    held = {"person": person, "affiliations": mine, "applied": applied, "waiting": waiting}
    return show(request, "people/desk", {**held, "sections": list(_sections(request, person))})


def _sections(request: HttpRequest, person: Person) -> Any:
    """Each app says what it has for the desk in `desk.section`; it is found by its name, so nothing is imported up."""
    for app in APPS:
        place = f"guildmark_hub.{app}.desk"
        if importlib.util.find_spec(place) is None:
            continue
        held: dict[str, Any] | None = importlib.import_module(place).section(person)
        if held is not None:
            yield _section(request, f"{app}/{SECTION}", {**held, "section": held, "person": person})


def _section(request: HttpRequest, template: str, held: dict[str, Any]) -> SafeString:
    return mark_safe(render_to_string(template, held, request))  # the template has escaped what it shows


@door("person")
def name(request: HttpRequest) -> HttpResponse:
    """How others see her."""
    person = person_of(request)
    form = NameForm(posted(request), initial={"name": person.name})
    if done(form, lambda: acts.rename(person, form.cleaned_data["name"])):
        messages.success(request, "Your name is kept.")
        return redirect("people:desk")
    return asked(request, "people/name", form, {})


@door("anyone", methods=("GET", "HEAD"))
def members(request: HttpRequest) -> HttpResponse:
    """The organisations that are members, by sector and country."""
    every = Organisation.objects.filter(state=Organisation.State.MEMBER)
    sector, country = request.GET.get("sector", ""), request.GET.get("country", "")
    found = every
    if sector in Organisation.Sector.values:
        found = found.filter(sector=sector)
    if country:
        found = found.filter(country=country[:2].upper())
    countries = every.exclude(country="").values_list("country", flat=True).order_by("country").distinct()
    held = {"organisations": found, "sectors": Organisation.Sector.choices, "countries": list(countries)}
    return show(request, "people/members", {**held, "sector": sector, "country": country})


@door("anyone", methods=("GET", "HEAD"))
def organisation(request: HttpRequest, slug: str) -> HttpResponse:
    """Who an organisation is, and which keys are its."""
    shown = (Organisation.State.MEMBER, Organisation.State.LEFT)
    one = Organisation.objects.filter(slug=slug, state__in=shown).first()
    if one is None:
        raise Http404(f"There is no member {slug[:100]}")
    claims: int = one.claims.count()
    return show(request, "people/organisation", {"organisation": one, "keys": described(one), "claims": claims})


def described(one: Organisation) -> list[tuple[Key, keys.PublicKey | None]]:
    """Its keys, with what their lines say; None for a line that cannot be read."""
    return [(key, _read(key.public)) for key in one.keys.all()]


def _read(line: str) -> keys.PublicKey | None:
    try:
        return keys.read_public(line)
    except ClaimError:
        return None
