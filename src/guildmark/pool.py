"""A few workers that share very many tasks: answers come in the tasks' order, and a worker that hangs is replaced.

A worker is forked when a task waits for it, and takes one after another. Before each stage of a task it says which
(`Talk.busy`): a stage about which it is silent for too long, or in which it dies, is lost, and `on_loss` says what
becomes of the task; so it does of a task that a worker gives back without an answer."""

import select
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Generic, TypeVar

import msgspec

from guildmark.limits import Limits
from guildmark.worker import Connection, Worker

Task = TypeVar("Task")
Answer = TypeVar("Answer")

TASKS_A_WORKER = 500
"""After so many a worker is replaced, so that what one leaves in its memory does not count against the others."""

AHEAD = 16
"""Tasks a worker that may be begun before the first of them has answered: answers wait in memory for their turn."""

BACK = b"/"
"""A worker gives a task back."""
_SECONDS_BETWEEN = 0.2


class Talk:
    """What a worker says while it is at a task."""

    def __init__(self, parent: Connection) -> None:
        self._parent = parent
        self._said = 0.0

    def busy(self, stage: str) -> None:
        """A stage begins."""
        self._said = time.monotonic()
        self._parent.send(b"." + stage.encode("utf-8", "surrogateescape"))

    def moving(self, *_: object) -> None:
        """The stage goes on; said a few times a second at most."""
        now = time.monotonic()
        if now - self._said > _SECONDS_BETWEEN:
            self._said = now
            self._parent.send(b",")


class _Place(Generic[Task, Answer]):
    """Where a task's answer will stand."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.answer: Answer | None = None
        self.stage = ""
        self.heard = 0.0


class Pool(Generic[Task, Answer]):
    """`size` workers at most, in which `work` turns a task into an answer.

    `on_loss(task, stage, why)` gives the tasks that are done instead, and an answer that comes before theirs."""

    def __init__(
        self,
        work: Callable[[Task, Talk], Answer | None],
        kinds: tuple[type[Task], type[Answer]],
        on_loss: Callable[[Task, str, str], tuple[Answer | None, list[Task]]],
        size: int,
        limits: Limits,
    ) -> None:
        self._work, self._on_loss, self._size, self._limits = work, on_loss, max(1, size), limits
        self._task_type, self._answer_type = kinds
        self._idle: dict[Worker, int] = {}
        self._busy: dict[Worker, tuple[_Place[Task, Answer], int]] = {}
        self._order: deque[_Place[Task, Answer]] = deque()
        self._again: deque[_Place[Task, Answer]] = deque()

    def answers(self, tasks: Iterable[Task]) -> Generator[Answer, None, None]:
        """The answers, in the order of the tasks; closing the iterator ends every worker."""
        left = iter(tasks)
        try:
            while self._fill(left):
                self._listen()
                while self._order and self._order[0].answer is not None:
                    yield self._order[0].answer
                    self._order.popleft()
        finally:
            for worker in (*self._idle, *self._busy):
                worker.end()

    def _fill(self, left: Iterator[Task]) -> bool:
        """Give every worker something to do; False where nothing is left to wait for."""
        while len(self._busy) < self._size:
            place = self._next(left)
            if place is None:
                break
            worker, done = self._idle.popitem() if self._idle else (self._new(), 0)
            place.stage, place.heard = "", time.monotonic()
            self._busy[worker] = (place, done + 1)
            worker.send(msgspec.msgpack.encode(place.task))  # where it is gone, listening finds out
        return bool(self._order)

    def _next(self, left: Iterator[Task]) -> "_Place[Task, Answer] | None":
        if self._again:
            return self._again.popleft()
        if len(self._order) >= self._size * AHEAD:
            return None
        for task in left:
            place: _Place[Task, Answer] = _Place(task)
            self._order.append(place)
            return place
        return None

    def _new(self) -> Worker:
        return Worker(self._live, self._limits.memory, self._limits.seconds * TASKS_A_WORKER)

    def _live(self, parent: Connection) -> None:
        """A worker's whole life."""
        for body in parent.frames():
            answer = self._work(msgspec.msgpack.decode(body, type=self._task_type), Talk(parent))
            parent.send(BACK if answer is None else b"=" + msgspec.msgpack.encode(answer))

    def _listen(self) -> None:
        """Hear what the workers say, and lose patience with those that say nothing."""
        if not self._busy:
            return
        seconds = self._limits.seconds
        first = min(place.heard for place, _ in self._busy.values())
        ready, _, _ = select.select([*self._busy], [], [], max(0.0, first + seconds - time.monotonic()))
        now = time.monotonic()
        overdue = [worker for worker, (place, _) in self._busy.items() if now - place.heard >= seconds]
        for worker in {*ready, *overdue}:
            self._hear(worker, seconds if worker in ready else 0)

    def _hear(self, worker: Worker, seconds: float) -> None:
        place, done = self._busy[worker]
        body, lost = worker.receive(seconds)
        if lost:
            del self._busy[worker]
            worker.end()
            why = f"took more than {self._limits.seconds} seconds" if lost.startswith("took") else lost
            self._lose(place, why)
        elif body == BACK:
            self._rest(worker, done)
            self._lose(place, "is too much for one place")
        elif body[:1] == b"=":
            self._rest(worker, done)
            place.answer = msgspec.msgpack.decode(memoryview(body)[1:], type=self._answer_type)
        else:
            place.heard = time.monotonic()
            place.stage = body[1:].decode("utf-8", "replace") or place.stage

    def _rest(self, worker: Worker, done: int) -> None:
        del self._busy[worker]
        if done < TASKS_A_WORKER:
            self._idle[worker] = done
        else:
            worker.end()

    def _lose(self, place: "_Place[Task, Answer]", why: str) -> None:
        answer, instead = self._on_loss(place.task, place.stage, why)
        where = self._order.index(place)
        places: list[_Place[Task, Answer]] = [_Place(task) for task in instead]
        self._again.extend(places)
        if answer is not None:
            place.answer = answer
            places.insert(0, place)
        del self._order[where]
        for offset, new in enumerate(places):
            self._order.insert(where + offset, new)
