"""From an assessment and reported claims to what pages show; pure, so that all of it can be made anew at any time."""

import shlex
from collections.abc import Iterable, Mapping, Sequence
from itertools import takewhile
from typing import NamedTuple

import msgspec

from guildmark import answers as four
from guildmark import check as shelf
from guildmark import outline, plain, records, standard
from guildmark.look import Look
from guildmark.records import Assessment, Finding, Measurement, Outcome, Report, Verdict, Vouched
from guildmark.standard import Standard
from guildmark_hub.catalog import axes, changes, owners, shown

FINDINGS = 40
"""Findings of one check on a page; what is more is in the assessment."""
EVIDENCE = 6
ROOM = 400_000
"""Characters of findings on a page, the worst first."""
ASIDE, PLACES = 200, 60
SAYS, SEEN = 600, 400
WORDS = {
    Outcome.FAILED: ("Failed", "The good state is missing; what was seen instead stands below each check."),
    Outcome.UNKNOWN: ("Unknown", "It could not be seen. Unknown is not safe: look yourself, or ask whoever made it."),
    Outcome.PASSED: ("Passed", "The good state was seen."),
    Outcome.NOT_APPLICABLE: ("Does not apply", "The question makes no sense for this subject."),
}


class Before(NamedTuple):
    """The release before: what its changes are told against."""

    version: str
    assessment: Assessment
    verdicts: tuple[Verdict, ...]


class Which(NamedTuple):
    """Which release a page is of; `purl` is its entry's, `digest` that of its assessment, which is taken only once."""

    version: str
    purl: str
    digest: str


