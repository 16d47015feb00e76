"""The Model Openness Framework asks for the data; it accepts any licence, or none."""

from collections.abc import Iterator

from guildmark.check import check
from guildmark.openness import grades
from guildmark.records import Finding
from guildmark.subject import Subject


@check(
    applies_to="model",
    remedy="Ship the training data, or a script that fetches them by digest.",
)
def datasets_available(subject: Subject) -> Iterator[Finding]:
    """Are the training data here, under whatever licence?"""
    yield from grades.is_there(subject, "datasets")
