"""What is known of a tool besides its files arrives as listings, and the checks answer by them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.sources.servers import Server, serving
from tests.test_resolve import Shelf

from guildmark import download, pip_index
from guildmark.commands import main

pytest.importorskip("resolvelib", reason="resolvelib is not installed: pip install 'guildmark[tools]'")
CHECKS = ("dependencies_resolvable", "licences_compatible", "no_known_vulnerabilities")


@pytest.fixture
def shelf() -> Shelf:
    """A tool that needs another, which needs a third that has a hole and no licence that is known."""
    shelf = Shelf()
    shelf.add("toolkit", "1.4", "middle", lines=["License-Expression: MIT"])
    shelf.add("middle", "1.0", "helper<3", lines=["License-Expression: AGPL-3.0-only"])
    shelf.add("helper", "2.0", lines=["Classifier: License :: OSI Approved :: BSD License"])
    return shelf


@pytest.fixture
def index(shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(download, "PAUSE", 0.0)
    monkeypatch.setenv("GUILDMARK_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("GUILDMARK_ADVISORIES", raising=False)
    span = {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.1"}]}
    affected = [{"package": {"ecosystem": "PyPI", "name": "helper"}, "ranges": [span]}]
    data = tmp_path / "osv.jsonl"
    data.write_text(json.dumps({"id": "PYSEC-0000-1", "modified": "2026-05-06T07:08:09Z", "affected": affected}))
    assert main(["advisories", "update", "--from", str(data)]) == 0
    with serving(shelf.answer) as server:
        monkeypatch.setenv("PIP_INDEX_URL", f"{server.url}/simple")
        pip_index._configured.cache_clear()
        yield server


def vetted(capsys: Any, *more: str) -> dict[str, Any]:
    """The assessment of the tool by the three checks."""
    capsys.readouterr()
    main(
        [
            "vet",
            "pypi:toolkit",
            *(word for id in CHECKS for word in ("--check", id)),
            "--format",
            "json",
            "--quiet",
            *more,
        ]
    )
    assessment: dict[str, Any] = json.loads(capsys.readouterr().out)["assessment"]
    return assessment


def outcomes(assessment: dict[str, Any]) -> dict[str, set[str]]:
    return {id: {one["outcome"] for one in assessment["findings"] if one["check"] == id} for id in CHECKS}


def test_a_release_is_vetted_with_all_that_it_needs(index: Server, capsys: Any) -> None:
    """The hole is told with the way to it; the set and the advisories enter by digest."""
    assessment = vetted(capsys)
    assert outcomes(assessment) == {
        "dependencies_resolvable": {"passed"},
        "licences_compatible": {"failed"},
        "no_known_vulnerabilities": {"failed"},
    }
    assert [one["name"] for one in assessment["listings"]] == ["index_page", "dependencies", "advisories"]
    hole = next(one for one in assessment["findings"] if one["check"] == "no_known_vulnerabilities")
    assert hole["says"].startswith("helper 2.0, needed by toolkit → middle, mended in 2.1: PYSEC-0000-1")
    assert hole["evidence"][0]["path"] == "pkg:pypi/helper@2.0"
    assert hole["evidence"][0]["at"] == "PYSEC-0000-1"


def test_twice_the_same_findings(index: Server, capsys: Any) -> None:
    assert vetted(capsys)["findings"] == vetted(capsys)["findings"]


def test_a_set_that_nobody_may_resolve_is_unknown(index: Server, capsys: Any) -> None:
    """What is known of the tool itself is told all the same."""
    for answers in outcomes(vetted(capsys, "--no-dependencies")).values():
        assert "unknown" in answers
        assert "failed" not in answers


def test_without_a_snapshot_the_answer_says_what_to_run(
    index: Server, capsys: Any, monkeypatch: Any, tmp_path: Path
) -> None:
    monkeypatch.setenv("GUILDMARK_ADVISORIES", str(tmp_path / "nothing"))
    said = [one["says"] for one in vetted(capsys)["findings"] if one["check"] == "no_known_vulnerabilities"]
    assert said == ["there are no advisories on this machine: run `guildmark advisories update`"]


def test_a_snapshot_that_was_changed_stops_the_command(index: Server, capsys: Any, tmp_path: Path) -> None:
    """A verdict on harmed data would be none."""
    for path in (tmp_path / "cache" / "advisories").glob("*.sqlite"):
        path.write_bytes(b"")
    assert main(["vet", "pypi:toolkit", "--quiet"]) == 2
    assert "not what was pinned" in capsys.readouterr().err
