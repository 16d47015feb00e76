"""Core ML: a protobuf is one only if it has a version, a description of named features, and a model."""

import pytest
from tests.formats.seeds import field, node, onnx

from guildmark import formats
from guildmark.contents import InMemory, OnDisk
from guildmark.formats import coreml

DESCRIPTION = field(2, field(1, field(1, "image") + field(3, field(5, b""))) + field(10, field(1, "label")))


@pytest.mark.parametrize(
    "data",
    [
        field(1, 4) + DESCRIPTION + field(500, b"layers"),
        field(1, 9) + DESCRIPTION + field(10, 1) + field(502, b""),
        field(403, b"") + DESCRIPTION + field(1, 4),
        (field(1, 4) + DESCRIPTION + field(500, bytes(500)))[:-100],
    ],
)
def test_a_model_is_recognised_in_any_order_and_also_cut_short(data):
    assert coreml.recognises(InMemory(data))


@pytest.mark.parametrize(
    "data",
    [
        field(1, 4) + DESCRIPTION,
        DESCRIPTION + field(500, b""),
        field(1, 0) + DESCRIPTION + field(500, b""),
        field(1, 4) + field(500, b""),
        field(1, 4) + field(2, "a producer") + field(500, b""),
        field(1, 4) + field(2, field(1, field(2, "no name"))) + field(500, b""),
        field(1, 4) + DESCRIPTION + field(7, b"graph") + field(500, b""),
        onnx([node("Relu")]),
        b"\x08\x04 text that goes on",
    ],
)
def test_other_messages_are_none(data):
    assert not coreml.recognises(InMemory(data))


def test_it_is_recognised_and_not_read():
    assert formats.faults("coreml", InMemory(field(1, 4) + DESCRIPTION + field(500, b""))) is None


def test_the_model_of_the_mirror_is_recognised(mirror):
    path = mirror / "security/dev/benign/model.mlmodel"
    assert formats.recognise(OnDisk(str(path))) == ("coreml",)
