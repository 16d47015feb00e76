"""The order of semantic versions, which packages of npm have; ranges of them stay out.

Specification: Semantic Versioning 2.0.0, items 2, 9, 10 and 11 (semver.org)."""

from typing import NamedTuple

from guildmark import late

LONGEST = 256
"""npm knows no longer version."""

_NUMBER = r"(?:0|[1-9][0-9]*)"
_WORD = r"(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
_VERSION = late.compile(
    rf"v?({_NUMBER})\.({_NUMBER})\.({_NUMBER})(?:-({_WORD}(?:\.{_WORD})*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?"
)

Word = tuple[int, int, str]
"""A part of a pre-release: (0, its number, "") or, above every number, (1, 0, its letters)."""


class Key(NamedTuple):
    """What versions are compared by: those of equal precedence are equal, whatever they were built of."""

    numbers: tuple[int, int, int]
    is_release: bool
    before: tuple[Word, ...]


def key(version: str) -> Key | None:
    """The key of a version; None where it is none. `v1.2.3` is read, as npm reads it."""
    version = version.strip()
    found = _VERSION.fullmatch(version) if len(version) <= LONGEST else None
    if found is None:
        return None
    major, minor, patch = (int(number) for number in found.group(1, 2, 3))
    words = found[4].split(".") if found[4] else []
    before = tuple((0, int(word), "") if word.isdecimal() else (1, 0, word) for word in words)
    return Key((major, minor, patch), not words, before)
