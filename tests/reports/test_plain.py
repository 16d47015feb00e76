"""Values as a person can read them safely."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark import plain


@given(st.text(alphabet=st.characters(exclude_categories=())))
def test_visible_text_is_printable_and_plain_text_stays(text):
    """Even lone surrogates, which no terminal can print."""
    shown = plain.visible(text)
    assert shown.isprintable()
    assert plain.visible(shown) == shown


@given(st.text(), st.integers(10, 50))
def test_no_sentence_and_no_name_is_longer_than_asked(text, most):
    assert len(plain.sentence(text, most)) <= most
    assert len(plain.name(text, most)) <= most


def test_hidden_characters_are_written_as_escapes():
    assert plain.visible("a\u202eb\x1b\u00a0c\nd\U000e0041") == r"a\u202eb\x1b c d\U000e0041"


def test_a_long_name_keeps_both_ends():
    assert plain.name("start" + "x" * 10_000 + ".pkl", 21) == "startxxxxx…xxxxxx.pkl"


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (1_234_567, "1.2 MB"),
        (999_960_000, "1.0 GB"),
        (140_000_000_000, "140 GB"),
    ],
)
def test_sizes_have_units(count, shown):
    assert plain.size(count) == shown


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("2026-11-21T10:15:00Z", True),
        ("2026-11-21T10:15:00.123456Z", True),
        ("2026-13-21T10:15:00Z", False),
        ("2026-11-21", False),
        ("2026-11-21T10:15:00Z\n", False),
        ("٢٠٢٦-11-21T10:15:00Z", False),
    ],
)
def test_a_moment_is_rfc_3339_in_utc(text, answer):
    assert plain.is_moment(text) is answer


@given(st.dictionaries(st.text(), st.text()))
def test_json_keeps_every_value_and_shows_no_control_character(record):
    text = plain.json(record)
    assert json.loads(text) == record
    assert all(character == "\n" or character.isprintable() or not _hidden(character) for character in text)


def _hidden(character: str) -> bool:
    return ord(character) < 0x20 or 0x7F <= ord(character) < 0xA0 or "\u202a" <= character <= "\u202e"
