"""Which texts are addresses that a loader would follow, and which only look like one."""

import json
from pathlib import Path

import pytest

from guildmark import check
from guildmark.material import Opening
from guildmark.records import worst
from guildmark.subject import open_subject


def answer(folder: Path) -> str:
    findings = check.load("no_network_on_load").ask(open_subject(str(folder), Opening(network=False)))
    return worst(finding.outcome for finding in findings)


@pytest.mark.parametrize(
    ("address", "wanted"),
    [
        ("gs://bucket/words.txt", "failed"),
        ("https://host.example/words.txt", "failed"),
        ("database://host/words", "failed"),
        ("file://host.example/words.txt", "failed"),
        ("\\\\host\\share\\words.txt", "failed"),
        ("file:///home/me/words.txt", "passed"),
        ("assets/words.txt", "passed"),
        ("\\\\d+", "passed"),
        ("see https://host.example", "passed"),
    ],
)
def test_what_a_layer_reads_is_an_address_or_a_path(tmp_path, address, wanted):
    """Paths that lead out of the model are another check's question."""
    layer = {"class_name": "StringLookup", "module": "keras.layers", "config": {"vocabulary": address}}
    model = {"class_name": "Sequential", "module": "keras", "config": {"layers": [layer]}}
    (tmp_path / "model.json").write_text(json.dumps(model))
    assert answer(tmp_path) == wanted


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("numpy==2.1 # from https://index.example", "passed"),
        ("--extra-index-url https://download.pytorch.org/whl/cpu", "passed"),
        ("git+https://code.example/x", "failed"),
        ("--index-url https://index.example/simple", "failed"),
        ("x @ https://host.example/x.whl", "failed"),
    ],
)
def test_an_environment_beside_a_model_of_mlflow_comes_from_the_index(tmp_path, line, wanted):
    """Without an MLmodel nobody builds it to load a model."""
    (tmp_path / "conda.yaml").write_text(
        json.dumps({"channels": ["https://c.example"], "dependencies": [{"pip": [line]}]})
    )
    assert answer(tmp_path) == "not_applicable"
    (tmp_path / "MLmodel").write_text("flavors:\n  python_function:\n    loader_module: mlflow.sklearn\n")
    assert answer(tmp_path) == wanted
