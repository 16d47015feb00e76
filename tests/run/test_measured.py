"""What a run measured enters the assessment of the very model that it asked, and a standard can require it."""

import hashlib
import json
import struct
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.run.questions import echo

from guildmark.benchmark import load
from guildmark.commands import main
from guildmark.provider import open_model
from guildmark.run import RESULT, SAMPLES, Pace, Settings, go, lines, read_result
from guildmark.run.journal import write_frames

HEADER = b'{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'
BODY = struct.pack("<Q", len(HEADER)) + HEADER + b"\0\0\0\0"
DIGEST = f"sha256:{hashlib.sha256(BODY).hexdigest()}"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    (tmp_path / "model.safetensors").write_bytes(BODY)
    return tmp_path / "model.safetensors"


def _run(folder: Path, monkeypatch: pytest.MonkeyPatch, digest: str = DIGEST, benchmark: str = "") -> Path:
    """A run of which the model's digest is as it is said here."""
    opened: Any = open_model("mock:")
    described = {"provider": "gguf", "name": "m"} | ({"digest": digest} if digest else {})
    with monkeypatch.context() as patch:
        patch.setattr(type(opened), "describe", lambda self: described)
        go(folder, load(benchmark) if benchmark else echo(40), (), opened, Settings(), {}, Pace())
    return folder


def _vet(model: Path, *words: str) -> int:
    return main(["vet", str(model), "--check", "formats_intact", "--no-network", "--quiet", *words])


def test_scores_and_speeds_enter_with_their_conditions_and_their_proof(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = _run(tmp_path / "run", monkeypatch)
    assert _vet(model, "--run", str(run), "--run", str(run), "--format", "json") == 0
    measured = json.loads(capsys.readouterr().out)["assessment"]["measurements"]
    found = {each["score"]: each for each in measured}
    assert len(found) == len(measured)
    assert {"exact", "wall_time", "samples_a_second", "latency_p95"} <= set(found)
    score = found["exact"]
    assert (score["of"], score["value"], score["n"], score["interval"]["confidence"]) == ("echoed", 1, 40, 0.95)
    assert score["conditions"]["model"]["digest"] == DIGEST
    assert score["conditions"]["settings"]["sampling"]["temperature"] == 0
    proof = hashlib.sha256((run / RESULT).read_bytes()).hexdigest()
    assert score["evidence"] == [
        {"at": "", "path": "run/result.json", "seen": f"scores {read_result(run).score_digest}", "sha256": proof}
    ]


def test_people_read_of_it_in_the_reports(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = _run(tmp_path / "run", monkeypatch)
    said = {}
    for format in ("text", "markdown", "html"):
        assert _vet(model, "--run", str(run), "--format", format) == 0
        said[format] = capsys.readouterr().out
    assert "echoed, exact: 100.0 %, n 40  (91.2 % to 100.0 % at 95 %)" in said["text"]
    assert "Measured (" in said["markdown"]
    assert "91.2 % to" in said["markdown"]
    assert "echoed" in said["html"]


def test_a_file_of_a_folder_may_be_what_was_measured(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = _run(tmp_path / "run", monkeypatch)
    folder = tmp_path / "folder"
    folder.mkdir()
    for name in ("model.safetensors", "other.safetensors"):
        (folder / name).write_bytes(BODY + (b"\0" if name.startswith("other") else b""))
    assert _vet(folder, "--run", str(run), "--format", "json") in (0, 1)
    score = json.loads(capsys.readouterr().out)["assessment"]["measurements"][0]
    assert [(each["path"], each["seen"]) for each in score["evidence"][1:]] == [
        ("model.safetensors", "it was measured")
    ]


@pytest.mark.parametrize(
    ("digest", "says"),
    [(f"sha256:{'0' * 64}", "is a run of another model: of gguf:m, sha256:000"), ("", "does not say which files")],
)
def test_a_run_of_another_model_is_refused(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    digest: str, says: str,
) -> None:  # fmt: skip
    """The name of a model is nobody's; its bytes are."""
    run = _run(tmp_path / "run", monkeypatch, digest)
    assert _vet(model, "--run", str(run)) == 2
    assert says in capsys.readouterr().err


def test_a_run_that_was_changed_or_never_finished_is_refused(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = _run(tmp_path / "run", monkeypatch)
    changed = [msgspec.structs.replace(line, values={"exact": 0.5}) for line in lines(run)]
    (run / SAMPLES).write_bytes(b"".join(write_frames(iter(changed))))
    assert _vet(model, "--run", str(run)) == 2
    assert "give another result" in capsys.readouterr().err
    (run / RESULT).unlink()
    assert _vet(model, "--run", str(run)) == 2
    assert "no finished run" in capsys.readouterr().err
    assert _vet(model, "--run", str(run), "--each") == 2


def test_the_published_standard_is_reached_by_what_was_measured(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = _run(tmp_path / "run", monkeypatch, benchmark="guildmark_smoke")
    asked = ["--standard", "evaluated_model", "--level", "evaluated_model:tried"]
    assert _vet(model, *asked) == 3
    assert "guildmark_smoke/correct: it was not measured" in capsys.readouterr().out
    assert _vet(model, *asked, "--run", str(run)) == 0
    assert _vet(model, "--standard", "evaluated_model", "--run", str(run)) == 3
    said = capsys.readouterr().out
    assert "Evaluated model (evaluated_model 2026.1)  reached: tried" in said
    assert "gsm8k/correct: it was not measured" in said
    report = tmp_path / "report.json"
    assert _vet(model, "--run", str(run), "--format", "json", "-o", str(report)) == 0
    assert main(["judge", str(report), *asked]) == 0
