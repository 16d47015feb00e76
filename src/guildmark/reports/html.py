"""One self-contained page for people: no network, no script, light and dark, on a phone and on paper."""

import base64
import hashlib
import re
import shlex
from collections.abc import Sequence
from datetime import datetime
from importlib.resources import files
from typing import TYPE_CHECKING, Any, NamedTuple

from guildmark import plain
from guildmark.answers import answers
from guildmark.look import Look
from guildmark.outline import Checked, aside, beside, checked, ladders, told, unfitting, vouched
from guildmark.records import Finding, Outcome, Report

if TYPE_CHECKING:
    from markupsafe import Markup

TITLE = "HTML, one page for people"
EXTENSION = ".html"

FILES = 500
LADDERS = 30
CHECKS = 300
EVIDENCE = 10
MOST = {"aside": 200, "listings": 100, "measurements": 200, "bars": 50, "evidence": EVIDENCE, "files": FILES}
MOST |= {"rebuttals": 20, "claims": 100}
ROOM = 300_000
"""Characters of findings on a page: at the worst each is escaped into six bytes."""

WORDS = {
    Outcome.FAILED: "Failed",
    Outcome.UNKNOWN: "Unknown",
    Outcome.PASSED: "Passed",
    Outcome.NOT_APPLICABLE: "Does not apply",
}
MEANINGS = {
    Outcome.FAILED: "The good state is missing; what was seen instead stands below each check.",
    Outcome.UNKNOWN: "It could not be seen. Unknown is not safe: look yourself, or ask whoever made it.",
    Outcome.PASSED: "The good state was seen.",
    Outcome.NOT_APPLICABLE: "The question makes no sense for this subject.",
}
_CODE = re.compile("`([^`]+)`")
_PLAIN_ID = re.compile(r"[a-z][a-z0-9_]{0,80}")
KINDS = {"model": "Model", "dataset": "Data set", "tool": "Tool"}


class Shown(NamedTuple):
    """A check as the page shows it: with as many of its findings as there is room for."""

    checked: Checked
    anchor: str
    findings: tuple[Finding, ...]
    more: int


class Group(NamedTuple):
    """The checks that have one outcome."""

    outcome: Outcome
    word: str
    meaning: str
    checks: tuple[Shown, ...]


def render(report: Report, look: Look) -> str:
    """The page; of a huge report the worst findings, and how many more there are."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("guildmark.reports", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    shown = (plain.name, plain.sentence, plain.size, plain.counted)
    environment.filters.update({filter.__name__: filter for filter in shown}, day=_day, marked=_marked)
    return environment.get_template("report.html").render(_page(report, look))


def _page(report: Report, look: Look) -> dict[str, Any]:
    subject = report.assessment.subject
    own = [file for file in subject.files if "!" not in file.path]
    members = [file for file in subject.files if "!" in file.path]
    checks = _shown(checked(report, look))
    sheets = (("sheet", "guildmark.css"), ("templates", "report.css"))
    style = "".join(files("guildmark.reports").joinpath(*sheet).read_text("utf-8") for sheet in sheets)
    return {
        "assessment": report.assessment,
        "subject": subject,
        "kind": KINDS[subject.kind],
        "own": own,
        "own_size": sum(file.size for file in own),
        "members": members,
        "shown_files": min(len(own), FILES) + min(len(members), FILES),
        "answers": answers(report, look),
        "ladders": ladders(report, look)[:LADDERS],
        "groups": _groups(checks),
        "anchors": {check.checked.check: check.anchor for check in checks},
        "aside": aside(report, look),
        "beside": beside(report),
        "unfitting": unfitting(report),
        "vouched": vouched(report),
        "told": told,
        "words": WORDS,
        "again": _again(report),
        "style": style,
        "style_hash": base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        "most": MOST,
    }


def _shown(checks: Sequence[Checked]) -> list[Shown]:
    """Every check up to a bound, the worst first; its findings while there is room for them."""
    shown, room = [], ROOM
    for place, check in enumerate(checks[:CHECKS]):
        kept = []
        for finding in check.findings:
            room -= _length(finding)
            if room < 0:
                break
            kept.append(finding)
        anchor = f"check-{check.check}" if _PLAIN_ID.fullmatch(check.check) else f"check-{place}"
        shown.append(Shown(check, anchor, tuple(kept), len(check.findings) - len(kept)))
    return shown


def _length(finding: Finding) -> int:
    pieces = finding.evidence[:EVIDENCE]
    return 200 + min(len(finding.says), 600) + sum(300 + min(len(piece.seen), 600) for piece in pieces)


def _groups(checks: Sequence[Shown]) -> list[Group]:
    found = {outcome: tuple(check for check in checks if check.checked.outcome is outcome) for outcome in Outcome}
    return [Group(outcome, WORDS[outcome], MEANINGS[outcome], checks) for outcome, checks in found.items() if checks]


def _again(report: Report) -> list[tuple[str, str]]:
    """Commands that a reader can copy: what is in them is quoted for a shell."""
    purl = report.assessment.subject.purl
    where = shlex.quote(plain.name(purl)) if purl else "PATH"
    judged = [
        f"guildmark judge report.json --standard {shlex.quote(plain.name(f'{verdict.standard}@{verdict.version}'))}"
        for verdict in report.verdicts[:LADDERS]
    ]
    vet = f"guildmark vet {where} --format json -o report.json"
    return [("Look again", vet), *(("Judge again, without looking", command) for command in judged)]


def _marked(text: str, most: int = 400) -> "Markup":
    """A sentence in which what stands in backticks is set as code."""
    from markupsafe import Markup, escape

    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(plain.sentence(text, most)))))


def _day(moment: str) -> str:
    """`21 November 2026, 10:15 UTC`; what is no moment stays as it is."""
    if not plain.is_moment(moment):
        return plain.name(moment, 60)
    return f"{datetime.fromisoformat(moment):%-d %B %Y, %H:%M} UTC"
