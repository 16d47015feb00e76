"""What is noted of a source: an act, when it would happen, and where it stands."""

from typing import Literal, NamedTuple

Act = Literal[
    "network",
    "process",
    "hidden",
    "fetched",
    "sent",
    "collected",
    "shell",
    "startup",
    "miner",
    "wiped",
    "native",
    "data_files",
    "console",
    "home",
    "weakened",
]
When = Literal["import", "later"]


class Sign(NamedTuple):
    """An act, when it happens (as the module is run, or later), its line, in words, and what stands there."""

    act: Act
    when: When
    line: int
    says: str
    seen: str
    sure: bool = True
    """False where what is started could not be told."""


class Read(NamedTuple):
    """What was read of one source; `unread` says why not all of it was."""

    signs: tuple[Sign, ...] = ()
    imports: frozenset[str] = frozenset()
    unread: str = ""
