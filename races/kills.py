"""Kills a run by `kill -9` again and again, and sees that nothing is lost, little paid twice, and the end the same.

    python -m races.kills [--kills 50] [--samples N] [--seed S] [--record]

Each kill falls at a moment drawn at random while the run is asking. The loopback server counts the requests."""

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from races.evaluate_overhead import CHILD
from races.loopback_server import Service
from races.results import command, record
from tests.serving import serving

from guildmark.run import RESULT, SAMPLES
from guildmark.run.going import GROUP_LINES
from guildmark.run.pace import MOST


def killed(
    folder: Path, address: str, service: Service, count: int, kills: int, chance: random.Random
) -> tuple[int, int]:
    """Run it to its end with so many kills; returns how many fell, and the most samples that one kill paid twice."""
    words = [sys.executable, "-c", CHILD, address, str(count), str(folder)]
    fell = 0
    for _ in range(kills):
        child = subprocess.Popen(words, stdout=subprocess.DEVNULL)
        before = service.requests
        while service.requests == before and child.poll() is None:
            time.sleep(0.002)
        time.sleep(chance.uniform(0, 0.4))
        if child.poll() is None:
            os.kill(child.pid, signal.SIGKILL)
            fell += 1
        child.wait()
        if (folder / RESULT).exists():
            break
    subprocess.run(words, stdout=subprocess.DEVNULL, check=True, timeout=600)
    return fell, max(service.asked.values())


def main() -> int:
    """Kill, compare and say; exit code 1 where a promise does not hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=50, metavar="K")
    parser.add_argument(
        "--samples", type=int, default=40_000, metavar="N", help="enough that the run outlives the kills"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="S")
    parser.add_argument("--record", action="store_true", help="add a line to races/RESULTS.md")
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="guildmark-kills-"))
    service = Service(delay=0.02)
    try:
        with serving(service) as address:
            fell, _ = killed(folder / "killed", address, service, asked.samples, asked.kills, random.Random(asked.seed))
            twice = service.requests - asked.samples
            words = [sys.executable, "-c", CHILD, address, str(asked.samples), str(folder / "whole")]
            subprocess.run(words, stdout=subprocess.DEVNULL, check=True, timeout=600)
        same = all((folder / "killed" / name).read_bytes() == (folder / "whole" / name).read_bytes()
                   for name in (SAMPLES, RESULT))  # fmt: skip
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    bound = fell * (MOST + GROUP_LINES)
    said = (
        f"{fell} kills of {asked.samples:,} samples: {twice} paid twice ({twice / max(fell, 1):.1f} a kill, at most "
        f"{MOST + GROUP_LINES}); samples and result {'' if same else 'NOT '}byte-identical"
    )
    print(said)
    if asked.record:
        record(
            "kills",
            said,
            "one group and the concurrency a kill; identical",
            command(sys.argv[1:]),
        )
    return 0 if same and 0 <= twice <= bound and fell == asked.kills else 1


if __name__ == "__main__":
    raise SystemExit(main())
