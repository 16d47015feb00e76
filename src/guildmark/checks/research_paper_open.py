"""A paper that peers reviewed says more than a card, and can be cited."""

from collections.abc import Iterator

from guildmark.check import check
from guildmark.openness import grades
from guildmark.records import Finding
from guildmark.subject import Subject


@check(
    applies_to="model",
    remedy="Ship the paper (PDF or source) under an open licence such as CC-BY-4.0; a link can go stale.",
)
def research_paper_open(subject: Subject) -> Iterator[Finding]:
    """Is the research paper here, under an open licence?"""
    yield from grades.is_open(subject, "research_paper")
