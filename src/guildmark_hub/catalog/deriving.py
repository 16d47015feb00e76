"""Makes all that is derived of an edition anew: pages, cards, verdicts, facets, orders, the index of words."""

import hashlib
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import NamedTuple

from guildmark.edition.records import Entry
from guildmark.look import Look
from guildmark.records import Assessment, Verdict, Vouched, digest
from guildmark.standard import Standard
from guildmark_hub.catalog import bitmaps, cards, derive, facets, models, published, shown, stored, vouched, words
from guildmark_hub.catalog.batches import Batch
from guildmark_hub.catalog.packing import packed, unpacked
from guildmark_hub.catalog.search import Document, Fts5

CHUNK = 100
BASES = ("evidence", "reported", "listed")
Place = tuple[int | str, ...]
Standing = Mapping[str, list[tuple[str, str, datetime]]]
"""By an entry's slug the claims that it shows: their statements, states and when these began."""


class Keys(NamedTuple):
    """By what an entry is put in an order."""

    basis: int
    claims: int
    name: str
    vetted: str


ORDERS: dict[str, Callable[[int, Keys], Place]] = {
    "name": lambda number, keys: (keys.name, number),
    "best": lambda number, keys: (keys.basis, -keys.claims, keys.name, number),
    "vetted": lambda number, keys: (-int(keys.vetted.replace("-", "") or "0"), keys.name, number),
}
"""Where an entry stands in each order."""


class Derived(NamedTuple):
    """An entry as it is found: its number, facets with their values, its place in orders, its words."""

    number: int
    values: tuple[tuple[str, str], ...]
    keys: Keys
    document: Document


def rederive(edition: models.Edition, tell: Callable[[str], None] = lambda says: None) -> None:
    """In the transaction of whoever calls; memory is bounded by a chunk of entries and a few words for each entry."""
    for derived in (
        models.FacetValue.objects.filter(edition=edition),
        models.Order.objects.filter(edition=edition),
        models.Verdict.objects.filter(release__entry__edition=edition),
    ):
        derived.delete()
    edition.derived_by = ""
    making = _Making(edition)
    for first in range(0, edition.entries, CHUNK):
        making.chunk(first)
        if first and first % 5_000 == 0:
            tell(f"{first:,} of {edition.entries:,} entries")
    making.end()


def found(row: models.Entry, card: shown.Card, page: shown.Assessed | None, says: Mapping[str, str]) -> Derived:
    """How an entry is found by its card and the page of its newest release; `says` are the categories' words."""
    every = dict.fromkeys([*cards.facets(card), *(cards.levels(page) if page else ())])
    values = tuple((facet, value) for facet, value in every if value and len(value) <= facets.LONGEST)
    names, rest = cards.words(card, says)
    document = Document(row.number, " ".join(words.names(names)), " ".join(dict.fromkeys(words.cut(rest))))
    return Derived(row.number, values, keys(row, card), document)


def keys(row: models.Entry, card: shown.Card) -> Keys:
    """By what an entry is put in an order."""
    basis = next(value for facet, value in cards.facets(card) if facet == "basis")
    return Keys(BASES.index(basis), card.reported, row.folded, card.vetted)


