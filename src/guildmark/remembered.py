"""Readings that are not done twice: what a reader found in small contents stays as long as they do."""

import weakref
from collections.abc import Callable, Iterator
from functools import wraps
from typing import TypeVar

from guildmark.contents import Contents

Found = TypeVar("Found")

MOST = 50_000
"""What is kept in all, of all contents and by all readers: some ten megabytes."""
BYTES_A_THING = 100
"""So many bytes of contents count as one thing that was found in them."""


class _Room:
    """How much more is kept."""

    left = MOST


def remembered(
    read: Callable[[Contents], Iterator[Found]], *, few: bool = False
) -> Callable[[Contents], Iterator[Found]]:
    """`read`, which gives things that nobody changes, from memory where it read the same contents to their end.

    Where it raises, its reader stops early or there is no room, nothing is kept, and it is done again. `few` says that
    it finds little however large the contents are, so that they do not count."""
    known: weakref.WeakKeyDictionary[Contents, tuple[Found, ...]] = weakref.WeakKeyDictionary()

    @wraps(read)
    def again(contents: Contents) -> Iterator[Found]:
        return iter(known[contents]) if contents in known else keeping(contents)

    def keeping(contents: Contents) -> Iterator[Found]:
        found: list[Found] = []
        weight = 1 if few else 1 + contents.size // BYTES_A_THING
        for each in read(contents):
            weight += 1
            if weight <= _Room.left:
                found.append(each)
            else:
                found.clear()
            yield each
        if weight <= _Room.left and contents not in known:
            known[contents] = tuple(found)
            _Room.left -= weight
            weakref.finalize(contents, _give_back, weight)

    return again


def _give_back(weight: int) -> None:
    _Room.left += weight
