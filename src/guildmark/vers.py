"""Version ranges as VERS writes them (`vers:pypi/>=1.2|<2`); how versions are ordered, by the kind of package.

Specification: the package-url project, VERSION-RANGE-SPEC."""

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any, NamedTuple
from urllib.parse import unquote

from guildmark import late, semver
from guildmark.errors import FormatError

LONGEST = 10_000
_RANGE = late.compile(r"vers:([a-z0-9.+-]{1,40})/(.*)", re.DOTALL)
_CONSTRAINT = late.compile(r"(>=|<=|!=|<|>|=)?([^<>=|*]+)")


def holds(range: str, version: str) -> bool:
    """Whether a range holds a version; raises FormatError where it is no range, or its versions have no order here."""
    found = _RANGE.fullmatch(re.sub(r"\s", "", range[:LONGEST]).replace("|*", "*"))
    if found is None:
        raise FormatError(f"{range[:80]!r} is no version range; one is written like vers:pypi/>=1.2|<2")
    if found[2] == "*":
        return True
    key = _ORDERS.get(found[1], _Unordered)
    place, signs, bounds = key(version), set(), []
    for words in found[2].split("|"):
        constraint = _CONSTRAINT.fullmatch(words)
        if constraint is None:
            raise FormatError(f"{words[:80]!r} is no constraint of a version range")
        sign, value = constraint[1] or "=", key(unquote(constraint[2]))
        signs.add(sign)
        if sign not in ("=", "!="):
            bounds.append((value, sign))
        elif value == place:
            return sign == "="
    return signs == {"!="} or _within(place, bounds)


def _within(place: Any, bounds: list[tuple[Any, str]]) -> bool:
    """The specification's walk: below the first upper bound, above the last lower one, or between a pair."""
    bounds.sort(key=lambda bound: bound[0])
    met = [(sign, _meets(place, sign, value)) for value, sign in bounds]
    if not met:
        return False
    (first, is_below), (last, is_above) = met[0], met[-1]
    if (first[0] == "<" and is_below) or (last[0] == ">" and is_above):
        return True
    return any(low[0] == ">" and high[0] == "<" and above and below for (low, above), (high, below) in pairwise(met))


def _meets(place: Any, sign: str, value: Any) -> bool:
    if sign in (">", ">="):
        return bool(place > value or (sign == ">=" and place == value))
    return bool(place < value or (sign == "<=" and place == value))


def _of_python(version: str) -> Any:
    from packaging.version import InvalidVersion, Version

    try:
        return Version(version)
    except InvalidVersion as error:
        raise FormatError(f"{version[:80]!r} is no version of a Python package") from error


def _of_npm(version: str) -> Any:
    found = semver.key(version)
    if found is None:
        raise FormatError(f"{version[:80]!r} is no semantic version")
    return found


class _Unordered(NamedTuple):
    """A version of which only sameness is known."""

    version: str

    def __lt__(self, other: object) -> bool:
        raise FormatError("the versions of this kind of package have no order that is known here")

    def __gt__(self, other: object) -> bool:
        return self < other


_ORDERS: dict[str, Callable[[str], Any]] = {"pypi": _of_python, "npm": _of_npm, "semver": _of_npm}
