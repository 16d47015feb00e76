"""Large subjects are streamed, and a killed run leaves nothing half-written."""

import contextlib
import json
import os
import pty
import random
import re
import struct
import subprocess
import sys
import time
from pathlib import Path

from guildmark.records import Report, read_report

GIGABYTES = 2


def large_safetensors(path: Path) -> None:
    """A valid file of zeros, sparse on disk."""
    size = GIGABYTES << 30
    head = json.dumps({"w": {"dtype": "U8", "shape": [size], "data_offsets": [0, size]}}).encode()
    head += b" " * (-len(head) % 8)
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(head)) + head)
        file.truncate(8 + len(head) + size)


def test_two_gigabytes_are_vetted_in_under_200_megabytes(tmp_path: Path):
    """Peak memory of the whole run, its worker included."""
    large_safetensors(tmp_path / "m.safetensors")
    code = (
        "import resource, sys; from guildmark.commands import main\n"
        f"code = main(['vet', {str(tmp_path / 'm.safetensors')!r}, '--quiet'])\n"
        "peaks = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]\n"
        "print(max(peaks), file=sys.stderr); sys.exit(code)"
    )
    # Linux counts the memory of whoever starts a program to the program's own: a small one starts it
    start = f"import subprocess, sys; sys.exit(subprocess.run([sys.executable, '-c', {code!r}]).returncode)"
    done = subprocess.run([sys.executable, "-c", start], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    kilobytes = int(done.stderr) // (1024 if sys.platform == "darwin" else 1)
    assert kilobytes < 200_000


def test_a_terminal_shows_how_far_it_is_how_fast_and_how_long_it_will_take(tmp_path: Path):
    """And `--quiet` shows nothing; the report is the same."""
    large_safetensors(tmp_path / "m.safetensors")
    words = [sys.executable, "-m", "guildmark", "vet", str(tmp_path / "m.safetensors"), "--format", "json"]
    assert re.search(r"m\.safetensors .* \d+ MB, [\d.]+ MB/s .*\d:\d\d", on_a_terminal(words))
    assert on_a_terminal([*words, "--quiet"]) == ""


def on_a_terminal(words: list[str]) -> str:
    """What a command shows on a terminal that its errors, and not its answers, go to; without escapes."""
    ours, theirs = pty.openpty()
    run = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=theirs, env={**os.environ, "COLUMNS": "120"})
    os.close(theirs)
    seen = b""
    with contextlib.suppress(OSError):  # Linux: the terminal ends with its last writer
        while piece := os.read(ours, 1 << 16):
            seen += piece
    os.close(ours)
    assert run.wait() == 0
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", seen.decode())


def test_a_run_that_is_killed_leaves_no_half_report(tmp_path: Path):
    """At whatever moment it dies, the report is whole or is not there."""
    subject = tmp_path / "m.safetensors"
    subject.write_bytes(struct.pack("<Q", 2) + b"{}")
    chance = random.Random(2026)
    for number in range(6):
        out = tmp_path / f"{number}.json"
        words = ["vet", str(subject), "--format", "json", "-o", str(out)]
        run = subprocess.Popen([sys.executable, "-m", "guildmark", *words], stderr=subprocess.DEVNULL)
        time.sleep(chance.uniform(0.05, 0.6))
        run.kill()
        run.wait()
        assert not out.exists() or isinstance(read_report(out.read_bytes()), Report)
