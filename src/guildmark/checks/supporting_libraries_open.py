"""Code runs again only with the libraries that it was written for."""

from collections.abc import Iterator

from guildmark.check import check
from guildmark.openness import grades
from guildmark.records import Finding
from guildmark.subject import Subject


@check(
    applies_to="model",
    remedy="List the libraries with their versions (requirements.txt, pyproject.toml, environment.yml); this is"
    " optional.",
)
def supporting_libraries_open(subject: Subject) -> Iterator[Finding]:
    """Are the libraries that the code needs named here, under an open licence?"""
    yield from grades.is_open(subject, "supporting_libraries")
