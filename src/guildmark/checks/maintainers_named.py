"""What one person keeps stops when that person does; what nobody keeps has stopped already."""

import re
from collections.abc import Iterator

from guildmark import care, late, papers
from guildmark.check import check, passed
from guildmark.records import Evidence, Finding
from guildmark.subject import Subject

_NAME = late.compile(r"(maintainers|codeowners|owners|authors|contributors|committers)(\.(md|rst|txt))?", re.IGNORECASE)
_PERSON = late.compile(r'\s*"?([^"<>,;]*)"?\s*(<[^<>]*>)?\s*')
_BLANK = {"", "unknown", "none", "author", "your name", "you", "todo"}


@check(
    applies_to="tool",
    remedy="Name the people or the organisation that keep it under `authors` and `maintainers` in pyproject.toml, or in"
    " MAINTAINERS.md.",
)
def maintainers_named(subject: Subject) -> Iterator[Finding]:
    """Is it said who keeps it, and how many they are?"""
    people: dict[str, Evidence] = {}
    for package in papers.packages(subject):
        says = package.says
        for stated in (says.author, says.maintainer, says.author_email, says.maintainer_email):
            for person in _people(stated):
                people.setdefault(
                    person.lower(), package.file.seen(papers.line_of(package, "author", "author-email"), stated)
                )
    lists = [file.seen("", "a file that names people") for file in care.files(subject, _NAME)]
    if people or lists:
        count = f"{len(people)} named in the metadata" if people else f"they are named in {lists[0].path}"
        yield passed(count, *[*list(people.values())[:5], *lists[:1]])
    else:
        yield from papers.missing(subject, "nobody is named who keeps it")


def _people(stated: str) -> Iterator[str]:
    """The names in a field of authors; an address counts where no name stands before it."""
    for part in re.split(r",|;|\band\b", stated)[:100]:
        found = _PERSON.fullmatch(part)
        name = (found[1].strip() or (found[2] or "").strip("<> ")) if found else part.strip()
        if name.lower() not in _BLANK and not papers.is_placeholder(name):
            yield name
