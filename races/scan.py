"""`guildmark scan` against other scanners, on the same files, taking turns.

python -m races.scan --peers FOLDER [--corpus FOLDER] [--runs N] [--large-runs N] [--each] [--many N] [--record]

FOLDER holds a virtual environment a contestant, named as it; a peer that is absent is left out, and the race says so.
Ours is FOLDER/guildmark, installed as the peers are, else the one that this Python has. Each gets what its own pages
ask for (`python -m venv FOLDER/NAME && FOLDER/NAME/bin/pip install …`):

    guildmark     .                          hayward       hayward
    picklescan    "picklescan[7z]" numpy     modelaudit    modelaudit
    modelscan     "modelscan[h5py]"          fickling      fickling

Without numpy and py7zr picklescan ends at the first array or 7z with an error, and what follows is not looked at.
modelscan's scanners of Keras and SavedModel want tensorflow besides, without which they tell an error a file (exit
code 2) and look at the rest. fickling takes one file a call, and hears of pickles alone.

Some read every byte, and some read structure alone; guildmark runs as both (`guildmark`, `guildmark --no-hash`). Large
files are hashed by Python alone beside them (`sha256`). `--many` asks for so many copies of the corpus' files in one
run of a folder, for those who are done with that in minutes. A ratio is a contestant's median time by the clock over
that of `guildmark`, in the same round of turns.
"""

import argparse
import itertools
import json
import os
import pickle
import random
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from races import results

PROGRAM = str(Path(sys.executable).parent / "guildmark")
OURS = "guildmark"
LARGE = 2_000_000_000
BLOCK = 1 << 20
"""Small, for what this process holds counts as its children's most memory too."""
SECONDS = 600
EXAMPLES = Path(__file__).parent.parent / "tests" / "checks"

PEERS: Mapping[str, list[str]] = {
    "picklescan": ["picklescan", "-p"],
    "modelscan": ["modelscan", "scan", "-p"],
    "fickling": ["fickling", "--check-safety", "--json-output", os.devnull],
    "hayward": ["hayward", "scan"],
    "modelaudit": ["modelaudit", "scan"],
}
ONE_FILE_A_CALL = ("fickling",)
"""Peers that take one file, and no folder: they are started for every file of the corpus."""
SLOW = ("fickling", "modelaudit")
"""Peers that take more than ten minutes for ten thousand small files."""
HASHING = "import hashlib, sys; hashlib.file_digest(open(sys.argv[1], 'rb'), 'sha256').hexdigest()"

NO_SLOWER = "no slower than picklescan"
FASTER = "faster than each that reads all bytes"
ONE_PASS = "90 % of the speed of sha256, 64 MB; --no-hash 0.15 CPU-s a GB"


class Taken(NamedTuple):
    """What one run took, with all its child processes. `code` is how it ended; None where it was stopped."""

    seconds: float
    processor: float
    memory: int
    code: int | None


def _ours(peers: Path | None) -> str:
    installed = peers / OURS / "bin" / OURS if peers else None
    return str(installed) if installed is not None and installed.exists() else PROGRAM


def contestants(peers: Path | None) -> dict[str, list[str]]:
    """The command of each that is here, without the path that it scans."""
    program = _ours(peers)
    found = {OURS: [program, "scan", "--quiet"], f"{OURS} --no-hash": [program, "scan", "--quiet", "--no-hash"]}
    for name, (program, *arguments) in PEERS.items():
        place = peers / name / "bin" / program if peers else None
        if place is not None and place.exists():
            found[name] = [str(place), *arguments]
        else:
            print(f"{name} is left out: it is not installed in the folder of peers")
    return found


def run(command: list[str], path: Path, *, each: bool = False) -> Taken:
    """One run for a path; of a contestant that takes one file a call, or for `each` file, the sum of its calls."""
    if not each and not any(name in command[0] for name in ONE_FILE_A_CALL):
        return _run([*command, str(path)])
    taken = [_run([*command, str(file)]) for file in _files(path)]
    return Taken(
        sum(one.seconds for one in taken),
        sum(one.processor for one in taken),
        max(one.memory for one in taken),
        max((one.code for one in taken if one.code is not None), default=None),
    )


