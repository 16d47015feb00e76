"""SQLite: values that are pickles are members, also where they overflow to other pages; damaged pages give none."""

import pickle
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.formats.seeds_more import sqlite as made

from guildmark import formats
from guildmark.contents import InMemory, chunks
from guildmark.errors import GuildmarkError
from guildmark.formats import sqlite
from guildmark.limits import Budget, Limits


def found(data: bytes) -> list[bytes]:
    members = sqlite.members(InMemory(data), Budget(Limits())) or ()
    return [b"".join(chunks(member.contents)) for member in members if member.contents is not None]


@settings(max_examples=20, deadline=None)
@given(st.dictionaries(st.text("abc", min_size=1, max_size=4), st.integers(0, 20_000), min_size=1, max_size=60))
def test_every_pickle_is_found_whole_however_long_it_is(lengths):
    values = {key: pickle.dumps([key, "x" * length], 4) for key, length in lengths.items()}
    assert sorted(found(made(values))) == sorted(values.values())


def test_a_database_is_one_face_and_has_no_faults():
    data = made({"a": b"no pickle", "b": b"\x80\x09 neither"})
    assert formats.recognise(InMemory(data)) == ("sqlite",)
    assert list(sqlite.faults(InMemory(data))) == []
    assert found(data) == []


def test_a_database_that_is_cut_is_a_fault():
    data = made({"a": bytes(9000)})
    assert list(sqlite.faults(InMemory(data[:-4096])))
    assert list(sqlite.faults(InMemory(data[:-1])))


WHOLE = made({"a": pickle.dumps("x" * 9000, 4)})


@given(st.integers(0, len(WHOLE) - 1), st.binary(max_size=40))
def test_damaged_pages_raise_no_foreign_error(place, data):
    with suppress(GuildmarkError):
        found(WHOLE[:place] + data + WHOLE[place + len(data) :])


@pytest.mark.parametrize("data", [b"SQLite format 3\0" + bytes(84), b"SQLite format 3\0\0\7" + bytes(84)])
def test_a_page_size_that_sqlite_does_not_have_is_none(data):
    assert not sqlite.recognises(InMemory(data))


@given(st.integers(0, 120), st.binary(max_size=8))
def test_a_database_cut_in_its_header_is_answered(kept, more):
    """Campaign, readers 14236: the header's reserved bytes were read where there were none."""
    data = made({"a": b"x"})[:kept] + more
    with suppress(GuildmarkError):
        found(data)
        list(sqlite.builds(InMemory(data)) if sqlite.recognises(InMemory(data)) else ())
