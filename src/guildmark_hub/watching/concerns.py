"""Whom a change concerns: by the entry, by an organisation, by a search that finds the entry now. Pure, no Django."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import NamedTuple


class Followed(NamedTuple):
    """What a person follows: `after` is the last change that there was when she began."""

    person: int
    kind: str
    """`entry`, `organisation` or `search`."""
    what: str
    after: int
    by_mail: bool


class Happened(NamedTuple):
    """A change: its number, the slug of its entry, the slugs of the organisations that it names."""

    number: int
    slug: str
    organisations: AbstractSet[str]


class Due(NamedTuple):
    """A notice that somebody is to have of a change."""

    number: int
    person: int


def notices(
    changes: Iterable[Happened], follows: Iterable[Followed], finds: Mapping[str, AbstractSet[str]]
) -> dict[Due, bool]:
    """The notices of some changes, the oldest change first, one a person and change; the value is whether it is mailed.

    `finds` says of each search which entries it finds; who follows by several ways is mailed if one of them says so."""
    by_what: dict[tuple[str, str], list[Followed]] = {}
    searches: dict[str, list[Followed]] = {}
    for one in follows:
        if one.kind == "search":
            searches.setdefault(one.what, []).append(one)
        else:
            by_what.setdefault((one.kind, one.what), []).append(one)
    found: dict[Due, bool] = {}
    for change in sorted(changes):
        concerned = list(by_what.get(("entry", change.slug), ()))
        for organisation in sorted(change.organisations):
            concerned += by_what.get(("organisation", organisation), ())
        for search, of in searches.items():
            if change.slug in finds.get(search, ()):
                concerned += of
        for one in sorted(concerned):
            if change.number > one.after:
                due = Due(change.number, one.person)
                found[due] = found.get(due, False) or one.by_mail
    return found
