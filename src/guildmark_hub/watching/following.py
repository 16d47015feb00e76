"""What somebody follows and what happened to it, in words and addresses, asked of the database once a kind."""

from typing import NamedTuple

from django.db.models import QuerySet
from django.urls import reverse

from guildmark import plain
from guildmark_hub.catalog.looks import way
from guildmark_hub.catalog.models import Change, Entry
from guildmark_hub.people.models import Organisation, Person
from guildmark_hub.watching import searches
from guildmark_hub.watching.models import Follow


class Shown(NamedTuple):
    """Something that is followed: its name, the address of its page, empty where that is gone."""

    follow: Follow
    name: str
    page: str


class Named(NamedTuple):
    """A name and the address of a page."""

    name: str
    page: str


def path_of(change: Change) -> str:
    """The path of the page that a change is about: its own, else the entry's, else the front page."""
    if change.address:
        return change.address
    return reverse("catalog:entry", args=[change.slug]) if change.slug else reverse("catalog:front")


def told(change: Change) -> str:
    """What happened, with the entry's id before it, by which people know it."""
    says = plain.sentence(change.says, 400)
    return f"{change.slug}: {says}" if change.slug else says


def shown(person: Person, most: int) -> list[Shown]:
    """The first of what she follows, the newest first."""
    follows = list(person.follows.order_by("-pk")[:most])
    known = _known(follows)
    return [Shown(one, *known.get((one.kind, one.what), Named(one.what, ""))) for one in follows]


def named(kind: str, what: str) -> Named:
    """What would be followed."""
    return _known([Follow(kind=kind, what=what)]).get((kind, what), Named(what, ""))


def _known(follows: list[Follow]) -> dict[tuple[str, str], Named]:
    slugs: dict[str, list[str]] = {}
    for one in follows:
        slugs.setdefault(one.kind, []).append(one.what)
    entries: QuerySet[Entry] = Entry.objects.filter(edition__current=True, slug__in=slugs.get("entry", ()))
    organisations = Organisation.objects.filter(slug__in=slugs.get("organisation", ()))
    found = {("entry", one.slug): Named(one.name, one.get_absolute_url()) for one in entries.defer("derived")}
    found |= {
        ("organisation", one.slug): Named(one.name, way("people:organisation", one.slug)) for one in organisations
    }
    found[Follow.Kind.COUNCIL, ""] = Named("What groups ask of you", way("council:waiting"))
    found |= {("search", what): Named(searches.words(what), searches.address(what)) for what in slugs.get("search", ())}
    return found
