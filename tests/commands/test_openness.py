"""`guildmark openness`: the table, the scales, the tool's own files; the same answer every time."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from guildmark.commands import main
from guildmark.openness.components import COMPONENTS

CARD = (
    "---\nlicense: apache-2.0\n---\n# Sparrow 10M\n\nBirds.\n\n## Intended use\n\nTests.\n\n## Limitations\n\n"
    + "word " * 60
)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "sparrow"
    folder.mkdir()
    (folder / "README.md").write_text(CARD)
    (folder / "train.py").write_text("loss.backward()\noptimizer.step()\n")
    (folder / "model.safetensors").write_bytes(bytes.fromhex("0200000000000000") + b"{}")
    return folder


def told(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["openness", *words]) == 0
    return capsys.readouterr().out


def test_every_component_has_a_row_and_every_scale_a_verdict(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In text, in JSON, and on the page."""
    text = told(capsys, str(model))
    page = told(capsys, str(model), "--format", "html")
    answer = json.loads(told(capsys, str(model), "--format", "json"))
    for component in COMPONENTS:
        assert component.name in text
        assert component.name in page
    assert len(answer["table"]["components"]) == len(COMPONENTS)
    ids = {verdict["standard"] for verdict in answer["verdicts"]}
    assert ids == {"openness_alliance", "openness_g7", "openness_mof", "openness_osaid"}
    assert len(answer["table"]["index"]) == 13
    assert "http" not in page.split("</style>")[0].split("<style>")[0].replace("http-equiv", "")
    assert "<script" not in page


def test_the_same_snapshot_gets_the_same_answer_byte_for_byte(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whenever it is asked."""
    assert told(capsys, str(model), "--format", "json") == told(capsys, str(model), "--format", "json")


def test_a_file_for_the_tool_is_one_that_the_tool_accepts(
    model: Path, mirror: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By its own schema; and graded as the subject is."""
    answer = json.loads(told(capsys, str(model), "--to-mof", str(tmp_path / "m.yml"), "--format", "json"))
    schema = json.loads((mirror / "openness" / "mot" / "schema" / "mof_schema.json").read_text())
    jsonschema.validate(yaml.safe_load((tmp_path / "m.yml").read_text()), schema)
    grade = json.loads(told(capsys, "--mof", str(tmp_path / "m.yml"), "--format", "json"))
    assert grade["evaluation"] == answer["table"]["framework"]["tool"]["evaluation"]


def test_one_file_of_the_tool_is_one_object_and_many_are_lines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the words that the issue tracker of the tool uses."""
    file = tmp_path / "m.yml"
    file.write_text("release:\n  name: m\n  license: {distribution: {name: MIT}}\n  components: [{name: Model card}]\n")
    one = json.loads(told(capsys, "--mof", str(file), "--format", "json"))
    assert {"class", "progress", "missing", "invalid", "unlicensed", "included", "conditional"} <= set(one)
    assert set(one["progress"]) == {"3", "2", "1", "total"}
    lines = told(capsys, "--mof", str(file), str(file), "--format", "json").splitlines()
    assert [json.loads(line)["path"] for line in lines] == [str(file)] * 2
    assert "Model card" in told(capsys, "--mof", str(file))


def test_a_data_set_and_a_tool_have_their_own_ladders(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And no table of components."""
    (tmp_path / "data.csv").write_text("a\n1\n")
    for kind in ("dataset", "tool"):
        answer = json.loads(told(capsys, str(tmp_path), "--kind", kind, "--format", "json"))
        assert answer["table"] is None
        assert [verdict["standard"] for verdict in answer["verdicts"]] == [f"openness_{kind}"]


def test_a_gate_is_told(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Who wants the files must ask."""
    (model / "README.md").write_text(CARD.replace("license", "extra_gated_prompt: Who are you?\nlicense", 1))
    assert "access must be asked for" in told(capsys, str(model))


def test_ten_thousand_files_are_looked_through(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Many small files are no reason to stop."""
    for number in range(10_000):
        (tmp_path / f"note{number}.txt").write_text("")
    assert "Model card" in told(capsys, str(tmp_path), "--kind", "model")


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["one", "two"],
        ["--mof"],
        ["--mof", "nowhere.yml"],
        ["nowhere"],
        ["--mof", "--format", "html", "nowhere.yml"],
    ],
)
def test_what_makes_no_sense_is_refused_with_a_hint(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, and nothing on standard output."""
    assert main(["openness", *words]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.count("\n") == 2


def test_a_tool_cannot_be_written_as_a_models_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And no file is left behind."""
    (tmp_path / "a.py").write_text("x = 1\n")
    assert main(["openness", str(tmp_path), "--kind", "tool", "--to-mof", str(tmp_path / "m.yml")]) == 2
    assert not (tmp_path / "m.yml").exists()
