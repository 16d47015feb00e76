"""What is fetched when a tool runs was in no release that anyone vetted, and may be another thing tomorrow."""

import re
from collections.abc import Iterator

from guildmark import care, late, papers, runtime_hosts
from guildmark.check import check, failed, passed, unknown
from guildmark.records import Evidence, Finding
from guildmark.runtime_hosts import Reach
from guildmark.subject import Subject

SHOWN = 8
_STATED = late.compile(
    r"(?<!monthly )(?<!million )\b(auto-?)?download(s|ed|ing|er)?\b|\bhugging ?face\b|\bhf hub\b|\bmodel hub\b"
    r"|from_pretrained|\bfetch(es|ed|ing)\b",
    re.IGNORECASE,
)
_OPPOSITE = late.compile(
    r"\bembedded\s+(\w+\s+){0,2}(model|classifier|weights|detector|network)\b"
    r"|\b(model|weights|classifier|embedder)s?\s+(is|are|comes?)\s+(embedded|bundled|baked[ -]in|included|shipped)\b"
    r"|\bno\s+(\w+\s+)?downloads?\b(?!\s+(link|page|count|stat))",
    re.IGNORECASE,
)
_OFFLINE = late.compile(
    r"\b(fully|entirely|completely|100 ?%) offline\b"
    r"|\bno (internet|network)( (access|connection))? (is )?(needed|required)\b",
    re.IGNORECASE,
)
"""Said of what comes after a download too, where the papers tell of one."""


@check(
    applies_to="tool",
    remedy="Say in the README what is fetched, from where, how large it is, when, and how to fetch it beforehand; pin"
    " it by revision and digest; do not call embedded what is downloaded.",
)
def downloads_stated(subject: Subject) -> Iterator[Finding]:
    """Does it say what it downloads when it runs, and does that agree with its code?"""
    found = list(runtime_hosts.reaches(subject, "downloads"))
    if not found:
        yield runtime_hosts.nothing(subject, "no download is named in its code", "no download found")
        return
    shown = [one.seen for one in sorted(found, key=lambda one: not one.sure)[:SHOWN]]
    told = _told(found)
    opposite, stated = list(_claims(subject, _OPPOSITE)), list(_claims(subject, _STATED))
    offline = list(_claims(subject, _OFFLINE))
    if offline and stated and not opposite:
        words = _words(_OFFLINE, offline[0].seen)
        says = f"the papers say “{words}”, and speak of a download: {stated[0].seen[:120]}; {told}"
        yield unknown(says, offline[0], stated[0], *shown)
        return
    opposite += offline
    if opposite:
        words = _words(_OPPOSITE, opposite[0].seen) or _words(_OFFLINE, opposite[0].seen)
        also = f"; elsewhere they say: {stated[0].seen[:160]}" if stated else ""
        yield failed(f"the papers say “{words}”, and it downloads when it runs: {told}{also}", opposite[0], *shown)
    elif stated:
        yield passed(f"the papers speak of it ({stated[0].seen[:120]}): {told}", stated[0], *shown)
    elif any(one.sure for one in found):
        yield from _silent(subject, f"the papers do not say that it downloads when it runs: {told}", shown)
    else:
        yield unknown(f"it may download what its caller names, and the papers do not speak of it: {told}", *shown)


def _silent(subject: Subject, says: str, shown: list[Evidence]) -> Iterator[Finding]:
    if papers.texts(subject):
        yield failed(says, *shown)
    else:
        yield unknown(f"{says}; no paper is here", *shown)


def _claims(subject: Subject, pattern: re.Pattern[str]) -> Iterator[Evidence]:
    """Where the summary or the papers' prose say what a pattern looks for."""
    for package in papers.packages(subject):
        if pattern.search(package.says.summary):
            yield package.file.seen(papers.line_of(package, "summary", "description"), package.says.summary)
    yield from care.lines(subject, pattern)


def _words(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[0] if found else ""


def _told(found: list[Reach]) -> str:
    """What is downloaded, in one line: the named things first."""
    named = list(dict.fromkeys(one.what for one in found if one.what))
    what = ", ".join(named[:5]) + (f" and {len(named) - 5} more" if len(named) > 5 else "")
    place = next((one for one in found if one.sure), found[0])
    return f"{what or place.seen.seen[:160]} ({place.says}; {place.seen.path}, {place.seen.at})"
