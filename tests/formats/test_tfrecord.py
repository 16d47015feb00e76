"""Frames of TFRecord: each ends where its length says, and a pickle in one is looked at by itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.formats.seeds_more import tfrecord

from guildmark import formats
from guildmark.contents import InMemory
from guildmark.formats import tfrecord as reader
from guildmark.limits import Budget, Limits

CALL = b"cposix\nsystem\n(S'true'\ntR."


@given(st.lists(st.binary(max_size=100), min_size=1, max_size=10))
def test_frames_are_whole(frames):
    assert "tfrecord" in formats.recognise(InMemory(tfrecord(*frames)))
    assert list(reader.faults(InMemory(tfrecord(*frames)))) == []


def test_a_pickle_in_a_frame_is_a_member():
    contents = InMemory(tfrecord(b"abc", CALL))
    (member,) = reader.members(contents, Budget(Limits()))
    assert member.contents.at(0, 100) == CALL


@pytest.mark.parametrize("data", [tfrecord(b"abc", b"de")[:-1], tfrecord(b"abc") + bytes(12), tfrecord(b"abc") + b"x"])
def test_a_frame_that_is_cut_short_or_has_another_checksum_is_a_fault(data):
    assert list(reader.faults(InMemory(data)))


def test_other_bytes_are_no_frames():
    assert not reader.recognises(InMemory(bytes(40)))
