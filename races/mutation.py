"""Seeded mutation of bytes: the same seed and number give the same bytes on every machine."""

import random
from collections.abc import Callable, Sequence

CLAIMS = (0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, 1 << 60, (1 << 63) - 1, (1 << 64) - 1)
"""Numbers that counts, sizes and offsets go wrong at."""

Mutate = Callable[[random.Random, bytes, bytes], bytes]


def mutated(seed: str, number: int, seeds: Sequence[bytes]) -> bytes:
    """One of `seeds` after one to eight mutations, some of which take bytes of another."""
    chance = random.Random(f"{seed}:{number}")
    data, other = chance.choice(seeds), chance.choice(seeds)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
        data = chance.choice(MUTATIONS)(chance, data, other)
    return data


def _place(chance: random.Random, data: bytes) -> int:
    """Somewhere in the bytes; headers and ends are where formats keep their claims."""
    if chance.random() < 0.5:
        near = min(len(data), 64)
        return chance.randrange(near + 1) if chance.random() < 0.5 else len(data) - chance.randrange(near + 1)
    return chance.randrange(len(data) + 1)


def _flip(chance: random.Random, data: bytes, other: bytes) -> bytes:
    place = _place(chance, data)
    return (
        data[:place] + bytes(byte ^ (1 << chance.randrange(8)) for byte in data[place : place + 1]) + data[place + 1 :]
    )


def _claim(chance: random.Random, data: bytes, other: bytes) -> bytes:
    place, width = _place(chance, data), chance.choice((1, 2, 4, 8))
    claim = chance.choice(CLAIMS) & ((1 << 8 * width) - 1)
    return data[:place] + claim.to_bytes(width, chance.choice(("little", "big"))) + data[place + width :]


def _cut(chance: random.Random, data: bytes, other: bytes) -> bytes:
    return data[: _place(chance, data)]


def _drop(chance: random.Random, data: bytes, other: bytes) -> bytes:
    place = _place(chance, data)
    return data[:place] + data[place + chance.randrange(1, 33) :]


def _repeat(chance: random.Random, data: bytes, other: bytes) -> bytes:
    place = _place(chance, data)
    piece = data[place : place + chance.randrange(1, 65)]
    return data[:place] + piece * chance.choice((2, 2, 16, 512)) + data[place:]


def _insert(chance: random.Random, data: bytes, other: bytes) -> bytes:
    place = _place(chance, data)
    return data[:place] + chance.randbytes(chance.randrange(1, 17)) + data[place:]


def _splice(chance: random.Random, data: bytes, other: bytes) -> bytes:
    return data[: _place(chance, data)] + other[_place(chance, other) :]


def _append(chance: random.Random, data: bytes, other: bytes) -> bytes:
    return data + other


MUTATIONS: tuple[Mutate, ...] = (_flip, _claim, _claim, _cut, _drop, _repeat, _insert, _splice, _append)
