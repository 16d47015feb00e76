"""One tensor of ONNX in a file of its own (`input_0.pb`), as the test data of models are: numbers, and nothing else.

Source: onnx.proto, TensorProto. What keeps its numbers in another file is none of these."""

from collections.abc import Iterator
from math import prod

from guildmark.contents import Contents
from guildmark.errors import FormatError, LimitPassed
from guildmark.formats import Fault, Holds
from guildmark.protobuf import BYTES, FIXED32, FIXED64, VARINT, Field, Reader

RANK = 85
HOLDS: Holds = "data"
BEGINS = (b"\x08", b"\x0a", b"\x10")

_STRING = 8
_BITS = {
    **dict.fromkeys((2, 3, 9, 17, 18, 19, 20, 24), 8), **dict.fromkeys((4, 5, 10, 16), 16),
    **dict.fromkeys((1, 6, 12), 32), **dict.fromkeys((7, 11, 13, 14), 64), 15: 128, 21: 4, 22: 4, 23: 4, 25: 2, 26: 2,
}  # fmt: skip
"""Bits of an element, by the number of its type."""
_KINDS = {
    1: (VARINT, BYTES), 2: (VARINT,), 4: (BYTES, FIXED32), 5: (BYTES, VARINT), 6: (BYTES,), 7: (BYTES, VARINT),
    8: (BYTES,), 9: (BYTES,), 10: (BYTES, FIXED64), 11: (BYTES, VARINT), 12: (BYTES,),
}  # fmt: skip
"""The wire types of each field that a tensor with its own numbers has."""
_TYPED = {4: 4, 5: 1, 7: 1, 10: 8, 11: 1}
"""The fields of numbers that are not raw: the least bytes of each."""
_MOST_FIELDS = 20_000
_MOST_DIMENSIONS = 64


def recognises(contents: Contents) -> bool:
    """A message of these fields alone, with a type, whose numbers are as many as its shape says."""
    try:
        return _is_tensor(contents)
    except (FormatError, LimitPassed):
        return False


def faults(contents: Contents) -> Iterator[Fault]:
    """None: a message that does not hold together is not recognised."""
    del contents
    return iter(())


def _is_tensor(contents: Contents) -> bool:
    reader = Reader(contents, _MOST_FIELDS)
    shape: list[int] = []
    found: dict[int, list[Field]] = {}
    for field in reader.fields():
        if field.kind not in _KINDS.get(field.number, ()):
            return False
        found.setdefault(field.number, []).append(field)
        if field.number == 1:
            shape.extend(reader.numbers(field))
            if len(shape) > _MOST_DIMENSIONS:
                return False
    types = found.get(2, [])
    if len(types) != 1 or len(found.get(9, [])) > 1 or prod(shape) >= 1 << 63:
        return False
    return _holds(found, types[0].value, prod(shape))


def _holds(found: dict[int, list[Field]], data_type: int, count: int) -> bool:
    """Whether there are `count` values of the type, in one field."""
    held = [number for number in (6, 9, *_TYPED) if number in found]
    if len(held) != 1:
        return not held and not count and 8 in found
    if held == [6]:
        return data_type == _STRING and len(found[6]) == count
    if data_type not in _BITS:
        return False
    if held == [9]:
        (raw,) = found[9]
        return raw.end - raw.start == -(-count * _BITS[data_type] // 8)
    return _fits(found[held[0]], _TYPED[held[0]], count)


def _fits(fields: list[Field], least: int, count: int) -> bool:
    """Whether packed numbers, or one a field, can be as many values: complex ones are two, small ones share one."""
    size = sum(field.end - field.start if field.kind == BYTES else least for field in fields)
    if least == 1:  # varints, of up to ten bytes
        return -(-count // 16) <= size <= 10 * count
    return size in (least * count, 2 * least * count, least * -(-count // 8))
