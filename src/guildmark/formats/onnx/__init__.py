"""Reads what an ONNX model says of itself, its operators and its tensors; never a tensor's data.

Source: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto, docs/IR.md."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from math import prod

import msgspec

from guildmark import late
from guildmark.contents import Contents
from guildmark.errors import FormatError, LimitPassed
from guildmark.formats import Fault, Holds
from guildmark.protobuf import BYTES, VARINT, Field, Reader
from guildmark.remembered import remembered

RANK = 10
HOLDS: Holds = "weights"

MOST_FIELDS = 10_000_000
MOST_TENSORS = 200_000
MOST_DIMENSIONS = 64
DEEPEST = 32
"""Graphs inside nodes inside graphs."""

BITS = {
    **dict.fromkeys((2, 3, 9, 17, 18, 19, 20, 24), 8),
    **dict.fromkeys((4, 5, 10, 16), 16),
    **dict.fromkeys((1, 6, 12), 32),
    **dict.fromkeys((7, 11, 13, 14), 64),
    15: 128,
    **dict.fromkeys((21, 22, 23), 4),
    **dict.fromkeys((25, 26), 2),
    **dict.fromkeys((27, 28), 6),
}
"""Bits of one element, by TensorProto.DataType."""

OF_TORCH = frozenset(("ATen", "ATenOp"))
"""Operators that hand their inputs to one of torch's, which an attribute names: what torch exports where ONNX has none,
and ONNX Runtime's contrib_ops/cpu/aten_ops."""
_NAMES_OF_TORCH = frozenset(("operator", "name"))
_STRING = 8
TYPED_DATA = (4, 5, 6, 7, 10, 11)
_NEWEST = 64
"""The highest `ir_version` that is believed; 13 is the newest of 2025."""
_MOST_LOOKED_AT = 20_000
_NAMED_BY = {1: 4, 5: 8, 11: 1, 12: 1, 13: 1}
"""In a graph: the field of a node, initializer, input, output, value that names it."""

OUTSIDE = late.compile(
    r"(location|basepath|checksum)=.*|(offset|length)=\d{1,18}|prepacked_\d{1,9}=[\w.|;:, -]*", re.ASCII | re.DOTALL
)
"""What may be said of data outside: by `ExternalDataInfo`, and ONNX Runtime's prepacked weights. A reader in Python
that sets every key as an attribute can be made to set any (CVE-2026-34445)."""

_LIBRARY = late.compile(rb"(?i)\.(so|dll|dylib)(\.\d+)*$")
LONGEST_PATH = 1000


class Tensor(msgspec.Struct, frozen=True):
    """A tensor: its raw bytes' number (None where it has none), whether it has data otherwise, or outside.

    `external` is what the file says of data outside (location, offset, length), None where they are inside."""

    name: str
    shape: tuple[int, ...]
    data_type: int
    raw: int | None
    has_typed_data: bool
    external: dict[str, str] | None
    at: int


class Model(msgspec.Struct, frozen=True):
    """What a model says of itself. `operators` counts the nodes by (domain, type), those of inner graphs
    and functions included; `functions` are those that the model defines itself, by (domain, name);
    `of_torch` are the operators of torch that nodes ask for by name, empty for one that names none."""

    ir_version: int
    producer: str
    producer_version: str
    domain: str
    opsets: dict[str, int]
    metadata: dict[str, str]
    graph: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    operators: dict[tuple[str, str], int]
    tensors: tuple[Tensor, ...]
    functions: frozenset[tuple[str, str]] = frozenset()
    of_torch: frozenset[str] = frozenset()
    files: tuple[tuple[str, str, int], ...] = ()
    """Attributes that name a file (a program compiled before, a library), with their value and byte."""


def recognises(contents: Contents) -> bool:
    """A message with a small ir_version (1), and a graph (7) in which something is named."""
    reader = Reader(contents, _MOST_LOOKED_AT, cut=True)
    has_version = has_graph = False
    try:
        for field in reader.fields():
            if field.number == 1:
                if field.kind != VARINT or not 0 < field.value <= _NEWEST:
                    return False
                has_version = True
            elif field.number == 7:
                has_graph = has_graph or _is_graph(reader, field)
            if has_version and has_graph:
                return True
    except FormatError:
        pass
    return False


def model(contents: Contents) -> Model:
    """What the model says; raises FormatError where messages do not fit into each other."""
    [found] = _models(contents)
    return found


