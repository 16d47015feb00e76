"""Recognises text at the start and at the end of a file: UTF-8, UTF-16 or UTF-32 with a byte order mark, and JSON in
UTF-16 or UTF-32 without one, as Python's `json.loads` takes it from bytes (RFC 4627, 3)."""

import codecs

from guildmark import late
from guildmark.contents import Contents
from guildmark.formats import Holds

RANK = 90
HOLDS: Holds = "text"

HEAD = 1 << 16
TAIL = 1 << 12

_CONTROLS = frozenset(map(chr, (*range(32), *range(127, 160)))) - set("\b\t\n\f\r\x1b\x85")
_ONE_CONTROL_IN = 100
"""Terminal recordings and old manuals hold some; programs and weights hold many."""
_WIDE = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""Marks of encodings with several bytes a letter; the longer ones first, for one of them begins with another."""
_FIRST_LETTERS = {
    "utf-32-le": late.compile(rb"[ \t\r\n{[]\0\0\0"),
    "utf-32-be": late.compile(rb"\0\0\0[ \t\r\n{[]"),
    "utf-16-le": late.compile(rb"[ \t\r\n{[]\0[^\0]"),
    "utf-16-be": late.compile(rb"\0[ \t\r\n{[]\0[^\0]"),
}
"""What JSON begins with in each."""


def recognises(contents: Contents) -> bool:
    head = contents.at(0, HEAD)
    encoding = _encoding(head)
    if not _reads(head, encoding, whole=contents.size <= HEAD):
        return False
    rest = min(TAIL, contents.size - len(head))
    tail = contents.at(contents.size - rest, rest) if rest > 0 else b""
    return not tail or _reads(_from_whole_character(tail, encoding), encoding, whole=True)


def _encoding(head: bytes) -> str:
    return next((encoding for mark, encoding in _WIDE if head.startswith(mark)), "") or _of_json(head[:4]) or "utf-8"


def _of_json(head: bytes) -> str:
    """The encoding of JSON that begins so, by where its first letter's zeros stand; empty where there are none."""
    if b"\0" not in head:
        return ""
    return next((encoding for encoding, letter in _FIRST_LETTERS.items() if letter.match(head)), "")


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
    if encoding.startswith("utf-32"):
        return tail[len(tail) % 4 :]
    high = tail[1:2] if encoding == "utf-16-le" else tail[:1]
    return tail[2:] if b"\xdc" <= high <= b"\xdf" else tail
