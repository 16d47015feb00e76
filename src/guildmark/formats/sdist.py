"""Source distribution of a Python package: a tar of one folder that has a PKG-INFO."""

from collections.abc import Iterator

from guildmark import late
from guildmark.contents import Contents, Part, Spool
from guildmark.errors import FormatError, LimitPassed
from guildmark.formats import Fault, Member, compressed, tar
from guildmark.limits import Budget

RANK = 10
HOLDS = "members"
REFINES = "tar"
CASE_OF = "tar"

METADATA = 4 << 20
UNPACKED = 64 << 20
"""PKG-INFO is looked for in so many unpacked bytes at the start."""
NAME_AND_VERSION = late.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*-v?[0-9][^/]*")


def recognises(contents: Contents) -> bool:
    """A tar whose first folder is named `NAME-VERSION` (PEP 625) and has a PKG-INFO."""
    try:
        return tar.recognises(contents) and _begins_well(contents) and _information(_plain(contents)) is not None
    except FormatError:
        return False


def members(contents: Contents, budget: Budget) -> Iterator[Member]:
    """The tar's."""
    return tar.members(contents, budget)


def metadata(contents: Contents) -> bytes:
    """PKG-INFO of the one folder; raises FormatError where there is none, LimitPassed where it is too long."""
    plain = _plain(contents)
    found = _information(plain)
    if found is None:
        raise FormatError("the source distribution has no PKG-INFO")
    if found.size > METADATA:
        raise LimitPassed(f"PKG-INFO has more than {METADATA} bytes")
    return Part(plain, found.begin, found.size).at(0, found.size)


def faults(contents: Contents) -> Iterator[Fault]:
    """The tar's, and members beside the one folder."""
    yield from tar.faults(contents)
    tops = dict.fromkeys(entry.name.removeprefix("./").partition("/")[0] for entry in _entries(_plain(contents)))
    if len(tops) > 1:
        yield Fault("top", f"there are {len(tops)} folders or files at the top: {', '.join(list(tops)[:5])}")


def _begins_well(contents: Contents) -> bool:
    """Whether the first member's folder is named as a source distribution's, or there are headers before it."""
    inflation = compressed.unpacked(contents)
    block = contents.at(0, tar.BLOCK) if inflation is None else compressed.first(inflation, tar.BLOCK)
    return block[156:157] in tar.HEADERS or _is_top(block[:100].partition(b"\0")[0].decode("latin-1"))


def _is_top(name: str) -> bool:
    return NAME_AND_VERSION.fullmatch(name.removeprefix("./").partition("/")[0]) is not None


def _plain(contents: Contents) -> Contents:
    """The first UNPACKED bytes of the tar."""
    inflation = compressed.unpacked(contents)
    if inflation is None:
        return Part(contents, 0, UNPACKED)
    spool = Spool()
    for piece in inflation:
        spool.write(piece)
        if spool.size > UNPACKED:
            break
    return spool.part(0, UNPACKED)


def _information(plain: Contents) -> tar.Entry | None:
    for entry in _entries(plain):
        top, _, rest = entry.name.removeprefix("./").partition("/")
        if rest == "PKG-INFO" and _is_top(top) and entry.kind in tar.REGULAR:
            return entry
    return None


def _entries(plain: Contents) -> Iterator[tar.Entry]:
    """The members up to where the tar breaks off."""
    try:
        for _, entry in zip(range(tar.ENTRIES), tar.entries(plain), strict=False):
            yield entry
    except tar.Stop:
        return
