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
        "hdf5": hdf5({"title": "tiny"}),
        "tflite": tflite([(0, "")]),
        "saved_model": field(1, 1) + field(2, field(1, field(4, "serve")) + field(2, graph(graph_node("n", "NoOp")))),
        "graph_def": graph(graph_node("x", "Placeholder"), graph_node("y", "Relu", "x")),
        "keras_metadata": keras_metadata('{"class_name": "Sequential", "config": {"layers": []}}'),
        "coreml": field(1, 4) + field(2, field(1, field(1, "image"))) + field(500, b""),
        "paddle": field(1, field(1, 0) + field(2, 0) + field(3, field(1, "x")) + field(4, field(3, "relu")))
        + field(4, b""),
        "msgpack": b"\x81\xa6params\x82\xa1w\xc7\x04\x01\x92\x01\xc4\x00\xa1b\xcb" + bytes(8),
        "mxnet": b'{"nodes": [{"op": "null", "name": "x", "inputs": []}], "arg_nodes": [0], "heads": [[0, 0, 0]]}',
        "openvino": b'<net name="n" version="11"><layers><layer id="0" name="x" type="Parameter" '
        b'version="opset1"/></layers></net>',
        "plain_weights": b"lCRF" + struct.pack("<I", 48) + b"FOMC" + bytes(36),
        "program": b"\x7fELF\x02\x01\x01" + bytes(57),
        "media": b"\x89PNG\r\n\x1a\n" + bytes(40),
        "data": b"PAR1" + bytes(16) + b"PAR1",
        "xml": b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x y="&a;"/>',
        "hub_tree": b'{"id": "o/n", "type": "model", "sha": "abc", "tree": [{"type": "file", "path": "a", "size": 1, '
        b'"oid": "d", "lfs": {"oid": "' + b"0" * 64 + b'", "size": 1}}]}',
        "index_page": b'{"meta": {"api-version": "1.1"}, "name": "tiny", "files": [{"filename": "tiny-1.0.tar.gz", '
        b'"url": "tiny-1.0.tar.gz", "hashes": {"sha256": "' + b"0" * 64 + b'"}}]}',
        "provenance": b'{"version": 1, "attestation_bundles": [{"publisher": {"kind": "GitHub", "repository": "o/n"}, '
        b'"attestations": [{"version": 1}]}]}',
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


def graph_node(name: str, operation: str, *inputs: str, attributes: bytes = b"") -> bytes:
    """A node of a TensorFlow graph."""
    return field(1, name) + field(2, operation) + b"".join(field(3, read) for read in inputs) + attributes


def attribute(key: str, value: bytes) -> bytes:
    """An attribute of such a node; the value is an AttrValue."""
    return field(5, field(1, key) + field(2, value))


def graph_constant(name: str, *strings: str) -> bytes:
    """A constant of strings in a TensorFlow graph."""
    tensor = field(1, 7) + b"".join(field(8, value) for value in strings)
    return graph_node(name, "Const", attributes=attribute("value", field(8, tensor)))


def graph(*nodes: bytes, functions: Sequence[tuple[str, bytes]] = ()) -> bytes:
    """A GraphDef; a function has a name and one node."""
    library = b"".join(field(1, field(1, field(1, name)) + field(3, inner)) for name, inner in functions)
    return b"".join(field(1, inner) for inner in nodes) + (field(2, library) if library else b"")


def keras_metadata(*layers: str) -> bytes:
    """What Keras writes beside a SavedModel."""
    return b"".join(
        field(1, field(2, at) + field(3, "root") + field(4, "_tf_keras_layer") + field(5, said))
        for at, said in enumerate(layers, 1)
    )


def tflite(operators: list[tuple[int, str]], options: bytes = b"") -> bytes:
    """A TensorFlow Lite model with these operators (built-in number, custom name) in one graph, each used once."""
    out = _Tables()
    codes = [out.table([("I", number), ("o", out.text(name)) if name else None]) for number, name in operators]
    given = out.blob(options) if options else 0
    used = [
        out.table([("I", index), None, None, None, None, ("o", given) if given else None])
        for index in range(len(operators))
    ]
    tensor = out.table([None, None, ("I", 0)])
    inner = out.table([("o", out.offsets([tensor])), None, None, ("o", out.offsets(used))])
    buffers = out.offsets([out.table([])])
    root = out.table(
        [("I", 3), ("o", out.offsets(codes)), ("o", out.offsets([inner])), None, ("o", buffers)],
    )
    return out.finished(root)


class _Tables:
    """Writes a FlatBuffer from its end to its beginning: places are counted from the end."""

    def __init__(self) -> None:
        self.data = b""

    def _put(self, piece: bytes) -> int:
        self.data = piece + bytes(-(len(piece) + len(self.data)) % 8) + self.data
        self.data = piece + self.data[len(piece) :]
        return len(self.data)

    def blob(self, value: bytes) -> int:
        return self._put(struct.pack("<I", len(value)) + value + b"\0")

    def text(self, value: str) -> int:
        return self.blob(value.encode())

    def offsets(self, places: list[int]) -> int:
        size = 4 + 4 * len(places)
        start = len(self.data) + size + -(size + len(self.data)) % 8
        items = b"".join(struct.pack("<I", start - 4 - 4 * at - place) for at, place in enumerate(places))
        return self._put(struct.pack("<I", len(places)) + items)

    def table(self, fields: list[tuple[str, int] | None]) -> int:
        size = 4 + 2 * len(fields) + -(4 + 2 * len(fields)) % 4
        body = size + 4 + 4 * len(fields)
        start = len(self.data) + body + -(body + len(self.data)) % 8
        directory = struct.pack("<HH", size, 4 + 4 * len(fields))
        values = struct.pack("<i", size)
        for at, said in enumerate(fields):
            directory += struct.pack("<H", 4 + 4 * at if said else 0)
            kind, value = said or ("I", 0)
            values += struct.pack("<I", start - size - 4 - 4 * at - value if kind == "o" else value)
        return self._put(directory.ljust(size, b"\0") + values) - size

    def finished(self, root: int) -> bytes:
        whole = len(self.data) + 8
        return struct.pack("<I4s", whole - root, b"TFL3") + self.data


def hdf5(attributes: dict[str, str], outside: tuple[str, str] | None = None) -> bytes:
    """An HDF5 file of the second version: a root group with attributes of text, and a link to another file."""
    said = b"".join(_hdf5_message(0xC, _hdf5_attribute(name, value)) for name, value in attributes.items())
    if outside is not None:
        value = b"\0" + outside[0].encode() + b"\0" + outside[1].encode() + b"\0"
        said += _hdf5_message(6, b"\x01\x08\x40\x03out" + struct.pack("<H", len(value)) + value)
    header = b"OHDR\x02\x02" + struct.pack("<I", len(said)) + said + bytes(4)
    head = b"\x89HDF\r\n\x1a\n\x02\x08\x08\x00" + struct.pack("<QQQQ", 0, (1 << 64) - 1, 48 + len(header), 48)
    return head + bytes(4) + header


def _hdf5_message(kind: int, data: bytes) -> bytes:
    return struct.pack("<BHB", kind, len(data), 0) + data


def _hdf5_attribute(name: str, value: str) -> bytes:
    data = value.encode()
    kind = b"\x13\0\0\0" + struct.pack("<I", len(data))
    shape = b"\x02\0\0\0"
    sizes = struct.pack("<HHH", len(name) + 1, len(kind), len(shape))
    return b"\x03\0" + sizes + b"\0" + name.encode() + b"\0" + kind + shape + data
