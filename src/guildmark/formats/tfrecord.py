"""Reads TFRecord: frames of a length, its checksum, bytes and theirs; a pickle among the bytes is looked at by itself.

Source: https://www.tensorflow.org/tutorials/load_data/tfrecord, "TFRecords format details"."""

from collections.abc import Iterator
from functools import cache

from guildmark.contents import Contents
from guildmark.errors import LimitPassed
from guildmark.formats import Fault, Holds, Member, _carve
from guildmark.limits import Budget

RANK = 85
HOLDS: Holds = "data"

MOST_FRAMES = 1_000_000
_CHECKED = 1000
"""So many lengths are held against their checksums."""
_POLYNOMIAL = 0x82F63B78
_MASK = 0xA282EAD8


def recognises(contents: Contents) -> bool:
    """The first frame's length has its checksum, and the frame ends inside the file."""
    head = contents.at(0, 12)
    length = int.from_bytes(head[:8], "little")
    return len(head) == 12 and length + 16 <= contents.size and _is_whole(head)


def faults(contents: Contents) -> Iterator[Fault]:
    """Each frame ends inside the file, and its length is what the checksum says; raises LimitPassed."""
    place = count = 0
    while place < contents.size:
        head = contents.at(place, 12)
        if len(head) < 12 or (count < _CHECKED and not _is_whole(head)):
            yield Fault(f"byte {place}", "no frame begins there")
            return
        place += 16 + int.from_bytes(head[:8], "little")
        count += 1
        if place > contents.size:
            yield Fault(f"frame {count}", "it ends beyond the file")
        elif count >= MOST_FRAMES:
            raise LimitPassed(f"it has more than {MOST_FRAMES} frames")


def members(contents: Contents, budget: Budget) -> Iterator[Member]:
    """Pickles in the frames."""
    del budget
    return _carve.pickles(contents)


def _is_whole(head: bytes) -> bool:
    checksum = 0xFFFFFFFF
    for byte in head[:8]:
        checksum = (checksum >> 8) ^ _table()[(checksum ^ byte) & 0xFF]
    checksum ^= 0xFFFFFFFF
    masked = ((checksum >> 15 | checksum << 17) + _MASK) & 0xFFFFFFFF
    return masked == int.from_bytes(head[8:12], "little")


@cache
def _table() -> tuple[int, ...]:
    """CRC-32C (Castagnoli), a byte at a time."""
    table = []
    for number in range(256):
        for _ in range(8):
            number = (number >> 1) ^ (_POLYNOMIAL if number & 1 else 0)
        table.append(number)
    return tuple(table)
