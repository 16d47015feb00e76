"""Very many subjects vetted in one run that may be stopped at any moment and goes on where it was.

A folder keeps the answers: `ID.json` is an assessment as canonical JSON, `ID.told.json` says what was asked and what
came of it. Each is written whole or not at all, the assessment first, which counts where what was told has its sha256.
"""

import hashlib
import os
import select
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

import msgspec

from guildmark import advisories, gather, late, leaves
from guildmark import check as shelf
from guildmark.contents import OnDisk, sha256
from guildmark.download import now
from guildmark.errors import AskedWrongly, ContentsError, GuildmarkError, ReportError
from guildmark.limits import Limits
from guildmark.material import Opening
from guildmark.output import write_whole
from guildmark.records import Assessment, Kind, Record, canonical, digest
from guildmark.subject import open_subject
from guildmark.version import MADE_BY
from guildmark.vet import vet
from guildmark.worker import Connection, Worker

MOST = 100_000
SILENCE, LONGEST = 900, 7200
"""A subject of which nothing is heard for so many seconds is lost; so is one that is not done after so many."""
_ID = late.compile(r"[a-z0-9][a-z0-9._+~@-]{0,150}")
_TOLD = ".told"
_SECONDS_BETWEEN = 0.2


class Wanted(Record, frozen=True):
    """A subject to vet: how its answer is called, where it is, what it is where that is known."""

    id: str
    where: str
    kind: Kind | None = None


class How(NamedTuple):
    """How each subject is vetted. `snapshot` is the folder of advisories; `anew` asks again what is known."""

    snapshot: Path
    cache: str | None = None
    jobs: int = 1
    limits: Limits = Limits()
    network: bool = True
    dependencies: bool = True
    full: bool = False
    all_files: bool = False
    allowed: frozenset[str] = frozenset()
    anew: bool = False


class Stamp(Record, frozen=True):
    """What an answer holds for: the reference, its bytes where they are a local file's, the checks of this Guildmark,
    the snapshot of advisories, the bounds and permissions. `local` is `-` where only a new look can tell."""

    where: str
    kind: Kind | None
    local: str
    made_by: str
    checks: str
    advisories: str
    how: str


class Told(Record, frozen=True):
    """What came of a subject: the sha256 of its assessment's file, or a sentence why there is none."""

    stamp: Stamp
    sha256: str = ""
    error: str = ""
    hint: str = ""
    made_at: str = ""
    seconds: float = 0.0
    cpu_seconds: float = 0.0


class Done(NamedTuple):
    """A subject that has its answer, which was `kept` from an earlier run or is new."""

    wanted: Wanted
    told: Told
    path: Path
    kept: bool

    @property
    def error(self) -> str:
        return self.told.error

    def assessment(self) -> Assessment:
        """The assessment; raises ReportError where there is none."""
        found = read(self.path.parent, self.wanted.id)
        if found is None:
            raise ReportError(self.error or f"{self.path} is not what was written", "vet it again")
        return found


Tell = Callable[[Wanted, str], None]


def vet_all(wanted: Iterable[Wanted], folder: Path, how: How, tell: Tell | None = None) -> Generator[Done, None, None]:
    """Vet each in a process of its own, `how.jobs` at a time: first those that are known, then each as it ends.

    What is yielded lies on the disk. `tell` hears what is being done. Close the generator to stop early; raises
    AskedWrongly where two have one id, ReportError where nothing can be written."""
    asked = _asked(wanted)
    _make(folder)
    stamp = _stamper(how)
    waiting: deque[tuple[Wanted, Stamp]] = deque()
    for one in asked:
        stamped = stamp(one)
        told = None if how.anew else _kept(folder, one.id, stamped)
        if told is None:
            waiting.append((one, stamped))
        else:
            yield Done(one, told, _path(folder, one.id), True)
    yield from _Crew(folder, how, waiting, tell).work()


def read(folder: Path, id: str) -> Assessment | None:
    """The assessment of an id, where one was told of and lies there unharmed."""
    told = recall(folder, id)
    try:
        data = _path(folder, id).read_bytes()
        if told is None or not told.sha256 or hashlib.sha256(data).hexdigest() != told.sha256:
            return None
        return msgspec.json.decode(data, type=Assessment)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None


