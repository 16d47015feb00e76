"""Which samples of a benchmark are put, and how: drawn by a seed, with examples before them that are not scored."""

import random
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from guildmark.benchmark import Benchmark, Sample
from guildmark.data import Opened
from guildmark.errors import BenchmarkError
from guildmark.provider import Continuation, Message, Request
from guildmark.run.going import Waiting
from guildmark.run.journal import Journal
from guildmark.run.manifest import Settings


class Drawn(NamedTuple):
    """The numbers of the samples that are scored, and of those that stand before them as examples."""

    scored: Sequence[int]
    shots: tuple[int, ...]


def draw(total: int, settings: Settings) -> Drawn:
    """All, or `limit` at random in the order of the data; the first of a file are no sample of it (lm-eval #2583).

    Raises BenchmarkError where nothing is left to score."""
    if total == 0:
        raise BenchmarkError("the benchmark has no samples", "see that its data are whole")
    if settings.shots >= total:
        raise BenchmarkError(f"{settings.shots} examples leave nothing of {total} samples", "ask fewer --shots")
    shots = tuple(random.Random(f"shots {settings.seed}").sample(range(total), settings.shots))
    rest: Sequence[int] = range(total) if not shots else [number for number in range(total) if number not in set(shots)]
    if settings.limit is None or settings.limit >= len(rest):
        return Drawn(rest, shots)
    chosen = random.Random(settings.seed).sample(range(len(rest)), settings.limit)
    return Drawn(sorted(rest[number] for number in chosen), shots)


class Asking(NamedTuple):
    """How a benchmark's samples become requests."""

    benchmark: Benchmark
    opened: Sequence[Opened]
    settings: Settings
    drawn: Drawn

    def waiting(self, journal: Journal) -> Iterator[Waiting]:
        """What is not completed yet, turn by turn; the samples are made anew each turn, and none is held."""
        shots = self._shots()
        count = len(self.drawn.scored)
        for turn in range(self.settings.repeat):
            for number, sample in enumerate(self.samples()):
                if not journal.has(turn * count + number):
                    yield Waiting(turn * count + number, turn, sample, self._asked(sample, turn, shots))

    def samples(self) -> Iterator[Sample]:
        """The samples that are scored, once each, in the order of the data."""
        return self._samples(self.drawn.scored)

    def _samples(self, numbers: Sequence[int]) -> Iterator[Sample]:
        wanted = iter(numbers)
        next_one = next(wanted, None)
        for number, sample in enumerate(self.benchmark.samples(self.opened)):
            if number == next_one:
                yield sample
                next_one = next(wanted, None)
                if next_one is None:
                    return

    def _shots(self) -> list[Sample]:
        held = dict(zip(sorted(self.drawn.shots), self._samples(sorted(self.drawn.shots)), strict=True))
        return [held[number] for number in self.drawn.shots]

    def _asked(self, sample: Sample, turn: int, shots: list[Sample]) -> Request | Continuation:
        if self.benchmark.kind in ("choice", "cloze"):
            before = "".join(f"{_text(shot)}{_right(shot)}\n\n" for shot in shots)
            return Continuation(before + _text(sample), sample.options, before)
        said = [turn for shot in shots for turn in (*shot.messages(), Message("assistant", _right(shot).strip()))]
        return Request((*said, *sample.messages()), self.settings.sampling, turn)


def _text(sample: Sample) -> str:
    return sample.ask if isinstance(sample.ask, str) else "\n".join(str(each.content) for each in sample.ask)


def _right(sample: Sample) -> str:
    """The right answer of an example, as it is written."""
    if sample.options and isinstance(sample.answer, int):
        return sample.options[sample.answer]
    return str(sample.answer)
