"""A question and its options as one tree of tokens: what texts begin with alike is in it once."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from guildmark.provider import Score

Path = tuple[int, ...]
"""The tokens of an option up to a place in it; none at the question's end."""


class Threads(NamedTuple):
    """How many threads decode, and how long a text may be, in tokens."""

    decoding: int = 1
    context: int = 4096


class Parts(NamedTuple):
    """A question's tokens, those of each option, and how many of the question's first ones others share."""

    prefix: list[int]
    options: list[list[int]]
    shared: int


class Entry(NamedTuple):
    """A token, its place in the text, and the options that it stands before or in."""

    token: int
    place: int
    options: Sequence[int]


class Tree(NamedTuple):
    """The tokens after the shared ones, in an order in which each stands after all that it follows.

    `wanted` has the numbers of those after which it matters what comes next."""

    entries: list[Entry]
    wanted: dict[Path, int]


def tree(parts: Parts) -> Tree:
    """The rest of the question, then each option but for its last token."""
    every, end = range(len(parts.options)), len(parts.prefix)
    entries = [Entry(parts.prefix[place], place, every) for place in range(parts.shared, end)]
    wanted: dict[Path, int] = {(): len(entries) - 1}
    for option in parts.options:
        for length in range(1, len(option)):
            begun = tuple(option[:length])
            if begun not in wanted:
                wanted[begun] = len(entries)
                alike = [number for number in every if begun == (*parts.options[number][:length],)]
                entries.append(Entry(begun[-1], end + length - 1, alike))
    return Tree(entries, wanted)


def score(parts: Parts, wanted: dict[Path, int], logits: Callable[[int], Any]) -> Score:
    """Each option's sum of log-probabilities in 64 bits, of the logits after a number of `wanted`, and whether each of
    its tokens is the likeliest."""
    follow: dict[Path, set[int]] = {}
    for option in parts.options:
        for at, token in enumerate(option):
            follow.setdefault((*option[:at],), set()).add(token)
    after = {begun: _after(logits(number), follow[begun]) for begun, number in wanted.items()}
    ways = [[after[(*option[:at],)][token] for at, token in enumerate(option)] for option in parts.options]
    sums = tuple(sum(chance for chance, _ in way) for way in ways)
    return Score(sums, tuple(map(len, parts.options)), tuple(all(best for _, best in way) for way in ways))


def common(one: list[int], other: list[int]) -> int:
    """How many tokens two texts have in common at their beginning."""
    return next(
        (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )


def _after(logits: Any, tokens: set[int]) -> dict[int, tuple[float, bool]]:
    """The log-probability of each of these tokens, and whether none is likelier."""
    import numpy

    best = logits.max()
    whole = float(best) + float(numpy.log(numpy.exp(logits - best).sum(dtype=numpy.float64)))
    return {token: (float(logits[token]) - whole, bool(logits[token] >= best)) for token in tokens}