def steady(assessment: Assessment) -> str:
    """The digest of an assessment without the times at which it was made and places were asked."""
    listings = tuple(msgspec.structs.replace(one, asked_at="") for one in assessment.listings)
    return digest(msgspec.structs.replace(assessment, listings=listings, made_at=""))


def assess(one: Wanted, how: How, say: Callable[[str, int, int], None]) -> Assessment:
    """Open, gather, vet: all of one subject, in this process."""
    opening = Opening(
        kind=one.kind,
        network=how.network,
        full=how.full,
        all_files=how.all_files,
        limits=how.limits,
        cache=how.cache,
        progress=say,
    )
    subject = open_subject(one.where, opening)
    if subject.kind == "tool":
        network = how.network and how.dependencies
        subject = gather.gather(subject, gather.Asked(network, how.snapshot, how.cache, how.limits))
    subject.allowed = how.allowed
    return vet(subject, None, how.limits, made_at=now(), tell=say)


class _Going(NamedTuple):
    """A subject that a worker is at."""

    wanted: Wanted
    stamp: Stamp
    began: float
    heard: float


class _Crew:
    """The workers, one a subject: a subject cannot harm more than its own."""

    def __init__(self, folder: Path, how: How, waiting: deque[tuple[Wanted, Stamp]], tell: Tell | None) -> None:
        self._folder, self._how, self._waiting, self._tell = folder, how, waiting, tell
        self._busy: dict[Worker, _Going] = {}

    def work(self) -> Iterator[Done]:
        try:
            while self._waiting or self._busy:
                while self._waiting and len(self._busy) < max(1, self._how.jobs):
                    self._begin(*self._waiting.popleft())
                yield from self._listen()
        finally:
            for worker in self._busy:
                worker.end()

    def _begin(self, one: Wanted, stamp: Stamp) -> None:
        limits = self._how.limits
        live = partial(_live, one, stamp, self._folder, self._how)
        worker = Worker(live, 2 * limits.memory, limits.seconds * (len(shelf.ids()) + 10))
        moment = time.monotonic()
        self._busy[worker] = _Going(one, stamp, moment, moment)
        if self._tell:
            self._tell(one, "")

    def _listen(self) -> Iterator[Done]:
        """Hear what the workers say, and lose patience with those that say nothing or find no end."""
        patience = max(SILENCE, 3 * self._how.limits.seconds)
        ends = [min(going.heard + patience, going.began + LONGEST) for going in self._busy.values()]
        ready, _, _ = select.select([*self._busy], [], [], max(0.0, min(ends) - time.monotonic()))
        moment = time.monotonic()
        for worker, going in [*self._busy.items()]:
            if moment - going.began >= LONGEST:
                yield self._lose(worker, going, f"it was not done after {LONGEST} seconds")
            elif worker in ready:
                yield from self._hear(worker, going, patience)
            elif moment - going.heard >= patience:
                yield self._lose(worker, going, f"nothing was heard of it for {patience} seconds")

    def _hear(self, worker: Worker, going: _Going, patience: int) -> Iterator[Done]:
        body, lost = worker.receive(patience)
        if lost:
            yield self._lose(worker, going, f"the process that vetted it was lost: {lost}")
        elif body[:1] == b"=":
            told = msgspec.msgpack.decode(memoryview(body)[1:], type=Told)
            yield self._end(worker, going, told)
        else:
            self._busy[worker] = going._replace(heard=time.monotonic())
            if self._tell:
                self._tell(going.wanted, body[1:].decode("utf-8", "replace"))

    def _lose(self, worker: Worker, going: _Going, why: str) -> Done:
        told = Told(going.stamp, error=why, hint="vet it alone to see more", made_at=now())
        _write_told(self._folder, going.wanted.id, told)
        return self._end(worker, going, told)

    def _end(self, worker: Worker, going: _Going, told: Told) -> Done:
        del self._busy[worker]
        worker.end()
        return Done(going.wanted, told, _path(self._folder, going.wanted.id), False)


