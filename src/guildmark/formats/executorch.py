"""Reads an ExecuTorch program (`.pte`): the operators and the delegates that it asks its runtime for; never a weight.

Source: executorch's schema/program.fbs (file_identifier "ET12") and extended_header.cpp; the FlatBuffers internals."""

from collections.abc import Iterator

from guildmark import late
from guildmark.contents import Contents
from guildmark.errors import FormatError, LimitPassed
from guildmark.formats import Built, Fault, Holds

RANK = 10
HOLDS: Holds = "weights"

MOST_STEPS = 2_000_000
LONGEST_NAME = 10_000
_OWN = late.compile(
    r"(aten|prim|executorch_prim|dim_order_ops|quantized_decomposed|torchao|llama|quantized|cadence|cortex_m|"
    r"et_vk|preprocess)::[\w.]+",
)
"""Operators of ExecuTorch's own kernels."""
_READ_BACKENDS = frozenset(("XnnpackBackend", "VulkanBackend"))
"""Delegates whose blobs are graphs that ExecuTorch's own code computes; others hold what a chip's compiler made."""


def recognises(contents: Contents) -> bool:
    """The identifier at byte 4, and a root table inside the file."""
    head = contents.at(0, 8)
    return head[4:6] == b"ET" and head[6:].isdigit() and 8 <= int.from_bytes(head[:4], "little") < contents.size


def builds(contents: Contents) -> Iterator[Built]:
    """Operators and delegates that are none of the runtime's own; raises FormatError, LimitPassed."""
    reader = _Tables(contents)
    for plan in reader.tables(reader.root, 1):
        for operator in reader.tables(plan, 6):
            name = reader.text(operator, 0)
            if not _OWN.fullmatch(name):
                yield Built(name, operator, f"asks for the operator {name[:100]}, which is someone's own", acts=False)
        for delegate in reader.tables(plan, 7):
            name = reader.text(delegate, 0)
            if name not in _READ_BACKENDS:
                says = f"hands bytes that are not read here to the backend {name[:100]}"
                yield Built(name, delegate, says, acts=False)


def faults(contents: Contents) -> Iterator[Fault]:
    """Tables and segments lie in the file."""
    try:
        for _ in builds(contents):
            pass
        yield from _of_segments(contents)
    except LimitPassed:
        raise
    except FormatError as error:
        yield Fault("tables", error.says)


def _of_segments(contents: Contents) -> Iterator[Fault]:
    reader = _Tables(contents)
    head = contents.at(8, 24)
    base = int.from_bytes(head[16:24], "little") if head[:4] == b"eh00" else 0
    for number, segment in enumerate(reader.tables(reader.root, 4)):
        offset, size = (reader.scalar(segment, field, 8) for field in (0, 1))
        if base + offset + size > contents.size:
            yield Fault(f"segment {number}", f"the segment {number} lies outside of the file")


class _Tables:
    """FlatBuffers' tables by their fields' numbers."""

    def __init__(self, contents: Contents) -> None:
        self._contents = contents
        self._left = MOST_STEPS
        self.root = self._number(0, 4)

    def tables(self, table: int, field: int) -> Iterator[int]:
        """The tables in a vector of them."""
        place = self._field(table, field)
        if not place:
            return
        vector = place + self._number(place, 4)
        count = self._number(vector, 4)
        if count * 4 > self._contents.size - vector:
            raise FormatError(f"{count} tables are promised at byte {vector}")
        for number in range(count):
            entry = vector + 4 + 4 * number
            yield entry + self._number(entry, 4)

    def text(self, table: int, field: int) -> str:
        place = self._field(table, field)
        if not place:
            return ""
        start = place + self._number(place, 4)
        length = self._number(start, 4)
        if length > LONGEST_NAME:
            raise FormatError(f"a name of {length} bytes stands at byte {start}")
        return self._contents.at(start + 4, length).decode("utf-8", "replace")

    def scalar(self, table: int, field: int, width: int) -> int:
        place = self._field(table, field)
        return self._number(place, width) if place else 0

    def _field(self, table: int, field: int) -> int:
        """Where a field stands; 0 where the table has none."""
        back = int.from_bytes(self._number(table, 4).to_bytes(4, "little"), "little", signed=True)
        about = table - back
        if 4 + 2 * field >= self._number(about, 2):
            return 0
        offset = self._number(about + 4 + 2 * field, 2)
        return table + offset if offset else 0

    def _number(self, place: int, width: int) -> int:
        self._left -= 1
        if self._left < 0:
            raise LimitPassed("it has more parts than are read")
        data = self._contents.at(place, width) if place >= 0 else b""
        if len(data) != width:
            raise FormatError(f"the place {place} lies outside of the file")
        return int.from_bytes(data, "little")
