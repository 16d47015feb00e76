"""Tensors of ONNX in files of their own, spelt byte by byte as onnx.proto says."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark import formats
from guildmark.contents import InMemory
from guildmark.errors import GuildmarkError
from guildmark.formats import onnx_tensor

FLOATS = b"\x08\x02\x08\x03\x10\x01\x42\x01xJ\x18" + bytes(24)
HONEST = {
    "raw floats": FLOATS,
    "packed shape": b"\x0a\x02\x02\x03\x10\x01J\x18" + bytes(24),
    "a number": b"\x10\x07J\x08" + bytes(8),
    "packed integers": b"\x08\x03\x10\x07\x3a\x03\x01\x02\x03B\x01x",
    "integers": b"\x08\x02\x10\x07\x38\x01\x38\x02B\x01x",
    "typed floats": b"\x08\x02\x10\x01\x22\x08" + bytes(8),
    "texts": b"\x08\x02\x10\x08\x32\x01a\x32\x02bc",
    "fours of bits": b"\x08\x03\x10\x16J\x02\x12\x03",
    "nothing": b"\x08\x00\x10\x01B\x01x",
}


@pytest.mark.parametrize("data", HONEST.values(), ids=HONEST)
def test_a_tensor_with_its_numbers_is_recognised_as_nothing_else(data):
    assert formats.recognise(InMemory(data)) == ("onnx_tensor",)
    assert list(onnx_tensor.faults(InMemory(data))) == []


OTHERS = {
    "cut short": FLOATS[:-1],
    "bytes behind": FLOATS + b"\x80",
    "too few numbers": b"\x08\x02\x10\x01J\x04" + bytes(4),
    "no type": b"\x08\x02J\x08" + bytes(8),
    "two types": b"\x08\x01\x10\x01\x10\x07J\x04" + bytes(4),
    "unknown type": b"\x08\x01\x10\x7fJ\x04" + bytes(4),
    "numbers in another file": b"\x08\x01\x10\x01J\x04" + bytes(4) + b"\x70\x01",
    "another field": b"\x08\x01\x10\x01J\x04" + bytes(4) + b"\x7a\x01x",
    "a shape below zero": b"\x08" + b"\xff" * 9 + b"\x01\x10\x01J\x04" + bytes(4),
    "texts that are too few": b"\x08\x02\x10\x08\x32\x01a",
    "numbers twice": b"\x08\x01\x10\x01J\x04" + bytes(4) + b"\x22\x04" + bytes(4),
    "a type and a shape alone": b"\x08\x00\x10\x01",
}


@pytest.mark.parametrize("data", OTHERS.values(), ids=OTHERS)
def test_what_does_not_hold_together_is_none(data):
    assert not onnx_tensor.recognises(InMemory(data))


@given(st.binary(max_size=60))
def test_arbitrary_bytes_raise_nothing_foreign(data):
    with suppress(GuildmarkError):
        onnx_tensor.recognises(InMemory(b"\x08" + data))
