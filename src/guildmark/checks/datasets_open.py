"""What a model knows, copies and gets wrong comes from its data."""

from collections.abc import Iterator

from guildmark.check import check
from guildmark.openness import grades
from guildmark.records import Finding
from guildmark.subject import Subject


@check(
    applies_to="model",
    remedy="Ship the training data, or a data set with a licence and a digest; the framework asks that they are there,"
    " other scales that they are open.",
)
def datasets_open(subject: Subject) -> Iterator[Finding]:
    """Are the training data here, under an open licence?"""
    yield from grades.is_open(subject, "datasets")
