"""A report as a person reads it: what the checks found, how far each ladder goes, what nobody looked at."""

from collections.abc import Iterable
from typing import Literal, NamedTuple

from guildmark import plain
from guildmark.look import Look
from guildmark.records import Bar, Finding, Measurement, Outcome, Rebuttal, Report, Verdict, Vouched, worst

_PLACE = {outcome: place for place, outcome in enumerate(Outcome)}
State = Literal["reached", "next", "later"]


class Checked(NamedTuple):
    """A check with all its findings; question, why and remedy are empty where the shelf does not have it."""

    check: str
    outcome: Outcome
    question: str
    why: str
    remedy: str
    findings: tuple[Finding, ...]

    @property
    def first(self) -> Finding:
        """The first of its worst findings."""
        return next(finding for finding in self.findings if finding.outcome is self.outcome)


class Step(NamedTuple):
    """A level of a ladder, and whether it is reached."""

    id: str
    means: str
    state: State


class Ladder(NamedTuple):
    """A verdict, step by step; a standard that the shelf does not have gives the steps that the verdict names."""

    title: str
    standard: str
    version: str
    level: str
    steps: tuple[Step, ...]
    bars: tuple[Bar, ...]


class Measured(NamedTuple):
    """A measurement in words: of what, the value, and its interval; empty where none was taken."""

    of: str
    value: str
    bounds: str


class Aside(NamedTuple):
    """Something that was not looked at, and why."""

    what: str
    why: str


def beside(report: Report) -> dict[Finding, list[Rebuttal]]:
    """What others say against each finding; an empty dictionary where nobody says anything."""
    findings = report.assessment.findings
    found: dict[Finding, list[Rebuttal]] = {}
    for rebuttal in report.rebuttals:
        for place in rebuttal.against:
            if 0 <= place < len(findings):
                found.setdefault(findings[place], []).append(rebuttal)
    return found


def unfitting(report: Report) -> tuple[Rebuttal, ...]:
    """What others say, and that stands beside no finding."""
    count = len(report.assessment.findings)
    return tuple(one for one in report.rebuttals if not any(0 <= place < count for place in one.against))


def told(rebuttal: Rebuttal) -> str:
    """A rebuttal in one sentence: who says what about which vulnerability or check, and why."""
    why = ": ".join(filter(None, (rebuttal.justification.replace("_", " "), rebuttal.says)))
    status = rebuttal.status.replace("_", " ")
    return f"{rebuttal.by or rebuttal.source or 'someone'} says of {rebuttal.of}: {status}{', ' if why else ''}{why}"


def checked(report: Report, look: Look) -> tuple[Checked, ...]:
    """The checks that gave findings, the worst first, then in the order in which they were asked."""
    findings: dict[str, list[Finding]] = {}
    for finding in report.assessment.findings:
        findings.setdefault(finding.check, []).append(finding)
    found = (_checked(check, ones, look) for check, ones in findings.items())
    return tuple(sorted(found, key=lambda check: _PLACE[check.outcome]))


def _checked(check: str, findings: Iterable[Finding], look: Look) -> Checked:
    found = tuple(sorted(findings, key=lambda finding: _PLACE[finding.outcome]))
    known = look.checks.get(check)
    outcome = worst(finding.outcome for finding in found)
    if known is None:
        return Checked(check, outcome, "", "", "", found)
    return Checked(check, outcome, known.question, known.why, known.remedy, found)


def unasked(report: Report, look: Look) -> tuple[str, ...]:
    """The checks of the shelf that fit the subject's kind and were not asked."""
    done = {finding.check for finding in report.assessment.findings}
    kind = report.assessment.subject.kind
    return tuple(id for id, check in look.checks.items() if kind in check.applies_to and id not in done)


def ladders(report: Report, look: Look) -> tuple[Ladder, ...]:
    """Each verdict as the steps of its standard."""
    return tuple(_ladder(verdict, look) for verdict in report.verdicts)


def _ladder(verdict: Verdict, look: Look) -> Ladder:
    standard = look.standards.get((verdict.standard, verdict.version))
    means = {level.id: level.means for level in standard.level} if standard else {}
    if not {verdict.level, verdict.next} - {None} <= means.keys():
        means = {id: "" for id in (verdict.level, verdict.next) if id is not None}
    return Ladder(
        title=standard.title if standard else verdict.standard,
        standard=verdict.standard,
        version=verdict.version,
        level=verdict.level or "",
        steps=tuple(_steps(means, verdict)),
        bars=verdict.bars,
    )


def _steps(means: dict[str, str], verdict: Verdict) -> Iterable[Step]:
    state: State = "reached" if verdict.level is not None else "next"
    for id, meaning in means.items():
        if id == verdict.next:
            state = "next"
        elif state == "next":
            state = "later"
        yield Step(id, meaning, state)
        if id == verdict.level:
            state = "next"


def vouched(report: Report) -> tuple[str, ...]:
    """What signed claims that counted say, each in a sentence."""
    return tuple(map(_vouched, report.claims))


def _vouched(one: Vouched) -> str:
    who = f"{one.organisation} ({one.by})" if one.by else one.organisation
    by = f", by {one.standard} {one.version}" if one.standard else ""
    came = {"agrees": "reviewed it and agrees", "disagrees": "reviewed it and disagrees"} | {
        "same": "did it again, and the same came out",
        "differs": "did it again, and something else came out",
    }
    return f"{who} {came[one.outcome]}{by} (statement {one.statement[:16]}…)"


def measured(report: Report) -> tuple[Measured, ...]:
    """What was measured under conditions that are told: what runs say of a model."""
    return tuple(map(_measured, (one for one in report.assessment.measurements if one.conditions)))


def _measured(one: Measurement) -> Measured:
    bounds = one.interval
    told = f"{_number(bounds.low, one.unit)} to {_number(bounds.high, one.unit)}" if bounds else ""
    at = f" at {100 * bounds.confidence:g} %" if bounds else ""
    return Measured(f"{one.of}, {one.score.replace('_', ' ')}", f"{_number(one.value, one.unit)}, n {one.n}", told + at)


def _number(value: float, unit: str) -> str:
    if unit == "share":
        return f"{100 * value:.1f} %"
    return plain.size(int(value)) if unit == "bytes" and 0 <= value < 1e18 else f"{value:,.4g} {unit}"


def aside(report: Report, look: Look) -> tuple[Aside, ...]:
    """What was not looked at: what the source left aside, files that nobody read, checks that nobody asked."""
    found = dict(look.aside)
    reasons = {
        evidence.path: evidence.seen or finding.says
        for finding in report.assessment.findings
        if finding.outcome is Outcome.UNKNOWN
        for evidence in finding.evidence
    }
    for file in report.assessment.subject.files:
        if file.sha256 is None and file.path not in found:
            found[file.path] = reasons.get(file.path, "its bytes were not read")
    for check in unasked(report, look):
        found.setdefault(check, "this check was not asked")
    return tuple(Aside(what, why) for what, why in found.items())
