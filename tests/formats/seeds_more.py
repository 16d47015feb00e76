"""Small valid files of other languages' objects, of stores that hold pickles, of notebooks and exported programs."""

import base64
import gzip
import io
import json
import os
import pickle
import sqlite3
import struct
import tarfile
import tempfile
from collections.abc import Mapping

from tests.formats.seeds import _Tables, field
from tests.formats.seeds_containers import zipped

ARRAY = {"shape": [4], "chunks": [2], "dtype": "<f8", "compressor": {"id": "blosc"}, "filters": None, "zarr_format": 2}


class Runs:
    """Pickles as a call of `os.system`, which nobody makes here."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("echo inert",)


def seeds() -> dict[str, bytes]:
    """A small valid file by format."""
    return {
        "package_json": b'{"name": "a", "version": "1.0.0", "main": "index.js", "dependencies": {"b": "^1"}}',
        "packument": packument(),
        "npm_package": npm_package(),
        "torch7": torch7({"weight": 1.5, "bias": 2.0}),
        "r_objects": r_value(r_numbers(1.0, 2.0)),
        "java_objects": b"\xac\xed\0\5" + java_text("weights") + java_array(3.0, 4.0),
        "ruby_objects": b'\x04\x08{\x06:\x06aI"\x07no\x06:\x06ET',
        "php_objects": b'a:2:{i:0;s:3:"abc";s:1:"k";a:1:{i:0;d:1.5;}}',
        "perl_objects": b"pst0\x05\x0b" + b"\x02\0\0\0\x02\x08\x81\x0a\x03abc",
        "net_objects": net(b"\x06\x01\0\0\0\x03abc\x0b"),
        "matlab": matlab(matlab_array(6, bytes(8))),
        "tfrecord": tfrecord(b"abc", pickle.dumps({"a": 1}, 4)),
        "sqlite": sqlite({"a": pickle.dumps({"a": 1}, 4)}),
        "notebook": notebook("print(1)"),
        "zarr": json.dumps(ARRAY).encode(),
        "exported_program": exported_program(),
        "torch_export": zipped({"m/archive_format": b"pt2", "m/models/model.json": exported_program()}),
        "torch_package": zipped({"m/.data/extern_modules": b"torch\n", "m/model.py": b"WIDTH = 3\n"}),
        "executorch": executorch(["aten::add"], ["XnnpackBackend"]),
        "onnx_text": b'<ir_version: 8, opset_import: ["" : 18]>\ng (float[N] x) => (float[N] y) { y = Add(x, x) }\n',
        "prototext": b'name: "net"\nlayer {\n  name: "a"  # first\n  type: "ReLU"\n}\n',
        "caffe": caffe_net(("a", "ReLU"), ("b", "Python")),
        "onnx_runtime": onnx_runtime(("", "Relu"), ("com.microsoft", "FusedConv")),
        "stored_pickles": b"\x07STORE\0" + pickle.dumps(Runs(), 4) + bytes(range(200, 240)),
        "base64_pickles": base64_pickle(pickle.dumps(Runs(), 4)),
        "unread_archives": b"MSCF" + bytes(40),
    }


def torch7(values: Mapping[str, float], tail: bytes = b"") -> bytes:
    """A table of numbers by name, as torch.save of Lua writes it in binary; `tail` is one more value, named `tail`."""
    pairs = [torch7_text(name) + struct.pack("<id", 1, value) for name, value in values.items()]
    pairs += [torch7_text("tail") + tail] if tail else []
    return struct.pack("<iii", 3, 1, len(pairs)) + b"".join(pairs)


def torch7_text(word: str) -> bytes:
    return struct.pack("<ii", 2, len(word)) + word.encode()


def torch7_object(name: str, body: bytes, index: int = 2) -> bytes:
    """An object of a class, of the first version."""
    version = struct.pack("<i", 3) + b"V 1"
    return struct.pack("<ii", 4, index) + version + struct.pack("<i", len(name)) + name.encode() + body


def torch7_function(code: bytes, index: int = 5) -> bytes:
    """A function with its dumped bytecode and no upvalues."""
    return struct.pack("<iii", 8, index, len(code)) + code + struct.pack("<iii", 3, index + 1, 0)


def r_value(value: bytes, start: bytes = b"X\n") -> bytes:
    """One value in R's binary format, version 2."""
    return start + struct.pack(">iii", 2, 0x040300, 0x020300) + value


