"""SavedModel: a protobuf is one only if its meta graphs name a node, a tag or a version."""

import pytest
from tests.formats.seeds import field, node, onnx

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
        field(1, 1) + TAGGED + field(3, "more"),
        field(1, 1) + field(2, field(8, "more") + field(1, field(4, "serve"))),
        field(1, 1) + field(2, field(2, field(1, field(1, "n")))),
        field(1, 1) + field(2, field(1, field(4, b"\xff"))),
        onnx([node("Relu")], version=1),
        b"\x0a\x05hello",
        b"\x12\x05hello",
    ],
)
def test_other_messages_are_none(data):
    assert not saved_model.recognises(InMemory(data))


def test_it_is_recognised_and_not_read():
    assert formats.faults("saved_model", InMemory(field(1, 1) + TAGGED)) is None


def test_the_saved_models_of_the_mirror_are_recognised(mirror):
    found = list((mirror / "security/dev").rglob("saved_model.pb"))
    assert found
    assert {formats.recognise(OnDisk(str(path))) for path in found} == {("saved_model",)}
