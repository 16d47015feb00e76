"""What an evaluation costs besides the model: 2,000 exact-match chat samples against a lean loopback server.

    python -m races.evaluate_overhead [--peers VENV] [--delays 0 0.05 0.3] [--samples N] [--rounds K] [--record]

The server's own ceiling is taken first, by a client that does nothing else. Then ours and the peers' runs take turns;
each is a process of its own, whose CPU time (children's too) and peak memory the kernel says; time and CPU
time count from when all is imported, and beside them stand those of the whole process. `--samples 100000` or
1000000 puts ours alone, for its memory."""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

from races.results import command, record

OURS, CEILING = "guildmark", "raw"
PEERS = ("lm_eval", "inspect")
ALONE = 20_000
"""From so many samples on only ours is run."""
LIMIT = 1800
"""Seconds that one run may take."""
CHILD = """
import sys, time
from pathlib import Path
import pyreqwest.client, zstandard
from races._asked import echo
from races._overhead_peers import spent
from guildmark.provider import open_model
from guildmark.run import Pace, Settings, go
asked, started, began = echo(int(sys.argv[2])), spent(), time.perf_counter()
model, settings = open_model(f"openai:m@{sys.argv[1]}"), Settings(sampling=asked.sampling)
found = go(Path(sys.argv[3]), asked, (), model, settings, {}, Pace())
took = time.perf_counter() - began
print('{"score": %r, "cpu": %r, "took": %r}' % (found.measurements[0].value, spent() - started, took))
"""


class Cost(NamedTuple):
    """One run: wall seconds, in all and once all is imported, CPU seconds (first the latter), MB, bytes on disk."""

    wall: float
    took: float
    cpu: float
    whole: float
    memory: float
    disk: int


@contextmanager
def server(delay: float) -> Iterator[str]:
    """The loopback server in a process of its own."""
    words = [sys.executable, "-m", "races.loopback_server", "--delay", str(delay)]
    child = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    try:
        assert child.stdout is not None
        yield f"http://127.0.0.1:{child.stdout.readline().strip()}/v1"
    finally:
        child.kill()
        child.wait()


def run(name: str, python: str, address: str, count: int) -> Cost:
    """One run of ours or of a peer; raises RuntimeError where it fails, or scores anything but 100 %."""
    folder = Path(tempfile.mkdtemp(prefix="guildmark-race-"))
    words = (
        [python, "-c", CHILD] if name == OURS else [python, str(Path(__file__).with_name("_overhead_peers.py")), name]
    )
    started = time.perf_counter()
    try:
        with (folder / "said").open("w+") as said, (folder / "complained").open("w+") as complained:
            words += [address, str(count), str(folder / "run")]
            child = subprocess.Popen(words, stdout=said, stderr=complained, env=_environment(folder))
            usage = _waited(child)
            wall = time.perf_counter() - started
            said.seek(0)
            complained.seek(0)
            lines = said.read().splitlines()
            if child.returncode or not lines or json.loads(lines[-1])["score"] != 1:
                raise RuntimeError(f"{name} failed: {complained.read()[-400:]}")
            told = json.loads(lines[-1])
        disk = sum(path.stat().st_size for path in (folder / "run").rglob("*") if path.is_file())
        return Cost(wall, told["took"], told["cpu"], usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, disk)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _environment(folder: Path) -> dict[str, str]:
    quiet = {"HF_HUB_OFFLINE": "1", "HF_HOME": str(folder / "hf"), "INSPECT_LOG_LEVEL": "error", "OPENAI_API_KEY": "x"}
    return {**os.environ, **quiet, "TOKENIZERS_PARALLELISM": "false"}


def _waited(child: "subprocess.Popen[bytes]") -> resource.struct_rusage:
    """What the child and all that it waited for cost; it is killed after the limit."""
    until = time.monotonic() + LIMIT
    while time.monotonic() < until:
        pid, status, usage = os.wait4(child.pid, os.WNOHANG)
        if pid:
            child.returncode = os.waitstatus_to_exitcode(status)
            return usage
        time.sleep(0.01)
    child.kill()
    child.wait()
    raise RuntimeError(f"it ran longer than {LIMIT} s")


