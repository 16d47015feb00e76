"""Hypothesis strategies: for each format bytes that have its structure and break its promises.

A block of numbers gets one format and one seed, so that a number gives the same bytes whatever range it is asked in."""

import bz2
import gzip
import json
import lzma
import pickletools
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import hypothesis
import msgspec
from hypothesis import strategies as st
from tests.formats import seeds as plain
from tests.formats import seeds_containers as containers

BLOCK = 500
LONGEST = 1 << 14

Bytes = st.SearchStrategy[bytes]

HOSTILE = ("../a", "/etc/x", "a\\b", "C:x", "x/../../y", "", "\0", "a/", "data.pkl", "é" * 90, "None", "-1", "1e400")
MODULES = ("os", "builtins", "torch._utils", "numpy._core.multiarray", "collections", "__main__", "a.b")
GLOBALS = ("system", "eval", "_rebuild_tensor_v2", "_reconstruct", "OrderedDict", "x.y", "getattr")
NUMBERS = st.sampled_from((0, 1, 2, 7, 255, 65_535, (1 << 31) - 1, 1 << 32, (1 << 63) - 1, (1 << 64) - 1))
WORDS = st.sampled_from(HOSTILE + MODULES + GLOBALS) | st.text(max_size=8)
SHORT = st.binary(max_size=12)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)


