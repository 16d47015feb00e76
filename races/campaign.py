"""The long counts: hostile files by the million, seeded, and resumed where they were stopped.

    python -m races.campaign --part walks|readers|shapes|guided [--executions N] [--seed S] [--jobs N]
                             [--state FOLDER] [--seeds FOLDER …] [--atheris FOLDER]

- walks: mutated files go the way of every subject: recognised, unpacked, read as all that they are, asked all checks.
- readers: mutated files go to one format's reader, and to the checks that ask about such a file.
- shapes: the same, with bytes that Hypothesis builds by the format's structure.
- guided: the same, with bytes that atheris finds to reach new code.

A failure is anything that comes out but an answer or a GuildmarkError, takes too long, or too much memory. Its bytes
are kept, and are found again by its number.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from races.bounded import bounded
from races.executions import NAMES, Case
from races.mutation import mutated
from races.results import record
from races.resumable import Report, State, go_on, load, save

from races import guidance, seeds

EXECUTIONS = {"walks": 1_000_000, "readers": 6_000_000, "shapes": 1_000_000, "guided": 2_000_000}
"""How many of each part `make campaign` runs."""
IN_TESTS = {"walks": 15_000, "readers": 80_000, "shapes": 5_000}
"""How many of each part `make test` runs, with numbers of its own."""
SAVE_EVERY = {"walks": 10_000, "readers": 20_000, "shapes": 20_000, "guided": guidance.RUNS * 6}
SECONDS = 80 * 60
"""A run stops after this long, and the next goes on from there."""
SEED = "2026"

Work = Callable[[range], Report]


def walks(seed: str, files: Sequence[bytes], numbers: range) -> Iterator[Case]:
    """Mutated files for the whole walk."""
    for number in numbers:
        yield Case("", NAMES[number % len(NAMES)], mutated(seed, number, files))


def readers(seed: str, files: Mapping[str, Sequence[bytes]], numbers: range) -> Iterator[Case]:
    """Mutated files of each format for its reader, the formats in turn."""
    faces = sorted(files)
    for number in numbers:
        face = faces[number % len(faces)]
        yield Case(face, NAMES[number // len(faces) % len(NAMES)], mutated(seed, number, files[face]))


def shapes(seed: str, files: Mapping[str, Sequence[bytes]], numbers: range) -> Iterator[Case]:
    """What Hypothesis builds for each reader, the formats in turn."""
    from races.strategies import generated  # only this part needs Hypothesis

    for number, (face, data) in zip(numbers, generated(seed, numbers, files), strict=True):
        yield Case(face, NAMES[number % len(NAMES)], data)


def work(part: str, seed: str, jobs: int, more: Sequence[Path] = ()) -> Work:
    """What executes some numbers of a part."""
    if part == "walks":
        return partial(_bounded, partial(walks, seed, seeds.whole(more)), jobs)
    make = readers if part == "readers" else shapes
    return partial(_bounded, partial(make, seed, seeds.by_format(more)), jobs)


def _bounded(cases: Callable[[range], Iterator[Case]], jobs: int, numbers: range) -> Report:
    return bounded(cases, numbers, jobs)


def main(words: Sequence[str] | None = None) -> int:
    """Run a part, or go on with it; the result goes to races/RESULTS.md when all is done."""
    asked = _arguments(words)
    wanted = asked.executions or EXECUTIONS[asked.part]
    folder = asked.state / f"{asked.part}-{asked.seed}"
    state = load(asked.seed, folder)
    if state.done > wanted or state.recorded == wanted:
        print(f"{asked.part}: {state.done:,} executions are done already; remove {folder} to begin anew")
        return int(bool(state.failures))
    if asked.part == "guided":
        if not guidance.is_there(asked.atheris):
            print(f"guided: atheris is not in {asked.atheris}, so this part is left out")
            return 0
        fuzz: Work = partial(
            guidance.guided, asked.seed, asked.jobs, folder, asked.atheris, seeds.by_format(asked.seeds)
        )
    else:
        fuzz = work(asked.part, asked.seed, asked.jobs, asked.seeds)
    state = go_on(state, wanted, folder, time.monotonic() + SECONDS, SAVE_EVERY[asked.part], fuzz)
    if state.done < wanted:
        print(f"stopped after {SECONDS // 60} minutes: the same command goes on at {state.done:,}")
        return 3
    command = f"python -m races.campaign --part {asked.part} --executions {wanted} --seed {asked.seed}"
    print(record(f"campaign, {asked.part}", result(state), "0 failures, 500 MB", command), end="")
    state.recorded = wanted
    save(state, folder)
    return int(bool(state.failures))


def result(state: State) -> str:
    """A campaign in a line."""
    taken = f"{state.taken / state.done:.0%} taken for what they stand for, " if state.taken else ""
    spent = f"{state.done:,} executions in {state.seconds / 60:.0f} min"
    return f"{spent}, {taken}{len(state.failures)} failures, at most {state.peak / 1e6:.0f} MB"


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "races.campaign", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--part", choices=EXECUTIONS, required=True)
    parser.add_argument("--executions", type=int, default=0)
    parser.add_argument("--seed", default=SEED)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--state", type=Path, default=Path(".campaign"))
    parser.add_argument("--seeds", type=Path, action="append", default=[])
    parser.add_argument("--atheris", type=Path, default=Path(".venv/fuzz"))
    return parser.parse_args(words)


if __name__ == "__main__":
    sys.exit(main())