@remembered
def _models(contents: Contents) -> Iterator[Model]:
    yield _Walk(contents).model()


def faults(contents: Contents) -> Iterator[Fault]:
    """All messages fit into each other, and each tensor has the data that its type and shape need."""
    try:
        read = model(contents)
    except LimitPassed:
        raise
    except FormatError as error:
        yield Fault("header", error.says)
        return
    for tensor in read.tensors:
        for says in _of_tensor(tensor):
            yield Fault(f"byte {tensor.at}", f"the tensor {tensor.name[:100]} {says}")


def _of_tensor(tensor: Tensor) -> Iterator[str]:
    elements, bits = prod(tensor.shape), BITS.get(tensor.data_type)
    if any(length < 0 for length in tensor.shape):
        yield f"has the shape {list(tensor.shape)}"
    elif bits is None and tensor.data_type != _STRING:
        yield f"is of the unknown type {tensor.data_type}"
    elif tensor.external is not None:
        if not tensor.external.get("location"):
            yield "has its data outside, but does not say where"
        for key, said in tensor.external.items():
            if not OUTSIDE.fullmatch(f"{key}={said}"):
                yield f"has its data outside, and says {f'{key}={said}'[:100]!r} of them, which no reader should follow"
    elif tensor.raw is not None:
        if bits is None or tensor.raw != -(-elements * bits // 8):
            yield f"has {tensor.raw} bytes for {list(tensor.shape)} of type {tensor.data_type}"
    elif elements and not tensor.has_typed_data:
        yield "has no data"


def _is_graph(reader: Reader, graph: Field) -> bool:
    if graph.kind != BYTES:
        return False
    for field in reader.fields(graph):
        if field.number in _NAMED_BY:
            if field.kind != BYTES:
                return False
            if reader.word(field, _NAMED_BY[field.number]):
                return True
    return False


def signed(value: int) -> int:
    """A varint that stands for a number of 64 bits with a sign."""
    return value - (1 << 64) if value >> 63 else value


class _Walk:
    """One walk through one model; singular fields that come twice are merged, as protobuf's readers do."""

    def __init__(self, contents: Contents) -> None:
        self._reader = Reader(contents, MOST_FIELDS)
        self._operators: Counter[tuple[str, str]] = Counter()
        self._tensors: list[Tensor] = []
        self._functions: set[tuple[str, str]] = set()
        self._of_torch: set[str] = set()
        self._files: list[tuple[str, str, int]] = []

    def model(self) -> Model:
        version, words = 0, {2: "", 3: "", 4: ""}
        opsets: dict[str, int] = {}
        metadata: dict[str, str] = {}
        graphs = []
        for field in self._reader.fields():
            if field.number == 1:
                version = signed(field.value)
            elif field.kind != BYTES:
                continue
            elif field.number in words:
                words[field.number] = self._reader.text(field)
            elif field.number == 7:
                graphs.append(self._graph(field, 0))
            elif field.number == 8:
                opsets.update((self._opset(field),))
            elif field.number == 14:
                metadata.update((self._pair(field),))
            elif field.number in (20, 25):
                self._nodes_within(field, (1, 2) if field.number == 20 else (7, 11))
                if field.number == 25:
                    self._functions.add((self._last(field, 10), self._last(field, 1)))
        if not graphs:
            raise FormatError("it has no graph")
        names, inputs, outputs = (tuple(word for graph in graphs for word in graph[part]) for part in range(3))
        return Model(
            ir_version=version,
            producer=words[2],
            producer_version=words[3],
            domain=words[4],
            opsets=opsets,
            metadata=metadata,
            graph=names[-1] if names else "",
            inputs=inputs,
            outputs=outputs,
            operators=dict(self._operators),
            tensors=tuple(self._tensors),
            functions=frozenset(self._functions),
            of_torch=frozenset(self._of_torch),
            files=tuple(self._files),
        )

    def _graph(self, graph: Field, depth: int) -> tuple[list[str], list[str], list[str]]:
        """Its name, inputs and outputs."""
        if depth > DEEPEST:
            raise LimitPassed(f"its graphs are nested more than {DEEPEST} deep")
        words: dict[int, list[str]] = {2: [], 11: [], 12: []}
        for field in self._reader.fields(graph):
            if field.kind != BYTES:
                continue
            if field.number == 1:
                self._node(field, depth)
            elif field.number == 5:
                self._tensor(field)
            elif field.number == 15:
                self._sparse(field)
            elif field.number in (11, 12) and depth == 0:
                words[field.number].append(self._last(field, 1))
            elif field.number == 2 and depth == 0:
                words[2].append(self._reader.text(field))
        return words[2], words[11], words[12]

    def _nodes_within(self, message: Field, numbers: tuple[int, int]) -> None:
        """The graphs of a training's description (1, 2), or a function's nodes (7) and attributes (11)."""
        for field in self._reader.fields(message):
            if field.kind == BYTES and field.number in numbers:
                if field.number == 7:
                    self._node(field, 1)
                elif field.number == 11:
                    self._attribute(field, 1)
                else:
                    self._graph(field, 1)

    def _node(self, node: Field, depth: int) -> None:
        kind = domain = ""
        attributes = []
        for field in self._reader.fields(node):
            if field.kind == BYTES and field.number == 4:
                kind = self._reader.text(field)
            elif field.kind == BYTES and field.number == 7:
                domain = self._reader.text(field)
            elif field.kind == BYTES and field.number == 5:
                self._attribute(field, depth)
                attributes.append(field)
        self._operators[domain, kind] += 1
        if kind in OF_TORCH:
            named = [self._last(field, 4) for field in attributes if self._last(field, 1) in _NAMES_OF_TORCH]
            self._of_torch.update(named or ("",))

    def _attribute(self, attribute: Field, depth: int) -> None:
        name = ""
        for field in self._reader.fields(attribute):
            if field.kind != BYTES:
                continue
            if field.number == 1:
                name = self._reader.text(field)
            elif field.number == 4 and field.end - field.start <= LONGEST_PATH:
                self._text(name, field)
            elif field.number in (5, 10):
                self._tensor(field)
            elif field.number in (6, 11):
                self._graph(field, depth + 1)
            elif field.number in (22, 23):
                self._sparse(field)

    def _text(self, name: str, field: Field) -> None:
        """A text (4) that names a file."""
        value = self._reader.payload(field)
        if (name == "ep_cache_context" or _LIBRARY.search(value)) and value.isascii() and b"\0" not in value:
            self._files.append((name, value.decode("ascii"), field.start))

    def _sparse(self, sparse: Field) -> None:
        for field in self._reader.fields(sparse):
            if field.kind == BYTES and field.number in (1, 2):
                self._tensor(field)

    def _tensor(self, tensor: Field) -> None:
        shape: list[int] = []
        name, data_type, raw, has_typed_data = "", 0, None, False
        outside = False
        external: dict[str, str] = {}
        for field in self._reader.fields(tensor):
            if field.number == 1:
                shape.extend(map(signed, islice(self._reader.numbers(field), MOST_DIMENSIONS + 1)))
            elif field.number == 2 and field.kind == VARINT:
                data_type = field.value
            elif field.number == 8 and field.kind == BYTES:
                name = self._reader.text(field)
            elif field.number == 9 and field.kind == BYTES:
                raw = field.end - field.start
            elif field.number == 13 and field.kind == BYTES:
                external.update((self._pair(field),))
            elif field.number == 14 and field.kind == VARINT:
                outside = field.value == 1
            has_typed_data = has_typed_data or field.number in TYPED_DATA
            if len(shape) > MOST_DIMENSIONS:
                raise FormatError(f"the tensor at byte {tensor.start} has more than {MOST_DIMENSIONS} dimensions")
        if len(self._tensors) == MOST_TENSORS:
            raise LimitPassed(f"it has more than {MOST_TENSORS} tensors")
        said = external if outside or external else None
        self._tensors.append(Tensor(name, tuple(shape), data_type, raw, has_typed_data, said, tensor.start))

    def _pair(self, pair: Field) -> tuple[str, str]:
        return self._last(pair, 1), self._last(pair, 2)

    def _opset(self, opset: Field) -> tuple[str, int]:
        version = 0
        for field in self._reader.fields(opset):
            if field.number == 2:
                version = signed(field.value)
        return self._last(opset, 1), version

    def _last(self, message: Field, number: int) -> str:
        """The string of that number in a message; the last one counts."""
        found = None
        for field in self._reader.fields(message):
            if (field.number, field.kind) == (number, BYTES):
                found = field
        return "" if found is None else self._reader.text(found)
