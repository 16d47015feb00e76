"""What several organisations found of the same bytes, held together check by check; pure."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

MOST = 50


class Differing(NamedTuple):
    """A check on which they differ, and what each answered; empty where one did not ask it."""

    check: str
    answers: tuple[str, ...]


class Agreement(NamedTuple):
    """How far those who looked at one digest agree: of the checks that all of them asked, so many have one answer.

    `differ` are the first MOST of the others, `more` those beyond; `alone` counts checks that not all asked."""

    who: tuple[str, ...]
    asked: int
    same: int
    differ: tuple[Differing, ...]
    more: int
    alone: int


def agreement(found: Sequence[tuple[str, Mapping[str, str]]]) -> Agreement | None:
    """Hold the answers of several together, each with whose they are; None of fewer than two."""
    if len(found) < 2:
        return None
    every = sorted(set().union(*(outcomes for _, outcomes in found)))
    common = [check for check in every if all(check in outcomes for _, outcomes in found)]
    differ = [
        Differing(check, answers)
        for check in common
        if len(set(answers := tuple(outcomes[check] for _, outcomes in found))) > 1
    ]
    who = tuple(name for name, _ in found)
    same = len(common) - len(differ)
    return Agreement(who, len(common), same, tuple(differ[:MOST]), len(differ[MOST:]), len(every) - len(common))
