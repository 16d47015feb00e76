"""The write-ahead file of a run: one line of JSON a sample, in zstd frames, each handed over by one write.

What was handed to the operating system stays, whatever happens to this process; a frame that was cut is cut off."""

import os
from array import array
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec

from guildmark.errors import AskedWrongly, RunError
from guildmark.provider import Reply, Score
from guildmark.records import Record

FRAME = 1 << 20
"""A finished file has frames of about so many bytes before they are packed."""
LARGEST = 1 << 28
NOWHERE = (1 << 64) - 1


class Line(Record, frozen=True, omit_defaults=True):
    """What is kept of one sample: its place in the run, what was asked and answered, and its scores.

    Of a conversation `asked` is what was put last, with the replies before. `judged` is what a judge said of the
    answer; `cached` is whether another run had that answer: it then took no time. `first` is how long the first token
    took, of a conversation that of its first reply; 0 where nobody told."""

    place: int
    sample: str
    turn: int
    asked: Any
    reply: Reply | None = None
    score: Score | None = None
    judged: Reply | None = None
    values: dict[str, float] = msgspec.field(default_factory=dict)
    why: str = ""
    wanted: str = ""
    category: str = ""
    source: str = ""
    language: str = ""
    more: dict[str, Any] = msgspec.field(default_factory=dict)
    began: float = 0.0
    took: float = 0.0
    first: float = 0.0
    cached: bool = False


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Line).decode


class Journal:
    """The samples of a run that are completed, by their places; appended to, and read at any place."""

    def __init__(self, path: Path, total: int, *, sync: bool = False,
                 tell: Callable[[Line], None] = lambda line: None) -> None:  # fmt: skip
        """Opens the file, and tells what it holds; raises RunError where it is none of ours.

        With `sync` each group is on the disk before it counts: it outlasts a power cut, not this process alone."""
        self._zstd = _zstandard()
        self._packer = self._zstd.ZstdCompressor(level=3)
        self.path = path
        self._frames = array("Q", [NOWHERE]) * total
        self._lines = array("I", [0]) * total
        self.done, self.total = 0, total
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        self._read = lru_cache(16)(self._unpacked)
        self._sync = sync
        if sync:
            _settle(path.parent)
        self._end = self._recover(total, tell)

    def has(self, place: int) -> bool:
        """Whether the sample of that place is completed."""
        return self._frames[place] != NOWHERE

    def add(self, lines: list[Line]) -> None:
        """Hand completed samples over, in one write."""
        packed = self._packer.compress(b"".join(_encode(line) + b"\n" for line in lines))
        if os.write(self._file, packed) != len(packed):
            raise RunError(f"{self.path} was not written to its end: the disk is full", "make room, and resume")
        if self._sync:
            os.fsync(self._file)
        for number, line in enumerate(lines):
            self._mark(line.place, self._end, number)
        self._end += len(packed)

    def served(self, by: Literal["reply", "judged"] = "reply") -> str:
        """As which model, or judge, the completed samples were answered; empty where none was named."""
        place = next((place for place in range(self.total) if self.has(place)), None)
        reply = None if place is None else getattr(self.line(place), by)
        return reply.model if reply else ""

    def line(self, place: int) -> Line:
        """The completed sample of a place."""
        return _decode(self._read(self._frames[place])[self._lines[place]])

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._file)

    def _mark(self, place: int, frame: int, line: int) -> None:
        if self._frames[place] == NOWHERE:
            self.done += 1
            self._frames[place], self._lines[place] = frame, line

    def _unpacked(self, start: int) -> list[bytes]:
        return next(_frames(self._file, start)).body.splitlines()

    def _recover(self, total: int, tell: Callable[[Line], None]) -> int:
        """Take note of all whole frames, and cut off what follows them."""
        end = 0
        for frame in _frames(self._file, 0):
            end = frame.end
            for number, line in enumerate(frame.body.splitlines()):
                try:
                    held = _decode(line)
                except msgspec.MsgspecError as error:
                    raise RunError(f"{self.path} holds a line that is none: {error}") from error
                if not 0 <= held.place < total:
                    raise RunError(f"{self.path} is of another run: it has a sample {held.place}")
                if not self.has(held.place):
                    tell(held)
                self._mark(held.place, frame.start, number)
        os.ftruncate(self._file, end)
        return end


def _settle(folder: Path) -> None:
    """The names in a folder are on the disk too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_frames(lines: Iterator[Line]) -> Iterator[bytes]:
    """A finished file, in pieces: the same bytes for the same lines."""
    packer = _zstandard().ZstdCompressor(level=6)
    held: list[bytes] = []
    size = 0
    for line in lines:
        held.append(_encode(line) + b"\n")
        size += len(held[-1])
        if size >= FRAME:
            yield packer.compress(b"".join(held))
            held, size = [], 0
    if held:
        yield packer.compress(b"".join(held))


def read_lines(path: Path) -> Iterator[Line]:
    """The lines of a finished file; raises RunError where it is cut or changed."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError as error:
        raise RunError(f"{path} cannot be read: {error.strerror}", "give the folder of a finished run") from error
    try:
        end = 0
        for frame in _frames(descriptor, 0):
            end = frame.end
            yield from map(_decode, frame.body.splitlines())
        if end != os.fstat(descriptor).st_size:
            raise RunError(f"{path} is cut off after {end} bytes", "copy it again from where it came")
    except msgspec.MsgspecError as error:
        raise RunError(f"{path} holds a line that is none: {error}") from error
    finally:
        os.close(descriptor)


class _Frame(NamedTuple):
    """A whole frame: from where to where it lies, and what it holds."""

    start: int
    end: int
    body: bytes


def _frames(descriptor: int, start: int) -> Iterator[_Frame]:
    """The frames from a place on, as far as they are whole; raises RunError for one that is damaged."""
    zstandard = _zstandard()
    unpacker, held, at = zstandard.ZstdDecompressor().decompressobj(), bytearray(), start
    while piece := os.pread(descriptor, FRAME, at):
        at += len(piece)
        while piece:
            try:
                held += unpacker.decompress(piece)
            except zstandard.ZstdError as error:
                raise RunError(f"the run is damaged after byte {start}: {error}", "copy it again") from error
            if len(held) > LARGEST:
                raise RunError(f"the run has a frame of more than {LARGEST} bytes", "it is none of ours")
            if not unpacker.eof:
                break
            piece = unpacker.unused_data
            yield _Frame(start, at - len(piece), bytes(held))
            start = at - len(piece)
            unpacker, held = zstandard.ZstdDecompressor().decompressobj(), bytearray()


def _zstandard() -> Any:
    try:
        import zstandard  # an extra's package
    except ModuleNotFoundError as error:
        raise AskedWrongly("a run is kept by the package zstandard", "pip install 'guildmark[eval]'") from error
    return zstandard
