"""A card says what a model is for and where it fails; an open one may be corrected and passed on."""

from collections.abc import Iterator

from guildmark.check import check
from guildmark.openness import grades
from guildmark.records import Finding
from guildmark.subject import Subject


@check(
    applies_to="model",
    remedy="Ship a README.md that describes the model: its use, its limits, its data, its scores; declare its licence.",
)
def model_card_open(subject: Subject) -> Iterator[Finding]:
    """Is a card of the model here, under an open licence?"""
    yield from grades.is_open(subject, "model_card")
