"""Core ML: a protobuf is one only if it has a version, a description of named features, and a model."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.formats.seeds import field, node, onnx

from guildmark import formats
from guildmark.contents import InMemory, OnDisk
from guildmark.errors import GuildmarkError, LimitPassed
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


def layered(layer: bytes) -> bytes:
    """A neural network of one layer."""
    return field(1, 4) + DESCRIPTION + field(500, field(1, field(1, "layer") + layer))


def mil(operation: bytes) -> bytes:
    """An ML program of one operation."""
    block = field(3, operation)
    function = field(3, field(1, "CoreML5") + field(2, block))
    return field(1, 6) + DESCRIPTION + field(502, field(1, 1) + field(2, field(1, "main") + field(2, function)))


LAYER = field(500, field(10, "Evil"))
WEIGHTS = field(5, field(1, "val") + field(2, field(5, field(1, "@model_path/weights/w.bin") + field(2, 64))))
LINKED = field(1, field(1, field(1, "other")) + field(2, field(1, "../elsewhere")))


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (layered(field(10, b"")), []),
        (layered(LAYER), [("class", "Evil")]),
        (layered(field(615, field(4, field(1, LAYER)))), [("condition", "loop"), ("class", "Evil")]),
        (field(1, 4) + DESCRIPTION + field(202, field(1, layered(LAYER))), [("class", "Evil")]),
        (field(1, 4) + DESCRIPTION + field(200, field(1, field(1, layered(LAYER)))), [("class", "Evil")]),
        (field(1, 4) + DESCRIPTION + field(555, field(1, "Custom")), [("class", "Custom")]),
        (field(1, 4) + DESCRIPTION + field(556, LINKED), [("model", "other"), ("model", "../elsewhere")]),
        (mil(field(1, "const") + WEIGHTS), [("weights", "@model_path/weights/w.bin")]),
        (mil(field(1, "loop") + field(4, field(3, field(1, "custom_layer")))), [("class", "custom_layer")]),
    ],
)
def test_what_a_model_names_outside_is_found_however_deep(data, found):
    contents = InMemory(data)
    assert coreml.recognises(contents)
    assert [(named.kind, named.name) for named in coreml.named(contents)] == found
    assert list(formats.faults("coreml", contents) or ()) == []


def test_a_message_that_does_not_fit_is_a_fault():
    (fault,) = coreml.faults(InMemory(layered(LAYER)[:-2]))
    assert "beyond" in fault.says


def test_models_in_models_without_end_pass_a_limit():
    data = layered(LAYER)
    for _ in range(40):
        data = field(1, 4) + DESCRIPTION + field(202, field(1, data))
    with pytest.raises(LimitPassed):
        list(coreml.named(InMemory(data)))


@given(st.binary(max_size=200))
def test_arbitrary_bytes_raise_no_foreign_error(data):
    with suppress(GuildmarkError):
        list(coreml.named(InMemory(data)))


def test_the_model_of_the_mirror_is_recognised(mirror):
    path = mirror / "security/dev/benign/model.mlmodel"
    assert formats.recognise(OnDisk(str(path))) == ("coreml",)
