"""The pages of conflicts of interest: who declares what, and the forms to declare one and to end it."""

from datetime import date
from typing import Any, NamedTuple

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from guildmark.errors import AskedWrongly
from guildmark_hub.council import conflicts, declaring, stakes
from guildmark_hub.council.declaring import Said
from guildmark_hub.council.models import Declaration
from guildmark_hub.people import roles
from guildmark_hub.people.doors import asked, done, door, person_of, posted, show
from guildmark_hub.people.fields import TextField
from guildmark_hub.people.models import Organisation, Person

READ, POST = ("GET", "HEAD"), ("POST",)
PAGE = 50
KINDS = (("entry", "An entry of the catalog"), ("organisation", "An organisation"), ("person", "A person"))


class DeclareForm(forms.Form):
    """Who has a stake in what, since when."""

    whose = forms.ChoiceField(label="Whose it is")
    kind = forms.ChoiceField(label="In what", choices=KINDS)
    what = forms.CharField(
        label="Which",
        max_length=200,
        help_text="As its address here ends: silero-vad, where it is /entry/silero-vad/. A person by name.",
    )
    says = TextField(label="What it is", max_length=declaring.LONGEST, help_text="Everybody reads it: I advise them.")
    since = forms.DateField(
        label="Since when", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), initial=date.today
    )
    until = forms.DateField(
        label="Until when",
        required=False,
        help_text="The last day on which it holds; empty where no end is known.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, organisations: list[Organisation], *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        choices = [("", "Mine"), *((one.slug, f"That of {one.name}") for one in organisations)]
        field = self.fields["whose"]
        field.required = False
        field.choices = choices  # type: ignore[attr-defined]

    def about(self) -> str:
        """What it is about, as a declaration names it; raises AskedWrongly."""
        kind, what = self.cleaned_data["kind"], self.cleaned_data["what"].strip()
        return f"person:{_person(what)}" if kind == "person" else f"{kind}:{what.strip('/').rpartition('/')[2]}"


class Shown(NamedTuple):
    """A declaration, what it is about by its name here, and whether the reader may end it."""

    declaration: Declaration
    kind: str
    about: str
    holds: bool
    may_end: bool


@door("anyone", methods=READ)
def every(request: HttpRequest) -> HttpResponse:
    """Who declares a stake in what, and which conflicts were waived."""
    reader = request.user if isinstance(request.user, Person) else None
    page = Paginator(declaring.every(), PAGE).get_page(request.GET.get("page"))
    today = timezone.now().date()
    waived = stakes.waivers().filter(until__date__gte=today).select_related("person", "decision__proposal")
    held = {
        "rows": _shown(list(page), reader, today),
        "page": page,
        "waivers": list(waived.order_by("until")[:PAGE]),
        "months": conflicts.MONTHS,
    }
    return show(request, "council/conflicts", held)


@door("member")
def declare(request: HttpRequest) -> HttpResponse:
    """Declare a stake, of one's own or of an organisation."""
    person = person_of(request)
    owned = list(roles.organisations(person, "owner"))
    given = {name: request.GET.get(name, "")[:200] for name in ("kind", "what")}
    form = DeclareForm(owned, posted(request), initial=given)

    def act() -> None:
        said = form.cleaned_data
        organisation = next((one for one in owned if one.slug == said["whose"]), None)
        declaring.declare(person, Said(form.about(), said["says"], said["since"], said["until"]), organisation)

    if done(form, act):
        messages.success(request, "It is declared. It counts from the next look at who may review and vote.")
        return redirect("council:conflicts")
    return asked(request, "council/conflicts_declare", form, {})


@door("member", methods=POST)
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End a declaration."""
    declaring.end(person_of(request), pk)
    messages.success(request, "It counts until the end of today. What was declared stays to be read.")
    return redirect("council:conflicts")


def _shown(page: list[Declaration], reader: Person | None, today: date) -> list[Shown]:
    names = declaring.names(one.about for one in page)
    owned = {one.pk for one in roles.organisations(reader, "owner")} if reader else set[int]()
    rows = []
    for one in page:
        kind, _, of = one.about.partition(":")
        hers = one.organisation_id in owned if one.organisation_id else reader and one.person_id == reader.pk
        holds = one.until is None or one.until >= today
        may_end = bool(hers and (one.until is None or one.until > today))
        rows.append(Shown(one, kind, names.get(one.about, of), holds, may_end))
    return rows


def _person(what: str) -> int:
    """The key of the one person who has a name, or a number; raises AskedWrongly."""
    if what.isdecimal() and len(what) < 10:
        return int(what)
    found = list(Person.objects.filter(name__iexact=what, is_active=True).values_list("pk", flat=True)[:2])
    if len(found) != 1:
        says = "two persons have that name" if found else "nobody here has that name"
        raise AskedWrongly(says, "give the person's number, which those who run this hub know")
    return found[0]
