"""The pages of answers: what members say of an entry, and what somebody may say of it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect

from guildmark.errors import AskedWrongly
from guildmark_hub.answers import acts, entries, ownerships, powers, shown, vex
from guildmark_hub.answers.acts import About, Conflict, Said
from guildmark_hub.answers.forms import FORMS, ForForm, PlaceForm, SaidForm
from guildmark_hub.answers.models import Answer, Wording
from guildmark_hub.answers.powers import Kind, Powers
from guildmark_hub.catalog.models import Entry
from guildmark_hub.people.doors import asked, done, door, person_of, posted, show
from guildmark_hub.people.models import Organisation, Person

READ, POST = ("GET", "HEAD"), ("POST",)


def _entry(slug: str) -> Entry:
    try:
        return entries.entry(slug)
    except AskedWrongly as error:
        raise Http404(error.says) from error


def _answer(pk: int) -> Answer:
    try:
        return acts.of(pk)
    except AskedWrongly as error:
        raise Http404(error.says) from error


def _reader(request: HttpRequest) -> Person | None:
    return request.user if isinstance(request.user, Person) else None


@door("anyone", methods=READ)
def entry(request: HttpRequest, slug: str) -> HttpResponse:
    """What members say of an entry, and the ways to say something."""
    _entry(slug)
    return show(request, "answers/entry", shown.entry(slug, _reader(request)))


@door("person")
def claim(request: HttpRequest, slug: str) -> HttpResponse:
    """Say that an entry is hers: choose where to show it."""
    one, person = _entry(slug), person_of(request)
    places = entries.places_of(one)
    form = PlaceForm(places, posted(request), initial={"where": places[0].where if places else ""})
    made: list[int] = []
    if done(form, lambda: made.append(ownerships.claim(person, slug, form.cleaned_data["where"]).pk)):
        return redirect("answers:ownership", made[0])
    return asked(request, "answers/claim", form, {"entry": one, "places": places})


@door("person", methods=READ)
def ownership(request: HttpRequest, pk: int) -> HttpResponse:
    """What to put where, and what came of looking there."""
    held = ownerships.mine(person_of(request), pk)
    job = ownerships.last_look(held)
    given = {"held": held, "job": job, "open": held.state in ownerships.OPEN, "name": _name(held.slug)}
    return show(request, "answers/ownership", given)


@door("person", methods=POST)
def look(request: HttpRequest, pk: int) -> HttpResponse:
    """Have the place of proof looked at."""
    ownerships.look(person_of(request), pk)
    messages.success(request, "It will be looked at in a moment: load this page again.")
    return redirect("answers:ownership", pk)


@door("person", methods=POST)
def give_up(request: HttpRequest, pk: int) -> HttpResponse:
    """Own it no more."""
    ownerships.give_up(person_of(request), pk)
    messages.success(request, "You have given it up. What you said of it stays.")
    return redirect("people:desk")


@door("person")
def say(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """Say something of an entry: by its owner, or for an organisation."""
    one, person = _entry(slug), person_of(request)
    if kind not in Kind.values:
        raise Http404("There is nothing of that kind to say")
    may = powers.of(person, slug)
    finding = request.GET.get("finding", "")[:71]
    about = entries.finding(one, finding) if kind == Kind.REBUTTAL else None
    given = posted(request)
    form = FORMS[kind](given)
    speaker = _speaker(may, kind, given)
    made: list[int] = []

    def act() -> None:
        organisation = _organisation(speaker, may, kind)
        said = _said(form, about)
        made.append(acts.say(person, About(slug, kind, organisation, finding if about else ""), said).pk)

    if (speaker is None or speaker.is_valid()) and done(form, act):
        messages.success(request, "It stands beside what was found.")
        return redirect("answers:answer", made[0])
    held = {"entry": one, "kind": Kind(kind), "about": about, "speaker": speaker, "answer": None}
    return asked(request, "answers/say", form, held)


def _speaker(may: Powers, kind: str, given: Any) -> ForForm | None:
    """For whom she may speak; None where only for herself, as its owner. Raises PermissionDenied for nobody."""
    organisations = may.speaks_for(kind)
    own = "Yourself, as an owner of this entry" if may.may_say(kind, None) else ""
    if not (organisations or own):
        acts.refuse(kind)
    return ForForm(organisations, own, given) if organisations else None


def _organisation(speaker: ForForm | None, may: Powers, kind: str) -> Organisation | None:
    slug = speaker.cleaned_data["organisation"] if speaker else ""
    return next((one for one in may.speaks_for(kind) if one.slug == slug), None)


def _said(form: SaidForm, about: entries.Found | None) -> Said:
    """What a form says; a document is read here, with the finding that it must speak of."""
    given = form.cleaned_data
    document = given.get("vex")
    if document and about is None:
        raise AskedWrongly("the finding is not shown any more, so no document can speak of it", "write it in words")
    read = vex.read(document, about.place, about.assessment) if document and about else None
    says, held = (read.says, read.document) if read else (given["says"], None)
    return Said(says, held, given.get("until"), given.get("statement", ""))


@door("anyone", methods=READ)
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """An answer in every wording that it had."""
    held = _answer(pk)
    given = {"one": shown.one(held, _reader(request)), "wordings": shown.wordings(held), "name": _name(held.slug)}
    return show(request, "answers/answer", given)


@door("anyone", methods=READ)
def document(request: HttpRequest, pk: int, version: int) -> HttpResponse:
    """The OpenVEX document of a wording, as it was given."""
    found = Wording.objects.filter(answer=pk, version=version).exclude(vex=None).first()
    if found is None:
        raise Http404("There is no such document")
    response = JsonResponse(found.vex)
    response["Content-Disposition"] = f'attachment; filename="answer-{pk}-{version}.openvex.json"'
    return response


@door("person")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Word an answer anew; who comes second is shown both wordings."""
    held, person = _answer(pk), person_of(request)
    if not powers.of(person, held.slug).may_edit(held):
        acts.refuse(held.kind, others=True)
    now = acts.wording(held)
    about = _still(held)
    form = FORMS[held.kind](posted(request), initial=_initial(held, now))
    conflict: list[Conflict] = []

    def act() -> None:
        try:
            acts.reword(person, pk, form.cleaned_data["version"] or 0, _said(form, about))
        except Conflict as error:
            conflict.append(error)
            raise

    if done(form, act):
        messages.success(request, "Its new wording stands; the earlier ones can still be read.")
        return redirect("answers:answer", pk)
    if conflict:
        return _both(request, held.pk, form, conflict[0])
    given = {"entry": _entry(held.slug), "kind": Kind(held.kind), "about": about, "speaker": None, "answer": held}
    return asked(request, "answers/say", form, given)


