"""Cards: front matter within bounds, sections with their lines, prose without its trimmings."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from guildmark.contents import InMemory
from guildmark.errors import LimitPassed
from guildmark.formats import card

CARD = b"""---
license: apache-2.0
language: [en, no]
datasets:
- example/orchard
released: 2026-02-30
size: 12
---
# Fruit

It tells apples from pears.

## Uses

### Direct use
Sorting.

```
## no heading, but code
```

Limits
------
Many.

<h2 align="center">Links</h2>
"""


def test_a_card_gives_its_front_matter_and_its_sections_with_lines() -> None:
    """Words stay words (`no` is Norwegian, a date that does not exist is text), and lines are the file's."""
    read = card.read(InMemory(CARD))
    assert read.front == {
        "license": "apache-2.0",
        "language": ["en", "no"],
        "datasets": ["example/orchard"],
        "released": "2026-02-30",
        "size": 12,
    }
    assert read.lines == {"license": 2, "language": 3, "datasets": 4, "released": 6, "size": 7}
    found = [(section.heading, section.line, section.level) for section in read.sections]
    assert found == [("Fruit", 9, 1), ("Uses", 13, 2), ("Direct use", 15, 3), ("Limits", 22, 2), ("Links", 26, 2)]
    assert read.body_line == 9
    assert read.faults == ()
    assert card.recognises(InMemory(CARD))


def test_windows_line_ends_and_a_byte_order_mark_change_nothing() -> None:
    """The same card from another editor is the same card."""
    other = InMemory(b"\xef\xbb\xbf" + CARD.replace(b"\n", b"\r\n"))
    assert card.recognises(other)
    assert card.read(other) == card.read(InMemory(CARD))


BOMB = b"---\na: &a [x, x, x]\nb: &b [*a, *a, *a]\nc: [*b, *b, *b]\n---\n"
REFUSED = {
    "an alias": (BOMB, "line 3", "alias"),
    "a tag": (b"---\na: !!python/object/apply:os.system [id]\n---\n", "line 2", "tag"),
    "too deep": (b"---\na: " + b"[" * 5_000 + b"]" * 5_000 + b"\n---\n", "line 2", "50 deep"),
    "too many": (b"---\na: [" + b"x, " * 30_000 + b"]\n---\n", "line 2", "20000 values"),
    "broken": (b"---\nlicense: mit\nname: 'no end\n---\n", "line 3", "YAML"),
    "no mapping": (b"---\nx: y\n---\n".replace(b"x: y", b"- x: y"), "line 2", "mapping"),
    "a key that is a list": (b"---\n[a]: b\n---\n", "line 2", "key"),
    "a control character": (b"---\na: \x01\n---\n", "line 2", "YAML"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_front_matter_that_is_refused_says_where_and_why(name: str) -> None:
    """Nothing of it is believed, the body stays, and it does not hang."""
    data, at, why = REFUSED[name]
    read = card.read(InMemory(data + b"# Body\n"))
    assert read.front == {}
    assert [section.heading for section in read.sections] == ["Body"]
    assert read.faults[0].at == at
    assert why in read.faults[0].says


def test_a_key_said_twice_is_told_with_the_line_of_the_second() -> None:
    """Two licences in one card are a contradiction that the last one must not hide."""
    data = InMemory(b"---\nlicense: mit\ntags: []\nlicense: gpl-3.0\n---\n")
    assert list(card.faults(data)) == [card.Fault("line 4", "license is said a second time", only_words=True)]


def test_front_matter_of_nothing_says_nothing() -> None:
    """Empty, or comments alone: no key, no fault, and the body is there (found by the campaign)."""
    for data in (b"---\n---\n# Body\n", b"---\n# only a comment\n---\n# Body\n"):
        read = card.read(InMemory(data))
        assert (read.front, read.faults, read.sections[0].heading) == ({}, (), "Body")


def test_other_text_is_no_card() -> None:
    """A line between texts, a list, and front matter that never ends are not front matter."""
    for data in (b"# Title\n", b"---\n\ntext\n---\n", b"---\n- a\n---\n", b"---\nlicense: mit\n", b"", b"---"):
        assert not card.recognises(InMemory(data))


def test_a_card_above_the_bound_is_not_read() -> None:
    """Four megabytes are more than anyone writes."""

    class Long(InMemory):
        def __init__(self) -> None:
            super().__init__(b"---\na: b\n---\n")
            self.size = card.CARD_LIMIT + 1

    with pytest.raises(LimitPassed):
        card.read(Long())


def test_prose_leaves_out_what_nobody_reads_and_keeps_the_lines() -> None:
    """Code, badges, tables and addresses are no description."""
    text = "[![b](https://x/y.svg)](https://x) *Hi* [there](https://x/z)\n```py\ncode\n```\n| a | b |\n<p>end</p>\n"
    lines = card.prose(text).split("\n")
    assert [line.strip() for line in lines] == ["*Hi* there", "", "", "", "", "end", ""]


def test_hostile_markdown_does_not_hang() -> None:
    """Openings that never close must not be searched again from each of them."""
    for piece in ("![", "[", "<", "[![", "](", "```\n", "# \n", "a\n==\n", "|", "![a](" + "b" * 50):
        text = piece * (400_000 // len(piece))
        card.parse(text)
        card.prose(text)


@given(st.binary(max_size=300), st.sampled_from([b"", b"---\n", b"---\nlicense: mit\n"]))
def test_any_bytes_are_read_without_a_foreign_error(data: bytes, start: bytes) -> None:
    """Hostile bytes give a card with faults, never a crash; what is recognised has faults to ask for."""
    contents = InMemory(start + data)
    card.recognises(contents)
    assert list(card.faults(contents)) == list(card.read(contents).faults)


plain = st.one_of(st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=1, max_size=12), st.booleans())
values = st.recursive(
    plain, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abcd", min_size=1), inner, max_size=4)
)


@given(st.dictionaries(st.text("klmn", min_size=1), values, max_size=5))
def test_what_yaml_writes_is_read_back(front: dict[str, object]) -> None:
    """Quoted as PyYAML quotes it, every value comes back (numbers and nulls apart, which YAML 1.2 reads otherwise)."""
    text = yaml.safe_dump(front, default_style='"', allow_unicode=True) if front else "{}\n"
    text = text.replace('!!bool "true"', "true").replace('!!bool "false"', "false")
    assert card.parse(f"---\n{text}---\n").front == front


@pytest.mark.parametrize("front", ['a: "\\U7fffffff"', 'a: "\\Uffffffff"', "%YAML 9" + "9" * 5000 + ".1\n--- \na: b"])
def test_an_escape_or_a_version_beyond_all_bounds_is_a_fault(front):
    """The YAML library raises a ValueError of Python's for these."""
    assert card.parse(f"---\n{front}\n---\n").faults
