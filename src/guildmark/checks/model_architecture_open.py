"""Who cannot read the code that builds a model can run it, and neither study nor change it."""

from collections.abc import Iterator

from guildmark.check import check
from guildmark.openness import grades
from guildmark.records import Finding
from guildmark.subject import Subject


@check(
    applies_to="model",
    remedy="Put the code that builds the model (the classes, not only their names in config.json) among the"
    " files, under"
    " a licence that OSI or FSF count as free, with the licence's text beside it.",
)
def model_architecture_open(subject: Subject) -> Iterator[Finding]:
    """Is the code that builds the model here, under an open licence?"""
    yield from grades.is_open(subject, "model_architecture")
