"""Two real releases whose words and contents differ come out as they are."""

from collections.abc import Callable
from pathlib import Path

from guildmark import check
from guildmark.material import Opening
from guildmark.records import Finding
from guildmark.subject import open_subject


def _asked(path: Path, id: str) -> list[Finding]:
    return list(check.load(id).ask(open_subject(str(path), Opening(network=False))))


def test_a_tool_that_says_embedded_and_downloads_its_model_is_told_so(real: Callable[[str], Path]) -> None:
    """jailguard 0.1.2: "embedded MLP classifier" in its summary, and a 90 MB model fetched on first use."""
    (finding,) = _asked(real("jailguard"), "downloads_stated")
    assert finding.outcome == "failed"
    assert finding.says.startswith("the papers say “embedded MLP classifier”, and it downloads when it runs")
    assert "embedded" in finding.evidence[0].seen
    assert finding.evidence[0].path.endswith("METADATA")
    assert any(one.path.endswith("jailguard/__init__.py") and "download" in one.seen for one in finding.evidence[1:])
    assert any(one.path.endswith(".so") and "downloading ONNX model" in one.seen for one in finding.evidence[1:])


def test_a_release_that_states_no_licence_is_told_so(real: Callable[[str], Path]) -> None:
    """tokenlearn-static-model 0.1.1 declares none, and holds no licence's text."""
    path = real("tokenlearn_static_model")
    assert {finding.outcome for finding in _asked(path, "licence_declared")} == {"failed"}
    assert {finding.outcome for finding in _asked(path, "licence_text_present")} == {"failed"}
    assert "failed" in {finding.outcome for finding in _asked(path, "maintainers_named")}
