"""The long counts of the council: every electorate of up to six, and alliances by the ten thousand.

    python -m races.tallies [--alliances N] [--seed S] [--jobs N] [--record]

Every electorate is counted by the hub's count and by another path, for each quorum, threshold and number of approvals
at which something changes; those of persons for every way in which they share employers. In every alliance some have a
conflict by its facts: none of them may be drawn or counted, and nobody else may be left out.
"""

import argparse
import random
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from functools import cache
from itertools import combinations_with_replacement, pairwise, product
from multiprocessing import Pool

from msgspec.structs import replace
from races.results import command, record
from tests.hub import affiliated
from tests.hub.balloting import CONTENT, EDITORIAL, POSITIONS, ballot
from tests.hub.recounted import recounted

from guildmark_hub.council.count import tally
from guildmark_hub.council.record import Ballot, Rules

MOST, IN_EVERY_ORDER = 6, 4
STATES = (*POSITIONS, "silent", "barred")
ALLIANCES = 10_000
IN_TESTS = 1_000
"""How many alliances `make test` tries."""
SEED = "2026"
NONE = Fraction(0)

Part = tuple[str, tuple[str, ...]]
"""What is counted in one go: ballots of organisations or persons that stand so, or the alliance of a number."""


def multisets(largest: int = MOST) -> Iterator[tuple[str, ...]]:
    """Each way in which up to so many can stand, whoever of them it is: 1,716 of up to six."""
    for voters in range(largest + 1):
        yield from combinations_with_replacement(STATES, voters)


def shares(voters: int) -> list[Fraction]:
    """Each share that some of so many can be, and one between each and the next."""
    exact = sorted({Fraction(part, whole) for whole in range(1, voters + 1) for part in range(whole + 1)})
    between = (Fraction(a.numerator + b.numerator, a.denominator + b.denominator) for a, b in pairwise(exact))
    return [*exact, *between] or [NONE]


@cache
def every_rule(voters: int = MOST) -> tuple[Rules, ...]:
    """Each class that decides otherwise than another about some electorate of so many: 10,000 for six."""
    edges = shares(voters)
    return tuple(rules(*each) for each in product(edges, edges, range(voters + 2), (False, True)))


def edges() -> Iterator[Rules]:
    """Each quorum, threshold and number of approvals where the other two ask nothing: 116 of the 10,000."""
    for lazy in (False, True):
        for share in shares(MOST):
            yield rules(share, lazy=lazy)
            yield rules(threshold=share, lazy=lazy)
        for approvals in range(MOST + 2):
            yield rules(approvals=approvals, lazy=lazy)


def rules(quorum: Fraction = NONE, threshold: Fraction = NONE, approvals: int = 0, lazy: bool = False) -> Rules:
    """A class of organisations."""
    of, at = quorum.as_integer_ratio(), threshold.as_integer_ratio()
    return replace(CONTENT, quorum=of, threshold=at, approvals=approvals, lazy=lazy)


def employers(persons: int) -> Iterator[tuple[str, ...]]:
    """Each way in which persons can share employers or have none."""
    if persons == 0:
        yield ()
        return
    for before in employers(persons - 1):
        known = len({*before} - {""})
        yield from ((*before, name) for name in ("", *"abcdef"[: known + 1]))


def of_persons(words: Sequence[str]) -> Iterator[Ballot]:
    """Persons who stand so: each way to share employers, each cap that matters, up to three."""
    for shared, cap in product(employers(len(words)), range(min(max(len(words), 1), 4))):
        yield ballot(words, replace(EDITORIAL, cap=cap), shared)


def differing(ballots: Iterable[Ballot]) -> Iterator[Ballot]:
    """Those of which the two counts say different things."""
    return (made for made in ballots if replace(tally(made), says="") != recounted(made))


def parts(alliances: int, seed: str) -> Iterator[Part]:
    """All that is to be counted; five and six persons are in the order of their positions and in its reverse."""
    for words in multisets():
        yield "organisations", words
    for persons in range(1, IN_EVERY_ORDER + 1):
        yield from (("persons", words) for words in product(STATES, repeat=persons))
    for persons in range(IN_EVERY_ORDER + 1, MOST + 1):
        for words in combinations_with_replacement(STATES, persons):
            yield from (("persons", way) for way in sorted({words, words[::-1]}))
    yield from (("alliance", (f"{seed}:{number}",)) for number in range(alliances))


def count(part: Part) -> tuple[int, str]:
    """How many were counted, and the first of which something is wrong."""
    kind, words = part
    if kind == "alliance":
        return 1, affiliated.wrong(affiliated.by_chance(random.Random(words[0])))
    made = ballot(words)
    of_organisations = kind == "organisations"
    ballots = [replace(made, rules=one) for one in every_rule(len(words))] if of_organisations else [*of_persons(words)]
    return len(ballots), str(next(differing(ballots), ""))


def main(words: Sequence[str] | None = None) -> int:
    """Count all, and tell; the exit code is 1 where something is wrong."""
    said = [*(sys.argv[1:] if words is None else words)]
    asked = _arguments(said)
    begun, counted, wrong = time.monotonic(), 0, []
    all_parts = [*parts(asked.alliances, asked.seed)]
    with Pool(asked.jobs) as pool:
        for part, (many, says) in zip(all_parts, pool.imap(count, all_parts, chunksize=8), strict=True):
            counted += many
            if says:
                wrong.append(part)
                print(f"{part}: {says}", flush=True)
    spent = f"{(time.monotonic() - begun) / 60:.0f} min"
    result = f"{counted:,} ballots and alliances in {spent}, {len(wrong)} wrong"
    print(result)
    if asked.record:
        record("tallies", result, "0 wrong", command(said))
    return int(bool(wrong))


def _arguments(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "races.tallies", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--alliances", type=int, default=ALLIANCES)
    parser.add_argument("--seed", default=SEED)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--record", action="store_true", help="add a line to races/RESULTS.md")
    return parser.parse_args(words)


if __name__ == "__main__":
    sys.exit(main())
