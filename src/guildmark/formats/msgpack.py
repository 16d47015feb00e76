"""Walks MessagePack (Flax's and spaCy's weights) from end to end, and finds the pickles that numpy's add-on puts in it.

Source: https://github.com/msgpack/msgpack/blob/master/spec.md; msgpack-numpy unpickles an array of the kind `O`."""

from collections.abc import Iterator
from math import prod
from typing import NamedTuple

from guildmark import late
from guildmark.contents import Contents, Part
from guildmark.errors import FormatError, LimitPassed
from guildmark.formats import Fault, Holds, Member
from guildmark.limits import Budget

RANK = 70
HOLDS: Holds = "weights"
BEGINS = (
    b"\x81", b"\x82", b"\x83", b"\x84", b"\x85", b"\x86", b"\x87", b"\x88", b"\x89", b"\x8a", b"\x8b",
    b"\x8c", b"\x8d", b"\x8e", b"\x8f", b"\x91", b"\x92", b"\x93", b"\x94", b"\x95", b"\x96", b"\x97",
    b"\x98", b"\x99", b"\x9a", b"\x9b", b"\x9c", b"\x9d", b"\x9e", b"\x9f", b"\xdc", b"\xdd", b"\xde",
    b"\xdf",
)  # fmt: skip

MOST_ITEMS = 5_000_000
_MOST_LOOKED_AT = 2_000
_MOST_WHOLE = 200_000
_HEADED = 8
_FEWEST_WHOLE, _SMALLEST_WHOLE = 8, 32
"""What is no map of words must be followed to its end, and have so many values and bytes."""
_BLOCK = 1 << 16
_HEAD = 256
_PICKLE = late.compile(rb"\x80[\x02-\x05]|[(c\]}]")
_KEY = late.compile(r"[\w ./:@\[\]-]{1,200}")

_FIXED = {0xC0: 0, 0xC2: 0, 0xC3: 0, 0xCA: 4, 0xCB: 8} | {0xCC + place: 1 << (place % 4) for place in range(8)}
_STRINGS = {0xD9: 1, 0xDA: 2, 0xDB: 4}
_BINARIES = {0xC4: 1, 0xC5: 2, 0xC6: 4}
_EXTENSIONS = {0xC7: 1, 0xC8: 2, 0xC9: 4}
_FLAX_ARRAY = b"\x01"
_MOST_DIMENSIONS = 32
_WIDTHS = {"bool": 1, "bfloat16": 2, "complex64": 8, "complex128": 16} | {
    f"{kind}{bits}": bits // 8 for kind in ("int", "uint", "float") for bits in (8, 16, 32, 64)
}
_ARRAYS, _MAPS = {0xDC: 2, 0xDD: 4}, {0xDE: 2, 0xDF: 4}


class Item(NamedTuple):
    """One value: its kind (map, array, string, binary, extension, plain), where its bytes are or how many it holds."""

    kind: str
    begin: int
    length: int


def recognises(contents: Contents) -> bool:
    """A map whose keys are short words, in which everything fits; a long file is followed for a while.

    Any other map, and an array with words in it, where its last value ends with the file."""
    first = contents.at(0, 1)[0] if contents.size >= _HEADED else 0
    is_map = first in (*range(0x81, 0x90), *_MAPS)
    if is_map and _has_words_as_keys(contents):
        return True
    return (is_map or first in (*range(0x91, 0xA0), *_ARRAYS)) and _is_whole(contents, is_map)


def _has_words_as_keys(contents: Contents) -> bool:
    words = 0
    try:
        for number, item in enumerate(items(contents)):
            if number == 1 and (item.kind != "string" or not _is_word(contents, item)):
                return False
            words += item.kind == "string"
            if number == _MOST_LOOKED_AT:
                break
    except FormatError:
        return False
    return words > 0


def _is_whole(contents: Contents, is_map: bool) -> bool:
    if contents.size < _SMALLEST_WHOLE:
        return False
    count = words = 0
    try:
        for item in items(contents):
            count += 1
            words += item.kind == "string"
            if count > _MOST_WHOLE:
                return False
    except FormatError:
        return False
    return count >= _FEWEST_WHOLE and (is_map or words > 0)


def items(contents: Contents) -> Iterator[Item]:
    """Every value in order; raises FormatError where one does not fit or bytes follow, LimitPassed."""
    reader, left, number = _Reader(contents), 1, 0
    while left:
        number += 1
        if number > MOST_ITEMS:
            raise LimitPassed(f"it has more than {MOST_ITEMS} values")
        item = reader.item()
        left += {"map": 2 * item.length, "array": item.length}.get(item.kind, 0) - 1
        if left > contents.size - reader.place:
            raise FormatError(f"at byte {item.begin} more values are promised than there are bytes")
        yield item
    if reader.place != contents.size:
        raise FormatError(f"{contents.size - reader.place} bytes follow")


