"""TensorFlow Lite: the identifier, a root table inside the file, and the operators that the tables declare."""

import struct

import pytest
from tests.formats.seeds import field, graph_node
from tests.formats.seeds import tflite as made

from guildmark import formats
from guildmark.contents import InMemory, OnDisk
from guildmark.formats import tflite
from guildmark.formats.tflite import Operator


@pytest.mark.parametrize(
    ("data", "is_one"),
    [
        (b"\x10\0\0\0TFL3" + bytes(20), True),
        (b"\x10\0\0\0TFL3" + bytes(8), False),
        (b"\x10\0\0\0TFL2" + bytes(20), False),
        (b"The TFL3 file is a FlatBuffer", False),
        (b"\0\0\0\0TFL3" + bytes(20), False),
        (b"\x10\0\0\0TFL", False),
    ],
)
def test_a_root_table_lies_in_the_file(data, is_one):
    assert tflite.recognises(InMemory(data)) is is_one


def flexible(declared: str, used: bytes) -> bytes:
    """A FlexBuffer of two strings, as the Flex delegate reads it: the operation, and its node."""
    parts = [declared.encode(), used]
    data, places = b"", []
    for part in parts:
        data += struct.pack("<I", len(part))
        places.append(len(data))
        data += part + b"\0" * (1 + -(len(part) + 1) % 4)
    data += struct.pack("<I", 2)
    items = len(data)
    data += b"".join(struct.pack("<I", items + 4 * at - place) for at, place in enumerate(places)) + b"\x16\x16"
    return data + bytes([len(data) - items, 0x2A, 1])


def test_operators_are_read_as_they_are_declared():
    data = made([(0, ""), (32, "TFLite_Detection_PostProcess")])
    assert list(tflite.faults(InMemory(data))) == []
    assert tflite.operators(InMemory(data)) == (
        Operator(0, "", frozenset()),
        Operator(32, "TFLite_Detection_PostProcess", frozenset()),
    )


def test_a_flex_operator_is_what_its_node_says():
    """The Flex delegate runs the node in the options, whatever the operator is called."""
    options = flexible("Relu", graph_node("n", "WriteFile"))
    (operator,) = tflite.operators(InMemory(made([(32, "FlexRelu")], options)))
    assert operator == Operator(32, "FlexRelu", frozenset({"WriteFile"}))


@pytest.mark.parametrize("options", [b"", b"\0", b"nonsense", field(2, "Relu"), b"\xff" * 40])
def test_options_that_are_no_node_are_told_as_such(options):
    (operator,) = tflite.operators(InMemory(made([(32, "FlexRelu")], options)))
    assert operator.flex == {""}


def test_a_list_that_reaches_beyond_the_file_is_at_fault():
    data = made([(0, "")])
    root = int.from_bytes(data[:4], "little")
    assert list(tflite.faults(InMemory(data[:8] + bytes(len(data) - 8)))) != []
    assert list(tflite.faults(InMemory(data[: root + 2]))) != []


def test_the_model_of_the_mirror_is_recognised(mirror):
    path = mirror / "security/dev/malicious/m16_flex.tflite"
    assert formats.recognise(OnDisk(str(path))) == ("tflite",)
    assert [operator.custom for operator in tflite.operators(OnDisk(str(path)))] == ["FlexWriteFile"]