def generated(seed: str, numbers: range, seeds: Mapping[str, Sequence[bytes]]) -> Iterator[tuple[str, bytes]]:
    """The format and the bytes of each number."""
    faces = sorted(seeds)
    for block in range(numbers.start // BLOCK, -(-numbers.stop // BLOCK)):
        face = faces[block % len(faces)]
        for number, data in enumerate(_block(f"{seed}:{block}", strategy(face, tuple(seeds[face]))), block * BLOCK):
            if number in numbers:
                yield face, data


def _block(seed: str, examples: Bytes) -> list[bytes]:
    """A block's bytes; a strategy that runs dry is asked again, from another seed."""
    found: list[bytes] = []
    again = 0
    while len(found) < BLOCK:

        @hypothesis.seed(zlib.crc32(f"{seed}:{again}".encode()))
        @hypothesis.settings(
            max_examples=BLOCK - len(found),
            database=None,
            deadline=None,
            phases=[hypothesis.Phase.generate],
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        @hypothesis.given(examples)
        def note(data: bytes) -> None:
            found.append(data[:LONGEST])

        note()
        again += 1
    return found[:BLOCK]


@cache
def strategy(face: str, seeds: tuple[bytes, ...]) -> Bytes:
    """Bytes for the reader of a format: built as it promises or a seed, then damaged in a few places or none."""
    whole = st.sampled_from(seeds)
    return damaged(SHAPES[face]() | whole if face in SHAPES else whole)


@st.composite
def damaged(draw: st.DrawFn, wholes: Bytes) -> bytes:
    """Bytes with up to three places changed, put in or cut off."""
    data = bytearray(draw(wholes))
    for _ in range(draw(st.sampled_from((0, 0, 0, 1, 2, 3)))):
        place = draw(st.integers(0, len(data)))
        removed = draw(st.sampled_from((0, 1, 2, 4, 8)))
        data[place : place + removed] = draw(SHORT | st.sampled_from((b"\xff" * 4, b"\xff" * 8, bytes(8))))
    return bytes(data)


def _opcode(code: pickletools.OpcodeInfo) -> Bytes:
    """An opcode of a pickle with an argument of the kind that it takes."""
    head = code.code.encode("latin-1")
    if code.arg is None:
        return st.just(head)
    if code.arg.n > 0:
        return st.binary(min_size=code.arg.n, max_size=code.arg.n).map(head.__add__)
    widths = {"1": "<B", "4": "<I", "8": "<Q"}
    width = widths.get(code.arg.name[-1])
    if width is None:  # a line of text
        lines = 2 if code.arg.name == "stringnl_noescape_pair" else 1
        words = st.sampled_from((*MODULES, *GLOBALS, "'a'", "1", "-1L", "1e9", "01"))
        return st.lists(words, min_size=lines, max_size=lines).map(lambda said: head + "\n".join([*said, ""]).encode())
    said = st.sampled_from([word.encode() for word in MODULES + GLOBALS]) | SHORT
    return said.map(lambda data: head + struct.pack(width, len(data)) + data)


@cache
def pickles() -> Bytes:
    """Opcodes strung together, those that name and call things more often than others."""
    by_name = {code.name: _opcode(code) for code in pickletools.opcodes}
    often = [
        by_name[name] for name in ("GLOBAL", "MARK", "TUPLE", "REDUCE", "BUILD", "SHORT_BINUNICODE", "STACK_GLOBAL")
    ]
    codes = st.one_of(*often, *by_name.values())
    protocol = st.sampled_from((b"", b"\x80\x02", b"\x80\x04\x95\x20\0\0\0\0\0\0\0", b"\x80\x05"))
    return st.builds(lambda head, said: head + b"".join(said) + b".", protocol, st.lists(codes, max_size=20))


def _message(depth: int = 3) -> Bytes:
    """A protobuf message: fields of small numbers that hold numbers, words or messages."""
    values: Any = NUMBERS | WORDS | SHORT
    if depth:
        values = values | _message(depth - 1)
    return st.lists(st.builds(plain.field, st.integers(1, 15), values), max_size=4).map(b"".join)


def _merged(name: str, number: int) -> Callable[[], Bytes]:
    """A valid message with more fields of one number behind it: by protobuf's rules they are merged into it."""

    def build() -> Bytes:
        inner = st.builds(plain.field, st.just(number), _message())
        return st.builds(
            lambda said, more: said + b"".join(more), st.just(plain.seeds()[name]), st.lists(inner, max_size=3)
        )

    return build


def _twisted(said: Any) -> st.SearchStrategy[Any]:
    """A JSON value in which some inner value is another, or is missing."""

    def twist(value: Any, path: Sequence[int], by: Any) -> Any:
        if not path or not isinstance(value, dict | list) or not value:
            return by
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        key, copy = keys[path[0] % len(keys)], value.copy()
        copy[key] = twist(value[key], path[1:], by)
        return copy

    paths = st.lists(st.integers(0, 7), min_size=1, max_size=6)
    return st.builds(twist, st.just(said), paths, JSON | NUMBERS | WORDS)


def _json(name: str) -> Callable[[], Bytes]:
    return lambda: _twisted(json.loads(plain.seeds()[name])).map(lambda said: json.dumps(said).encode())


def _safetensors() -> Bytes:
    said = {
        "__metadata__": {"format": "pt"},
        "a": plain.entry("F32", [2, 2], 0, 16),
        "b": plain.entry("I8", [3], 16, 19),
    }
    return _twisted(said).map(lambda header: plain.with_header(json.dumps(header).encode(), bytes(19)))


def _gguf() -> Bytes:
    key = st.sampled_from(("general.name", "tokenizer.chat_template", "general.alignment", "")) | WORDS
    value = st.one_of(WORDS.map(plain.text), st.lists(WORDS, max_size=3).map(lambda said: plain.strings(*said)), SHORT)
    small = st.integers(0, 40)
    tensor = st.tuples(WORDS, small, st.lists(NUMBERS, max_size=5), NUMBERS)
    entries = st.lists(st.tuples(key, st.integers(0, 13), value), max_size=4)
    versions = st.sampled_from((0, 2, 3, 3, 3, 4))
    return st.builds(plain.gguf, entries, st.lists(tensor, max_size=3), st.binary(max_size=64), versions)


def _npy() -> Bytes:
    kind = st.sampled_from(("<f4", "|O", "<i8", "<U2", "V8", [["a", "<f4"], ["b", "|O"]], "<f4'\n"))
    shape = st.lists(NUMBERS, max_size=4).map(tuple)
    header = st.builds(
        lambda *said: repr(dict(zip(("descr", "fortran_order", "shape"), said, strict=True))), kind, JSON, shape
    )
    return st.builds(plain.npy, header.map(lambda said: said.encode("utf-8", "replace").decode("latin-1")), pickles())


def _onnx() -> Bytes:
    node = st.builds(plain.node, WORDS, WORDS, WORDS, WORDS, _message(1))
    outside = st.none() | st.dictionaries(st.sampled_from(("location", "offset", "length")), WORDS, max_size=3)
    tensor = st.builds(
        plain.tensor, WORDS, st.lists(NUMBERS, max_size=3), st.integers(0, 20), st.none() | SHORT, outside
    )
    return st.builds(plain.onnx, st.lists(node, max_size=4), st.lists(tensor, max_size=2), st.just(8), _message(2))


def _graph() -> Bytes:
    attributes = st.builds(plain.attribute, WORDS, _message(2))
    node = st.builds(lambda name, kind, more: plain.graph_node(name, kind, attributes=more), WORDS, WORDS, attributes)
    return st.builds(lambda said: plain.graph(plain.graph_node("x", "Placeholder"), *said), st.lists(node, max_size=4))


def _tflite() -> Bytes:
    return st.builds(plain.tflite, st.lists(st.tuples(st.integers(0, 220), WORDS), max_size=4), SHORT)


def _hdf5() -> Bytes:
    names = st.sampled_from(("model_config", "keras_version", "layer_names", "title"))
    config = JSON.map(json.dumps) | WORDS
    return st.builds(plain.hdf5, st.dictionaries(names, config, max_size=3), st.none() | st.tuples(WORDS, WORDS))


def _msgpack() -> Bytes:
    ext = st.builds(msgspec.msgpack.Ext, st.integers(0, 3), _packed(JSON) | SHORT)
    trees = st.recursive(JSON | ext | SHORT, lambda inner: st.dictionaries(WORDS, inner, max_size=3), max_leaves=5)
    return _packed(st.builds(lambda inner: {"params": inner}, trees))


def _packed(values: st.SearchStrategy[Any]) -> Bytes:
    fitting = values.map(lambda value: json.loads(json.dumps(value, default=str)) if _too_wide(value) else value)
    return fitting.map(lambda value: msgspec.msgpack.encode("too wide" if _too_wide(value) else value))


def _too_wide(value: Any) -> bool:
    try:
        msgspec.msgpack.encode(value)
    except (OverflowError, UnicodeEncodeError):
        return True
    return False


def _members() -> st.SearchStrategy[dict[str, bytes]]:
    inner = pickles() | SHORT | JSON.map(lambda said: json.dumps(said).encode()) | _safetensors()
    return st.dictionaries(WORDS | st.sampled_from(("a/b.txt", "model/data.pkl", "x.npy")), inner, max_size=4)


def _utf8(files: dict[str, bytes]) -> dict[str, bytes]:
    """The same, with names that can be written."""
    return {name.encode("utf-8", "replace").decode(): data for name, data in files.items()}


def _zip() -> Bytes:
    return st.builds(
        lambda files, method: containers.zipped(_utf8(files), method), _members(), st.sampled_from((0, 8, 12, 14))
    )


def _torch_zip() -> Bytes:
    def build(root: str, stream: bytes, more: dict[str, bytes]) -> bytes:
        files = {"data.pkl": stream, "version": b"3\n", "data/0": bytes(16), **_utf8(more)}
        return containers.zipped({f"{root}/{name}": data for name, data in files.items()}, 0)

    return st.builds(build, st.sampled_from(("tiny", "archive")), pickles(), _members())


def _keras() -> Bytes:
    said = {
        "module": "keras",
        "class_name": "Sequential",
        "config": {"layers": [{"class_name": "Dense", "config": {}}]},
    }
    return _twisted(said).map(lambda config: containers.keras(json.dumps(config)))


def _tar() -> Bytes:
    return _members().map(lambda files: containers.tarred(_utf8({name[:99]: data for name, data in files.items()})))


def _seven() -> Bytes:
    return _members().map(
        lambda files: containers.seven_zipped(_utf8(files)) if files else containers.seven_zipped({"a": b""})
    )


def _compressed() -> Bytes:
    packers = st.sampled_from((gzip.compress, bz2.compress, lzma.compress, zlib.compress))
    return st.builds(lambda pack, data: pack(data), packers, pickles() | _tar() | SHORT)


SHAPES: dict[str, Callable[[], Bytes]] = {
    "pickle": pickles,
    "safetensors": _safetensors,
    "gguf": _gguf,
    "npy": _npy,
    "onnx": _onnx,
    "graph_def": _graph,
    "tflite": _tflite,
    "hdf5": _hdf5,
    "msgpack": _msgpack,
    "zip": _zip,
    "torch_zip": _torch_zip,
    "keras": _keras,
    "tar": _tar,
    "sevenzip": _seven,
    "compressed": _compressed,
    "saved_model": _merged("saved_model", 2),
    "keras_metadata": _merged("keras_metadata", 1),
    "coreml": _merged("coreml", 500),
    "paddle": _merged("paddle", 1),
    "mxnet": _json("mxnet"),
    "hub_tree": _json("hub_tree"),
    "index_page": _json("index_page"),
    "provenance": _json("provenance"),
}
"""The formats that have a shape of their own; the others get damaged seeds."""
