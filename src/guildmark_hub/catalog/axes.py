"""How free a licence is and how much is there, read off findings, or off claims that nobody checked."""

from collections.abc import Callable, Iterable

from guildmark.openness.axes import COMPLETENESS, FREEDOM
from guildmark.records import Assessment, Finding, Outcome
from guildmark_hub.catalog.shown import Axes

CLOSED, SPECIAL, OPEN = range(len(FREEDOM))
HELD = (
    "nothing",
    "the weights",
    "weights and the code to run them",
    "weights, code and training code",
    "all but the data, which are described",
    "all of it, the data too",
)
"""How much is there, in words that stand alone; each holds what the one before holds."""
WEIGHTS, LICENSED_WEIGHTS, LICENCE = "final_parameters_available", "final_parameters_open", "licence_open"
STEPS = ("inference_code_open", "training_code_open", "data_card_open", "datasets_available")
DESCRIBES = ("datasets_available", "technical_report_open", "research_paper_open", "data_card_open")


def of_assessment(assessment: Assessment, digest: Callable[[Finding], str]) -> Axes:
    """The place of what was vetted, with the findings that put it there."""
    by_check: dict[str, list[Finding]] = {}
    for finding in assessment.findings:
        by_check.setdefault(finding.check, []).append(finding)
    if assessment.subject.kind != "model":
        licence = by_check.get(LICENCE, [])
        freedom = {Outcome.PASSED: OPEN, Outcome.FAILED: SPECIAL}.get(assessment.outcome(LICENCE))
        return named(freedom, None, map(digest, licence))
    asked = (WEIGHTS, LICENSED_WEIGHTS, *STEPS, *DESCRIBES)
    used = dict.fromkeys(digest(one) for check in asked for one in by_check.get(check, ()))
    held = {check for check in asked if _there(check, by_check.get(check, ()))}
    if held & {*DESCRIBES}:
        held.add("data_card_open")
    return named(_freedom(assessment), _reached(held), used)


def named(freedom: int | None, completeness: int | None, digests: Iterable[str] = (), reported: bool = False) -> Axes:
    """Axes with their words."""
    return Axes(
        freedom=freedom,
        completeness=completeness,
        freedom_word="" if freedom is None else FREEDOM[freedom],
        completeness_word="" if completeness is None else COMPLETENESS[completeness],
        digests=tuple(digests),
        reported=reported,
    )


def _freedom(assessment: Assessment) -> int | None:
    there = assessment.outcome(WEIGHTS)
    if there is not Outcome.PASSED:
        return CLOSED if there is Outcome.FAILED else None
    return {Outcome.PASSED: OPEN, Outcome.FAILED: SPECIAL}.get(assessment.outcome(LICENSED_WEIGHTS))


def _reached(held: set[str]) -> int:
    steps = (WEIGHTS, *STEPS)
    return next((number for number, step in enumerate(steps) if step not in held), len(steps))


def _there(check: str, findings: Iterable[Finding]) -> bool:
    """Whether a component lies in the files, under whatever licence: a check for its openness that failed for the
    licence, and not for an absence, has a file that was read as its evidence."""
    closed = check.endswith("_open")
    return any(
        one.outcome is Outcome.PASSED
        or (closed and one.outcome is Outcome.FAILED and any(seen.sha256 is not None for seen in one.evidence))
        for one in findings
    )
