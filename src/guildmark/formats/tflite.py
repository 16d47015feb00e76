"""Reads the operators of a TensorFlow Lite model, and where its tensors and buffers lie; never a weight.

Source: tensorflow/lite/schema/schema.fbs (file_identifier "TFL3"); the FlatBuffers and FlexBuffers internals."""

from collections.abc import Iterator
from math import prod

import msgspec

from guildmark.contents import Contents, InMemory
from guildmark.errors import FormatError, LimitPassed
from guildmark.formats import Fault, Holds
from guildmark.protobuf import BYTES, Reader

RANK = 10
HOLDS: Holds = "weights"

CUSTOM, DELEGATE, STABLEHLO_CUSTOM_CALL, NEWEST = 32, 51, 172, 255
FLEX = "Flex"
MOST_STEPS = 5_000_000
MOST_ELEMENTS = (1 << 31) - 1
"""Of a tensor: the runtime counts them in an `int` (tensorflow/lite/kernels/kernel_util.h, NumElements)."""
LONGEST_NAME = 10_000
LONGEST_OPTIONS = 1 << 20


class Operator(msgspec.Struct, frozen=True):
    """A kind of operator that the model declares: its built-in number, its name where it is custom.

    `flex` are the TensorFlow operations that its uses name, empty strings where that cannot be read."""

    builtin: int
    custom: str
    flex: frozenset[str]


def recognises(contents: Contents) -> bool:
    """The identifier at byte 4, and a root table inside the file."""
    head = contents.at(0, 8)
    return head[4:] == b"TFL3" and 8 <= int.from_bytes(head[:4], "little") < contents.size


def operators(contents: Contents) -> tuple[Operator, ...]:
    """The operators, in the model's order; raises FormatError, LimitPassed."""
    return _Model(contents).operators()


def faults(contents: Contents) -> Iterator[Fault]:
    """Tables lie in the file, and indices of operators, tensors and buffers are in range."""
    try:
        yield from _Model(contents).faults()
    except LimitPassed:
        raise
    except FormatError as error:
        yield Fault("tables", error.says)


