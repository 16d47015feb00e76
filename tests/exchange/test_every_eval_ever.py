"""Runs go to Every Eval Ever and come back; what is written keeps to its schema."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.exchange.test_inspect import put, ran, take

from guildmark import exchange
from guildmark.errors import RunError
from guildmark.run import RESULT, SAMPLES
from guildmark.run.manifest import NAME

FOREIGN_HEAD: dict[str, Any] = {
    "schema_version": "0.3.0",
    "evaluation_id": "quiz/m/1",
    "retrieved_timestamp": "1",
    "source_metadata": {},
    "eval_library": {"name": "theirs", "version": "2"},
    "model_info": {"name": "m", "id": "o/m", "additional_details": {}},
    "evaluation_results": [
        {"evaluation_result_id": "r1", "evaluation_name": "quiz", "metric_config": {"metric_id": "accuracy"}},
        {"evaluation_result_id": "r2", "evaluation_name": "quiz", "metric_config": {"metric_id": "judge"}},
    ],
}
ROWS: list[dict[str, Any]] = [
    {"sample_id": "a", "evaluation_result_id": "r1", "evaluation": {"score": 1}},
    {"sample_id": "a", "evaluation_result_id": "r2", "evaluation": {"score": 0.25}},
    {"sample_id": "a", "evaluation_result_id": "r1", "evaluation": {"score": 0}},
    {"sample_id": "b", "evaluation_result_id": "r1", "evaluation": {"score": 7}},
]


def _foreign(folder: Path, head: dict[str, Any], rows: list[Any]) -> Path:
    (folder / "x.json").write_text(json.dumps(head))
    filled = [{"input": {"raw": "q", "reference": ["r"]}, "output": {"raw": ["said"]}} | row for row in rows]
    (folder / "x_samples.jsonl").write_text("".join(json.dumps(row) + "\n" for row in filled))
    return folder / "x.json"


def test_a_run_that_goes_there_and_back_is_the_same_to_the_byte(tmp_path: Path) -> None:
    ran(tmp_path / "run")
    take(put(tmp_path / "run", "every_eval_ever", tmp_path / "x.json"), "every_eval_ever", tmp_path / "back")
    for name in (NAME, SAMPLES, RESULT):
        assert (tmp_path / "run" / name).read_bytes() == (tmp_path / "back" / name).read_bytes()


def test_what_is_written_keeps_to_the_published_schema(mirror: Path, tmp_path: Path) -> None:
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed")
    schemas = mirror / "results" / "every_eval_ever" / "ever" / "schemas"
    ran(tmp_path / "run")
    path = put(tmp_path / "run", "every_eval_ever", tmp_path / "x.json")
    jsonschema.validate(json.loads(path.read_bytes()), json.loads((schemas / "eval.schema.json").read_bytes()))
    of_samples = jsonschema.Draft7Validator(json.loads((schemas / "instance_level_eval.schema.json").read_bytes()))
    rows = (tmp_path / "x_samples.jsonl").read_text().splitlines()
    assert len(rows) == 24
    for row in rows:
        of_samples.validate(json.loads(row))


def test_rows_of_others_become_samples_turns_and_scores(tmp_path: Path) -> None:
    """A score that is said again of a sample is its next turn; one that is no share is left out, and that is said."""
    taken = take(_foreign(tmp_path, FOREIGN_HEAD, ROWS), "every_eval_ever", tmp_path / "run")
    assert [(each.sample, each.turn, each.values) for each in taken.lines] == [
        ("a", 0, {"accuracy": 1.0, "judge": 0.25}),
        ("a", 1, {"accuracy": 0.0}),
        ("b", 0, {}),
    ]
    assert taken.notes == ("1 scores lie not between 0 and 1, and count in no mean",)
    assert taken.manifest.made_by == "theirs 2"


@pytest.mark.parametrize(
    ("head", "rows"),
    [
        ({}, []),
        (FOREIGN_HEAD, []),
        (FOREIGN_HEAD | {"evaluation_results": 1}, ROWS),
        (FOREIGN_HEAD, [[]]),
        (FOREIGN_HEAD | {"detailed_evaluation_results": {"hash_algorithm": "sha256", "checksum": "0"}}, ROWS),
        (FOREIGN_HEAD | {"eval_library": {"additional_details": {"guildmark": "{}"}}}, ROWS),
    ],
)
def test_what_does_not_fit_is_told(tmp_path: Path, head: dict[str, Any], rows: list[Any]) -> None:
    (tmp_path / "x.json").write_text(json.dumps(head))
    (tmp_path / "x_samples.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    with pytest.raises(RunError):
        exchange.read(tmp_path / "x.json", "every_eval_ever")


def test_scores_without_samples_are_told(tmp_path: Path) -> None:
    _foreign(tmp_path, FOREIGN_HEAD, ROWS)
    (tmp_path / "x_samples.jsonl").unlink()
    with pytest.raises(RunError, match="comes without x_samples"):
        exchange.read(tmp_path / "x.json", "every_eval_ever")
