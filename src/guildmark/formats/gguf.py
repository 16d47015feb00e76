"""Reads all metadata of a GGUF file, chat template included, and its tensors' types, shapes and places.

Source: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md, ggml/src/gguf.cpp, ggml/src/ggml.c."""

import struct
import sys
from array import array
from collections.abc import Iterator
from math import prod
from typing import Literal, NamedTuple, TypeAlias

from guildmark.contents import Contents
from guildmark.errors import ContentsError, FormatError, LimitPassed
from guildmark.formats import Fault, Holds

RANK = 10
HOLDS: Holds = "weights"
BEGINS = (b"GGUF",)

Scalar = bool | int | float | str
Value: TypeAlias = "Scalar | list[str] | list[Value] | array[int] | array[float]"
"""Arrays of numbers are `array.array`s, for they can be long; arrays of truth values hold 0 and 1."""

MOST_METADATA = 256 << 20
MOST_STRINGS = 4_000_000
MOST_TENSORS = 500_000
MOST_DIMENSIONS = 4
"""GGML_MAX_DIMS."""

BLOCKS = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34), 9: (32, 40),
    10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210), 15: (256, 292), 16: (256, 66),
    17: (256, 74), 18: (256, 98), 19: (256, 50), 20: (32, 18), 21: (256, 110), 22: (256, 82), 23: (256, 136),
    24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8), 28: (1, 8), 29: (256, 56), 30: (1, 2), 34: (256, 54),
    35: (256, 66), 39: (32, 17), 40: (64, 36), 41: (128, 18),
}  # fmt: skip
"""Elements and bytes of a block, by ggml type."""

_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_STRING, _ARRAY = 8, 9
_ORDERS: tuple[Literal["little", "big"], ...] = ("little", "big")
_DEEPEST = 4
_CHUNK = 1 << 20
_TAIL = 1 << 16


class Tensor(NamedTuple):
    """A tensor: `kind` is its ggml type, `begin` its first byte in the file, `at` where it is described.

    `size` is its bytes; None for a type that is not known here."""

    name: str
    kind: int
    shape: tuple[int, ...]
    begin: int
    size: int | None
    at: int


def recognises(contents: Contents) -> bool:
    head = contents.at(0, 8)
    return (
        len(head) == 8
        and head.startswith(b"GGUF")
        and any(0 < int.from_bytes(head[4:], order) < 1 << 16 for order in _ORDERS)
    )


def metadata(contents: Contents) -> dict[str, Value]:
    """All metadata by key; raises FormatError where counts or lengths cannot be, LimitPassed beyond 256 MB."""
    return _Cursor(contents).metadata()


def tensors(contents: Contents) -> tuple[Tensor, ...]:
    """All tensors as the file describes them; raises like `metadata`."""
    cursor = _Cursor(contents)
    return cursor.tensors(_alignment(cursor.metadata()))


