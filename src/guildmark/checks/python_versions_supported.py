"""A tool that runs only on a Python without security updates keeps its users on one."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from guildmark import care, late, papers, release
from guildmark.check import check, failed, not_applicable, passed, unknown
from guildmark.papers import Package
from guildmark.records import Evidence, Finding
from guildmark.subject import Subject

LIVES = {
    "2.7": ("2010-07-03", "2020-01-01"),
    "3.5": ("2015-09-13", "2020-09-30"),
    "3.6": ("2016-12-23", "2021-12-23"),
    "3.7": ("2018-06-27", "2023-06-27"),
    "3.8": ("2019-10-14", "2024-10-07"),
    "3.9": ("2020-10-05", "2025-10-31"),
    "3.10": ("2021-10-04", "2026-10-31"),
    "3.11": ("2022-10-24", "2027-10-31"),
    "3.12": ("2023-10-02", "2028-10-31"),
    "3.13": ("2024-10-07", "2029-10-31"),
    "3.14": ("2025-10-07", "2030-10-31"),
    "3.15": ("2026-10-01", "2031-10-31"),
}
"""First release and end of life of each Python, by the Python Developer's Guide, "Status of Python versions"."""

_CLASSIFIER = late.compile(r"Programming Language :: Python :: (\d+\.\d+)")


@check(
    applies_to="tool",
    remedy="State `requires-python` and a classifier for each Python that is tried, and let one be a Python that still"
    " gets security updates.",
)
def python_versions_supported(subject: Subject) -> Iterator[Finding]:
    """Does it say which Pythons it runs on, and does one of them still get security updates?"""
    manifest = care.of_npm(subject)
    if manifest is not None:
        place = papers.line_of(manifest, "engines", "name")
        yield not_applicable("it is a package of npm's, which runs on Node", manifest.file.seen(place, "package.json"))
        return
    stated = [one for one in papers.packages(subject) if one.says.requires_python or _classified(one)]
    if not stated:
        if care.is_python(subject):
            yield from papers.missing(subject, "nothing says which Pythons it runs on")
        else:
            yield not_applicable("there is no Python in it")
        return
    page = release.of(subject)
    if page is None or page.now is None:
        yield unknown("no index was asked, so that nothing says which Pythons live today", _seen(stated[0]))
        return
    yield _answer(stated[0], page.now)


def _answer(package: Package, now: datetime) -> Finding:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    alive = [version for version, (begin, end) in LIVES.items() if _day(begin) <= now < _day(end)]
    if not alive:
        return unknown(f"the table of Pythons ends before {now:%Y-%m-%d}", _seen(package))
    try:
        allowed = SpecifierSet(package.says.requires_python)
    except InvalidSpecifier:
        return failed(f"{package.says.requires_python!r} is no range of Pythons", _seen(package))
    runs = [version for version in alive if any(f"{version}.{patch}" in allowed for patch in (0, 9, 99))]
    if not runs:
        return failed(f"it runs on no Python that lives on {now:%Y-%m-%d} ({', '.join(alive)})", _seen(package))
    tried = _classified(package)
    known = [version for version in runs if version in tried]
    if tried and not known:  # a classifier says what was tried; only requires-python excludes
        says = (
            f"newer ones are not excluded, but of those named as tried ({', '.join(tried)}) none is allowed and lives"
        )
        return unknown(f"{says} on {now:%Y-%m-%d}", _seen(package))
    return passed(f"it runs on {', '.join(known or runs)}, which live on {now:%Y-%m-%d}", _seen(package))


def _classified(package: Package) -> list[str]:
    found = (_CLASSIFIER.fullmatch(one.strip()) for one in package.says.classifiers)
    return [one[1] for one in found if one]


def _seen(package: Package) -> Evidence:
    says = package.says.requires_python or re.sub(r"\s+", " ", ", ".join(_classified(package)))
    return package.file.seen(papers.line_of(package, "requires-python", "classifier", "classifiers"), says)


def _day(stated: str) -> datetime:
    return datetime.fromisoformat(stated).replace(tzinfo=UTC)
