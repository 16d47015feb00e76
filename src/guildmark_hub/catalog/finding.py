"""A question to the catalog and its answer: which entries, in which order, how many of each facet's values.

The sets of an edition are read once by a process and kept until the edition changes; the sets of words are kept
as they are asked, so a word that most entries have costs its walk only once."""

from array import array
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from threading import Lock
from typing import NamedTuple

from packageurl import PackageURL

from guildmark.errors import AskedWrongly
from guildmark_hub.catalog import bitmaps, facets, marking, words
from guildmark_hub.catalog.models import Edition, Entry, FacetValue, Order
from guildmark_hub.catalog.search import Fts5, Search

SORTS = {"best": "Best match", "name": "Name", "vetted": "Newest evidence"}
PER_PAGE, MOST_VALUES = 20, 20
MEMORY = 32 << 20
"""Bytes for the sets of words that a process keeps."""
EXACT, SLUGS = 50, 500


class Asked(NamedTuple):
    """A question that was read: every value has passed its limits."""

    text: str = ""
    chosen: Mapping[str, Sequence[str]] = {}
    sort: str = "best"
    page: int = 1


class Found(NamedTuple):
    """The answer. `entries` are those of the page; `pages` is at least 1; `notice` says what was left out."""

    asked: Asked
    edition: Edition
    entries: Sequence[Entry]
    total: int
    pages: int
    facets: Sequence[facets.Facet]
    notice: str


class Sets:
    """The sets of one edition, in memory."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self.everything = (1 << edition.entries) - 1
        self._search: Search = Fts5(edition.pk)
        kept = max(64, min(8192, MEMORY // (edition.entries // 8 + 64)))
        self.having = lru_cache(kept)(self._having)
        self._days: dict[str, int] = {}
        self._bits: dict[str, dict[str, tuple[str, int]]] = {}
        for one in FacetValue.objects.filter(edition=edition).iterator():
            members = bitmaps.read(one.members) & self.everything  # an entry may have been added just now
            if one.facet == "vetted_on":
                self._days[one.value] = members
            else:
                self._bits.setdefault(one.facet, {})[one.value] = (one.label, members)
        self._orders: dict[str, array[int]] = {}
        for order in Order.objects.filter(edition=edition):
            self._orders[order.name] = array("I", bytes(order.numbers))
        self._ranks = {name: bitmaps.ranks(order) for name, order in self._orders.items()}
        self._bits_today: tuple[date, marking.Marks, facets.Bits] | None = None

    def _having(self, word: str, begins: bool, names: bool) -> int:
        numbers = self._search.having(word, begins=begins, names=names)
        return bitmaps.of((one for one in numbers if one < self.edition.entries), self.edition.entries)

    def bits(self, today: date) -> facets.Bits:
        """All facets, with those that depend on the day."""
        marks = marking.on(today)
        if self._bits_today is None or self._bits_today[:2] != (today, marks):
            within = {days: (words, self._since(today, int(days))) for days, words in facets.LABELS["vetted"].items()}
            found = {**self._bits, facets.VETTED: within, **self._marked(marks)}
            self._bits_today = (today, marks, {facet: found[facet] for facet in sorted(found, key=facets.place)})
        return self._bits_today[2]

    def _marked(self, marks: marking.Marks) -> facets.Bits:
        """The sets of the facets whose values others keep; an entry that this edition does not have is left out."""
        slugs = sorted({slug for marked in marks.values() for _, slug in marked})
        numbers: dict[str, int] = {}
        for first in range(0, len(slugs), SLUGS):
            rows = Entry.objects.filter(edition=self.edition, slug__in=slugs[first : first + SLUGS])
            numbers.update(rows.filter(number__lt=self.edition.entries).values_list("slug", "number"))
        found: dict[str, dict[str, tuple[str, int]]] = {}
        for facet, marked in marks.items():
            for value in dict.fromkeys(value for value, _ in marked):
                members = (numbers[slug] for of, slug in marked if of == value and slug in numbers)
                label = facets.label(facet, value)
                found.setdefault(facet, {})[value] = (label, bitmaps.of(members, self.edition.entries))
        return found

    def _since(self, today: date, days: int) -> int:
        first, found = (today - timedelta(days=days)).isoformat(), 0
        for day, members in self._days.items():
            if day >= first:
                found |= members
        return found

    def matching(self, question: words.Question) -> tuple[int, int, int]:
        """The entries that a question finds: by whole words of their names, by their names, at all."""
        if not question.words:
            return 0, 0, 0 if question.left_out else self.everything
        whole = names = anywhere = self.everything
        for word in question.words:
            last = question.is_open and word == question.words[-1]
            whole &= self.having(word, False, True)
            names &= self.having(word, last, True)
            anywhere &= self.having(word, last, False)
        return whole, names, anywhere

    def page(self, tiers: Sequence[int], sort: str, start: int, count: int) -> list[int]:
        """The numbers of a page: the tiers one after the other, each in the order."""
        found: list[int] = []
        shown = 0
        for tier in tiers:
            fresh = tier & ~shown
            shown |= tier
            size = fresh.bit_count()
            if start < size and len(found) < count:
                found += bitmaps.slice_of(fresh, self._orders[sort], self._ranks[sort], start, count - len(found))
            start = max(0, start - size)
        return found


_lock = Lock()
_known: dict[tuple[int, datetime | None], Sets] = {}


def current() -> Edition:
    """The edition that is shown; raises AskedWrongly where none was loaded."""
    edition = Edition.objects.filter(current=True).first()
    if edition is None:
        raise AskedWrongly("no edition is loaded", "run `guildmark hub load EDITION`")
    return edition


def sets(edition: Edition) -> Sets:
    """The sets of an edition, read at the first question; those of other editions are forgotten."""
    with _lock:
        key = (edition.pk, edition.derived_at)
        if key not in _known:
            found = Sets(edition)
            _known.clear()
            _known[key] = found
        return _known[key]


def read(parameters: Mapping[str, Sequence[str]]) -> Asked:
    """A question from the parameters of an address (`dict(request.GET.lists())`); raises AskedWrongly.

    Names that are no facet are left aside, so that a link with somebody's tracking in it still works."""
    text = (list(parameters.get("q", ())) or [""])[-1]
    sort = (list(parameters.get("sort", ())) or ["best"])[-1] or "best"
    if sort not in SORTS:
        raise AskedWrongly("there is no such order", f"the orders are {', '.join(SORTS)}")
    chosen: dict[str, tuple[str, ...]] = {}
    for name, given in parameters.items():
        if name not in facets.TITLES and not (name.startswith(facets.LEVEL) and len(name) <= facets.LONGEST):
            continue
        values = tuple(dict.fromkeys(filter(None, given)))
        if len(values) > MOST_VALUES or any(len(value) > facets.LONGEST for value in values):
            raise AskedWrongly(f"too much is chosen of one facet ({len(values)} values)", f"at most {MOST_VALUES}")
        if values:
            chosen[name] = values
    return Asked(text, chosen, sort, _page((list(parameters.get("page", ())) or ["1"])[-1]))