def r_numbers(*numbers: float) -> bytes:
    return struct.pack(f">ii{len(numbers)}d", 14, len(numbers), *numbers)


def r_text(word: str) -> bytes:
    """A vector of one text."""
    return struct.pack(">ii", 16, 1) + r_word(word)


def r_word(word: str) -> bytes:
    return struct.pack(">ii", 9, len(word)) + word.encode()


def r_symbol(word: str) -> bytes:
    return struct.pack(">i", 1) + r_word(word)


def r_call(name: str, *arguments: bytes) -> bytes:
    """A call of a function by its name."""
    rest = b"".join(struct.pack(">i", 2) + argument for argument in arguments)
    return struct.pack(">i", 6) + r_symbol(name) + rest + struct.pack(">i", 254)


def r_list(*values: bytes) -> bytes:
    return struct.pack(">ii", 19, len(values)) + b"".join(values)


def r_promise(expression: bytes) -> bytes:
    """A promise without a value: an environment, the unbound value, the expression."""
    return struct.pack(">ii", 5 | 1 << 10, 253) + struct.pack(">i", 252) + expression


def r_closure(body: bytes) -> bytes:
    """A function of the global environment with no parameters."""
    return struct.pack(">iii", 3 | 1 << 10, 253, 254) + body


def java_text(word: str) -> bytes:
    return b"\x74" + struct.pack(">H", len(word)) + word.encode()


def java_array(*numbers: float) -> bytes:
    """An array of doubles."""
    return b"\x75" + java_class("[D") + struct.pack(f">i{len(numbers)}d", len(numbers), *numbers)


def java_class(name: str, flags: int = 2, above: bytes = b"\x70") -> bytes:
    """A class without fields."""
    return b"\x72" + struct.pack(">H", len(name)) + name.encode() + bytes(8) + bytes([flags]) + b"\0\0\x78" + above


def java_object(name: str, flags: int = 2) -> bytes:
    return b"\x73" + java_class(name, flags)


def net(records: bytes) -> bytes:
    """The header record of .NET's BinaryFormatter, then others."""
    return b"\0" + struct.pack("<iiii", 1, -1, 1, 0) + records


def sqlite(values: Mapping[str, bytes]) -> bytes:
    """A database with a table of keys and values, as dictionaries on disk keep them."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "a.sqlite")
        connection = sqlite3.connect(path)
        connection.execute("CREATE TABLE Dict (key BLOB UNIQUE NOT NULL, value BLOB NOT NULL)")
        connection.executemany("INSERT INTO Dict VALUES (?, ?)", list(values.items()))
        connection.commit()
        connection.close()
        with open(path, "rb") as file:
            return file.read()


def notebook(source: str, kind: str = "code", outputs: tuple[object, ...] = (), **metadata: object) -> bytes:
    """A notebook of one cell."""
    cell: dict[str, object] = {"cell_type": kind, "metadata": metadata, "source": source.splitlines(keepends=True)}
    cell |= {"outputs": list(outputs), "execution_count": None} if kind == "code" else {}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def html(text: str) -> dict[str, object]:
    """An output of HTML."""
    return {"output_type": "display_data", "data": {"text/html": text}, "metadata": {}}


def exported_program(*targets: str, size: str = "s0 + 2*Max(1, s1)") -> bytes:
    """A program of torch.export that calls `targets`, with a symbolic size."""
    nodes = [{"target": each, "inputs": [], "outputs": []} for each in targets or ("torch.ops.aten.add.Tensor",)]
    sizes = {"x": {"sizes": [{"as_expr": {"expr_str": size, "hint": None}}]}}
    module = {"graph": {"inputs": [], "nodes": nodes, "tensor_values": sizes}, "signature": {}}
    return json.dumps({"graph_module": module, "schema_version": {"major": 8, "minor": 1}}).encode()


def executorch(operators: list[str], delegates: list[str]) -> bytes:
    """An ExecuTorch program that asks for operators and delegates."""
    out = _Tables()
    used = out.offsets([out.table([("o", out.text(name)), ("o", out.text("out"))]) for name in operators])
    handed = out.offsets([out.table([("o", out.text(name))]) for name in delegates])
    plan = out.table([None, None, None, None, None, None, ("o", used), ("o", handed)])
    data = out.finished(out.table([None, ("o", out.offsets([plan]))]))
    return data[:4] + b"ET12" + data[8:]


def caffe_net(*layers: tuple[str, str]) -> bytes:
    """A net of Caffe with these layers, by name and type; a layer of Python's is of the module `m`, the class `C`."""
    said = [
        field(1, name) + field(2, kind) + (field(130, field(1, "m") + field(2, "C")) if kind == "Python" else b"")
        for name, kind in layers
    ]
    return field(1, "net") + b"".join(field(100, layer) for layer in said)


