"""A snapshot of advisories on this machine: an index in one file, pinned by its digest, made whole or not at all.

`snapshot.json` is the pin: it names the index by its sha256 and says where the data are from and how old they are."""

import contextlib
import hashlib
import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import msgspec

from guildmark import late
from guildmark.advisories.matching import of_name
from guildmark.advisories.osv import Advisory
from guildmark.advisories.reading import Found, records
from guildmark.contents import Contents, OnDisk, sha256
from guildmark.errors import ContentsError, FormatError, GuildmarkError, SubjectError

SOURCE = "https://osv-vulnerabilities.storage.googleapis.com/PyPI/all.zip"
"""Where `guildmark advisories update` fetches from: OSV's export for Python, which has the PyPA database's records."""

PIN = "snapshot.json"
TOLD = 50
"""So many unreadable records are named; all are counted."""
HINT = "run `guildmark advisories update`"
_DATE = late.compile(r"\d{4}-\d\d-\d\d")


class Pin(msgspec.Struct, frozen=True):
    """What a snapshot holds. `data_of` is the newest change of a record that is not in the future, RFC 3339 in UTC."""

    index: str
    sha256: str
    size: int
    source: str
    source_sha256: str
    made_at: str
    data_of: str
    advisories: int
    withdrawn: int
    packages: int
    ecosystems: tuple[str, ...]
    skipped: int = 0
    skips: tuple[str, ...] = ()


def make(place: Contents | Path, folder: Path, source: str, made_at: str, tell: Callable[[int], None]) -> Pin:
    """Index the records at `place` into `folder`, then point the pin at it; `tell` hears how many are done.

    Raises FormatError where there is no record, SubjectError where nothing can be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(suffix=".part", dir=folder)
        os.close(descriptor)
    except OSError as error:
        raise _no_room(folder, error) from error
    try:
        pin = _index(temporary, records(place), made_at, tell)
        digest = sha256(OnDisk(temporary))
        pin = msgspec.structs.replace(
            pin,
            index=f"advisories-{digest}.sqlite",
            sha256=digest,
            size=os.path.getsize(temporary),
            source=source,
            source_sha256=_digest(place),
        )
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


def _index(temporary: str, found: Iterable[Found], made_at: str, tell: Callable[[int], None]) -> Pin:
    """Write the index; a pin that does not name it yet."""
    newest: dict[str, Advisory] = {}
    skips: list[str] = []
    skipped = 0
    for done, (where, advisory, why) in enumerate(found, 1):
        if advisory is None:
            skipped += 1
            skips += [f"{where}: {why}"[:300]] if len(skips) < TOLD else []
        elif advisory.id not in newest or newest[advisory.id].modified < advisory.modified:
            newest[advisory.id] = advisory
        if done % 500 == 0:
            tell(done)
    if not newest:
        raise FormatError("there is no OSV record that can be read: " + (skips[0] if skips else "nothing is there"))
    kept = [newest[id] for id in sorted(newest)]
    names = _write(temporary, kept)
    dates = [advisory.modified for advisory in kept if _DATE.match(advisory.modified)]
    known = max((date for date in dates if date[:10] <= made_at[:10]), default="")
    return Pin(
        index="",
        sha256="",
        size=0,
        source="",
        source_sha256="",
        made_at=made_at,
        data_of=f"{known[:10]}T{known[11:19]}Z" if len(known) >= 19 else "",
        advisories=len(kept),
        withdrawn=sum(advisory.withdrawn is not None for advisory in kept),
        packages=len(names),
        ecosystems=tuple(sorted({ecosystem for ecosystem, _ in names})),
        skipped=skipped,
        skips=tuple(skips),
    )


def _write(temporary: str, kept: list[Advisory]) -> set[tuple[str, str]]:
    names: set[tuple[str, str]] = set()
    with contextlib.closing(sqlite3.connect(temporary)) as base:
        base.execute("pragma journal_mode = off")
        base.execute("pragma synchronous = off")
        base.execute("create table advisory (number integer primary key, body blob not null)")
        base.execute(
            "create table about (ecosystem text, name text, number integer, primary key (ecosystem, name, number))"
            " without rowid"
        )
        for number, advisory in enumerate(kept):
            base.execute("insert into advisory values (?, ?)", (number, msgspec.json.encode(advisory)))
            about = set(_names(advisory))
            base.executemany("insert into about values (?, ?, ?)", [(*one, number) for one in sorted(about)])
            names |= about
        base.commit()
    return names


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
