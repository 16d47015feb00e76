"""Raw data become training data by code that decides what the model never sees."""

from collections.abc import Iterator

from guildmark.check import check
from guildmark.openness import grades
from guildmark.records import Finding
from guildmark.subject import Subject


@check(
    applies_to="model",
    remedy="Ship the code that cleaned, filtered and tokenised the data, under an open licence.",
)
def preprocessing_code_open(subject: Subject) -> Iterator[Finding]:
    """Is the code that prepared the data here, under an open licence?"""
    yield from grades.is_open(subject, "preprocessing_code")
