"""Nobody can judge a model without knowing what its data were and how they were prepared."""

from collections.abc import Iterator

from guildmark.check import check
from guildmark.openness import grades
from guildmark.records import Finding
from guildmark.subject import Subject


@check(
    applies_to="model",
    remedy="Ship a file data_card.md (or a Croissant description) that says what the data are, where they come from,"
    " under which licences, and how they were prepared.",
)
def data_card_open(subject: Subject) -> Iterator[Finding]:
    """Is a card of the training data here, under an open licence?"""
    yield from grades.is_open(subject, "data_card")
