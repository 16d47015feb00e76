"""Open weights that need a closed program to run are not open."""

from collections.abc import Iterator

from guildmark.check import check
from guildmark.openness import grades
from guildmark.records import Finding
from guildmark.subject import Subject


@check(
    applies_to="model",
    remedy="Ship the code that runs the model, under an open licence; a snippet that calls a library only tells of it.",
)
def inference_code_open(subject: Subject) -> Iterator[Finding]:
    """Is the code that runs the model here, under an open licence?"""
    yield from grades.is_open(subject, "inference_code")
