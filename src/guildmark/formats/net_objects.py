"""Recognises what .NET's BinaryFormatter wrote: its reader makes any type that the bytes name.

Source: [MS-NRBF] 2.6.1 SerializationHeaderRecord; .NET's BinaryFormatter security guide: it cannot be made safe."""

from collections.abc import Iterator

from guildmark import late
from guildmark.contents import Contents
from guildmark.formats import Built, Fault, Holds

RANK = 50
HOLDS: Holds = "objects"
BEGINS = (b"\0",)

_VERSION = (1).to_bytes(4, "little") + bytes(4)
_HEADER = 17
_NEXT = frozenset((1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 16, 17, 21))
_LOOKED_AT = 1 << 20
_TYPE = late.compile(rb"[A-Z]\w{0,100}(?:\.[A-Za-z]\w{0,100}){1,12}(?:[`+]\w{1,100}){0,4}")
MOST_TOLD = 20


def recognises(contents: Contents) -> bool:
    """The header record, and the next record's kind."""
    head = contents.at(0, _HEADER + 1)
    begins = head[:1] == b"\0" and head[9:17] == _VERSION and head[5:9] in (b"\xff" * 4, bytes(4))
    return begins and any(head[1:5]) and len(head) > _HEADER and head[_HEADER] in _NEXT


def builds(contents: Contents) -> Iterator[Built]:
    """Types that are named near the start; at least one answer, for the reader takes any."""
    data = contents.at(0, _LOOKED_AT)
    named = dict.fromkeys((found[0].decode("ascii", "replace"), found.start()) for found in _TYPE.finditer(data))
    for name, at in list(named)[:MOST_TOLD]:
        yield Built(name, at, f"names {name[:100]} to a reader that makes any type")
    if not named:
        yield Built("BinaryFormatter", 0, "is for a reader that makes any type")


def faults(contents: Contents) -> Iterator[Fault]:
    """The last record is the one that ends a message."""
    if contents.at(contents.size - 1, 1) != b"\x0b":
        yield Fault("end", "the message has no end")
