"""A snapshot of advisories on this machine: an index in one file, pinned by its digest, made whole or not at all.

`snapshot.json` is the pin: it names the index by its sha256 and says where the data are from and how old they are."""

import contextlib
import hashlib
import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import msgspec

from guildmark import late
from guildmark.advisories.matching import of_name
from guildmark.advisories.osv import Advisory
from guildmark.advisories.reading import Found, records
from guildmark.contents import Contents, OnDisk, sha256
from guildmark.errors import ContentsError, FormatError, GuildmarkError, SubjectError

SOURCE = "https://osv-vulnerabilities.storage.googleapis.com/{}/all.zip"
"""Where OSV exports the records of an ecosystem; those of PyPI have the PyPA database's records among them."""

PIN = "snapshot.json"
TOLD = 50
"""So many unreadable records are named; all are counted."""
HINT = "run `guildmark advisories update`"
_DATE = late.compile(r"\d{4}-\d\d-\d\d")
_NEWER = (
    "insert into stated values (?, ?, ?) on conflict (id) do update"
    " set modified = excluded.modified, body = excluded.body where excluded.modified > stated.modified"
)


class Place(NamedTuple):
    """Records, and where they are from, for people."""

    source: str
    data: Contents | Path


class Source(msgspec.Struct, frozen=True):
    """Where records of a snapshot are from, and the digest of what was read there."""

    place: str
    sha256: str


class Pin(msgspec.Struct, frozen=True):
    """What a snapshot holds. `data_of` is the newest change of a record that is not in the future, RFC 3339 in UTC; of
    several sources the oldest such moment counts. `ecosystems` are those that some record is about alone: what an
    export of one says besides of others is not all that is known of them."""

    index: str
    sha256: str
    size: int
    sources: tuple[Source, ...]
    made_at: str
    data_of: str
    advisories: int
    withdrawn: int
    packages: int
    ecosystems: tuple[str, ...]
    skipped: int = 0
    skips: tuple[str, ...] = ()


def make(places: Sequence[Place], folder: Path, made_at: str, tell: Callable[[int], None]) -> Pin:
    """Index the records at all places into `folder`, then point the pin at it; `tell` hears how many are done.

    Raises FormatError where a place has no record, SubjectError where nothing can be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(suffix=".part", dir=folder)
        os.close(descriptor)
    except OSError as error:
        raise _no_room(folder, error) from error
    try:
        pin = _index(temporary, places, made_at, tell)
        digest = sha256(OnDisk(temporary))
        size = os.path.getsize(temporary)
        pin = msgspec.structs.replace(pin, index=f"advisories-{digest}.sqlite", sha256=digest, size=size)
        os.chmod(temporary, 0o644)
        os.replace(temporary, folder / pin.index)
        _point(folder, pin)
    except (OSError, sqlite3.Error) as error:
        raise _no_room(folder, error) from error
    finally:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
    _drop_others(folder, pin.index)
    return pin


def _point(folder: Path, pin: Pin) -> None:
    descriptor, temporary = tempfile.mkstemp(suffix=".part", dir=folder)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(pin), indent=1) + b"\n")
    os.replace(temporary, folder / PIN)


def _drop_others(folder: Path, index: str) -> None:
    for other in folder.glob("advisories-*.sqlite"):
        if other.name != index:
            with contextlib.suppress(OSError):  # another Guildmark may read it, or have dropped it
                other.unlink()


def _index(temporary: str, places: Sequence[Place], made_at: str, tell: Callable[[int], None]) -> Pin:
    """Write the index; a pin that does not name it yet."""
    taken: list[_Taken] = []
    with contextlib.closing(sqlite3.connect("")) as staged:
        staged.execute("create table stated (id text primary key, modified text, body blob) without rowid")
        for place in places:
            before = sum(one.records for one in taken)
            taken.append(_take(staged, place, made_at, partial(_told, tell, before)))
        written = _write(temporary, staged)
    return Pin(
        index="",
        sha256="",
        size=0,
        sources=tuple(Source(place.source, _digest(place.data)) for place in places),
        made_at=made_at,
        data_of=min(one.data_of for one in taken),
        advisories=written.advisories,
        withdrawn=written.withdrawn,
        packages=len(written.names),
        ecosystems=tuple(sorted(written.ecosystems)),
        skipped=sum(one.skipped for one in taken),
        skips=tuple(skip for one in taken for skip in one.skips)[:TOLD],
    )


def _told(tell: Callable[[int], None], before: int, done: int) -> None:
    tell(before + done)


class _Taken(NamedTuple):
    """What a place gave: how many records, of which so many could not be read, the newest change."""

    records: int
    skipped: int
    skips: list[str]
    data_of: str


def _take(staged: sqlite3.Connection, place: Place, made_at: str, tell: Callable[[int], None]) -> _Taken:
    """Put a place's records by; of those with one id the newest is kept. Raises FormatError where there is none."""
    skips: list[str] = []
    done = skipped = 0
    newest = ""
    for done, (where, advisory, why) in enumerate(_records(place), 1):
        if advisory is None:
            skipped += 1
            skips += [f"{where}: {why}"[:300]] if len(skips) < TOLD else []
        else:
            staged.execute(_NEWER, (advisory.id, advisory.modified, msgspec.json.encode(advisory)))
            if _DATE.match(advisory.modified) and advisory.modified[:10] <= made_at[:10]:
                newest = max(newest, advisory.modified)
        if done % 500 == 0:
            tell(done)
    if done == skipped:
        says = skips[0] if skips else "nothing is there"
        raise FormatError(f"there is no OSV record that can be read in {place.source}: {says}")
    return _Taken(done, skipped, skips, f"{newest[:10]}T{newest[11:19]}Z" if len(newest) >= 19 else "")


