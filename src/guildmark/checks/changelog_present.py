"""Who updates wants to know what changed: without a changelog every update is a leap."""

import re
from collections.abc import Iterator

from guildmark import care, late
from guildmark.check import check, passed
from guildmark.records import Finding
from guildmark.subject import Subject

_NAME = late.compile(
    r"(change[-_]?log|changes|history|news|release[-_]?notes?|whats[-_]?new)([-_.]?\d[\w.]*)?(\.(md|rst|txt|adoc))?",
    re.IGNORECASE,
)
_LABEL = late.compile(r"^(change ?-?log|changes|history|release ?-?notes?|what'?s ?-?new|releases)\b", re.IGNORECASE)
_HEADING = late.compile(r"\b(change ?-?log|release notes|what'?s new|changes in|version history)\b", re.IGNORECASE)


@check(
    applies_to="tool",
    remedy="Keep a CHANGELOG.md in the words of the users, ship it in the sdist, and name it under [project.urls] as"
    " `Changelog`.",
)
def changelog_present(subject: Subject) -> Iterator[Finding]:
    """Is it told what changed from release to release?"""
    seen = [file.seen("", "a changelog") for file in care.files(subject, _NAME)]
    seen += [*care.addresses(subject, _LABEL), *care.sections(subject, _HEADING)]
    if seen:
        yield passed(f"what changed is told: {seen[0].path if not seen[0].at else seen[0].seen}"[:300], *seen[:3])
    else:
        yield from care.missing(subject, "nothing tells what changed from release to release")
