"""Reads the protobuf wire format field by field, and skips what nobody asks for, however long it is.

Source: https://protobuf.dev/programming-guides/encoding/"""

from collections.abc import Iterator

import msgspec

from guildmark.contents import Contents
from guildmark.errors import ContentsError, FormatError, LimitPassed

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
_GROUP, _END_OF_GROUP = 3, 4

_FIXED = {FIXED64: 8, FIXED32: 4}
_BLOCK = 1 << 14
_LONGEST = 10
"""Bytes of the longest varint."""
_LONGEST_WORD = 1000
_DEEPEST_GROUP = 64
"""Protobuf's own readers stop at a hundred."""


class Field(msgspec.Struct, frozen=True, gc=False):
    """A field of a message: its number, its wire type (`kind`), where its payload stands. There are millions."""

    number: int
    kind: int
    value: int
    """The number of a VARINT, unsigned; 0 for other kinds."""
    start: int
    end: int


class Reader:
    """Reads the messages in `contents`: at most `most` fields, and at most `text` bytes of strings.

    With `cut`, a payload that ends beyond its message is given as far as it goes."""

    def __init__(self, contents: Contents, most: int, text: int = 1 << 26, cut: bool = False) -> None:
        self._contents = contents
        self._left = most
        self._text_left = text
        self._cut = cut
        self._base = 0
        self._block = b""

    def fields(self, message: Field | None = None) -> Iterator[Field]:
        """The fields of a message, or of the outermost; raises FormatError where they do not fit into it."""
        place, end = (0, self._contents.size) if message is None else (message.start, message.end)
        while place < end:
            self._left -= 1
            if self._left < 0:
                raise LimitPassed("it has more fields than are read")
            head = self._block[place - self._base : place - self._base + 3] if self._base <= place < end - 2 else b""
            if len(head) == 3 and head[0] < 0x80 and (head[1] < 0x80 or head[2] < 0x80):
                tag, start, value, behind = head[0], place + 1, head[1], place + 2  # as most are: a tag, and a number
                if value >= 0x80:
                    value, behind = value & 0x7F | head[2] << 7, place + 3
            else:
                tag, start = self._varint(place, end)
                value, behind = self._varint(start, end) if tag & 7 in (VARINT, BYTES) else (0, start)
            number, kind = tag >> 3, tag & 7
            if kind == BYTES:
                start, stop, value = behind, behind + value, 0
            elif kind == VARINT:
                stop = behind
            elif kind in _FIXED:
                stop, value = start + _FIXED[kind], 0
            elif kind == _GROUP and number:
                place = self._behind_group(number, start, end)
                continue
            else:
                raise FormatError(f"the field at byte {place} has the wire type {kind}")
            if number == 0:
                raise FormatError(f"the field at byte {place} has the number 0")
            if stop > end and not self._cut:
                raise FormatError(f"field {number} at byte {place} ends {stop - end} bytes beyond its message")
            yield Field(number, kind, value, start, stop if stop < end else end)
            place = stop

    def parts(self, message: Field) -> list[tuple[int, int, bytes]] | None:
        """The number, place and payload of each field of a small message, read at one go where all are BYTES and
        written as most are; where this is None, `fields` is to read it, and tells what is wrong with it."""
        size = message.end - message.start
        if not 0 < size <= _BLOCK:
            return None
        if not 0 <= message.start - self._base <= len(self._block) - size:
            self._load(message.start)
        data, place = self.payload(message), 0
        if len(data) < size:
            return None
        found: list[tuple[int, int, bytes]] = []
        while place < size - 2:
            tag, length, place = data[place], data[place + 1], place + 2
            if length >= 0x80:
                length, place = length & 0x7F | data[place] << 7, place + 1
            if tag & 0x87 != BYTES or tag == BYTES:
                return None
            found.append((tag >> 3, message.start + place, data[place : place + length]))
            place += length
        if place != size or len(found) > self._left:
            return None
        self._left -= len(found)
        return found

    def numbers(self, field: Field) -> Iterator[int]:
        """The values of a repeated varint, whether it is packed or not."""
        if field.kind == VARINT:
            yield field.value
        place = field.start
        while field.kind == BYTES and place < field.end:
            self._left -= 1
            if self._left < 0:
                raise LimitPassed("it has more numbers than are read")
            value, place = self._varint(place, field.end)
            yield value

    def text(self, field: Field) -> str:
        """The payload as UTF-8, with U+FFFD where it is not."""
        self._count_text(field.end - field.start)
        return self.payload(field).decode("utf-8", "replace")

    def decoded(self, payload: bytes) -> str:
        """As `text`, of a payload that is read."""
        self._count_text(len(payload))
        return payload.decode("utf-8", "replace")

    def payload(self, field: Field) -> bytes:
        """The bytes of it, however many."""
        start, end = field.start - self._base, field.end - self._base
        near = 0 <= start <= end <= len(self._block)
        return self._block[start:end] if near else self._contents.at(field.start, field.end - field.start)

    def word(self, message: Field, number: int) -> str:
        """The first string of that number in a message, if it is short and printable; else empty."""
        for field in self.fields(message):
            if field.number == number:
                length = min(field.end - field.start, _LONGEST_WORD) if field.kind == BYTES else 0
                shown = self._contents.at(field.start, length).decode("utf-8", "replace")
                return shown if shown.isprintable() and "\ufffd" not in shown else ""
        return ""

    def _behind_group(self, number: int, place: int, end: int) -> int:
        """Where a group ends that begins at `place`: no format here has any, and all readers skip them."""
        open_groups = [number]
        while open_groups:
            self._left -= 1
            if self._left < 0 or len(open_groups) > _DEEPEST_GROUP:
                raise LimitPassed("it has more fields or groups than are read")
            tag, start = self._varint(place, end)
            number, kind = tag >> 3, tag & 7
            if kind == _GROUP:
                open_groups.append(number)
                place = start
            elif kind == _END_OF_GROUP and number == open_groups[-1]:
                open_groups.pop()
                place = start
            elif kind in (VARINT, BYTES):
                value, behind = self._varint(start, end)
                place = behind + (value if kind == BYTES else 0)
            elif kind in _FIXED:
                place = start + _FIXED[kind]
            else:
                raise FormatError(f"the field at byte {place} has the wire type {kind}")
            if place > end:
                raise FormatError(f"a group ends {place - end} bytes beyond its message")
        return place

    def _count_text(self, size: int) -> None:
        self._text_left -= size
        if self._text_left < 0:
            raise LimitPassed("it has more text than is read")

    def _varint(self, place: int, end: int) -> tuple[int, int]:
        block, index = self._block, place - self._base
        if place < end and 0 <= index < len(block) and block[index] < 0x80:
            return block[index], place + 1
        if place < end and not 0 <= index <= len(block) - _LONGEST:
            self._load(place)
            block, index = self._block, 0
        stop = min(index + _LONGEST, end - self._base, len(block))
        value = shift = 0
        while index < stop:
            byte = block[index]
            index += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value & 0xFFFF_FFFF_FFFF_FFFF, self._base + index
            shift += 7
        raise FormatError(f"the number at byte {place} does not end")

    def _load(self, place: int) -> None:
        self._base, self._block = place, self._contents.at(place, _BLOCK)
        if not self._block:
            raise ContentsError(f"the file ends at byte {place} of {self._contents.size}")
