"""The fingerprints of the licences that are known, and nothing of their texts.

A licence's shape is what SPDX's template of it says: runs of fixed words (their number and a digest), what may be left
out, what may be one of several, and where a name or a notice stands. Blocks are check sums of five words, which say
where a text differs; they never make two texts equal. `races/licence_references.py` makes the file."""

import sys
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import msgspec

BLOCK = 5
DIGEST = 12
FILE = "references.bin"


class Fixed(msgspec.Struct, frozen=True, array_like=True, tag="f"):
    """A run of words that must stand as they are: how many, a check sum of the first five, a digest of all."""

    count: int
    first: int
    digest: bytes


class Optional(msgspec.Struct, frozen=True, array_like=True, tag="o"):
    """What may be left out."""

    nodes: tuple["Node", ...]


class Choice(msgspec.Struct, frozen=True, array_like=True, tag="a"):
    """One of several must stand."""

    ways: tuple[tuple["Node", ...], ...]


class Gap(msgspec.Struct, frozen=True, array_like=True, tag="g"):
    """What each text has for itself: a notice of copyright, a name, a bullet."""

    of: str


Node = Fixed | Optional | Choice | Gap
Shape = tuple[Node, ...]


class Reference(msgspec.Struct, frozen=True, array_like=True):
    """A licence's fingerprint: its ids (the best first), where its text came from, and what it looks like."""

    ids: tuple[str, ...]
    name: str
    source: str
    sha256: str
    runs: tuple[int, ...]
    """How many words each run has; below zero where it may be left out."""
    blocks: bytes
    packed: bytes
    """The shapes, each of which is the licence; decoded only when they are asked."""

    @property
    def length(self) -> int:
        """How many words it has, with those that may be left out."""
        return sum(map(abs, self.runs))

    def optional(self) -> Iterator[tuple[int, int]]:
        """The runs that may be left out: the places of the first word and of the one behind the last."""
        base = 0
        for run in self.runs:
            if run < 0:
                yield base, base - run
            base += abs(run)

    def shapes(self) -> tuple[Shape, ...]:
        return _SHAPES.decode(self.packed)

    def placed(self) -> Iterator[tuple[int, int, int]]:
        """The blocks in order: (the place of the first word, how many words, check sum); they may overlap in a run."""
        sums, base, number = unpacked(self.blocks), 0, 0
        for run in map(abs, self.runs):
            for start in block_starts(run):
                yield base + start, min(run, BLOCK), sums[number]
                number += 1
            base += run


class Stored(msgspec.Struct, frozen=True, array_like=True):
    """What the file holds."""

    references: tuple[Reference, ...]
    sums: bytes
    owners: bytes


_SHAPES = msgspec.msgpack.Decoder(tuple[Shape, ...])


class Library(NamedTuple):
    """All references, and an index from check sums to those that hold them."""

    references: tuple[Reference, ...]
    sums: "array[int]"
    owners: "array[int]"

    def holders(self, checksum: int) -> Iterator[int]:
        """The numbers of the references that hold a block."""
        place = bisect_left(self.sums, checksum)
        while place < len(self.sums) and self.sums[place] == checksum:
            yield self.owners[place]
            place += 1


@cache
def library() -> Library:
    """The references, read once."""
    packed = Path(__file__).with_name(FILE).read_bytes()
    stored = msgspec.msgpack.decode(zlib.decompress(packed), type=Stored)
    return Library(stored.references, unpacked(stored.sums), unpacked(stored.owners, "H"))


def unpacked(data: bytes, kind: str = "I") -> "array[int]":
    """Numbers as the file holds them, in little-endian order."""
    numbers = array(kind, data)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def checksum(words: Sequence[str]) -> int:
    return zlib.crc32(" ".join(words).encode("utf-8", "surrogatepass"))


def digest(words: Sequence[str]) -> bytes:
    return sha256(" ".join(words).encode("utf-8", "surrogatepass")).digest()[:DIGEST]


def block_starts(run: int) -> list[int]:
    """Where the blocks of a run of words begin: every five words, and the last five; a shorter run is one block."""
    if run < BLOCK:
        return [0]
    starts = [*range(0, run - BLOCK + 1, BLOCK)]
    return starts if run % BLOCK == 0 else [*starts, run - BLOCK]
