"""A long count that any stop may interrupt: how far it is, and how it goes on from there."""

import time
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec


class State(msgspec.Struct):
    """How far a campaign is: enough to go on after any stop."""

    seed: str
    done: int = 0
    failures: list[str] = []
    seconds: float = 0.0


def load(seed: str, folder: Path) -> State:
    """How far the count of this seed is; at its start where nothing was saved."""
    folder.mkdir(parents=True, exist_ok=True)
    saved = folder / "state.json"
    return msgspec.json.decode(saved.read_bytes(), type=State) if saved.exists() else State(seed)


def go_on(
    state: State,
    wanted: int,
    folder: Path,
    until: float,
    batch: int,
    failures: Callable[[range], Iterable[tuple[int, bytes, str]]],
) -> State:
    """Count from `state` to `wanted`, or until the clock passes `until`; saves after each batch.

    `failures` gives of a range of numbers those that failed: the number, its bytes, what came out."""
    while state.done < wanted and time.monotonic() < until:
        start = time.monotonic()
        last = min(wanted, state.done + batch)
        for number, data, says in failures(range(state.done, last)):
            (folder / f"{state.seed}-{number}.bin").write_bytes(data)
            state.failures.append(f"{number}: {says}")
            print(f"failure {number}: {says}", flush=True)
        state.done = last
        state.seconds += time.monotonic() - start
        _save(state, folder)
        print(f"{state.done:,} of {wanted:,}, {state.done / state.seconds:.0f} a second", flush=True)
    return state


def _save(state: State, folder: Path) -> None:
    fresh = folder / "state.fresh"
    fresh.write_bytes(msgspec.json.encode(state))
    fresh.replace(folder / "state.json")
