"""Starts `races.guided` for one format after another, and reads what libFuzzer says at its end.

A number stands for one execution; a stretch of `RUNS` numbers is one child, with a seed of its own and the inputs
that earlier children of the same format found worth keeping."""

import os
import re
import subprocess
import sys
import zlib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from races.bounded import MEMORY, SECONDS_EACH
from races.resumable import Report

RUNS = 20_000
LONGEST = 4_096
PATIENCE = 30 * 60
ATTEMPTS = 5
"""A child ends at its first failure; so many in all are tried for one stretch."""
_EXECUTED = re.compile(rb"stat::number_of_executed_units:\s*(\d+)")
_PEAK = re.compile(rb"stat::peak_rss_mb:\s*(\d+)")
_WHY = re.compile(rb"ERROR: libFuzzer: [^\n]*|(?<=Uncaught Python exception: ===\n)[^\n]*")


def is_there(atheris: Path) -> bool:
    """Whether atheris was installed into this folder."""
    return (atheris / "atheris").is_dir()


def guided(
    seed: str, jobs: int, folder: Path, atheris: Path, files: Mapping[str, Sequence[bytes]], numbers: range
) -> Report:
    """Execute all of `numbers`, in `jobs` children at a time."""
    for face, seeds in files.items():
        for place in (folder / "given" / face, folder / "kept" / face):
            place.mkdir(parents=True, exist_ok=True)
        for number, data in enumerate(seeds):
            (folder / "given" / face / f"{number}").write_bytes(data)
    faces = sorted(files)
    starts = range(numbers.start, numbers.stop, RUNS)
    with ThreadPoolExecutor(jobs) as threads:
        stretches = [
            (range(start, min(start + RUNS, numbers.stop)), faces[start // RUNS % len(faces)]) for start in starts
        ]
        reports = list(threads.map(partial(_stretch, seed, folder, atheris), *zip(*stretches, strict=True)))
    return Report(
        failures=[failure for report in reports for failure in report.failures],
        peak=max(report.peak for report in reports),
        next=numbers.stop,
    )


def _stretch(seed: str, folder: Path, atheris: Path, numbers: range, face: str) -> Report:
    """One format's children, one after another, until all of the numbers are executed."""
    report = Report(next=numbers.start)
    for attempt in range(ATTEMPTS):
        chance = zlib.crc32(f"{seed}:{numbers.start}:{attempt}".encode()) or 1
        found = folder / "found" / f"{numbers.start}-{attempt}"
        found.mkdir(parents=True, exist_ok=True)
        said = _said(face, _options(chance, numbers.stop - report.next, found), folder, atheris)
        executed, peak, why = _EXECUTED.search(said), _PEAK.search(said), _WHY.search(said)
        report.next += int(executed[1]) if executed else 0
        report.peak = max(report.peak, int(peak[1]) * 1_000_000 if peak else 0)
        kept = [path.read_bytes() for path in sorted(found.iterdir()) if not path.name.startswith("slow-unit")]
        if kept or not executed:
            says = (why[0] if why else said[-300:]).decode("utf-8", "replace")
            report.failures.append((report.next - 1, kept[0] if kept else b"", f"{face}: {says}"))
        if report.next >= numbers.stop:
            break
    return report


def _options(chance: int, runs: int, found: Path) -> list[str]:
    options = {
        "seed": chance,
        "runs": runs,
        "max_len": LONGEST,
        "timeout": int(SECONDS_EACH),
        "rss_limit_mb": MEMORY // 1_000_000,
        "print_final_stats": 1,
        "artifact_prefix": f"{found}/",
    }
    return [f"-{name}={value}" for name, value in options.items()]


def _said(face: str, options: Sequence[str], folder: Path, atheris: Path) -> bytes:
    """What a child says until its end, or until our patience is lost."""
    paths = [str(atheris.resolve()), *filter(None, [os.environ.get("PYTHONPATH")])]
    command = [sys.executable, "-m", "races.guided", face, *options]
    command += [str(folder / "kept" / face), str(folder / "given" / face)]
    try:
        child = subprocess.run(
            command,
            capture_output=True,
            check=False,
            timeout=PATIENCE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONHASHSEED": "0"},
        )
    except subprocess.TimeoutExpired as late:
        return (late.stderr or b"") + f"no end after {PATIENCE} seconds".encode()
    return child.stdout + child.stderr
