"""Which references a text is near, where it equals one, and where it differs."""

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from guildmark.licences import harmless
from guildmark.licences.references import (
    BLOCK,
    Choice,
    Fixed,
    Gap,
    Library,
    Node,
    Optional,
    Reference,
    checksum,
    digest,
)
from guildmark.licences.words import Text

CANDIDATES = 12
REACH = {"copyright": 400, "name": harmless.LONGEST_NAME, "bullet": harmless.LONGEST_BULLET}
_WIDER = {"": 0, "bullet": 1, "name": 2, "copyright": 3}
MOST_STATES = 64


class Span(NamedTuple):
    """Words of the text, from the first to the one behind the last."""

    start: int
    end: int


class Place(NamedTuple):
    """How far a shape is matched: the next word, a gap that is open before it, the first word that was fixed."""

    at: int
    gap: str = ""
    start: int = -1


Pair = tuple[int, int, int]
"""Words in common: their place in the reference, their place in the text, how many."""


class Change(NamedTuple):
    """Where a text differs: the words of the reference that are not there, the words that are there instead."""

    lacks: Span
    has: Span


class Alignment(NamedTuple):
    """How a text lies on a reference: the blocks in common, in order, and the words from the first to the last."""

    reference: Reference
    pairs: list[Pair]
    common: int
    span: Span
    length: int
    """How many words the reference has, without what may be left out and is."""

    def similarity(self, length: int) -> float:
        """The share of words in common: twice those in common through all words of both."""
        return min(1.0, 2 * self.common / max(1, self.length + length))


class Subject:
    """A text as it is compared: its words, and the check sums of each five of them."""

    def __init__(self, text: Text) -> None:
        self.text = text
        self.words = text.plain()
        self._judged: dict[tuple[str, int, int, str], bool] = {}
        self._digests: dict[tuple[int, int], bytes] = {}

    @cached_property
    def windows(self) -> list[int]:
        words = self.words
        return [checksum(words[at : at + BLOCK]) for at in range(max(0, len(words) - BLOCK + 1))]

    @cached_property
    def places(self) -> dict[int, list[int]]:
        """Where each check sum stands."""
        found: dict[int, list[int]] = {}
        for at, one in enumerate(self.windows):
            found.setdefault(one, []).append(at)
        return found

    def holds(self, at: int, fixed: Fixed) -> bool:
        """Whether the run of words stands at a place."""
        end = at + fixed.count
        if end > len(self.words):
            return False
        if fixed.count >= BLOCK:
            if self.windows[at] != fixed.first:
                return False
        elif checksum(self.words[at:end]) != fixed.first:
            return False
        known = self._digests.get((at, end))
        if known is None:
            known = self._digests[at, end] = digest(self.words[at:end])
        return known == fixed.digest

    def fills(self, gap: str, start: int, end: int, reference: Reference) -> bool:
        """Whether words may stand in a gap."""
        if gap == "any" or (start == end and gap != "edge"):
            return True
        key = (gap, start, end, reference.ids[0])
        if key not in self._judged:
            self._judged[key] = self._fills(gap, start, end, reference)
        return self._judged[key]

    def _fills(self, gap: str, start: int, end: int, reference: Reference) -> bool:
        if gap in ("bullet", "name") and harmless.bullet(self.words[start:end]):
            return True
        lines = self.text.between(start, end)
        if gap == "name":
            return harmless.name(lines)
        return gap in ("copyright", "edge") and harmless.edge(lines, reference)


def near(subject: Subject, library: Library) -> list[Reference]:
    """The references that share the most blocks with a text for their length, the best first."""
    votes: Counter[int] = Counter()
    for one in subject.places:
        votes.update(library.holders(one))
    scored = []
    for number, count in votes.items():
        reference = library.references[number]
        indexed = _indexed(reference)
        if count >= 2 or count == indexed:
            scored.append((min(1.0, count / max(1, indexed)), count, number))
    best = sorted(scored, reverse=True)[:CANDIDATES]
    most = sorted(scored, key=lambda one: (one[1], one[0]), reverse=True)[:CANDIDATES]
    return [library.references[number] for *_, number in dict.fromkeys([*best, *most])]


