"""Sets of an edition's entries as Python integers: bit n is entry number n."""

from array import array
from collections.abc import Iterable, Iterator, Sequence

FEW = 2_000
"""So many members are sorted; of more the order is walked until a page is full."""


def of(numbers: Iterable[int], size: int) -> int:
    """The set of numbers, all below `size`."""
    bits = bytearray((size >> 3) + 1)
    for number in numbers:
        bits[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(bits, "little")


def data(members: int) -> bytes:
    """The bytes of a set; the lowest bit of the first is number 0."""
    return members.to_bytes((members.bit_length() + 7) >> 3, "little")


def read(data: bytes | memoryview) -> int:
    """The set out of its bytes."""
    return int.from_bytes(data, "little")


def numbers(members: int) -> Iterator[int]:
    """The members, the lowest first."""
    for place, byte in enumerate(data(members)):
        while byte:
            low = byte & -byte
            yield (place << 3) + low.bit_length() - 1
            byte ^= low


def slice_of(members: int, order: Sequence[int], ranks: Sequence[int], start: int, count: int) -> list[int]:
    """The members from `start` on, at most `count`, in an order; `ranks` says of each number where it stands in it."""
    if members.bit_count() <= FEW:
        return sorted(numbers(members), key=ranks.__getitem__)[start : start + count]
    bits, found, passed = data(members), [], 0
    for number in order:
        if number >> 3 < len(bits) and bits[number >> 3] >> (number & 7) & 1:
            if passed >= start:
                found.append(number)
                if len(found) == count:
                    break
            passed += 1
    return found


def ranks(order: Sequence[int]) -> "array[int]":
    """Where each number stands in an order that has all of them."""
    found = array("I", bytes(4 * len(order)))
    for place, number in enumerate(order):
        found[number] = place
    return found
