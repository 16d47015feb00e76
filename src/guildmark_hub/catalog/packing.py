"""Bytes and records as packed columns keep them, and back within a bound."""

import zlib
from typing import Any, TypeVar

import msgspec

Shape = TypeVar("Shape")
LARGEST = 64 << 20
"""No packed column unpacks to more."""


def pack(data: bytes) -> bytes:
    """Bytes as a packed column keeps them."""
    return zlib.compress(data, 6)


def unpack(data: bytes | memoryview) -> bytes:
    """Bytes out of a packed column; raises ValueError past LARGEST."""
    reader = zlib.decompressobj()
    found = reader.decompress(bytes(data), LARGEST)
    if reader.unconsumed_tail:
        raise ValueError(f"a stored value unpacks to more than {LARGEST} bytes")
    return found


def packed(record: Any) -> bytes:
    """A record as a packed column keeps it."""
    return pack(msgspec.json.encode(record))


def unpacked(data: bytes | memoryview, shape: type[Shape]) -> Shape:
    """A record out of a packed column."""
    return msgspec.json.decode(unpack(data), type=shape)
