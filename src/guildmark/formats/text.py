"""Recognises text: UTF-8, or UTF-16 with a byte order mark, at the start and at the end of a file."""

import codecs

from guildmark.contents import Contents
from guildmark.formats import Holds

RANK = 90
HOLDS: Holds = "text"

HEAD = 1 << 16
TAIL = 1 << 12

_CONTROLS = frozenset(map(chr, (*range(32), *range(127, 160)))) - set("\b\t\n\f\r\x1b\x85")
_ONE_CONTROL_IN = 100
"""Terminal recordings and old manuals hold some; programs and weights hold many."""


def recognises(contents: Contents) -> bool:
    head = contents.at(0, HEAD)
    encoding = _encoding(head)
    if not _reads(head, encoding, whole=contents.size <= HEAD):
        return False
    rest = min(TAIL, contents.size - len(head))
    tail = contents.at(contents.size - rest, rest) if rest > 0 else b""
    return not tail or _reads(_from_whole_character(tail, encoding), encoding, whole=True)


def _encoding(head: bytes) -> str:
    if head.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le"
    if head.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be"
    return "utf-8"


def _reads(data: bytes, encoding: str, whole: bool) -> bool:
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(data, final=whole)
    except UnicodeDecodeError:
        return False
    controls = sum(map(text.count, _CONTROLS))
    return "\0" not in text and controls * _ONE_CONTROL_IN <= len(text)


def _from_whole_character(tail: bytes, encoding: str) -> bytes:
    """The tail without the rest of a character that began before it."""
    if encoding == "utf-8":
        cut = next((place for place in range(min(4, len(tail))) if tail[place] & 0xC0 != 0x80), 0)
        return tail[cut:]
    high = tail[1:2] if encoding == "utf-16-le" else tail[:1]
    return tail[2:] if b"\xdc" <= high <= b"\xdf" else tail
