"""What a model hub lists of a repository at one commit, in the words of its interface.

An object: `id` (`ORG/NAME`), `type` (`model` or `dataset`), `sha` (the commit), `lastModified`,
`private`, `gated`, and `tree`: an array of files, each `{"type": "file", "path", "size", "oid"}`
(`oid` is git's blob id), with `"lfs": {"oid", "size"}` where the file is stored by its sha256."""

from typing import NamedTuple

import msgspec

from guildmark import late
from guildmark.contents import Contents
from guildmark.errors import FormatError
from guildmark.formats import Holds
from guildmark.manifest import printable
from guildmark.structured import shallow, told

RANK = 50
HOLDS: Holds = "text"
REFINES = "text"
BEGINS = (b"{",)

LARGEST = 64 << 20
HEAD = 1 << 12

_SHA256 = late.compile(r"[0-9a-f]{64}")


class HubFile(NamedTuple):
    """A file of the repository. `sha256` is known only of files that the hub stores by it."""

    path: str
    size: int
    blob_id: str
    sha256: str | None


class Stored(msgspec.Struct):
    """Where large files lie: by the sha256 of their bytes."""

    oid: str
    size: int


class Entry(msgspec.Struct, omit_defaults=True, tag_field="type", tag="file"):
    """A file, as the hub's interface writes it."""

    path: str
    size: int
    oid: str
    lfs: Stored | None = None


class Tree(msgspec.Struct, rename="camel"):
    """The repository at one commit."""

    id: str
    type: str
    sha: str
    tree: list[Entry]
    last_modified: str | None = None
    private: bool = False
    gated: bool | str = False


def recognises(contents: Contents) -> bool:
    head = contents.at(0, HEAD).lstrip()
    if not (head.startswith(b"{") and b'"tree"' in head and b'"sha"' in head) or contents.size > LARGEST:
        return False
    try:
        read(contents.at(0, contents.size))
    except FormatError:
        return False
    return True


def read(body: bytes) -> Tree:
    """The whole listing; raises FormatError."""
    try:
        return msgspec.json.decode(shallow(body), type=Tree)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise FormatError(f"it is not what a hub lists of a repository: {told(error)}") from error


def write(tree: Tree) -> bytes:
    """The bytes of a listing that `read` reads."""
    return msgspec.json.encode(tree)


def files(body: bytes) -> tuple[HubFile, ...]:
    """The files of the repository, in the listing's order; raises FormatError."""
    return tuple(HubFile(entry.path, entry.size, entry.oid, _digest(entry.lfs)) for entry in read(body).tree)


def digests(body: bytes) -> dict[str, str]:
    """The sha256 that the hub states, by path; raises FormatError."""
    return {printable(file.path): file.sha256 for file in files(body) if file.sha256}


def _digest(stored: Stored | None) -> str | None:
    return stored.oid if stored and _SHA256.fullmatch(stored.oid) else None
