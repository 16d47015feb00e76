"""A log in a folder: begun, appended to, checked. What was reported as appended outlives a kill at any moment.

Entries and tiles are written first, and count for nothing until the checkpoint names them; it is written last."""

import fcntl
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from guildmark.errors import LogError
from guildmark.keys import PublicKey, Signer
from guildmark.log import merkle, note, tiles
from guildmark.log.note import Checkpoint
from guildmark.log.tiles import CHECKPOINT, ENTRIES, Growing, Served
from guildmark.output import write_whole

LOCK = ".lock"
Write = Callable[[Path, bytes], None]


class Appended(NamedTuple):
    """Where entries stand in the log, in the order in which they were given; one that stood there keeps its place."""

    places: tuple[int, ...]
    checkpoint: Checkpoint


def begin(folder: Path, origin: str, key: Signer) -> Checkpoint:
    """A log without entries; raises LogError where the folder holds one."""
    if not origin or origin.split() != [origin] or "+" in origin:
        raise LogError(f"{origin[:80]!r} cannot name a log", "use its address without https://, as example.org/log")
    folder.mkdir(parents=True, exist_ok=True)
    with alone(folder):
        if (folder / CHECKPOINT).exists():
            raise LogError(f"{folder} holds a log already", "append to it, or give another folder")
        empty = Checkpoint(origin, 0, merkle.EMPTY)
        write_whole(folder / CHECKPOINT, note.signed(empty.text(), key))
    return empty


def append(folder: Path, entries: Iterable[bytes], key: Signer, write: Write = write_whole) -> Appended:
    """Put entries to the end, and sign what then stands; raises LogError, and the log is as it was."""
    with alone(folder):
        served = opened(folder, {key.public: ""})
        size = served.checkpoint.size
        wanted = [(merkle.leaf(entry), entry) for entry in map(_fitting, entries)]
        known = _places(served, {hash for hash, _ in wanted})
        end: list[bytes] = []
        for hash, entry in wanted:
            if known.setdefault(hash, size + len(end)) == size + len(end):
                end.append(entry)
        places = tuple(known[hash] for hash, _ in wanted)
        if not end:
            return Appended(places, served.checkpoint)
        grown = grow(folder, served, end, write)
        write(folder / CHECKPOINT, note.signed(grown.text(), key))
    return Appended(places, grown)


def _fitting(entry: bytes) -> bytes:
    if not 0 < len(entry) <= tiles.LARGEST_ENTRY:
        raise LogError(f"an entry of {len(entry):,} bytes", f"log a statement: it has 1 to {tiles.LARGEST_ENTRY:,}")
    return entry


def grow(folder: Path, served: Served, entries: Iterable[bytes], write: Write) -> Checkpoint:
    """Write what a log becomes with more entries, all but its checkpoint, which nobody has signed yet."""
    growing = Growing(served.checkpoint.size, served.tile)
    waiting = [*served.entries(growing.size // merkle.WIDTH * merkle.WIDTH)]
    for entry in entries:
        waiting.append(entry)
        for path, data in growing.put(entry):
            _put(folder, path, data, write)
        if len(waiting) == merkle.WIDTH:
            _put(folder, tiles.path(ENTRIES, growing.size // merkle.WIDTH - 1), tiles.bundled(waiting), write)
            waiting.clear()
    if waiting:
        path = tiles.path(ENTRIES, growing.size // merkle.WIDTH, len(waiting))
        _put(folder, path, tiles.bundled(waiting), write)
    for path, data in growing.rest():
        _put(folder, path, data, write)
    return Checkpoint(served.checkpoint.origin, growing.size, growing.root())


def _put(folder: Path, path: str, data: bytes, write: Write) -> None:
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    write(folder / path, data)


def opened(folder: Path, keys: Mapping[PublicKey, str]) -> Served:
    """The log in a folder, its checkpoint verified by keys and the origins they sign for; raises LogError."""
    return served(lambda path, most: _read(folder, path, most), keys)


def served(fetch: tiles.Fetch, keys: Mapping[PublicKey, str]) -> Served:
    """The log that `fetch` brings, its checkpoint verified; raises LogError."""
    signed = fetch(CHECKPOINT, note.LARGEST)
    return Served(signed, note.vouched(signed, keys), fetch)


def check(served: Served) -> int:
    """Read the whole log, every entry and every tile, and hold it against its checkpoint: how many entries stand.

    Raises LogError at the first that does not fit."""
    growing = Growing(0, served.tile)
    for entry in served.entries():
        for path, data in growing.put(entry):
            _, level, number = path.split("/", 2)
            number = number.replace("/", "").replace("x", "")
            if b"".join(served.tile(int(level), int(number), merkle.WIDTH)) != data:
                raise LogError(f"{path} does not follow from the entries", "the log's files were changed")
    if growing.root() != served.checkpoint.root:
        raise LogError("the entries do not make the checkpoint's root", "the log's files were changed")
    return growing.size


def place(served: Served, entry: bytes) -> int:
    """Where an entry stands; raises LogError where it does not."""
    hash = merkle.leaf(entry)
    found = _places(served, {hash})
    if not found:
        raise LogError("the log does not hold this statement", "append it first")
    return found[hash]


def _places(served: Served, wanted: set[bytes]) -> dict[bytes, int]:
    """Where the first entry of each of these hashes stands."""
    found: dict[bytes, int] = {}
    for number, width in tiles.widths(served.checkpoint.size):
        for at, hash in enumerate(served.tile(0, number, width)):
            if hash in wanted:
                found.setdefault(hash, number * merkle.WIDTH + at)
    return found


def _read(folder: Path, path: str, most: int) -> bytes:
    try:
        with open(folder / path, "rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise LogError(f"{folder / path} cannot be read: {error.strerror}", "is this a log's folder?") from error
    if len(data) > most:
        raise LogError(f"{folder / path} is larger than it can be", "the log's files were changed")
    return data


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """One writer at a time; the kernel takes the lock back when its holder dies."""
    try:
        lock = os.open(folder / LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise LogError(f"{folder} cannot be written: {error.strerror}", "give a log's folder") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
