"""Small valid files, made by hand: one for each format of models and plain files, and the pieces to make more.

Archives, pickles and packages stand in `seeds_containers.py`, in the same shape."""

import json
import struct
from collections.abc import Sequence
from typing import Any

U32, F32, STRING, ARRAY = 4, 6, 8, 9
"""GGUF's types of metadata values."""


def seeds() -> dict[str, bytes]:
    """A small valid file by format."""
    return {
        "safetensors": safetensors({"weight": entry("F32", [2, 2], 0, 16)}, bytes(16), {"format": "pt"}),
        "gguf": gguf(
            [("general.name", STRING, text("tiny")), ("tokens", ARRAY, strings("a", "bc"))],
            [("weight", 0, [4, 2], 0)],
            bytes(32),
        ),
        "onnx": onnx([node("Relu", "x", "y")], [tensor("bias", [2], 1, raw=bytes(8))]),
        "npy": npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", bytes(24)),
        "hdf5": b"\x89HDF\r\n\x1a\n" + bytes(88),
        "tflite": struct.pack("<I4s", 16, b"TFL3") + bytes(32),
        "saved_model": field(1, 1) + field(2, field(1, field(4, "serve")) + field(2, field(1, field(2, "NoOp")))),
        "coreml": field(1, 4) + field(2, field(1, field(1, "image"))) + field(500, b""),
        "program": b"\x7fELF\x02\x01\x01" + bytes(57),
        "media": b"\x89PNG\r\n\x1a\n" + bytes(40),
        "data": b"PAR1" + bytes(16) + b"PAR1",
        "text": "# Grüße\n\nA model of nothing.\n".encode(),
    }


def entry(dtype: str, shape: list[int], begin: int, end: int) -> dict[str, Any]:
    """A tensor in a safetensors header."""
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


def safetensors(tensors: dict[str, Any], data: bytes, metadata: Any = None) -> bytes:
    said = {"__metadata__": metadata, **tensors} if metadata is not None else tensors
    return with_header(json.dumps(said).encode(), data)


def with_header(header: bytes, data: bytes = b"") -> bytes:
    """A safetensors file with this header, whatever it is."""
    return struct.pack("<Q", len(header)) + header + data


def text(value: str, sign: str = "<Q") -> bytes:
    """A GGUF string; version 1 counts with `<I`."""
    return struct.pack(sign, len(value.encode())) + value.encode()


def strings(*values: str) -> bytes:
    """A GGUF array of strings."""
    return struct.pack("<IQ", STRING, len(values)) + b"".join(map(text, values))


def gguf(
    metadata: list[tuple[str, int, bytes]],
    tensors: Sequence[tuple[str, int, list[int], int]] = (),
    data: bytes = b"",
    version: int = 3,
) -> bytes:
    """A GGUF file: (key, type, value) and (name, ggml type, shape, offset), aligned to 32 bytes."""
    wide = "<I" if version == 1 else "<Q"
    head = struct.pack("<4sI", b"GGUF", version) + struct.pack(wide, len(tensors)) + struct.pack(wide, len(metadata))
    for key, kind, value in metadata:
        head += text(key, wide) + struct.pack("<I", kind) + value
    for name, kind, shape, offset in tensors:
        head += text(name, wide) + struct.pack("<I", len(shape)) + b"".join(struct.pack(wide, n) for n in shape)
        head += struct.pack("<IQ", kind, offset)
    return head + bytes(-len(head) % 32 if tensors else 0) + data


def npy(header: str, data: bytes, version: int = 1) -> bytes:
    """An array file with this header, whatever it is."""
    line = header.encode("utf-8" if version == 3 else "latin-1") + b"\n"
    return b"\x93NUMPY" + bytes([version, 0]) + struct.pack("<H" if version == 1 else "<I", len(line)) + line + data


def varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def field(number: int, value: int | bytes | str) -> bytes:
    """A protobuf field: a number as varint, else bytes with their length."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    payload = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(payload)) + payload


def node(operator: str, read: str = "", written: str = "", domain: str = "", attributes: bytes = b"") -> bytes:
    """An ONNX node."""
    named = field(1, read) + field(2, written) + field(4, operator)
    return named + attributes + (field(7, domain) if domain else b"")


def tensor(
    name: str, shape: list[int], kind: int, raw: bytes | None = None, outside: dict[str, str] | None = None
) -> bytes:
    """An ONNX tensor; `outside` are the entries of its external data."""
    said = b"".join(field(1, length) for length in shape) + field(2, kind) + field(8, name)
    if raw is not None:
        said += field(9, raw)
    if outside is not None:
        said += b"".join(field(13, field(1, key) + field(2, value)) for key, value in outside.items()) + field(14, 1)
    return said


def onnx(nodes: list[bytes], tensors: Sequence[bytes] = (), version: int = 8, rest: bytes = b"") -> bytes:
    """An ONNX model with one graph, named `g`, from `x` to `y`."""
    graph = b"".join(field(1, said) for said in nodes) + field(2, "g") + b"".join(field(5, said) for said in tensors)
    graph += field(11, field(1, "x")) + field(12, field(1, "y"))
    return field(1, version) + field(2, "by hand") + field(7, graph) + field(8, field(1, "") + field(2, 17)) + rest
