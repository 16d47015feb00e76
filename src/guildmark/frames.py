"""What lz4 and zstd have in common: frames that follow one another, frames to skip, copies of what was unpacked."""

from collections.abc import Callable, Iterator, Mapping
from typing import IO, ClassVar

from guildmark.contents import Contents, as_file
from guildmark.errors import LimitPassed
from guildmark.inflate import Deflate, Inflation

SKIPPABLE = range(0x184D2A50, 0x184D2A60)
MOST_UNPACKED = 1 << 26
"""They are unpacked in Python, so that every machine sees the same; this much takes seconds."""
MOST_BLOCKS = 4096
"""Frames and blocks that are read; honest ones hold 16 KiB and more each."""


class Frames(Inflation):
    """The unpacked bytes of frames, each begun by a magic number of `FRAMES`."""

    FRAMES: ClassVar[Mapping[int, Callable[[IO[bytes]], Iterator[bytes]]]] = {}

    def __init__(self, contents: Contents) -> None:
        super().__init__(contents, lambda: Deflate(-15))

    def _streams(self) -> Iterator[bytes]:
        file, done, blocks = as_file(self._contents), 0, 0
        while self._end - file.tell() >= 4:
            begin, blocks = file.tell(), blocks + 1
            magic = number(file, 4)
            if blocks > MOST_BLOCKS:
                raise LimitPassed(f"it has more than {MOST_BLOCKS} frames")
            if magic in SKIPPABLE:
                file.seek(min(self._end, file.tell() + 4 + number(file, 4)))
                continue
            if magic not in self.FRAMES:
                file.seek(begin)
                break
            self.whole = False
            for piece in self.FRAMES[magic](file):
                done, blocks = done + len(piece), blocks + 1
                if done > MOST_UNPACKED or blocks > MOST_BLOCKS:
                    raise LimitPassed(
                        f"it has more than the {MOST_UNPACKED} bytes or {MOST_BLOCKS} blocks that are read"
                    )
                yield piece
            self.whole = True
        if not self.whole:
            self.broken = "the packed bytes end early"
        elif file.tell() < self._end:
            self.broken = f"{self._end - file.tell()} bytes follow the packed ones"


def copy(out: bytearray, offset: int, length: int) -> None:
    """Repeat `length` bytes that lie `offset` back, those that it writes itself included."""
    start = len(out) - offset
    if offset >= length:
        out += out[start : start + length]
    else:
        out += (bytes(out[start:]) * (length // offset + 1))[:length]


def number(file: IO[bytes], size: int) -> int:
    """The next bytes as a number, the lowest first."""
    return int.from_bytes(exactly(file, size), "little")


def exactly(file: IO[bytes], size: int) -> bytes:
    """The next `size` bytes; raises ValueError where there are fewer."""
    data = file.read(size)
    if len(data) < size:
        raise ValueError("they end early")
    return data
