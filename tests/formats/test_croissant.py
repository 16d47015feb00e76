"""Croissant descriptions: what they state, what they must, and what they may not cost."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark.contents import InMemory
from guildmark.errors import FormatError, LimitPassed
from guildmark.formats import croissant

PEBBLES = {
    "@context": {"@vocab": "https://schema.org/", "cr": "http://mlcommons.org/croissant/"},
    "@type": "sc:Dataset",
    "conformsTo": "http://mlcommons.org/croissant/1.0",
    "name": "pebbles",
    "description": "Photographs of pebbles.",
    "license": "https://spdx.org/licenses/CC-BY-4.0.html",
    "url": "https://example.org/pebbles",
    "creator": [{"@type": "Person", "name": "Ada Example"}, "Bea Example"],
    "datePublished": "2026-01-02",
    "version": "1.0.0",
    "distribution": [
        {"@type": "cr:FileObject", "@id": "a.csv", "contentUrl": "https://example.org/a.csv", "sha256": "ab" * 32}
    ],
    "recordSet": [{"field": []}],
}


def held(**changes: object) -> InMemory:
    """The pebbles' description, with some properties changed, or left out (None)."""
    return InMemory(
        json.dumps({key: value for key, value in {**PEBBLES, **changes}.items() if value is not None}).encode()
    )


def test_a_description_gives_what_it_states() -> None:
    """People may be objects or plain text."""
    read = croissant.read(held())
    assert (read.name, read.licences) == ("pebbles", ("https://spdx.org/licenses/CC-BY-4.0.html",))
    assert read.creators == ("Ada Example", "Bea Example")
    assert read.distribution == (croissant.Distribution("a.csv", "https://example.org/a.csv", "ab" * 32),)
    assert croissant.recognises(held())
    assert not list(croissant.faults(held()))


def test_prefixed_properties_are_the_same_properties() -> None:
    """JSON-LD may write `sc:name` and `dct:conformsTo`."""
    read = croissant.read(held(**{"name": None, "sc:name": "stones", "conformsTo": None, "dct:conformsTo": "x"}))
    assert (read.name, read.conforms_to) == ("stones", "x")


SPECIFIED = "@context @type conformsTo description license name url creator datePublished"


def test_a_checksum_that_is_none_is_a_fault() -> None:
    """An MD5 in the place of a sha256 protects nothing."""
    found = list(croissant.faults(held(distribution=[{"@id": "a"}, {"@id": "b", "sha256": "ab" * 16}])))
    assert [fault.at for fault in found] == ["/distribution/1/sha256"]


def test_properties_that_nobody_reads_are_not_built() -> None:
    """Inline records may be huge; they are skipped, not decoded."""
    read = croissant.read(held(recordSet=[[]] * 1_000_000))
    assert read.name == "pebbles"


def test_hostile_json_passes_a_limit() -> None:
    """Depth, count and size are bounded."""
    deep = json.dumps(PEBBLES)[:-1].encode() + b', "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    for contents in (InMemory(deep), held(license=["x"] * 300_000), InMemory(b"{" + b" " * croissant.LIMIT)):
        with pytest.raises(LimitPassed):
            croissant.read(contents)
        assert len(list(croissant.faults(contents))) == 1
    with pytest.raises(FormatError):
        croissant.read(InMemory(json.dumps(PEBBLES)[:-1].encode()))


def test_other_json_is_no_croissant() -> None:
    """Mentioning the project is not describing a data set."""
    for data in (
        b"",
        b"[]",
        b'{"a": 1}',
        b'{"see": "mlcommons.org/croissant"}',
        b'# "@context" mlcommons.org/croissant',
    ):
        assert not croissant.recognises(InMemory(data))


anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5)),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "@id", "sha256"]), inner, max_size=3)
    ),
)


@given(st.sampled_from(sorted(PEBBLES)), anything)
def test_a_property_of_the_wrong_type_is_as_if_it_said_nothing(name: str, value: object) -> None:
    """Nobody promises that the values have the types of the specification."""
    read = croissant.read(held(**{name: value}))
    assert all(isinstance(one, str) for one in (read.name, read.url, *read.licences, *read.creators))


@given(st.binary(max_size=200))
def test_any_bytes_are_read_without_a_foreign_error(data: bytes) -> None:
    """Hostile bytes give a description or a told fault."""
    for contents in (InMemory(data), InMemory(json.dumps(PEBBLES).encode()[:-1] + data)):
        croissant.recognises(contents)
        list(croissant.faults(contents))
