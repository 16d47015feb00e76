"""Unpacks lz4: frames, old frames and skippable ones, a block at a time, in bounded memory.

Source: https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md, lz4_Block_format.md."""

from collections.abc import Iterator
from typing import IO, ClassVar

from guildmark.errors import LimitPassed
from guildmark.frames import SKIPPABLE, Frames, copy, exactly, number

FRAME, OLD_FRAME = 0x184D2204, 0x184C2102
OLD_BLOCK = 8 << 20
WINDOW = 1 << 16
"""Bytes that a block can copy from the blocks before it."""

_BLOCKS = {4: 1 << 16, 5: 1 << 18, 6: 1 << 20, 7: 4 << 20}


def _frame(file: IO[bytes]) -> Iterator[bytes]:
    flags, descriptor = number(file, 1), number(file, 1)
    if flags >> 6 != 1 or flags & 2 or (descriptor >> 4 & 7) not in _BLOCKS:
        raise ValueError("a frame's header is of no known version")
    if flags & 1:
        raise LimitPassed("it needs a dictionary that is not in the file")
    most = _BLOCKS[descriptor >> 4 & 7]
    exactly(file, (8 if flags & 8 else 0) + 1)
    history = b""
    while size := number(file, 4):
        if size & 0x7FFF_FFFF > most + 64:
            raise ValueError("a block is longer than its frame allows")
        data = exactly(file, size & 0x7FFF_FFFF)
        piece = data if size >> 31 else block(data, history, most)
        exactly(file, 4 if flags & 16 else 0)
        if not flags & 32:
            history = (history + piece)[-WINDOW:]
        yield piece
    exactly(file, 4 if flags & 4 else 0)


def _old_frame(file: IO[bytes]) -> Iterator[bytes]:
    """Blocks until the file ends, or a number that is a frame's magic."""
    while head := file.read(4):
        size = int.from_bytes(head, "little")
        if size in SKIPPABLE or size in (FRAME, OLD_FRAME):
            file.seek(-4, 1)
            return
        if len(head) < 4 or size > OLD_BLOCK + (OLD_BLOCK >> 7):
            raise ValueError("a block is longer than its frame allows")
        yield block(exactly(file, size), b"", OLD_BLOCK)


def block(data: bytes, history: bytes, most: int) -> bytes:
    """One unpacked block of at most `most` bytes; raises ValueError where it is corrupt."""
    out, place, end, before = bytearray(history), 0, len(data), len(history)
    while place < end:
        token = data[place]
        length, place = _length(data, token >> 4, place + 1)
        if place + length > end:
            raise ValueError("literals end beyond their block")
        out += data[place : place + length]
        place += length
        if place == end:
            break
        offset = int.from_bytes(data[place : place + 2], "little")
        length, place = _length(data, token & 15, place + 2)
        length += 4
        if not 0 < offset <= len(out) or len(out) - before + length > most:
            raise ValueError("a copy is out of its block")
        copy(out, offset, length)
    if len(out) - before > most:
        raise ValueError("a block unpacks to more than its frame allows")
    return bytes(memoryview(out)[before:])


def _length(data: bytes, value: int, place: int) -> tuple[int, int]:
    """A length whose four bits are `value`, and where the next thing is."""
    if value == 15:
        while True:
            if place >= len(data):
                raise ValueError("a length does not end")
            byte, place = data[place], place + 1
            value += byte
            if byte != 255:
                break
    return value, place


class Lz4(Frames):
    """The unpacked bytes of lz4 frames that follow one another."""

    FRAMES: ClassVar = {FRAME: _frame, OLD_FRAME: _old_frame}
