"""Makes some entries of an edition anew, and what is of the edition as a whole only where they change it.

What comes out is what `deriving.rederive` makes of the same rows; in the transaction of whoever calls."""

from array import array
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from guildmark.look import Look
from guildmark_hub.catalog import bitmaps, deriving, models, shown
from guildmark_hub.catalog.deriving import ORDERS, Derived, Deriver, Keys
from guildmark_hub.catalog.search import Fts5


class Moved(NamedTuple):
    """A standard's level of an entry that is another now; empty where none is reached."""

    slug: str
    name: str
    standard: str
    title: str
    before: str
    after: str


def again(edition: models.Edition, entries: Sequence[models.Entry], look: Look | None = None) -> list[Moved]:
    """Derive these entries anew; the levels that changed of those that were shown before. Entries that were never
    derived are put in; their numbers follow those that were."""
    deriver = Deriver(edition, look)
    before = {one.pk: one.card for one in entries if one.derived}
    for one in entries:
        one.__dict__.pop("card", None)
    models.Verdict.objects.filter(release__entry__in=[one.pk for one in entries]).delete()
    after = deriver.entries(entries)
    Fts5(edition.pk).add([made.document for row, made in zip(entries, after, strict=True) if row.pk not in before])
    _facets(edition, after, deriver)
    moved = {
        made.number: made.keys
        for row, made in zip(entries, after, strict=True)
        if row.pk not in before or deriving.keys(row, before[row.pk]) != made.keys
    }
    if moved:
        _orders(edition, moved)
    deriving.derived_now(edition)
    return [one for row in entries if row.pk in before for one in levels_moved(before[row.pk], row.card)]


def levels_moved(before: shown.Card, after: shown.Card) -> list[Moved]:
    """The standards whose level is another than before; one that is new, or fits no more, counts from or to none."""
    old = {one.standard: one for one in before.levels}
    new = {one.standard: one for one in after.levels}
    found = []
    for id in sorted(old.keys() | new.keys()):
        levels = [known[id].level if id in known else "" for known in (old, new)]
        if levels[0] != levels[1]:
            title = (new.get(id) or old[id]).title
            found.append(Moved(after.id, after.name, id, title, *levels))
    return found


def words_anew(edition: models.Edition) -> None:
    """Make the index of words anew from the cards, as where this program cuts words otherwise than the one before."""
    deriver, search = Deriver(edition), Fts5(edition.pk)
    search.make()
    for first in range(0, edition.entries, deriving.CHUNK):
        numbers = (first, first + deriving.CHUNK - 1)
        rows = models.Entry.objects.filter(edition=edition, number__range=numbers).order_by("number")
        search.add([deriving.found(row, row.card, None, deriver.says).document for row in rows])


def _facets(edition: models.Edition, after: Sequence[Derived], deriver: Deriver) -> None:
    """Put the entries into the values that they have now; only rows that are other than before are written."""
    held = {(row.facet, row.value): row for row in models.FacetValue.objects.filter(edition=edition)}
    members = {value: bitmaps.read(row.members) for value, row in held.items()}
    mine = bitmaps.of((one.number for one in after), edition.entries)
    for value in members:
        members[value] &= ~mine
    for one in after:
        for value in one.values:
            members[value] = members.get(value, 0) | 1 << one.number
    there = {value: numbers for value, numbers in members.items() if numbers}
    fresh, moved = [], []
    for row in deriving.facet_values(edition, there, deriver):
        old = held.pop((row.facet, row.value), None)
        if old is None:
            fresh.append(row)
        elif _shows(old) != _shows(row):
            row.pk = old.pk
            moved.append(row)
    models.FacetValue.objects.bulk_create(fresh)
    models.FacetValue.objects.bulk_update(moved, ["label", "place", "count", "members"], 100)
    models.FacetValue.objects.filter(pk__in=[row.pk for row in held.values()]).delete()


def _shows(row: models.FacetValue) -> tuple[str, int, int, bytes]:
    return row.label, row.place, row.count, bytes(row.members)


def _orders(edition: models.Edition, moved: Mapping[int, Keys]) -> None:
    """Take the moved entries out of each order and put them where they belong; no other is looked at but to compare."""
    known = dict(moved)

    def keys(number: int) -> Keys:
        if number not in known:
            row = models.Entry.objects.get(edition=edition, number=number)
            known[number] = deriving.keys(row, row.card)
        return known[number]

    held = {row.name: row for row in models.Order.objects.filter(edition=edition)}
    for name, place in ORDERS.items():
        row = held.get(name) or models.Order(edition=edition, name=name)
        kept = [number for number in array("I", bytes(row.numbers)) if number not in moved]
        for number in sorted(moved, key=lambda number: place(number, moved[number])):
            mine = place(number, moved[number])
            kept.insert(bisect_left(kept, mine, key=lambda other: place(other, keys(other))), number)
        row.numbers = array("I", kept).tobytes()
        row.save()
