"""The report says how the model was built, so that others can learn from it; a research paper excuses it."""

from collections.abc import Iterator

from guildmark.check import check
from guildmark.openness import grades
from guildmark.records import Finding
from guildmark.subject import Subject


@check(
    applies_to="model",
    remedy="Ship the report (or the paper) itself, under an open licence such as CC-BY-4.0; a link can go stale.",
)
def technical_report_open(subject: Subject) -> Iterator[Finding]:
    """Is a technical report (or a research paper) here, under an open licence?"""
    yield from grades.any_open(subject, "technical_report", "research_paper")