def faults(contents: Contents) -> Iterator[Fault]:
    """Each tensor has a known type, begins at the alignment, lies in the file and overlaps no other."""
    try:
        cursor = _Cursor(contents)
        alignment = _alignment(cursor.metadata())
        found = cursor.tensors(alignment)
    except LimitPassed:
        raise
    except FormatError as error:
        yield Fault("header", error.says)
        return
    end = 0
    for tensor in sorted(found, key=lambda tensor: tensor.begin):
        at = f"byte {tensor.at}"
        yield from (Fault(at, f"the tensor {tensor.name[:100]} {says}") for says in _of_tensor(tensor, contents.size))
        if tensor.begin % alignment:
            yield Fault(at, f"the tensor {tensor.name[:100]} begins at byte {tensor.begin}, no multiple of {alignment}")
        if tensor.begin < end and tensor.size:
            yield Fault(at, f"the tensor {tensor.name[:100]} begins at byte {tensor.begin}, inside the one before it")
        end = max(end, tensor.begin + (tensor.size or 0))
    if all(tensor.size is not None for tensor in found):
        yield from _behind(contents, -(-max(end, cursor.place) // alignment) * alignment)


def _behind(contents: Contents, end: int) -> Iterator[Fault]:
    """Bytes behind the last tensor: no reader of GGUF reads them, so they are there for another."""
    rest = contents.size - end
    if rest > 0 and (
        contents.at(end, _TAIL).strip(b"\0") or contents.at(contents.size - min(rest, _TAIL), _TAIL).strip(b"\0")
    ):
        yield Fault(f"byte {end}", f"it has {rest} bytes behind its last tensor")


def _of_tensor(tensor: Tensor, size: int) -> Iterator[str]:
    if "\0" in tensor.name or (".." in tensor.name and ".." in tensor.name.replace("\\", "/").split("/")):
        yield "has a name that is a place elsewhere, where tools write tensors out by their names"
    if tensor.size is None:
        yield f"is of the unknown type {tensor.kind}"
        return
    row = tensor.shape[0] if tensor.shape else 1
    if row % BLOCKS[tensor.kind][0]:
        yield f"has rows of {row} elements, no multiple of its type's block of {BLOCKS[tensor.kind][0]}"
    if tensor.begin + tensor.size > size:
        yield f"ends at byte {tensor.begin + tensor.size}; the file has {size}"


def _alignment(fields: dict[str, Value]) -> int:
    alignment = fields.get("general.alignment", 32)
    if not isinstance(alignment, int) or alignment <= 0 or alignment & (alignment - 1):
        raise FormatError(f"general.alignment is {str(alignment)[:100]}, no power of two")
    return alignment


class _Cursor:
    """Walks through the head of one file: `metadata`, then `tensors`."""

    def __init__(self, contents: Contents) -> None:
        self._contents = contents
        self._place = 4
        self._base = 0
        self._block = b""
        self._strings = MOST_STRINGS
        little = int.from_bytes(contents.at(4, 4), "little")
        self._order: Literal["little", "big"] = "little" if little < 1 << 16 else "big"
        self._sign = "<" if self._order == "little" else ">"
        version = self._whole(4)
        if version not in (1, 2, 3):
            raise FormatError(f"GGUF version {version} is not known")
        self._wide = 4 if version == 1 else 8  # version 1 counts in 32 bits

    @property
    def place(self) -> int:
        return self._place

    def metadata(self) -> dict[str, Value]:
        self._tensor_count = self._whole(self._wide)
        count = self._count(self._whole(self._wide), self._wide + 5, "metadata entries")
        fields: dict[str, Value] = {}
        for _ in range(count):
            key = self._text()
            if key in fields:
                raise FormatError(f"two metadata entries are named {key[:100]}")
            fields[key] = self._value(self._whole(4), 0)
        return fields

    def tensors(self, alignment: int) -> tuple[Tensor, ...]:
        count = self._count(self._tensor_count, self._wide + 16, "tensors")
        if count > MOST_TENSORS:
            raise LimitPassed(f"it has {count} tensors; {MOST_TENSORS} are read")
        described = [self._tensor() for _ in range(count)]
        start = -(-self._place // alignment) * alignment
        if len({tensor.name for tensor in described}) != count:
            raise FormatError("two tensors have one name")
        return tuple(tensor._replace(begin=start + tensor.begin) for tensor in described)

    def _tensor(self) -> Tensor:
        at, name, dimensions = self._place, self._text(), self._whole(4)
        if dimensions > MOST_DIMENSIONS:
            raise FormatError(f"the tensor at byte {at} has {dimensions} dimensions; ggml has {MOST_DIMENSIONS}")
        shape = tuple(self._whole(self._wide) for _ in range(dimensions))
        kind, begin = self._whole(4), self._whole(8)
        elements, length = BLOCKS.get(kind, (1, 0))
        return Tensor(name, kind, shape, begin, -(-prod(shape) // elements) * length if length else None, at)

    def _value(self, kind: int, depth: int) -> Value:
        if kind in _SCALARS:
            form = struct.Struct(self._sign + _SCALARS[kind])
            value: Scalar = form.unpack(self._take(form.size))[0]
            return value
        if kind == _STRING:
            return self._text()
        if kind == _ARRAY and depth < _DEEPEST:
            return self._array(self._whole(4), self._whole(self._wide), depth + 1)
        raise FormatError(f"the value at byte {self._place} has the unknown type {kind}, or is too deep an array")

    def _array(self, kind: int, length: int, depth: int) -> Value:
        if kind in _SCALARS:
            numbers = array(_SCALARS[kind].replace("?", "B"))
            count = self._count(length, numbers.itemsize, "numbers in an array")
            numbers.frombytes(self._take(count * numbers.itemsize))
            if self._order != sys.byteorder:
                numbers.byteswap()
            return numbers
        count = self._count(length, self._wide if kind == _STRING else self._wide + 4, "values in an array")
        return [self._text() for _ in range(count)] if kind == _STRING else self._arrays(kind, count, depth)

    def _arrays(self, kind: int, count: int, depth: int) -> list[Value]:
        self._strings -= count
        if self._strings < 0:
            raise LimitPassed(f"its metadata hold more than {MOST_STRINGS} values")
        return [self._value(kind, depth) for _ in range(count)]

    def _text(self) -> str:
        self._strings -= 1
        if self._strings < 0:
            raise LimitPassed(f"its metadata hold more than {MOST_STRINGS} values")
        return self._take(self._whole(self._wide)).decode("utf-8", "replace")

    def _whole(self, length: int) -> int:
        return int.from_bytes(self._take(length), self._order)

    def _count(self, count: int, least: int, what: str) -> int:
        """`count`, unless the rest of the file has no room for so many of `least` bytes each."""
        if count * least > self._contents.size - self._place:
            raise FormatError(f"it claims {count} {what} at byte {self._place}, beyond its {self._contents.size} bytes")
        return count

    def _take(self, length: int) -> bytes:
        start = self._place - self._base
        if start + length > len(self._block):
            self._load(length)
            start = 0
        self._place += length
        return self._block[start : start + length]

    def _load(self, length: int) -> None:
        end = self._place + length
        if end > self._contents.size:
            raise FormatError(f"{length} bytes at byte {self._place} would end beyond the file's {self._contents.size}")
        if end > MOST_METADATA:
            raise LimitPassed(f"its metadata are longer than {MOST_METADATA} bytes")
        self._base, self._block = self._place, self._contents.at(self._place, max(length, _CHUNK))
        if len(self._block) < length:
            raise ContentsError(f"the file ends before byte {end} of {self._contents.size}")
