"""Reads the nodes of an ONNX model with what they read and write, and whether a constant's numbers vary.

Source: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto"""

from collections.abc import Iterator
from itertools import islice
from math import prod
from typing import NamedTuple

from guildmark.contents import Contents
from guildmark.errors import LimitPassed
from guildmark.formats.onnx import BITS, DEEPEST, MOST_DIMENSIONS, MOST_FIELDS, TYPED_DATA, signed
from guildmark.protobuf import BYTES, VARINT, Field, Reader

LONGEST_CONSTANT = 1 << 16
MOST_PARTS = 200_000
"""Nodes, constants, inputs and outputs that are kept, those of inner graphs and functions included."""


class Constant(NamedTuple):
    """A tensor's numbers in short: whether it has none, whether they are not all the same, whether all are zero."""

    empty: bool
    varied: bool
    zero: bool


class Node(NamedTuple):
    """A node: its operator, the names that it reads and writes, the graphs in its attributes by name.

    `constant` is what a Constant writes; `at` the node's byte."""

    domain: str
    operator: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    graphs: dict[str, "Graph"]
    constant: Constant | None
    at: int


class Graph(NamedTuple):
    """Nodes, what the graph reads and writes, its constants; `single` are inputs that hold one number each."""

    nodes: tuple[Node, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    constants: dict[str, Constant]
    single: frozenset[str]


def graphs(contents: Contents) -> Iterator[tuple[tuple[str, str], Graph]]:
    """The model's graphs, named by empty strings, then its functions by (domain, name); raises FormatError."""
    reader = Reader(contents, MOST_FIELDS)
    read = _Nodes(contents, reader)
    for field in reader.fields():
        if field.kind == BYTES and field.number == 7:
            yield ("", ""), read.graph(field, 0)
        elif field.kind == BYTES and field.number == 25:
            last = {1: "", 10: ""}
            for inner in reader.fields(field):
                if inner.number in last and inner.kind == BYTES:
                    last[inner.number] = reader.text(inner)
            yield (last[10], last[1]), read.function(field)


class _Nodes:
    """Reads the nodes of one model."""

    def __init__(self, contents: Contents, reader: Reader) -> None:
        self._contents = contents
        self._reader = reader
        self._left = MOST_PARTS

    def graph(self, graph: Field, depth: int) -> Graph:
        if depth > DEEPEST:
            raise LimitPassed(f"its graphs are nested more than {DEEPEST} deep")
        nodes, inputs, outputs = list[Node](), list[str](), list[str]()
        constants: dict[str, Constant] = {}
        single = set[str]()
        for field in self._parts(graph, 1, 5, 11, 12):
            self._count()
            if field.number == 1:
                nodes.append(self._node(field, depth))
            elif field.number == 5:
                constants[self._word(field, 8)] = self._constant(field)
            elif field.number == 11:
                inputs.append(self._word(field, 1))
                if self._is_single(field):
                    single.add(inputs[-1])
            else:
                outputs.append(self._word(field, 1))
        return Graph(tuple(nodes), tuple(inputs), tuple(outputs), constants, frozenset(single))

    def function(self, function: Field) -> Graph:
        words: dict[int, list[str]] = {4: [], 5: []}
        nodes = list[Node]()
        for field in self._parts(function, 4, 5, 7):
            self._count()
            if field.number == 7:
                nodes.append(self._node(field, 0))
            else:
                words[field.number].append(self._reader.text(field))
        return Graph(tuple(nodes), tuple(words[4]), tuple(words[5]), {}, frozenset())

    def _count(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise LimitPassed(f"its graphs have more than {MOST_PARTS} parts")

    def _node(self, node: Field, depth: int) -> Node:
        words: dict[int, list[str]] = {1: [], 2: [], 4: [], 7: []}
        graphs: dict[str, Graph] = {}
        constant = None
        for field in self._parts(node, 1, 2, 4, 5, 7):
            if field.number != 5:
                words[field.number].append(self._reader.text(field))
                continue
            constant = constant or self._plain(field)
            for inner in self._parts(field, 5, 6):
                if inner.number == 6:
                    graphs[self._word(field, 1)] = self.graph(inner, depth + 1)
                else:
                    constant = self._constant(inner)
        domain, operator = ("".join(words[number][-1:]) for number in (7, 4))
        return Node(domain, operator, tuple(words[1]), tuple(words[2]), graphs, constant, node.start)

    def _parts(self, message: Field, *numbers: int) -> Iterator[Field]:
        return (field for field in self._reader.fields(message) if field.kind == BYTES and field.number in numbers)

    def _word(self, message: Field, number: int) -> str:
        return "".join(self._reader.text(field) for field in list(self._parts(message, number))[-1:])

    def _is_single(self, value: Field) -> bool:
        """Whether a ValueInfo's type (2) is a tensor (1) whose shape (2) has no dimension (1) but ones."""
        shapes = [
            shape for kind in self._parts(value, 2) for of in self._parts(kind, 1) for shape in self._parts(of, 2)
        ]
        sizes = [
            [field.value for field in self._reader.fields(dimension) if field.number == 1]
            for shape in shapes
            for dimension in self._parts(shape, 1)
        ]
        return bool(shapes) and all(size == [1] for size in sizes)

    def _plain(self, attribute: Field) -> Constant | None:
        """The numbers or texts of an attribute: f (2), i (3), s (4), floats (7), ints (8), strings (9)."""
        seen = set[bytes]()
        for field in self._reader.fields(attribute):
            long = field.end - field.start > LONGEST_CONSTANT
            if field.number in (3, 8) and not long:
                seen.update(value.to_bytes(8, "little") for value in self._reader.numbers(field))
            elif field.number in (2, 4, 7, 9) and not long:
                data = self._contents.at(field.start, field.end - field.start)
                step = 4 if field.number == 7 else len(data) or 1
                seen.update(data[at : at + step] for at in range(0, len(data), step))
        return Constant(False, len(seen) > 1, not any(map(any, seen))) if seen else None

    def _constant(self, tensor: Field) -> Constant:
        """Whether its numbers vary; what is too long to look at, or lies outside, is taken to vary."""
        shape, width, seen, long = list[int](), 0, set[bytes](), False
        for field in self._reader.fields(tensor):
            if field.number == 1:
                shape.extend(map(signed, islice(self._reader.numbers(field), MOST_DIMENSIONS + 1)))
            elif field.number == 2:
                width = BITS.get(field.value, 8) // 8 or 1
            elif field.number in (9, *TYPED_DATA) and field.end - field.start > LONGEST_CONSTANT:
                long = True
            elif len(seen) > 1:
                continue  # they vary, which is all that is asked
            elif field.number == 13 or (field.number == 6 and field.kind == BYTES):
                seen.add(self._contents.at(field.start, field.end - field.start))
            elif field.number in (5, 7, 11):
                seen.update(value.to_bytes(8, "little") for value in self._reader.numbers(field))
            elif field.number in (4, 9, 10) and field.kind != VARINT:
                step = {4: 4, 9: width or 1, 10: 8}[field.number]
                data = self._contents.at(field.start, field.end - field.start)
                seen.update(data[at : at + step] for at in range(0, len(data), step))
        zero = not long and all(not any(value) for value in seen)
        return Constant(prod(shape) == 0, long or len(seen) > 1, zero)
