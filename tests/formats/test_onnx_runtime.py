"""Models in ONNX Runtime's own format: their operators, those of inner graphs included."""

from tests.formats.seeds_more import onnx_runtime

from guildmark import formats
from guildmark.contents import InMemory
from guildmark.formats import onnx_runtime as reader


def test_operators_of_inner_graphs_are_told():
    contents = InMemory(onnx_runtime(("", "If"), ("", "Relu"), inner=("ai.onnx.contrib", "PyOp")))
    assert formats.recognise(contents) == ("onnx_runtime",)
    assert reader.operators(contents) == {("", "If"): 1, ("", "Relu"): 1, ("ai.onnx.contrib", "PyOp"): 1}
    assert list(reader.faults(contents)) == []


def test_tables_outside_of_the_file_are_told():
    (fault,) = reader.faults(InMemory(onnx_runtime(("", "Relu"))[:60]))
    assert fault.at == "tables"
