"""ONNX: what a model says is read by skipping what it weighs, and messages must fit into each other."""

import importlib.util
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.formats.seeds import field, node, tensor, varint
from tests.formats.seeds import onnx as made

from guildmark.contents import InMemory, OnDisk
from guildmark.errors import FormatError, LimitPassed
from guildmark.formats import coreml, onnx, saved_model
from guildmark.formats.onnx import nodes

PACKAGES = ("silero_vad", "onnx")


def faults(data: bytes) -> list[str]:
    return [fault.says for fault in onnx.faults(InMemory(data))]


def test_a_model_says_who_made_it_and_what_it_needs():
    rest = field(3, "1.0") + field(4, "org.example") + field(14, field(1, "author") + field(2, "us"))
    rest += field(8, field(1, "com.microsoft") + field(2, 1))
    data = made(
        [node("Conv"), node("Conv"), node("PyOp", domain="pyopmulti")], [tensor("w", [2], 1, bytes(8))], rest=rest
    )
    assert onnx.model(InMemory(data)) == onnx.Model(
        ir_version=8,
        producer="by hand",
        producer_version="1.0",
        domain="org.example",
        opsets={"": 17, "com.microsoft": 1},
        metadata={"author": "us"},
        graph="g",
        inputs=("x",),
        outputs=("y",),
        operators={("", "Conv"): 2, ("pyopmulti", "PyOp"): 1},
        tensors=(onnx.Tensor("w", (2,), 1, 8, False, None, data.index(b"\x08\x02\x10\x01\x42\x01w")),),
    )
    assert faults(data) == []


def test_operators_are_found_in_inner_graphs_functions_and_training():
    """Code hides where the first look does not go."""
    inner = field(1, node("Inner")) + field(5, tensor("inner", [1], 1, bytes(4)))
    branch = field(5, field(1, "then_branch") + field(6, inner) + field(11, field(1, node("Listed"))))
    constant = field(
        5, field(5, tensor("value", [1], 7, bytes(8))) + field(22, field(1, tensor("sparse", [0], 1, b"")))
    )
    function = field(
        25, field(1, "f") + field(7, node("InFunction")) + field(11, field(6, field(1, node("InDefault"))))
    )
    training = field(20, field(1, field(1, node("AtStart"))) + field(2, field(1, node("InTraining"))))
    data = made([node("If", attributes=branch), node("Constant", attributes=constant)], rest=function + training)
    model = onnx.model(InMemory(data))
    found = {operator for _, operator in model.operators}
    assert found == {"If", "Constant", "Inner", "Listed", "InFunction", "InDefault", "AtStart", "InTraining"}
    assert {each.name for each in model.tensors} == {"inner", "value", "sparse"}


def test_data_outside_are_told_with_their_place():
    said = {"location": "../../etc/hostname", "offset": "4096", "length": "16"}
    data = made([node("Identity")], [tensor("w", [4], 1, outside=said)])
    assert onnx.model(InMemory(data)).tensors[0].external == said
    assert faults(data) == []


def test_a_shape_may_be_packed():
    packed = field(1, varint(2) + varint(3)) + field(2, 1) + field(8, "w") + field(9, bytes(24))
    assert onnx.model(InMemory(made([], [packed]))).tensors[0].shape == (2, 3)


