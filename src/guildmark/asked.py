"""Which standards a user asked for, what they say of an assessment, and the exit code that tells it."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from guildmark import standard as shelf
from guildmark.errors import AskedWrongly
from guildmark.records import Assessment, Outcome, Verdict, Vouched, worst
from guildmark.standard import Standard, answer, judge

DEFAULT = "safe_files"
"""The standard that decides the exit code where none is named, so that one added later breaks no build."""

EXIT = {Outcome.PASSED: 0, Outcome.NOT_APPLICABLE: 0, Outcome.FAILED: 1, Outcome.UNKNOWN: 3}


class Asked(NamedTuple):
    """A standard, and the level of it that is asked; None where the user named none."""

    standard: Standard
    level: str | None


def read_asked(standards: Sequence[str], levels: Sequence[str]) -> tuple[Asked, ...]:
    """What `--standard ID[@VERSION]|FILE` and `--level STANDARD:LEVEL` ask; raises AskedWrongly."""
    named = {found.id: found for found in map(shelf.find, standards)}
    wanted: dict[str, str] = {}
    for text in levels:
        id, colon, level = text.partition(":")
        if not colon:
            raise AskedWrongly(f"--level {text} names no standard", "write --level STANDARD:LEVEL")
        if id not in named:
            named[id] = shelf.load(id)
        named[id].upto(level)
        wanted[id] = level
    return tuple(Asked(found, wanted.get(id)) for id, found in named.items())


def all_verdicts(
    assessment: Assessment, asked: Sequence[Asked], claims: Iterable[Vouched] = ()
) -> tuple[tuple[Standard, Verdict], ...]:
    """A verdict of every standard on the shelf that applies, and of those asked for, sorted by id.

    `claims` are what people vouch for."""
    claims = tuple(claims)
    kind = assessment.subject.kind
    for standard, _ in asked:
        if kind not in standard.applies_to:
            applies = ", ".join(standard.applies_to)
            raise AskedWrongly(f"{standard.id} is for {applies}; this is a {kind}", "leave it out, or give --kind")
    chosen = {id: shelf.load(id) for id in shelf.ids()} | {standard.id: standard for standard, _ in asked}
    fitting = (standard for _, standard in sorted(chosen.items()) if kind in standard.applies_to)
    return tuple((standard, judge(assessment, standard, claims)) for standard in fitting)


def told(assessment: Assessment, asked: Sequence[Asked], claims: Iterable[Vouched] = ()) -> Outcome:
    """The worst answer to what was asked; to `safe_files` where nothing was."""
    asked, claims = asked or (Asked(shelf.load(DEFAULT), None),), tuple(claims)
    return worst(answer(assessment, standard, level, claims) for standard, level in asked)
