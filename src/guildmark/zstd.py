"""Unpacks Zstandard frames block by block; checksums are not compared, and dictionaries are not known.

Source: RFC 8878; the names of the parts are those of its section 3.1."""

from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import IO, ClassVar, NamedTuple

from guildmark.errors import LimitPassed
from guildmark.frames import Frames, copy, exactly, number
from guildmark.zstd_codes import Bits, Codes, Huffman, codes, distribution, fixed, huffman

MAGIC = 0xFD2FB528
BLOCK = 1 << 17
WINDOW = 1 << 27
"""The largest window that zstd itself unpacks without being asked to."""


class _Field(NamedTuple):
    """One of the three codes of a sequence: its predefined counts, its limits, what a code stands for."""

    counts: tuple[int, ...]
    accuracy: int
    most_accuracy: int
    symbols: int


_LENGTHS = _Field((4, 3, *[2] * 11, 1, 1, 1, *[2] * 9, 3, 2, *[1] * 5, *[-1] * 4), 6, 9, 35)
_OFFSETS = _Field((*[1] * 6, *[2] * 3, *[1] * 15, *[-1] * 5), 5, 8, 31)
_MATCHES = _Field((1, 4, 3, *[2] * 6, *[1] * 37, *[-1] * 7), 6, 9, 52)

_LENGTH_BITS = (*[0] * 16, 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, *range(7, 17))
_LENGTH_BASES = (*range(16), *accumulate((1 << bits for bits in _LENGTH_BITS[16:-1]), initial=16))
_MATCH_BITS = (*[0] * 32, 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, *range(7, 17))
_MATCH_BASES = (*range(3, 35), *accumulate((1 << bits for bits in _MATCH_BITS[32:-1]), initial=35))