@pytest.mark.parametrize(("kind", "size"), [(1, 20), (7, 40), (9, 5), (10, 10), (15, 80), (22, 3), (25, 2), (27, 4)])
def test_each_type_has_its_size_also_below_a_byte(kind, size):
    assert faults(made([], [tensor("w", [5], kind, bytes(size))])) == []
    assert faults(made([], [tensor("w", [5], kind, bytes(size + 1))])) != []


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (made([], [tensor("w", [2], 1, bytes(7))]), "w has 7 bytes for [2]"),
        (made([], [tensor("w", [1 << 62, 1 << 62], 1, bytes(8))]), "w has 8 bytes"),
        (made([], [tensor("w", [2], 99, bytes(8))]), "w is of the unknown type 99"),
        (made([], [tensor("w", [2], 8, bytes(8))]), "w has 8 bytes for [2] of type 8"),
        (made([], [tensor("w", [-1], 1, bytes(4))]), "w has the shape [-1]"),
        (made([], [tensor("w", [1] * 65, 1, bytes(4))]), "more than 64 dimensions"),
        (made([], [tensor("w", [2], 1)]), "w has no data"),
        (made([], [tensor("w", [2], 1, outside={})]), "does not say where"),
        (made([], [tensor("w", [2], 1, outside={"offset": "0"})]), "does not say where"),
        (made([node("Relu")])[:-3], "beyond its message"),
        (made([node("Relu")], rest=b"\x3b"), "does not end"),
        (made([node("Relu")], rest=b"\x3c"), "wire type 4"),
        (made([node("Relu")], rest=b"\x02\x00"), "the number 0"),
        (made([node("Relu")], rest=b"\x28" + b"\xff" * 11), "does not end"),
        (made([node("Relu")], rest=field(7, field(1, b"\x22\x7f"))), "ends 127 bytes beyond its message"),
        (field(1, 8) + field(2, "nobody"), "it has no graph"),
    ],
)
def test_a_file_that_breaks_the_promise_is_told_so(data, says):
    found = faults(data)
    assert any(says in fault for fault in found), found


def test_a_fault_of_a_tensor_says_where_it_is_described():
    data = made([], [tensor("w", [2], 1, bytes(7))])
    assert [fault.at for fault in onnx.faults(InMemory(data))] == [f"byte {data.index(b'w') - 6}"]


def test_graphs_nested_without_end_are_a_limit():
    graph = field(1, node("Leaf"))
    for _ in range(40):
        graph = field(1, node("If", attributes=field(5, field(6, graph))))
    with pytest.raises(LimitPassed, match="nested"):
        onnx.model(InMemory(field(1, 8) + field(7, graph)))


@pytest.mark.parametrize(("bound", "says"), [("MOST_FIELDS", "more fields"), ("MOST_TENSORS", "more than 5 tensors")])
def test_more_than_is_read_is_a_limit_not_a_fault(monkeypatch, bound, says):
    monkeypatch.setattr(onnx, bound, 5)
    data = made([], [tensor("w", [1], 1, bytes(4))] * 6)
    with pytest.raises(LimitPassed, match=says):
        list(onnx.faults(InMemory(data)))


