"""Records are frozen, canonical JSON is RFC 8785, and the worst outcome wins."""

import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark import records
from guildmark.commands import show
from guildmark.records import Evidence, Finding, Measurement, Outcome, canonical, digest, worst

SCHEMAS = Path(__file__).parent.parent / "docs" / "schema"


def test_silence_is_unknown():
    """No answer at all is UNKNOWN, never PASSED."""
    assert worst([]) is Outcome.UNKNOWN


@given(st.lists(st.sampled_from(list(Outcome)), min_size=1))
def test_the_worst_outcome_is_the_first_of_the_published_order(outcomes: list[Outcome]):
    """failed < unknown < passed < not_applicable."""
    order = ["failed", "unknown", "passed", "not_applicable"]
    assert worst(outcomes) == min(outcomes, key=lambda outcome: order.index(outcome.value))


def test_canonical_json_sorts_keys_by_utf16_and_writes_numbers_as_ecmascript_does():
    """The example of RFC 8785, section 3.2.3, and its numbers."""
    given_value = {
        "€": "Euro Sign",
        "\r": "Carriage Return",
        "\ufb33": "Hebrew",
        "1": "One",
        "😀": "Smiley",
        "\x80": "C",
        "ö": "o",
    }
    assert list(json.loads(canonical(given_value))) == ["\r", "1", "\x80", "ö", "€", "😀", "\ufb33"]
    assert canonical([333333333.33333329, 1e30, 4.50, 2e-3]) == b"[333333333.3333333,1e+30,4.5,0.002]"


@pytest.mark.parametrize("number", [2**53, -(2**53)])
def test_an_integer_that_json_readers_would_round_is_refused(number: int):
    """Beyond ±(2^53 - 1) an integer must be a decimal string."""
    measurement = Measurement("b", "s", 0.5, "accuracy", 1, conditions={"seed": number})
    with pytest.raises(ValueError, match="exceeds"):
        canonical(measurement)


def test_a_record_cannot_be_changed():
    """A change makes a new record."""
    finding = Finding("c", Outcome.PASSED, "so")
    with pytest.raises(AttributeError):
        finding.says = "else"  # type: ignore[misc]


@given(st.text(), st.text())
def test_a_record_survives_json(path: str, seen: str):
    """What is written is what is read."""
    finding = Finding("c", Outcome.FAILED, seen, (Evidence(path, None, "byte 1", seen),))
    assert msgspec.json.decode(canonical(finding), type=Finding) == finding


def test_a_digest_does_not_depend_on_the_order_of_keys():
    """The digest is of the canonical bytes."""
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})


@pytest.mark.parametrize("name", show.SCHEMAS)
def test_the_published_schema_is_the_one_that_the_records_have(name: str, capsys: pytest.CaptureFixture[str]):
    """docs/schema is printed by `guildmark show schema NAME`."""
    from guildmark.commands import main

    assert main(["show", "schema", name]) == 0
    assert capsys.readouterr().out == (SCHEMAS / f"{name}.schema.json").read_text()


def test_a_field_that_nobody_knows_is_refused():
    """An assessment of another shape is not read as if it were ours."""
    with pytest.raises(msgspec.ValidationError):
        records.read_report(b'{"assessment": {"subject": {}, "extra": 1}, "verdicts": []}')
