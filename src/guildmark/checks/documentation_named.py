"""A safety tool that is used wrongly protects nobody: its users must find out how it is used."""

import re
from collections.abc import Iterator

from guildmark import care, late, papers
from guildmark.check import check, failed, passed, unknown
from guildmark.records import Evidence, Finding
from guildmark.subject import Subject

_LABEL = late.compile(
    r"^(docs?|documentation|user guide|manual|tutorials?|api( reference)?)\b|readthedocs\.|//docs\.|\.github\.io\b",
    re.IGNORECASE,
)
_HEADING = late.compile(
    r"\b(usage|quick ?-?start|getting started|how to( use)?|examples?|tutorials?|documentation|user guide)\b",
    re.IGNORECASE,
)
_FOLDER = late.compile(r"(^|/)(docs?|documentation)/[^!]*\.(md|rst|txt|ipynb|html)$", re.IGNORECASE)


_SHOWN = late.compile(
    r"^ {0,3}(```|~~~)|^ {4,}(>>> |\$ |pip install |import |from \w+ import )|^\.\. code", re.MULTILINE
)


@check(
    applies_to="tool",
    remedy="Name the documentation under [project.urls] as `Documentation`, or say in the README how the tool is used.",
)
def documentation_named(subject: Subject) -> Iterator[Finding]:
    """Is there documentation, or a word where it is?"""
    seen = [*care.addresses(subject, _LABEL), *care.sections(subject, _HEADING), *_shown(subject)]
    seen += [file.seen("", "documentation") for file in subject.files() if _FOLDER.search(papers.inside(file.path))][:3]
    if seen:
        yield passed(f"it is documented: {seen[0].seen or seen[0].path}"[:300], *seen[:3])
        return
    unreadable = list(papers.unread(subject))
    if unreadable:
        yield unknown(unreadable[0].says, *unreadable[0].evidence)
        return
    shown = next(subject.files())
    yield failed("nothing says how it is used, or where that is said", shown.seen("", "no documentation named"))


def _shown(subject: Subject) -> Iterator[Evidence]:
    """The first lines of code that the papers show."""
    for paper in papers.texts(subject):
        if found := _SHOWN.search(paper.card.body):
            line = paper.card.body_line + paper.card.body.count("\n", 0, found.start())
            yield paper.file.seen(f"line {line}", "code that shows how it is used")
