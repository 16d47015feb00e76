"""The long counts: hostile files by the million, seeded, and resumed where they were stopped.

    python -m races.campaign [--executions N] [--seed S] [--state FOLDER]

Each file is a mutated seed. It goes the way of every subject: it is recognised, unpacked, read by every
format that it has, and asked all checks. A failure is anything that comes out but an answer or a
GuildmarkError, or takes too long or too much memory; the file is kept, and is found again by its number.
"""

import argparse
import itertools
import resource
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from races.mutation import mutated
from races.results import record
from races.resumable import State, go_on, load

from guildmark import check, formats
from guildmark.contents import InMemory
from guildmark.errors import GuildmarkError
from guildmark.limits import Limits
from guildmark.material import Given, Material, Opening
from guildmark.subject import Subject, take_in
from guildmark.vet import ask

EXECUTIONS = 500_000
IN_TESTS = 1_000
"""How many of them `make test` runs."""
SECONDS = 80 * 60
"""A run stops after this long, and the next goes on from there."""
SECONDS_EACH = 10.0
MEMORY = 1 << 30
SAVE_EVERY = 1_000
SEED = "2026"
SMALL = 1 << 16
EXAMPLES = Path(__file__).resolve().parent.parent / "tests" / "checks"
LIMITS = Limits(members=1_000, expansion=64 << 20, findings=100)
NAMES = ("model.bin", "README.md", "pyproject.toml", "config.json", "METADATA", "model.py")


class TooLong(BaseException):
    """One execution took more than its seconds; no `except Exception` may hide that."""


def seeds() -> list[bytes]:
    """Small whole files of every format, made by code, and as many examples of the checks."""
    from tests.formats import seeds as plain
    from tests.formats import seeds_containers as containers

    made = list({**plain.seeds(), **containers.seeds()}.values())
    files = sorted(path for path in EXAMPLES.glob("*/*/**/*") if path.is_file() and not path.is_symlink())
    examples = [path.read_bytes() for path in files if path.stat().st_size <= SMALL]
    return made * (len(examples) // len(made) + 1) + examples


def execute(data: bytes, name: str) -> None:
    """Put one file through all that a vet does with it; raises what must not come out."""
    subject = take_in(Material(name, None, (Given(name, InMemory(data), len(data)),)), Opening(limits=LIMITS))
    for file in subject.files():
        for face in file.formats:
            try:
                for _ in itertools.islice(formats.faults(face, file.contents) or (), LIMITS.findings):
                    pass
                formats.published(face, file.contents.at(0, 1 << 20))
            except GuildmarkError:
                continue
    _ask_all(subject)


def _ask_all(subject: Subject) -> None:
    for id in check.ids():
        for finding in ask(subject, check.load(id), LIMITS):
            if finding.says.startswith("the check crashed"):
                raise AssertionError(f"{id}: {finding.says}")


def failures(seed: str, numbers: range, files: Sequence[bytes]) -> Iterator[tuple[int, bytes, str]]:
    """The executions that failed: number, bytes, and what came out."""
    for number in numbers:
        data = mutated(seed, number, files)
        try:
            with _at_most(SECONDS_EACH):
                execute(data, NAMES[number % len(NAMES)])
        except GuildmarkError:
            continue
        except (Exception, TooLong) as error:  # what came out is the result
            yield number, data, f"{type(error).__name__}: {error}"


@contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    def stop(signum: int, frame: FrameType | None) -> None:
        raise TooLong(f"more than {seconds:g} seconds")

    before: Any = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def campaign(state: State, executions: int, folder: Path, until: float) -> State:
    """Go on from `state` until all are done or the clock passes `until`; saves as it goes."""
    files = seeds()
    return go_on(state, executions, folder, until, SAVE_EVERY, lambda numbers: failures(state.seed, numbers, files))


def main(words: Sequence[str] | None = None) -> int:
    """Run a campaign, or go on with it; the result goes to races/RESULTS.md when all is done."""
    parser = argparse.ArgumentParser("races.campaign", description=__doc__)
    parser.add_argument("--executions", type=int, default=EXECUTIONS)
    parser.add_argument("--seed", default=SEED)
    parser.add_argument("--state", type=Path, default=Path(".campaign"))
    asked = parser.parse_args(words)
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, resource.getrlimit(resource.RLIMIT_DATA)[1]))
    folder = asked.state / f"hostile-files-{asked.seed}"
    state = campaign(load(asked.seed, folder), asked.executions, folder, time.monotonic() + SECONDS)
    if state.done < asked.executions:
        print(f"stopped after {SECONDS // 60} minutes: the same command goes on at {state.done:,}")
        return 3
    if state.done > asked.executions:
        print(f"{state.done:,} executions are done already; remove {folder} to begin anew")
        return 0
    result = f"{state.done:,} executions in {state.seconds / 60:.0f} min, {len(state.failures)} failures"
    command = f"python -m races.campaign --executions {asked.executions} --seed {asked.seed}"
    print(record("campaign, hostile files", result, "0 failures", command), end="")
    return int(bool(state.failures))


if __name__ == "__main__":
    sys.exit(main())