def _files(path: Path) -> list[Path]:
    return sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path]


def _run(command: list[str]) -> Taken:
    start = time.monotonic()
    environment = {**os.environ, "NO_COLOR": "1", "PROMPTFOO_DISABLE_TELEMETRY": "1"}
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder, env=environment
        )
        while True:
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            if pid or time.monotonic() - start > SECONDS:
                break
            time.sleep(0.005)
        if not pid:
            process.kill()
            _, status, usage = os.wait4(process.pid, 0)
    code = os.waitstatus_to_exitcode(status)
    process.returncode = code
    processor = usage.ru_utime + usage.ru_stime
    return Taken(time.monotonic() - start, processor, usage.ru_maxrss, code if pid else None)


def race(commands: Mapping[str, list[str]], path: Path, runs: int, *, each: bool = False) -> dict[str, list[Taken]]:
    """Everyone's runs over one path; they take turns, after one round that only warms the page cache."""
    taken: dict[str, list[Taken]] = {name: [] for name in commands}
    _run([*commands[OURS], str(path)])
    for _ in range(runs):
        for name, command in commands.items():
            taken[name].append(run(command, path, each=each))
    return taken


def tell(what: str, taken: Mapping[str, list[Taken]]) -> str:
    """The medians in a line, ours first."""
    ours = statistics.median(one.seconds for one in taken[OURS])
    told = []
    for name, runs in taken.items():
        seconds = statistics.median(one.seconds for one in runs)
        processor = statistics.median(one.processor for one in runs)
        ratio = "" if name == OURS else f", {seconds / ours:.1f} times"
        memory = max(one.memory for one in runs) // 1000
        stopped = "" if all(one.code is not None for one in runs) else f", stopped after {SECONDS} s"
        codes = {one.code for one in runs} - {0, 1, 3, None}  # 2 and above: it says itself that it did not scan all
        broken = f", ended with {sorted(map(str, codes))[0]}" if codes else ""
        told.append(f"{name} {seconds:.3f} s ({processor:.3f} CPU-s, {memory} MB{ratio}{stopped}{broken})")
    line = "; ".join(told)
    print(f"{what}: {line}", flush=True)
    return line


def many(corpus: Path, folder: Path, count: int) -> None:
    """Fill a folder with so many files: the corpus again and again, 200 a folder."""
    for number, source in zip(range(count), itertools.cycle(_files(corpus)), strict=False):
        path = folder / f"{number // 200}" / f"{number}_{source.name}"
        path.parent.mkdir(exist_ok=True)
        shutil.copy(source, path)


def numbers(size: int) -> Iterator[bytes]:
    """So many bytes that do not compress: random ones, again and again."""
    block = random.Random(size).randbytes(BLOCK)
    for start in range(0, size, BLOCK):
        yield block[: size - start]


