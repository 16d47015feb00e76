"""Examples show at a glance what a model answers, before anybody loads it."""

from collections.abc import Iterator

from guildmark.check import check
from guildmark.openness import grades
from guildmark.records import Finding
from guildmark.subject import Subject


@check(
    applies_to="model",
    remedy="Ship a folder `samples/` with outputs, or a section `## Sample outputs` in the card; this is optional.",
)
def sample_outputs_open(subject: Subject) -> Iterator[Finding]:
    """Are examples of the model's outputs here, under an open licence?"""
    yield from grades.is_open(subject, "sample_outputs")
