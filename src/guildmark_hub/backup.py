"""A hub in one file, and a hub out of it: the database, the secret key, the key that it signs with, and its log.

The file is a packed tar: `manifest.json`, which states the size and the sha256 of each member, then the members. What
is read of one is not trusted: only these names, only plain files, only as many bytes as stated. A hub is restored
beside its place and renamed there at the end, so that no folder is ever half a hub."""

import contextlib
import fcntl
import gzip
import hashlib
import json
import os
import shutil
import sqlite3
import tarfile
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Annotated

import msgspec

from guildmark.errors import AskedWrongly, FormatError, ReportError
from guildmark.log import note, tiles
from guildmark.version import VERSION
from guildmark_hub import kept

FORM = 1
DATABASE = "hub.sqlite3"
KEYS = ("secret.key", "instance.key")
"""What makes it this hub: its sessions, its signature. A hub that never signed has no second one."""
LOG = "log/"
"""The folder of the log; taken after the database, so that whatever place it speaks of is there."""
MANIFEST = "manifest.json"
LARGEST_MANIFEST, LARGEST_KEY, LARGEST_TILE = 1 << 20, 1 << 16, 17 << 20
PIECE = 1 << 20
SPARE = 1 << 20
"""A tar ends in zeros; no more than this many are read."""


Stream = IO[bytes] | gzip.GzipFile


class Member(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of the hub."""

    name: str
    size: Annotated[int, msgspec.Meta(ge=0)]
    sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]


class Manifest(msgspec.Struct, frozen=True):
    """What a backup holds; `migrations` are those that its database has seen, as `app.name`."""

    form: int
    made_by: str
    made_at: str
    files: tuple[Member, ...]
    migrations: tuple[str, ...]


def write(folder: Path, path: Path) -> Manifest:
    """Write the hub in `folder` to `path`, whole or not at all, while others read and write it.

    The keys are read after the database, so that whatever key it speaks of is there. Raises AskedWrongly where there
    is no hub, ReportError where it cannot be written."""
    database = folder / DATABASE
    if not database.is_file():
        raise AskedWrongly(f"there is no hub in {folder}", "give its folder: --data FOLDER")
    made = path.absolute().with_name(f".{path.name}.making")
    try:
        with _alone(made.parent), _anew(made):
            copy = made / DATABASE
            migrations = _copy(database, copy)
            keys = {name: folder / name for name in KEYS if (folder / name).is_file()}
            found = {DATABASE: copy, **keys, **_log(folder / LOG, made)}
            files = tuple(Member(name, one.stat().st_size, _digest(one)) for name, one in found.items())
            moment = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
            manifest = Manifest(FORM, f"guildmark {VERSION}", moment, files, migrations)
            _pack(made / "packed", manifest, [*found.values()])
            os.replace(made / "packed", path)
            _keep(made.parent)
    except (OSError, sqlite3.Error) as error:
        says = error.strerror if isinstance(error, OSError) else str(error)
        raise ReportError(f"the backup {path} was not written: {says}", "make room, or give another place") from error
    return manifest


@contextlib.contextmanager
def restoring(path: Path, folder: Path) -> Iterator[Path]:
    """The hub of a backup in a folder beside `folder`, checked file by file; it becomes `folder` where the block ends
    well, and nothing where it does not.

    Raises AskedWrongly where `folder` holds anything, FormatError where the backup is not what its manifest states."""
    with making(folder) as staged:
        _unpack(path, staged)
        yield staged


@contextlib.contextmanager
def making(folder: Path) -> Iterator[Path]:
    """A folder beside `folder` for a new hub; it becomes `folder` where the block ends well, and is gone where it does
    not: one that a killed process left goes with the next. Raises AskedWrongly where `folder` holds anything."""
    folder = folder.absolute()
    _refuse_used(folder)
    kept.make(folder.parent)
    staged = folder.with_name(f".{folder.name}.restoring")
    with _alone(folder.parent), _anew(staged):
        yield staged
        for one in staged.rglob("*"):
            _keep(one)
        _keep(staged)
        _put(staged, folder)


def seen(database: Path) -> tuple[str, ...]:
    """The migrations that a database has seen, as `app.name`."""
    with contextlib.closing(sqlite3.connect(database)) as base:
        return _migrations(base)


def refuse_newer(applied: tuple[str, ...], known: set[str]) -> None:
    """Raises AskedWrongly where a database has seen a migration that this Guildmark does not know."""
    unknown = sorted(set(applied) - known)
    if unknown:
        says = f"the backup was made by a newer Guildmark: {', '.join(unknown[:3])} is not known here"
        raise AskedWrongly(says, f"update Guildmark ({VERSION} is installed), then restore it")


def _copy(database: Path, copy: Path) -> tuple[str, ...]:
    """A copy of the database as it is at one moment, by SQLite's online backup; the migrations that it has seen."""
    os.close(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with (
        contextlib.closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True, timeout=60)) as base,
        contextlib.closing(sqlite3.connect(copy)) as other,
    ):
        base.backup(other)
        other.execute("pragma journal_mode = delete")
        return _migrations(other)


