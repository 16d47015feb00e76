"""A name one letter from a popular one is how strangers' code gets onto machines: by a typing error."""

from collections.abc import Iterator

from guildmark import confusable, papers, release
from guildmark.check import check, failed, not_applicable, passed, unknown
from guildmark.confusable import Likeness
from guildmark.records import Evidence, Finding
from guildmark.subject import Subject

ESTABLISHED = 730
"""A name that has stood on the index for so many days has been seen by many; it is told, and not failed."""


@check(
    applies_to="tool",
    remedy="Make sure that you meant this package and not the popular one; a maker who is free to choose takes another"
    " name.",
    bears_on="origin",
)
def name_not_confusable(subject: Subject) -> Iterator[Finding]:
    """Is the name far enough from every popular package's that it is not installed by mistake?"""
    name, _ = release.identity(subject)
    if not name:
        yield not_applicable("nothing says what the package is called")
        return
    if any(one.says.ecosystem != "pypi" for one in papers.packages(subject)):
        yield unknown("the list of popular names that is here is of Python packages only")
        return
    seen = _place(subject, name)
    found = confusable.likenesses(name)
    if not found:
        yield passed(f"{name} is like no popular name", seen)
        return
    likeness = found[0]
    says = f"{name} could be taken for {likeness.popular or 'another name'}: {likeness.how}"
    days = _days(subject)
    if likeness.weight == 1:
        yield unknown(f"{says}; such names are often of the same family, which nothing here proves", seen)
    elif days is not None and days > ESTABLISHED:
        yield unknown(f"{says}; it has been on the index for {days} days", seen)
    elif likeness.weight == 2 and days is None:
        yield unknown(f"{says}; no index was asked how long it has been there", seen)
    else:
        yield failed(says if days is None else f"{says}; it is {days} days old", *_both(seen, likeness))


def _both(seen: Evidence, likeness: Likeness) -> tuple[Evidence, Evidence]:
    return seen, Evidence(confusable.DATA, None, likeness.popular, likeness.how)


def _place(subject: Subject, name: str) -> Evidence:
    for package in papers.packages(subject):
        return package.file.seen(papers.line_of(package, "name"), package.says.name)
    return Evidence(subject.record.name, None, "purl", subject.record.purl or name)


def _days(subject: Subject) -> int | None:
    """Days from the project's first upload to when the index was asked."""
    page = release.of(subject)
    if page is None or page.now is None or not (uploads := page.uploads()):
        return None
    return (page.now - next(iter(uploads.values()))).days
