"""Every write of declarations: who has a stake in what, from a day until a day; none is deleted, an end is written."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from guildmark import plain
from guildmark.errors import AskedWrongly
from guildmark_hub.catalog.models import Entry
from guildmark_hub.council.models import Declaration
from guildmark_hub.council.proposing import lines, readable
from guildmark_hub.people import roles, trail
from guildmark_hub.people.acts import CLOCK
from guildmark_hub.people.models import Organisation, Person

MOST, LONGEST = 100, 2_000
OLDEST = date(1950, 1, 1)


class Said(NamedTuple):
    """What is declared: about what, in which words, from a day until a last day."""

    about: str
    says: str
    since: date
    until: date | None = None


def declare(
    person: Person, said: Said, organisation: Organisation | None = None, now: datetime | None = None
) -> Declaration:
    """Declare a stake of one's own, or as an owner that of an organisation; the same again is the same one.

    Raises PermissionDenied, AskedWrongly."""
    at = now or timezone.now()
    said = said._replace(says=lines(said.says).strip())
    readable(said.says, "word about it", LONGEST)
    with transaction.atomic():
        _must_speak(person, organisation)
        about(said.about)
        _dates(said, at.date())
        if said.about == (f"organisation:{organisation.slug}" if organisation else f"person:{person.pk}"):
            raise AskedWrongly("nobody declares a stake in itself", "everybody knows of that one")
        whose = Q(organisation=organisation) if organisation else Q(person=person, organisation=None)
        mine = Declaration.objects.filter(whose)
        same = mine.filter(about=said.about, says=said.says, since=said.since, until=said.until).first()
        if same:
            return same
        if mine.filter(_in_force(at.date())).count() >= MOST:
            raise AskedWrongly(f"{MOST} declarations are in force already", "end those that hold no more")
        made = Declaration(about=said.about, says=said.says, since=said.since, until=said.until)
        made.person, made.organisation = (None, organisation) if organisation else (person, None)
        made.made_by, made.made_at = person, at
        made.save()
        trail.keep(person, "council.declare", named(made), None, _told(made))
    return made


def end(person: Person, pk: int, now: datetime | None = None) -> Declaration:
    """It holds no more from tomorrow on; its words stay. Raises PermissionDenied, AskedWrongly."""
    at = now or timezone.now()
    with transaction.atomic():
        one = Declaration.objects.select_related("organisation").filter(pk=pk).first()
        if one is None or not ends(person, one):
            raise PermissionDenied("Only who declared it, or an owner of its organisation, may end it")
        if one.until and one.until <= at.date():
            return one
        if at.date() < one.since:
            raise AskedWrongly(f"it began on {one.since}, which is not yet", CLOCK)
        before, one.until = _told(one), at.date()
        one.save(update_fields=["until"])
        trail.keep(person, "council.end_declaration", named(one), before, _told(one))
    return one


def ends(person: Person, declaration: Declaration) -> bool:
    """Whether she may end it."""
    if declaration.organisation:
        return roles.has(person, "owner", declaration.organisation)
    return declaration.person_id == person.pk


def named(declaration: Declaration) -> str:
    """How the trail names a declaration."""
    return f"declaration:{declaration.pk}"


def about(text: str) -> tuple[str, str]:
    """The kind of what a declaration is about, and what it is called here; raises AskedWrongly where it is not here."""
    kind, _, of = text.partition(":")
    found = names([text]).get(text)
    if found is None:
        says = f"{plain.name(of, 60)} is no organisation, person or entry of this hub"
        raise AskedWrongly(says, "write it as its page is called")
    return kind, found


def names(abouts: Iterable[str]) -> dict[str, str]:
    """What each thing that declarations are about is called here; what is not here has no name.

    Of people, who belongs or belonged to an organisation: the name of another account is nobody's business."""
    by: dict[str, set[str]] = {}
    for one in abouts:
        kind, _, of = one.partition(":")
        by.setdefault(kind, set()).add(of)
    numbers = [int(of) for of in by.get("person", ()) if of.isdecimal() and len(of) < 10]
    organisations = Organisation.objects.filter(slug__in=by.get("organisation", ()))
    entries = Entry.objects.filter(edition__current=True, slug__in=by.get("entry", ()))
    found = {f"person:{one.pk}": str(one) for one in Person.objects.filter(pk__in=numbers, affiliations__isnull=False)}
    found |= {f"organisation:{slug}": name for slug, name in organisations.values_list("slug", "name")}
    return found | {f"entry:{slug}": name for slug, name in entries.values_list("slug", "name")}


def every() -> QuerySet[Declaration]:
    """All declarations, the newest first."""
    return Declaration.objects.select_related("person", "organisation", "made_by").order_by("-since", "-pk")


def _in_force(on: date) -> Q:
    return Q(until=None) | Q(until__gt=on)


def _must_speak(person: Person, organisation: Organisation | None) -> None:
    if organisation and not roles.has(person, "owner", organisation):
        raise PermissionDenied(f"Only owners of {organisation.name} may declare something for it")
    if not roles.has(person, "member"):
        raise PermissionDenied("Only members declare conflicts of interest here")


def _dates(said: Said, today: date) -> None:
    if not OLDEST <= said.since <= today:
        raise AskedWrongly(f"it cannot have begun on {said.since}", "give the day since which it is so, or today")
    if said.until and said.until < said.since:
        raise AskedWrongly("it would end before it began", "give a later day, or none")


def _told(one: Declaration) -> dict[str, str | None]:
    until = one.until.isoformat() if one.until else None
    return {"about": one.about, "says": one.says, "since": one.since.isoformat(), "until": until}
