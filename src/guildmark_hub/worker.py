"""The worker: does one job after another until it is told to stop, and asks what the schedule wants.

What an app does stands in its `work.py`: `HANDLERS`, a function a kind of job, and `SCHEDULE`, how often a kind is
asked. A worker may be killed at any moment: what it was doing is tried again."""

import contextlib
import importlib.util
import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from types import ModuleType
from typing import NamedTuple

from django.conf import settings
from django.db import DatabaseError, connection

from guildmark.errors import GuildmarkError
from guildmark_hub.jobs import acts
from guildmark_hub.jobs.models import Job

IDLE = 0.5
"""Seconds between two looks at an empty queue."""
BEAT = acts.LEASE.total_seconds() / 4
"""Seconds between two words that the worker lives."""
LONGEST = 3600.0
"""Seconds for which a lease is kept of a job that says nothing itself."""
GRACE = 30.0
"""Seconds for which a worker that is told to stop lets its jobs run on."""
LOOK = 30.0
"""Seconds between two looks at the schedule."""
_log = logging.getLogger("guildmark_hub.worker")

Handler = Callable[[Job], None]


class Work(NamedTuple):
    """What all apps together do."""

    handlers: dict[str, Handler]
    schedule: dict[str, timedelta]


def find() -> Work:
    """What the apps' `work` modules say."""
    found = Work({}, {})
    for module in _modules():
        found.handlers.update(getattr(module, "HANDLERS", {}))
        found.schedule.update(getattr(module, "SCHEDULE", {}))
    return found


def run(count: int, ready: Callable[[], None]) -> None:
    """Work with so many threads until SIGTERM or Ctrl-C; a second one ends it at once. `ready` is called first."""
    crew = Crew(find(), count)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, crew.told)
    ready()
    crew.work()


def run_once() -> int:
    """Do all that is to be done now, and what it asks for at once; how many jobs were begun."""
    crew = Crew(find(), 1)
    crew.look()
    begun = 0
    while crew.one():
        begun += 1
    return begun


class Crew:
    """Threads that lease and do jobs, and what they have in hand."""

    def __init__(self, work: Work, count: int) -> None:
        self._work = work
        self._count = count
        self._stop = threading.Event()
        self._now = threading.Event()
        self._held: dict[int, Job] = {}

    def told(self, *_: object) -> None:
        """Stop: softly, and at the second word at once."""
        (self._now if self._stop.is_set() else self._stop).set()

    def work(self) -> None:
        """Work until told to stop; then give back what does not end in time."""
        threads = [threading.Thread(target=self._live, daemon=True) for _ in range(self._count)]
        for thread in threads:
            thread.start()
        looked = -LOOK
        while not self._stop.wait(IDLE):
            if time.monotonic() - looked >= LOOK:
                looked = time.monotonic()
                self.look()
        ends = time.monotonic() + GRACE
        while any(thread.is_alive() for thread in threads) and time.monotonic() < ends and not self._now.is_set():
            self._now.wait(0.1)
        held = list(self._held.values())
        for job in held:
            with contextlib.suppress(acts.LeaseLost, DatabaseError):
                acts.give_back(job)
        if held:
            os._exit(0)  # their threads may be anywhere, and nothing that they still do would be kept

    def look(self) -> None:
        """Ask what the schedule wants now."""
        for kind, every in self._work.schedule.items():
            try:
                acts.ask_scheduled(kind, every)
            except DatabaseError as error:
                _log.warning("the schedule could not be asked: %s", error)

    def one(self) -> bool:
        """Do the next job; False where there is none."""
        job = acts.lease()
        if job is None:
            return False
        self._held[job.pk] = job
        try:
            with _kept(job):
                self._do(job)
        finally:
            del self._held[job.pk]
        return True

    def _live(self) -> None:
        while not self._stop.is_set():
            try:
                if not self.one():
                    self._stop.wait(IDLE)
            except DatabaseError as error:
                _log.warning("the database did not answer: %s", error)
                connection.close()
                self._stop.wait(IDLE)
        connection.close()

    def _do(self, job: Job) -> None:
        try:
            handler = self._work.handlers.get(job.kind)
            if handler is None:
                raise acts.Hopeless(f"no part of this hub does {job.kind}", "is the worker of the hub's own version?")
            handler(job)
        except acts.LeaseLost as lost:
            _log.warning("%s", lost.says)
        except GuildmarkError as error:
            _fail(job, error)
        except DatabaseError as error:
            _fail(job, GuildmarkError(f"the database could not keep it: {type(error).__name__}", "is there room?"))
        except Exception as error:  # a fault of ours in one kind of job must not end the worker, which has others
            _log.exception("job %s (%s) failed", job.pk, job.kind)
            _fail(job, GuildmarkError(f"a fault of this hub's own: {type(error).__name__}", "its log says more"))


def _fail(job: Job, error: GuildmarkError) -> None:
    _log.warning("job %s (%s): %s", job.pk, job.kind, error.says)
    with contextlib.suppress(acts.LeaseLost):
        acts.failed(job, error)


@contextlib.contextmanager
def _kept(job: Job) -> Iterator[None]:
    """Keep the lease from a thread beside the job, as long as a job may say nothing."""
    ended = threading.Event()

    def beat() -> None:
        ends = time.monotonic() + LONGEST
        while not ended.wait(BEAT) and time.monotonic() < ends:
            try:
                acts.keep(job)
            except acts.LeaseLost:
                break
            except DatabaseError:
                continue  # the job itself may be writing; there are more beats before the lease ends
        connection.close()

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _modules() -> Iterator[ModuleType]:
    for name in settings.APPS:
        where = f"guildmark_hub.{name}.work"
        if importlib.util.find_spec(where):
            yield importlib.import_module(where)
