"""Malicious code: which examples of it are found, and on which real releases do the checks alarm without cause?

    python -m races.malicious_packages [--releases FOLDER]… [--most N] [--guarddog PROGRAM [--seconds N]] [--record]

The examples are those of the checks (`tests/checks`). The releases are those of `tool_releases.tsv` and of
`sdist_releases.tsv` (name, version, file, sha256) that a folder has; they are read, never installed and never run.
Fetch wheels by `pip download --no-deps --only-binary :all: NAME==VERSION`. Fetch sdists from the index's page and not
by pip, which would run them. With `--guarddog` the examples and the releases are given to guarddog and to the checks,
to compare: guarddog goes on for so many seconds at most."""

import argparse
import hashlib
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from races.results import command, record

from guildmark import check
from guildmark.contents import OnDisk, sha256
from guildmark.material import Opening
from guildmark.records import Finding, Outcome
from guildmark.subject import open_subject

ROOT = Path(__file__).resolve().parent.parent
LISTS = (Path(__file__).with_name("tool_releases.tsv"), Path(__file__).with_name("sdist_releases.tsv"))
EXAMPLES = ROOT / "tests" / "checks"
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
    """A check that failed on what it looked at, and why."""

    check: str
    says: str


class Score(NamedTuple):
    """How many were looked at and alarmed on, and the CPU-seconds that it took."""

    asked: int
    alarmed: int
    seconds: float

    def __str__(self) -> str:
        return f"{self.alarmed} of {self.asked} in {self.seconds:.0f} CPU-s"


def read(paths: Iterable[Path] = LISTS) -> list[Release]:
    """The releases of the lists."""
    lines = [line for path in paths for line in path.read_text("utf-8").splitlines()]
    return [Release(*line.split("\t")) for line in lines if line and not line.startswith("#")]


def on_shelf(release: Release, folders: Iterable[Path]) -> Path | None:
    """The release, where a folder has it with these bytes."""
    there = (folder / release.file for folder in folders if (folder / release.file).exists())
    return next((path for path in there if sha256(OnDisk(str(path))) == release.sha256), None)


def examples(outcome: str) -> list[Path]:
    """The examples of the checks that must fail, or pass: in an order that has nothing to do with what they are."""
    every = [path for id in CHECKS for path in (EXAMPLES / id / outcome).iterdir()]
    return sorted(every, key=lambda path: hashlib.sha256(path.name.encode()).digest())


def alarms(path: Path) -> Iterator[Alarm]:
    """Each check that fails on what lies at a path."""
    subject = open_subject(str(path), Opening(network=False))
    for id in CHECKS:
        bad = [finding for finding in check.load(id).ask(subject) if finding.outcome is Outcome.FAILED]
        if bad:
            yield Alarm(id, _told(bad[0]))


def _told(finding: Finding) -> str:
    where = finding.evidence[0] if finding.evidence else None
    return f"{finding.says} ({where.at}: {where.seen[:100]})" if where else finding.says


def ours(paths: Sequence[Path]) -> Score:
    """The score of the checks."""
    begin = time.process_time()
    alarmed = sum(any(True for _ in alarms(path)) for path in paths)
    return Score(len(paths), alarmed, time.process_time() - begin)


def theirs(program: str, paths: Sequence[Path], until: float) -> Score:
    """The score of guarddog, which alarms where it says that there is a risk; it stops at a time."""
    asked = alarmed = 0
    begin = _children()
    for path in paths:
        if time.monotonic() > until:
            break
        asked += 1
        kind = "npm" if (path / "package.json").exists() else "pypi"
        done = subprocess.run(
            ["nice", program, kind, "scan", str(path), "--output-format", "json"], capture_output=True, check=False
        )
        label = _label(done.stdout)
        alarmed += label not in ("", "no_risks_detected")
    return Score(asked, alarmed, _children() - begin)


def _label(printed: bytes) -> str:
    """The label of guarddog's verdict; empty where it gave none."""
    try:
        return str(json.loads(printed.splitlines()[-1])["risk_score"]["label"])
    except (ValueError, LookupError, TypeError):
        return ""


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _releases(found: Sequence[tuple[Release, Path]]) -> tuple[str, bool]:
    """What is to be said of the real releases, and whether too many alarms are false."""
    begin = time.process_time()
    false: set[Release] = set()
    true: set[Release] = set()
    for release, path in found:
        for alarm in alarms(path):
            known = TRUE.get((release.name, alarm.check))
            (true if known else false).add(release)
            print(f"{release.file}: {alarm.check}: {alarm.says}{f' [so it is: {known}]' if known else ''}", flush=True)
    sdists = sum(release.file.endswith((".tar.gz", ".zip")) for release, _ in found)
    says = (
        f"{len(found)} releases, {sdists} of them sdists, in {time.process_time() - begin:.0f} CPU-s: "
        f"{len(false)} false alarms, {len(true)} that say what the release does"
    )
    return says, len(false) > MOST_ALARMS * len(found)


def _against(program: str, found: Sequence[Path], seconds: float) -> str:
    """Both scores, on the examples and on as many of the releases as guarddog reads in the time."""
    bad, good = examples("failed"), examples("passed")
    rows = [(theirs(program, paths, time.monotonic() + seconds / 3), paths) for paths in (bad, good, found)]
    words = ("detected", "alarms on passing examples", "alarms on releases")
    told = [
        f"{word}: guildmark {ours(paths[: other.asked])}, guarddog {other}"
        for word, (other, paths) in zip(words, rows, strict=True)
    ]
    return "; ".join(told)


def main(words: Sequence[str] | None = None) -> int:
    """Ask the checks of each release that is here; more alarms than one in a hundred is a failure."""
    parser = argparse.ArgumentParser("races.malicious_packages", description=__doc__)
    parser.add_argument("--releases", type=Path, action="append", default=[], help="a folder that has releases")
    parser.add_argument("--most", type=int, default=10_000)
    parser.add_argument("--guarddog", default="", help="the program of guarddog, to compare with")
    parser.add_argument("--seconds", type=float, default=600, help="how long guarddog may go on")
    parser.add_argument("--record", action="store_true", help="add lines to races/RESULTS.md")
    asked = parser.parse_args(words)
    folders = [*asked.releases, *HERE]
    found = [(each, path) for each in read()[: asked.most] if (path := on_shelf(each, folders))]
    if asked.guarddog:
        every = sorted((path for _, path in found), key=lambda path: sha256(OnDisk(str(path))))
        says, too_many = _against(asked.guarddog, every, asked.seconds), False
        row = ("malicious packages, guarddog", says, "more found, fewer alarms")
    else:
        says, too_many = _releases(found)
        row = ("malicious packages, real releases", says, "under 1 %")
    print(says)
    if asked.record:
        print(record(*row, command(sys.argv[1:] if words is None else words)), end="")
    return int(too_many)


if __name__ == "__main__":
    sys.exit(main())