def _live(one: Wanted, stamp: Stamp, folder: Path, how: How, parent: Connection) -> None:
    """A worker's whole life: the assessment, then what is told of it, then the word that it is done."""
    said = 0.0

    def say(label: str, *_: object) -> None:
        nonlocal said
        moment = time.monotonic()
        if moment - said > _SECONDS_BETWEEN:
            said = moment
            parent.send(b"." + label.encode("utf-8", "backslashreplace"))

    began = time.monotonic()
    told = _try(one, stamp, folder, how, say)
    cpu = sum(os.times()[:4])
    told = msgspec.structs.replace(
        told, made_at=now(), seconds=round(time.monotonic() - began, 3), cpu_seconds=round(cpu, 3)
    )
    _write_told(folder, one.id, told)
    parent.send(b"=" + msgspec.msgpack.encode(told))


def _try(one: Wanted, stamp: Stamp, folder: Path, how: How, say: Callable[[str, int, int], None]) -> Told:
    try:
        data = canonical(assess(one, how, say))
        write_whole(_path(folder, one.id), data)
        return Told(stamp, hashlib.sha256(data).hexdigest())
    except GuildmarkError as error:
        return Told(stamp, error=error.says, hint=error.hint)
    except MemoryError:
        return Told(stamp, error=f"it needs more than {2 * how.limits.memory} bytes of memory to be opened")
    except Exception as error:  # one of many: a fault of ours in it must not hide what it was
        return Told(stamp, error=f"a fault of Guildmark's own: {type(error).__name__}: {error}"[:1000])


def _asked(wanted: Iterable[Wanted]) -> list[Wanted]:
    found: dict[str, Wanted] = {}
    for one in wanted:
        if not _ID.fullmatch(one.id) or one.id.endswith(_TOLD):
            raise AskedWrongly(f"{one.id!r} cannot be the name of an answer", "use small letters, digits and . _ + -")
        if one.id in found:
            raise AskedWrongly(f"two subjects are called {one.id}", "give each its own name")
        if len(found) >= MOST:
            raise AskedWrongly(f"more than {MOST} subjects", "vet them in several runs")
        found[one.id] = one
    return [*found.values()]


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ReportError(
            f"{folder} cannot be made: {error.strerror}", "give a folder that you may write to"
        ) from error


def _path(folder: Path, id: str) -> Path:
    return folder / f"{id}.json"


def _write_told(folder: Path, id: str, told: Told) -> None:
    write_whole(folder / f"{id}{_TOLD}.json", canonical(told))


def recall(folder: Path, id: str) -> Told | None:
    """What was told of an id, an error too; None where nothing was."""
    try:
        return msgspec.json.decode((folder / f"{id}{_TOLD}.json").read_bytes(), type=Told)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None


def _kept(folder: Path, id: str, stamp: Stamp) -> Told | None:
    """What was told of a subject, where it still holds: an error never does."""
    told = recall(folder, id)
    if told is None or told.error or told.stamp != stamp or stamp.local == "-":
        return None
    return told if read(folder, id) is not None else None


def _stamper(how: How) -> Callable[[Wanted], Stamp]:
    """What makes the stamps of a run; a snapshot that is harmed raises SubjectError here, before the work."""
    snapshot = advisories.open_snapshot(how.snapshot)
    pinned = ""
    if snapshot is not None:
        pinned = snapshot.pin.sha256
        snapshot.close()
    checks = hashlib.sha256("\n".join(leaves.head("checks", id) or id for id in shelf.ids()).encode()).hexdigest()
    asked = (how.limits, how.network, how.dependencies, how.full, how.all_files, sorted(how.allowed))
    kept = hashlib.sha256(msgspec.json.encode(asked)).hexdigest()

    def stamp(one: Wanted) -> Stamp:
        return Stamp(one.where, one.kind, _local(one.where), MADE_BY, checks, pinned, kept)

    return stamp


def _local(where: str) -> str:
    """The sha256 of a local file, `-` of a folder and of what is not there; empty where a prefix names a place."""
    prefix, colon, _ = where.partition(":")
    if where.startswith("pkg:") or (colon and prefix in leaves.names("sources")):
        return ""
    try:
        return sha256(OnDisk(os.path.realpath(where)))
    except ContentsError:
        return "-"
