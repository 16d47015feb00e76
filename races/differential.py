"""The long count against CPython: mutated pickles by the million, seeded, and resumed where they were stopped.

    python -m races.differential [--streams N] [--seed S] [--state FOLDER]

Each stream goes to CPython's own two unpicklers, in a child process that imports and runs nothing and notes
every name that they ask for and call, and to the symbolic machine. A failure is a name that CPython asks for
or calls and the machine does not report; the stream is kept, and is found again by its number.
"""

import argparse
import json
import pickle
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from races.mutation import mutated
from races.results import record
from races.resumable import Report, State, go_on, load, peak, save

from guildmark.contents import InMemory
from guildmark.errors import LimitPassed
from guildmark.formats.pickle import NOWHERE, Call, Name, events

STREAMS = 10_000_000
IN_TESTS = 100_000
"""How many of them `make test` runs."""
SECONDS = 80 * 60
BATCH = 5_000
LONGEST = 4_096
SEED = "2026"
RECORDING = Path(__file__).resolve().parent.parent / "tests" / "formats" / "recording_unpickler.py"


def seeds() -> list[bytes]:
    """Whole pickles of every protocol, and the examples of the check."""
    values: list[object] = [{"a": [1, 2.5, None]}, (1, ("x", b"y")), {3, frozenset({4})}, slice(1, 2), print, len]
    whole = [pickle.dumps(value, protocol) for value in values for protocol in range(6)]
    examples = RECORDING.parent.parent / "checks" / "no_code_in_pickles"
    files = sorted(path for path in examples.glob("*/*/m.pkl") if "laughs" not in path.parent.name)
    return whole + [path.read_bytes() for path in files]


def streams(seed: str, numbers: range, files: Sequence[bytes]) -> Iterator[bytes]:
    """Half are mutated seeds; half are opcodes strung together, with the seeds' pieces among them."""
    codes = [opcode.encode("latin-1") for opcode in map(chr, range(256))]
    for number in numbers:
        if number % 2:
            yield mutated(seed, number, files)[:LONGEST]
            continue
        chance = random.Random(f"{seed}:strung:{number}")
        pieces = [
            chance.choice(PIECES) if chance.random() < 0.9 else chance.choice(codes)
            for _ in range(chance.randint(2, 30))
        ]
        yield b"".join(pieces) + b"."


PIECES = [
    *(code.encode("latin-1") for code in "()012NRbo]}aesudlt"),
    *(b"\x81", b"\x92", b"\x93", b"\x94", b"\x85", b"\x86", b"\x87", b"\x90", b"\x91", b"\x8f"),
    *(b"ca\nb\n", b"cc\nd.e\n", b"ios\nc\n", b"S'd'\n", b"Ve\n", b"\x8c\x02os", b"\x8c\x06system", b"U\x01f"),
    *(b"q\0", b"q\1", b"h\0", b"h\1", b"p2\n", b"g2\n", b"r\3\0\0\0", b"j\3\0\0\0", b"Pid\n", b"Q", b"\x80\x04"),
    *(b"I7\n", b"K\x01", b"C\1g", b"\x82\1", b"M\1\1", b"F1.5\n", b"\x88", b"\x97", b"\x98"),
    *(b"\x95\4\0\0\0\0\0\0\0", b"G" + bytes(8)),
]


def missed(seed: str, numbers: range, files: Sequence[bytes]) -> Iterator[tuple[int, bytes, str]]:
    """The streams in which CPython reaches what the machine does not report: number, bytes, and what."""
    tried = list(streams(seed, numbers, files))
    for number, data, (asked, called) in zip(numbers, tried, reached(tried), strict=True):
        says = difference(data, asked, called)
        if says:
            yield number, data, says


def reached(tried: Sequence[bytes]) -> list[tuple[list[str], list[str]]]:
    """What CPython asks for and calls in each stream; nothing for one that exhausts its child."""
    child = subprocess.run(
        [sys.executable, str(RECORDING)],
        input="\n".join(data.hex() for data in tried),
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    if child.returncode == 0:
        return [(asked, called) for asked, called in json.loads(child.stdout)]
    if len(tried) == 1:
        return [([], [])]
    half = len(tried) // 2
    return reached(tried[:half]) + reached(tried[half:])


def difference(data: bytes, asked: Sequence[str], called: Sequence[str]) -> str:
    """What CPython asks for or calls and the machine does not report; empty where it reports all."""
    names: set[str] = set()
    calls: set[str] = set()
    try:
        for event in events(InMemory(data)):
            if isinstance(event, Name):
                names.add(event.name)
            elif isinstance(event, Call):
                calls.add(event.name)
    except LimitPassed:
        return ""
    if NOWHERE in names:
        return ""
    unseen = [f"asks for {name}" for name in asked if name not in names]
    if NOWHERE not in calls:
        unseen += [f"calls {name}" for name in called if name not in calls]
    return "; ".join(dict.fromkeys(unseen))


def run(state: State, wanted: int, folder: Path, until: float) -> State:
    """Go on from `state` until all are done or the clock passes `until`; saves as it goes."""
    files = seeds()

    def compare(numbers: range) -> Report:
        return Report(list(missed(state.seed, numbers, files)), peak=peak(), next=numbers.stop)

    return go_on(state, wanted, folder, until, BATCH, compare)


def main(words: Sequence[str] | None = None) -> int:
    """Run the count, or go on with it; the result goes to races/RESULTS.md when all is done."""
    parser = argparse.ArgumentParser("races.differential", description=__doc__)
    parser.add_argument("--streams", type=int, default=STREAMS)
    parser.add_argument("--seed", default=SEED)
    parser.add_argument("--state", type=Path, default=Path(".campaign"))
    asked = parser.parse_args(words)
    folder = asked.state / f"differential-{asked.seed}"
    state = load(asked.seed, folder)
    if state.done > asked.streams or state.recorded == asked.streams:
        print(f"differential: {state.done:,} streams are done already; remove {folder} to begin anew")
        return int(bool(state.failures))
    state = run(state, asked.streams, folder, time.monotonic() + SECONDS)
    if state.done < asked.streams:
        print(f"stopped after {SECONDS // 60} minutes: the same command goes on at {state.done:,}")
        return 3
    spent = f"{state.done:,} streams in {state.seconds / 60:.0f} min"
    result = f"{spent}, {len(state.failures)} failures, at most {state.peak / 1e6:.0f} MB"
    command = f"python -m races.differential --streams {asked.streams} --seed {asked.seed}"
    print(record("differential, pickle", result, "0 failures", command), end="")
    state.recorded = asked.streams
    save(state, folder)
    return int(bool(state.failures))


if __name__ == "__main__":
    sys.exit(main())
