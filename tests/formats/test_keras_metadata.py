"""Keras' layers beside a SavedModel: JSON by node."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.formats.seeds import field, graph, graph_node, keras_metadata

from guildmark.contents import InMemory
from guildmark.formats import keras_metadata as shelf


@given(st.lists(st.text(max_size=50), min_size=1, max_size=5))
def test_the_json_of_every_layer_is_read(said):
    contents = InMemory(keras_metadata(*said))
    assert shelf.recognises(contents)
    assert [text for _, text in shelf.layers(contents)] == said
    assert list(shelf.faults(contents)) == []


@pytest.mark.parametrize(
    "data", [b"", graph(graph_node("n", "Relu")), field(1, field(4, "other")), field(1, field(5, "{}")), field(2, "x")]
)
def test_other_messages_are_none(data):
    assert not shelf.recognises(InMemory(data))


def test_a_node_needs_no_identifier_of_keras():
    """Keras makes what a node's JSON says, and looks at the identifier for networks and measures only."""
    data = field(1, field(2, 0) + field(4, "x")) + field(1, field(5, ' {"name": "l", "class_name": "Lambda"}'))
    assert shelf.recognises(InMemory(data))


def test_what_is_cut_short_is_at_fault():
    assert list(shelf.faults(InMemory(keras_metadata("{}")[:-1])))
