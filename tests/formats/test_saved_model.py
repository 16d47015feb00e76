"""SavedModel: a protobuf is one only if its meta graphs name a node, a tag or a version."""

import pytest
from tests.formats.seeds import field, graph, graph_node, node, onnx

from guildmark import formats
from guildmark.contents import InMemory, OnDisk
from guildmark.formats import saved_model

TAGGED = field(2, field(1, field(4, "serve")))
GRAPH = field(2, field(2, field(1, field(1, "n") + field(2, "WriteFile"))))


@pytest.mark.parametrize(
    "data",
    [
        field(1, 1) + TAGGED,
        field(1, 1) + GRAPH,
        field(1, 1) + field(2, field(1, field(5, "2.12.0"))),
        TAGGED + field(1, 1),
        TAGGED,
        field(1, 1) + GRAPH + GRAPH,
        (field(1, 1) + TAGGED + field(2, field(2, bytes(500))))[:-100],
        field(1, 1) + field(3, "more") + TAGGED,
        field(1, 1) + field(2, field(8, "more") + field(1, field(4, "serve"))),
    ],
)
def test_a_saved_model_is_recognised_in_any_order_and_also_cut_short(data):
    assert saved_model.recognises(InMemory(data))


@pytest.mark.parametrize(
    "data",
    [
        field(1, 1),
        field(1, 1) + field(2, b""),
        field(1, 2) + TAGGED,
        field(3, "more") + field(1, 1) + TAGGED,
        field(1, 1) + field(1, "more") + TAGGED,
        field(1, 1) + field(2, field(2, field(1, field(1, "n")))),
        field(1, 1) + field(2, field(1, field(4, b"\xff"))),
        onnx([node("Relu")], version=1),
        b"\x0a\x05hello",
        b"\x12\x05hello",
    ],
)
def test_other_messages_are_none(data):
    assert not saved_model.recognises(InMemory(data))


def test_nodes_are_read_of_every_graph_and_of_their_functions():
    inner = graph(graph_node("n", "Relu"), functions=[("f", graph_node("m", "WriteFile", "n"))])
    contents = InMemory(field(1, 1) + field(2, field(2, inner)) + GRAPH)
    assert [(node.scope, node.name, node.operation, node.inputs) for node in saved_model.nodes(contents)] == [
        ("0", "n", "Relu", ()),
        ("0/f", "m", "WriteFile", ("n",)),
        ("1", "n", "WriteFile", ()),
    ]
    assert saved_model.functions(contents) == {"f"}
    assert list(saved_model.faults(contents)) == []


def test_what_keras_wrote_of_its_layers_is_read():
    """Before Keras 2.5 it stood in the graph of objects."""
    layer = field(7, field(1, field(4, field(3, '{"class_name": "Dense"}'))))
    assert [said for _, said in saved_model.layers(InMemory(field(1, 1) + field(2, layer)))] == [
        '{"class_name": "Dense"}'
    ]


def test_a_node_that_does_not_fit_or_names_nothing_is_at_fault():
    nameless = field(1, 1) + TAGGED + field(2, field(2, graph(field(1, "n"))))
    assert [fault.says for fault in saved_model.faults(InMemory(nameless))] == ["the node n names no operation"]
    assert list(saved_model.faults(InMemory((field(1, 1) + GRAPH)[:-3])))


def test_the_saved_models_of_the_mirror_are_recognised(mirror):
    found = list((mirror / "security/dev").rglob("saved_model.pb"))
    assert found
    assert {formats.recognise(OnDisk(str(path))) for path in found} == {("saved_model",)}
