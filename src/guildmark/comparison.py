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
    """Two runs on one score: in all, by category, which samples flipped. `corrected` is p for so many comparisons."""

    first: str
    second: str
    benchmark: str
    score: str
    overall: Difference
    corrected: float
    by_category: dict[str, Difference]
    flips: tuple[Flip, ...]


class Held(NamedTuple):
    """What a comparison needs of a run: its name, its result, and each sample's mean score."""

    name: str
    result: Result
    values: dict[str, float]
    categories: dict[str, str]
    sources: dict[str, str]


def hold(name: str, result: Result, lines: Iterable[Line], score: str = "") -> Held:
    """One run's samples, the mean over its turns; the first score, where none is named. Raises AskedWrongly."""
    sums: dict[str, tuple[int, float]] = {}
    categories: dict[str, str] = {}
    sources: dict[str, str] = {}
    for line in lines:
        wanted = score or next(iter(line.values), "")
        if wanted not in line.values:
            raise AskedWrongly(f"{name} has no score {score}", f"it has {', '.join(line.values)}")
        count, value = sums.get(line.sample, (0, 0.0))
        sums[line.sample] = count + 1, value + line.values[wanted]
        categories[line.sample], sources[line.sample] = line.category, line.source or line.sample
    return Held(name, result, {id: value / count for id, (count, value) in sums.items()}, categories, sources)


def compare(runs: Sequence[Held], confidence: float = 0.95) -> list[Compared]:
    """Each pair of runs; raises AskedWrongly where they are of different samples."""
    pairs = [(one, other) for place, one in enumerate(runs) for other in runs[place + 1 :]]
    for one, other in pairs:
        _same(one, other)
    overall = [_difference(one, other, list(one.values), confidence) for one, other in pairs]
    corrected = holm([each.p for each in overall])
    return [
        _compared(one, other, difference, chance, confidence)
        for (one, other), difference, chance in zip(pairs, overall, corrected, strict=True)
    ]


def _compared(one: Held, other: Held, overall: Difference, corrected: float, confidence: float) -> Compared:
    by_category: dict[str, list[str]] = {}
    for sample in one.values:
        if one.categories[sample]:
            by_category.setdefault(one.categories[sample], []).append(sample)
    flips = (Flip(id, value, other.values[id]) for id, value in one.values.items() if value != other.values[id])
    return Compared(
        one.name,
        other.name,
        one.result.run.benchmark.id,
        one.result.measurements[0].score,
        overall,
        corrected,
        {name: _difference(one, other, samples, confidence) for name, samples in by_category.items()},
        tuple(sorted(flips, key=lambda flip: (flip.first - flip.second, flip.sample))),
    )


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
    if one.values.keys() != other.values.keys():
        lacking = len(one.values.keys() ^ other.values.keys())
        raise AskedWrongly(
            f"{one.name} and {other.name} drew different samples ({lacking} are in one of them only)",
            "run both with the same --limit, --seed and --shots",
        )
