"""A pickle that names something is found wherever it begins in unknown bytes; plain pickles and chance are none."""

import pickle
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.formats.seeds_more import Runs

from guildmark import formats
from guildmark.contents import InMemory, chunks
from guildmark.errors import LimitPassed
from guildmark.formats import _carve, stored_pickles
from guildmark.limits import Budget, Limits

NOISE = random.Random(4).randbytes(3000)
HEADLESS = pickle.dumps(Runs(), 4)[11:]


def found(data: bytes) -> list[bytes]:
    members = stored_pickles.members(InMemory(data), Budget(Limits()))
    return [b"".join(chunks(member.contents)) for member in members if member.contents is not None]


@given(st.integers(0, 5), st.binary(max_size=300), st.binary(max_size=300))
def test_a_pickle_of_any_protocol_is_found_in_whatever_stands_around_it(protocol, before, after):
    data = pickle.dumps(Runs(), protocol)
    assert any(b"system" in each for each in found(b"\x07" + before + b"\0" + data + after))


def test_pickles_are_found_one_after_the_other_and_across_the_blocks_that_are_read():
    one = pickle.dumps(Runs(), 2)
    far = bytes((1 << 20) - 9 - len(NOISE) - len(one))
    data = NOISE + one + far + one + NOISE
    assert found(data) == [one, one]
    assert formats.recognise(InMemory(data)) == ("stored_pickles",)


def test_a_pickle_without_its_first_bytes_is_found():
    assert HEADLESS.startswith(b"\x8c")
    assert found(NOISE + HEADLESS + NOISE) == [HEADLESS]


@pytest.mark.parametrize("data", [NOISE, NOISE + pickle.dumps({"a": [1]}, 4) + NOISE, NOISE + b"cab\ncd\n" + NOISE])
def test_plain_values_and_chance_are_none(data):
    assert formats.recognise(InMemory(data)) == ()


def test_bytes_that_look_like_pickles_everywhere_are_given_up(monkeypatch):
    """The places that are tried are bounded, and so are the opcodes."""
    monkeypatch.setattr(_carve, "_MOST_OPCODES", 30_000)
    with pytest.raises(LimitPassed):
        found(b"\x07" + b"cos\nx\n0" * 1000)


def test_a_pickle_that_began_before_its_first_name_is_found_whole():
    data = b"(dp0\nS'a'\np1\ncos\nsystem\np2\n(S'echo inert'\ntRs."
    assert found(NOISE + b"\0" + data + NOISE) == [data]


def test_no_other_format_is_asked_after_it():
    """A pickle by itself is a pickle, a text that quotes one is a text."""
    assert formats.recognise(InMemory(pickle.dumps(Runs(), 4))) == ("pickle",)
    assert "stored_pickles" not in formats.recognise(InMemory(b"a text, in which \n" + pickle.dumps(Runs(), 0)))
