"""One stream that is packed whole: gzip, bzip2, xz, lzma, lz4, zstd, zlib and joblib's old ZF; others by name only."""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from guildmark import late
from guildmark.contents import Contents
from guildmark.errors import FormatError, LimitPassed
from guildmark.formats import Fault, Member
from guildmark.frames import Frames
from guildmark.inflate import Bzip2, Decompressor, Deflate, Inflation, Lzma
from guildmark.limits import Budget
from guildmark.lz4 import Lz4
from guildmark.zstd import Zstd

RANK = 20
HOLDS = "members"
BEGINS = (
    b"\x1f\x8b",
    b"BZh",
    b"\xfd7zXZ\0",
    b"\x28\xb5\x2f\xfd",
    b"\x04\x22\x4d\x18",
    b"\x02\x21\x4c\x18",
    b"Rar!",
    b"LZIP",
    b"\x5d\0",
    b"\x78",
    b"ZF0x",
    b"\x50\x2a\x4d\x18",
    b"\x51\x2a\x4d\x18",
    b"\x52\x2a\x4d\x18",
    b"\x53\x2a\x4d\x18",
    b"\x54\x2a\x4d\x18",
    b"\x55\x2a\x4d\x18",
    b"\x56\x2a\x4d\x18",
    b"\x57\x2a\x4d\x18",
    b"\x58\x2a\x4d\x18",
    b"\x59\x2a\x4d\x18",
    b"\x5a\x2a\x4d\x18",
    b"\x5b\x2a\x4d\x18",
    b"\x5c\x2a\x4d\x18",
    b"\x5d\x2a\x4d\x18",
    b"\x5e\x2a\x4d\x18",
    b"\x5f\x2a\x4d\x18",
)

SNIFFED = 512
UNPACKED_FOR_FAULTS = 1 << 30
FIRST_BYTES = 32
ZF_HEADER = 21  # "ZF", then the unpacked size in hexadecimal, padded to 19 characters
LZMA_MAGIC = (b"\xfd7zXZ\0", b"\x5d\0")
"""Python's lzma and joblib go on into a stream of either kind."""
SKIPPED = late.compile(rb"[\x50-\x5f]\x2a\x4d\x18")
"""A frame of lz4 or zstd that is to be skipped; which of them it is only the next one tells."""


class Packing(NamedTuple):
    """A way of packing: how it begins, what unpacks it (None: nobody here) and what is skipped before."""

    name: str
    pattern: re.Pattern[bytes]
    make: Callable[[], Decompressor] | None
    magic: tuple[bytes, ...] = ()
    """How another stream begins that its readers take for more of it."""
    skipped: int = 0
    frames: type[Frames] | None = None
    """What unpacks it instead, where it is made of frames."""
    is_weak: bool = False
    """Its first bytes are common, so it must unpack before it is believed."""

    @property
    def is_read(self) -> bool:
        return self.make is not None or self.frames is not None


PACKINGS = (
    Packing("gzip", late.compile(rb"\x1f\x8b\x08[\x00-\x1f]", re.S), lambda: Deflate(31), (b"\x1f\x8b",)),
    Packing("bzip2", late.compile(rb"BZh[1-9](1AY&SY|\x17rE8P\x90)"), Bzip2, (b"BZh",)),
    Packing("xz", late.compile(rb"\xfd7zXZ\0"), Lzma, LZMA_MAGIC),
    Packing("zstd", late.compile(rb"\x28\xb5\x2f\xfd"), None, frames=Zstd),
    Packing("lz4", late.compile(rb"\x04\x22\x4d\x18|\x02\x21\x4c\x18"), None, frames=Lz4),
    Packing("zstd", SKIPPED, None, frames=Zstd, is_weak=True),
    Packing("lz4", SKIPPED, None, frames=Lz4, is_weak=True),
    Packing("lzip", late.compile(rb"LZIP\x01"), None),
    Packing("lzma", late.compile(rb"\x5d\0.{3}(.{8})\0", re.S), Lzma, LZMA_MAGIC, is_weak=True),
    Packing("zlib", late.compile(rb"\x78[\x01\x5e\x9c\xda]"), lambda: Deflate(15), is_weak=True),
    Packing("joblib", late.compile(rb"ZF0x[0-9a-f]+ *"), lambda: Deflate(15), skipped=ZF_HEADER, is_weak=True),
)


def recognises(contents: Contents) -> bool:
    """A packing's magic; for one with a common magic also bytes that do unpack."""
    return packing(contents) is not None


def members(contents: Contents, budget: Budget) -> Iterator[Member]:
    """The unpacked bytes, as `content`: all there are before a place that is corrupt."""
    found = packing(contents)
    if found is None:
        raise FormatError("it is packed in no way that is known here")
    try:
        yield Member("content", budget.unpack(_inflation(contents, found), contents.size))
    except FormatError as error:
        yield Member("content", None, error.says)


def faults(contents: Contents) -> Iterator[Fault]:
    """Packed bytes that end early, are corrupt or are followed by others."""
    found = packing(contents)
    if found is None or not found.is_read:
        return
    inflation, size = _inflation(contents, found), 0
    for piece in inflation:
        size += len(piece)
        if size > UNPACKED_FOR_FAULTS:
            raise LimitPassed(f"it unpacks to more than {UNPACKED_FOR_FAULTS} bytes")
    if inflation.broken:
        yield Fault(found.name, inflation.broken)


def packing(contents: Contents) -> Packing | None:
    """How the bytes are packed; None where they are not."""
    head = contents.at(0, FIRST_BYTES)
    for found in PACKINGS:
        if found.pattern.match(head) and (not found.is_weak or _unpacks(contents, found)):
            return found
    return None


def unpacked(contents: Contents) -> Inflation | None:
    """The unpacked bytes; None where they are not packed, or nobody here can unpack them."""
    found = packing(contents)
    return None if found is None or not found.is_read else _inflation(contents, found)


def first(inflation: Inflation, length: int = SNIFFED) -> bytes:
    """The first `length` unpacked bytes, or fewer."""
    data = b""
    try:
        for piece in inflation:
            data += piece[: length - len(data)]
            if len(data) >= length:
                break
    except LimitPassed:  # whoever unpacks it all tells it
        pass
    return data


def _inflation(contents: Contents, found: Packing) -> Inflation:
    if found.frames is not None:
        return found.frames(contents)
    if found.make is None:
        raise FormatError(f"{found.name}: not read here")
    skipped = found.skipped
    if skipped and contents.at(skipped, 1) == b" ":  # joblib until 0.8.4 wrote one more
        skipped += 1
    return Inflation(contents, found.make, skipped, None, found.magic)


def _unpacks(contents: Contents, found: Packing) -> bool:
    inflation = _inflation(contents, found)
    data = first(inflation)
    if len(data) >= SNIFFED or inflation.whole:
        return True
    is_cut = bool(data) and not inflation.corrupt
    return is_cut and not contents.at(0, SNIFFED).isascii()  # "x^2" is no zlib
