"""Configuration and versions are needed to use the weights as they were meant."""

from collections.abc import Iterator

from guildmark.check import check
from guildmark.openness import grades
from guildmark.records import Finding
from guildmark.subject import Subject


@check(
    applies_to="model",
    remedy="Ship config.json or the training settings; this is optional.",
)
def model_metadata_open(subject: Subject) -> Iterator[Finding]:
    """Are the model's configuration or training settings here, under an open licence?"""
    yield from grades.is_open(subject, "model_metadata")
