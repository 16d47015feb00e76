"""JSON and YAML of strangers: nothing is built or expanded, everything is bounded, and nothing said is lost."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark import structured
from guildmark.errors import FormatError, GuildmarkError, LimitPassed
from guildmark.structured import Alias, Mapping, Tagged


def test_a_key_said_twice_stands_twice() -> None:
    """Loaders differ in which one they take."""
    assert structured.json(b'{"a": 1, "a": 2}').all_of("a") == [1, 2]
    assert structured.yaml(b"a: 1\na: 2\n")[0].all_of("a") == ["1", "2"]


@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.integers()), max_size=100), st.data())
def test_a_mapping_of_any_size_answers_as_a_plain_search_does(
    entries: list[tuple[str, int]], data: st.DataObject
) -> None:
    """Of a large one an index is kept: order and repeats stay, also where it grew after it was first asked."""
    mapping = Mapping()
    for entry in entries:
        mapping.append(entry)
        if data.draw(st.booleans()):
            mapping.all_of("a").append("what a caller adds to an answer is in no other")
    for key in "abcdefghi":
        assert mapping.all_of(key) == [value for said, value in entries if said == key]


def test_tags_stay_aliases_are_not_expanded_and_every_document_is_there() -> None:
    found = structured.yaml(b"a: !!python/name:os.system x\nb: &c [1]\nd: *c\n---\n2\n")
    assert found == [
        Mapping([("a", Tagged("tag:yaml.org,2002:python/name:os.system", "x")), ("b", ["1"]), ("d", Alias("c"))]),
        "2",
    ]


def test_entries_come_with_their_place_at_any_depth() -> None:
    tree = structured.json(b'{"a": [{"b": {"c": 1}}]}')
    assert [entry.place for entry in structured.entries(tree)] == ["a", "a[0].b", "a[0].b.c"]


def test_a_key_that_is_no_text_is_kept_as_a_value() -> None:
    (tree,) = structured.yaml(b"? !!python/object/new:x [1]\n: 2\n")
    assert any(isinstance(node, Tagged) for _, node in structured.nodes(tree))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_json_is_read_in_each_encoding_that_python_reads(encoding: str) -> None:
    assert structured.json('{"ä": "_target_"}'.encode(encoding)).all_of("ä") == ["_target_"]


@pytest.mark.parametrize("read", [structured.json, structured.yaml])
def test_depth_and_size_are_bounded(read) -> None:
    with pytest.raises(LimitPassed):
        read(b"[" * 5000)
    with pytest.raises(LimitPassed):
        read(b" " * (structured.LARGEST_JSON + 1))


@pytest.mark.parametrize(
    "data", [b'"\\U7fffffff"', b"%YAML 9" + b"9" * 5000 + b".1\n--- a", b"a: [", b"\xff\xfe\xff", b"\0"]
)
def test_what_is_no_yaml_is_a_format_error(data: bytes) -> None:
    with pytest.raises(FormatError):
        structured.yaml(data)


@given(st.binary(max_size=200) | st.text("{}[]:,-!&*?|>\"'\\ab1 \n#%", max_size=60).map(str.encode))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for read in (structured.json, structured.yaml):
        with suppress(GuildmarkError):
            list(structured.entries(read(data)))


def test_a_text_for_a_decoder_that_recurses_is_shallow():
    """Pythons differ in how deep theirs goes, so the bound is ours; brackets in a string are none."""
    for data in (b"[" * 200 + b"]" * 200, b'{"a": "' + b"[" * 999 + b'"}', b'["\\"' + b"{" * 999, b"[],{}," * 999):
        assert structured.shallow(data) == data
    for data in (b"[" * 201, b'{"a": ' * 201, b'"\\"",' + b"[" * 201):
        with pytest.raises(RecursionError):
            structured.shallow(data)


def test_what_a_decoder_says_is_the_same_on_every_python():
    assert structured.told(UnicodeDecodeError("utf-8", b"a\xff", 1, 2, "words that change")) == "byte 1 is not utf-8"
    assert structured.told(RecursionError("words that change")) == "it is nested too deep"
    assert structured.told(ValueError("words that change")) == "its syntax is broken"
