"""Pictures as geometry: the templates draw them as SVG, each beside a table that says the same; pure."""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from guildmark.openness.axes import COMPLETENESS, FREEDOM, landmarks
from guildmark.records import Outcome

COLUMNS, WIDTH = (0, 132, 246), 356
ROOM = 13
"""Characters that a column has room for."""
LINE = 38
LABEL = 46
EDGE = 6
WHOLE = {"1": 1.0, "%": 100.0}


class Mark(NamedTuple):
    """Something to place on the two axes; `look` is the class that it is drawn with."""

    name: str
    freedom: int | None
    completeness: int | None
    look: str = "own"


class Point(NamedTuple):
    """A mark in the picture's own units."""

    name: str
    x: int
    y: int
    look: str


class Axes(NamedTuple):
    """The two axes: a column a licence, a band a degree of completeness, as high as its longest list."""

    title: str
    points: tuple[Point, ...]
    columns: tuple[tuple[str, int], ...]
    bands: tuple[tuple[str, int], ...]
    width: int
    height: int


def axes(marks: Sequence[Mark]) -> Axes | None:
    """The marks among the landmarks; none where nothing can be placed."""
    placed = [one for one in marks if one.freedom is not None and one.completeness is not None]
    if not placed:
        return None
    around = [Mark(one.name, one.freedom, one.completeness, "") for one in landmarks()]
    top, bands, points = 28, [], []
    for step in reversed(range(len(COMPLETENESS))):
        bands.append((COMPLETENESS[step], top))
        filled = [0] * len(FREEDOM)
        for mark in (mark for mark in (*placed, *around) if mark.completeness == step):
            column = mark.freedom or 0
            points.append(Point(_short(mark.name), 8 + COLUMNS[column], top + 32 + 16 * filled[column], mark.look))
            filled[column] += 1
        top += 24 + 16 * max(filled)
    told = ". ".join(f"{one.name}: {_place(one)}" for one in (*placed, *around))
    columns = tuple(zip(FREEDOM, COLUMNS, strict=True))
    return Axes(
        f"How free the licence is, and how much is there. {told}.", tuple(points), columns, tuple(bands), WIDTH, top
    )


def _place(mark: Mark) -> str:
    return f"{FREEDOM[mark.freedom or 0]}, {COMPLETENESS[mark.completeness or 0]}"


def _short(name: str) -> str:
    return name if len(name) <= ROOM else name[: ROOM - 1] + "…"


class Share(NamedTuple):
    """A piece of a bar."""

    look: str
    x: float
    width: float


def shares(counts: Iterable[tuple[Outcome, int]], width: int = 1000) -> tuple[Share, ...]:
    """A bar of `width` in pieces, as long as their counts; a piece that is there can be seen."""
    there = [(outcome, count) for outcome, count in counts if count]
    whole = sum(count for _, count in there)
    least = width * 0.01
    lengths = [max(least, width * count / whole) for _, count in there]
    squeezed = width / sum(lengths) if lengths else 1
    found, x = [], 0.0
    for (outcome, _), length in zip(there, lengths, strict=True):
        found.append(Share(outcome.value, round(x, 1), round(length * squeezed, 1)))
        x += length * squeezed
    return tuple(found)


class Bar(NamedTuple):
    """A release: its label, and the answers of its checks as pieces of a bar."""

    label: str
    y: int
    shares: tuple[Share, ...]


class Releases(NamedTuple):
    """Releases through time, a bar each."""

    title: str
    bars: tuple[Bar, ...]
    width: int
    height: int


def releases(rows: Sequence[tuple[str, Sequence[tuple[Outcome, int]]]]) -> Releases | None:
    """How each release answers, in the order that is given; none where there are not two to compare."""
    drawn = [(label, counts) for label, counts in rows if any(count for _, count in counts)]
    if len(drawn) < 2:
        return None
    bars = tuple(
        Bar(_cut(label), 4 + LINE * place, shares(counts, WIDTH)) for place, (label, counts) in enumerate(drawn)
    )
    told = ". ".join(
        f"{label}: " + ", ".join(f"{count} {outcome.value.replace('_', ' ')}" for outcome, count in counts)
        for label, counts in drawn
    )
    return Releases(f"How the checks of each release are answered. {told}.", bars, WIDTH, 4 + LINE * len(bars))


class Value(NamedTuple):
    """A number to draw; `low` and `high` are null where no interval was taken."""

    value: float
    low: float | None = None
    high: float | None = None
    look: str = "own"


class Drawn(NamedTuple):
    """A value in the picture's own units."""

    x: float
    low: float | None
    high: float | None
    look: str


class Row(NamedTuple):
    """A line of the picture: its label, and the values on it."""

    label: str
    y: int
    values: tuple[Drawn, ...]


class Scale(NamedTuple):
    """Values on one scale, one line below the other."""

    title: str
    rows: tuple[Row, ...]
    low: str
    high: str
    width: int
    height: int


def scale(title: str, rows: Sequence[tuple[str, Sequence[Value]]], unit: str = "") -> Scale | None:
    """Values on one scale from 0, or from the least below it, to the largest; shares go to their whole.

    None where there is nothing to compare."""
    edges = [edge for _, values in rows for one in values for edge in one[:3] if edge is not None]
    if len(edges) < 2 or not all(map(math.isfinite, edges)):
        return None
    low, high = min(0.0, *edges), max(0.0, *edges)
    if low == 0 and high <= WHOLE.get(unit, 0.0):
        high = WHOLE[unit]
    if not 0 < high - low < math.inf:
        return None
    drawn = tuple(
        Row(_cut(label), 4 + LINE * number, tuple(_drawn(one, low, high) for one in values))
        for number, (label, values) in enumerate(rows)
    )
    return Scale(title, drawn, f"{low:g}", f"{high:g}", WIDTH, 20 + LINE * len(rows))


def _drawn(one: Value, low: float, high: float) -> Drawn:
    def at(edge: float) -> float:
        return round(EDGE + (WIDTH - 2 * EDGE) * ((edge - low) / (high - low)), 1)

    bounds = [None if edge is None else at(edge) for edge in (one.low, one.high)]
    return Drawn(at(one.value), bounds[0], bounds[1], one.look)


def _cut(label: str) -> str:
    return label if len(label) <= LABEL else label[: LABEL - 1] + "…"
