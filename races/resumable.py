"""A long count that any stop may interrupt: how far it is, and how it goes on from there."""

import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec


class Report(msgspec.Struct):
    """What came of some of the executions: those that failed (number, bytes, what came out), how many were taken
    for what they stand for, the most memory that a process had in use (bytes), and the number to go on with."""

    failures: list[tuple[int, bytes, str]] = []
    taken: int = 0
    peak: int = 0
    next: int = 0


class State(msgspec.Struct):
    """How far a campaign is: enough to go on after any stop."""

    seed: str
    done: int = 0
    failures: list[str] = []
    seconds: float = 0.0
    taken: int = 0
    peak: int = 0
    recorded: int = 0
    """How many executions the line in the results tells of; 0 where there is none yet."""


def load(seed: str, folder: Path) -> State:
    """How far the count of this seed is; at its start where nothing was saved."""
    folder.mkdir(parents=True, exist_ok=True)
    saved = folder / "state.json"
    return msgspec.json.decode(saved.read_bytes(), type=State) if saved.exists() else State(seed)


def save(state: State, folder: Path) -> None:
    """Write it, so that a stop in the middle leaves the one before."""
    fresh = folder / "state.fresh"
    fresh.write_bytes(msgspec.json.encode(state))
    fresh.replace(folder / "state.json")


def go_on(state: State, wanted: int, folder: Path, until: float, batch: int, work: Callable[[range], Report]) -> State:
    """Count from `state` to `wanted`, or until the clock passes `until`; saves after each batch."""
    while state.done < wanted and time.monotonic() < until:
        start = time.monotonic()
        last = min(wanted, state.done + batch)
        report = work(range(state.done, last))
        for number, data, says in sorted(report.failures):
            (folder / f"{state.seed}-{number}.bin").write_bytes(data)
            state.failures.append(f"{number}: {says}")
            print(f"failure {number}: {says}", flush=True)
        state.done = last
        state.taken += report.taken
        state.peak = max(state.peak, report.peak)
        state.seconds += time.monotonic() - start
        save(state, folder)
        print(f"{state.done:,} of {wanted:,}, {state.done / state.seconds:.0f} a second", flush=True)
    return state


def peak() -> int:
    """The most memory that this process has had in use, in bytes."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most << 10
