"""What a source hands over to be opened, and what a user asked of the opening."""

from collections.abc import Callable
from typing import Literal

import msgspec

from guildmark.contents import Contents
from guildmark.limits import Limits
from guildmark.records import Kind, Listing

NOT_READ_HERE = "digest published, not read here"

Hashing = Literal["all", "named", "none"]
"""What gets a sha256: all; all but an archive's plain numbers, which its own covers; nothing (structure alone)."""


class Held(msgspec.Struct, frozen=True):
    """A listing and its bytes."""

    listing: Listing
    body: bytes


class Given(msgspec.Struct, frozen=True):
    """A file as a source gives it: bytes, or why there are none (`unread`), or a link's target.

    `published` is the sha256 that the place states; bytes that are only there on demand
    (`remote`) are not hashed here, and keep it."""

    path: str
    contents: Contents | None
    size: int
    unread: str = ""
    link: str | None = None
    published: str | None = None
    remote: bool = False


class Material(msgspec.Struct, frozen=True):
    """What a source hands over: files, listings, and what it left aside (a path, a reason).

    `whole` where the files are a repository as its makers keep it, and not what they made of it."""

    name: str
    purl: str | None
    files: tuple[Given, ...]
    listings: tuple[Held, ...] = ()
    aside: tuple[tuple[str, str], ...] = ()
    is_file: bool = False
    whole: bool = False


class Opening(msgspec.Struct, frozen=True):
    """How to open: the kind that a user states, what may be asked, how much it may cost, and the
    folder that keeps downloads (None: the user's own cache folder)."""

    kind: Kind | None = None
    network: bool = True
    full: bool = False
    all_files: bool = False
    limits: Limits = Limits()
    cache: str | None = None
    progress: Callable[[str, int, int], None] | None = None
    """Called with a label, bytes done and bytes in all (0: not known)."""
    hashing: Hashing = "all"
