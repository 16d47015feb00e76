"""A package of npm: a tar in gzip whose one folder, `package` as a rule, has a package.json."""

from collections.abc import Iterator
from itertools import islice

from guildmark.contents import Contents, Part, Spool
from guildmark.errors import FormatError
from guildmark.formats import Fault, Holds, Member, compressed, tar
from guildmark.limits import Budget

RANK = 11
HOLDS: Holds = "members"
REFINES = "tar"
CASE_OF = "tar"

FOLDER = "package"
UNPACKED, ELSEWHERE = 64 << 20, 16 << 20
"""package.json is looked for in so many unpacked bytes at the start: of the folder that npm writes, of another."""


def recognises(contents: Contents) -> bool:
    """A packed tar with package.json, and no PKG-INFO, in its first folder; whatever that is called, npm unpacks it."""
    try:
        inflation = compressed.unpacked(contents)
        if inflation is None or not tar.recognises(contents):
            return False
        block = compressed.first(inflation, tar.BLOCK)
        is_ours = block[156:157] in tar.HEADERS or _top(block[:100].partition(b"\0")[0].decode("latin-1")) == FOLDER
        names = set(_names(_plain(contents, UNPACKED if is_ours else ELSEWHERE)))
    except FormatError:
        return False
    top = _top(next(iter(names), ""))
    return (
        f"{top}/package.json" in names and f"{top}/PKG-INFO" not in names and all(_top(name) == top for name in names)
    )


def members(contents: Contents, budget: Budget) -> Iterator[Member]:
    """The tar's."""
    return tar.members(contents, budget)


def faults(contents: Contents) -> Iterator[Fault]:
    """The tar's."""
    return tar.faults(contents)


def _top(name: str) -> str:
    return name.removeprefix("./").partition("/")[0]


def _names(plain: Contents) -> Iterator[str]:
    """The files up to where the tar breaks off."""
    try:
        for entry in islice(tar.entries(plain), tar.ENTRIES):
            if entry.kind in tar.REGULAR:
                yield entry.name.removeprefix("./")
    except tar.Stop:
        return


def _plain(contents: Contents, most: int) -> Contents:
    """The first `most` bytes of the tar."""
    inflation = compressed.unpacked(contents)
    if inflation is None:
        return Part(contents, 0, most)
    spool = Spool()
    for piece in inflation:
        spool.write(piece)
        if spool.size > most:
            break
    return spool.part(0, most)
