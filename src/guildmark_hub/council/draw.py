"""Who reviews: drawn at random from a seed, so that anyone who has the seed and the list can draw again.

Each draw takes one of those left, with a chance in proportion to 1/(1 + load), and then leaves aside all of the same
organisation. The numbers are those of SHA-256 of "guildmark-draw/1", the seed and a count of blocks, a line each; only
whole numbers are used."""

import hashlib
import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate, islice, pairwise

from guildmark import plain
from guildmark.errors import AskedWrongly
from guildmark.records import Record

BLOCK = 256
"""Bits that one sha256 gives."""


class Candidate(Record, frozen=True):
    """One who may be drawn, the organisation that she would review for, and how much she has to do already."""

    id: str
    organisation: str
    load: int


def draw(candidates: Iterable[Candidate], seed: str, count: int = 2) -> tuple[str, ...]:
    """The ids that are drawn, in the order in which they were; raises AskedWrongly where organisations are missing.

    The order in which the candidates are given does not matter."""
    left = sorted(candidates, key=lambda one: one.id)
    _fitting(left, count)
    bits, drawn = _bits(seed), []
    for _ in range(count):
        one = _one(left, bits)
        drawn.append(one.id)
        left = [other for other in left if other.organisation != one.organisation]
    return tuple(drawn)


def _fitting(candidates: list[Candidate], count: int) -> None:
    for one, following in pairwise(candidates):
        if one.id == following.id:
            raise AskedWrongly(f"{plain.name(one.id)} is a candidate twice", "name the organisation that she acts for")
    if any(one.load < 0 for one in candidates):
        raise AskedWrongly("a candidate's load is less than nothing", "give how many reviews are open, 0 or more")
    there = len({one.organisation for one in candidates})
    if there < count:
        missing = plain.counted(count - there, "organisation")
        raise AskedWrongly(
            f"{plain.counted(count, 'reviewer')} of different organisations are needed; missing: {missing}",
            "ask another organisation to name a reviewer without a conflict, or the steering committee for a waiver",
        )


def _one(left: list[Candidate], bits: Iterator[int]) -> Candidate:
    common = math.lcm(*(1 + one.load for one in left))
    weights = [common // (1 + one.load) for one in left]
    ends = list(accumulate(weights))
    return left[bisect_right(ends, _below(ends[-1], bits))]


def _below(bound: int, bits: Iterator[int]) -> int:
    """A number from 0 to below `bound`, each as likely: one that is too large is thrown away."""
    width = (bound - 1).bit_length()
    while True:
        number = 0
        for bit in islice(bits, width):
            number = number << 1 | bit
        if number < bound:
            return number


def _bits(seed: str) -> Iterator[int]:
    """The bits of sha256 of each block in turn, the highest of each block first."""
    block = 0
    while True:
        number = int.from_bytes(hashlib.sha256(f"guildmark-draw/1\n{seed}\n{block}".encode()).digest())
        yield from (number >> place & 1 for place in reversed(range(BLOCK)))
        block += 1
