"""Ranges of semantic versions as npm reads them.

Specification: npm's documentation, "semver", section "Ranges"; the grammar there, with the looseness that its readers
allow (`v` and `=` before a version, spaces behind an operator). A pre-release is in a range only where the range names
one of the same three numbers."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from guildmark import late
from guildmark.semver import Key, key

LONGEST, MOST = 2_000, 200
"""Signs of a range, and sets of comparisons in it."""

_NUMBER = r"([0-9]{1,16}|[xX*])"
_WHERE = (
    rf"[v=\s]*{_NUMBER}(?:\.{_NUMBER}(?:\.{_NUMBER}"
    r"(?:-?([0-9A-Za-z-][0-9A-Za-z.-]*))?(?:\+[0-9A-Za-z.-]+)?)?)?"
)
_HYPHEN = late.compile(rf"\s*({_WHERE})\s+-\s+({_WHERE})\s*")
_PARTIAL = late.compile(_WHERE)
_TRIM = late.compile(r"(\^|~>?|>=|<=|>|<|=)\s+")
_SIMPLE = late.compile(r"(\^|~>?|>=|<=|>|<|=|)(.*)", re.DOTALL)

Three = tuple[int, int, int]


class _Bound(NamedTuple):
    """A comparison: `sign` is one of `>=`, `>`, `<`, `<=` and `=`."""

    sign: str
    key: Key


class Range(NamedTuple):
    """Sets of comparisons: a version is in the range where all of one set hold."""

    sets: tuple[tuple[_Bound, ...], ...]

    def holds(self, version: Key) -> bool:
        """Whether a version is in it."""
        return any(_within(version, bounds) for bounds in self.sets)


def read(words: str) -> Range | None:
    """A range; None where the words are none (a tag, an address), or are longer than anybody writes.

    As npm has it, what is no comparison is left out while any is."""
    if len(words) > LONGEST:
        return None
    sets = []
    for part in words.split("||")[:MOST]:
        bounds = _set(part.strip())
        if bounds is not None:
            sets.append(bounds)
    return Range(tuple(sets)) if sets else None


def _within(version: Key, bounds: tuple[_Bound, ...]) -> bool:
    if not all(_meets(version, bound) for bound in bounds):
        return False
    if version.is_release:
        return True
    return any(not bound.key.is_release and bound.key.numbers == version.numbers for bound in bounds)


def _meets(version: Key, bound: _Bound) -> bool:
    match bound.sign:
        case ">=":
            return version >= bound.key
        case ">":
            return version > bound.key
        case "<":
            return version < bound.key
        case "<=":
            return version <= bound.key
        case _:
            return version == bound.key


def _set(words: str) -> tuple[_Bound, ...] | None:
    """The comparisons of what stands between two `||`; None where one is none."""
    hyphen = _HYPHEN.fullmatch(words)
    if hyphen:
        low, high = _PARTIAL.fullmatch(hyphen[1]), _PARTIAL.fullmatch(hyphen[6])
        if low is None or high is None:
            return None
        return (*_one(">=", _Partial.of(low)), *_one("<=", _Partial.of(high)))
    each = [_SIMPLE.fullmatch(one) for one in _TRIM.sub(r"\1", words).split()]
    read = [(one[1], where) for one in each if one and (where := _PARTIAL.fullmatch(one[2]))]
    if words and not read:
        return None
    return tuple(bound for sign, where in read for bound in _one(sign, _Partial.of(where)))


class _Partial(NamedTuple):
    """A version of which only the first `numbers` are said, and a pre-release where all three are."""

    numbers: tuple[int, ...]
    before: str = ""

    @classmethod
    def of(cls, found: "re.Match[str]") -> "_Partial":
        said: list[int] = []
        for word in found.groups()[:3]:
            if word is None or not word.isdecimal():
                break
            said.append(int(word))
        return cls(tuple(said), (found[4] or "") if len(said) == 3 else "")

    @property
    def filled(self) -> Three:
        first, second, third = (*self.numbers, 0, 0, 0)[:3]
        return first, second, third

    def next(self, place: int) -> Three:
        """The numbers with the one at `place` counted up, and zeros behind it."""
        kept = self.filled[:place]
        first, second, third = (*kept, self.filled[place] + 1, 0, 0, 0)[:3]
        return first, second, third


def _one(sign: str, said: _Partial) -> Iterator[_Bound]:
    """What a comparison stands for (the specification's "Advanced Range Syntax")."""
    size = len(said.numbers)
    if size == 0:
        if sign in ("<", ">"):
            yield _Bound("<", _below((0, 0, 0)))  # nothing is
    elif sign == "^":
        first = next((place for place, number in enumerate(said.numbers) if number), size - 1)
        yield _Bound(">=", _exact(said))
        yield _Bound("<", _below(said.next(first)))
    elif sign in ("~", "~>"):
        yield _Bound(">=", _exact(said))
        yield _Bound("<", _below(said.next(min(size, 2) - 1)))
    elif size == 3:
        yield _Bound(sign or "=", _exact(said))
    else:
        yield from _of_few(sign, said)


def _of_few(sign: str, said: _Partial) -> Iterator[_Bound]:
    """A comparison with a version of one or two numbers."""
    last = len(said.numbers) - 1
    if sign == ">":
        yield _Bound(">=", _release(said.next(last)))
    elif sign == "<=":
        yield _Bound("<", _below(said.next(last)))
    elif sign == "<":
        yield _Bound("<", _below(said.filled))
    elif sign == ">=":
        yield _Bound(">=", _release(said.filled))
    else:
        yield _Bound(">=", _release(said.filled))
        yield _Bound("<", _below(said.next(last)))


def _exact(said: _Partial) -> Key:
    """The key of the numbers with their pre-release; of a pre-release that is none without it."""
    numbers = ".".join(map(str, said.filled))
    return (key(f"{numbers}-{said.before}") if said.before else None) or _release(said.filled)


def _release(numbers: Three) -> Key:
    return Key(numbers, True, ())


def _below(numbers: Three) -> Key:
    """`1.2.3-0`: below every pre-release of 1.2.3."""
    return Key(numbers, False, ((0, 0, ""),))
