"""Bytes that can be read at any place, wherever they lie, and keep no file open for long."""

import hashlib
import io
import os
import stat
import weakref
from collections.abc import Iterator
from typing import IO, ClassVar, Protocol, cast

from guildmark.errors import ContentsError

CHUNK = 1 << 20
BLOCK, SHORT = 1 << 16, 1 << 12
ROOM = 1 << 23
"""Bytes of small files that are kept in all."""


class Contents(Protocol):
    """`size` bytes. `at` gives up to `length` of them from `offset`: fewer only at the end."""

    @property
    def size(self) -> int: ...

    def at(self, offset: int, length: int) -> bytes: ...


class InMemory:
    """Bytes that are already here."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.size = len(data)

    def at(self, offset: int, length: int) -> bytes:
        return self._data[offset : offset + length]


class OnDisk:
    """A file on disk, opened anew for every read, and refused if it is no longer the same.

    Small files are read once, for as long as there is ROOM. Of larger ones readers ask for few bytes near those that
    they had: of the file that was asked last, BLOCK bytes are kept."""

    _near: ClassVar[tuple["OnDisk | None", int, bytes]] = (None, 0, b"")
    _room: ClassVar[int] = ROOM

    def __init__(self, path: bytes | str) -> None:
        self._path = path
        descriptor = self._open()
        try:
            self._was = _face(os.fstat(descriptor))
        finally:
            os.close(descriptor)
        self.size = self._was[2]
        self._whole: bytes | None = None

    def at(self, offset: int, length: int) -> bytes:
        if self._whole is None and self.size <= min(BLOCK, OnDisk._room):
            self._keep()
        if self._whole is not None and offset >= 0:
            return self._whole[offset : max(0, offset + length)]
        if length > SHORT or offset < 0:
            return self._read(offset, length)
        owner, begin, block = OnDisk._near
        end = begin + len(block)
        if owner is not self or not begin <= offset < end or (offset + length > end and end < self.size):
            begin = offset - offset % BLOCK
            block = self._read(begin, BLOCK + SHORT)
            OnDisk._near = (self, begin, block)
        return block[offset - begin : max(0, offset - begin + length)]

    def _keep(self) -> None:
        self._whole = self._read(0, self.size)
        OnDisk._room -= self.size
        weakref.finalize(self, OnDisk._leave, self.size)

    @classmethod
    def _leave(cls, size: int) -> None:
        cls._room += size

    def _read(self, offset: int, length: int) -> bytes:
        descriptor = self._open()
        try:
            if _face(os.fstat(descriptor)) != self._was:
                raise ContentsError("the file changed while it was read")
            return _pread(descriptor, offset, length)
        finally:
            os.close(descriptor)

    def _open(self) -> int:
        try:
            descriptor = os.open(self._path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except FileNotFoundError as error:
            raise ContentsError("the file vanished while it was read") from error
        except OSError as error:
            raise ContentsError(f"the file could not be opened: {error.strerror}") from error
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise ContentsError("it is not a regular file")
        return descriptor


class Spool:
    """An unnamed temporary file that members are unpacked into; gone when the process is."""

    def __init__(self, folder: str | None = None) -> None:
        import tempfile  # only archives need it

        with tempfile.TemporaryFile(dir=folder) as file:
            self._descriptor = os.dup(file.fileno())
        weakref.finalize(self, os.close, self._descriptor)
        self.size = 0

    def write(self, data: bytes) -> None:
        """Put `data` behind what is there; raises ContentsError where there is no room."""
        view = memoryview(data)
        try:
            while view:
                written = os.write(self._descriptor, view)
                view = view[written:]
                self.size += written
        except OSError as error:
            raise ContentsError(f"no room to unpack: {error.strerror}", "set TMPDIR to a roomier folder") from error

    def part(self, offset: int, size: int) -> "Part":
        """The bytes written from `offset` on."""
        return Part(self, offset, size)

    def at(self, offset: int, length: int) -> bytes:
        return _pread(self._descriptor, offset, length)


class Part:
    """A stretch of other contents."""

    def __init__(self, whole: Contents, offset: int, size: int) -> None:
        self._whole = whole
        self._offset = offset
        self.size = max(0, min(size, whole.size - offset))

    def at(self, offset: int, length: int) -> bytes:
        return self._whole.at(self._offset + offset, max(0, min(length, self.size - offset)))


class Ends:
    """Other contents of which only the first and last `length` bytes are asked for: between them a
    read gives nothing, so that looking at a file far away costs two requests."""

    def __init__(self, whole: Contents, length: int) -> None:
        self._whole = whole
        self._length = length
        self.size = whole.size

    def at(self, offset: int, length: int) -> bytes:
        inside = offset < self._length or offset >= self.size - self._length
        return self._whole.at(offset, length) if inside else b""


def chunks(contents: Contents, length: int = CHUNK) -> Iterator[bytes]:
    """All bytes in order; raises ContentsError where they end early."""
    offset = 0
    while offset < contents.size:
        data = contents.at(offset, min(length, contents.size - offset))
        if not data:
            raise ContentsError(f"the file ends at byte {offset} of {contents.size}")
        yield data
        offset += len(data)


def sha256(contents: Contents) -> str:
    """The sha256 of all bytes, in hexadecimal."""
    hasher = hashlib.sha256()
    for data in chunks(contents):
        hasher.update(data)
    return hasher.hexdigest()


def as_file(contents: Contents) -> IO[bytes]:
    """A seekable reader, for libraries that want a file."""
    return cast(IO[bytes], io.BufferedReader(_Reader(contents), 1 << 16))


class _Reader(io.RawIOBase):
    def __init__(self, contents: Contents) -> None:
        self._contents = contents
        self._place = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self._contents.size}[whence]
        if start + offset < 0:
            raise OSError("a seek before the start")
        self._place = start + offset
        return self._place

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        data = self._contents.at(self._place, len(view))
        view[: len(data)] = data
        self._place += len(data)
        return len(data)


def _pread(descriptor: int, offset: int, length: int) -> bytes:
    try:
        return os.pread(descriptor, length, offset) if length > 0 else b""
    except OSError as error:
        raise ContentsError(f"the file could not be read: {error.strerror}") from error


def _face(status: os.stat_result) -> tuple[int, int, int, int]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
