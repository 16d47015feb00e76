"""Where data cannot be shared, the Open Source AI Definition asks for enough information to build an equivalent."""

from collections.abc import Iterator

from guildmark.check import check
from guildmark.openness import grades
from guildmark.records import Finding
from guildmark.subject import Subject


@check(
    applies_to="model",
    remedy="Ship a data card, a report or a paper that describes all training data (source, scope, how it was"
    " chosen and"
    " prepared), or the data, under open terms.",
)
def data_information_open(subject: Subject) -> Iterator[Finding]:
    """Is at least one full description of the training data here, or the data, under open terms?"""
    yield from grades.any_open(subject, "datasets", "data_card", "technical_report", "research_paper")
