"""What a finished run says: scores with their intervals, in all and by category, and the digest of every score."""

import hashlib
import math
from array import array
from collections.abc import Callable, Iterable, Iterator

import msgspec

from guildmark.provider import Reply
from guildmark.records import Digest, Measurement, Record, canonical
from guildmark.run.journal import Line
from guildmark.run.manifest import Manifest
from guildmark.scorer import Scorer, Told
from guildmark.statistics import interval


class Result(Record, frozen=True):
    """A run's result. `score_digest` is that of all samples' scores, in their order; of times nothing enters it."""

    schema: int
    run: Manifest
    samples: int
    measurements: tuple[Measurement, ...]
    by_category: dict[str, tuple[Measurement, ...]]
    tokens: int
    prompt_tokens: int
    score_digest: Digest


class _Column:
    """The values of one score, with the number of each value's source and category."""

    def __init__(self) -> None:
        self.values, self.sources, self.categories = array("d"), array("l"), array("l")


class Sum:
    """Takes a run's lines one by one, and holds of each only its numbers.

    `repeated` is whether a sample comes more than once: its turns then share their luck."""

    def __init__(self, *, repeated: bool = True) -> None:
        self._repeated = repeated
        self._columns: dict[str, _Column] = {}
        self._sources: dict[str, int] = {}
        self._categories: dict[str, int] = {}
        self._digest = hashlib.sha256()
        self.samples = self.tokens = self.prompt_tokens = 0

    def add(self, line: Line) -> None:
        """One line more, in the order of the run."""
        self.samples += 1
        named = line.source or (line.sample if self._repeated else "")
        source = self._sources.setdefault(named, len(self._sources)) if named else -self.samples
        category = self._categories.setdefault(line.category, len(self._categories))
        for name, value in line.values.items():
            column = self._columns.setdefault(name, _Column())
            column.values.append(value)
            column.sources.append(source)
            column.categories.append(category)
        self._digest.update(canonical([line.sample, line.turn, line.values]) + b"\n")
        if isinstance(line.reply, Reply):
            self.tokens += line.reply.tokens or 0
            self.prompt_tokens += line.reply.prompt_tokens or 0

    def measurements(self, of: str, confidence: float = 0.95) -> Iterator[Measurement]:
        """The mean of each score, over all samples."""
        for name, column in self._columns.items():
            yield _mean(of, name, column.values, column.sources, confidence)

    def by_category(self, of: str, confidence: float = 0.95) -> dict[str, tuple[Measurement, ...]]:
        """The same for each category, where there are any."""
        found: dict[str, tuple[Measurement, ...]] = {}
        for category, number in self._categories.items():
            if category:
                found[category] = tuple(self._of_category(of, number, confidence))
        return found

    def _of_category(self, of: str, number: int, confidence: float) -> Iterator[Measurement]:
        for name, column in self._columns.items():
            places = [place for place, category in enumerate(column.categories) if category == number]
            if places:
                values, sources = (
                    [column.values[place] for place in places],
                    [column.sources[place] for place in places],
                )
                yield _mean(of, name, values, sources, confidence)

    def digest(self) -> Digest:
        """`sha256:…` over sample, turn and scores of every line."""
        return "sha256:" + self._digest.hexdigest()


def result(manifest: Manifest, scorer: Scorer, lines: Callable[[], Iterable[Line]]) -> Result:
    """The result of a finished run; `lines` yields its lines, and is called again where a scorer sums up by itself."""
    summed = Sum(repeated=manifest.settings.repeat > 1)
    for line in lines():
        summed.add(line)
    of = manifest.benchmark.id
    more = scorer.summary(map(_told, lines())) if scorer.summary else []
    conditions = {
        "benchmark": manifest.benchmark.version,
        "samples": manifest.benchmark.digest,
        "model": manifest.model,
        "settings": msgspec.to_builtins(manifest.settings),
    }
    measured = tuple(msgspec.structs.replace(each, conditions=conditions) for each in (*summed.measurements(of), *more))
    by_category = summed.by_category(of)
    return Result(
        1, manifest, summed.samples, measured, by_category, summed.tokens, summed.prompt_tokens, summed.digest()
    )


def _told(line: Line) -> Told:
    return Told(line.values, line.category, line.source, line.more)


def _mean(
    of: str, score: str, values: "array[float] | list[float]", sources: "array[int] | list[int]", confidence: float
) -> Measurement:
    once = len(set(sources)) == len(values)
    bounds = interval(values, None if once else sources, confidence)
    return Measurement(of, score, math.fsum(values) / len(values), "share", len(values), bounds)
