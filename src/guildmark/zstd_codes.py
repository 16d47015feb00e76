"""The two entropy codes of Zstandard: FSE's tables and Huffman's (RFC 8878, section 4)."""

from functools import lru_cache
from typing import NamedTuple

MOST_BITS = 11
"""Of a Huffman code."""
_PADDING = 8


class Codes(NamedTuple):
    """A table of FSE: for each state its symbol, and how the next state is found."""

    accuracy: int
    symbols: tuple[int, ...]
    bits: tuple[int, ...]
    bases: tuple[int, ...]


class Bits:
    """A stream of bits that is read from its end; its last set bit marks where that is."""

    def __init__(self, data: bytes) -> None:
        if not data or not data[-1]:
            raise ValueError("a stream of bits has no end")
        self._data = data
        self.left = 8 * len(data) - 9 + data[-1].bit_length()

    def read(self, count: int) -> int:
        """The next `count` bits, at most 56, as a number; raises ValueError where there are not so many."""
        if not count:
            return 0
        self.left -= count
        if self.left < 0:
            raise ValueError("a stream of bits ends early")
        first = self.left >> 3
        word = int.from_bytes(self._data[first : first + 8], "little")
        return word >> (self.left & 7) & ((1 << count) - 1)


def fixed(symbol: int) -> Codes:
    """The table of one state that is always the same symbol."""
    return Codes(0, (symbol,), (0,), (0,))


@lru_cache(16)
def codes(counts: tuple[int, ...], accuracy: int) -> Codes:
    """The table of a normalised distribution (4.1.1)."""
    size = 1 << accuracy
    symbols, following, high = [0] * size, list(counts), size
    for symbol, count in enumerate(counts):
        if count < 0:
            high -= 1
            symbols[high], following[symbol] = symbol, 1
    place, step = 0, (size >> 1) + (size >> 3) + 3
    for symbol, count in enumerate(counts):
        for _ in range(count):
            symbols[place] = symbol
            place = (place + step) & (size - 1)
            while place >= high:
                place = (place + step) & (size - 1)
    bits, bases = [0] * size, [0] * size
    for state, symbol in enumerate(symbols):
        number = following[symbol]
        following[symbol] += 1
        bits[state] = accuracy + 1 - number.bit_length()
        bases[state] = (number << bits[state]) - size
    return Codes(accuracy, tuple(symbols), tuple(bits), tuple(bases))


def distribution(data: bytes, start: int, most: int) -> tuple[tuple[int, ...], int, int]:
    """A distribution, its accuracy, and where the next thing is; raises ValueError where it makes no sense."""
    stream, place = int.from_bytes(data[start : start + 512], "little"), 4
    accuracy = (stream & 15) + 5
    if accuracy > most:
        raise ValueError("a table of codes is too exact")
    counts: list[int] = []
    left = 1 << accuracy
    while left > 0 and len(counts) < 256:
        width = (left + 1).bit_length()
        value = stream >> place & ((1 << width) - 1)
        low, spare = value & ((1 << (width - 1)) - 1), (1 << width) - 2 - left
        if low < spare:
            value, place = low, place + width - 1
        else:
            value, place = value - (spare if value >> (width - 1) else 0), place + width
        counts.append(value - 1)
        left -= abs(value - 1)
        again = 3 if value == 1 else 0
        while again == 3 and len(counts) < 256:
            again, place = stream >> place & 3, place + 2
            counts += [0] * again
    end = start + (place + 7) // 8
    if left or len(counts) > 256 or end > len(data):
        raise ValueError("a table of codes does not add up")
    return tuple(counts), accuracy, end


class Huffman:
    """A tree of Huffman codes, as a table by the next bits."""

    def __init__(self, weights: list[int]) -> None:
        total = sum(1 << weight >> 1 for weight in weights)
        self._bits = total.bit_length()
        rest = (1 << self._bits) - total
        if not total or self._bits > MOST_BITS or rest & (rest - 1):
            raise ValueError("the weights of a tree do not add up")
        weights = [*weights, rest.bit_length()]
        self._table: list[tuple[int, int]] = []
        for weight in range(1, self._bits + 1):
            for symbol, own in enumerate(weights):
                if own == weight:
                    self._table += [(symbol, self._bits + 1 - weight)] * (1 << (weight - 1))

    def decode(self, data: bytes, count: int) -> bytes:
        """`count` symbols from a stream that is read from its end and must be used up."""
        if not data or not data[-1]:
            raise ValueError("a stream of bits has no end")
        place = 8 * (_PADDING + len(data)) - 9 + data[-1].bit_length()
        data, out, table, most = bytes(_PADDING) + data, bytearray(), self._table, self._bits
        mask = (1 << most) - 1
        while len(out) < count and place > 8 * _PADDING:
            first = (place + 7) // 8 - 8
            word, here = int.from_bytes(data[first : first + 8], "little"), place - 8 * first
            while here >= most and len(out) < count:
                symbol, used = table[word >> (here - most) & mask]
                out.append(symbol)
                here -= used
            place = 8 * first + here
        if place != 8 * _PADDING or len(out) != count:
            raise ValueError("a stream of literals is too short or too long")
        return bytes(out)


def huffman(data: bytes, place: int) -> tuple[Huffman, int]:
    """The tree that is described at `place`, and where the next thing is (4.2.1)."""
    if place >= len(data):
        raise ValueError("a tree is missing")
    header, place = data[place], place + 1
    if header >= 128:
        count = header - 127
        end = place + (count + 1) // 2
        weights = [half for byte in data[place:end] for half in (byte >> 4, byte & 15)][:count]
    else:
        end, count = place + header, 0
        counts, accuracy, start = distribution(data[:end], place, 6)
        weights = _weights(codes(counts, accuracy), Bits(data[start:end]))
    if end > len(data) or len(weights) < count or len(weights) > 255 or max(weights) > MOST_BITS:
        raise ValueError("a tree is cut short")
    return Huffman(weights), end


def _weights(table: Codes, bits: Bits) -> list[int]:
    """Two states take turns until the stream is used up (4.2.1.2)."""
    states = [bits.read(table.accuracy), bits.read(table.accuracy)]
    weights: list[int] = []
    while len(weights) < 255:
        turn = len(weights) & 1
        state = states[turn]
        weights.append(table.symbols[state])
        if bits.left < table.bits[state]:
            weights.append(table.symbols[states[1 - turn]])
            return weights
        states[turn] = table.bases[state] + bits.read(table.bits[state])
    raise ValueError("a tree has too many weights")
