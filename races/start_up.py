"""What a start of `guildmark` costs in processor time, against `python3 -c pass` in the same run.

python -m races.start_up [--runs N] [--record]
"""

import argparse
import json
import os
import statistics
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

from races.results import record

BOUNDS = {"guildmark --help": 6, "guildmark vet of a small file": 20}
PROGRAM = str(Path(sys.executable).parent / "guildmark")
NEUTRAL = [sys.executable, "-c", "pass"]


def cpu_seconds(command: list[str]) -> float:
    """The processor time of a command and of all the processes that it waited for."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1, 3):
        sys.exit(f"{' '.join(command)} ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime


def race(commands: dict[str, list[str]], runs: int) -> dict[str, float]:
    """Each command's median time over the neutral one's; the runs take turns."""
    times: dict[str, list[float]] = {name: [] for name in ("neutral", *commands)}
    for _ in range(runs):
        times["neutral"].append(cpu_seconds(NEUTRAL))
        for name, command in commands.items():
            times[name].append(cpu_seconds(command))
    medians = {name: statistics.median(taken) for name, taken in times.items()}
    return {name: medians[name] / medians["neutral"] for name in commands}


def small_file(folder: Path) -> Path:
    """A whole safetensors file of one tensor."""
    header = json.dumps({"weight": {"dtype": "F32", "shape": [8], "data_offsets": [0, 32]}}).encode()
    path = folder / "model.safetensors"
    path.write_bytes(struct.pack("<Q", len(header)) + header + bytes(32))
    return path


def main() -> int:
    """Run the race, print it, and fail where a bound is passed."""
    parser = argparse.ArgumentParser("races.start_up", description=__doc__)
    parser.add_argument("--runs", type=int, default=21)
    parser.add_argument("--record", action="store_true", help="add the result to races/RESULTS.md")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        commands = {
            "guildmark --help": [PROGRAM, "--help"],
            "guildmark vet of a small file": [PROGRAM, "vet", str(small_file(Path(folder)))],
        }
        ratios = race(commands, asked.runs)
    for name, ratio in ratios.items():
        print(f"{name}: {ratio:.1f} times python3 -c pass (at most {BOUNDS[name]})")
        if asked.record:
            command = f"python -m races.start_up --runs {asked.runs} --record"
            record(f"start-up, {name}", f"{ratio:.1f} times", f"at most {BOUNDS[name]} times", command)
    return int(any(ratio > BOUNDS[name] for name, ratio in ratios.items()))


if __name__ == "__main__":
    sys.exit(main())
