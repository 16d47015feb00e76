"""Paddle: a program is known by its blocks, and its operators are found in every block and in PIR's JSON."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.formats.seeds import field, node, onnx

from guildmark import formats
from guildmark.contents import InMemory
from guildmark.errors import FormatError, GuildmarkError
from guildmark.formats import paddle


def block(number: int, *operators: str) -> bytes:
    """A BlockDesc with one variable."""
    named = b"".join(field(4, field(3, operator)) for operator in operators)
    return field(1, field(1, number) + field(2, 0) + field(3, field(1, "x")) + named)


PIR = {
    "base_code": {"magic": "pir", "version": 1},
    "program": {"regions": [{"blocks": [{"ops": [{"#": "1.py_func", "I": [], "O": [], "A": []}]}]}]},
}


def test_operators_of_every_block_are_counted():
    contents = InMemory(block(0, "feed", "relu", "while") + block(1, "relu", "py_func") + field(4, b""))
    assert formats.recognise(contents) == ("paddle",)
    assert paddle.operators(contents) == {"feed": 1, "relu": 2, "while": 1, "py_func": 1}
    assert list(paddle.faults(contents)) == []


@pytest.mark.parametrize("indent", [None, 2])
def test_operators_of_a_program_in_json_are_counted(indent):
    contents = InMemory(json.dumps(PIR, indent=indent).encode())
    assert "paddle" in formats.recognise(contents)
    assert paddle.operators(contents) == {"py_func": 1}


@pytest.mark.parametrize("data", [onnx([node("Relu")]), field(1, field(1, "piece")), b"{}", b"plain text", field(1, 4)])
def test_others_are_none(data):
    assert not paddle.recognises(InMemory(data))


def test_a_block_that_is_cut_is_a_fault():
    (fault,) = paddle.faults(InMemory(block(0, "relu")[:-2]))
    assert "beyond" in fault.says
    with pytest.raises(FormatError):
        paddle.operators(InMemory(json.dumps(PIR).encode()[:-3]))


@given(st.binary(max_size=200))
def test_arbitrary_bytes_raise_no_foreign_error(data):
    with suppress(GuildmarkError):
        paddle.operators(InMemory(block(0, "relu") + data))