def _still(held: Answer) -> entries.Found | None:
    """The finding that it answers, where the edition that is shown still has it."""
    try:
        return entries.finding(_entry(held.slug), held.finding) if held.finding else None
    except AskedWrongly:
        return None


def _initial(held: Answer, now: Wording) -> dict[str, Any]:
    document = vex.written(now.vex) if now.vex else ""
    said = {"says": "" if document else now.says, "vex": document}
    return {**said, "until": held.until, "statement": held.statement, "version": held.version}


def _both(request: HttpRequest, pk: int, form: SaidForm, conflict: Conflict) -> HttpResponse:
    """409: the wording that stands beside the one that was sent, which can be sent again against it."""
    held = acts.of(pk)
    again = FORMS[held.kind](initial={**form.cleaned_data, "version": held.version})
    given = {"answer": held, "now": acts.wording(held), "form": again, "says": conflict.says, "hint": conflict.hint}
    return show(request, "answers/both", {**given, "name": _name(held.slug)}, 409)


@door("person", methods=POST)
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take it back; its words stay to be read."""
    _answer(pk)
    acts.withdraw(person_of(request), pk)
    messages.success(request, "It is withdrawn. Its words stay to be read, marked as withdrawn.")
    return redirect("answers:answer", pk)


def _name(slug: str) -> str:
    """What the entry is called; its slug where no edition shows it now."""
    found = Entry.objects.filter(edition__current=True, slug=slug).values_list("name", flat=True).first()
    return found or slug