class Deriver:
    """Makes entries of one edition anew: their cards, pages and verdicts."""

    def __init__(self, edition: models.Edition, look: Look | None = None) -> None:
        self.edition = edition
        self.categories = list(models.Category.objects.filter(edition=edition))
        self.names = {one.slug: one.name for one in self.categories}
        self.says = {one.slug: one.says for one in self.categories}
        self._look: Look = look or published.look()
        self.standards = derive.newest(self._look)
        self.by = published.program(self._look)
        self._sources = dict(models.Source.objects.filter(edition=edition).values_list("pk", "slug"))
        self._verdicts = Batch(models.Verdict)
        self._vouched: Mapping[str, tuple[Vouched, ...]] = {}

    def entries(self, entries: Sequence[models.Entry]) -> list[Derived]:
        """Derive them and write what was derived; none of their verdicts may be there. Needs their categories."""
        ids = [entry.pk for entry in entries]
        releases = models.Release.objects.filter(entry__in=ids).order_by("entry", "number")
        by_entry = {pk: list(ones) for pk, ones in groupby(releases, lambda one: one.entry_id)}
        rows = models.Reported.objects.filter(entry__in=ids).order_by("entry", "of", "source", "pk")
        told = {pk: list(ones) for pk, ones in groupby(rows, lambda one: one.entry_id)}
        standing = _standing(entries)
        self._vouched = vouched.of(one.digest for ones in by_entry.values() for one in ones)
        before = {entry.pk: (entry.content, entry.updated_at) for entry in entries}
        made = [self._entry(entry, by_entry.get(entry.pk, []), told.get(entry.pk, []), standing) for entry in entries]
        self._updated(entries, before, standing)
        models.Entry.objects.bulk_update(entries, ["derived", "evidence", "vetted", "content", "updated_at"])
        models.Release.objects.bulk_update([one for ones in by_entry.values() for one in ones], ["derived"])
        self._verdicts.write()
        return made

    def _entry(
        self,
        row: models.Entry,
        releases: Sequence[models.Release],
        claims: Sequence[models.Reported],
        standing: Standing,
    ) -> Derived:
        entry = stored.entry_record(row)
        newest: cards.Newest | None = None
        before: derive.Before | None = None
        for release in releases:
            if not release.assessment_sha256:
                release.derived = b""
                continue
            assessment = release.read()
            judged = derive.verdicts(assessment, self._look, self._vouched.get(release.digest, ()))
            which = derive.Which(release.version, entry.purl, f"sha256:{release.assessment_sha256}")
            page = self._page(release, which, assessment, judged, before)
            for one in judged:
                verdict = models.Verdict(release_id=release.pk, standard=one.standard, version=one.version)
                verdict.level, verdict.next = one.level or "", one.next or ""
                self._verdicts.add(verdict)
            before = derive.Before(release.version, assessment, judged)
            newest = cards.Newest(assessment, page)
        told = [stored.claim_record(one, row.slug, self._sources[one.source_id]) for one in claims]
        card = cards.card(entry, self.names[entry.category], newest, told)
        row.derived, row.evidence, row.vetted = packed(card), card.evidence, card.vetted
        said = [one for release in releases for one in self._vouched.get(release.digest, ())]
        row.content = _content(entry, releases, claims, standing.get(row.slug, ()), said)
        return found(row, card, newest.page if newest else None, self.says)

    def _page(
        self,
        release: models.Release,
        which: derive.Which,
        assessment: Assessment,
        judged: tuple[Verdict, ...],
        before: derive.Before | None,
    ) -> shown.Assessed:
        """The page of a release: what this program made of the same assessment is only judged anew."""
        known = release.derived and self.edition.derived_by == self.by
        held = unpacked(release.derived, shown.Assessed) if known else None
        if held and held.assessment == which.digest and held.version == which.version:
            page = derive.rejudged(held, which, assessment, judged, before, self._look)
            if page == held:
                return page
        else:
            page = derive.assessed(which, assessment, judged, before, self._look)
        release.derived = packed(page)
        return page

    def _updated(
        self, entries: Sequence[models.Entry], own: Mapping[int, tuple[str, datetime]], standing: Standing
    ) -> None:
        """What shows the same as before, or as in the edition before, was not updated."""
        before = models.Entry.objects.filter(edition__current=True, slug__in=[one.slug for one in entries]).exclude(
            edition=self.edition
        )
        known = {slug: (content, at) for slug, content, at in before.values_list("slug", "content", "updated_at")}
        for entry in entries:
            kept = [
                at for content, at in (own[entry.pk], known.get(entry.slug, ("", None))) if content == entry.content
            ]
            began = (at for _, _, at in standing.get(entry.slug, ()))
            entry.updated_at = kept[0] if kept and kept[0] else max([self.edition.made_at, *began])


