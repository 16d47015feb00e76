"""Markdown that fits a pull request's comment: at most 60,000 characters, and nothing in it pings or links."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from guildmark import plain
from guildmark.answers import answers
from guildmark.look import Look
from guildmark.outline import (
    Aside,
    Checked,
    Ladder,
    aside,
    beside,
    checked,
    ladders,
    measured,
    told,
    unfitting,
    vouched,
)
from guildmark.records import Evidence, Finding, Outcome, Rebuttal, Report

TITLE = "Markdown, for a pull request's comment"
EXTENSION = ".md"

MOST = 60_000
EVIDENCE = 5
FINDINGS = 5
REBUTTALS = 5
ASIDE = 20
MEASURED = 50
CLAIMS = 50
SIGNS = {Outcome.FAILED: "❌", Outcome.UNKNOWN: "❔", Outcome.PASSED: "✅", Outcome.NOT_APPLICABLE: "➖"}
WORDS = {
    Outcome.FAILED: "Failed",
    Outcome.UNKNOWN: "Unknown",
    Outcome.PASSED: "Passed",
    Outcome.NOT_APPLICABLE: "Does not apply",
}
STEPS = {"reached": "✅ reached", "next": "▶️ next", "later": "later"}

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "|": "&#124;", "\\": "&#92;", "`": "&#96;", '"': "&quot;"}
_MARKS = "*_[]()~$^!{}+=#"
_SPECIAL = re.compile(
    r"""[&<>|\\`"*_\[\]()~$^!{}+=#]|@|:(?=//)|(?<=mailto):|(?<=xmpp):|:(?=[\w+-]+:)|www(?=\.)|GH(?=-)""", re.IGNORECASE
)
_CODE = re.compile(r"[A-Za-z0-9_./:@%+,=!#~-]{1,120}")
_QUOTED = re.compile("`([^`]+)`")
_BREAK = "&#8203;"
"""A space without width: it keeps GitHub from making a mention or a link of what stands around it."""
_CUT = "\n_The report is longer than a comment may be: the other formats hold all of it._\n"


def render(report: Report, look: Look) -> str:
    """Whole blocks, in the order of their weight, until the room is used up."""
    room = MOST - len(_CUT)
    kept: list[str] = []
    for block in _blocks(report, look):
        room -= len(block)
        if room < 0:
            return "".join([*kept, _CUT])
        kept.append(block)
    return "".join(kept)


def _blocks(report: Report, look: Look) -> Iterator[str]:
    yield _header(report)
    yield _table(("", "", ""), _answers(report, look))
    for ladder in ladders(report, look):
        yield _ladder(ladder)
    yield _vouched(vouched(report))
    yield _measured(report)
    checks, said = checked(report, look), beside(report)
    for outcome in (Outcome.FAILED, Outcome.UNKNOWN):
        found = [check for check in checks if check.outcome is outcome]
        if found:
            yield f"\n### {SIGNS[outcome]} {WORDS[outcome]} ({len(found)})\n"
        for check in found:
            yield _check(check, said)
    yield _unfitting(unfitting(report))
    yield _aside(aside(report, look))
    for outcome in (Outcome.PASSED, Outcome.NOT_APPLICABLE):
        yield _folded(outcome, [check for check in checks if check.outcome is outcome])


def escaped(text: str) -> str:
    """Visible text that Markdown shows as it is: no markup, no HTML, no link, no mention of anyone."""
    shown = _SPECIAL.sub(_escape, plain.visible(text))
    return _BREAK + shown if shown[:1] in set("-0123456789\\") else shown


def _escape(match: re.Match[str]) -> str:
    special = match.group()
    if special in _ENTITIES:
        return _ENTITIES[special]
    if special == "#":
        return f"\\#{_BREAK}"
    return f"\\{special}" if special in _MARKS else special + _BREAK


def _name(text: str) -> str:
    """A name or path, set as code: in backticks where nothing in it could end them or a table's cell."""
    if _CODE.fullmatch(text):
        return f"`{text}`"
    return f"<code>{escaped(plain.name(text, 120))}</code>" if text else ""


def _text(text: str, most: int = 300) -> str:
    return escaped(plain.sentence(text, most).strip())


def _marked(text: str, most: int = 300) -> str:
    """A sentence in which what stands in backticks is set as code."""
    parts = _QUOTED.split(plain.sentence(text, most).strip())
    return "".join(_name(part) if place % 2 else escaped(part) for place, part in enumerate(parts))


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |\n"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n" + _row(heads) + _row("---" for _ in heads) + "".join(map(_row, rows))


def _header(report: Report) -> str:
    subject = report.assessment.subject
    own = [file for file in subject.files if "!" not in file.path]
    facts = [_name(subject.purl or ""), subject.kind, plain.counted(len(own), "file")]
    facts.append(plain.size(sum(file.size for file in own)))
    digest = subject.digest or "no digest: not every file could be read"
    return f"## Guildmark: {_text(subject.name, 160)}\n\n{' · '.join(filter(None, facts))}<br>\n{_name(digest)}\n"


def _answers(report: Report, look: Look) -> Iterator[Sequence[str]]:
    for line in answers(report, look):
        yield f"**{line.question}**", f"{SIGNS[line.outcome]} **{line.word}**", escaped(line.why)


def _ladder(ladder: Ladder) -> str:
    reached = _name(ladder.level) or "no level yet"
    head = f"\n### {_text(ladder.title, 80)} {_text(ladder.version, 20)}: {reached}\n"
    rows = ((_name(step.id), STEPS[step.state], _text(step.means)) for step in ladder.steps)
    steps = _table(("Level", "", "What it means"), rows)
    bars = [f"- {SIGNS[bar.outcome]} {_name(bar.id)}: {_text(bar.says)}\n" for bar in ladder.bars]
    return head + steps + ("\nWhat bars the next level:\n\n" + "".join(bars) if bars else "")


def _vouched(said: Sequence[str]) -> str:
    if not said:
        return ""
    lines = "".join(f"- {_text(one, 400)}\n" for one in said[:CLAIMS])
    more = f"\nand {len(said) - CLAIMS:,} more\n" if len(said) > CLAIMS else ""
    return f"\n### Claims that count ({len(said):,})\n\n{lines}{more}"


def _measured(report: Report) -> str:
    found = measured(report)
    if not found:
        return ""
    rows = ((_text(each.of, 160), _text(each.value, 160), _text(each.bounds, 160)) for each in found[:MEASURED])
    more = f"\nand {len(found) - MEASURED:,} more\n" if len(found) > MEASURED else ""
    return f"\n### Measured ({len(found):,})\n{_table(('What', 'Value', 'Interval'), rows)}{more}"


def _check(check: Checked, said: Mapping[Finding, Sequence[Rebuttal]]) -> str:
    found = [finding for finding in check.findings if finding.outcome in (Outcome.FAILED, Outcome.UNKNOWN)]
    lines = [f"\n#### {_name(check.check)} {_text(check.question)}\n\n"]
    for finding in found[:FINDINGS]:
        lines.append(f"- {SIGNS[finding.outcome]} {_text(finding.says)}\n")
        lines += [f"  - {_evidence(evidence)}\n" for evidence in finding.evidence[:EVIDENCE]]
        lines += [f"  - and {more:,} more places\n" for more in [len(finding.evidence) - EVIDENCE] if more > 0]
        rebuttals = said.get(finding, ())[:REBUTTALS] if said else ()
        lines += [f"  - **Said against it, not checked:** {_text(told(one), 400)}\n" for one in rebuttals]
    lines += [f"- and {plain.counted(more, 'more finding')}\n" for more in [len(found) - FINDINGS] if more > 0]
    if check.remedy:
        lines.append(f"- **What to do:** {_marked(check.remedy)}\n")
    return "".join(lines)


def _evidence(evidence: Evidence) -> str:
    place = ", ".join(filter(None, (_name(evidence.path), _text(evidence.at, 100))))
    return ": ".join(filter(None, (place, _name(evidence.seen)))) or "no place"


def _unfitting(said: Sequence[Rebuttal]) -> str:
    if not said:
        return ""
    lines = "".join(f"- {_text(told(one), 400)}\n" for one in said[:REBUTTALS])
    more = f"\nand {len(said) - REBUTTALS:,} more\n" if len(said) > REBUTTALS else ""
    return f"\n### Said in VEX, and fits no finding ({len(said):,})\n\n{lines}{more}"


def _aside(left: Sequence[Aside]) -> str:
    if not left:
        return ""
    rows = [(_name(item.what), _marked(item.why, 200)) for item in left[:ASIDE]]
    more = f"\nand {len(left) - ASIDE:,} more\n" if len(left) > ASIDE else ""
    return f"\n### Not looked at ({len(left):,})\n{_table(('What', 'Why'), rows)}{more}"


def _folded(outcome: Outcome, found: Sequence[Checked]) -> str:
    if not found:
        return ""
    rows = ((_name(check.check), _text(check.question, 200), _text(check.first.says, 200)) for check in found)
    table = _table(("Check", "Question", "Finding"), rows)
    return f"\n<details><summary>{SIGNS[outcome]} {WORDS[outcome]} ({len(found)})</summary>\n{table}\n</details>\n"
