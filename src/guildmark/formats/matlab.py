"""Reads what the variables of a MATLAB file (version 5 to 7) are: arrays of numbers and text, or functions and objects.

Source: MATLAB MAT-File Format (MathWorks, 2019), sections "Level 5 MAT-File Format" and "MAT-File Array Types"."""

import zlib
from collections.abc import Iterator

from guildmark.contents import Contents, InMemory, Part
from guildmark.errors import FormatError, LimitPassed
from guildmark.formats import Built, Fault, Holds, broken

RANK = 60
HOLDS: Holds = "data"
BEGINS = (b"MATLAB 5.0 MAT",)

HEADER = 128
_MATRIX, _COMPRESSED = 14, 15
_CELL, _STRUCT, _OBJECT, _FUNCTION, _OPAQUE = 1, 2, 3, 16, 17
_NUMBERS = range(4, 16)
_ACTING = {
    _OBJECT: ("object", "an object, whose class decides what loading does"),
    _FUNCTION: ("function handle", "a function, which whoever calls it runs"),
    _OPAQUE: ("opaque object", "an object, whose class decides what loading does"),
}
MOST_ELEMENTS = 200_000
DEEPEST = 32
LARGEST = 32 << 20
"""Bytes that a compressed variable may unpack to where it holds other variables."""
_FIRST = 1 << 12


def recognises(contents: Contents) -> bool:
    """The header's text, its version, and the mark of its byte order."""
    head = contents.at(0, HEADER)
    return head.startswith(BEGINS) and head[124:128] in (b"\x00\x01IM", b"\x01\x00MI")


def builds(contents: Contents) -> Iterator[Built]:
    """Variables that are no numbers, text, cells or structures of such; raises FormatError, LimitPassed."""
    return iter(_Walk(contents).all())


def faults(contents: Contents) -> Iterator[Fault]:
    """Every element ends inside the file, and inside the one that holds it."""
    return broken(lambda: _Walk(contents).all(), "byte 128")


class _Walk:
    def __init__(self, contents: Contents) -> None:
        self._contents = contents
        self._little = contents.at(126, 2) == b"IM"
        self._left = MOST_ELEMENTS
        self._found: list[Built] = []

    def all(self) -> list[Built]:
        place = HEADER
        while place < self._contents.size:
            kind, begin, end, after = self._tag(self._contents, place)
            inside = Part(self._contents, begin, end - begin)
            if kind == _COMPRESSED:
                self._compressed(inside, place)
                after = end  # what is compressed is not padded
            elif kind == _MATRIX:
                self._matrix(inside, place, 0)
            place = after
        return self._found

    def _number(self, data: bytes) -> int:
        return int.from_bytes(data, "little" if self._little else "big")

    def _tag(self, contents: Contents, place: int) -> tuple[int, int, int, int]:
        """An element's type, where its bytes begin and end, and where the next one begins."""
        self._left -= 1
        if self._left < 0:
            raise LimitPassed(f"it has more than {MOST_ELEMENTS} elements")
        head = contents.at(place, 8)
        if len(head) < 8:
            raise FormatError(f"an element's tag is cut short at byte {place}")
        kind, size = self._number(head[:4]), self._number(head[4:])
        if kind >> 16:  # a small element has its size in the tag and its bytes behind it
            if kind >> 16 > 4:
                raise FormatError(f"the small element at byte {place} has {kind >> 16} bytes")
            return kind & 0xFFFF, place + 4, place + 4 + (kind >> 16), place + 8
        if place + 8 + size > contents.size:
            raise FormatError(f"the element at byte {place} ends beyond what holds it")
        return kind, place + 8, place + 8 + size, place + 8 + size + -size % 8

    def _compressed(self, packed: Contents, at: int) -> None:
        """Numbers and texts are not unpacked beyond their first bytes."""
        kind = self._class(InMemory(_inflated(packed, _FIRST)))
        if kind in _NUMBERS:
            return
        whole = _inflated(packed, LARGEST + 1)
        if len(whole) > LARGEST:
            raise LimitPassed(f"the variable at byte {at} unpacks to more than {LARGEST} bytes")
        contents = InMemory(whole)
        inner, begin, end, _ = self._tag(contents, 0)
        if inner == _MATRIX:
            self._matrix(Part(contents, begin, end - begin), at, 0)

    def _class(self, contents: Contents) -> int:
        """The class of an array in the element that begins here; 0 where it is none."""
        head = contents.at(0, 24)
        return self._number(head[16:20]) & 0xFF if self._number(head[:4]) == _MATRIX and len(head) == 24 else 0

    def _matrix(self, inside: Contents, at: int, depth: int) -> None:
        if depth > DEEPEST:
            raise LimitPassed(f"its variables are nested over {DEEPEST} deep")
        if not inside.size:
            return  # an empty array in a cell
        _, begin, end, after = self._tag(inside, 0)
        kind = self._number(inside.at(begin, 4)) & 0xFF if end - begin >= 4 else 0
        if kind in _ACTING:
            name, says = _ACTING[kind]
            self._found.append(Built(f"matlab {name}", at, f"holds {says}", acts=False))
        elif kind in (_CELL, _STRUCT):
            while after < inside.size:
                inner, first, last, after = self._tag(inside, after)
                if inner == _MATRIX:
                    self._matrix(Part(inside, first, last - first), at, depth + 1)
        elif kind not in _NUMBERS:
            raise FormatError(f"the variable at byte {at} is of the unknown class {kind}")


def _inflated(packed: Contents, most: int) -> bytes:
    """Up to `most` bytes of what is compressed; raises FormatError."""
    unpacker, found, place = zlib.decompressobj(), bytearray(), 0
    try:
        while place < packed.size and len(found) < most and not unpacker.eof:
            piece = packed.at(place, 1 << 16)
            place += len(piece)
            while piece and len(found) < most:
                found += unpacker.decompress(piece, most - len(found))
                piece = unpacker.unconsumed_tail
    except zlib.error as error:
        raise FormatError("a compressed variable cannot be unpacked") from error
    return bytes(found)
