"""Text: what reads as UTF-8, UTF-16 or UTF-32 at both ends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark.contents import InMemory
from guildmark.formats import text

PRINTABLE = st.characters(exclude_categories=("Cc", "Cs"))


@given(st.text(PRINTABLE), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]))
def test_any_text_is_text(written, encoding):
    assert text.recognises(InMemory(written.encode(encoding)))


@given(st.text(PRINTABLE), st.sampled_from(["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"]))
def test_json_needs_no_mark_of_its_encoding(written, encoding):
    """As json.loads takes it from bytes; other text without a mark may be anything."""
    assert text.recognises(InMemory(f'{{"{written}": 1}}'.encode(encoding)))
    assert text.recognises(InMemory(f"[{' ' * 70_000}]".encode(encoding)))
    assert not text.recognises(InMemory(f"written: {written}".encode(encoding)))


@given(st.sampled_from("aé€𐍈"), st.integers(0, 5), st.integers(65_530, 75_000), st.sampled_from(["utf-8", "utf-16"]))
def test_a_character_that_a_window_cuts_is_no_fault(character, shift, length, encoding):
    """However the windows fall at the head and at the tail."""
    data = ("x" * (shift // 2) + character * length + "x" * shift).encode(encoding)
    assert text.recognises(InMemory(data))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"a\tb\r\n\x0c\x1b[31mred\x1b[0m",
        "\ufeff{}".encode("utf-16-be"),
        b"one bell \a in a long line of two hundred letters" + b"." * 100,
    ],
)
def test_what_people_write_is_text(data):
    assert text.recognises(InMemory(data))


@pytest.mark.parametrize(
    "data",
    [
        b"a\0b",
        b"\xff\xfea",
        b"caf\xe9",
        b"cut \xe2\x82",
        b"\x01\x02\x03",
        "\x80\x81 text".encode(),
        b"\x80\x04K\x01.",
        b"c\n" * 40_000 + b"\0" + b"c\n" * 10,
        b"c\n" * 40_000 + b"\xff" + b"c\n" * 10,
        b"c\n" * 40_000 + b"\x80" * 4096,
        b"c\n" * 100 + b"\0" + b"c\n" * 40_000,
        b"c\n" * 40_000 + b"cut \xe2\x82",
    ],
)
def test_what_no_one_reads_is_none(data):
    assert not text.recognises(InMemory(data))
