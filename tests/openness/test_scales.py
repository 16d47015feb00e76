"""The scales, against what the bodies that keep them have published."""

import csv
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark import check, standard
from guildmark.openness import eu
from guildmark.openness.axes import COMPLETENESS, FREEDOM, landmarks
from guildmark.records import Assessment, Finding, Outcome, SubjectRecord
from guildmark.standard import judge

EVIDENCE = tomllib.loads(Path(__file__).with_name("osaid.toml").read_text())["model"]
OUTCOMES = {"open": Outcome.PASSED, "restricted": Outcome.FAILED, "closed": Outcome.FAILED}


def assessed(model: dict[str, Any], *, other_licence: bool = False) -> Assessment:
    """The encoded evidence as findings; with another licence, what is restricted would be open."""
    findings = []
    for id, (state, source) in ((id, held) for id, held in model.items() if isinstance(held, list)):
        outcome = Outcome.PASSED if other_licence and state == "restricted" else OUTCOMES[state]
        findings.append(Finding(f"{id}_open", outcome, f"{state}: {source}"))
    subject = SubjectRecord(model["name"], None, "model", None, ())
    return Assessment(subject, (), tuple(findings), (), "test", "2026-11-22T00:00:00Z")


def test_the_score_of_every_system_follows_from_its_cells(mirror: Path) -> None:
    """The European index's own scores, of all systems in the mirror."""
    with (mirror / "openness" / "eu_index_flat.csv").open(newline="") as file:
        systems = list(csv.DictReader(file))
    assert len(systems) > 100
    for system in systems:
        cells = {name: eu.WORTH[system[name]] for name in eu.CELLS}
        assert round(eu.score(cells), 4) == float(system["score"]), system["name"]


@given(st.fixed_dictionaries({name: st.sampled_from([0.0, 0.5, 1.0]) for name in eu.CELLS}))
def test_a_score_lies_between_its_worst_and_its_best_cell(cells: dict[str, float]) -> None:
    """It is a mean."""
    assert min(cells.values()) <= eu.score(cells) <= max(cells.values())


@pytest.mark.parametrize("model", EVIDENCE, ids=lambda model: model["name"])
def test_the_open_source_initiatives_verdicts_follow_from_the_evidence(model: dict[str, Any]) -> None:
    """Twelve models: five pass, three would pass with another licence, four fail."""
    osaid = standard.load("openness_osaid")
    if judge(assessed(model), osaid).level:
        verdict = "passes"
    elif judge(assessed(model, other_licence=True), osaid).level:
        verdict = "would pass with another licence"
    else:
        verdict = "fails"
    assert verdict == model["verdict"]


def test_the_evidence_speaks_of_every_check_that_the_definition_asks() -> None:
    """Otherwise a model would fail by silence."""
    (level,) = standard.load("openness_osaid").level
    assert len(EVIDENCE) == 12
    for model in EVIDENCE:
        assert {f"{id}_open" for id, held in model.items() if isinstance(held, list)} == set(level.require)
        assert all(
            source.startswith("https://") for held in model.values() if isinstance(held, list) for source in held[1:]
        )


@pytest.mark.parametrize("id", [id for id in standard.ids() if id.startswith("openness_")])
def test_every_openness_standard_asks_for_checks_that_exist(id: str) -> None:
    """A misspelt check would bar everybody for ever."""
    found = standard.load(id)
    assert {needed for level in found.level for needed in level.require} <= set(check.ids())
    for level in found.level:
        for needed in level.require:
            assert set(found.applies_to) <= set(check.load(needed).applies_to), (id, needed)


def test_every_landmark_stands_on_the_picture_and_names_its_source() -> None:
    """A placement without a source is an opinion."""
    for mark in landmarks():
        assert 0 <= mark.freedom < len(FREEDOM)
        assert 0 <= mark.completeness < len(COMPLETENESS)
        assert mark.source.startswith("https://")
        assert mark.why.endswith(".")
