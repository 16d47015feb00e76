"""For the terminal: the answers first, then the ladders, then what was found, the worst first."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from guildmark import plain
from guildmark.answers import answers
from guildmark.look import Look
from guildmark.outline import (
    Aside,
    Checked,
    Ladder,
    Step,
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

if TYPE_CHECKING:
    from rich.console import Console

TITLE = "Text, for the terminal"
EXTENSION = ".txt"

EVIDENCE = 5
FINDINGS = 5
REBUTTALS = 5
ASIDE = 10
MEMBERS = 100
MEASURED = 30
CLAIMS = 30
NARROWEST = 40

SIGNS = {Outcome.FAILED: "✗", Outcome.UNKNOWN: "?", Outcome.PASSED: "✓", Outcome.NOT_APPLICABLE: "–"}
STYLES = {Outcome.FAILED: "bold red", Outcome.UNKNOWN: "yellow", Outcome.PASSED: "green", Outcome.NOT_APPLICABLE: "dim"}
HEADS = {
    Outcome.FAILED: "Failed",
    Outcome.UNKNOWN: "Unknown",
    Outcome.PASSED: "Passed",
    Outcome.NOT_APPLICABLE: "Does not apply",
}
KINDS = {"model": "model", "dataset": "data set", "tool": "tool"}
STEPS = {"reached": ("✓", "green"), "next": ("▸", "bold"), "later": ("·", "dim")}


class Line(NamedTuple):
    """A paragraph: what stands before its first line (and indents the others), and its words, each with a style."""

    before: str = ""
    dress: str = ""
    words: tuple[tuple[str, str], ...] = ()


def render(report: Report, look: Look) -> str:
    """At most `look.width` columns; without `look.colour` not one escape sequence."""
    import io

    from rich.console import Console

    out = io.StringIO()
    console = Console(
        file=out,
        width=max(NARROWEST, look.width),
        color_system="standard" if look.colour else None,
        force_terminal=look.colour,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    )
    for line in _report(report, look):
        _print(line, console)
    return out.getvalue()


def _print(line: Line, console: "Console") -> None:
    from rich.text import Text

    before = Text(line.before, line.dress)
    body = Text.assemble(*line.words)
    for wrapped in body.wrap(console, console.width - before.cell_len, overflow="fold") or [Text()]:
        wrapped.rstrip()
        whole = before + wrapped
        whole.rstrip()
        console.print(whole, soft_wrap=True)
        before = Text(" " * before.cell_len)


def _report(report: Report, look: Look) -> Iterator[Line]:
    yield from _header(report)
    yield from _answers(report, look)
    yield from _members(look)
    for ladder in ladders(report, look):
        yield from _ladder(ladder)
    yield from _vouched(vouched(report))
    yield from _measured(report)
    checks, said = checked(report, look), beside(report)
    for outcome in Outcome:
        found = [check for check in checks if check.outcome is outcome]
        if found:
            yield from _group(outcome, found, said)
    yield from _unfitting(unfitting(report))
    yield from _aside(aside(report, look))


def _header(report: Report) -> Iterator[Line]:
    subject = report.assessment.subject
    own = [file for file in subject.files if "!" not in file.path]
    size = plain.size(sum(file.size for file in own))
    yield Line(words=((plain.name(subject.name), "bold"),))
    facts = [KINDS[subject.kind], f"{plain.counted(len(own), 'file')}, {size}"]
    if subject.purl:
        facts.insert(0, plain.name(subject.purl))
    yield Line("  ", words=((" · ".join(facts), ""),))
    yield Line("  ", words=((subject.digest or "no digest: not every file could be read", "dim"),))
    yield Line()


def _answers(report: Report, look: Look) -> Iterator[Line]:
    lines = answers(report, look)
    for line in lines:
        words = ((line.word, STYLES[line.outcome]), (f": {line.why}", ""))
        yield Line(f"{line.question:<{max(len(line.question) for line in lines)}}  ", "bold", words)


def _members(look: Look) -> Iterator[Line]:
    """A row a line, cut rather than wrapped: columns stay columns."""
    if look.members:
        yield Line()
        yield Line(words=((f"Members ({len(look.members) - 1:,})", "bold"),))
    for row in look.members[: MEMBERS + 1]:
        yield Line("  ", words=((plain.sentence(row, max(NARROWEST, look.width) - 2), ""),))
    if len(look.members) > MEMBERS + 1:
        yield Line("  ", words=((f"and {len(look.members) - MEMBERS - 1:,} more", "dim"),))


def _ladder(ladder: Ladder) -> Iterator[Line]:
    yield Line()
    title = plain.name(f"{ladder.title} ({ladder.standard} {ladder.version})")
    yield Line(words=((title, "bold"), (f"  reached: {plain.name(ladder.level, 60) or 'no level yet'}", "")))
    wide = max((len(plain.name(step.id, 24)) for step in ladder.steps), default=0)
    for step in ladder.steps:
        yield from _step(step, ladder, wide)


def _step(step: Step, ladder: Ladder, wide: int) -> Iterator[Line]:
    sign, style = STEPS[step.state]
    label = f"  {sign} {plain.name(step.id, 24):<{wide}}  "
    yield Line(label, style, ((plain.sentence(step.means), "dim" if step.state == "later" else ""),))
    if step.state != "next":
        return
    for bar in ladder.bars:
        named = f"{SIGNS[bar.outcome]} {plain.name(bar.id)}"
        yield Line(" " * 6, words=((named, STYLES[bar.outcome]), (f": {plain.sentence(bar.says)}", "")))


def _vouched(said: Sequence[str]) -> Iterator[Line]:
    if said:
        yield Line()
        yield Line(words=((f"Claims that count ({len(said):,})", "bold"),))
    yield from (Line("  ", words=((plain.sentence(one, 400), ""),)) for one in said[:CLAIMS])
    if len(said) > CLAIMS:
        yield Line("  ", words=((f"and {len(said) - CLAIMS:,} more", "dim"),))


def _measured(report: Report) -> Iterator[Line]:
    found = measured(report)
    if found:
        yield Line()
        yield Line(words=((f"Measured ({len(found):,})", "bold"),))
    for each in found[:MEASURED]:
        bounds = f"  ({plain.sentence(each.bounds)})" if each.bounds else ""
        yield Line(
            "  – ", words=((plain.name(each.of), ""), (f": {plain.sentence(each.value)}", "bold"), (bounds, "dim"))
        )
    if len(found) > MEASURED:
        yield Line("  ", words=((f"and {len(found) - MEASURED:,} more", "dim"),))


def _group(outcome: Outcome, found: Sequence[Checked], said: Mapping[Finding, Sequence[Rebuttal]]) -> Iterator[Line]:
    yield Line()
    yield Line(words=((f"{HEADS[outcome]} ({len(found)})", STYLES[outcome]),))
    for check in found:
        if outcome in (Outcome.FAILED, Outcome.UNKNOWN):
            yield from _check(check, said)
        else:
            says = check.question if outcome is Outcome.PASSED and check.question else check.first.says
            yield Line(f"  {SIGNS[outcome]} ", STYLES[outcome], _titled(check, plain.sentence(says, 200)))


def _titled(check: Checked, says: str) -> tuple[tuple[str, str], ...]:
    return (plain.name(check.check), "bold"), (f"  {says}", "")


def _check(check: Checked, said: Mapping[Finding, Sequence[Rebuttal]]) -> Iterator[Line]:
    yield Line(f"  {SIGNS[check.outcome]} ", STYLES[check.outcome], _titled(check, plain.sentence(check.question)))
    found = [finding for finding in check.findings if finding.outcome in (Outcome.FAILED, Outcome.UNKNOWN)]
    shown = EVIDENCE
    for finding in found[:FINDINGS]:
        sign = "" if finding.outcome is check.outcome else f"{SIGNS[finding.outcome]} "
        yield Line(f"      {sign}", STYLES[finding.outcome], ((plain.sentence(finding.says), ""),))
        for evidence in finding.evidence[:shown]:
            yield _evidence(evidence)
        shown -= min(shown, len(finding.evidence))
        if said:
            yield from (_rebuttal(one) for one in said.get(finding, ())[:REBUTTALS])
    if len(found) > FINDINGS:
        yield Line("      ", words=((f"and {plain.counted(len(found) - FINDINGS, 'more finding')}", "dim"),))
    pieces = sum(len(finding.evidence) for finding in found)
    if pieces > EVIDENCE:
        yield Line("      ", words=((f"and {pieces - EVIDENCE + shown:,} more places", "dim"),))
    if check.remedy:
        yield Line("      → ", "cyan", ((plain.sentence(check.remedy), ""),))


def _rebuttal(rebuttal: Rebuttal) -> Line:
    return Line("        ↔ ", "magenta", ((plain.sentence(told(rebuttal)), ""), (" (VEX, not checked)", "dim")))


def _unfitting(said: Sequence[Rebuttal]) -> Iterator[Line]:
    if not said:
        return
    yield Line()
    yield Line(words=((f"Said in VEX, and fits no finding ({len(said):,})", "bold"),))
    for rebuttal in said[:REBUTTALS]:
        yield Line("  – ", words=((plain.sentence(told(rebuttal)), ""),))
    if len(said) > REBUTTALS:
        yield Line("  ", words=((f"and {len(said) - REBUTTALS:,} more", "dim"),))


def _evidence(evidence: Evidence) -> Line:
    place = ", ".join(filter(None, (plain.name(evidence.path), plain.sentence(evidence.at, 100))))
    seen = plain.sentence(evidence.seen, 200)
    return Line("        ", words=((place, "dim"), (f"{': ' if place and seen else ''}{seen}", "dim")))


def _aside(left: Sequence[Aside]) -> Iterator[Line]:
    if not left:
        return
    yield Line()
    yield Line(words=((f"Not looked at ({len(left):,})", "bold"),))
    for item in left[:ASIDE]:
        yield Line("  – ", words=((plain.name(item.what), ""), (f": {plain.sentence(item.why, 200)}", "dim")))
    if len(left) > ASIDE:
        yield Line("  ", words=((f"and {len(left) - ASIDE:,} more", "dim"),))
