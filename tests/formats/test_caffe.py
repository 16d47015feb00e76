"""Nets of Caffe and Caffe2: which types their layers have, and what Python is to compute."""

import pytest
from tests.formats.seeds import field, onnx
from tests.formats.seeds_more import caffe2_net, caffe_net

from guildmark import formats
from guildmark.contents import InMemory
from guildmark.formats import caffe

OLD = field(1, "net") + field(2, field(2, "data") + field(4, "conv 1") + field(5, 4))


def read(data: bytes) -> list[tuple[str, tuple[str, ...]]]:
    return [(layer.type, layer.texts) for layer in caffe.layers(InMemory(data))]


@pytest.mark.parametrize(
    ("data", "layers"),
    [
        (caffe_net(("a", "ReLU"), ("b", "Python")), [("ReLU", ()), ("Python", ("m", "C"))]),
        (caffe2_net(("Relu", "x"), ("Load", "/etc/x")), [("Relu", ("x",)), ("Load", ("/etc/x",))]),
        (OLD, [("", ())]),
    ],
)
def test_a_net_is_recognised_and_tells_its_layers(data: bytes, layers: list[tuple[str, tuple[str, ...]]]):
    assert formats.recognise(InMemory(data)) == ("caffe",)
    assert read(data) == layers
    assert list(caffe.faults(InMemory(data))) == []


@pytest.mark.parametrize("data", [onnx([]), field(1, "net"), field(1, "net") + field(2, field(4, "no word"))])
def test_other_messages_are_no_net(data: bytes):
    assert not caffe.recognises(InMemory(data))


def test_a_net_that_is_cut_short_is_told():
    assert [fault.at for fault in caffe.faults(InMemory(caffe_net(("a", "ReLU"))[:-1]))] == ["header"]
