"""Puts a benchmark's samples to a model: bounded, paced, written ahead, and gone on with where it was stopped."""

import asyncio
import random
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

from guildmark.benchmark import Sample
from guildmark.errors import Busy, ModelError, Refused, RunError, Unanswered
from guildmark.provider import Continuation, Model, Reply, Request, Score
from guildmark.run.journal import Journal, Line
from guildmark.run.pace import Pace
from guildmark.scorer import Scored, Scorer

ATTEMPTS = 6
PAUSE, LONGEST_PAUSE = 0.5, 60.0
"""Seconds before the second attempt; each further one waits twice as long, and up to half as much again."""
GROUP_SECONDS, GROUP_LINES = 0.05, 512
"""A completed sample waits so long for others, and so many at most."""
HOPELESS = 20
"""After so many samples in a row without an answer the server is given up for now."""

Tell = Callable[[Line, int, int], None]
"""A completed sample, how many are, and of how many."""


class Waiting(NamedTuple):
    """A sample on its way: its place in the run, which turn it is, and what is asked."""

    place: int
    turn: int
    sample: Sample
    asked: Request | Continuation


class Unanswerable(NamedTuple):
    """A sample that no answer was had for, and why."""

    sample: str
    says: str


class Going:
    """One run on its way. `waiting` yields what is still to be put; nothing is held that is completed."""

    def __init__(self, model: Model, scorer: Scorer, journal: Journal, pace: Pace, tell: Tell) -> None:
        self._model, self._scorer, self._journal, self._pace, self._tell = model, scorer, journal, pace, tell
        self._group: list[Line] = []
        self._workers: set[asyncio.Task[None]] = set()
        self._working = 0
        self._served = journal.served()
        self._in_a_row = 0
        self._stopped: ModelError | RunError | None = None
        self._chance = random.Random()
        self.left: list[Unanswerable] = []

    async def all(self, waiting: Iterator[Waiting]) -> None:
        """Put them all; raises ModelError or RunError where going on makes no sense, with all that is done kept."""
        self._waiting: Iterator[Waiting] | None = waiting
        flusher = asyncio.create_task(self._flush_now_and_then())
        try:
            self._hire()
            while self._workers:
                done, _ = await asyncio.wait(self._workers, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
        finally:
            flusher.cancel()
            for task in self._workers:
                task.cancel()
            self._flush()
        if self._stopped:
            raise self._stopped

    def _hire(self) -> None:
        while self._waiting is not None and self._working < max(1, int(self._pace.allowed)):
            self._working += 1
            task = asyncio.create_task(self._work())
            self._workers.add(task)
            task.add_done_callback(self._workers.discard)

    async def _work(self) -> None:
        """One request at a time, until nothing waits or there are more workers than the server bears."""
        while self._waiting is not None and self._working <= max(1, int(self._pace.allowed)):
            put = None if self._stopped else next(self._waiting, None)
            if put is None:
                self._waiting = None
                break
            line = await self._one(put)
            if line is not None:
                self._group.append(line)
                if len(self._group) >= GROUP_LINES:
                    self._flush()
            self._hire()
        self._working -= 1

    async def _one(self, put: Waiting) -> Line | None:
        """The completed sample, or none where it has no answer or the run is stopped."""
        for attempt in range(ATTEMPTS):
            began = time.time()
            start = time.perf_counter()
            try:
                answer = await self._answer(put.asked)
            except (Busy, Unanswered) as error:
                self._pace.badly(time.perf_counter())
                says = error.says
                if attempt + 1 < ATTEMPTS and not self._stopped:
                    await asyncio.sleep(self._pause(attempt, getattr(error, "wait", None)))
                continue
            except Refused as error:
                self._stopped = self._stopped or error
                return None
            took = time.perf_counter() - start
            self._pace.well(took)
            self._in_a_row = 0
            if not self._same_model(answer):
                return None
            return await self._scored(put, answer, began, took)
        self._give_up(put, says)
        return None

    async def _answer(self, asked: Request | Continuation) -> Reply | Score:
        if isinstance(asked, Request):
            return (await self._model.generate([asked]))[0]
        return (await self._model.log_likelihood([asked]))[0]

    async def _scored(self, put: Waiting, answer: Reply | Score, began: float, took: float) -> Line:
        scored = self._scorer.compare(put.sample, answer)
        if not isinstance(scored, Scored):
            scored = await scored
        sample = put.sample
        return Line(
            put.place, sample.id, put.turn, put.asked,
            reply=answer if isinstance(answer, Reply) else None,
            score=answer if isinstance(answer, Score) else None,
            values=scored.values, why=scored.why, category=sample.category, source=sample.source,
            language=sample.language, more=sample.more,
            began=began, took=took,
        )  # fmt: skip

    def _pause(self, attempt: int, wait: float | None) -> float:
        """As long as the server asks, else twice as long as before; never all at once."""
        least = min(PAUSE * 2**attempt, LONGEST_PAUSE) if wait is None else min(wait, LONGEST_PAUSE)
        return least * self._chance.uniform(1.0, 1.5) + self._chance.uniform(0, 0.01)

    def _same_model(self, answer: Reply | Score) -> bool:
        served = answer.model if isinstance(answer, Reply) else ""
        if served and not self._served:
            self._served = served
        if served and served != self._served:
            self._stopped = self._stopped or RunError(
                f"the server now answers as {served}, and before as {self._served}",
                "what was answered before is kept; ask the same model, and resume",
            )
            return False
        return True

    def _give_up(self, put: Waiting, says: str) -> None:
        self.left.append(Unanswerable(put.sample.id, says))
        self._in_a_row += 1
        if self._in_a_row >= HOPELESS:
            self._stopped = self._stopped or ModelError(
                f"{HOPELESS} samples in a row had no answer, the last: {says}", "see that the server runs, and resume"
            )

    async def _flush_now_and_then(self) -> None:
        while True:
            await asyncio.sleep(GROUP_SECONDS)
            self._flush()

    def _flush(self) -> None:
        """Hand over what is completed; only then it is told."""
        group, self._group = self._group, []
        if group:
            self._journal.add(group)
            for line in group:
                self._tell(line, self._journal.done, self._journal.total)
