"""Weights under a licence with conditions on use are not open, whatever the card calls them."""

from collections.abc import Iterator

from guildmark.check import check
from guildmark.openness import grades
from guildmark.records import Finding
from guildmark.subject import Subject


@check(
    applies_to="model",
    remedy="Ship the weights with the text of an open licence (Apache-2.0, MIT, CC-BY-4.0, OpenMDW-1.0) and declare the"
    " same in the card's front matter.",
)
def final_parameters_open(subject: Subject) -> Iterator[Finding]:
    """Are the trained weights here, under an open licence?"""
    yield from grades.is_open(subject, "final_parameters")
