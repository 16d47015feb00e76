"""What is other in a new wording: of a standard in words, level by level, of any text line by line; pure."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Literal, NamedTuple

from guildmark import plain
from guildmark.standard import Level, Measure, Standard

AROUND = 3
"""Lines that are shown before and after a difference."""
SMALL = 40
"""So many lines at most are held against so many one by one; larger pieces only by the lines that both have once."""


class Line(NamedTuple):
    """A line that both have, or one of them, with its numbers there, from 1; `skipped` stands for `many` of both."""

    kind: Literal["same", "gone", "new", "skipped"]
    text: str
    before: int = 0
    after: int = 0
    many: int = 0


def standards(old: Standard | None, new: Standard) -> tuple[str, ...]:
    """The differences between two versions of a standard, in sentences without an end."""
    if old is None:
        levels = plain.counted(len(new.level), "level")
        return (f"a new standard with {levels}: {', '.join(_name(level) for level in new.level)}",)
    return (*_heads(old, new), *_levels(old, new))


def lines(old: str, new: str) -> tuple[Line, ...]:
    """The lines of both texts in order; what is far from any difference is left out, and counted."""
    return tuple(_shortened(list(_numbered(_joined(old.splitlines(), new.splitlines())))))


def _heads(old: Standard, new: Standard) -> Iterator[str]:
    for what, before, after in (
        ("title", old.title, new.title),
        ("version", old.version, new.version),
        ("level that is asked if nobody names one", old.asks or "the last", new.asks or "the last"),
        ("kinds", ", ".join(old.applies_to), ", ".join(new.applies_to)),
    ):
        if before != after:
            yield f"the {what}: {before} becomes {after}"


def _levels(old: Standard, new: Standard) -> Iterator[str]:
    before, after = ({level.id: level for level in one.level} for one in (old, new))
    for place, level in enumerate(new.level):
        if level.id not in before:
            yield f"a new level {_name(level)}, {_above(new, place)}"
            yield from (f"{_name(level)}: {says}" for says in _asked(level))
    yield from (f"the level {_name(level)} is taken away" for level in old.level if level.id not in after)
    kept = [level.id for level in new.level if level.id in before]
    if kept != [level.id for level in old.level if level.id in after]:
        yield f"the order of the levels that stay becomes {', '.join(id.replace('_', ' ') for id in kept)}"
    for level in new.level:
        if level.id in before:
            yield from (f"{_name(level)}: {says}" for says in _level(before[level.id], level))


def _above(standard: Standard, place: int) -> str:
    return f"above {_name(standard.level[place - 1])}" if place else "below all others"


def _level(old: Level, new: Level) -> Iterator[str]:
    if old.means != new.means:
        yield f"what it means becomes: {new.means}"
    yield from (f"requires {check} too" for check in new.require if check not in old.require)
    yield from (f"requires {check} no more" for check in old.require if check not in new.require)
    yield from _measures(old, new)
    before, after = ([one.words() for one in level.people()] for level in (old, new))
    yield from (f"requires that {says}" for says in after if says not in before)
    yield from (f"requires no more that {says}" for says in before if says not in after)


def _asked(level: Level) -> Iterator[str]:
    yield from (f"requires {check}" for check in level.require)
    yield from (f"requires {_measure(one)}" for one in level.measure)
    yield from (f"requires that {one.words()}" for one in level.people())


def _measures(old: Level, new: Level) -> Iterator[str]:
    """Those that are equal in both are left out; of the rest, one of the same score is a changed one."""
    gone = [one for one in old.measure if one not in new.measure]
    for one in (each for each in new.measure if each not in old.measure):
        was = next((each for each in gone if (each.benchmark, each.score) == (one.benchmark, one.score)), None)
        if was is None:
            yield f"requires {_measure(one)} too"
        else:
            gone.remove(was)
            yield f"requires {_measure(one)} instead of {_measure(was)}"
    yield from (f"requires {_measure(one)} no more" for one in gone)


def _measure(one: Measure) -> str:
    under = ", ".join(f"{key} {value}" for key, value in sorted(one.conditions.items()))
    return f"{one.words()}{f' under {under}' if under else ''}"


def _name(level: Level) -> str:
    return level.id.replace("_", " ")


def _numbered(every: Iterable[Line]) -> Iterator[Line]:
    before = after = 0
    for line in every:
        before += line.kind != "new"
        after += line.kind != "gone"
        yield line._replace(before=before if line.kind != "new" else 0, after=after if line.kind != "gone" else 0)


def _shortened(every: Sequence[Line]) -> Iterator[Line]:
    near = {
        place + step for place, line in enumerate(every) if line.kind != "same" for step in range(-AROUND, AROUND + 1)
    }
    skipped = 0
    for place, line in enumerate(every):
        if place not in near:
            skipped += 1
            continue
        if skipped:
            yield Line("skipped", "", many=skipped)
            skipped = 0
        yield line
    if skipped:
        yield Line("skipped", "", many=skipped)


def _joined(old: Sequence[str], new: Sequence[str]) -> list[Line]:
    """All lines of both; each pair of pieces between anchors is cut by its own anchors, until there is none.

    The time grows as the number of lines does: texts are strangers', and anybody may ask for the difference."""
    joined: list[Line] = []
    waiting = [(0, len(old), 0, len(new))]
    while waiting:
        low, high, below, above = waiting.pop()
        anchors = _anchors(old[low:high], new[below:above]) if low < high and below < above else []
        if not anchors:
            joined += _piece(old[low:high], new[below:above])
            continue
        cuts = [(low - 1, below - 1), *((low + left, below + right) for left, right in anchors), (high, above)]
        pieces = []
        for (left, right), (then, there) in pairwise(cuts):
            pieces.append((left + 1, then, right + 1, there))
            pieces.append((then, min(then + 1, high), there, min(there + 1, above)))
        waiting += [piece for piece in reversed(pieces) if piece[0] < piece[1] or piece[2] < piece[3]]
    return joined


def _anchors(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Lines that stand once in each, as many as stand in the same order; none where the pieces are one line each."""
    if len(old) == len(new) == 1:
        return []
    once, there = Counter(old), Counter(new)
    places = {line: place for place, line in enumerate(new) if there[line] == 1}
    both = [(place, places[line]) for place, line in enumerate(old) if once[line] == 1 and line in places]
    return _rising(both)


def _rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest run of pairs whose second numbers rise, as their first do."""
    ends: list[int] = []
    lasts: list[int] = []
    before: list[int] = []
    for place, (_, right) in enumerate(pairs):
        at = bisect_left(ends, right)
        before.append(lasts[at - 1] if at else -1)
        ends[at : at + 1], lasts[at : at + 1] = [right], [place]
    found, place = [], lasts[-1] if lasts else -1
    while place >= 0:
        found.append(pairs[place])
        place = before[place]
    return found[::-1]


def _piece(old: Sequence[str], new: Sequence[str]) -> Iterator[Line]:
    if max(len(old), len(new)) > SMALL:
        yield from (Line("gone", line) for line in old)
        yield from (Line("new", line) for line in new)
        return
    for kind, low, high, below, above in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield from (Line("same", line) for line in old[low:high])
        else:
            yield from (Line("gone", line) for line in old[low:high])
            yield from (Line("new", line) for line in new[below:above])
