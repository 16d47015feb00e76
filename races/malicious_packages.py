"""Real releases of AI safety tools and what they need: which of them do the checks for malicious code alarm on?

    python -m races.malicious_packages [--releases FOLDER]… [--most N] [--record]

The releases are those of `tool_releases.tsv` (name, version, file, sha256) that a folder has; they are read, never
installed and never run. Fetch them by `pip download --no-deps --only-binary :all: NAME==VERSION` into a folder."""

import argparse
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from races.results import record

from guildmark import check
from guildmark.contents import OnDisk, sha256
from guildmark.material import Opening
from guildmark.records import Finding, Outcome
from guildmark.subject import open_subject

ROOT = Path(__file__).resolve().parent.parent
LIST = Path(__file__).with_name("tool_releases.tsv")
HERE = (ROOT / ".venv" / "real", ROOT / ".campaign" / "clean")
MOST_ALARMS = 0.01
CHECKS = (
    "no_code_at_install",
    "no_obfuscated_code",
    "no_network_at_import",
    "no_secrets_taken",
    "no_harmful_acts",
    "no_shadowing_entry_points",
)
TRUE = {
    ("ragas", "no_network_at_import"): "importing it starts the thread that sends its telemetry",
}
"""What was looked at and is so: the alarm says what the release does."""


class Release(NamedTuple):
    """A file of the index, by its name, version and digest."""

    name: str
    version: str
    file: str
    sha256: str


class Alarm(NamedTuple):
    """A check that failed on a release, and why."""

    release: Release
    check: str
    says: str


def read(path: Path = LIST) -> list[Release]:
    """The releases of the list."""
    lines = [line for line in path.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    return [Release(*line.split("\t")) for line in lines]


def on_shelf(release: Release, folders: Iterable[Path]) -> Path | None:
    """The release, where a folder has it with these bytes."""
    there = (folder / release.file for folder in folders if (folder / release.file).exists())
    return next((path for path in there if sha256(OnDisk(str(path))) == release.sha256), None)


def alarms(release: Release, path: Path) -> Iterator[Alarm]:
    """Each check that fails on a release."""
    subject = open_subject(str(path), Opening(network=False))
    for id in CHECKS:
        bad = [finding for finding in check.load(id).ask(subject) if finding.outcome is Outcome.FAILED]
        if bad:
            yield Alarm(release, id, _told(bad[0]))


def _told(finding: Finding) -> str:
    where = finding.evidence[0] if finding.evidence else None
    return f"{finding.says} ({where.at}: {where.seen[:100]})" if where else finding.says


def main(words: Sequence[str] | None = None) -> int:
    """Ask the checks of each release that is here; more alarms than one in a hundred is a failure."""
    parser = argparse.ArgumentParser("races.malicious_packages", description=__doc__)
    parser.add_argument("--releases", type=Path, action="append", default=[], help="a folder that has releases")
    parser.add_argument("--most", type=int, default=10_000)
    parser.add_argument("--record", action="store_true", help="add a line to races/RESULTS.md")
    asked = parser.parse_args(words)
    begin, counted = time.monotonic(), 0
    false: set[Release] = set()
    true: set[Release] = set()
    for release in read()[: asked.most]:
        path = on_shelf(release, [*asked.releases, *HERE])
        if path is None:
            continue
        counted += 1
        for alarm in alarms(release, path):
            known = TRUE.get((release.name, alarm.check))
            (true if known else false).add(release)
            print(f"{release.file}: {alarm.check}: {alarm.says}{f' [so it is: {known}]' if known else ''}", flush=True)
    says = (
        f"{counted} releases in {time.monotonic() - begin:.0f} s: {len(false)} false alarms, "
        f"{len(true)} that say what the release does"
    )
    print(says)
    if asked.record:
        print(
            record("malicious packages, real releases", says, "under 1 %", "python -m races.malicious_packages"), end=""
        )
    return int(len(false) > MOST_ALARMS * counted)


if __name__ == "__main__":
    sys.exit(main())
