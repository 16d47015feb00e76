"""Many releases in a table: one row a release, what was found of it in short."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from guildmark import asked as judging
from guildmark import plain
from guildmark.asked import Asked
from guildmark.records import Assessment, Outcome, Verdict, worst
from guildmark.resolve import Need, Needs
from guildmark.standard import judge
from guildmark.standard import load as load_standard

TOOLS = "checked_tool"
"""The ladder that a summary of tools shows where none is asked."""
NAMED = 6
"""So many failed checks, or advisories, are named; the others are counted."""
_TURN = {outcome: turn for turn, outcome in enumerate(Outcome)}
_HOLES = "no_known_vulnerabilities"


class Row(NamedTuple):
    """A release: `levels` as a standard and its level, `says` what failed or is not known."""

    name: str
    version: str
    outcome: Outcome
    levels: tuple[tuple[str, str], ...]
    says: str


def verdicts(assessment: Assessment, asked: Sequence[Asked]) -> tuple[Verdict, ...]:
    """What the standards that are asked say, where they are for its kind; `checked_tool` where none is."""
    standards = [one.standard for one in asked] or [load_standard(TOOLS)]
    return tuple(judge(assessment, one) for one in standards if assessment.subject.kind in one.applies_to)


def told(assessment: Assessment, asked: Sequence[Asked]) -> Outcome:
    """The worst answer to what is asked of such a kind; UNKNOWN where nothing that is asked is for it."""
    fitting = [one for one in asked if assessment.subject.kind in one.standard.applies_to]
    return judging.told(assessment, fitting) if fitting or not asked else Outcome.UNKNOWN


def row(assessment: Assessment, asked: Sequence[Asked]) -> Row:
    """An assessment in one line."""
    subject = assessment.subject
    version = (subject.purl or "").partition("?")[0].rpartition("@")[2] if "@" in (subject.purl or "") else ""
    levels = tuple((one.standard, one.level or "no level") for one in verdicts(assessment, asked))
    failed = dict.fromkeys(one.check for one in assessment.findings if one.outcome is Outcome.FAILED)
    return Row(subject.name, version, told(assessment, asked), levels, _named([*failed]) or "nothing failed")


def members(needs: Needs, assessment: Assessment) -> tuple[Row, ...]:
    """What a set pins, the worst first, then by name: what the advisories say of each, and its licence."""
    holes: dict[str, list[tuple[Outcome, str]]] = {}
    said = [one for one in assessment.findings if one.check == _HOLES]
    for finding in said:
        for evidence in finding.evidence[:1]:
            holes.setdefault(evidence.path, []).append((finding.outcome, evidence.at.partition(" ")[0]))
    looked_up = any(one.evidence for one in said)
    rows = (_member(need, holes.get(need.purl, []), looked_up) for need in needs.packages)
    return tuple(sorted(dict.fromkeys(rows), key=lambda row: (_TURN[row.outcome], row.name.lower(), row.version)))


def _member(need: Need, holes: Sequence[tuple[Outcome, str]], looked_up: bool) -> Row:
    outcomes = [outcome for outcome, _ in holes]
    words = [_named([id for _, id in holes])] if holes else []
    if need.yanked is not None:
        outcomes.append(Outcome.FAILED)
        words.append(f"yanked: {need.yanked or 'no reason given'}")
    licence = need.licence or ", ".join(need.licences)
    words += [licence] if licence else []
    outcome = worst([*outcomes, Outcome.PASSED if looked_up else Outcome.UNKNOWN])
    return Row(need.name, need.version, outcome, (), "; ".join(words))


def _named(words: Sequence[str]) -> str:
    """The first few, and how many more there are."""
    more = f" and {len(words) - NAMED} more" if len(words) > NAMED else ""
    return ", ".join(words[:NAMED]) + more


def table(rows: Sequence[Row], width: int = 0) -> str:
    """The rows in columns, each line at most `width` wide where one is given; a column of levels a standard."""
    standards = [*dict.fromkeys(standard for row in rows for standard, _ in row.levels)]
    head = ["name", "version", "answer", *standards, "failed, or not known"]
    body = [[row.name, row.version, row.outcome, *_levels(row, standards), row.says] for row in rows]
    cells = [head, *([plain.name(cell, 40) for cell in line[:-1]] + [plain.sentence(line[-1])] for line in body)]
    wide = [max(len(line[column]) for line in cells) for column in range(len(head) - 1)]
    return "".join(f"{_cut(_line(line, wide), width)}\n" for line in cells)


def _levels(row: Row, standards: Iterable[str]) -> list[str]:
    reached = dict(row.levels)
    return [reached.get(standard, "-") for standard in standards]


def _line(cells: Sequence[str], wide: Sequence[int]) -> str:
    padded = (f"{cell:<{width}}" for cell, width in zip(cells[:-1], wide, strict=True))
    return "  ".join([*padded, cells[-1]]).rstrip()


def _cut(line: str, width: int) -> str:
    return line if not width or len(line) <= width else line[: width - 1] + "…"
