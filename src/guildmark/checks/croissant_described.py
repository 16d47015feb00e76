"""Croissant (MLCommons) says in one machine-readable file what a data set holds, so that tools can find and load it."""

from collections.abc import Iterator

from guildmark import papers
from guildmark.check import check, passed
from guildmark.records import Finding
from guildmark.subject import Subject


@check(
    applies_to="dataset",
    remedy="Add a Croissant description (croissant.json: JSON-LD after mlcommons.org/croissant) with the files, their"
    " digests and the fields of the records.",
)
def croissant_described(subject: Subject) -> Iterator[Finding]:
    """Is the data set described in Croissant?"""
    described = papers.described(subject)
    if described:
        one = described[0]
        seen = one.file.seen("/", f"a Croissant description, licences {', '.join(one.says.licences) or 'not said'}")
        yield passed(f"{one.file.path} describes it", seen)
    else:
        yield from papers.missing(subject, "no file describes the data set in Croissant")
