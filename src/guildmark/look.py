"""What a reader of a report needs besides the record: what the shelves say, what was left aside, how wide a line is."""

from collections.abc import Mapping

import msgspec

from guildmark.check import Check
from guildmark.standard import Standard


class Part(msgspec.Struct, frozen=True):
    """Something that the subject needs: declared (`asked` says in which words), resolved (it has a version), or both.

    `optional` where only an extra, or a condition that nobody asked for, brings it in."""

    name: str
    purl: str
    version: str = ""
    asked: tuple[str, ...] = ()
    optional: bool = False
    sha256: tuple[str, ...] = ()
    licences: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    """Purls of what it needs itself."""


class Bill(msgspec.Struct, frozen=True):
    """What the subject's papers say of it. Of a subject that nobody read (`read` is false) nothing is known."""

    read: bool = False
    name: str = ""
    version: str = ""
    summary: str = ""
    makers: str = ""
    home: str = ""
    repository: str = ""
    licences: tuple[str, ...] = ()
    task: str = ""
    based_on: tuple[str, ...] = ()
    trained_on: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    needs: tuple[str, ...] = ()
    """Purls of what it needs itself, not of what those need."""
    resolved: bool = False
    """Whether `parts` are all that an installation brings."""
    sha1: dict[str, str] = {}
    """Of the subject's own files, by path: SPDX 2.3 knows a file by nothing else."""


class Look(msgspec.Struct, frozen=True):
    """`checks` are all that the shelf has, by id; a report also tells of checks that it does not have.

    `aside` names what was not looked at and why: a path (or what else it is), a reason. The `bill`
    is read for those reports that ask for it; `members` is a table of what a set pins, a line each."""

    checks: Mapping[str, Check] = {}
    standards: Mapping[tuple[str, str], Standard] = {}
    aside: tuple[tuple[str, str], ...] = ()
    bill: Bill = Bill()
    members: tuple[str, ...] = ()
    width: int = 100
    colour: bool = False
