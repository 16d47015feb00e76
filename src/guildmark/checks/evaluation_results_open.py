"""A model without published scores asks to be believed."""

from collections.abc import Iterator

from guildmark.check import check
from guildmark.openness import grades
from guildmark.records import Finding
from guildmark.subject import Subject


@check(
    applies_to="model",
    remedy="Add a section `## Evaluation` with a table of scores to the card, or ship the result files, under an open"
    " licence.",
)
def evaluation_results_open(subject: Subject) -> Iterator[Finding]:
    """Are the model's scores here, in numbers, under an open licence?"""
    yield from grades.is_open(subject, "evaluation_results")
