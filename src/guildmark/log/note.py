"""Signed notes, and the checkpoint of a log, which is one (C2SP signed-note, tlog-checkpoint)."""

import base64
import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from guildmark.errors import LogError
from guildmark.keys import PublicKey, Signer

LARGEST = 1 << 16
MOST_SIGNATURES = 64
_SIGNATURE = re.compile(r"— ([^\s+]+) (\S+)")
_SIZE = re.compile(r"0|[1-9][0-9]{0,15}")


class Signature(NamedTuple):
    """A line under a note: who, which of that name's keys (four bytes), and the signature."""

    name: str
    id: bytes
    body: bytes


class Note(NamedTuple):
    """A text that ends in a newline, and who signed it: nothing of it is verified."""

    text: str
    signatures: tuple[Signature, ...]


class Checkpoint(NamedTuple):
    """What a log's key signs: whose log, how many entries, the root of their tree."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """The note's text."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def signed(text: str, key: Signer) -> bytes:
    """A note under one signature."""
    body = base64.b64encode(key.public.note_id + key.sign(text.encode())).decode()
    return f"{text}\n— {key.public.name} {body}\n".encode()


def read(data: bytes) -> Note:
    """A note as it was signed; raises LogError."""
    if len(data) > LARGEST:
        raise LogError(f"a note of {len(data):,} bytes", f"a checkpoint has at most {LARGEST:,}")
    try:
        text, gap, below = data.decode().rpartition("\n\n")
    except UnicodeDecodeError as error:
        raise _no_note("it is not UTF-8") from error
    lines = below.split("\n")
    if not gap or lines.pop() or not lines or re.search(r"[\x00-\x09\x0b-\x1f]", text + below):
        raise _no_note("a text, an empty line, then signatures are wanted")
    if len(lines) > MOST_SIGNATURES:
        raise _no_note(f"it has over {MOST_SIGNATURES} signatures")
    return Note(text + "\n", tuple(map(_signature, lines)))


def _signature(line: str) -> Signature:
    found = _SIGNATURE.fullmatch(line)
    body = exact_base64(found[2]) if found else None
    if found is None or body is None or len(body) < 5:
        raise _no_note(f"{line[:60]!r} is no signature")
    return Signature(found[1], body[:4], body[4:])


def verified(note: Note, keys: Iterable[PublicKey]) -> tuple[PublicKey, ...]:
    """Whose signatures stand under the note; raises LogError where one is wrong, or none is by these keys."""
    by = {(key.name, key.note_id): key for key in keys}
    found = []
    for one in note.signatures:
        key = by.get((one.name, one.id))
        if key and not key.verifies(one.body, note.text.encode()):
            raise LogError(f"the signature of {one.name} does not hold", "the checkpoint was changed, or forged")
        if key:
            found.append(key)
    if not found:
        names = ", ".join(one.name for one in note.signatures[:5])
        raise LogError(f"no key that you trust has signed the checkpoint: {names} did", "add the log's key to --trust")
    return tuple(found)


def vouched(data: bytes, keys: Mapping[PublicKey, str]) -> Checkpoint:
    """A checkpoint signed by a key for the origin that it may sign for, where one is named; raises LogError."""
    note = read(data)
    signers = verified(note, keys)
    found = checkpoint(note)
    if not {keys[key] for key in signers} & {found.origin, ""}:
        raise LogError(
            f"the key of {signers[0].name} has signed a checkpoint of {found.origin}, which is another log",
            "is the address another's? a [[log]] in --trust says which key is whose",
        )
    return found


def checkpoint(note: Note) -> Checkpoint:
    """What the note says of a log; raises LogError."""
    lines = note.text.split("\n")
    if len(lines) < 4 or not lines[0] or not _SIZE.fullmatch(lines[1]):
        raise _no_note("a checkpoint says its origin, a size and a root")
    root = exact_base64(lines[2])
    if root is None or len(root) != 32:
        raise _no_note("the root of a checkpoint has 32 bytes")
    return Checkpoint(lines[0], int(lines[1]), root)


def exact_base64(text: str) -> bytes | None:
    """The bytes, where they have this text and no other; None for any other spelling."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        return None
    return data if base64.b64encode(data).decode() == text else None


def _no_note(why: str) -> LogError:
    return LogError(f"it is no signed note: {why}", "was it cut, or is the address another's?")