def safetensors(path: Path, size: int = LARGE) -> None:
    """One tensor."""
    header = json.dumps({"weight": {"dtype": "F32", "shape": [size // 4], "data_offsets": [0, size]}}).encode()
    header += b" " * (-len(header) % 8)
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(header)) + header)
        file.writelines(numbers(size))


def gguf(path: Path, size: int = LARGE) -> None:
    """One F32 tensor behind two entries of metadata (version 3)."""

    def text(value: str) -> bytes:
        return struct.pack("<Q", len(value)) + value.encode()

    head = b"GGUF" + struct.pack("<IQQ", 3, 1, 2)
    head += text("general.architecture") + struct.pack("<I", 8) + text("llama")
    head += text("general.alignment") + struct.pack("<II", 4, 32)
    head += text("token_embd.weight") + struct.pack("<IQIQ", 1, size // 4, 0, 0)
    with path.open("wb") as file:
        file.write(head + bytes(-len(head) % 32))
        file.writelines(numbers(size))


def _state_dict(numbers: int) -> bytes:
    """A pickle as torch writes it: `torch._utils._rebuild_tensor_v2` of a storage that a persistent id names."""

    def name(module: str, name: str) -> bytes:
        return pickle.GLOBAL + f"{module}\n{name}\n".encode()

    def text(value: str) -> bytes:
        return pickle.BINUNICODE + struct.pack("<I", len(value)) + value.encode()

    def whole(value: int) -> bytes:
        return pickle.BININT + struct.pack("<i", value)

    storage = pickle.MARK + text("storage") + name("torch", "FloatStorage") + text("0") + text("cpu") + whole(numbers)
    shape = whole(numbers) + pickle.TUPLE1 + whole(1) + pickle.TUPLE1
    hooks = name("collections", "OrderedDict") + pickle.EMPTY_TUPLE + pickle.REDUCE
    tensor = name("torch._utils", "_rebuild_tensor_v2") + pickle.MARK + storage + pickle.TUPLE + pickle.BINPERSID
    tensor += whole(0) + shape + pickle.NEWFALSE + hooks + pickle.TUPLE + pickle.REDUCE
    return pickle.PROTO + b"\x02" + pickle.EMPTY_DICT + text("weight") + tensor + pickle.SETITEM + pickle.STOP


def torch_zip(path: Path, size: int = LARGE) -> None:
    """A state dict of one tensor, stored as `torch.save` does."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        archive.writestr("archive/data.pkl", _state_dict(size // 4))
        archive.writestr("archive/byteorder", "little")
        with archive.open("archive/data/0", "w", force_zip64=True) as storage:
            for piece in numbers(size):
                storage.write(piece)
        archive.writestr("archive/version", "3\n")


def main() -> int:
    """Run the races and print what came out."""
    parser = argparse.ArgumentParser("races.scan", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--peers", type=Path, help="the folder of their virtual environments")
    parser.add_argument(
        "--corpus", type=Path, default=EXAMPLES, help="a folder of small files; our examples, if not given"
    )
    parser.add_argument("--each", action="store_true", help="the small files also in a process each")
    parser.add_argument("--many", type=int, default=0, metavar="N", help="and so many small files in one run")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--large-runs", type=int, default=5)
    parser.add_argument("--large", type=int, default=LARGE, metavar="BYTES", help="the size of large files")
    parser.add_argument("--record", action="store_true", help="add the results to races/RESULTS.md")
    asked = parser.parse_args()
    commands = contestants(asked.peers)
    for what, bound, taken in _races(commands, asked.corpus.resolve(), asked):
        line = tell(what, taken)
        if asked.record:
            results.record(what, line, bound, results.command(sys.argv[1:]))
    return 0


def _races(
    commands: Mapping[str, list[str]], corpus: Path, asked: argparse.Namespace
) -> Iterator[tuple[str, str, dict[str, list[Taken]]]]:
    files = len(_files(corpus))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plain.pkl"
        path.write_bytes(pickle.dumps({"weights": [1, 2, 3]}, protocol=4))
        yield "scan, one small pickle (start-up)", NO_SLOWER, race(commands, path, 3 * asked.runs)
    yield f"scan, {files} small files", FASTER, race(commands, corpus, asked.runs)
    if asked.each:
        yield f"scan, {files} small files, a process each", FASTER, race(commands, corpus, asked.runs, each=True)
    if asked.many:
        quick = {name: command for name, command in commands.items() if name not in SLOW}
        with tempfile.TemporaryDirectory() as folder:
            many(corpus, Path(folder), asked.many)
            yield f"scan, {asked.many:,} small files", "60 s for 10,000", race(quick, Path(folder), 1)
    makers = {"torch zip": (torch_zip, "m.pt"), "safetensors": (safetensors, "m.safetensors"), "GGUF": (gguf, "m.gguf")}
    readers = {**commands, "sha256": [sys.executable, "-c", HASHING]}
    with tempfile.TemporaryDirectory() as folder:
        for name, (make, file) in makers.items():
            path = Path(folder) / file
            make(path, asked.large)
            yield f"scan, {name} of {asked.large / 1e9:g} GB", ONE_PASS, race(readers, path, asked.large_runs)
            path.unlink()


if __name__ == "__main__":
    sys.exit(main())
