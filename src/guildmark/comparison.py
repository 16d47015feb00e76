"""Which of two systems is better, on the same samples: differences with intervals, and which samples changed."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from guildmark.errors import AskedWrongly
from guildmark.records import Record
from guildmark.run.journal import Line
from guildmark.run.result import Result
from guildmark.statistics import Difference, holm, paired


class Flip(Record, frozen=True):
    """A sample on which two systems differ, and by how much."""

    sample: str
    first: float
    second: float


class Compared(Record, frozen=True):
    """Two runs on one score: in all, by category, which samples flipped.

    `corrected` is p for so many pairs of runs, `corrected_by_category` that for all categories of all pairs (Holm)."""

    first: str
    second: str
    benchmark: str
    score: str
    overall: Difference
    corrected: float
    by_category: dict[str, Difference]
    corrected_by_category: dict[str, float]
    flips: tuple[Flip, ...]


class Held(NamedTuple):
    """What a comparison needs of a run: its name, its result, which score, and each sample's mean of that score.

    A sample that a judge gave no label has no value, and counts in no comparison."""

    name: str
    result: Result
    score: str
    values: dict[str, float]
    categories: dict[str, str]
    sources: dict[str, str]


def hold(name: str, result: Result, lines: Iterable[Line], score: str = "") -> Held:
    """One run's samples, the mean over its turns; the first score, where none is named. Raises AskedWrongly."""
    sums: dict[str, tuple[int, float]] = {}
    categories: dict[str, str] = {}
    sources: dict[str, str] = {}
    known = [each.score for each in result.measurements]
    wanted = score or next(iter(known), "")
    for line in lines:
        categories[line.sample], sources[line.sample] = line.category, line.source or line.sample
        if wanted in line.values:
            count, value = sums.get(line.sample, (0, 0.0))
            sums[line.sample] = count + 1, value + line.values[wanted]
    if not sums:
        raise AskedWrongly(f"{name} has no score {score} of its samples", f"it has {', '.join(known)}")
    return Held(name, result, wanted, {id: value / count for id, (count, value) in sums.items()}, categories, sources)


def compare(runs: Sequence[Held], confidence: float = 0.95) -> list[Compared]:
    """Each pair of runs; raises AskedWrongly where they are of different samples."""
    pairs = [(one, other) for place, one in enumerate(runs) for other in runs[place + 1 :]]
    for one, other in pairs:
        _same(one, other)
    overall = [_difference(one, other, _both(one, other), confidence) for one, other in pairs]
    parts = [_by_category(one, other, confidence) for one, other in pairs]
    corrected = holm([each.p for each in overall])
    in_parts = iter(holm([each.p for part in parts for each in part.values()]))
    return [
        _compared(one, other, difference, chance, part, {name: next(in_parts) for name in part})
        for (one, other), difference, chance, part in zip(pairs, overall, corrected, parts, strict=True)
    ]


def _compared(
    one: Held,
    other: Held,
    overall: Difference,
    corrected: float,
    by_category: dict[str, Difference],
    corrected_by_category: dict[str, float],
) -> Compared:
    both = _both(one, other)
    flips = (Flip(id, one.values[id], other.values[id]) for id in both if one.values[id] != other.values[id])
    return Compared(
        one.name,
        other.name,
        one.result.run.benchmark.id,
        one.score,
        overall,
        corrected,
        by_category,
        corrected_by_category,
        tuple(sorted(flips, key=lambda flip: (flip.first - flip.second, flip.sample))),
    )


def _by_category(one: Held, other: Held, confidence: float) -> dict[str, Difference]:
    samples: dict[str, list[str]] = {}
    for sample in _both(one, other):
        if one.categories[sample]:
            samples.setdefault(one.categories[sample], []).append(sample)
    return {name: _difference(one, other, found, confidence) for name, found in samples.items()}


def _both(one: Held, other: Held) -> list[str]:
    """The samples that both have a value of; raises AskedWrongly where there is none."""
    found = [id for id in one.values if id in other.values]
    if not found:
        raise AskedWrongly(f"{one.name} and {other.name} have no sample with {one.score}", "name another --score")
    return found


def _difference(one: Held, other: Held, samples: list[str], confidence: float) -> Difference:
    sources = [one.sources[id] for id in samples]
    apart = len(set(sources)) == len(sources)
    firsts, seconds = [one.values[id] for id in samples], [other.values[id] for id in samples]
    return paired(firsts, seconds, None if apart else sources, confidence)


def _same(one: Held, other: Held) -> None:
    first, second = one.result.run.benchmark, other.result.run.benchmark
    if (first.id, first.digest) != (second.id, second.digest):
        raise AskedWrongly(
            f"{one.name} is of {first.id} {first.version}, and {other.name} of {second.id} {second.version}",
            "only runs of the same samples can be compared",
        )
    if one.categories.keys() != other.categories.keys():
        lacking = len(one.categories.keys() ^ other.categories.keys())
        raise AskedWrongly(
            f"{one.name} and {other.name} drew different samples ({lacking} are in one of them only)",
            "run both with the same --limit, --seed and --shots",
        )
