"""Go's own module log (golang.org/x/mod/sumdb, as Debian packages it) accepts our notes and proofs, and we its."""

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("cryptography", reason="signatures need guildmark[sign]")

from tests.log.test_folder import KEY, TRUSTED, begun, entries

from guildmark.log import folder, merkle

SOURCES = Path("/usr/share/gocode")
"""Where Debian's golang-golang-x-mod-dev lies."""


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not shutil.which("go") or not (SOURCES / "src" / "golang.org" / "x" / "mod" / "sumdb").is_dir():
        pytest.skip("the second implementation is built where golang-go and golang-golang-x-mod-dev are installed")
    built = tmp_path_factory.mktemp("go") / "second"
    source = Path(__file__).with_name("second.go")
    environment = os.environ | {"GO111MODULE": "off", "GOPATH": str(SOURCES), "GOCACHE": str(built.parent / "cache")}
    subprocess.run(["go", "build", "-o", built, source], check=True, env=environment, timeout=300)
    return built


def asked(tmp_path: Path, size: int) -> Iterator[dict[str, Any]]:
    served = folder.opened(begun(tmp_path / f"log {size}", *entries(size)), TRUSTED)
    for place, old in ((0, 1), (size // 2, size // 2 + 1), (size - 1, size)):
        yield {
            "Key": KEY.public.line,
            "Checkpoint": served.signed.decode(),
            "Entries": size,
            "Place": place,
            "Old": old,
            "Root": text(served.tree.root()),
            "OldRoot": text(served.tree.root(old)),
            "Record": [*map(text, served.tree.inclusion(place))],
            "Tree": [*map(text, served.tree.consistency(old))],
        }


def text(hash: bytes) -> str:
    return base64.b64encode(hash).decode()


def answers(program: Path, questions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    lines = "".join(json.dumps(question) + "\n" for question in questions)
    done = subprocess.run([program], input=lines, capture_output=True, text=True, check=True, timeout=120)
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("size", [1, 2, 3, 255, 256, 257, 700])
def test_go_accepts_what_we_prove_and_we_what_it_proves(tmp_path: Path, program: Path, size: int) -> None:
    questions = [*asked(tmp_path, size)]
    for question, told in zip(questions, answers(program, questions), strict=True):
        assert told["Wrong"] == ""
        assert (told["Root"], told["OldRoot"]) == (question["Root"], question["OldRoot"])
        root, before = base64.b64decode(told["Root"]), base64.b64decode(told["OldRoot"])
        path = [*map(base64.b64decode, told["Record"] or [])]
        leaf = merkle.leaf(b"entry %d" % question["Place"])
        assert merkle.proves_inclusion(path, question["Place"], size, leaf, root)
        since = [*map(base64.b64decode, told["Tree"] or [])]
        assert merkle.proves_consistency(since, question["Old"], size, before, root)


def test_go_refuses_what_we_would_refuse(tmp_path: Path, program: Path) -> None:
    good = next(asked(tmp_path, 300))
    other = text(merkle.leaf(b"other"))
    changed = [
        good | {"Root": other},
        good | {"OldRoot": other},
        good | {"Place": 1},
        good | {"Record": [other, *good["Record"][1:]]},
        good | {"Checkpoint": good["Checkpoint"].replace("300", "301")},
    ]
    assert all(told["Wrong"] for told in answers(program, changed))
