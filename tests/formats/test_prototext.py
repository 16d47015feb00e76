"""Models as protobuf's text: whatever their file is called, as its readers read it."""

import pytest

from guildmark.contents import InMemory
from guildmark.errors import LimitPassed
from guildmark.formats import prototext

NODE = b'node { name: "a" op: "WriteFile" }'


def read(data: bytes) -> list[tuple[str, str]]:
    return [(said.path, said.value) for said in prototext.fields(InMemory(data))]


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (NODE, "TensorFlow"),
        (b"saved_model_schema_version: 1 meta_graphs { meta_info_def { tags: 'serve' } }", "TensorFlow"),
        (b"# a graph\n\n" + NODE, "TensorFlow"),
        (b"#" * 70_000 + b"\n" + NODE, "TensorFlow"),
        (b"version: 1\n" * 10_000 + NODE, "TensorFlow"),
        (b"name: x\n" * 10_000, ""),
        (b"layer {" * 1000, ""),
        (b'ir_version: 8 graph { node { op_type: "Relu" } }', "ONNX"),
        (b'name: "n" layers < name: "a" type: POOLING >', "Caffe"),
        (b'name: "n" op { type: "Python" }', "Caffe2"),
        (b"name: n\nlayers:\n  - type: x\n", ""),
        (b"graph {\n  node [shape=box];\n  a -- b;\n}\n", ""),
        (b'const net = { node: { op: "x" } }', ""),
        (b"message node { string op = 1; }", ""),
        (b"", ""),
    ],
)
def test_whose_model_a_text_is_shows_in_its_fields(data: bytes, kind: str):
    assert prototext.kind(InMemory(data)) == kind
    assert prototext.recognises(InMemory(data)) is bool(kind)


@pytest.mark.parametrize(
    "spelt",
    [
        b'"WriteFile"',
        b"'WriteFile'",
        b'"Write" "File"',
        b"\"Write\" # and\n 'File'",
        b'"\\127rite\\x46ile"',
        b'"\\u0057riteFile"',
        b'# first\n "WriteFile"',
    ],
)
def test_a_text_is_what_its_readers_make_of_it(spelt: bytes):
    assert read(b"node{op:" + spelt + b"}") == [("node.op", "WriteFile")]


def test_messages_and_lists_are_followed_in_every_spelling():
    """Brackets of both kinds, with and without a colon, and lists of values and of messages."""
    data = b'a: { b < c: 1; d: ["x", "y"] > } e { [some.name] { f: -2.5e3 } } g: [{ h: true }, { h: off }]'
    assert read(data) == [
        ("a.b.c", "1"),
        ("a.b.d", "x"),
        ("a.b.d", "y"),
        ("e.some.name.f", "-2.5e3"),
        ("g.h", "true"),
        ("g.h", "off"),
    ]
    within = [said.within for said in prototext.fields(InMemory(b"a { b: 1 c: 2 } a { b: 3 }"))]
    assert within == [1, 1, 2]


def test_what_is_nested_without_end_is_not_followed():
    with pytest.raises(LimitPassed):
        read(b"a{" * 1000)
