"""The table as text for a terminal, and as one page for people with a picture of the two axes."""

import base64
import hashlib
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from guildmark.openness.axes import COMPLETENESS, FREEDOM, Landmark, landmarks
from guildmark.openness.eu import CELLS
from guildmark.openness.table import Row, Table
from guildmark.records import Record, SubjectRecord, Verdict

CLASSES = {0: "no class", 1: "Class I (open science)", 2: "Class II (open tooling)", 3: "Class III (open model)"}
OWN = "this model"
COLUMNS, WIDTH = (0, 132, 246), 356
OPEN = {True: "open", False: "not open", None: "?"}


class Seen(Record, frozen=True):
    """Everything that is said of a subject's openness. A data set or a tool has verdicts alone."""

    subject: SubjectRecord
    table: Table | None
    verdicts: tuple[Verdict, ...]
    made_by: str


def text(seen: Seen, titles: Sequence[str]) -> str:
    """For a terminal; `titles` are those of the verdicts' standards."""
    lines = [f"{seen.subject.name}: how open it is", ""]
    if seen.table:
        lines += [*_rows(seen.table), ""]
        lines += [f"{gate.path} {gate.at}: access must be asked for ({gate.seen})" for gate in seen.table.gates]
    for verdict, title in zip(seen.verdicts, titles, strict=True):
        lines += [*_verdict(verdict, title), ""]
    if seen.table:
        lines += [*_framework(seen.table), "", *_index(seen.table)]
    return "\n".join(lines).rstrip() + "\n"


def _rows(table: Table) -> list[str]:
    head = f"{'Component':<32} {'Class':<5} {'Here?':<8} {'Open?':<8} {'Licence'}"
    lines = [head, "-" * len(head)]
    for row in table.components:
        step = "I" * row.step + ("" if row.required else "*")
        is_open = OPEN[row.open] if row.state == "present" else ""
        lines.append(f"{row.name:<32} {step:<5} {row.state:<8} {is_open:<8} {row.licence}".rstrip())
        says = row.says.removeprefix(f"{row.name}: ")
        lines.append(f"    {says}" + (f"; {row.why}" if row.why else ""))
        lines += [f"    {_where(row)}"] if row.evidence else []
    return [*lines, "* asked for by no class"]


def _where(row: Row) -> str:
    seen = row.evidence[0]
    at = f", {seen.at}" if seen.at else ""
    digest = f" (sha256 {seen.sha256[:12]}…)" if seen.sha256 else ""
    return f"seen in {seen.path}{at}{digest}"


def _verdict(verdict: Verdict, title: str) -> list[str]:
    lines = [f"{title} ({verdict.standard}@{verdict.version}): {verdict.level or 'no level'}"]
    if verdict.next:
        lines.append(f"  for {verdict.next} it lacks:")
        lines += [f"    {bar.outcome.value:<8} {bar.id}: {bar.says}" for bar in verdict.bars]
    return lines


def _framework(table: Table) -> list[str]:
    tool, mended = table.framework.tool, table.framework.mended
    lines = ["Model Openness Framework, for what is present:"]
    for name, grade in (("its tool's rule", tool), ("the mended rule", mended)):
        shares = ", ".join(f"{'I' * step} {grade.progress[str(step)]:.0f} %" for step in (3, 2, 1))
        lines.append(f"  {name:<16} {CLASSES[grade.step]} ({shares})")
    lines += [f"  they differ: {difference}" for difference in table.framework.differences]
    return lines


def _index(table: Table) -> list[str]:
    values = {one.score: one.value for one in table.index}
    lines = [f"European Open Source AI Index, by the files alone: {values['score']:.4f}"]
    return [*lines, "  " + ", ".join(f"{cell} {values[cell]:g}" for cell in CELLS)]


def html(seen: Seen, titles: Sequence[str]) -> str:
    """One self-contained page: no network, no script."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("guildmark.openness", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = (files("guildmark.openness") / "templates" / "openness.css").read_text("utf-8")
    return environment.get_template("openness.html").render(
        seen=seen,
        judged=list(zip(seen.verdicts, titles, strict=True)),
        picture=_picture(seen.table) if seen.table else None,
        style=style,
        style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        classes=CLASSES,
        open_words=OPEN,
        freedom=FREEDOM,
        completeness=COMPLETENESS,
        landmarks=landmarks(),
    )


def _picture(table: Table) -> dict[str, Any]:
    """The landmarks and this model, in the picture's own units: a column a licence, a band a degree of completeness.

    What stands on one spot is listed there, and its band is as high as the longest list."""
    marks = (*landmarks(), Landmark(OWN, table.place.freedom, table.place.completeness, "", ""))
    top, bands, points = 28, [], []
    for step in reversed(range(len(COMPLETENESS))):
        bands.append({"name": COMPLETENESS[step], "y": top})
        filled = [0] * len(FREEDOM)
        for mark in (mark for mark in marks if mark.completeness == step):
            y = top + 32 + 16 * filled[mark.freedom]
            filled[mark.freedom] += 1
            points.append({"name": mark.name, "x": 8 + COLUMNS[mark.freedom], "y": y, "own": mark.name == OWN})
        top += 24 + 16 * max(filled)
    columns = [{"name": name, "x": x} for name, x in zip(FREEDOM, COLUMNS, strict=True)]
    return {"points": points, "columns": columns, "bands": bands, "width": WIDTH, "height": top}
