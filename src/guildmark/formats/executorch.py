"""Reads an ExecuTorch program (`.pte`): the operators and the delegates that it asks its runtime for; never a weight.

Source: executorch's schema/program.fbs (file_identifier "ET12") and extended_header.cpp; the FlatBuffers internals."""

from collections.abc import Iterator

from guildmark import late
from guildmark.contents import Contents
from guildmark.errors import FormatError, LimitPassed
from guildmark.formats import Built, Fault, Holds
from guildmark.formats._flatbuffers import Tables

RANK = 10
HOLDS: Holds = "weights"

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
    reader = Tables(contents)
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
    reader = Tables(contents)
    head = contents.at(8, 24)
    base = int.from_bytes(head[16:24], "little") if head[:4] == b"eh00" else 0
    for number, segment in enumerate(reader.tables(reader.root, 4)):
        offset, size = (reader.scalar(segment, field, 8) for field in (0, 1))
        if base + offset + size > contents.size:
            yield Fault(f"segment {number}", f"the segment {number} lies outside of the file")