def contestants(peers: str) -> dict[str, str]:
    """Who is run, and by which Python; a peer that is absent is left out and said."""
    found = {CEILING: sys.executable, OURS: sys.executable}
    python = str(Path(peers, "bin", "python")) if peers else ""
    for name in PEERS:
        module = {"inspect": "inspect_ai"}.get(name, name)
        words = [python, "-c", f"import importlib.util as u; raise SystemExit(u.find_spec({module!r}) is None)"]
        if python and Path(python).exists() and subprocess.run(words, timeout=60).returncode == 0:
            found[name] = python
        else:
            print(f"{name} is not here, and left out: name a folder of an environment that has it by --peers")
    return found


def race(who: dict[str, str], delay: float, count: int, rounds: int) -> dict[str, Cost]:
    """The median of each one's runs, which take turns; one that fails is said and left out."""
    costs: dict[str, list[Cost]] = {}
    with server(delay) as address:
        for _ in range(rounds):
            for name in list(who):
                try:
                    costs.setdefault(name, []).append(run(name, who[name], address, count))
                except RuntimeError as error:
                    print(f"{name} is left out: {error}")
                    del who[name]
    return {name: Cost(*(median(column) for column in zip(*each, strict=True))) for name, each in costs.items() if each}


def table(costs: dict[str, Cost], delay: float, count: int) -> Iterator[str]:
    """A line each, with its ratio to ours."""
    ours = costs.get(OURS)
    yield f"\n{count:,} samples at {1000 * delay:.0f} ms"
    yield f"{'':10}  to a score  samples/s  with start  CPU-s/1,000  to ours  with start      MB  bytes/sample"
    for name, cost in costs.items():
        ratio = f"{cost.cpu / ours.cpu:.1f}x" if ours else ""
        yield (
            f"{name:10} {cost.wall:9.1f} s {count / cost.took:10,.0f} {count / cost.wall:11,.0f} "
            f"{1000 * cost.cpu / count:12.3f} {ratio:>8} {1000 * cost.whole / count:11.3f} {cost.memory:7.0f} "
            f"{cost.disk / count:13.0f}"
        )


def main() -> int:
    """Race, print and, where asked, record."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", default="", metavar="VENV", help="an environment that has lm-eval and inspect_ai")
    parser.add_argument("--delays", type=float, nargs="+", default=[0.0, 0.05, 0.3], metavar="S")
    parser.add_argument("--samples", type=int, default=2000, metavar="N")
    parser.add_argument("--rounds", type=int, default=3, metavar="K")
    parser.add_argument("--record", action="store_true", help="add lines to races/RESULTS.md")
    asked = parser.parse_args()
    alone = asked.samples >= ALONE
    who = {OURS: sys.executable} if alone else contestants(asked.peers)
    for delay in asked.delays[:1] if alone else asked.delays:
        costs = race(dict(who), delay, asked.samples, 1 if alone else asked.rounds)
        print("\n".join(table(costs, delay, asked.samples)), flush=True)
        if asked.record:
            _record(costs, delay, asked.samples)
    return 0


def _record(costs: dict[str, Cost], delay: float, count: int) -> None:
    words = "; ".join(
        f"{name} {cost.wall:.1f} s to a score, {count / cost.took:,.0f}/s ({count / cost.wall:,.0f}/s with its start), "
        f"{1000 * cost.cpu / count:.3f} CPU-s a 1,000, {cost.memory:.0f} MB, "
        f"{cost.disk / count:.0f} bytes"
        for name, cost in costs.items()
    )
    bound = "0.35 CPU-s a 1,000; 2,500/s at 50 ms; 80 MB at 100,000; 150 bytes"
    record("evaluate_overhead", f"{count:,} samples, {1000 * delay:.0f} ms: {words}", bound, command(sys.argv[1:]))


if __name__ == "__main__":
    raise SystemExit(main())