def _indexed(reference: Reference) -> int:
    """About how many of a reference's blocks the index holds."""
    blocks = len(reference.blocks) // 4
    return blocks if blocks < 30 else max(1, blocks // 3)


def found(subject: Subject, alignment: Alignment) -> Span | None:
    """The words among others that equal the reference up to what may differ."""
    for shape in alignment.reference.shapes():
        ends = [one for one in _run(subject, alignment.reference, shape, {Place(0, "any")}) if one.gap != "any"]
        whole = [one for one in ends if one.at >= alignment.span.end]
        if whole:
            return Span(*max((one.at - one.start, one.start, one.at) for one in whole)[1:])
    return None


def whole(subject: Subject, reference: Reference) -> bool:
    """Whether the whole text is the licence, with nothing besides but notices, titles and names of authors."""
    for shape in reference.shapes():
        start = Place(0, "edge")
        for end in _run(subject, reference, shape, {start}):
            if subject.fills("edge", end.at, len(subject.words), reference):
                return True
    return False


def _run(subject: Subject, reference: Reference, nodes: tuple[Node, ...], places: set[Place]) -> set[Place]:
    """All places that can be reached through the nodes, as an automaton without a way back."""
    for node in nodes:
        if isinstance(node, Fixed):
            places = {end for one in places for end in _stands(subject, reference, node, one)}
        elif isinstance(node, Gap):
            places = {_opened(one, node.of) for one in places}
        elif isinstance(node, Optional):
            places = places | _run(subject, reference, node.nodes, places)
        elif isinstance(node, Choice):
            places = {end for way in node.ways for end in _run(subject, reference, way, places)}
        if not places:
            return places
        if len(places) > MOST_STATES:
            places = set(sorted(places)[:MOST_STATES])
    return places


def _opened(place: Place, gap: str) -> Place:
    """The place with a gap before it; the widest of two that meet."""
    if place.gap in ("edge", "any"):
        return place
    return place if _WIDER[place.gap] >= _WIDER[gap] else place._replace(gap=gap)


def _stands(subject: Subject, reference: Reference, fixed: Fixed, place: Place) -> Iterator[Place]:
    """Where a run of words ends, if it stands at the place or behind what fills the gap."""
    if not place.gap:
        starts: Iterable[int] = (place.at,)
    elif fixed.count >= BLOCK:
        known = subject.places.get(fixed.first, [])
        reach = place.at + REACH.get(place.gap, len(subject.words))
        starts = [at for at in known[bisect_left(known, place.at) :][:8] if at <= reach]
    else:
        reach = REACH.get(place.gap, 40)
        starts = range(place.at, min(place.at + reach, len(subject.words)) + 1)
    for at in starts:
        if subject.holds(at, fixed) and (not place.gap or subject.fills(place.gap, place.at, at, reference)):
            yield Place(at + fixed.count, "", place.start if place.start >= 0 else at)


def align(subject: Subject, reference: Reference) -> Alignment:
    """The longest chain of blocks that stand in both in the same order."""
    known = subject.places
    pairs = [
        (place, at)
        for place, count, one in reference.placed()
        if count == BLOCK and one in known
        for at in known[one][15::-1]
    ]  # per block from the last place to the first: a chain takes one of them at most
    return _alignment(reference, [(place, at, BLOCK) for place, at in _chain(pairs)])


def refined(subject: Subject, alignment: Alignment) -> Alignment:
    """The alignment with the runs that are too short for a whole block."""
    small = [block for block in alignment.reference.placed() if block[1] < BLOCK]
    pairs = sorted([*alignment.pairs, *_small(subject, small, alignment.pairs)])
    return _alignment(alignment.reference, pairs)


def _alignment(reference: Reference, chain: list[Pair]) -> Alignment:
    common = end = 0
    for place, _, count in chain:
        common += max(0, place + count - max(end, place))
        end = place + count
    gone = sum(last - first for first, last in left_out(reference, chain))
    span = Span(chain[0][1], chain[-1][1] + chain[-1][2]) if chain else Span(0, 0)
    return Alignment(reference, chain, common, span, reference.length - gone)


def left_out(reference: Reference, chain: list[Pair]) -> Iterator[tuple[int, int]]:
    """The runs that may be left out and of which no word is there."""
    for first, last in reference.optional():
        number = bisect_left(chain, (first, 0, 0))
        if number == len(chain) or chain[number][0] >= last:
            yield first, last


def _small(subject: Subject, blocks: list[tuple[int, int, int]], chain: list[Pair]) -> Iterator[Pair]:
    """Runs too short for a whole block, where they stand between the blocks that are in common."""
    after = 0
    for place, count, one in blocks:
        number = bisect_left(chain, (place, 0, 0))
        first = max(after, chain[number - 1][1] + BLOCK if number else 0)
        last = chain[number][1] if number < len(chain) else min(first + 60, len(subject.words))
        for at in range(first, min(last, first + 60) - count + 1):
            if checksum(subject.words[at : at + count]) == one:
                yield place, at, count
                after = at + count
                break


def _chain(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest sequence that increases in both (patience sorting)."""
    tails: list[int] = []
    ends: list[int] = []
    before = array("l", [-1]) * len(pairs)
    for number, (_, at) in enumerate(pairs):
        slot = bisect_left(tails, at)
        before[number] = ends[slot - 1] if slot else -1
        tails[slot : slot + 1] = [at]
        ends[slot : slot + 1] = [number]
    chain = []
    number = ends[-1] if ends else -1
    while number >= 0:
        chain.append(pairs[number])
        number = before[number]
    return chain[::-1]


def changes(alignment: Alignment) -> Iterator[Change]:
    """Where the text differs from the reference between the first and the last block in common, and at its ends."""
    gone = bytearray(alignment.reference.length + 1)
    for first, last in left_out(alignment.reference, alignment.pairs):
        gone[first:last] = b"\1" * (last - first)
    place, at = 0, alignment.span.start
    for pair in [*alignment.pairs, (alignment.reference.length, alignment.span.end, 0)]:
        while place < pair[0] and gone[place]:
            place += 1
        end = pair[0]
        while end > place and gone[end - 1]:
            end -= 1
        if end > place or pair[1] > at:
            yield Change(Span(place, max(place, end)), Span(at, max(at, pair[1])))
        place, at = max(place, pair[0] + pair[2]), max(at, pair[1] + pair[2])