def _log(log: Path, made: Path) -> dict[str, Path]:
    """The files of the log as it is at one moment, by their names in a backup; none where nothing was logged.

    What the checkpoint names was written before it, and is never changed."""
    if not (log / tiles.CHECKPOINT).is_file():
        return {}
    checkpoint = Path(shutil.copyfile(log / tiles.CHECKPOINT, made / tiles.CHECKPOINT))
    size = note.checkpoint(note.read(checkpoint.read_bytes())).size
    return {f"{LOG}{tiles.CHECKPOINT}": checkpoint} | {f"{LOG}{path}": log / path for path in tiles.paths(size)}


def _is_logged(name: str) -> bool:
    return name.startswith(LOG) and tiles.PATHS.fullmatch(name.removeprefix(LOG)) is not None


def _migrations(base: sqlite3.Connection) -> tuple[str, ...]:
    return tuple(f"{app}.{name}" for app, name in base.execute("select app, name from django_migrations order by 1, 2"))


def _pack(packed: Path, manifest: Manifest, files: list[Path]) -> None:
    body = json.dumps(msgspec.to_builtins(manifest), indent=1).encode() + b"\n"
    descriptor = os.open(packed, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        with gzip.GzipFile("", "wb", 6, file, mtime=0) as inner:
            _add(inner, MANIFEST, len(body), iter([body]))
            for member, path in zip(manifest.files, files, strict=True):
                with path.open("rb") as held:
                    _add(inner, member.name, member.size, iter(lambda held=held: held.read(PIECE), b""))  # type: ignore[misc]
            inner.write(bytes(2 * tarfile.BLOCKSIZE))
        file.flush()
        os.fsync(file.fileno())


def _add(inner: Stream, name: str, size: int, pieces: Iterator[bytes]) -> None:
    header = tarfile.TarInfo(name)
    header.size, header.mode = size, 0o600
    inner.write(header.tobuf(tarfile.GNU_FORMAT))
    for piece in pieces:
        inner.write(piece)
    inner.write(bytes(-size % tarfile.BLOCKSIZE))


def _unpack(path: Path, staged: Path) -> None:
    try:
        with gzip.open(path, "rb") as inner:
            manifest = _manifest(inner)
            if sum(one.size for one in manifest.files) > shutil.disk_usage(staged).free:
                raise ReportError(f"there is no room in {staged.parent} for this hub", "make room")
            for member in manifest.files:
                kept.make((staged / member.name).parent)
                _take(inner, member, staged / member.name)
            if inner.read(SPARE).strip(b"\0") or inner.read(1):
                raise FormatError("the backup holds more than its manifest states")
    except (gzip.BadGzipFile, EOFError, zlib.error, tarfile.HeaderError) as error:
        raise FormatError(f"{path} is no whole backup: {error}", "give what `guildmark hub backup` wrote") from error
    except OSError as error:
        raise AskedWrongly(
            f"{path} cannot be restored: {error.strerror}", "give a backup of a hub, and room"
        ) from error
    _check(staged / DATABASE)


def _manifest(inner: Stream) -> Manifest:
    hint = "give what `guildmark hub backup` wrote"
    name, size = _header(inner)
    if name != MANIFEST or size > LARGEST_MANIFEST:
        raise FormatError("this is no backup of a hub: it does not begin with its manifest", hint)
    try:
        manifest = msgspec.json.decode(_exactly(inner, size), type=Manifest)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise FormatError(f"the manifest of this backup cannot be read: {error}", hint) from error
    _exactly(inner, -size % tarfile.BLOCKSIZE)
    if manifest.form != FORM:
        raise AskedWrongly(f"this backup has form {manifest.form}, and {FORM} is known here", "update Guildmark")
    names = [one.name for one in manifest.files]
    others = [name for name in names[1:] if name not in KEYS and not _is_logged(name)]
    if names[:1] != [DATABASE] or len(set(names)) != len(names) or others:
        raise FormatError(f"a hub has no files {others or names!r}"[:300], hint)
    if any(one.size > (LARGEST_KEY if one.name in KEYS else LARGEST_TILE) for one in manifest.files[1:]):
        raise FormatError("no key of a hub is so long, and no part of its log", hint)
    return manifest


def _header(inner: Stream) -> tuple[str, int]:
    """The name and the size of the next member, which must be a plain file."""
    header = tarfile.TarInfo.frombuf(_exactly(inner, tarfile.BLOCKSIZE), "utf-8", "replace")
    if header.type not in (tarfile.REGTYPE, tarfile.AREGTYPE) or header.size < 0:
        raise FormatError(f"the backup holds {header.name[:100]!r}, which is no plain file")
    return header.name, header.size


def _take(inner: Stream, member: Member, path: Path) -> None:
    """Write the next member, which must be this one, to `path`."""
    if _header(inner) != (member.name, member.size):
        raise FormatError(f"the backup does not hold {member.name} as its manifest states it")
    hasher, left = hashlib.sha256(), member.size
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        while left:
            piece = _exactly(inner, min(PIECE, left))
            hasher.update(piece)
            file.write(piece)
            left -= len(piece)
    if hasher.hexdigest() != member.sha256:
        raise FormatError(f"{member.name} in the backup is not what its manifest states: its digest is another")
    _exactly(inner, -member.size % tarfile.BLOCKSIZE)


def _exactly(inner: Stream, size: int) -> bytes:
    data = inner.read(size)
    if len(data) != size:
        raise EOFError("it ends too early")
    return data


def _check(database: Path) -> None:
    """Raises FormatError where it is no database of a hub, or one that would do something by itself."""
    try:
        with contextlib.closing(sqlite3.connect(database)) as base:
            answer = base.execute("pragma quick_check").fetchone()[0]
            acts = base.execute("select name from sqlite_master where type in ('trigger', 'view')").fetchone()
            _migrations(base)
    except (sqlite3.Error, TypeError) as error:
        raise FormatError(f"the database in the backup cannot be read: {error}") from error
    if answer != "ok" or acts:
        raise FormatError(f"the database in the backup is none of a hub: {acts[0] if acts else answer}"[:300])


def _refuse_used(folder: Path) -> None:
    try:
        used = folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
    except OSError as error:
        raise AskedWrongly(
            f"{folder} cannot be read: {error.strerror}", "give another folder: --data FOLDER"
        ) from error
    if used:
        hint = "give another folder: --data FOLDER"
        raise AskedWrongly(f"{folder} is not empty, and a hub is only made anew where nothing is", hint)


@contextlib.contextmanager
def _alone(parent: Path) -> Iterator[None]:
    """Nobody else makes or restores a backup in this folder; the lock goes with the process."""
    try:
        descriptor = os.open(parent, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise AskedWrongly(f"{parent} cannot be used: {error.strerror}", "give another folder") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise AskedWrongly(f"another hub is being kept or restored in {parent}", "wait until that has ended") from error
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _anew(folder: Path) -> Iterator[None]:
    """An empty folder for nobody else, gone at the end; what a killed process left in it goes first."""
    shutil.rmtree(folder, ignore_errors=True)
    try:
        folder.mkdir(mode=0o700)
    except OSError as error:
        raise AskedWrongly(
            f"nothing can be made in {folder.parent}: {error.strerror}", "give another folder"
        ) from error
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _put(staged: Path, folder: Path) -> None:
    try:
        os.rename(staged, folder)
        _keep(folder.parent)
    except OSError as error:
        hint = "give an empty or a new folder that is no mount point itself: --data FOLDER"
        raise AskedWrongly(f"the hub cannot be put to {folder}: {error.strerror}", hint) from error


def _keep(path: Path) -> None:
    """What was written there outlives a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
