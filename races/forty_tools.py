"""Forty real tools of AI safety and trust vetted in one run: how long, and are the findings the same when run again?

    python -m races.forty_tools --folder FOLDER [--jobs N] [--warm] [--record]

The tools are those of `forty.txt`. They are vetted with an empty cache (left out with --warm), then twice with what the
first run kept; index pages are asked for each time. The cache, the advisories and the answers lie in the folder:
`guildmark advisories update --to FOLDER/advisories` puts the advisories there. Nothing is installed or run."""

import argparse
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import msgspec
from races.results import command, record

from guildmark import series
from guildmark.limits import Limits
from guildmark.records import Assessment
from guildmark.references import read
from guildmark.series import Done, How

LIST = Path(__file__).with_name("forty.txt")
MOST_SECONDS = 600
SLOWEST = 10


class Run(NamedTuple):
    """What one run over all tools took, and the folder of its answers."""

    folder: Path
    done: tuple[Done, ...]
    seconds: float
    cpu_seconds: float

    def __str__(self) -> str:
        errors = sum(bool(one.error) for one in self.done)
        told = f"{len(self.done) - errors} of {len(self.done)} tools"
        return f"{told} in {self.seconds:.0f} s ({self.cpu_seconds:.0f} CPU-s)"


def run(folder: Path, answers: str, jobs: int) -> Run:
    """Vet all of them anew."""
    wanted = read(str(LIST), Limits()).wanted
    how = How(folder / "advisories", str(folder / "cache"), jobs, anew=True)
    before, began = _cpu(), time.monotonic()
    done = []
    with closing(series.vet_all(wanted, folder / answers, how)) as found:
        for one in found:
            done.append(one)
            told = one.error or "vetted"
            print(f"{answers}: {one.wanted.where} {told} ({one.told.cpu_seconds:.1f} CPU-s)", flush=True)
    return Run(folder / answers, tuple(done), time.monotonic() - began, _cpu() - before)


def _cpu() -> float:
    """Seconds of this process and of those that it has waited for."""
    each = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in each)


def differences(first: Run, second: Run) -> Iterator[str]:
    """The tools of which two runs do not say the same, and the checks that do not."""
    for one in first.done:
        answers = [series.read(run.folder, one.wanted.id) for run in (first, second)]
        if answers[0] is None or answers[1] is None:
            if answers[0] is not answers[1]:
                yield f"{one.wanted.id}: only one of the runs has an answer"
        elif series.steady(answers[0]) != series.steady(answers[1]):
            yield f"{one.wanted.id}: {', '.join(_differ(answers[0], answers[1])) or 'not in what was found'}"


def _differ(one: Assessment, other: Assessment) -> list[str]:
    said: list[dict[str, list[bytes]]] = [{finding.check: [] for finding in each.findings} for each in (one, other)]
    for findings, each in zip(said, (one, other), strict=True):
        for finding in each.findings:
            findings[finding.check].append(msgspec.json.encode(finding))
    return sorted(check for check in said[0].keys() | said[1].keys() if said[0].get(check) != said[1].get(check))


def main(words: Sequence[str] | None = None) -> int:
    """Run, compare, tell; 0 where a warm run is within the bound and both say the same."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--warm", action="store_true", help="the cache is filled already")
    parser.add_argument("--record", action="store_true")
    asked = parser.parse_args(words)
    if not asked.warm and (asked.folder / "cache").exists():
        parser.error(f"{asked.folder / 'cache'} is there: give --warm, or a folder without one")
    cold = None if asked.warm else run(asked.folder, "cold", asked.jobs)
    first, second = (run(asked.folder, name, asked.jobs) for name in ("first", "second"))
    other = [*differences(first, second)]
    for one in sorted(second.done, key=lambda one: -one.told.cpu_seconds)[:SLOWEST]:
        print(f"slow: {one.wanted.id} {one.told.cpu_seconds:.1f} CPU-s")
    for one in second.done:
        if one.error:
            print(f"not vetted: {one.wanted.id}: {one.error}")
    for difference in other:
        print(f"differs: {difference}")
    same = f"{len(other)} tools differ when vetted again" if other else "the same findings when vetted again"
    result = f"{f'cold {cold}; ' if cold else ''}warm {first}, again {second}; {same}"
    print(result)
    if asked.record:
        record(
            "forty tools",
            result,
            f"warm at most {MOST_SECONDS} s on 2 cores, the same findings",
            command(sys.argv[1:]),
        )
    return 0 if not other and max(first.seconds, second.seconds) <= MOST_SECONDS else 1


if __name__ == "__main__":
    sys.exit(main())
