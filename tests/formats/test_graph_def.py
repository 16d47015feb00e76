"""TensorFlow graphs: a protobuf is one if its first node has a name and an operation; all nodes are read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.formats.seeds import attribute, field, graph, graph_constant, graph_node, onnx

from guildmark.contents import InMemory
from guildmark.formats import graph_def

RELU = graph_node("x", "Relu")


@pytest.mark.parametrize(
    "data",
    [
        graph(RELU),
        graph(functions=[("f", RELU)]),
        field(4, field(1, 27)) + graph(RELU),
        field(1, field(5, "2.12.0")) + field(2, graph(RELU)),
        graph(RELU, graph_node("weights", "Const", attributes=bytes(500)))[:-400],
    ],
    ids=["nodes", "functions alone", "its versions first", "with a description", "cut short"],
)
def test_a_graph_is_recognised(data):
    assert graph_def.recognises(InMemory(data))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        field(1, 1) + field(2, graph(RELU)),
        graph(field(1, "x")),
        graph(graph_node("x", "Re lu")),
        graph(graph_node("x\0", "Relu")),
        graph(field(8, 1) + RELU),
        onnx([]),
        b"\x0a\x05hello",
    ],
)
def test_other_messages_are_none(data):
    assert not graph_def.recognises(InMemory(data))


@pytest.mark.parametrize("described", [False, True])
def test_nodes_and_what_they_say_are_read(described):
    node = graph_node("p", "PrintV2", "c", attributes=attribute("output_stream", field(2, "file:///tmp/x")))
    data = graph(graph_constant("c", "one", "two"), functions=[("f", node)])
    found = list(graph_def.nodes(InMemory(field(1, field(4, "serve")) + field(2, data) if described else data)))
    assert [(node.scope, node.name, node.operation) for node in found] == [("", "c", "Const"), ("/f", "p", "PrintV2")]
    assert found[0].constant == ("one", "two")
    assert (found[1].inputs, found[1].words) == (("c",), {"output_stream": ("file:///tmp/x",)})
    assert graph_def.functions(InMemory(data)) == {"f"}


def test_a_node_without_an_operation_is_at_fault():
    assert [fault.says for fault in graph_def.faults(InMemory(graph(field(1, "n"))))] == [
        "the node n names no operation"
    ]


@given(st.lists(st.tuples(st.from_regex(r"[A-Za-z]\w{0,8}", fullmatch=True), st.text(max_size=5)), min_size=1))
def test_every_node_is_read_in_order(said):
    data = graph(*(graph_node("n" + name, operation) for operation, name in said))
    assert [(node.operation, node.name) for node in graph_def.nodes(InMemory(data))] == [
        (operation, "n" + name) for operation, name in said
    ]
