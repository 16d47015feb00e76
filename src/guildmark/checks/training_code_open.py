"""A model can be made again, and trusted to be what its makers say, only with the code that trained it."""

from collections.abc import Iterator

from guildmark.check import check
from guildmark.openness import grades
from guildmark.records import Finding
from guildmark.subject import Subject


@check(
    applies_to="model",
    remedy="Ship the scripts and settings that trained this very model (not only the framework's name), under an open"
    " licence.",
)
def training_code_open(subject: Subject) -> Iterator[Finding]:
    """Is the code that trained this model here, under an open licence?"""
    yield from grades.is_open(subject, "training_code")
