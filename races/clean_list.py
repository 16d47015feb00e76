"""The pinned real files of `races.clean`: the list, and how it was chosen from wheels.

    python -m races.clean_list WHEELS > races/clean.tsv

Of each wheel at most MOST files, whose endings bear on loading: the endings take turns, and files of one ending come in
the order of the sha256 of their paths. Nothing is chosen by what a scanner says of it."""

import hashlib
import re
import sys
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice, zip_longest
from pathlib import Path
from typing import NamedTuple

from packaging.utils import parse_wheel_filename

from guildmark.contents import OnDisk, sha256

LIST = Path(__file__).with_name("clean.tsv")
MOST = 60
LARGEST = 200 << 20
ENDINGS = re.compile(
    r"\.(onnx|ort|tflite|pbtxt?|h5|hdf5|keras|safetensors|gguf|pt|pth|ckpt|jit|pkl|pickle|joblib|model|mdl|state|id2word|kv|"
    r"tst|bin|npy|npz|gz|xz|bz2|lz4|zst|zip|tar|7z|jar|json|jsonl|ya?ml|jinja2?|j2|xml|pmml|ipynb|mlmodel|crfsuite|marshal|"
    r"msgpack|params|index|cbm|ubj)$",
    re.IGNORECASE,
)
ONE = frozenset(("onnx",))
"""Packages whose files count once: they are hundreds of small test models of one kind."""


class Pinned(NamedTuple):
    """One file: where it is, and what its bytes are."""

    package: str
    version: str
    wheel: str
    wheel_sha256: str
    path: str
    sha256: str


def read(path: Path = LIST) -> list[Pinned]:
    """The lines of a list."""
    lines = path.read_text("utf-8").splitlines()
    return [Pinned(*line.split("\t")) for line in lines if line and not line.startswith("#")]


def choose(wheel: Path) -> Iterator[Pinned]:
    """The files of one wheel."""
    name, version, _, _ = parse_wheel_filename(wheel.name)
    digest = sha256(OnDisk(str(wheel)))
    with zipfile.ZipFile(wheel) as archive:
        for path in sorted(_chosen(archive, str(name))):
            found = hashlib.sha256(archive.read(path)).hexdigest()
            yield Pinned(str(name), str(version), wheel.name, digest, path, found)


def _chosen(archive: zipfile.ZipFile, package: str) -> Iterator[str]:
    by_ending: dict[str, list[str]] = defaultdict(list)
    for info in archive.infolist():
        ending = ENDINGS.search(info.filename)
        wanted = ending and (package not in ONE or ending[1] == "onnx")
        if wanted and 0 < info.file_size <= LARGEST and ".dist-info/" not in info.filename:
            by_ending[ending[1].lower() if ending else ""].append(info.filename)
    for paths in by_ending.values():
        paths.sort(key=lambda path: hashlib.sha256(path.encode()).digest())
    turns = (path for turn in zip_longest(*by_ending.values()) for path in turn if path is not None)
    return islice(turns, MOST)


def main() -> int:
    """Print the list of the files in a folder of wheels."""
    for wheel in sorted(Path(sys.argv[1]).glob("*.whl")):
        for one in choose(wheel):
            print(*one, sep="\t")
    return 0


if __name__ == "__main__":
    sys.exit(main())
