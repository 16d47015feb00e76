"""The proof that a log holds an entry, as text that is checked without the log (C2SP tlog-proof)."""

import base64
import re
from collections.abc import Mapping
from typing import NamedTuple

from guildmark.errors import LogError
from guildmark.keys import PublicKey
from guildmark.log import folder, merkle, note
from guildmark.log.note import Checkpoint
from guildmark.log.tiles import Served

FIRST = "c2sp.org/tlog-proof@v1"
LARGEST = note.LARGEST
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,15})")


class Proof(NamedTuple):
    """The place of an entry, its path to the root, and the checkpoint that says the root: nothing of it is verified."""

    place: int
    path: tuple[bytes, ...]
    signed: bytes


class Proven(NamedTuple):
    """What a proof showed: the entry stands at this place of this log."""

    place: int
    checkpoint: Checkpoint


def made(served: Served, entry: bytes) -> str:
    """The proof that a log holds an entry; raises LogError where it does not."""
    place = folder.place(served, entry)
    path = "".join(base64.b64encode(hash).decode() + "\n" for hash in served.tree.inclusion(place))
    return f"{FIRST}\nindex {place}\n{path}\n{served.signed.decode()}"


def read(text: str) -> Proof:
    """A proof as it is written; raises LogError."""
    if len(text) > LARGEST:
        raise LogError(f"a proof of {len(text):,} characters", f"one has at most {LARGEST:,}")
    above, _, signed = text.partition("\n\n")
    first, *lines = above.split("\n")
    if lines and lines[0].startswith("extra "):
        raise _no_proof("what stands under `extra` is not vouched for, and is not taken")
    index = _INDEX.fullmatch(lines[0]) if lines else None
    path = [note.exact_base64(line) for line in lines[1:]]
    if first != FIRST or index is None or not signed:
        raise _no_proof("its first lines are not those of one")
    if len(path) > 64 or not all(hash and len(hash) == 32 for hash in path):
        raise _no_proof("a line of its path is no hash")
    return Proof(int(index[1]), tuple(hash for hash in path if hash), signed.encode())


def holds(proof: Proof, entry: bytes, keys: Mapping[PublicKey, str]) -> Proven:
    """What the proof shows of an entry, by keys and the origins they sign for; raises LogError where it is nothing."""
    found = note.vouched(proof.signed, keys)
    if not merkle.proves_inclusion(proof.path, proof.place, found.size, merkle.leaf(entry), found.root):
        raise LogError(
            f"the proof does not lead to the root of {found.origin}", "it was changed, or is another statement's"
        )
    return Proven(proof.place, found)


def _no_proof(why: str) -> LogError:
    return LogError(f"it is no proof of a log: {why}", "make it by `guildmark log prove`")
