"""Components are found as a careful reader finds them: snapshots of releases, with labels written by hand.

A snapshot is one text file, `=== path` before each file's words; words that begin with `@` stand for bytes."""

import io
import tomllib
import zipfile
from functools import cache
from importlib.metadata import distribution
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from guildmark import licences
from guildmark.material import Opening
from guildmark.openness.components import COMPONENTS
from guildmark.openness.find import Part
from guildmark.openness.grades import grades
from guildmark.openness.licensing import Licensed
from guildmark.openness.snapshot import snapshot_of
from guildmark.subject import open_subject


def zipped(members: dict[str, bytes]) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return whole.getvalue()


HERE = Path(__file__).parent
LABELS: dict[str, dict[str, Any]] = tomllib.loads((HERE / "labels.toml").read_text())
BYTES = {
    "@safetensors": bytes.fromhex("0200000000000000") + b"{}",
    "@pointer": b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 987654321\n",
    "@gguf": b"GGUF\x03\0\0\0" + b"\0" * 16,
    "@onnx": bytes.fromhex("08083a090a00120774696e792d6e6e"),
    "@pdf": b"%PDF-1.4\n%%EOF\n",
    "@png": b"\x89PNG\r\n\x1a\n" + b"\0" * 8,
    "@pickle": bytes.fromhex("80027d2e"),
    "@torchzip": zipped({"archive/data.pkl": bytes.fromhex("80027d2e"), "archive/version": b"3"}),
    "@sb3": zipped({"data": b"{}", "policy.pth": bytes.fromhex("80027d2e"), "system_info.txt": b"OS"}),
    "@skops": zipped({"schema.json": b'{"__class__": "RandomForestClassifier"}'}),
    "@msgpack": b"\x80",
    "@npz": b"PK\x05\x06" + b"\0" * 18,
}


class Answer(NamedTuple):
    """What was found in one snapshot."""

    parts: dict[str, Part]
    licensed: dict[str, Licensed]
    gates: int


def licence_text(id: str) -> bytes:
    """The text that an installed package carries (none is committed here)."""
    package = {"MIT": "urllib3", "Apache-2.0": "requests"}[id]
    files = distribution(package).files or []
    return Path(str(next(file for file in files if "licen" in file.name.lower()).locate())).read_bytes()


def unpack(snapshot: Path, folder: Path) -> None:
    """Write a snapshot's files into `folder`."""
    for chunk in snapshot.read_text().removeprefix("=== ").split("\n=== "):
        path, _, body = chunk.partition("\n")
        kind, _, argument = body.strip().partition(" ")
        data = licence_text(argument) if kind == "@text" else BYTES.get(kind, body.encode())
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Answer]:
    folder = tmp_path_factory.mktemp("snapshots")
    return {name: answer(name, folder / name) for name in LABELS}


def answer(name: str, folder: Path) -> Answer:
    unpack(HERE / "snapshots" / f"{name}.txt", folder)
    subject = open_subject(str(folder), Opening(kind="model", network=False))
    licensed = grades(subject)
    parts = {id: one.part for id, one in licensed.items()}
    return Answer(parts, licensed, len(snapshot_of(subject).gates))


@cache
def states(name: str) -> dict[str, set[str]]:
    """The right answers for each component that was labelled."""
    label = LABELS[name]
    given = {id: {state} for state in ("present", "unknown") for id in label.get(state, ())}
    given |= {id: {"absent", "unknown"} for id in label.get("vague", ())}
    every: dict[str, set[str]] = {component.id: given.get(component.id, {"absent"}) for component in COMPONENTS}
    return {id: right for id, right in every.items() if id not in label.get("unscored", ())}


def test_every_snapshot_is_labelled_and_every_label_is_a_component() -> None:
    """No snapshot is left out because the program does badly on it."""
    assert {path.stem for path in (HERE / "snapshots").glob("*.txt")} == set(LABELS)
    ids = {component.id for component in COMPONENTS}
    for label in LABELS.values():
        told = [id for key in ("present", "unknown", "vague", "unscored") for id in label.get(key, ())]
        assert set(told) <= ids
        assert len(told) == len(set(told))


@pytest.mark.parametrize("id", [component.id for component in COMPONENTS])
def test_what_is_called_present_is_there_and_what_is_there_is_found(id: str, answers: dict[str, Answer]) -> None:
    """Of each component: precision at least 0.90, recall at least 0.80."""
    rows = [
        (name, answer.parts[id], states(name)[id] == {"present"})
        for name, answer in answers.items()
        if id in states(name)
    ]
    called = [(name, right) for name, part, right in rows if part.state == "present"]
    there = [(name, part.state) for name, part, right in rows if right]
    wrong = [name for name, right in called if not right]
    missed = [name for name, state in there if state != "present"]
    assert len(there) >= 3, "too few snapshots hold it to say anything"
    assert 1 - len(wrong) / max(len(called), 1) >= 0.90, f"not there: {wrong}"
    assert 1 - len(missed) / len(there) >= 0.80, f"not found: {missed}"


def test_nine_states_of_ten_are_right(answers: dict[str, Answer]) -> None:
    """Present, absent and unknown alike; and by themselves those that the labels call unknown."""
    wrong: dict[str, list[str]] = {"all": [], "unknown": []}
    count = dict.fromkeys(wrong, 0)
    for name, one in answers.items():
        for id, right in states(name).items():
            for group in ("all", *(["unknown"] if right == {"unknown"} else [])):
                count[group] += 1
                if one.parts[id].state not in right:
                    wrong[group].append(f"{name} {id}: {one.parts[id].state}")
    for group, faults in wrong.items():
        assert 1 - len(faults) / count[group] >= 0.90, "\n".join(faults)


@pytest.mark.parametrize("name", LABELS)
def test_a_gate_is_told_where_there_is_one(name: str, answers: dict[str, Answer]) -> None:
    """And nowhere else."""
    assert bool(answers[name].gates) == LABELS[name].get("gated", False)


@pytest.mark.parametrize("name", [name for name, label in LABELS.items() if "generic" in label])
def test_training_code_that_did_not_train_this_model_is_told(name: str, answers: dict[str, Answer]) -> None:
    """A framework's copy, or a script for others to tune with."""
    part = answers[name].parts["training_code"]
    assert part.state == "unknown"
    assert LABELS[name]["generic"] in part.says


@pytest.mark.parametrize(
    ("name", "id"), [(name, id) for name, label in LABELS.items() for id in label.get("licences", {})]
)
def test_a_part_is_under_the_licence_that_a_reader_finds(name: str, id: str, answers: dict[str, Answer]) -> None:
    """By its text, its header or its declaration."""
    one = answers[name].licensed[id]
    assert licences.same(one.licence, LABELS[name]["licences"][id]), (one.licence, one.why)
    assert one.open is True