class _Frame:
    """What a frame's blocks hand on to each other."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        flags = number(file, 1)
        single, sizes = flags >> 5 & 1, flags >> 6
        window = number(file, 1) if not single else 0
        base = 1 << (10 + (window >> 3))
        dictionary = number(file, (0, 1, 2, 4)[flags & 3])
        length = number(file, (single, 2, 4, 8)[sizes]) + (256 if sizes == 1 else 0)
        self._window = length if single else base + base // 8 * (window & 7)
        if flags & 8:
            raise ValueError("a frame's header has a reserved bit")
        if dictionary:
            raise LimitPassed("it needs a dictionary that is not in the file")
        if self._window > WINDOW:
            raise LimitPassed(f"it needs a window of {self._window} bytes")
        self._has_checksum = flags & 4
        self._out = bytearray()
        self._repeats = [1, 4, 8]
        self._huffman: Huffman | None = None
        self._codes: list[Codes | None] = [None, None, None]

    def pieces(self) -> Iterator[bytes]:
        """Its blocks, unpacked."""
        is_last = 0
        while not is_last:
            header = number(self._file, 3)
            is_last, kind, size = header & 1, header >> 1 & 3, header >> 3
            if kind == 3 or size > BLOCK:
                raise ValueError("a block is of a kind or size that there is not")
            if len(self._out) > 2 * self._window + BLOCK:
                del self._out[: len(self._out) - self._window]
            start = len(self._out)
            if kind == 2:
                self._compressed(exactly(self._file, size))
            else:
                self._out += exactly(self._file, size) if kind == 0 else exactly(self._file, 1) * size
            yield bytes(memoryview(self._out)[start:])
        exactly(self._file, 4 if self._has_checksum else 0)

    def _compressed(self, data: bytes) -> None:
        try:
            self._block(data)
        except IndexError as error:
            raise ValueError("a block is cut short") from error

    def _block(self, data: bytes) -> None:
        literals, place = self._literals(data)
        count, place = _count(data, place)
        if not count:
            if place != len(data):
                raise ValueError("bytes follow a block's literals")
            self._out += literals
            return
        modes, place = data[place], place + 1
        for part, field in enumerate((_LENGTHS, _OFFSETS, _MATCHES)):
            place = self._table(data, place, part, modes >> (6 - 2 * part) & 3, field)
        self._sequences(Bits(data[place:]), count, literals)

    def _table(self, data: bytes, place: int, part: int, mode: int, field: _Field) -> int:
        """Sets the code of one part of the sequences; where the next thing is."""
        if mode == 0:
            self._codes[part] = codes(field.counts, field.accuracy)
        elif mode == 1:
            self._codes[part] = fixed(data[place])
            place += 1
        elif mode == 2:
            counts, accuracy, place = distribution(data, place, field.most_accuracy)
            self._codes[part] = codes(counts, accuracy)
        found = self._codes[part]
        if found is None or max(found.symbols) > field.symbols:
            raise ValueError("a table of codes is missing or too long")
        return place

    def _literals(self, data: bytes) -> tuple[bytes, int]:
        """A block's literals, and where its sequences begin."""
        kind, layout = data[0] & 3, data[0] >> 2 & 3
        if kind < 2:
            width = (1, 2, 1, 3)[layout]
            size = int.from_bytes(data[:width], "little") >> (3, 4, 3, 4)[layout]
            end = width + (size if kind == 0 else 1)
            if end > len(data) or size > BLOCK:
                raise ValueError("literals end beyond their block")
            return (data[width:end] if kind == 0 else data[width:end] * size), end
        width, bits = (3, 3, 4, 5)[layout], (10, 10, 14, 18)[layout]
        header, mask = int.from_bytes(data[:width], "little") >> 4, (1 << bits) - 1
        size, end = header & mask, width + (header >> bits & mask)
        if end > len(data) or size > BLOCK:
            raise ValueError("literals end beyond their block")
        if kind == 2:
            self._huffman, width = huffman(data[:end], width)
        if self._huffman is None:
            raise ValueError("literals have no tree")
        if layout == 0:
            return self._huffman.decode(data[width:end], size), end
        return self._four(data[width:end], size, self._huffman.decode), end

    @staticmethod
    def _four(data: bytes, size: int, decode: Callable[[bytes, int], bytes]) -> bytes:
        """Literals in four streams, behind the lengths of the first three."""
        lengths = [int.from_bytes(data[place : place + 2], "little") for place in (0, 2, 4)]
        each, place, out = (size + 3) // 4, 6, b""
        for length in (*lengths, len(data)):
            part = decode(data[place : place + length], min(each, size - len(out)))
            place, out = place + length, out + part
        return out

    def _sequences(self, bits: Bits, count: int, literals: bytes) -> None:
        """Runs the sequences: each takes some literals, then copies from what is there."""
        lengths, offsets, matches = (found for found in self._codes if found is not None)
        out, place, end = self._out, 0, len(self._out) + BLOCK
        length_state, offset_state, match_state = (bits.read(table.accuracy) for table in (lengths, offsets, matches))
        for left in range(count - 1, -1, -1):
            power = offsets.symbols[offset_state]
            value = (1 << power) + bits.read(power)
            symbol = matches.symbols[match_state]
            match = _MATCH_BASES[symbol] + bits.read(_MATCH_BITS[symbol])
            symbol = lengths.symbols[length_state]
            length = _LENGTH_BASES[symbol] + bits.read(_LENGTH_BITS[symbol])
            if left:
                length_state = lengths.bases[length_state] + bits.read(lengths.bits[length_state])
                match_state = matches.bases[match_state] + bits.read(matches.bits[match_state])
                offset_state = offsets.bases[offset_state] + bits.read(offsets.bits[offset_state])
            offset = self._offset(value, length)
            if place + length > len(literals) or len(out) + length + match > end:
                raise ValueError("a sequence is longer than its block")
            out += literals[place : place + length]
            place += length
            if not 0 < offset <= min(len(out), self._window):
                raise ValueError("a sequence copies from before the window")
            copy(out, offset, match)
        if bits.left:
            raise ValueError("bits follow the sequences")
        out += literals[place:]
        if len(out) > end:
            raise ValueError("a block is longer than it may be")

    def _offset(self, value: int, length: int) -> int:
        """The offset that a value means, and which ones are repeated next (3.1.1.5)."""
        repeats = self._repeats
        if value > 3:
            self._repeats = [value - 3, repeats[0], repeats[1]]
            return value - 3
        number = value - 1 + (length == 0)
        if number == 0:
            return repeats[0]
        offset = repeats[0] - 1 if number == 3 else repeats[number]
        self._repeats = [offset, repeats[0], repeats[1] if number > 1 else repeats[2]]
        return offset


def _count(data: bytes, place: int) -> tuple[int, int]:
    """The number of sequences, and where the next thing is."""
    first = data[place]
    if first < 128:
        return first, place + 1
    if first < 255:
        return (first - 128 << 8) + data[place + 1], place + 2
    return int.from_bytes(data[place + 1 : place + 3], "little") + 0x7F00, place + 3


class Zstd(Frames):
    """The unpacked bytes of Zstandard frames that follow one another."""

    FRAMES: ClassVar = {MAGIC: lambda file: _Frame(file).pieces()}
