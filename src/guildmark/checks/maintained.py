"""A tool that nobody keeps does not get mended when a hole is found; one that is finished may need no release."""

import re
from collections.abc import Iterator
from datetime import datetime
from statistics import median

from guildmark import care, late, papers, release
from guildmark.check import check, failed, passed, unknown
from guildmark.records import Evidence, Finding
from guildmark.release import Registered, Release
from guildmark.subject import Subject

FRESH, OLD = 365, 730
"""Days since the last release: below the first nobody doubts; above the second silence is an answer."""

_GIVEN_UP = late.compile(
    r"\b(this|the) (project|repository|repo|package|library|tool|module)\b.{0,40}"
    r"\b(is|was|has been) (now )?(no longer (actively )?(maintained|supported|developed)|archived|abandoned"
    r"|unmaintained|deprecated|discontinued|superseded)\b"
    r"|^\W*(deprecated|unmaintained|archived|abandoned|no longer maintained)\W*$",
    re.IGNORECASE,
)
_EARLY = late.compile(r"-|\d(a|b|rc)\d|\.dev\d")
"""In a version as both ecosystems write it: a pre-release, which nobody gets who does not ask for it."""
_FINISHED = ("Development Status :: 5 - Production/Stable", "Development Status :: 6 - Mature")


@check(
    applies_to="tool",
    remedy="Make releases, or say what is so: that it is finished and still kept, or that it is archived and what"
    " replaces it.",
)
def maintained(subject: Subject) -> Iterator[Finding]:
    """Is somebody keeping it, by its status, its own words and its releases?"""
    page = release.of(subject) or release.registered(subject)
    given_up = [*_status(page), *_own_words(subject)]
    for says, seen in given_up:
        yield failed(says, seen)
    if given_up:
        return
    if page is None or page.now is None:
        yield unknown("no index was asked when the last release was made")
        return
    uploads = page.uploads()
    if not uploads:
        yield unknown("the index does not say when its files were uploaded", page.seen("files", "no upload-time"))
        return
    yield _by_releases(subject, page, uploads, page.now)


def _status(page: Release | Registered | None) -> Iterator[tuple[str, Evidence]]:
    if isinstance(page, Registered):
        newest = page.newest
        if newest and newest.deprecated:
            says = f"the registry says that its newest release, {newest.version}, is deprecated: {newest.deprecated}"
            yield says[:300], page.seen(newest.version, f"deprecated: {newest.deprecated}")
        return
    status = page.status if page else None
    if page and status and status.status in ("archived", "deprecated", "quarantined"):
        reason = f": {status.reason}" if status.reason else ""
        yield f"the index says that it is {status.status}{reason}", page.seen("project-status", status.status)


def _own_words(subject: Subject) -> Iterator[tuple[str, Evidence]]:
    for package in papers.packages(subject):
        if any(one.startswith("Development Status :: 7") for one in package.says.classifiers):
            place = papers.line_of(package, "classifier", "classifiers")
            yield "its own classifier says that it is inactive", package.file.seen(place, "7 - Inactive")
            return
    for seen in care.lines(subject, _GIVEN_UP):
        yield f"its papers give it up: {seen.seen[:200]}", seen
        return


def _by_releases(subject: Subject, page: Release | Registered, uploads: dict[str, datetime], now: datetime) -> Finding:
    final = {version: at for version, at in uploads.items() if not _EARLY.search(version)} or uploads
    newest, last = list(final.items())[-1]
    days = (now - last).days
    gaps = [(b - a).days for a, b in zip(list(final.values()), list(final.values())[1:], strict=False)]
    rhythm = f"{len(final)} releases" + (f", half of them within {median(gaps):.0f} days of the last" if gaps else "")
    seen = page.seen(newest, f"uploaded {last:%Y-%m-%d}, {days} days before it was asked; {rhythm}")
    says = f"the last release, {newest}, is of {last:%Y-%m-%d} ({rhythm})"
    if days <= FRESH:
        return passed(says, seen)
    early, at = list(uploads.items())[-1]
    if early not in final and (now - at).days <= FRESH:
        return unknown(f"{says}; since then only pre-releases, the last, {early}, of {at:%Y-%m-%d}", seen)
    if isinstance(page, Registered):
        return unknown(f"{says}; a package of npm's has no word for finished, nor for given up", seen)
    finished = [
        one for package in papers.packages(subject) for one in package.says.classifiers if one.startswith(_FINISHED)
    ]
    if finished:
        return unknown(f"{says}; it calls itself {finished[0].rpartition(' - ')[2]}: finished, or given up", seen)
    if days <= OLD:
        return unknown(f"{says}: more than a year ago", seen)
    return failed(f"{says}: {days} days of silence, and nothing says that it is finished", seen)
