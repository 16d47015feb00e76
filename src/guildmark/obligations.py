"""What a licence asks of those who ship what is under it, and which licences cannot be met together: reviewed data.

It says what texts and their keepers say of combining works; it is no advice of a lawyer."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import resources
from itertools import product
from typing import Any, Literal, NamedTuple

from guildmark import licences

Family = Literal["permissive", "weak", "strong", "network", "closed", "unknown"]

MOST = 64
"""So many ways to read an expression are looked at."""
_EXCEPTIONS = {"Classpath-exception-2.0", "GCC-exception-3.1", "LGPL-3.0-linking-exception", "Autoconf-exception-3.0"}
"""With one of these a strong licence covers its own files only."""
_OLDER = {"GPL-1.0": "only", "GPL-2.0": "only", "GPL-3.0": "only", "LGPL-2.0": "only", "LGPL-2.1": "only"}
_OLDER |= {"LGPL-3.0": "only", "AGPL-1.0": "only", "AGPL-3.0": "only"}


class Clash(NamedTuple):
    """Two licences that cannot be met together, and why."""

    one: str
    other: str
    why: str


def choices(words: str) -> tuple[frozenset[str], ...]:
    """The sets of licences of which one must be met: `OR` gives more sets, `AND` larger ones; none for no licence."""
    judged = licences.judge(words)
    if judged.expression is None:
        return ()
    if not re.search(r"\b(AND|OR|WITH)\b", judged.expression):
        return (frozenset({_one_spelling(judged.expression)}),)
    tokens = re.findall(r"[()]|[^\s()]+", judged.expression)
    found, _ = _either(tokens)
    return tuple(found[:MOST])


def family(ids: Iterable[str]) -> Family:
    """The family of what asks most; unknown where one of them is in no list."""
    families = [_families().get(id, "unknown") for id in ids]
    order: tuple[Family, ...] = ("closed", "unknown", "network", "strong", "weak", "permissive")
    return next((one for one in order if one in families), "unknown")


def clash(one: str, other: str) -> Clash | None:
    """Why what is offered under `one` and `other` cannot be shipped as one work, by any choice; None where it can."""
    found: Clash | None = None
    for left, right in product(choices(one), choices(other)):
        here = next(_clashes(left, right), None)
        if here is None:
            return None
        found = found or here
    return found


def _clashes(left: frozenset[str], right: frozenset[str]) -> Iterator[Clash]:
    for one, other in product(sorted(left), sorted(right)):
        for conflict in _told()["conflict"]:
            if (one in conflict["one"] and other in conflict["other"]) or (
                other in conflict["one"] and one in conflict["other"]
            ):
                yield Clash(one, other, conflict["why"])


def _either(tokens: list[str]) -> tuple[list[frozenset[str]], list[str]]:
    found, rest = _both(tokens)
    while rest[:1] == ["OR"]:
        more, rest = _both(rest[1:])
        found = (found + more)[:MOST]
    return found, rest


def _both(tokens: list[str]) -> tuple[list[frozenset[str]], list[str]]:
    found, rest = _one(tokens)
    while rest[:1] == ["AND"]:
        more, rest = _one(rest[1:])
        found = [one | other for one, other in product(found, more)][:MOST]
    return found, rest


def _one(tokens: list[str]) -> tuple[list[frozenset[str]], list[str]]:
    if not tokens:
        return [frozenset()], []
    if tokens[0] == "(":
        found, rest = _either(tokens[1:])
        return found, rest[1:]
    id, rest = _one_spelling(tokens[0]), tokens[1:]
    if rest[:1] == ["WITH"]:
        eased = rest[1:2] and rest[1] in _EXCEPTIONS
        return [frozenset({"LGPL-2.1-or-later" if eased else id})], rest[2:]
    return [frozenset({id})], rest


def _one_spelling(id: str) -> str:
    """`GPL-2.0` and `GPL-2.0+` as SPDX writes them now."""
    if id.endswith("+") and id[:-1] in _OLDER:
        return f"{id[:-1]}-or-later"
    return f"{id}-{_OLDER[id]}" if id in _OLDER else id


@cache
def _families() -> dict[str, Family]:
    return {id: name for name, ids in _told()["families"].items() for id in ids}


@cache
def _told() -> dict[str, Any]:
    return tomllib.loads(resources.files("guildmark").joinpath("obligations.toml").read_text("utf-8"))
