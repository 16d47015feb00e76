"""Makes all that is derived of an edition anew: pages, cards, verdicts, facets, orders, the index of words."""

import hashlib
from array import array
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import NamedTuple

from guildmark import standard
from guildmark.edition.records import Entry, Reported
from guildmark.look import Look
from guildmark.records import digest
from guildmark_hub.catalog import bitmaps, cards, derive, facets, models, shown, stored, words
from guildmark_hub.catalog.batches import Batch
from guildmark_hub.catalog.search import Document, Fts5

CHUNK = 100
BASES = ("evidence", "reported", "listed")


class _Keys(NamedTuple):
    """By what an entry is put in an order."""

    basis: int
    claims: int
    name: str
    vetted: str


def rederive(edition: models.Edition, tell: Callable[[str], None] = lambda says: None) -> None:
    """In the transaction of whoever calls; memory is bounded by a chunk of entries and a few words for each entry."""
    for derived in (
        models.FacetValue.objects.filter(edition=edition),
        models.Order.objects.filter(edition=edition),
        models.Verdict.objects.filter(release__entry__edition=edition),
    ):
        derived.delete()
    making = _Making(edition)
    for first in range(0, edition.entries, CHUNK):
        making.chunk(first)
        if first and first % 5_000 == 0:
            tell(f"{first:,} of {edition.entries:,} entries")
    making.end()


