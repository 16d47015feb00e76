"""Local, global and fractal heaps of HDF5: where names and strings of any length lie.

Source: HDF5 File Format Specification 3.0, III.D, III.E, III.G."""

from collections.abc import Iterator
from typing import NamedTuple

from guildmark.errors import FormatError, LimitPassed
from guildmark.formats.hdf5._bytes import Piece, Source

LONGEST_STRING = 64 << 20
LONGEST_NAME = 1 << 16
MOST_ROWS = 64


class LocalHeap:
    """The names of an old group, and of external files."""

    def __init__(self, source: Source, address: int | None) -> None:
        head = source.signed(address, 8 + 2 * source.lengths + source.offsets, b"HEAP")
        head.take(4)
        size = head.length()
        head.length()
        if size > LONGEST_STRING:
            raise LimitPassed("a local heap is larger than is read")
        self._data = source.at(head.address(), size, "a local heap's data").data

    def word(self, offset: int) -> bytes:
        """The name at an offset; raises FormatError where there is none."""
        return Piece(self._data[offset : offset + LONGEST_NAME]).word()


def global_object(source: Source, address: int | None, index: int) -> bytes:
    """An object of a global heap; raises FormatError where it is missing."""
    if source.last_heap[0] != address:
        source.last_heap = address, dict(_global_objects(source, address))
    if index not in source.last_heap[1]:
        raise FormatError(f"a global heap has no object {index}")
    return source.last_heap[1][index]


def _global_objects(source: Source, address: int | None) -> Iterator[tuple[int, bytes]]:
    head = source.signed(address, 8 + source.lengths, b"GCOL")
    head.take(4)
    size = head.length()
    if size > LONGEST_STRING:
        raise LimitPassed("a global heap is larger than is read")
    heap = source.at(address, size, "a global heap")
    heap.take(8 + source.lengths)
    while heap.left >= 8 + source.lengths:
        source.step()
        found, _, _, length = heap.number(2), heap.number(2), heap.number(4), heap.length()
        if found == 0:
            break
        yield found, heap.take(length)
        heap.align()


class _Table(NamedTuple):
    """The doubling table of a fractal heap."""

    width: int
    start: int
    largest: int
    offset_bytes: int
    root: int | None
    rows: int
    checked: bool

    def block(self, row: int) -> int:
        """The size of a block in that row."""
        return self.start << max(0, row - 1)


class FractalHeap:
    """The links or attributes of an object that has many."""

    def __init__(self, source: Source, address: int | None) -> None:
        offsets, lengths = source.offsets, source.lengths
        head = source.signed(address, 26 + 12 * lengths + 3 * offsets, b"FRHP")
        head.take(1)
        self.id_length, filtered, flags, largest_managed = (head.number(n) for n in (2, 2, 1, 4))
        head.take(2 * offsets + 10 * lengths)
        width, start, largest, bits, _ = head.number(2), head.length(), head.length(), head.number(2), head.number(2)
        root, rows = head.address(), head.number(2)
        if filtered:
            raise LimitPassed("a heap of links or attributes is compressed, which is not read here")
        if not 0 < width <= 1024 or not 0 < start <= largest <= LONGEST_STRING or bits > 64 or rows > MOST_ROWS:
            raise FormatError(f"the fractal heap at {address} has impossible sizes")
        self._table = _Table(width, start, largest, -(-bits // 8), root, rows, bool(flags & 2))
        self._length_bytes = min(_width(largest), _width(largest_managed))
        self._source = source
        self._blocks: set[int | None] = set()

    def read(self, id: bytes) -> bytes:
        """The object with that id; raises LimitPassed for a huge one, FormatError."""
        kind = id[0] >> 4 & 3
        if kind == 2:
            return id[1 : 2 + (id[0] & 15)]
        if kind != 0:
            raise LimitPassed("a link or an attribute is stored apart from its heap, which is not read here")
        piece = Piece(id[1:])
        offset, length = piece.number(self._table.offset_bytes), piece.number(self._length_bytes)
        address, start, size = self._block(self._table.root, self._table.rows, 0, offset, 0)
        if offset + length > start + size:
            raise FormatError("an object in a heap reaches beyond its block")
        if address not in self._blocks:
            self._source.signed(address, 4, b"FHDB")
            self._blocks.add(address)
        return self._source.at((address or 0) + offset - start, length, "an object in a heap").data

    def _block(
        self, address: int | None, rows: int, start: int, offset: int, depth: int
    ) -> tuple[int | None, int, int]:
        """The direct block that holds an offset: its address, its own offset, its size."""
        table, source = self._table, self._source
        if rows == 0:
            return address, start, table.start
        if depth > 8:
            raise FormatError("a heap's blocks are nested too deep")
        place, seen = start, 0
        head = 5 + source.offsets + table.offset_bytes
        for row in range(rows):
            size = table.block(row)
            column = (offset - place) // size
            if 0 <= column < table.width:
                entry = source.at(address, head + (seen + column + 1) * source.offsets, "a heap's block")
                if entry.take(4) != b"FHIB":
                    raise FormatError(f"there is no FHIB block at {address}")
                entry.take(head - 4 + (seen + column) * source.offsets)
                child, begin = entry.address(), place + column * size
                if size <= table.largest:
                    return child, begin, size
                return self._block(child, _rows(size, table), begin, offset, depth + 1)
            place, seen = place + size * table.width, seen + table.width
        raise FormatError("an object lies beyond its heap")


def _rows(size: int, table: _Table) -> int:
    """The rows of an indirect block that covers `size` bytes."""
    return size.bit_length() - (table.start * table.width).bit_length() + 1


def _width(most: int) -> int:
    """Bytes that hold numbers up to `most`."""
    return (max(1, most).bit_length() - 1) // 8 + 1
