"""Another's log, pulled again and again: what was seen before must still stand, and a fork is kept and told."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from guildmark.errors import LogError
from guildmark.keys import PublicKey
from guildmark.log import folder, merkle
from guildmark.log.note import Checkpoint
from guildmark.log.tiles import CHECKPOINT, Fetch, Served
from guildmark.output import write_whole

FORKS = "forks"
MOST_REFUSED = 1_000


class Forked(LogError):
    """A log has signed two histories: both checkpoints are kept."""


class Followed(NamedTuple):
    """What a log has now, how many entries it had when last seen, and which of the new ones say nothing valid."""

    checkpoint: Checkpoint
    before: int
    refused: tuple[tuple[int, str], ...]


def follow(fetch: Fetch, mirror: Path, keys: Mapping[PublicKey, str], why_not: Callable[[bytes], str]) -> Followed:
    """Bring the mirror of a log to what is served now; raises LogError, and Forked, with the mirror as it was.

    `why_not` says why an entry is no valid statement; it is kept all the same, for it was logged."""
    mirror.mkdir(parents=True, exist_ok=True)
    with folder.alone(mirror):
        now = folder.served(fetch, keys)
        seen = _seen(mirror, keys, now.checkpoint.origin)
        _hold(now, seen, mirror)
        refused: list[tuple[int, str]] = []
        if now.checkpoint.size > seen.checkpoint.size:
            new = _judged(now.entries(seen.checkpoint.size), seen.checkpoint.size, why_not, refused)
            grown = folder.grow(mirror, seen, new, write_whole)
            if grown != now.checkpoint:  # each entry was held against the tree: only a fault of ours can come here
                raise LogError("what was fetched does not make the root that is signed", "ask again later")
        write_whole(mirror / CHECKPOINT, now.signed)
    return Followed(now.checkpoint, seen.checkpoint.size, tuple(refused))


def _seen(mirror: Path, keys: Mapping[PublicKey, str], origin: str) -> Served:
    if (mirror / CHECKPOINT).exists():
        return folder.opened(mirror, dict.fromkeys(keys, origin))
    return Served(b"", Checkpoint(origin, 0, merkle.EMPTY), lambda path, most: b"")


def _hold(now: Served, seen: Served, mirror: Path) -> None:
    """Whether the longer of the two histories begins with the shorter."""
    longer, shorter = (now, seen) if now.checkpoint.size >= seen.checkpoint.size else (seen, now)
    if longer.tree.root(shorter.checkpoint.size) != shorter.checkpoint.root:
        kept = [_keep(mirror, one.signed) for one in (seen, now)]
        raise Forked(
            f"{now.checkpoint.origin} has signed two histories that contradict each other:"
            f" {seen.checkpoint.size} entries then, {now.checkpoint.size} now",
            f"both checkpoints are kept, {' and '.join(kept)}: show them to all who rely on this log",
        )
    if now is shorter and now.checkpoint.size < seen.checkpoint.size:
        raise LogError(
            f"{now.checkpoint.origin} serves an old checkpoint: {now.checkpoint.size} entries,"
            f" and {seen.checkpoint.size} were seen",
            "a cache on the way may be stale: ask again later; what was seen is kept",
        )


def _keep(mirror: Path, signed: bytes) -> str:
    (mirror / FORKS).mkdir(exist_ok=True)
    path = mirror / FORKS / f"{hashlib.sha256(signed).hexdigest()[:16]}.checkpoint"
    write_whole(path, signed)
    return str(path)


def _judged(
    entries: Iterator[bytes], first: int, why_not: Callable[[bytes], str], refused: list[tuple[int, str]]
) -> Iterator[bytes]:
    for place, entry in enumerate(entries, first):
        why = why_not(entry)
        if why and len(refused) < MOST_REFUSED:
            refused.append((place, why))
        yield entry