def _page(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 9 and int(text) >= 1):
        raise AskedWrongly("there is no such page", "pages are counted from 1")
    return int(text)


def find(asked: Asked, per_page: int = PER_PAGE, edition: Edition | None = None) -> Found:
    """Answer a question, of the edition that is shown; raises AskedWrongly for a page past the last."""
    edition = edition or current()
    held = sets(edition)
    bits = held.bits(datetime.now(UTC).date())
    purl = _purl(asked.text)
    question = words.question(purl or asked.text)
    whole, names, anywhere = held.matching(question)
    result = facets.narrowed(anywhere, bits, asked.chosen)
    total = result.bit_count()
    pages = max(1, -(-total // per_page))
    if asked.page > pages:
        raise AskedWrongly(f"there is no page {asked.page:,}", f"this question has {pages:,}")
    tiers: tuple[int, ...] = (result,)
    if asked.sort == "best" and question.words:
        tiers = (_exact(edition, asked.text, purl) & result, whole & result, names & result, result)
    numbers = held.page(tiers, asked.sort, (asked.page - 1) * per_page, per_page)
    counted = tuple(facets.counted(anywhere, bits, asked.chosen))
    notice = question.left_out or ("" if purl else _no_purl(asked.text))
    return Found(asked, edition, entries(edition, numbers), total, pages, counted, notice)


def result(asked: Asked, edition: Edition) -> int:
    """The set of all entries of an edition that a question finds, as a bitmap."""
    held = sets(edition)
    *_, anywhere = held.matching(words.question(_purl(asked.text) or asked.text))
    return facets.narrowed(anywhere, held.bits(datetime.now(UTC).date()), asked.chosen)


def entries(edition: Edition, numbers: Sequence[int]) -> list[Entry]:
    """Entries by their numbers, in that order."""
    found = {one.number: one for one in Entry.objects.filter(edition=edition, number__in=numbers)}
    return [found[number] for number in numbers if number in found]


def _no_purl(text: str) -> str:
    """What is said of a purl that is none: its words were searched all the same."""
    is_meant = text.strip().lower().startswith("pkg:")
    return "this is no purl, as pkg:pypi/garak is one, so its words were searched" if is_meant else ""


def _purl(text: str) -> str:
    """The purl that a question is, without a version; empty where it is none."""
    try:
        purl = PackageURL.from_string(text.strip()[:1000])
    except ValueError:
        return ""
    return purl._replace(version=None, qualifiers={}, subpath=None).to_string()


def _exact(edition: Edition, text: str, purl: str) -> int:
    """Entries whose name, id or purl is the question itself, whatever version the purl names."""
    folded = words.fold(text).strip()[:300]
    asked = Entry.objects.filter(edition=edition)
    same = asked.filter(folded=folded) | asked.filter(slug=folded)
    if purl:
        same |= asked.filter(purl=purl)
    return bitmaps.of(same.values_list("number", flat=True)[:EXACT], edition.entries)
