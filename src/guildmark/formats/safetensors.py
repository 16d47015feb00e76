"""Reads the header of a safetensors file: metadata, and the tensors' types, shapes and places; never the tensors.

Source: https://github.com/huggingface/safetensors (README, "Format"; safetensors/src/tensor.rs)."""

from collections import Counter
from collections.abc import Iterator
from math import prod
from typing import Annotated, Any, NamedTuple

import msgspec

from guildmark import late
from guildmark.contents import Contents
from guildmark.errors import FormatError, LimitPassed
from guildmark.formats import Fault, Holds
from guildmark.structured import shallow, told

RANK = 10
HOLDS: Holds = "weights"

MOST_HEADER = 100_000_000
BITS = {
    **dict.fromkeys(("BOOL", "U8", "I8", "F8_E4M3", "F8_E5M2", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ"), 8),
    **dict.fromkeys(("I16", "U16", "F16", "BF16"), 16),
    **dict.fromkeys(("I32", "U32", "F32"), 32),
    **dict.fromkeys(("I64", "U64", "F64", "C64"), 64),
    **dict.fromkeys(("F6_E2M3", "F6_E3M2"), 6),
    "F4": 4,
}
"""Bits of one element, by dtype."""

_START = late.compile(rb'\s*\{\s*["}]')
_TEXT = late.compile(rb"[\t\n\r\x20-\x7e]{8}")
_HEAD = 1 << 12

_Count = Annotated[int, msgspec.Meta(ge=0, le=(1 << 63) - 1)]
_Shape = Annotated[tuple[_Count, ...], msgspec.Meta(max_length=64)]  # a product of millions of numbers has no end


class Tensor(NamedTuple):
    """A tensor's place: bytes `begin` to `end` of the data, which start at `Header.start`."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    begin: int
    end: int


class Header(msgspec.Struct, frozen=True):
    """What the header says; the tensors in the order of their bytes."""

    metadata: dict[str, str]
    tensors: tuple[Tensor, ...]
    start: int


class _Entry(msgspec.Struct):
    dtype: str
    shape: _Shape
    data_offsets: tuple[_Count, _Count]


def recognises(contents: Contents) -> bool:
    """A length and a JSON object; one that is too long for the file counts if the length is no text itself."""
    head = contents.at(0, _HEAD)
    if len(head) < 10 or not _START.match(head, 8):
        return False
    length = int.from_bytes(head[:8], "little")
    fits = 2 <= length <= contents.size - 8
    return fits or (not _TEXT.match(head) and (b'"data_offsets"' in head or b'"__metadata__"' in head))


def header(contents: Contents) -> Header:
    """What the header says; raises FormatError where it is not the JSON that the format asks for."""
    length = int.from_bytes(contents.at(0, 8), "little")
    if length > MOST_HEADER:
        raise FormatError(f"the header would be {length} bytes long; the format allows {MOST_HEADER}")
    if length + 8 > contents.size:
        raise FormatError(f"the header would be {length} bytes long; the file has {contents.size}")
    entries = _json(contents.at(8, length))
    try:
        metadata = msgspec.convert(entries.pop("__metadata__", None), dict[str, str] | None) or {}
        tensors = [_tensor(name, msgspec.convert(entry, _Entry)) for name, entry in entries.items()]
    except msgspec.ValidationError as error:
        raise FormatError(f"the header is not as it should be: {error}") from error
    return Header(metadata, tuple(sorted(tensors, key=lambda tensor: (tensor.begin, tensor.end))), length + 8)


def faults(contents: Contents) -> Iterator[Fault]:
    """The tensors fill the file without overlap, hole or rest, and each has the size of its type and shape."""
    try:
        read = header(contents)
    except LimitPassed:
        raise
    except FormatError as error:
        yield Fault("header", error.says)
        return
    end = 0
    for tensor in read.tensors:
        at = f"byte {read.start + tensor.begin}"
        yield from (Fault(at, says) for says in _of_size(tensor))
        if tensor.begin != end:
            kind = "overlaps the one before it" if tensor.begin < end else "leaves a hole before it"
            yield Fault(at, f"{tensor.name[:100]} begins at {tensor.begin}, not at {end}: it {kind}")
        end = max(end, tensor.end)
    if read.start + end != contents.size:
        yield Fault(f"byte {read.start + end}", f"the tensors need {read.start + end} bytes; it has {contents.size}")


def _of_size(tensor: Tensor) -> Iterator[str]:
    bits = BITS.get(tensor.dtype)
    if bits is None:
        yield f"{tensor.name[:100]} has the unknown dtype {tensor.dtype[:100]}"
    elif 8 * (tensor.end - tensor.begin) != prod(tensor.shape) * bits:
        yield f"{tensor.name[:100]} has {tensor.end - tensor.begin} bytes for {tensor.dtype} {list(tensor.shape)}"


def _json(data: bytes) -> dict[str, Any]:
    import json  # msgspec takes the last of two equal keys in silence

    if not data.startswith(b"{"):
        raise FormatError("the header does not start with {")
    try:
        entries: dict[str, Any] = json.loads(shallow(data).decode(), object_pairs_hook=_without_twins)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"the header is not JSON: {told(error)}") from error
    return entries


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    entries = dict(pairs)
    if len(entries) != len(pairs):
        twin = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise FormatError(f"the header has two entries named {twin[:100]}")
    return entries


def _tensor(name: str, entry: _Entry) -> Tensor:
    return Tensor(name, entry.dtype, entry.shape, *entry.data_offsets)