class Digests:
    """The digests of an assessment's findings, each taken once."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Finding, str]] = {}

    def of(self, finding: Finding) -> str:
        """`sha256:…` of its canonical JSON."""
        if id(finding) not in self._known:
            self._known[id(finding)] = (finding, records.digest(finding))
        return self._known[id(finding)][1]


def look(published: Iterable[Standard] = ()) -> Look:
    """All checks and standards of this Guildmark, read once by whoever derives many pages; with what was published
    beside them."""
    shelved = (standard.load(id, version) for id in standard.ids() for version in standard.versions(id))
    return ordered(Look(checks={id: shelf.load(id) for id in shelf.ids()}), (*shelved, *published))


def ordered(look: Look, standards: Iterable[Standard]) -> Look:
    """The same with these standards, the oldest version of each first."""
    every = sorted(standards, key=lambda one: (one.id, place(one.version)))
    return msgspec.structs.replace(look, standards={(one.id, one.version): one for one in every})


def place(version: str) -> list[int]:
    """Where a version stands among others."""
    return [int(part) for part in version.split(".")]


def newest(look: Look) -> dict[str, Standard]:
    """The newest version of each standard, by id."""
    return {id: one for (id, _), one in look.standards.items()}


def verdicts(assessment: Assessment, look: Look, claims: Iterable[Vouched] = ()) -> tuple[Verdict, ...]:
    """The verdict of the newest version of every standard that applies, by id; `claims` are what people vouch for."""
    kind, claims = assessment.subject.kind, tuple(claims)
    every = sorted(newest(look).items())
    return tuple(standard.judge(assessment, one, claims) for _, one in every if kind in one.applies_to)


def assessed(
    which: Which, assessment: Assessment, judged: tuple[Verdict, ...], before: Before | None, look: Look
) -> shown.Assessed:
    """The page of a release."""
    subject, digests = assessment.subject, Digests()
    report = Report(assessment, judged)
    checks = outline.checked(report, look)
    aside = outline.aside(report, look)
    return shown.Assessed(
        version=which.version,
        name=plain.name(subject.name),
        purl=subject.purl or "",
        kind=subject.kind,
        digest=subject.digest or "",
        assessment=which.digest,
        made_by=assessment.made_by,
        made_at=assessment.made_at,
        files=len(subject.files),
        bytes=sum(file.size for file in subject.files if "!" not in file.path),
        answers=_answers(report, checks, look, digests),
        axes=axes.of_assessment(assessment, digests.of),
        ladders=tuple(_ladders(report, look, digests)),
        groups=tuple(_groups(checks, look, digests)),
        measured=tuple(map(_measured, assessment.measurements)),
        aside=tuple(shown.Aside(plain.name(one.what, 300), plain.sentence(one.why, SAYS)) for one in aside[:ASIDE]),
        more_aside=max(0, len(aside) - ASIDE),
        places=tuple(_place(one) for one in assessment.listings[:PLACES]),
        more_places=max(0, len(assessment.listings) - PLACES),
        changes=changes.between(before.assessment, before.verdicts, assessment, judged, look) if before else (),
        changed_from=before.version if before else "",
        commands=_commands(which, assessment, judged),
    )


def rejudged(
    page: shown.Assessed,
    which: Which,
    assessment: Assessment,
    judged: tuple[Verdict, ...],
    before: Before | None,
    look: Look,
) -> shown.Assessed:
    """What `assessed` makes, of what it made of the same assessment: only what follows from standards is made anew."""
    return msgspec.structs.replace(
        page,
        ladders=tuple(_ladders(Report(assessment, judged), look, Digests())),
        changes=changes.between(before.assessment, before.verdicts, assessment, judged, look) if before else (),
        changed_from=before.version if before else "",
        commands=_commands(which, assessment, judged),
    )


def commands(purl: str, judged: Sequence[Verdict] = ()) -> tuple[shown.Command, ...]:
    """How a reader checks it herself; what is in a command is quoted for a shell."""
    where = shlex.quote(plain.name(purl, 1000)) if purl else "PATH"
    again = shown.Command("Look again", f"guildmark vet {where} --format json -o report.json")
    judge = (
        shown.Command("Judge again, without looking", f"guildmark judge report.json --standard {shlex.quote(_at(one))}")
        for one in judged
    )
    return (again, *judge)


def _commands(which: Which, assessment: Assessment, judged: Sequence[Verdict]) -> tuple[shown.Command, ...]:
    return commands(f"{which.purl}@{which.version}" if which.purl else assessment.subject.purl or "", judged)


def _at(one: Verdict) -> str:
    """How `guildmark judge` finds a standard: one that only a hub has is fetched from there first."""
    shelved = (standard.SHELF / one.standard / f"{one.version}.toml").exists()
    return f"{one.standard}@{one.version}" if shelved else f"{one.standard}/{one.version}.toml"


def _answers(
    report: Report, checks: Sequence[outline.Checked], look: Look, digests: Digests
) -> tuple[shown.Answer, ...]:
    """May I load it, may I ship it, who answers for it, what is unknown; each with the findings it comes from."""
    load, ship, unknown = four.answers(report, look)
    bears = {"load": ("load", "origin"), "ship": ("ship",)}
    told = []
    for answer, bearing in ((load, "load"), (ship, "ship")):
        ones = [one for one in checks if one.check in look.checks and look.checks[one.check].bears_on in bears[bearing]]
        told.append(_answer(answer, ones, digests))
    doubtful = [one for one in checks if any(finding.outcome is Outcome.UNKNOWN for finding in one.findings)]
    owner = owners.of_assessment(report.assessment, digests.of)
    return (*told, owner, _answer(unknown, doubtful, digests, Outcome.UNKNOWN))


def _answer(
    answer: four.Answer, checks: Sequence[outline.Checked], digests: Digests, outcome: Outcome | None = None
) -> shown.Answer:
    wanted = outcome or answer.outcome
    from_ = [one for check in checks for one in check.findings if one.outcome is wanted][:FINDINGS]
    return shown.Answer(answer.question, answer.outcome, answer.word, answer.why, tuple(map(digests.of, from_)))


def _ladders(report: Report, look: Look, digests: Digests) -> "list[shown.Ladder]":
    findings: dict[tuple[str, Outcome], list[Finding]] = {}
    for finding in report.assessment.findings:
        findings.setdefault((finding.check, finding.outcome), []).append(finding)
    found = []
    for verdict, ladder in zip(report.verdicts, outline.ladders(report, look), strict=True):
        bars = tuple(
            shown.Barred(
                bar.id,
                bar.outcome,
                plain.sentence(bar.says, SAYS),
                look.checks[bar.id].remedy if bar.id in look.checks else "",
                tuple(map(digests.of, findings.get((bar.id, bar.outcome), ())[:EVIDENCE])),
            )
            for bar in ladder.bars
        )
        steps = tuple(shown.Step(step.id, step.means, step.state) for step in ladder.steps)
        reached = sum(step.state == "reached" for step in steps)
        names = (ladder.standard, ladder.version, ladder.title, ladder.level, verdict.next or "")
        found.append(shown.Ladder(*names, reached, steps, bars))
    return found


def _groups(checks: Sequence[outline.Checked], look: Look, digests: Digests) -> "list[shown.Group]":
    found, room = [], _Room()
    for outcome, (word, meaning) in WORDS.items():
        ones = tuple(_seen(one, look, digests, room) for one in checks if one.outcome is outcome)
        if ones:
            found.append(shown.Group(outcome, word, meaning, ones))
    return found


class _Room:
    """What is left of a page."""

    def __init__(self) -> None:
        self._left = ROOM

    def take(self, told: shown.Told) -> bool:
        """Whether a finding still fits."""
        self._left -= 200 + len(told.says) + sum(200 + len(one.path) + len(one.seen) for one in told.evidence)
        return self._left >= 0


def _seen(one: outline.Checked, look: Look, digests: Digests, room: _Room) -> shown.Seen:
    known = look.checks.get(one.check)
    told = tuple(takewhile(room.take, (_told(finding, digests) for finding in one.findings[:FINDINGS])))
    return shown.Seen(
        check=one.check,
        outcome=one.outcome,
        question=one.question,
        why=one.why,
        remedy=one.remedy,
        bears_on=known.bears_on if known else "",
        findings=told,
        more=len(one.findings) - len(told),
    )


def _told(finding: Finding, digests: Digests) -> shown.Told:
    pieces = tuple(
        records.Evidence(plain.name(one.path, 300), one.sha256, plain.sentence(one.at), plain.sentence(one.seen, SEEN))
        for one in finding.evidence[:EVIDENCE]
    )
    more = max(0, len(finding.evidence) - EVIDENCE)
    return shown.Told(plain.sentence(finding.says, SAYS), finding.outcome, pieces, more, digests.of(finding))


def _measured(one: Measurement) -> shown.Measured:
    bounds = one.interval
    return shown.Measured(
        of=one.of,
        score=one.score,
        value=one.value,
        unit=one.unit,
        n=one.n,
        digest=records.digest(one),
        low=bounds.low if bounds else None,
        high=bounds.high if bounds else None,
        confidence=bounds.confidence if bounds else None,
        method=bounds.method if bounds else "",
        conditions=tuple((plain.name(name), plain.sentence(str(value))) for name, value in one.conditions.items()),
    )


def _place(one: records.Listing) -> shown.Place:
    return shown.Place(plain.name(one.name), plain.name(one.where, 300), one.asked_at, one.sha256)


def tally(page: shown.Assessed) -> Mapping[Outcome, int]:
    """How many checks have each outcome."""
    return {group.outcome: len(group.checks) for group in page.groups}
