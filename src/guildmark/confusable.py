"""Which popular package a name could be taken for, and how: typing errors, look-alikes, parts moved about.

After "SpellBound" (Taylor et al., 2020), "Backstabber's Knife Collection" (Ohm et al., 2020) and
PEP 503, whose normal form makes some differences vanish."""

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import NamedTuple

DATA = "popular_names.txt"
SHORTEST = 5
"""Below so many letters one letter more or less is no likeness: too many honest names are that short."""
LONG = 10
"""From so many letters on two letters may differ."""
LONGEST = 200

_DIGITS = str.maketrans("013457", "oieast")
_DIGIT_L = str.maketrans("013457", "oleast")
_PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"))
_FOREIGN = str.maketrans("аеорсухіјѕԁһνοαρκ", "aeopcyxijsdhvoapk")
"""Cyrillic and Greek letters by the Latin ones that they look like (Unicode TR 39)."""
_AFFIXES = frozenset(
    "python py python3 py3 dev utils util lib library sdk api client official pro core tools cli package pkg"  # noqa: SIM905
    " install setup new beta test fixed patched update latest stable wrapper module".split()
)


class Likeness(NamedTuple):
    """A popular name, how the other is like it, and how much that says.

    3: written to be mistaken; 2: a typing error away, as some honest names are; 1: a name with a usual addition."""

    popular: str
    how: str
    weight: int


def likenesses(name: str) -> list[Likeness]:
    """The popular names that `name` could be taken for; none where it is well known itself."""
    normal = _normal(name[:LONGEST])
    targets, known = _names()
    if normal in known:
        return []
    if not normal.isascii():
        plain = _plain(normal)
        return [Likeness(plain if plain in known else "", "letters that only look Latin", 3)]
    found = [likeness for popular in targets if (likeness := _likeness(normal, popular))]
    return sorted(found, key=lambda one: (-one.weight, one.popular))


def _likeness(name: str, popular: str) -> Likeness | None:
    if name.replace("-", "") == popular.replace("-", ""):
        return Likeness(popular, "the same letters with other hyphens", 3)
    if abs(len(name) - len(popular)) <= 2:
        if how := _trick(name, popular):
            return Likeness(popular, how, 3)
        if steps := _steps(*_differing(name, popular)):
            return Likeness(popular, f"{steps} letter{'s' if steps > 1 else ''} apart", 2)
    parts, others = name.split("-"), popular.split("-")
    if len(parts) > 1 and sorted(parts) == sorted(others):
        return Likeness(popular, "the same parts in another order", 3)
    more = [part for part in parts if part not in others]
    fits = len(parts) == len(others) + len(more) and set(others) < set(parts)
    if fits and 1 <= len(more) <= 2 and set(more) <= _AFFIXES:
        return Likeness(popular, f"the same name with {', '.join(more)}", 1)
    return None


def _trick(name: str, popular: str) -> str:
    if popular in (name.translate(_DIGITS), name.translate(_DIGIT_L)):
        return "digits for letters"
    return "letters that look alike" if any(name.replace(*pair) == popular for pair in _PAIRS) else ""


def _differing(name: str, popular: str) -> tuple[str, str]:
    """The two names without the parts that both begin and end with."""
    one, other = name.split("-"), popular.split("-")
    while len(one) > 1 and len(other) > 1 and one[0] == other[0]:
        one, other = one[1:], other[1:]
    while len(one) > 1 and len(other) > 1 and one[-1] == other[-1]:
        one, other = one[:-1], other[:-1]
    return "-".join(one), "-".join(other)


def _steps(name: str, popular: str) -> int:
    """How many letters the names are apart, where that is few for their length; 0 where it is too many."""
    shorter = min(len(name), len(popular))
    allowed = 0 if shorter < SHORTEST else 1 if shorter < LONG else 2
    if not allowed or re.sub(r"\d+", "", name) == re.sub(r"\d+", "", popular):  # a number says which of a series it is
        return 0
    steps = distance(name, popular, allowed)
    return steps if steps <= allowed else 0


def distance(one: str, other: str, most: int) -> int:
    """Letters added, dropped, changed or swapped (optimal string alignment); at most `most` + 1."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        last, row = row, [i]
        for j, wanted in enumerate(other, 1):
            steps = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                steps = min(steps, before[j - 2] + 1)
            row.append(steps)
        if min(row) > most:
            return most + 1
        before = last
    return min(row[-1], most + 1)


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name).translate(_FOREIGN)
    return _normal("".join(letter for letter in letters if not unicodedata.combining(letter)))


@cache
def _names() -> tuple[tuple[str, ...], frozenset[str]]:
    """The names that others are mistaken for, and all that are known."""
    text = Path(__file__).with_name(DATA).read_text("utf-8")
    first, _, second = text.partition("----\n")
    targets = tuple(line for line in first.splitlines() if line and not line.startswith("#"))
    return targets, frozenset((*targets, *second.split()))