def members(contents: Contents, budget: Budget) -> Iterator[Member] | None:
    """Binary values that begin as a pickle does, where arrays say that they are of objects."""
    del budget
    return iter(found) if (found := list(_pickles(contents))) else None


def faults(contents: Contents) -> Iterator[Fault]:
    """All values fit into each other and into the file, and Flax's arrays have the bytes that their shapes ask for."""
    try:
        for item in items(contents):
            if item.kind == "extension" and contents.at(item.begin - 1, 1) == _FLAX_ARRAY:
                yield from _of_array(contents, item)
    except LimitPassed:
        raise
    except FormatError as error:
        yield Fault("values", error.says)


def _of_array(contents: Contents, item: Item) -> Iterator[Fault]:
    """An array as Flax writes it: its shape, the name of its type, its bytes; anything else is not judged."""
    inner = Part(contents, item.begin, item.length)
    reader = _Reader(inner, _HEAD)
    try:
        whole, shape = reader.item(), reader.item()
        if (whole.kind, whole.length, shape.kind) != ("array", 3, "array") or shape.length > _MOST_DIMENSIONS:
            return
        count = prod(reader.whole() for _ in range(shape.length))
        name, data = reader.item(), reader.item()
    except FormatError:
        return
    if (name.kind, data.kind) != ("string", "binary"):
        return
    width = _WIDTHS.get(inner.at(name.begin, min(name.length, 20)).decode("utf-8", "replace"), 0)
    if width and count * width != data.length:
        yield Fault(f"byte {item.begin}", f"an array asks for {count * width} bytes and has {data.length}")


def _pickles(contents: Contents) -> Iterator[Member]:
    try:
        for item in items(contents):
            is_payload = item.kind in ("binary", "extension") and item.length > 1
            if is_payload and _PICKLE.match(contents.at(item.begin, 2)):
                end = contents.at(item.begin + item.length - 1, 1)
                if end == b".":
                    yield Member(f"byte {item.begin}", Part(contents, item.begin, item.length))
    except FormatError:  # `faults` tells it
        return


def _is_word(contents: Contents, item: Item) -> bool:
    return bool(_KEY.fullmatch(contents.at(item.begin, min(item.length, 201)).decode("utf-8", "replace")))


class _Reader:
    """Reads the head of one value after another."""

    def __init__(self, contents: Contents, at_once: int = _BLOCK) -> None:
        self._contents, self._at_once = contents, at_once
        self._base, self._block = 0, b""
        self.place = 0

    def item(self) -> Item:
        begin = self.place
        head = self._number(1)
        if head < 0x80 or head >= 0xE0:
            return Item("plain", begin, 0)
        if head < 0xA0:
            return Item("map" if head < 0x90 else "array", begin, head & 15)
        if head < 0xC0:
            return self._payload("string", head & 31)
        for kinds, kind in ((_STRINGS, "string"), (_BINARIES, "binary")):
            if head in kinds:
                return self._payload(kind, self._number(kinds[head]))
        for kinds, kind in ((_ARRAYS, "array"), (_MAPS, "map")):
            if head in kinds:
                return Item(kind, begin, self._number(kinds[head]))
        if head in _EXTENSIONS or 0xD4 <= head <= 0xD8:
            length = self._number(_EXTENSIONS[head]) if head in _EXTENSIONS else 1 << (head - 0xD4)
            self._number(1)
            return self._payload("extension", length)
        if head not in _FIXED:
            raise FormatError(f"the value at byte {begin} is of no known kind")
        return self._payload("plain", _FIXED[head])

    def whole(self) -> int:
        """A number that is not negative."""
        head = self._number(1)
        if head < 0x80:
            return head
        if not 0xCC <= head <= 0xCF:
            raise FormatError(f"the value at byte {self.place - 1} is no number of things")
        return self._number(_FIXED[head])

    def _payload(self, kind: str, length: int) -> Item:
        begin, self.place = self.place, self.place + length
        if self.place > self._contents.size:
            raise FormatError(f"the value at byte {begin} ends beyond the file")
        return Item(kind, begin, length)

    def _number(self, size: int) -> int:
        start = self.place - self._base
        if not 0 <= start <= len(self._block) - size:
            self._base, self._block, start = self.place, self._contents.at(self.place, self._at_once), 0
        if len(self._block) - start < size:
            raise FormatError(f"it ends at byte {self._contents.size}, within a value")
        self.place += size
        return int.from_bytes(self._block[start : start + size], "big")
