"""Where a log's files lie, and the tree read off them with every tile held against the checkpoint (C2SP tlog-tiles)."""

import re
from collections.abc import Callable, Iterator

from guildmark.errors import LogError
from guildmark.log.merkle import EMPTY, WIDTH, Tree, hashes, leaf, node, root
from guildmark.log.note import Checkpoint

CHECKPOINT = "checkpoint"
ENTRIES = "entries"
PATHS = re.compile(r"checkpoint|tile/(entries|\d|[1-5]\d|6[0-3])/(x\d{3}/)*\d{3}(\.p/[1-9]\d{0,2})?", re.ASCII)
"""What the paths of a log's files match, whole."""
LARGEST_ENTRY = (1 << 16) - 1
MOST_KEPT = 4 * WIDTH
"""Tiles in memory, of a log of any size."""

Fetch = Callable[[str, int], bytes]
"""The bytes of a log's file by its path, of which there may be so many; raises LogError where there is none."""


def path(level: int | str, number: int, width: int = WIDTH) -> str:
    """`tile/<level>/x001/x234/067`, with `.p/<width>` where the tile is not full."""
    digits = f"{number:03}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    parts = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    place = "/".join([*(f"x{part}" for part in parts[:-1]), parts[-1]])
    return f"tile/{level}/{place}" + ("" if width == WIDTH else f".p/{width}")


def widths(size: int, level: int = 0) -> Iterator[tuple[int, int]]:
    """The number and width of each tile of a level, in a tree of `size` entries."""
    count = size // WIDTH**level
    for number in range(-(-count // WIDTH)):
        yield number, min(WIDTH, count - number * WIDTH)


def paths(size: int) -> Iterator[str]:
    """The files that a log of `size` entries needs, beside its checkpoint."""
    for number, width in widths(size):
        yield path(ENTRIES, number, width)
    for level in levels(size):
        for number, width in widths(size, level):
            yield path(level, number, width)


def levels(size: int) -> Iterator[int]:
    """The levels that have tiles."""
    level = 0
    while size // WIDTH**level:
        yield level
        level += 1


class Served:
    """A log's files as somebody serves them: a tile counts only when the signed root vouches for it."""

    def __init__(self, signed: bytes, checkpoint: Checkpoint, fetch: Fetch) -> None:
        """`signed` is the note of the checkpoint, which has been verified."""
        self.signed = signed
        self.checkpoint = checkpoint
        self._fetch = fetch
        self._tiles: dict[tuple[int, int], list[bytes]] = {}
        self.tree = Tree(checkpoint.size, self.tile)
        if self.tree.root() != checkpoint.root:
            raise LogError(
                f"the tiles of {checkpoint.origin} do not make its checkpoint's root",
                "tiles are stale, missing or changed: ask again later, or ask its operator",
            )

    def tile(self, level: int, number: int, width: int) -> list[bytes]:
        """The hashes of a tile; that of a full one is held against its parent's."""
        known = self._tiles.get((level, number))
        if known is None:
            known = hashes(self._file(level, number, width, 32)[: 32 * width], width)
            if width == WIDTH:
                self._hold(known, level, number)
            if len(self._tiles) > MOST_KEPT:  # not those that are not full: the root alone vouched for them
                self._tiles = {place: tile for place, tile in self._tiles.items() if len(tile) < WIDTH}
            self._tiles[level, number] = known
        return known

    def _hold(self, found: list[bytes], level: int, number: int) -> None:
        above, place = divmod(number, WIDTH)
        width = min(WIDTH, self.checkpoint.size // WIDTH ** (level + 1) - above * WIDTH)
        if root(found) != self.tile(level + 1, above, width)[place]:
            raise LogError(f"{path(level, number)} is not what the tile above says", "the log's files were changed")

    def entries(self, start: int = 0) -> Iterator[bytes]:
        """Each entry from `start` on, held against its hash; raises LogError at the first that differs."""
        for number in range(start // WIDTH, -(-self.checkpoint.size // WIDTH)):
            width = min(WIDTH, self.checkpoint.size - number * WIDTH)
            where = path(ENTRIES, number, width)
            found = bundle(self._file(ENTRIES, number, width, LARGEST_ENTRY + 2), where)[:width]
            if [leaf(entry) for entry in found] != self.tile(0, number, width):
                raise LogError(f"{where} holds other entries than the tree says", "the log's files were changed")
            yield from found[max(0, start - number * WIDTH) :]

    def _file(self, level: int | str, number: int, width: int, each: int) -> bytes:
        """A tile's file; of one that is not full any more the full one may be left alone."""
        try:
            return self._fetch(path(level, number, width), width * each)
        except LogError:
            if width == WIDTH:
                raise
            return self._fetch(path(level, number), WIDTH * each)


def bundle(data: bytes, where: str) -> list[bytes]:
    """The entries of a bundle: each behind its length in two bytes; raises LogError."""
    found, at = [], 0
    while at < len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2])
        if end > len(data) or at + 2 > len(data):
            raise LogError(f"{where} is cut at byte {at}", "the log's files were cut")
        found.append(data[at + 2 : end])
        at = end
    return found


def bundled(entries: list[bytes]) -> bytes:
    """The bytes of a bundle."""
    return b"".join(len(entry).to_bytes(2) + entry for entry in entries)


class Growing:
    """A tree to whose end entries are put: which tiles that makes, the deepest first."""

    def __init__(self, size: int, edge: Callable[[int, int, int], list[bytes]]) -> None:
        """`edge` reads the last tile of a level, which is not full, of the tree as it is."""
        self.size = size
        self._open: list[list[bytes]] = []
        for level in levels(size):
            count = size // WIDTH**level
            self._open.append([*edge(level, count // WIDTH, count % WIDTH)] if count % WIDTH else [])

    def put(self, entry: bytes) -> Iterator[tuple[str, bytes]]:
        """One entry more; yields the path and bytes of each hash tile that it fills."""
        yield from self._put(0, leaf(entry))
        self.size += 1

    def _put(self, level: int, hash: bytes) -> Iterator[tuple[str, bytes]]:
        if level == len(self._open):
            self._open.append([])
        tile = self._open[level]
        tile.append(hash)
        if len(tile) == WIDTH:
            number = self.size // WIDTH ** (level + 1)
            yield path(level, number), b"".join(tile)
            self._open[level] = []
            yield from self._put(level + 1, root(tile))

    def rest(self) -> Iterator[tuple[str, bytes]]:
        """The tiles that are not full, as the tree stands now."""
        for level, tile in enumerate(self._open):
            if tile:
                yield path(level, self.size // WIDTH ** (level + 1), len(tile)), b"".join(tile)

    def root(self) -> bytes:
        """The root as the tree stands now: what is open on each level, the lowest at the right."""
        right: bytes | None = None
        for tile in self._open:
            right = _joined(tile, right)
        return EMPTY if right is None else right


def _joined(tile: list[bytes], right: bytes | None) -> bytes | None:
    """The hash over a level's open hashes, and what stands below and right of them; None where there is nothing."""
    end = len(tile)
    for power in range(8):
        if len(tile) >> power & 1:
            left = root(tile[end - (1 << power) : end])
            right = left if right is None else node(left, right)
            end -= 1 << power
    return right