class _Making:
    """The whole of one edition, chunk by chunk."""

    def __init__(self, edition: models.Edition) -> None:
        self._edition = edition
        self._look: Look = derive.look()
        self._categories = list(models.Category.objects.filter(edition=edition))
        self._names = {one.slug: one.name for one in self._categories}
        self._says = {one.slug: one.says for one in self._categories}
        self._sources = dict(models.Source.objects.filter(edition=edition).values_list("pk", "slug"))
        self._verdicts = Batch(models.Verdict)
        self._members: dict[tuple[str, str], array[int]] = {}
        self._keys: list[_Keys] = []
        self._search = Fts5(edition.pk)
        self._search.make()

    def chunk(self, first: int) -> None:
        """Derive the entries from `first` on."""
        mine = models.Entry.objects.filter(edition=self._edition, number__range=(first, first + CHUNK - 1))
        entries = list(mine.select_related("category").order_by("number"))
        ids = [entry.pk for entry in entries]
        releases = models.Release.objects.filter(entry__in=ids).order_by("entry", "number").defer("derived")
        by_entry = {pk: list(ones) for pk, ones in groupby(releases, lambda one: one.entry_id)}
        rows = models.Reported.objects.filter(entry__in=ids).order_by("entry", "of", "source", "pk")
        claims = {pk: list(ones) for pk, ones in groupby(rows, lambda one: one.entry_id)}
        documents = [self._entry(entry, by_entry.get(entry.pk, []), claims.get(entry.pk, [])) for entry in entries]
        self._search.add(documents)
        self._updated(entries)
        models.Entry.objects.bulk_update(entries, ["derived", "evidence", "vetted", "content", "updated_at"])
        models.Release.objects.bulk_update([one for ones in by_entry.values() for one in ones], ["derived"])

    def _entry(
        self, row: models.Entry, releases: Sequence[models.Release], claims: Sequence[models.Reported]
    ) -> Document:
        entry = stored.entry_record(row)
        newest: cards.Newest | None = None
        before: derive.Before | None = None
        for release in releases:
            if not release.assessment_sha256:
                continue
            assessment = release.read()
            judged = derive.verdicts(assessment, self._look)
            which = derive.Which(release.version, entry.purl, f"sha256:{release.assessment_sha256}")
            page = derive.assessed(which, assessment, judged, before, self._look)
            release.derived = models.packed(page)
            for one in judged:
                verdict = models.Verdict(release_id=release.pk, standard=one.standard, version=one.version)
                verdict.level, verdict.next = one.level or "", one.next or ""
                self._verdicts.add(verdict)
            before = derive.Before(release.version, assessment, judged)
            newest = cards.Newest(assessment, page)
        told = [stored.claim_record(one, row.slug, self._sources[one.source_id]) for one in claims]
        card = cards.card(entry, self._names[entry.category], newest, told)
        row.derived, row.evidence, row.vetted = models.packed(card), card.evidence, card.vetted
        row.content = _content(entry, releases, claims)
        return self._placed(row, card, newest.page if newest else None, told)

    def _placed(
        self, row: models.Entry, card: shown.Card, page: shown.Assessed | None, claims: Sequence[Reported]
    ) -> Document:
        """Put it into its facets and orders."""
        values = dict.fromkeys([*cards.facets(card), *(cards.levels(page) if page else ())])
        for facet, value in values:
            if value and len(value) <= facets.LONGEST:
                self._members.setdefault((facet, value), array("I")).append(row.number)
        basis = next(value for facet, value in values if facet == "basis")
        self._keys.append(_Keys(BASES.index(basis), len(claims), row.folded, card.vetted))
        names, rest = cards.words(card, self._says)
        return Document(row.number, " ".join(words.names(names)), " ".join(dict.fromkeys(words.cut(rest))))

    def _updated(self, entries: Sequence[models.Entry]) -> None:
        """What shows the same as in the edition before was not updated."""
        before = models.Entry.objects.filter(edition__current=True, slug__in=[one.slug for one in entries]).exclude(
            edition=self._edition
        )
        known = {slug: (content, at) for slug, content, at in before.values_list("slug", "content", "updated_at")}
        for entry in entries:
            content, at = known.get(entry.slug, ("", None))
            entry.updated_at = at if at and content == entry.content else self._edition.made_at

    def end(self) -> None:
        """Write what is of the edition as a whole."""
        self._verdicts.write()
        rows = Batch(models.FacetValue)
        for facet in dict.fromkeys(facet for facet, _ in self._members):
            for row in self._facet(facet):
                rows.add(row)
        rows.write()
        for name, numbers in self._orders():
            data = array("I", numbers).tobytes()
            models.Order.objects.create(edition=self._edition, name=name, numbers=data)
        self._edition.derived_at = datetime.now(UTC)
        self._edition.save(update_fields=["derived_at"])

    def _facet(self, facet: str) -> Iterator[models.FacetValue]:
        """A row for each of its values, in the order in which they are shown."""
        places = {one.slug: one.number for one in self._categories}
        members = {value: found for (of, value), found in self._members.items() if of == facet}
        for place, value in enumerate(
            sorted(members, key=lambda value: (_place(facet, value, places), -len(members[value]), value))
        ):
            yield models.FacetValue(
                edition=self._edition,
                facet=facet,
                value=value,
                label=self._names[value] if facet == "category" else facets.label(facet, value),
                place=place,
                count=len(members[value]),
                members=bitmaps.data(bitmaps.of(members[value], self._edition.entries)),
            )

    def _orders(self) -> Iterator[tuple[str, list[int]]]:
        keys = self._keys
        every = range(len(keys))
        by_name = sorted(every, key=lambda number: keys[number].name)
        yield "name", by_name
        yield "best", sorted(by_name, key=lambda number: (keys[number].basis, -keys[number].claims))
        yield "vetted", sorted(by_name, key=lambda number: keys[number].vetted, reverse=True)


def _place(facet: str, value: str, categories: dict[str, int]) -> int:
    """Where a value stands in its facet: as we list them, as the taxonomy and the ladders go, else by its count."""
    if facet == "category":
        return categories[value]
    if facet.startswith(facets.LEVEL):
        steps = [level.id for level in standard.load(facet.removeprefix(facets.LEVEL)).level]
        return steps.index(value) if value in steps else len(steps)
    known = list(facets.LABELS.get(facet, ()))
    return known.index(value) if value in known else len(known)


def _content(entry: Entry, releases: Sequence[models.Release], claims: Sequence[models.Reported]) -> str:
    """The sha256 of all that an entry shows, by its raw rows' own digests."""
    whole = hashlib.sha256(digest(entry).encode())
    for release in releases:
        whole.update(f"\0{release.version}\0{release.assessment_sha256}\0{release.why}".encode())
    for claim in sorted(one.digest for one in claims):
        whole.update(f"\0{claim}".encode())
    return whole.hexdigest()