class _Model:
    """The tables of one file, by the schema's field numbers."""

    def __init__(self, contents: Contents) -> None:
        self._contents = contents
        self._left = MOST_STEPS
        self._root = self._number(0, 4)
        self._codes = list(self._tables(self._root, 1))
        self._graphs = list(self._tables(self._root, 2))

    def operators(self) -> tuple[Operator, ...]:
        flex: dict[int, set[str]] = {}
        kinds = [self._kind(code) for code in self._codes]
        for graph in self._graphs:
            for operator in self._tables(graph, 3):
                index = self._scalar(operator, 0, 4)
                if index < len(kinds) and kinds[index][1].startswith(FLEX):
                    flex.setdefault(index, set()).add(self._flex(operator))
        return tuple(
            Operator(builtin, custom, frozenset(flex.get(index, ()))) for index, (builtin, custom) in enumerate(kinds)
        )

    def faults(self) -> Iterator[Fault]:
        buffers = list(self._tables(self._root, 4))
        for number, buffer in enumerate(buffers):
            offset, size = self._scalar(buffer, 1, 8), self._scalar(buffer, 2, 8)
            if offset > 1 and offset + size > self._contents.size:
                yield Fault(f"buffer {number}", f"the buffer {number} lies outside of the file")
            if place := self._field(buffer, 0):
                start, length = self._vector(place, 1)
                if start + length > self._contents.size:
                    yield Fault(f"buffer {number}", f"the buffer {number} lies outside of the file")
        for number, code in enumerate(self._codes):
            builtin, custom = self._kind(code)
            if builtin == CUSTOM and not custom:
                yield Fault(f"operator {number}", f"the operator {number} is custom and has no name")
        for graph in self._graphs:
            yield from self._of_graph(graph, len(buffers))

    def _of_graph(self, graph: int, buffers: int) -> Iterator[Fault]:
        tensors = 0
        for tensor in self._tables(graph, 0):
            tensors += 1
            if self._scalar(tensor, 2, 4) >= max(1, buffers):
                yield Fault(f"byte {tensor}", f"a tensor has the buffer {self._scalar(tensor, 2, 4)} of {buffers}")
            shape = list(self._numbers(tensor, 0))
            if min(shape, default=0) < 0 or prod(shape) > MOST_ELEMENTS:
                yield Fault(f"byte {tensor}", f"a tensor has the shape {shape[:8]}, which its runtime cannot count")
        for operator in self._tables(graph, 3):
            index = self._scalar(operator, 0, 4)
            if index >= len(self._codes):
                yield Fault(f"byte {operator}", f"an operator is the {index}th of {len(self._codes)}")
            for field in (1, 2):
                for tensor in self._numbers(operator, field):
                    if not -1 <= tensor < tensors:
                        yield Fault(f"byte {operator}", f"an operator uses the tensor {tensor} of {tensors}")

    def _kind(self, code: int) -> tuple[int, str]:
        """The built-in number, of which there are an old and a new field, and the custom name."""
        old, new = self._scalar(code, 0, 1), self._scalar(code, 3, 4)
        place = self._field(code, 1)
        name = self._text(place) if place else ""
        return max(old, new), name

    def _flex(self, operator: int) -> str:
        """The operation in the NodeDef that a Flex operator carries: the second string of a FlexBuffer."""
        place = self._field(operator, 5)
        if not place or self._scalar(operator, 9, 8):
            return ""
        start, length = self._vector(place, 1)
        if length > LONGEST_OPTIONS or start + length > self._contents.size:
            return ""
        try:
            message = _second_string(self._contents.at(start, length))
            reader = Reader(InMemory(message), 10_000)
            found = [reader.text(field) for field in reader.fields() if (field.number, field.kind) == (2, BYTES)]
        except FormatError:
            return ""
        return found[-1] if found else ""

    def _step(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise LimitPassed("it has more parts than are read")

    def _number(self, place: int, width: int, *, signed: bool = False) -> int:
        self._step()
        data = self._contents.at(place, width) if place >= 0 else b""
        if len(data) != width:
            raise FormatError(f"the place {place} lies outside of the file")
        return int.from_bytes(data, "little", signed=signed)

    def _field(self, table: int, number: int) -> int:
        """Where a table's field stands; 0 where the table has none."""
        vtable = table - self._number(table, 4, signed=True)
        size = self._number(vtable, 2)
        if size < 4:
            raise FormatError(f"there is no table at byte {table}")
        if 4 + 2 * number + 2 > size:
            return 0
        offset = self._number(vtable + 4 + 2 * number, 2)
        return table + offset if offset else 0

    def _scalar(self, table: int, number: int, width: int) -> int:
        place = self._field(table, number)
        return self._number(place, width) if place else 0

    def _vector(self, place: int, width: int) -> tuple[int, int]:
        """Where a vector's items begin, and how many they are; their bytes lie in the file."""
        start = place + self._number(place, 4)
        length = self._number(start, 4)
        if start + 4 + length * width > self._contents.size:
            raise FormatError(f"the list at byte {start} reaches beyond the file")
        return start + 4, length

    def _tables(self, table: int, number: int) -> Iterator[int]:
        place = self._field(table, number)
        if not place:
            return
        start, length = self._vector(place, 4)
        for index in range(length):
            item = start + 4 * index
            yield item + self._number(item, 4)

    def _numbers(self, table: int, number: int) -> Iterator[int]:
        place = self._field(table, number)
        if place:
            start, length = self._vector(place, 4)
            for index in range(length):
                yield self._number(start + 4 * index, 4, signed=True)

    def _text(self, place: int) -> str:
        start, length = self._vector(place, 1)
        if length > LONGEST_NAME:
            raise LimitPassed("a name is longer than is read")
        return self._contents.at(start, length).decode("utf-8", "replace")


def _second_string(data: bytes) -> bytes:
    """The second item of a FlexBuffer that is a vector; raises FormatError where it is none."""

    def number(place: int, width: int) -> int:
        if place < 0 or place + width > len(data) or width not in (1, 2, 4, 8):
            raise FormatError("the options of an operator are no FlexBuffer")
        return int.from_bytes(data[place : place + width], "little")

    width = number(len(data) - 1, 1)
    root = len(data) - 2 - width
    items = root - number(root, width)
    item_width = 1 << (number(len(data) - 2, 1) & 3)
    if number(items - item_width, item_width) < 2:
        raise FormatError("the options of an operator have no second part")
    item = items + item_width
    start = item - number(item, item_width)
    kind = number(items + item_width * number(items - item_width, item_width) + 1, 1)
    string_width = 1 << (kind & 3)
    length = number(start - string_width, string_width)
    if start < 0 or start + length > len(data):
        raise FormatError("the options of an operator are no FlexBuffer")
    return data[start : start + length]
