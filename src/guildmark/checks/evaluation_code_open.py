"""A score that nobody can take again proves nothing."""

from collections.abc import Iterator

from guildmark.check import check
from guildmark.openness import grades
from guildmark.records import Finding
from guildmark.subject import Subject


@check(
    applies_to="model",
    remedy="Ship the code that took the scores, under an open licence.",
)
def evaluation_code_open(subject: Subject) -> Iterator[Finding]:
    """Is the code that took the scores here, under an open licence?"""
    yield from grades.is_open(subject, "evaluation_code")
