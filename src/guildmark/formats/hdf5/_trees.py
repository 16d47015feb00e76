"""The two B-trees of HDF5, as far as they lead to links and attributes.

Source: HDF5 File Format Specification 3.0, III.A (version 1), III.B (version 2)."""

from collections.abc import Iterator
from typing import NamedTuple

from guildmark.errors import FormatError
from guildmark.formats.hdf5._bytes import Source

DEEPEST = 32
MOST_NODE = 1 << 24
_BY_TYPE = {5: 4, 6: 8, 8: 0, 9: 0}
"""Where the heap's id stands in a record: links by name and by order, attributes by name and by order."""


class Symbol(NamedTuple):
    """An entry of an old group: where its name is, the object's address, or the soft link's value."""

    name: int
    address: int | None
    link: int | None


def symbols(source: Source, address: int | None, depth: int = 0) -> Iterator[Symbol]:
    """The entries of an old group, by its B-tree of version 1."""
    if depth > DEEPEST:
        raise FormatError("a B-tree is nested too deep")
    head = source.signed(address, 8 + 2 * source.offsets, b"TREE")
    kind, level, used = head.number(1), head.number(1), head.number(2)
    if kind != 0:
        raise FormatError(f"the B-tree at {address} is none of a group")
    size = 8 + 2 * source.offsets + used * (source.lengths + source.offsets)
    node = source.signed(address, size, b"TREE")
    node.take(4 + 2 * source.offsets)
    for _ in range(used):
        node.length()
        child = node.address()
        if level:
            yield from symbols(source, child, depth + 1)
        else:
            yield from _leaf(source, child)


def _leaf(source: Source, address: int | None) -> Iterator[Symbol]:
    head = source.signed(address, 8, b"SNOD")
    head.take(2)
    used = head.number(2)
    width = 2 * source.offsets + 24
    node = source.at(address, 8 + used * width, "a group's entries")
    node.take(8)
    for _ in range(used):
        source.step()
        name, target, cached = node.number(source.offsets), node.address(), node.number(4)
        node.take(4)
        scratch = node.take(16)
        yield Symbol(name, target, int.from_bytes(scratch[:4], "little") if cached == 2 else None)


class _Node(NamedTuple):
    address: int | None
    records: int
    depth: int


def heap_ids(source: Source, address: int | None, id_length: int) -> Iterator[bytes]:
    """The heap's ids in a B-tree of version 2; raises FormatError for one of another kind."""
    head = source.signed(address, 22 + source.offsets + source.lengths, b"BTHD")
    head.take(1)
    kind, size, width, depth = head.number(1), head.number(4), head.number(2), head.number(2)
    head.take(2)
    root, used = head.address(), head.number(2)
    if kind not in _BY_TYPE or width < _BY_TYPE[kind] + id_length or size > MOST_NODE or size < 16 or depth > DEEPEST:
        raise FormatError(f"the B-tree at {address} is none of links or attributes")
    skipped = _BY_TYPE[kind]
    waiting, seen = [_Node(root, used, depth)] if used else [], {root}
    while waiting:
        node = waiting.pop()
        piece = source.signed(node.address, size, b"BTIN" if node.depth else b"BTLF")
        piece.take(2)
        for _ in range(node.records):
            source.step()
            yield piece.take(width)[skipped : skipped + id_length]
        if node.depth:
            widths = _counts(source, size, width, node.depth)
            for _ in range(node.records + 1):
                child = piece.address()
                count = piece.number(widths[0])
                piece.take(widths[1])
                if child in seen:
                    raise FormatError("a B-tree leads back into itself")
                seen.add(child)
                waiting.append(_Node(child, count, node.depth - 1))


def _counts(source: Source, size: int, width: int, depth: int) -> tuple[int, int]:
    """The bytes of a child's number of records, and of the number below it, in a node at that depth."""
    most = (size - 10) // width
    all_below, child = most, _bytes(most)
    for level in range(1, depth + 1):
        pointer = source.offsets + child + (_bytes(all_below) if level > 1 else 0)
        if level == depth:
            break
        here = max(1, (size - 10 - pointer) // (width + pointer))
        all_below = (here + 1) * all_below + here
    return child, _bytes(all_below) if depth > 1 else 0


def _bytes(most: int) -> int:
    return (max(1, most).bit_length() - 1) // 8 + 1
