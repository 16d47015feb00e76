"""A tool is leaned on for years: its users must know who answers, how fast, and which versions still get mended."""

import re
from collections.abc import Iterator

from guildmark import care, late, papers, structured
from guildmark.check import check, passed, unknown
from guildmark.errors import FormatError
from guildmark.file import File
from guildmark.records import Evidence, Finding
from guildmark.subject import Subject

_PAPERS = late.compile(r"(support|security|maintenance|versions?|release[-_]policy)\.(md|rst|txt|adoc)", re.IGNORECASE)
_INSIGHTS = late.compile(r"security-insights\.ya?ml", re.IGNORECASE)
_CONTACT_LABEL = late.compile(
    r"\b(issues?|tracker|bugs?|support|discussions?|forum|chat|discord|slack|contact|mailing list)\b", re.IGNORECASE
)
_PARTS = {
    "who answers": late.compile(
        r"[\w.+-]{1,64}@[\w-]{1,64}\.[a-z]{2,10}|/issues\b|/discussions\b|discord\b|slack\.com|stack ?overflow",
        re.IGNORECASE,
    ),
    "how fast": late.compile(
        r"\bwithin (\w+ ){0,3}(hours?|(business |working )?days?|weeks?)\b|\bbest[- ]effort\b|\bresponse time\b",
        re.IGNORECASE,
    ),
    "which versions are supported": late.compile(
        r"\bsupported versions?\b|\bversions? (is|are) (currently )?(being )?supported\b"
        r"|\bonly the (latest|newest|most recent)\b|\blong[- ]term support\b|\bLTS\b|\bsecurity updates\b",
        re.IGNORECASE,
    ),
    "when support ends": late.compile(r"\bend[- ]of[- ](life|support)\b|\bEOL\b|\bsupported until\b", re.IGNORECASE),
    "whom to tell of a hole": late.compile(
        r"\b(report(ing)?|disclos\w+)\b.{0,60}\bvulnerabilit|security@|/security/(advisories|policy)"
        r"|private(ly)? report",
        re.IGNORECASE,
    ),
}
_KEYS = {
    "who answers": {"support", "core-maintainers", "administrators", "core-team", "contact"},
    "which versions are supported": {"bug-fixes-only", "core-version"},
    "when support ends": {"expiration-date"},
    "whom to tell of a hole": {"security-contacts", "vulnerability-reporting", "champions", "security-policy"},
}
"""Keys of SECURITY-INSIGHTS.yml, versions 1 and 2 (OpenSSF)."""


@check(
    applies_to="tool",
    remedy="Say in SUPPORT.md or SECURITY.md who answers and how fast, which versions are supported and until when, and"
    " whom to tell of a hole.",
)
def support_stated(subject: Subject) -> Iterator[Finding]:
    """Is it said who answers, how fast, which versions are supported, until when, and whom to tell of a hole?"""
    found = _stated(subject)
    lacks = [part for part in _PARTS if part not in found]
    if not found:
        yield from care.missing(subject, "nothing says who answers, and for which versions")
    elif not lacks:
        yield passed("all of it is said", *found.values())
    else:
        yield unknown(f"not said: {', '.join(lacks)}; said: {', '.join(found)}", *found.values())


def _stated(subject: Subject) -> dict[str, Evidence]:
    """The first place that says each part."""
    found: dict[str, Evidence] = {}
    for file in care.files(subject, _PAPERS):
        if file.readable:
            _add(found, _in_text(file))
    for file in care.files(subject, _INSIGHTS):
        if file.readable:
            _add(found, _in_insights(file))
    for part, pattern in _PARTS.items():
        _add(found, ((part, seen) for seen in care.lines(subject, pattern)))
    _add(found, (("who answers", seen) for seen in care.addresses(subject, _CONTACT_LABEL)))
    for package in papers.packages(subject):
        if mail := package.says.maintainer_email or package.says.author_email:
            place = papers.line_of(package, "maintainer-email", "author-email", "maintainers", "authors")
            _add(found, [("who answers", package.file.seen(place, mail))])
    return {part: found[part] for part in _PARTS if part in found}


def _add(found: dict[str, Evidence], said: "Iterator[tuple[str, Evidence]] | list[tuple[str, Evidence]]") -> None:
    for part, seen in said:
        found.setdefault(part, seen)


def _in_text(file: File) -> Iterator[tuple[str, Evidence]]:
    for number, line in enumerate(file.text(1 << 18).split("\n")[:5_000], 1):
        for part, pattern in _PARTS.items():
            if words := pattern.search(line[:2_000]):
                yield part, file.seen(f"line {number}", words[0])


def _in_insights(file: File) -> Iterator[tuple[str, Evidence]]:
    try:
        trees = structured.yaml(file.contents.at(0, structured.LARGEST_JSON + 1))
    except FormatError:
        return
    for tree in trees:
        for entry in structured.entries(tree):
            for part, keys in _KEYS.items():
                if entry.key in keys:
                    yield part, file.seen(entry.place, f"{entry.key}: {entry.value!r}"[:300])
