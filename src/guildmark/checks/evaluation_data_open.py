"""Scores can be checked only on the same data."""

from collections.abc import Iterator

from guildmark.check import check
from guildmark.openness import grades
from guildmark.records import Finding
from guildmark.subject import Subject


@check(
    applies_to="model",
    remedy="Ship the data that the model was evaluated on, or a script that fetches them by digest, under an open"
    " licence.",
)
def evaluation_data_open(subject: Subject) -> Iterator[Finding]:
    """Are the data that the scores were taken on here, under an open licence?"""
    yield from grades.is_open(subject, "evaluation_data")
