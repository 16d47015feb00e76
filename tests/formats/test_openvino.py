"""OpenVINO: a model is known by its start, and its layers and the files that it names are found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark import formats
from guildmark.contents import InMemory
from guildmark.formats import openvino
from guildmark.formats.openvino import Layer


def net(*layers: str) -> bytes:
    return f'<?xml version="1.0"?>\n<net name="n" version="11">\n<layers>\n{"".join(layers)}</layers></net>'.encode()


def layer(type: str, version: str, data: str = "") -> str:
    return f'<layer id="0" name="x" type="{type}" version="{version}">{data}</layer>\n'


def test_layers_and_the_programs_that_they_name_are_found():
    contents = InMemory(net(layer("Relu", "opset1"), layer("Mine", "extension", "<data library='/tmp/lib_x.so.1'/>")))
    assert formats.recognise(contents)[0] == "openvino"
    assert openvino.layers(contents) == {Layer("Relu", "opset1"), Layer("Mine", "extension")}
    assert openvino.programs(contents) == ("/tmp/lib_x.so.1",)
    assert list(openvino.faults(contents)) == []


def test_a_model_that_is_cut_is_a_fault():
    (fault,) = openvino.faults(InMemory(net(layer("Relu", "opset1"))[:-3]))
    assert fault.says == "the model is cut short"


@pytest.mark.parametrize("data", [b"<net>", b"<network><layers>", b'<?xml version="1.0"?><PMML/>', b"plain"])
def test_other_xml_is_none(data):
    assert not openvino.recognises(InMemory(data))


@given(st.binary(max_size=200))
def test_arbitrary_bytes_raise_nothing(data):
    contents = InMemory(b'<net name="n"><layers>' + data)
    openvino.layers(contents)
    openvino.programs(contents)
