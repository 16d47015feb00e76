"""Puts a benchmark's samples to a model: bounded, paced, written ahead, and gone on with where it was stopped."""

import asyncio
import random
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

from guildmark.benchmark import Sample
from guildmark.errors import Busy, ModelError, Refused, RunError, Unanswered
from guildmark.media import kept
from guildmark.provider import Continuation, Model, Reply, Request, Score
from guildmark.run.cache import Cache
from guildmark.run.journal import Journal, Line
from guildmark.run.pace import Pace
from guildmark.run.turns import ended, so_far
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


def _put_last(put: Waiting, answer: Reply | Score) -> Request | Continuation:
    """What the answer is an answer to, as a run keeps it: with the replies before it, and pictures by their digest."""
    if isinstance(put.asked, Request) and isinstance(answer, Reply):
        return kept(so_far(put.asked, put.sample.then, answer.before))
    return put.asked


class Unanswerable(NamedTuple):
    """A sample that no answer was had for, and why."""

    sample: str
    says: str


class _Had:
    """What was had of a sample so far, and how long it took: no attempt asks for it again."""

    def __init__(self, cached: Reply | Score | None) -> None:
        self.cached = cached
        self.said: list[Reply] = []
        self.began = self.took = self.first = 0.0


class Going:
    """One run on its way. `waiting` yields what is still to be put; nothing is held that is completed."""

    def __init__(self, model: Model, scorer: Scorer, journal: Journal, pace: Pace, tell: Tell,
                 cache: Cache | None = None) -> None:  # fmt: skip
        self._model, self._scorer, self._journal, self._pace, self._tell = model, scorer, journal, pace, tell
        self._cache = cache
        self._timed = getattr(model, "timed", None)
        self._group: list[Line] = []
        self._workers: set[asyncio.Task[None]] = set()
        self._working = 0
        self._served = journal.served()
        self._in_a_row = 0
        self._stopped: ModelError | RunError | None = None
        self._chance = random.Random()
        self.left: list[Unanswerable] = []
        self.asked = False
        """Whether the model had to be asked at all."""

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
        had = _Had(self._held(put))
        for attempt in range(ATTEMPTS):
            try:
                line = await self._once(put, had)
            except (Busy, Unanswered) as error:
                self._pace.badly(time.perf_counter())
                says = error.says
                if attempt + 1 < ATTEMPTS and not self._stopped:
                    await asyncio.sleep(self._pause(attempt, getattr(error, "wait", None)))
                continue
            except Refused as error:
                self._stopped = self._stopped or error
                return None
            self._in_a_row = 0
            return line
        self._give_up(put, says)
        return None

    async def _once(self, put: Waiting, had: "_Had") -> Line | None:
        """One attempt at a sample: none where another model answers. Raises ModelError."""
        answer = had.cached
        if answer is None:
            self.asked = True
            began, start = time.time(), time.perf_counter()
            answer = await self._answer(put, had)
            if not had.took:
                had.began, had.took = began, time.perf_counter() - start
            self._pace.well(had.took / max(1, len(had.said)))
        else:
            await asyncio.sleep(0)
        if not self._same_model(answer):
            return None
        return await self._scored(put, answer, had)

    def _held(self, put: Waiting) -> Reply | Score | None:
        """What another run was answered; of a conversation each turn depends on the answers before it."""
        return self._cache.get(kept(put.asked), put.turn) if self._cache and not put.sample.then else None

    async def _answer(self, put: Waiting, had: _Had) -> Reply | Score:
        """The model's answer, of a conversation the last; raises Unanswered where one takes longer than the user would
        wait. No reply that was had is asked for again because a later turn, or a judge, failed."""
        said = had.said
        try:
            if isinstance(put.asked, Continuation):
                async with asyncio.timeout(self._pace.longest):
                    return (await self._model.log_likelihood([put.asked]))[0]
            while len(said) <= len(put.sample.then):
                asked = [so_far(put.asked, put.sample.then, said)]
                async with asyncio.timeout(self._pace.longest):
                    if self._timed:
                        ((reply, first),) = await self._timed(asked)
                        said.append(reply)
                        had.first = had.first or first
                    else:
                        said += await self._model.generate(asked)
            return ended(said)
        except TimeoutError as error:
            raise Unanswered(f"the model did not answer within {self._pace.longest:g} s") from error

    async def _scored(self, put: Waiting, answer: Reply | Score, had: _Had) -> Line:
        scored = self._scorer.compare(put.sample, answer)
        if not isinstance(scored, Scored):
            scored = await scored
        sample = put.sample
        return Line(
            put.place, sample.id, put.turn, _put_last(put, answer),
            reply=answer if isinstance(answer, Reply) else None,
            score=answer if isinstance(answer, Score) else None,
            judged=scored.judged,
            values=scored.values, why=scored.why, wanted=sample.wanted(),
            category=sample.category, source=sample.source, language=sample.language, more=sample.more,
            began=had.began, took=had.took, first=had.first, cached=had.cached is not None,
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
                "what was answered before is kept; ask the same model and resume, or begin another --run --no-cache",
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
            if self._cache:
                self._cache.keep(group)
            for line in group:
                self._tell(line, self._journal.done, self._journal.total)
