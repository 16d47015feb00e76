"""Weights that a tool ships are judged as a model's are, however deep they lie in its packages."""

import pickle
import zipfile
from pathlib import Path

from guildmark import check
from guildmark.material import Opening
from guildmark.subject import Subject, open_subject


class _Harmful:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        import os

        return os.system, ("echo",)


def _tool(folder: Path, weights: bytes) -> Subject:
    """A wheel with a zip of weights in its package."""
    inner = folder / "weights.zip"
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("model.pkl", weights)
    with zipfile.ZipFile(folder / "wren-1.2-py3-none-any.whl", "w") as wheel:
        wheel.write(inner, "wren/weights.zip")
        wheel.writestr("wren-1.2.dist-info/METADATA", "Metadata-Version: 2.1\nName: wren\nVersion: 1.2\n\n")
        wheel.writestr("wren-1.2.dist-info/WHEEL", "Wheel-Version: 1.0\n")
    inner.unlink()
    return open_subject(str(folder), Opening(kind="tool", network=False))


def test_code_in_weights_inside_a_tool_is_found(tmp_path: Path) -> None:
    subject = _tool(tmp_path, pickle.dumps(_Harmful()))
    findings = list(check.load("no_code_in_pickles").ask(subject))
    assert "wren/weights.zip!model.pkl" in findings[0].evidence[0].path
    assert findings[0].outcome == "failed"


def test_plain_weights_inside_a_tool_pass(tmp_path: Path) -> None:
    subject = _tool(tmp_path, pickle.dumps({"weight": [1.0, 2.0]}))
    assert {finding.outcome for finding in check.load("no_code_in_pickles").ask(subject)} == {"passed"}


def test_every_question_of_loading_a_model_is_put_to_a_tool_too() -> None:
    """What bears on loading weights does not end at the word tool; how a hub lays out a repository does."""
    asked = [check.load(id) for id in check.ids()]
    left_out = {one.id for one in asked if one.bears_on == "load" and "model" in one.applies_to} - {
        one.id for one in asked if "tool" in one.applies_to
    }
    assert left_out == {"repository_consistent"}