class _Written(NamedTuple):
    """What an index holds."""

    advisories: int
    withdrawn: int
    names: set[tuple[str, str]]
    ecosystems: set[str]


def _records(place: Place) -> Iterator[Found]:
    """The records at a place, which errors name."""
    try:
        yield from records(place.data)
    except FormatError as error:
        raise type(error)(f"{place.source}: {error.says}", "fetch it again, or see what stands there") from error


def _write(temporary: str, staged: sqlite3.Connection) -> _Written:
    """The records in the order of their ids, so that the same data make the same bytes."""
    names: set[tuple[str, str]] = set()
    ecosystems: set[str] = set()
    kept = withdrawn = 0
    with contextlib.closing(sqlite3.connect(temporary)) as base:
        base.execute("pragma journal_mode = off")
        base.execute("pragma synchronous = off")
        base.execute("create table advisory (number integer primary key, body blob not null)")
        base.execute(
            "create table about (ecosystem text, name text, number integer, primary key (ecosystem, name, number))"
            " without rowid"
        )
        for number, (body,) in enumerate(staged.execute("select body from stated order by id")):
            advisory = msgspec.json.decode(body, type=Advisory)
            base.execute("insert into advisory values (?, ?)", (number, body))
            about = set(_names(advisory))
            base.executemany("insert into about values (?, ?, ?)", [(*one, number) for one in sorted(about)])
            names |= about
            among = {ecosystem for ecosystem, _ in about}
            ecosystems |= among if len(among) == 1 else set()
            kept, withdrawn = kept + 1, withdrawn + (advisory.withdrawn is not None)
        base.commit()
    return _Written(kept, withdrawn, names, ecosystems)


def _names(advisory: Advisory) -> Iterator[tuple[str, str]]:
    for one in advisory.affected:
        if one.package is not None:
            ecosystem = one.package.ecosystem.partition(":")[0]
            yield ecosystem, of_name(ecosystem, one.package.name)


class Snapshot:
    """A snapshot that has the digest that its pin states."""

    def __init__(self, pin: Pin, base: sqlite3.Connection) -> None:
        self.pin = pin
        self._base = base

    def about(self, ecosystem: str, names: Iterable[str]) -> list[Advisory]:
        """The records that name one of these packages, by id; withdrawn ones too."""
        found: dict[int, bytes] = {}
        for name in sorted({of_name(ecosystem, name) for name in names}):
            found.update(
                self._base.execute(
                    "select advisory.number, advisory.body from about join advisory using (number)"
                    " where about.ecosystem = ? and about.name = ?",
                    (ecosystem, name),
                )
            )
        return [msgspec.json.decode(found[number], type=Advisory) for number in sorted(found)]

    def names(self, ecosystem: str) -> Iterator[str]:
        """The packages of an ecosystem that some record names."""
        return (
            name for (name,) in self._base.execute("select distinct name from about where ecosystem = ?", (ecosystem,))
        )

    def close(self) -> None:
        self._base.close()


def open_snapshot(folder: Path) -> Snapshot | None:
    """The snapshot in a folder; None where there is none. Raises SubjectError where it is not what its pin states."""
    try:
        pin = msgspec.json.decode((folder / PIN).read_bytes(), type=Pin)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise SubjectError(f"{folder / PIN} cannot be read", HINT) from error
    path = folder / Path(pin.index).name
    try:
        if sha256(OnDisk(str(path))) != pin.sha256:
            raise SubjectError(f"{path} is not what was pinned: its digest is another", HINT)
        base = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    except (ContentsError, sqlite3.Error) as error:
        raise SubjectError(f"{path} cannot be read", HINT) from error
    return Snapshot(pin, base)


def _digest(place: Contents | Path) -> str:
    """The sha256 of a file; of a folder, that of its records' paths and bytes."""
    if not isinstance(place, Path):
        return sha256(place)
    hasher = hashlib.sha256()
    for found in records(place):
        hasher.update(f"{found.where}\0".encode() + (msgspec.json.encode(found.advisory)))
    return hasher.hexdigest()


def _no_room(folder: Path, error: Exception) -> GuildmarkError:
    says = error.strerror if isinstance(error, OSError) else str(error)
    return SubjectError(f"nothing can be kept in {folder}: {says}", "set GUILDMARK_ADVISORIES to a roomier folder")
