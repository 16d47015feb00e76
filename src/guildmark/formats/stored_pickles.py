"""Finds pickles inside bytes of no format that is read here (LMDB, dbm, LevelDB): what their readers unpickle."""

from collections.abc import Iterator

from guildmark.contents import Contents
from guildmark.formats import Holds, Member, _carve
from guildmark.limits import Budget

RANK = 99
HOLDS: Holds = "objects"
LAST = True


def recognises(contents: Contents) -> bool:
    """At least one pickle that names something stands somewhere; the bytes around it stay an open question."""
    return contents.size >= 8 and _carve.any_pickle(contents)


def members(contents: Contents, budget: Budget) -> Iterator[Member]:
    """The pickles, by the byte at which each begins."""
    del budget
    return _carve.pickles(contents)
