"""Weights that anyone can fetch can at least be looked at; a gate asks who you are first."""

from collections.abc import Iterator

from guildmark.check import check
from guildmark.openness import grades
from guildmark.records import Finding
from guildmark.subject import Subject


@check(
    applies_to="model",
    remedy="Publish the weights themselves, without asking who fetches them.",
)
def final_parameters_available(subject: Subject) -> Iterator[Finding]:
    """Are the trained weights here, under whatever licence?"""
    yield from grades.is_there(subject, "final_parameters")
