"""Questions to a place on the network, asked side by side and each once; bounded in number, in silence and in time."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as OutOfTime
from typing import Any, NamedTuple

from guildmark.errors import LimitPassed


class Bounds(NamedTuple):
    """What resolving one release may cost. `seconds` is how long the index may be silent, `longest` how long all may
    take: on a busy machine the search is slower, and finds the same."""

    requests: int = 2_000
    seconds: float = 45.0
    packages: int = 1_000
    longest: float = 600.0


class Asking:
    """Answers by a key; who asks for one that is under way waits for it. `place` is what messages call the place."""

    def __init__(self, bounds: Bounds, place: str, side_by_side: int) -> None:
        self._place = place
        self._left = bounds.requests
        self._until = time.monotonic() + bounds.longest
        self._silence = bounds.seconds
        self._heard = 0
        self._lock = threading.Lock()
        self._known: dict[Any, Future[Any]] = {}
        self._pool = ThreadPoolExecutor(side_by_side, thread_name_prefix="index")

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _start(self, key: Any, ask: Callable[[], Any]) -> "Future[Any]":
        with self._lock:
            if key not in self._known:
                try:
                    self._known[key] = self._pool.submit(ask)
                except RuntimeError:  # closed: what was asked ahead is not wanted any more
                    self._known[key] = Future()
                    self._known[key].cancel()
                else:
                    self._known[key].add_done_callback(self._hear)
            return self._known[key]

    def _hear(self, _: "Future[Any]") -> None:
        self._heard += 1

    def _once(self, key: Any, ask: Callable[[], Any]) -> Any:
        """An answer, which is waited for as long as the place says anything at all."""
        answer = self._start(key, ask)
        while True:
            heard = self._heard
            left = self._until - time.monotonic()
            try:
                return answer.result(max(0.0, min(self._silence, left)))
            except OutOfTime as error:
                if left <= self._silence or heard == self._heard:
                    says = f"the {self._place} said nothing for {self._silence:g} seconds, or took too long in all"
                    raise LimitPassed(says) from error

    def _spend(self) -> None:
        with self._lock:
            self._left -= 1
        if self._left < 0:
            raise LimitPassed("resolving needs more requests than are allowed")
