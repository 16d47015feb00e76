"""MXNet: a symbol is known by its nodes, and its operators are found in inner graphs too."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark import formats
from guildmark.contents import InMemory
from guildmark.formats import mxnet


def symbol(*nodes: object) -> bytes:
    return json.dumps({"nodes": nodes, "arg_nodes": [0], "heads": [[0, 0, 0]]}, indent=2).encode()


def node(operator: str, **more: object) -> dict[str, object]:
    return {"op": operator, "name": "n", "inputs": [], **more}


def test_operators_are_counted_however_deep():
    inner = {"nodes": [node("Custom", attrs={"op_type": "mine"})], "arg_nodes": [], "heads": []}
    contents = InMemory(symbol(node("null"), node("_foreach", subgraphs=[inner]), node("null")))
    assert "mxnet" in formats.recognise(contents)
    assert mxnet.operators(contents) == {"null": 2, "_foreach": 1, "Custom": 1}
    assert list(mxnet.faults(contents)) == []


@pytest.mark.parametrize("data", [b"{}", b'{"nodes": [1]}', b'[{"op": 1, "nodes": 2, "heads": 3}]', b"plain"])
def test_other_json_is_none(data):
    assert not mxnet.recognises(InMemory(data))


def test_a_symbol_that_is_no_json_is_a_fault():
    (fault,) = mxnet.faults(InMemory(symbol(node("null")).replace(b"]", b"", 1)))
    assert fault.says == "the graph is no JSON"


@given(st.recursive(st.none() | st.text(max_size=3) | st.integers(), lambda inner: st.lists(inner, max_size=3)))
def test_nodes_of_any_shape_are_read(nodes):
    assert isinstance(mxnet.operators(InMemory(json.dumps({"nodes": nodes}).encode())), dict)
