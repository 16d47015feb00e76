"""Every advisory of a scanner or a format is shown not to work here by an example, or has a reason why none can be."""

import csv
import re
import tomllib
from pathlib import Path

import pytest

from guildmark import check
from guildmark.commands import main
from guildmark.formats import pickle
from guildmark.material import Opening
from guildmark.records import Finding, worst
from guildmark.subject import Subject, open_subject

HERE = Path(__file__).parent
EXAMPLES = HERE / "checks"
MAP = tomllib.loads((HERE / "advisories.toml").read_text("utf-8"))
SHOWN = sorted({example for entry in MAP.values() for example in entry.get("examples", ())})
PICKLES = "no_code_in_pickles/failed/"
SEVERAL = sorted(f"{PICKLES}{path.name}" for path in (EXAMPLES / PICKLES).iterdir() if len(list(path.iterdir())) > 1)


def opened(example: str) -> Subject:
    return open_subject(str(EXAMPLES / example), Opening(network=False))


def answers(example: str) -> list[Finding]:
    """What the check that the example belongs to says of it."""
    return list(check.load(example.split("/")[0]).ask(opened(example)))


@pytest.fixture(scope="module")
def published(mirror: Path) -> dict[str, str]:
    """The published advisories: number and mechanism."""
    where = mirror / "advisories" / "scanner_and_format_advisories.csv"
    if not where.is_file():
        pytest.skip("the mirror has no list of advisories")
    with where.open(encoding="utf-8", newline="") as lines:
        return {row["ghsa"] or row["cve"]: row["mechanism"] for row in csv.DictReader(lines)}


def test_every_published_advisory_is_in_the_map(published: dict[str, str]) -> None:
    """And nothing else is: a number that is misspelt shows nothing."""
    assert published.keys() == MAP.keys()


@pytest.mark.parametrize("number", MAP)
def test_an_advisory_has_examples_or_a_reason_why_none_can_be(number: str) -> None:
    """One of the two, in words."""
    entry = MAP[number]
    assert entry.keys() in ({"mechanism", "examples"}, {"outside"})
    assert all(entry.values())


@pytest.mark.parametrize("example", SHOWN)
def test_an_advisory_s_example_never_passes(example: str) -> None:
    """Its check gives the answer that the folder states, and that is a failure, or that it cannot tell."""
    wanted = example.split("/")[1]
    assert wanted in ("failed", "unknown")
    assert worst(finding.outcome for finding in answers(example)) == wanted


@pytest.mark.parametrize("example", SEVERAL)
def test_each_file_of_an_example_of_pickles_fails(example: str) -> None:
    """Where an example has several files, none hides behind another."""
    told = {
        evidence.path.partition("!")[0]
        for finding in answers(example)
        if finding.outcome == "failed"
        for evidence in finding.evidence
    }
    assert told == {path.name for path in (EXAMPLES / example).iterdir()}


def test_a_name_that_an_advisory_states_is_in_its_examples(published: dict[str, str]) -> None:
    """An advisory of one function is shown with that function, and not with another one like it."""
    missing = {
        (number, name)
        for number, mechanism in published.items()
        for name in re.findall(r"global: ([\w.]+)", mechanism)
        if name not in _named(tuple(MAP[number].get("examples", ())))
    }
    assert not missing


def _named(examples: tuple[str, ...]) -> set[str]:
    files = (file for example in examples for file in opened(example).files(format="pickle"))
    return {found.name for file in files for found in pickle.names(file.contents)}


@pytest.mark.parametrize("layout", ["text", "jsonl", "sarif"])
def test_escape_sequences_of_a_file_do_not_reach_the_terminal(
    layout: str, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """What a pickle names is shown, and does nothing to whoever reads it."""
    where = EXAMPLES / PICKLES / "names_with_terminal_escapes"
    assert main(["scan", "--quiet", "--explain", "--format", layout, str(where)]) == 1
    told = capfdbinary.readouterr()
    assert b"system" in told.out
    assert not {0x1B, 0x07} & set(told.out + told.err)
