"""Where a project's papers say how it is kept: files by name, addresses by label, sections by heading."""

import re
from collections.abc import Iterator

from guildmark import papers
from guildmark.check import unknown
from guildmark.file import File
from guildmark.records import Evidence, Finding
from guildmark.subject import Subject

FILES = 20_000
"""So many files of a subject are looked at for a name."""


def files(subject: Subject, name: re.Pattern[str]) -> list[File]:
    """Non-empty files of the project's own whose whole name fits, at the top or up to two folders down."""
    found = []
    for file, _ in zip(subject.files(), range(FILES), strict=False):
        inside = papers.inside(file.path)
        if file.size and name.fullmatch(file.name) and inside.count("/") <= 3 and not _of_others(inside):
            found.append(file)
    return sorted(found, key=lambda file: (papers.inside(file.path).count("/"), file.path))


def addresses(subject: Subject, label: re.Pattern[str]) -> Iterator[Evidence]:
    """Project-URLs whose label or address fits."""
    for package in papers.packages(subject):
        for name, url in package.says.project_urls.items():
            if label.search(name) or label.search(url):
                yield package.file.seen(papers.line_of(package, "project-url", "urls"), f"{name}: {url}")


def sections(subject: Subject, heading: re.Pattern[str]) -> Iterator[Evidence]:
    """Sections of the papers under a heading that fits, which say something."""
    for paper in papers.texts(subject):
        for section, words in papers.told(paper, heading):
            yield paper.file.seen(f"line {section.line}", f"{section.heading}: {' '.join(words.split())}")


def lines(subject: Subject, pattern: re.Pattern[str]) -> Iterator[Evidence]:
    """Lines of prose in the papers in which a pattern is found."""
    for paper in papers.texts(subject):
        for number, line in papers.sentences(paper, pattern):
            yield paper.file.seen(f"line {number}", line)


def missing(subject: Subject, says: str) -> Iterator[Finding]:
    """`unknown` where only wheels were seen, which seldom hold a project's papers; else `papers.missing`."""
    own = list(subject.own_files())
    if own and all("wheel" in file.formats for file in own):
        yield unknown(f"{says}; only the wheel was seen, and such papers lie in the source", own[0].seen("", "a wheel"))
    else:
        yield from papers.missing(subject, says)


def is_python(subject: Subject) -> bool:
    """Whether there is Python in it, or metadata of a Python package."""
    return any(one.says.ecosystem == "pypi" for one in papers.packages(subject)) or any(
        file.name.endswith(".py") for file in subject.files()
    )


def _of_others(inside: str) -> bool:
    return bool(re.search(r"(^|/)(node_modules|_?vendor(ed)?|third_?party|site-packages|tests?|examples?)/", inside))
