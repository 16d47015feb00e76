"""Executes cases in child processes: one that hangs, dies or grows too large is a failure with its number."""

import mmap
import select
import signal
import struct
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from types import FrameType
from typing import Any

import msgspec
from races.executions import Case
from races.resumable import Report, peak

from guildmark.errors import GuildmarkError
from guildmark.worker import Connection, Worker
from races import executions

SECONDS_EACH = 10.0
"""Of processor time, so that a busy machine makes no failures."""
PATIENCE = 90.0
"""A child that stands still this long hangs where Python cannot interrupt it."""
MEMORY = 500_000_000
"""A process that has had more in use fails the execution that it was at."""
RESERVED = 2_000_000_000
"""What a child may ask for at all, so that a failure does not take the machine with it."""
CPU_SECONDS = 10_000
_NUMBER = struct.Struct("<q")

Cases = Callable[[range], Iterable[Case]]
"""Gives the cases of some numbers; the same number gives the same case, whatever range it is asked in."""


class TooLong(BaseException):
    """One execution took more than its seconds; no `except Exception` may hide that."""


def bounded(cases: Cases, numbers: range, jobs: int) -> Report:
    """Execute all of `numbers`, in `jobs` processes at a time."""
    step = -(-len(numbers) // jobs)
    left = [numbers[start : start + step] for start in range(0, len(numbers), step)] if numbers else []
    whole = Report(next=numbers.stop)
    running: list[_Share] = []
    try:
        while left or running:
            while left and len(running) < jobs:
                running.append(_Share(cases, left.pop()))
            select.select([share.worker for share in running], [], [], 1.0)
            for share, report in [(share, report) for share in running if (report := share.report())]:
                running.remove(share)
                whole.failures += report.failures
                whole.taken += report.taken
                whole.peak = max(whole.peak, report.peak)
                if report.next < share.numbers.stop:
                    left.append(range(report.next, share.numbers.stop))
    finally:
        for share in running:
            share.worker.end()
    return whole


class _Share:
    """Some of the numbers, and the child that is at them."""

    def __init__(self, cases: Cases, numbers: range) -> None:
        self.numbers = numbers
        self._cases = cases
        self._place = mmap.mmap(-1, _NUMBER.size)
        _NUMBER.pack_into(self._place, 0, -1)
        self._was, self._since = -1, time.monotonic()
        self.worker = Worker(partial(_execute_all, cases, numbers, self._place), RESERVED, CPU_SECONDS)

    def report(self) -> Report | None:
        """What the child says, or what is to be said of one that died or stands still; None while it goes on."""
        ready, _, _ = select.select([self.worker], [], [], 0)
        at = _NUMBER.unpack_from(self._place)[0]
        if not ready and at != self._was:
            self._was, self._since = at, time.monotonic()
        if not ready and time.monotonic() < self._since + PATIENCE:
            return None
        body, lost = self.worker.receive(PATIENCE if ready else 0)
        self.worker.end()
        if body:
            return msgspec.msgpack.decode(body, type=Report)
        if at < 0:
            raise RuntimeError(f"no case of {self.numbers} was made: {lost}")
        says = lost if ready else f"it stands still for more than {PATIENCE:g} seconds"
        data = next(iter(self._cases(range(at, at + 1)))).data
        return Report([(at, data, says)], next=at + 1)


def _execute_all(cases: Cases, numbers: range, place: mmap.mmap, answers: Connection) -> None:
    """A child's whole life; what goes wrong with the making of cases is told on its standard error."""
    try:
        answers.send(msgspec.msgpack.encode(_executed(cases, numbers, place)))
    except Exception:
        traceback.print_exc()


def _executed(cases: Cases, numbers: range, place: mmap.mmap) -> Report:
    report = Report(next=numbers.start)
    for number, case in zip(numbers, cases(numbers), strict=True):
        _NUMBER.pack_into(place, 0, number)
        try:
            with _at_most(SECONDS_EACH):
                report.taken += executions.execute(case)
        except GuildmarkError:
            pass
        except (Exception, TooLong) as error:  # what came out is the result
            report.failures.append((number, case.data, f"{type(error).__name__}: {error}"))
        report.next, report.peak = number + 1, peak()
        if report.peak > MEMORY:
            report.failures.append((number, case.data, f"the process has had {report.peak:,} bytes in use"))
            break
    return report


@contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    def stop(signum: int, frame: FrameType | None) -> None:
        raise TooLong(f"more than {seconds:g} seconds of processor time")

    before: Any = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
