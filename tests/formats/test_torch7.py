"""Torch7: values fit into each other in both ways of writing; functions and foreign classes are told."""

import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.formats.seeds_more import torch7 as made
from tests.formats.seeds_more import torch7_function, torch7_object, torch7_text

from guildmark import formats
from guildmark.contents import InMemory
from guildmark.errors import FormatError
from guildmark.formats import torch7

LUA = b"\x1bLJ\2\2" + bytes(20)
TENSOR = torch7_object(
    "torch.DoubleTensor",
    struct.pack("<iqqq", 1, 3, 1, 1) + torch7_object("torch.DoubleStorage", struct.pack("<q3d", 3, 1, 2, 3), 3),
)
IN_WORDS = b"4\n1\n3\nV 1\n18\ntorch.DoubleTensor\n1\n2\n1\n1\n4\n2\n3\nV 1\n19\ntorch.DoubleStorage\n2\n1.5 2.5\n"
IN_WORDS_WITH_CODE = b"3\n1\n1\n2\n1\nf\n8\n2\n5\n\x1bLJ\x02\x02\n3\n3\n0\n"


def told(data: bytes) -> list[tuple[str, bool]]:
    return [(built.name, built.acts) for built in torch7.builds(InMemory(data))]


@given(st.dictionaries(st.text(alphabet="abcdef", max_size=8), st.floats(), min_size=1, max_size=9))
def test_a_table_of_numbers_is_plain_values(values):
    contents = InMemory(made(values))
    assert formats.recognise(contents)[0] == "torch7"
    assert list(torch7.faults(contents)) == []
    assert told(made(values)) == []


@pytest.mark.parametrize("data", [made({"a": 1}, TENSOR), TENSOR, IN_WORDS])
def test_a_tensor_is_plain_values_in_both_ways_of_writing(data):
    assert formats.recognise(InMemory(data))[0] == "torch7"
    assert list(torch7.faults(InMemory(data))) == []
    assert told(data) == []


@pytest.mark.parametrize("data", [made({"a": 1}, torch7_function(LUA)), torch7_function(LUA), IN_WORDS_WITH_CODE])
def test_a_function_is_told(data):
    assert formats.recognise(InMemory(data))[0] == "torch7"
    assert told(data) == [("function", True)]


def test_a_class_that_is_not_torchs_own_is_told_and_its_fields_are_walked():
    data = torch7_object("mine.Layer", made({"a": 1}, torch7_function(LUA, 9)).replace(b"\1\0\0\0", b"\7\0\0\0", 1))
    assert told(data) == [("mine.Layer", False), ("function", True)]


def test_a_network_of_torchs_own_layers_is_plain_values():
    assert told(torch7_object("nn.Linear", struct.pack("<iii", 3, 7, 1) + torch7_text("weight") + TENSOR, 8)) == []


@pytest.mark.parametrize("data", [made({"a": 1})[:-3], made({"a": 1}) + b"\x63\0\0\0", IN_WORDS[:60]])
def test_values_that_do_not_fit_are_a_fault(data):
    assert list(torch7.faults(InMemory(data)))


@given(st.binary(max_size=200))
def test_arbitrary_bytes_raise_no_foreign_error(data):
    with suppress(FormatError):
        told(made({"a": 1}, data))