def caffe2_net(*operators: tuple[str, str]) -> bytes:
    """A net of Caffe2 with these operators, by type and the text of an argument."""
    said = [field(1, "x") + field(2, "y") + field(4, kind) + field(5, field(4, text)) for kind, text in operators]
    return field(1, "net") + b"".join(field(2, operator) for operator in said)


def onnx_runtime(*operators: tuple[str, str], inner: tuple[str, str] | None = None) -> bytes:
    """A model in ONNX Runtime's own format: operators by domain and name; `inner` stands in a graph of the first."""
    out = _Tables()

    def graph(nodes: list[int]) -> int:
        return out.table([None, None, ("o", out.offsets(nodes))])

    def node(domain: str, name: str, attributes: list[int]) -> int:
        given = ("o", out.offsets(attributes)) if attributes else None
        names: list[tuple[str, int] | None] = [None, None, ("o", out.text(domain)), None, None, ("o", out.text(name))]
        return out.table([*names, None, None, None, None, given])

    branch = [out.table([*[None] * 7, ("o", graph([node(*inner, [])]))])] if inner else []
    nodes = [node(*each, branch if not number else []) for number, each in enumerate(operators)]
    model = out.table([*[None] * 7, ("o", graph(nodes))])
    return out.finished(out.table([None, ("o", model)])).replace(b"TFL3", b"ORTM", 1)


def base64_pickle(data: bytes) -> bytes:
    """JSON that keeps a pickle as Stable-Baselines3 does."""
    return json.dumps({"policy": {":type:": "a", ":serialized:": base64.b64encode(data).decode()}}).encode()


def packument() -> bytes:
    """What a registry says of a package with one version."""
    version = {"name": "a", "version": "1.0.0", "dist": {"tarball": "https://r.example/a/-/a-1.0.0.tgz"}}
    return json.dumps({"name": "a", "dist-tags": {"latest": "1.0.0"}, "versions": {"1.0.0": version}}).encode()


def npm_package() -> bytes:
    """A package of two files."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, data in (
            ("index.js", b"module.exports = 1;\n"),
            ("package.json", b'{"name": "a", "version": "1.0.0"}'),
        ):
            info = tarfile.TarInfo(f"package/{name}")
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return gzip.compress(out.getvalue(), mtime=0)


def matlab(*elements: bytes) -> bytes:
    """A MATLAB file of version 5."""
    return b"MATLAB 5.0 MAT-file".ljust(124) + b"\x00\x01IM" + b"".join(elements)


def matlab_array(kind: int, data: bytes) -> bytes:
    """A variable `x` of a class, with what stands behind its name."""
    flags = struct.pack("<4I", 6, 8, kind, 0)
    sizes = struct.pack("<2I2i", 5, 8, 1, 1)
    body = flags + sizes + struct.pack("<2H4s", 1, 1, b"x") + struct.pack("<2I", 9, len(data)) + data
    return struct.pack("<2I", 14, len(body)) + body


def tfrecord(*frames: bytes) -> bytes:
    """Frames with the checksums of their lengths; those of their bytes are not asked for."""
    return b"".join(
        struct.pack("<QI", len(data), _masked(struct.pack("<Q", len(data)))) + data + bytes(4) for data in frames
    )


def _masked(data: bytes) -> int:
    """CRC-32C, a bit at a time, as TFRecord masks it."""
    checksum = 0xFFFFFFFF
    for byte in data:
        checksum ^= byte
        for _ in range(8):
            checksum = (checksum >> 1) ^ (0x82F63B78 if checksum & 1 else 0)
    checksum ^= 0xFFFFFFFF
    return ((checksum >> 15 | checksum << 17) + 0xA282EAD8) & 0xFFFFFFFF