class _Making:
    """The whole of one edition, chunk by chunk."""

    def __init__(self, edition: models.Edition) -> None:
        self._edition = edition
        self._deriver = Deriver(edition)
        self._members: dict[tuple[str, str], array[int]] = {}
        self._keys: list[Keys] = []
        self._search = Fts5(edition.pk)
        self._search.make()

    def chunk(self, first: int) -> None:
        """Derive the entries from `first` on."""
        mine = models.Entry.objects.filter(edition=self._edition, number__range=(first, first + CHUNK - 1))
        made = self._deriver.entries(list(mine.select_related("category").order_by("number")))
        for one in made:
            for value in one.values:
                self._members.setdefault(value, array("I")).append(one.number)
            self._keys.append(one.keys)
        self._search.add([one.document for one in made])

    def end(self) -> None:
        """Write what is of the edition as a whole."""
        size = self._edition.entries
        members = {of: bitmaps.of(numbers, size) for of, numbers in self._members.items()}
        rows = Batch(models.FacetValue)
        for row in facet_values(self._edition, members, self._deriver):
            rows.add(row)
        rows.write()
        for name, place in ORDERS.items():
            numbers = sorted(range(len(self._keys)), key=lambda number: place(number, self._keys[number]))
            data = array("I", numbers).tobytes()
            models.Order.objects.create(edition=self._edition, name=name, numbers=data)
        derived_whole(self._edition, self._deriver.by)


def derived_now(edition: models.Edition) -> None:
    """Whatever a process remembers of what was derived before holds no more."""
    edition.derived_at = datetime.now(UTC)
    edition.save(update_fields=["derived_at"])


def derived_whole(edition: models.Edition, by: str) -> None:
    """All of it was derived by this program."""
    edition.derived_by = by
    edition.save(update_fields=["derived_by"])
    derived_now(edition)


def facet_values(
    edition: models.Edition, members: Mapping[tuple[str, str], int], deriver: Deriver
) -> Iterator[models.FacetValue]:
    """A row for each value of each facet, in the order in which they are shown."""
    places = {one.slug: one.number for one in deriver.categories}
    names = {one.slug: one.name for one in deriver.categories}
    by_facet: dict[str, dict[str, int]] = {}
    for (facet, value), numbers in members.items():
        by_facet.setdefault(facet, {})[value] = numbers
    for facet, values in by_facet.items():
        counts = {value: numbers.bit_count() for value, numbers in values.items()}
        every = sorted(
            counts, key=lambda value: (_place(facet, value, places, deriver.standards), -counts[value], value)
        )
        for place, value in enumerate(every):
            yield models.FacetValue(
                edition=edition,
                facet=facet,
                value=value,
                label=names[value] if facet == "category" else facets.label(facet, value),
                place=place,
                count=counts[value],
                members=bitmaps.data(values[value]),
            )


def _place(facet: str, value: str, categories: Mapping[str, int], standards: Mapping[str, Standard]) -> int:
    """Where a value stands in its facet: as we list them, as the taxonomy and the ladders go, else by its count."""
    if facet == "category":
        return categories[value]
    if facet.startswith(facets.LEVEL):
        known_as = standards.get(facet.removeprefix(facets.LEVEL))
        steps = [level.id for level in known_as.level] if known_as else []
        return steps.index(value) if value in steps else len(steps)
    known = list(facets.LABELS.get(facet, ()))
    return known.index(value) if value in known else len(known)


def _standing(entries: Sequence[models.Entry]) -> Standing:
    """The claims that the entries show, with their states."""
    found: dict[str, list[tuple[str, str, datetime]]] = {}
    rows = models.Claim.objects.filter(slug__in=[one.slug for one in entries]).order_by("statement")
    for slug, statement, state, at in rows.values_list("slug", "statement", "state", "state_at"):
        found.setdefault(slug, []).append((statement, state, at))
    return found


def _content(
    entry: Entry,
    releases: Sequence[models.Release],
    reported: Sequence[models.Reported],
    claims: Sequence[tuple[str, str, datetime]],
    said: Sequence[Vouched],
) -> str:
    """The sha256 of all that an entry shows, by its raw rows' own digests."""
    whole = hashlib.sha256(digest(entry).encode())
    for release in releases:
        whole.update(f"\0{release.version}\0{release.assessment_sha256}\0{release.why}".encode())
    for claim in sorted(one.digest for one in reported):
        whole.update(f"\0{claim}".encode())
    for statement, state, _ in claims:
        whole.update(f"\0{statement}\0{state}".encode())
    for one in said:
        whole.update(f"\0{digest(one)}".encode())
    return whole.hexdigest()