class Sparse:
    """Two gigabytes that hold a model whose one tensor is all zeros."""

    def __init__(self) -> None:
        size = 2_000_000_000
        weights = varint(1 << 3) + varint(size // 4) + field(2, 1) + field(8, "w") + varint(9 << 3 | 2) + varint(size)
        graph = field(1, node("Relu")) + varint(5 << 3 | 2) + varint(len(weights) + size) + weights
        after = field(11, field(1, "x"))
        self._head = field(1, 8) + varint(7 << 3 | 2) + varint(len(graph) + size + len(after)) + graph
        self._tail = after + field(8, field(2, 17))
        self._rest = len(self._head) + size
        self.size = self._rest + len(self._tail)
        self.read = 0

    def at(self, offset: int, length: int) -> bytes:
        length = min(length, self.size - offset)
        self.read += length
        ahead = self._head[offset : offset + length]
        behind = self._tail[max(0, offset - self._rest) : max(0, offset + length - self._rest)]
        return ahead + bytes(length - len(ahead) - len(behind)) + behind


def test_two_gigabytes_are_read_by_their_heads():
    contents = Sparse()
    assert onnx.recognises(contents)
    assert list(onnx.faults(contents)) == []
    assert onnx.model(contents).opsets == {"": 17}
    assert contents.read < 500_000


@pytest.mark.parametrize("cut", [1, 20, 60])
def test_a_model_cut_short_is_still_recognised_so_that_its_fault_is_told(cut):
    data = made([node("Conv", "image", "features")], [tensor("w", [8], 1, bytes(32))])[:-cut]
    assert onnx.recognises(InMemory(data))
    assert faults(data) != []


def test_fields_in_another_order_are_the_same_model():
    """Protobuf's readers take any order, so an order hides nothing."""
    data = made([node("Relu")])
    assert onnx.recognises(InMemory(data[2:] + data[:2]))


@pytest.mark.parametrize(
    "data",
    [
        b"\x08\x08",
        field(1, 8) + field(2, "a"),
        field(1, 0) + field(7, field(1, node("Relu"))),
        field(1, 8) + field(7, b"no message at all"),
        field(1, 8) + field(7, field(1, field(4, b"\xff\xfe"))),
        b'{"ir_version": 8, "graph": {"node": []}}',
        b"\n\x05hello\x12\x05world:\x04text",
        struct.pack("<8f", *range(8)),
    ],
)
def test_what_is_no_model_is_not_recognised(data):
    assert not onnx.recognises(InMemory(data))


@given(st.text(), st.lists(st.tuples(st.text(max_size=3), st.text(max_size=9))), st.dictionaries(st.text(), st.text()))
def test_what_is_written_is_read_and_cut_short_is_refused(producer, operators, metadata):
    rest = b"".join(field(14, field(1, key) + field(2, value)) for key, value in metadata.items()) + field(2, producer)
    data = made([node(operator, domain=domain) for domain, operator in operators], rest=rest)
    model = onnx.model(InMemory(data))
    assert (model.producer, model.metadata) == (producer, metadata)
    assert model.operators == {each: operators.count(each) for each in operators}
    with pytest.raises(FormatError):
        onnx.model(InMemory(data[:-1]))


def real_models() -> list[Path]:
    specs = [importlib.util.find_spec(package) for package in PACKAGES]
    folders = [Path(spec.origin).parent for spec in specs if spec is not None and spec.origin]
    return sorted(path for folder in folders for path in folder.rglob("*.onnx"))


def test_real_models_are_whole_and_read_as_the_reference_reads_them():
    reference = pytest.importorskip("onnx", reason="needs onnx, which wrote the file to compare with")
    models = real_models()[::8] + [path for path in real_models() if "silero" in path.name]
    if not models:
        pytest.skip("no installed package brings an ONNX model")
    for path in models:
        contents = OnDisk(str(path))
        assert [each.recognises(contents) for each in (onnx, coreml, saved_model)] == [True, False, False], path
        assert list(onnx.faults(contents)) == [], path
        ours, theirs = onnx.model(contents), reference.load(path, load_external_data=False)
        assert ours.ir_version == theirs.ir_version
        assert ours.producer == theirs.producer_name
        assert ours.opsets == {opset.domain: opset.version for opset in theirs.opset_import}
        assert ours.metadata == {pair.key: pair.value for pair in theirs.metadata_props}
        assert ours.inputs == tuple(each.name for each in theirs.graph.input)
        assert ours.outputs == tuple(each.name for each in theirs.graph.output)
        assert {each.op_type for each in theirs.graph.node} <= {operator for _, operator in ours.operators}
        found = {(each.name, each.shape, each.data_type) for each in ours.tensors}
        assert {(each.name, tuple(each.dims), each.data_type) for each in theirs.graph.initializer} <= found


def test_it_reads_what_the_reference_writes():
    numpy = pytest.importorskip("numpy", reason="needs numpy, which wrote the file to compare with")
    reference = pytest.importorskip("onnx", reason="needs onnx, which wrote the file to compare with")
    make = reference.helper
    value = make.make_tensor_value_info("x", 1, [2])
    weights = [reference.numpy_helper.from_array(numpy.ones(2, "f4"), "w"), make.make_tensor("t", 1, [2], [1.0, 2.0])]
    graph = make.make_graph([make.make_node("Relu", ["x"], ["y"], domain="custom")], "g", [value], [value], weights)
    data = make.make_model(graph, producer_name="us").SerializeToString()
    model = onnx.model(InMemory(data))
    assert (model.producer, model.operators) == ("us", {("custom", "Relu"): 1})
    assert [(each.name, each.shape, each.raw, each.has_typed_data) for each in model.tensors] == [
        ("w", (2,), 8, False),
        ("t", (2,), None, True),
    ]
    assert faults(data) == []


def test_files_of_the_mirror_are_recognised_and_the_path_outside_is_seen(mirror):
    dev = mirror / "security/dev"
    for path in sorted(dev.rglob("*.onnx")):
        assert onnx.recognises(OnDisk(str(path))), path
        assert list(onnx.faults(OnDisk(str(path)))) == [], path
    outside = onnx.model(OnDisk(str(dev / "malicious/o01_ext_traversal.onnx"))).tensors[0].external
    assert outside == {"location": "../../../../etc/hostname"}
    assert ("pyopmulti", "PyOp") in onnx.model(OnDisk(str(dev / "malicious/o02_pyop.onnx"))).operators


def constant(*numbers: float, kind: int = 1) -> nodes.Constant:
    """What is said of a tensor of these numbers, which an initializer holds."""
    raw = struct.pack(f"<{len(numbers)}f", *numbers)
    said = {1: tensor("k", [len(numbers)], 1, raw), 4: tensor("k", [len(numbers)], 1) + field(4, raw)}[kind]
    ((_, graph),) = nodes.graphs(InMemory(made([node("Relu", "x", "y")], [said])))
    return graph.constants["k"]


@pytest.mark.parametrize("kind", [1, 4])
def test_of_a_constant_is_said_whether_its_numbers_vary(kind):
    assert constant(0, 0, kind=kind) == nodes.Constant(empty=False, varied=False, zero=True)
    assert constant(2, 2, kind=kind) == nodes.Constant(empty=False, varied=False, zero=False)
    assert constant(0, 1, kind=kind) == nodes.Constant(empty=False, varied=True, zero=False)
    assert constant(kind=kind).empty


def test_a_constant_too_long_to_look_at_is_taken_to_vary():
    assert constant(*[1.0] * (1 << 15)) == nodes.Constant(empty=False, varied=True, zero=False)


def test_a_node_says_what_it_reads_and_writes_and_the_graphs_in_it():
    inner = field(1, node("Neg", "a", "b")) + field(12, field(1, "b"))
    branch = field(5, field(1, "then_branch") + field(6, inner) + field(20, 5))
    ((name, graph),) = nodes.graphs(InMemory(made([node("If", "c", "y", attributes=branch)])))
    (found,) = graph.nodes
    assert (name, graph.inputs, graph.outputs) == (("", ""), ("x",), ("y",))
    assert (found.operator, found.inputs, found.outputs) == ("If", ("c",), ("y",))
    assert [one.operator for one in found.graphs["then_branch"].nodes] == ["Neg"]


def test_an_input_of_one_number_is_told_from_one_of_many():
    def typed(name: str, *sizes: bytes) -> bytes:
        shape = field(2, b"".join(field(1, size) for size in sizes))
        return field(11, field(1, name) + field(2, field(1, field(1, 1) + shape)))

    inputs = typed("rate") + typed("flag", field(1, 1)) + typed("image", field(1, 1), field(1, 3)) + typed("n", b"")
    ((_, graph),) = nodes.graphs(InMemory(field(1, 8) + field(7, inputs + field(11, field(1, "untyped")))))
    assert graph.single == {"rate", "flag"}


def test_a_graph_of_more_parts_than_are_kept_passes_a_limit(monkeypatch: pytest.MonkeyPatch):
    data = made([node("Relu")] * 9)
    monkeypatch.setattr(nodes, "MOST_PARTS", 11)
    assert len(list(nodes.graphs(InMemory(data)))) == 1
    monkeypatch.setattr(nodes, "MOST_PARTS", 10)
    with pytest.raises(LimitPassed):
        list(nodes.graphs(InMemory(data)))
