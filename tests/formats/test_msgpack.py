"""MessagePack: a map is followed to its last byte, and pickles that an add-on put in it are members."""

import pickle
from contextlib import suppress

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark import formats
from guildmark.contents import InMemory, chunks
from guildmark.errors import GuildmarkError
from guildmark.formats import msgpack
from guildmark.limits import Budget, Limits

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(1 << 63), (1 << 64) - 1) | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=20) | st.dictionaries(st.text(), inner, max_size=20),
)


def packed(value: object) -> bytes:
    return msgspec.msgpack.encode(value)


@given(PLAIN)
def test_what_a_packer_wrote_is_walked_to_its_end(value):
    contents = InMemory(packed({"params": {"kernel": value}}))
    assert msgpack.recognises(contents)
    assert list(msgpack.faults(contents)) == []


def test_weights_with_extensions_are_read_and_have_no_members():
    """As Flax writes an array: an extension of code 1."""
    array = msgspec.msgpack.Ext(1, packed([[2, 3], "float32", bytes(24)]))
    contents = InMemory(packed({"params": {"Dense_0": {"kernel": array}}}))
    assert formats.recognise(contents) == ("msgpack",)
    assert msgpack.members(contents, Budget(Limits())) is None


def test_a_pickle_in_an_array_of_objects_is_a_member():
    data = pickle.dumps(["an object"], 4)
    contents = InMemory(packed({"weights": {"nd": True, "type": "O", "kind": b"O", "shape": [1], "data": data}}))
    (member,) = msgpack.members(contents, Budget(Limits())) or ()
    assert b"".join(chunks(member.contents)) == data


@pytest.mark.parametrize("data", [b"\x81\xa1a", b"\x82\xa1a\x01", b"\x80" + bytes(20), b"\x81\xa1a\x01" + bytes(9)])
def test_a_map_that_does_not_fit_is_none(data):
    assert not msgpack.recognises(InMemory(data))


WORDS = [{"format": "cB", "version": 1}, ["the", "of"], ["and"], [], [7, 8, 9], list(range(20))]


@pytest.mark.parametrize("value", [WORDS, {1.0: 2, 1.5: [1, 2], **dict.fromkeys(range(20), 3)}], ids=["words", "a map"])
def test_other_values_are_recognised_where_they_end_with_the_file(value):
    data = packed(value)
    assert msgpack.recognises(InMemory(data))
    assert not msgpack.recognises(InMemory(data + b"\0"))
    assert not msgpack.recognises(InMemory(data[:-1]))


@pytest.mark.parametrize(
    "data", ["Übermut tut selten gut, sagt man. ".encode("latin-1") * 20, packed(list(range(100))), packed(["a"])]
)
def test_text_numbers_and_a_few_bytes_are_not_taken_for_one(data):
    assert not msgpack.recognises(InMemory(data))


@given(st.binary(max_size=100))
def test_arbitrary_bytes_raise_no_foreign_error(data):
    with suppress(GuildmarkError):
        list(msgpack.items(InMemory(b"\x81\xa1a" + data)))
