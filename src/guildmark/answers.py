"""The three lines that every report for people starts with: may I load it, may I ship it, what is unknown."""

from collections.abc import Sequence
from typing import NamedTuple

from guildmark.look import Look
from guildmark.outline import Aside, Checked, aside, checked, unasked
from guildmark.plain import counted, name, sentence
from guildmark.records import Outcome, Report

SHOWN = 2
LOAD, SHIP, UNKNOWN = "May I load it", "May I ship it", "What is unknown"


class Answer(NamedTuple):
    """One line: the question, the word that answers it, and why; all visible text."""

    question: str
    outcome: Outcome
    word: str
    why: str


def answers(report: Report, look: Look) -> tuple[Answer, Answer, Answer]:
    """May I load it, may I ship it, what is unknown."""
    may_load = _may(LOAD, "load", report, look)
    doubts = [check for check in _bearing(report, look, "origin") if check.outcome is Outcome.FAILED]
    if doubts and may_load.outcome is not Outcome.FAILED:
        may_load = Answer(LOAD, Outcome.FAILED, "No", _first(doubts))
    return may_load, _may(SHIP, "ship", report, look), _unknown(report, look)


def _bearing(report: Report, look: Look, bearing: str) -> list[Checked]:
    known = (check for check in checked(report, look) if check.check in look.checks)
    return [check for check in known if look.checks[check.check].bears_on == bearing]


def _may(question: str, bearing: str, report: Report, look: Look) -> Answer:
    """Silence is not safety: what was not asked, and what this shelf cannot place, leaves it open."""
    checks = checked(report, look)
    bears = _bearing(report, look, bearing)
    failed = [check for check in bears if check.outcome is Outcome.FAILED]
    unknown = [check for check in bears if check.outcome is Outcome.UNKNOWN]
    passed = [check for check in bears if check.outcome is Outcome.PASSED]
    if failed:
        return Answer(question, Outcome.FAILED, "No", _first(failed))
    open_ended = _first(unknown) or _left_open(checks, bearing, report, look)
    if open_ended or not passed:
        return Answer(question, Outcome.UNKNOWN, "Cannot tell", open_ended or "no check that bears on it applies here")
    return Answer(question, Outcome.PASSED, "Yes", f"{counted(len(passed), 'check')} passed, none failed")


def _first(checks: Sequence[Checked]) -> str:
    """What the first check says, and how many more say something like it."""
    if not checks:
        return ""
    same = sum(finding.outcome is check.outcome for check in checks for finding in check.findings)
    more = f" (and {counted(same - 1, 'more finding')})" if same > 1 else ""
    return sentence(checks[0].first.says, 300) + more


def _left_open(checks: Sequence[Checked], bearing: str, report: Report, look: Look) -> str:
    """Why a yes would promise more than was looked at; empty where it would not."""
    silent = [id for id in unasked(report, look) if look.checks[id].bears_on == bearing]
    if silent:
        return f"not asked: {', '.join(silent[:SHOWN])}{_more(len(silent) - SHOWN)}"
    bad = (Outcome.FAILED, Outcome.UNKNOWN)
    strange = [check.check for check in checks if check.check not in look.checks and check.outcome in bad]
    if strange:
        return f"this Guildmark does not know what {name(strange[0], 60)} bears on, and it did not pass"
    return ""


def _unknown(report: Report, look: Look) -> Answer:
    """What bears on loading and shipping is named before what does not."""
    said: dict[str, None] = {}
    checks: set[str] = set()
    count = 0
    bears_on = {id: check.bears_on for id, check in look.checks.items()}
    for finding in sorted(report.assessment.findings, key=lambda finding: not bears_on.get(finding.check)):
        if finding.outcome is Outcome.UNKNOWN:
            count += 1
            checks.add(finding.check)
            said.setdefault(finding.says)
    left = aside(report, look)
    if not count and not left:
        return Answer(UNKNOWN, Outcome.PASSED, "Nothing", "every check could see what it looked for")
    parts = [_seen_nothing(tuple(said))] if said else []
    if left:
        parts.append(_not_looked_at(left))
    word = f"{counted(count, 'finding')} of {counted(len(checks), 'check')}" if count else "Not all was looked at"
    return Answer(UNKNOWN, Outcome.UNKNOWN, word, "; ".join(parts))


def _seen_nothing(said: Sequence[str]) -> str:
    return "; ".join(sentence(says, 120) for says in said[:SHOWN]) + _more(len(said) - SHOWN)


def _not_looked_at(left: Sequence[Aside]) -> str:
    return f"not looked at: {name(left[0].what, 80)}{_more(len(left) - 1)}"


def _more(count: int) -> str:
    return f" and {count:,} more" if count > 0 else ""
