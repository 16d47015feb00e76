"""What a finished run says: scores with their intervals, in all, by category and by language, and their digest."""

import hashlib
import math
from array import array
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from guildmark.provider import Reply, Sampling
from guildmark.records import Digest, Measurement, Record, canonical
from guildmark.rubric import PREFIX
from guildmark.run.journal import Line
from guildmark.run.manifest import Judge, Manifest, Settings
from guildmark.scorer import Scorer, Told
from guildmark.statistics import interval

Parts = dict[str, tuple[Measurement, ...]]
"""The scores of each part of a run's samples, such as a category."""


class Result(Record, frozen=True):
    """A run's result. `score_digest` is that of all samples' scores, in their order; of times nothing enters it."""

    schema: int
    run: Manifest
    samples: int
    measurements: tuple[Measurement, ...]
    by_category: Parts
    by_language: Parts
    tokens: int
    prompt_tokens: int
    score_digest: Digest


class _Column:
    """The values of one score, with the number of each value's source, category and language."""

    def __init__(self) -> None:
        self.values, self.sources = array("d"), array("i")
        self.marks = {"category": array("i"), "language": array("i")}


class Sum:
    """Takes a run's lines one by one, and holds of each only its numbers: 20 bytes a score, of whatever text.

    `repeated` is whether a sample comes more than once: its turns then share their luck."""

    def __init__(self, *, repeated: bool = True) -> None:
        self._repeated = repeated
        self._columns: dict[str, _Column] = {}
        self._sources: dict[str, int] = {}
        self._named: dict[str, dict[str, int]] = {"category": {}, "language": {}}
        self._digest = hashlib.sha256()
        self._values: dict[tuple[tuple[str, float], ...], bytes] = {}
        self.samples = self.tokens = self.prompt_tokens = 0

    def add(self, line: Line) -> None:
        """One line more, in the order of the run."""
        self.samples += 1
        named = line.source or (line.sample if self._repeated else "")
        source = self._sources.setdefault(named, len(self._sources)) if named else -self.samples
        categories, languages = self._named["category"], self._named["language"]
        category = categories.setdefault(line.category, len(categories))
        language = languages.setdefault(line.language, len(languages))
        for name, value in line.values.items():
            column = self._columns.get(name) or self._columns.setdefault(name, _Column())
            column.values.append(value)
            column.sources.append(source)
            column.marks["category"].append(category)
            column.marks["language"].append(language)
        self._digest.update(b"[%b,%d,%b]\n" % (msgspec.json.encode(line.sample), line.turn, self._canonical(line)))
        if isinstance(line.reply, Reply):
            for reply in (*line.reply.before, line.reply):
                self.tokens += reply.tokens or 0
                self.prompt_tokens += reply.prompt_tokens or 0

    def measurements(self, of: str, confidence: float = 0.95) -> Iterator[Measurement]:
        """The mean of each score, over all samples."""
        for name, column in self._columns.items():
            yield self._mean(of, name, column.values, column.sources, confidence)

    def by(self, mark: str, of: str, confidence: float = 0.95) -> Parts:
        """The same for each `category` or `language`, where there are any."""
        names = [*self._named[mark]]
        found: dict[str, list[Measurement]] = {name: [] for name in names if name}
        for score, column in self._columns.items():
            for number, (values, sources) in _parted(column, mark).items():
                if names[number]:
                    found[names[number]].append(self._mean(of, score, values, sources, confidence))
        return {name: tuple(each) for name, each in found.items() if each}

    def digest(self) -> Digest:
        """`sha256:…` over sample, turn and scores of every line, each as canonical JSON."""
        return "sha256:" + self._digest.hexdigest()

    def _canonical(self, line: Line) -> bytes:
        """The canonical JSON of its scores; there are few that differ, and each is written once."""
        values = tuple(line.values.items())
        if len(self._values) > MOST_KEPT:
            self._values.clear()
        return self._values.get(values) or self._values.setdefault(values, canonical(line.values))

    def _mean(
        self, of: str, score: str, values: "array[float]", sources: "array[int]", confidence: float
    ) -> Measurement:
        apart = not self._sources or len(set(sources)) == len(values)
        bounds = interval(values, None if apart else sources, confidence)
        return Measurement(of, score, math.fsum(values) / len(values), "share", len(values), bounds)


MOST_KEPT = 1_000


def _parted(column: _Column, mark: str) -> "dict[int, tuple[array[float], array[int]]]":
    """The values and sources of each part, in one pass."""
    parts: dict[int, tuple[array[float], array[int]]] = {}
    for value, source, number in zip(column.values, column.sources, column.marks[mark], strict=True):
        values, sources = parts.get(number) or parts.setdefault(number, (array("d"), array("i")))
        values.append(value)
        sources.append(source)
    return parts


def result(manifest: Manifest, scorer: Scorer, lines: Callable[[], Iterable[Line]]) -> Result:
    """The result of a finished run. `lines` yields its lines, once: to score one anew may mean to run a program."""
    summed = Sum(repeated=manifest.settings.repeat > 1)

    def told() -> Iterator[Told]:
        for line in lines():
            summed.add(line)
            yield _told(line)

    telling, of = told(), manifest.benchmark.id
    more = scorer.summary(telling) if scorer.summary else []
    for _ in telling:  # what no summary took
        pass
    had = conditions(manifest)
    return Result(
        schema=1,
        run=manifest,
        samples=summed.samples,
        measurements=tuple(
            msgspec.structs.replace(each, of=of, conditions=_of_score(each.score, had))
            for each in (*summed.measurements(of), *more)
        ),
        by_category=summed.by("category", of),
        by_language=summed.by("language", of),
        tokens=summed.tokens,
        prompt_tokens=summed.prompt_tokens,
        score_digest=summed.digest(),
    )


def _of_score(score: str, had: dict[str, Any]) -> dict[str, Any]:
    """A judge is a condition of what it judged, and of nothing else."""
    return had if score.startswith(PREFIX) else {key: value for key, value in had.items() if key != "judge"}


def conditions(manifest: Manifest) -> dict[str, Any]:
    """What its measurements were had under; settings that are left as they are stand there too."""
    settings: Settings = manifest.settings
    sampling: Sampling = settings.sampling
    drawn = {**msgspec.structs.asdict(sampling), "stop": [*sampling.stop]}
    return {
        **_judge(manifest.judge),
        "benchmark": manifest.benchmark.version,
        "samples": manifest.benchmark.digest,
        "scorer": manifest.benchmark.scorer,
        "model": manifest.model,
        "settings": {**msgspec.to_builtins(settings), "sampling": drawn},
    }


def _judge(judge: Judge | None) -> dict[str, Any]:
    """The judge as a condition; what it is worth stands in the manifest, and here by its digest."""
    if judge is None:
        return {}
    told = {"model": judge.model, "rubric": judge.rubric, "version": judge.version, "digest": judge.digest}
    return {"judge": {**told, "agreement": judge.agreement.score_digest if judge.agreement else None}}


def _told(line: Line) -> Told:
    return Told(line.values, line.category, line.source, line.more, line.why)
