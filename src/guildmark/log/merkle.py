"""The tree of hashes over a log's entries, and its two proofs (RFC 6962, section 2.1; verified as RFC 9162 says)."""

import hashlib
from collections.abc import Callable, Sequence

from guildmark.errors import LogError

WIDTH = 256
"""So many hashes a full tile has: eight levels of the tree lie in one."""
EMPTY = hashlib.sha256(b"").digest()

Tile = Callable[[int, int, int], Sequence[bytes]]
"""The first so many hashes of the tile of a level and a number; raises LogError where they cannot be had."""


def leaf(entry: bytes) -> bytes:
    """The hash of an entry."""
    return hashlib.sha256(b"\0" + entry).digest()


def node(left: bytes, right: bytes) -> bytes:
    """The hash of two neighbours."""
    return hashlib.sha256(b"\1" + left + right).digest()


def root(hashes: Sequence[bytes]) -> bytes:
    """The hash over some hashes of one level."""
    if not hashes:
        return EMPTY
    while len(hashes) > 1:
        paired = [node(hashes[at], hashes[at + 1]) for at in range(0, len(hashes) - 1, 2)]
        hashes = [*paired, hashes[-1]] if len(hashes) % 2 else paired
    return hashes[0]


class Tree:
    """A tree of so many entries, read off its tiles."""

    def __init__(self, size: int, tile: Tile) -> None:
        self.size = size
        self._tile = tile

    def root(self, size: int | None = None) -> bytes:
        """The hash of the tree as it was with its first `size` entries; of all, where it is not given."""
        return self._over(0, self.size if size is None else size)

    def inclusion(self, index: int) -> list[bytes]:
        """The path from an entry up to the root."""
        return self._path(index, 0, self.size)

    def consistency(self, old: int) -> list[bytes]:
        """The proof that the first `old` entries stand as they stood; empty where there is nothing to prove."""
        return self._since(old, 0, self.size, True) if 0 < old < self.size else []

    def _path(self, index: int, start: int, end: int) -> list[bytes]:
        if end - start == 1:
            return []
        split = start + _split(end - start)
        if index < split:
            return [*self._path(index, start, split), self._over(split, end)]
        return [*self._path(index, split, end), self._over(start, split)]

    def _since(self, old: int, start: int, end: int, whole: bool) -> list[bytes]:
        if old == end:
            return [] if whole else [self._over(start, end)]
        split = start + _split(end - start)
        if old <= split:
            return [*self._since(old, start, split, whole), self._over(split, end)]
        return [*self._since(old, split, end, False), self._over(start, split)]

    def _over(self, start: int, end: int) -> bytes:
        """The hash over the entries from `start` to `end`, which begin where a tree of theirs would."""
        if start == end:
            return EMPTY
        level, first, last = 0, start, end
        while first % WIDTH == last % WIDTH == 0:
            level, first, last = level + 1, first // WIDTH, last // WIDTH
        if last - first > 1:
            split = start + _split(end - start)
            return node(self._over(start, split), self._over(split, end))
        number, place = divmod(first, WIDTH)
        return self._tile(level, number, min(WIDTH, self.size // WIDTH**level - number * WIDTH))[place]


def _split(size: int) -> int:
    """The largest power of two below a size."""
    return 1 << (size - 1).bit_length() - 1


def proves_inclusion(path: Sequence[bytes], index: int, size: int, hash: bytes, whole: bytes) -> bool:
    """Whether the path leads from an entry's hash to the root `whole` of `size` entries (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    first, last = index, size - 1
    for step in path:
        if last == 0:
            return False
        if first % 2 or first == last:
            hash = node(step, hash)
            while first and not first % 2:
                first, last = first // 2, last // 2
        else:
            hash = node(hash, step)
        first, last = first // 2, last // 2
    return last == 0 and hash == whole


def proves_consistency(path: Sequence[bytes], old: int, size: int, before: bytes, whole: bytes) -> bool:
    """Whether the tree of `size` entries begins with the tree of `old` (RFC 9162, 2.1.4.2)."""
    if not 0 < old < size:
        trivial = before == EMPTY if old == 0 else old == size and before == whole
        return trivial and not path
    steps = [*path] if old & (old - 1) else [before, *path]
    if not steps:
        return False
    first, last = old - 1, size - 1
    while first % 2:
        first, last = first // 2, last // 2
    earlier = later = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if first % 2 or first == last:
            earlier, later = node(step, earlier), node(step, later)
            while first and not first % 2:
                first, last = first // 2, last // 2
        else:
            later = node(later, step)
        first, last = first // 2, last // 2
    return last == 0 and earlier == before and later == whole


def hashes(data: bytes, width: int) -> list[bytes]:
    """The hashes of a tile's bytes; raises LogError where it has not so many."""
    if len(data) != 32 * width:
        raise LogError(f"a tile of {width} hashes has {len(data):,} bytes", "the log's files were cut or changed")
    return [data[at : at + 32] for at in range(0, len(data), 32)]
