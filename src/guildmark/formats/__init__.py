"""Reading bytes safely, without opinions: one file a format.

A format's module has
- `RANK: int`: which face is the first where bytes have several; the lower wins;
- `HOLDS`: what a file of it is to a reader, one of `weights`, `objects` (a stream that rebuilds
  objects: pickle), `members` (an archive), `program`, `text`, `data`, `media`;
- `recognises(contents) -> bool`: from the bytes alone, never from the name; cheap and bounded;
and may have
- `faults(contents) -> Iterator[Fault]`: where headers, offsets and sizes do not agree. A format that
  holds weights or objects and has no `faults` is one that Guildmark recognises and does not read;
- `members(contents, budget) -> Iterator[Member]`: what an archive holds;
- `REFINES: str`: the plainer format that this one is a case of (a wheel is a zip); the plainer
  one is then left out of a file's formats;
- `digests(body) -> dict[str, str]`: for what an index or a hub lists, the sha256 by path.
Anything else a module reads has a name of its own (`pickle.names`, `gguf.metadata`).
"""

from collections.abc import Iterator
from functools import cache
from types import ModuleType
from typing import Literal, NamedTuple, Protocol, cast

from guildmark import leaves
from guildmark.contents import Contents
from guildmark.limits import Budget

Holds = Literal["weights", "objects", "members", "program", "text", "data", "media"]


class Fault(NamedTuple):
    """Where a file breaks its format's promise, and how."""

    at: str
    says: str


class Member(NamedTuple):
    """A file in an archive: its bytes, or why they were not read (`unread`)."""

    name: str | bytes
    contents: Contents | None
    unread: str = ""
    raw: bool = False
    """Plain numbers by the archive's own format (a tensor's storage): no loader interprets them."""
    link: str = ""
    """For a link, the path that it leads to from the archive's top (`..` first where it leads out)."""


class Format(Protocol):
    """The module of a format (the docstring of this package says what each name means)."""

    RANK: int
    HOLDS: Holds

    def recognises(self, contents: Contents) -> bool: ...


def load(name: str) -> Format:
    """A format's module."""
    return cast(Format, leaves.load("formats", name))


def recognise(contents: Contents) -> tuple[str, ...]:
    """The formats that these bytes have, the chief one first; more than one is a file with several faces."""
    faces = [name for name in _by_rank() if load(name).recognises(contents)]
    refined = {getattr(_module(name), "REFINES", "") for name in faces}
    return tuple(name for name in faces if name not in refined)


def faults(name: str, contents: Contents) -> Iterator[Fault] | None:
    """What is broken about `contents` as a file of this format; None where nobody can say yet."""
    reader = getattr(_module(name), "faults", None)
    return None if reader is None else reader(contents)


def reads(name: str) -> bool:
    """Whether Guildmark reads files of this format, beyond recognising them."""
    return hasattr(_module(name), "faults")


def members(name: str, contents: Contents, budget: Budget) -> Iterator[Member] | None:
    """What an archive of this format holds; None where the format holds no members."""
    reader = getattr(_module(name), "members", None)
    return None if reader is None else reader(contents, budget)


def published(name: str, body: bytes) -> dict[str, str]:
    """The sha256 by path that a listing of this format states; empty where it states none."""
    reader = getattr(_module(name), "digests", None)
    return {} if reader is None else reader(body)


def _module(name: str) -> ModuleType:
    return leaves.load("formats", name)


@cache
def _by_rank() -> tuple[str, ...]:
    return tuple(sorted(leaves.names("formats"), key=lambda name: (load(name).RANK, name)))
