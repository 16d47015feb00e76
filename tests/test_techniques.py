"""Every technique that other scanners' tests describe is shown by an example, or has a reason why none can be."""

import tomllib
from pathlib import Path

import pytest
from tests.checks.test_examples import opened

from guildmark import check
from guildmark.records import worst

HERE = Path(__file__).parent
EXAMPLES = HERE / "checks"
WALK = tomllib.loads((HERE / "techniques.toml").read_text("utf-8"))
TECHNIQUES = WALK["technique"]
SHOWN = sorted({example for technique in TECHNIQUES for example in technique.get("examples", ())})


@pytest.mark.parametrize("technique", TECHNIQUES, ids=lambda technique: f"{technique['peer']}-{technique['tests'][0]}")
def test_a_technique_has_examples_or_a_reason_why_none_can_be(technique: dict[str, object]) -> None:
    """One of the two, in words, of a peer whose version is stated."""
    told = {"peer", "tests", "format", "technique"}
    assert technique.keys() in (told | {"examples"}, told | {"outside"})
    assert all(technique.values())
    assert technique["peer"] in WALK["peers"]


def test_every_peer_that_was_walked_has_techniques() -> None:
    """A peer without one was not walked."""
    assert {technique["peer"] for technique in TECHNIQUES} == WALK["peers"].keys()


def test_no_test_of_a_peer_stands_twice() -> None:
    """Two rows of one test would tell two stories of it."""
    named = [(technique["peer"], test) for technique in TECHNIQUES for test in technique["tests"]]
    assert sorted(set(named)) == sorted(named)


@pytest.mark.parametrize("example", SHOWN)
def test_a_technique_s_example_never_passes(example: str) -> None:
    """Its check gives the answer that the folder states, and that is a failure, or that it cannot tell."""
    id, wanted, _ = example.split("/")
    assert wanted in ("failed", "unknown")
    assert worst(finding.outcome for finding in check.load(id).ask(opened(EXAMPLES / example))) == wanted
