"""Pickles in base64 among the strings of JSON are members; other texts in base64 are none."""

import base64
import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.formats.seeds_more import Runs, base64_pickle

from guildmark import formats
from guildmark.contents import InMemory, chunks
from guildmark.formats import base64_pickles
from guildmark.limits import Budget, Limits


@pytest.mark.parametrize("protocol", range(6))
def test_a_pickle_of_any_protocol_is_a_member(protocol):
    data = pickle.dumps(Runs(), protocol)
    contents = InMemory(base64_pickle(data))
    assert formats.recognise(contents) == ("base64_pickles", "text")
    (member,) = base64_pickles.members(contents, Budget(Limits()))
    assert member.contents is not None
    assert b"".join(chunks(member.contents)) == data


@given(st.binary(min_size=12, max_size=60))
def test_other_bytes_in_base64_are_none(data):
    text = json.dumps({"a": base64.b64encode(b"\0" + data).decode()}).encode()
    assert not base64_pickles.recognises(InMemory(text))


@pytest.mark.parametrize("text", [b'{"a": "KeyboardInterruptHandler"}', b'["gAJYYYYYYYYYYYYYYY"]', b"{}", b"gAR9lC4="])
def test_words_are_none(text):
    assert not base64_pickles.recognises(InMemory(text))
