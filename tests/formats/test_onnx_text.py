"""ONNX' own textual syntax: its operators, its functions and where its tensors lie."""

import pytest

from guildmark.contents import InMemory
from guildmark.formats import onnx_text

HEAD = b'<ir_version: 8, opset_import: ["" : 18]>\n'


@pytest.mark.parametrize(
    "node",
    [
        b"y = com.microsoft.Gelu(x)",
        b"y=com.microsoft.Gelu (x)",
        b"y, z = [first] com.microsoft.Gelu <alpha = 1.0> (x)",
        b"y = com.microsoft.Gelu : fast (x)",
        b'y = # a remark\n com.microsoft.Gelu <says = "a = b.C(x)"> (x)',
        b'"y z" = com.microsoft.Gelu ("x")',
    ],
)
def test_an_operator_is_found_in_every_spelling(node: bytes):
    data = HEAD + b"main (float[N] x) => (float[N] y) {\n  " + node + b"\n}\n"
    assert onnx_text.operators(InMemory(data)) == {("com.microsoft", "Gelu"): 1}


def test_operators_of_inner_graphs_and_functions_count():
    data = HEAD + b"main (x) => (y) {\n y = If (c) <then_branch = g () => (z) { z = own.Act(x) }>\n}\n"
    more = b'<domain: "own", opset_import: ["" : 18]>\nTwice <a> (x) => (y) { y = Add(x, x) }\n'
    found = onnx_text.operators(InMemory(data + more))
    assert found[("own", "Act")] == found[("", "Add")] == found[("", "If")] == 1
    assert onnx_text.functions(InMemory(data + more)) == {("own", "Twice")}


@pytest.mark.parametrize("claim", [b'# domain: "own" > Act\n', b'z = Cast <says = "domain: \\"own\\" > Act"> (x)\n'])
def test_what_is_no_definition_makes_no_function_of_the_models_own(claim: bytes):
    """Else a remark would have an operator of someone's own pass."""
    data = HEAD + b"main (x) => (y) {\n" + claim + b"y = own.Act(x)\n}\n"
    assert onnx_text.functions(InMemory(data)) == frozenset()
    assert onnx_text.operators(InMemory(data))[("own", "Act")] == 1


def test_a_tensor_outside_is_told_with_its_place():
    data = HEAD + b'main (x) => (y)\n<float[2] w = ["location": "w.bin", "offset": "0"]>\n{ y = Add(x, w) }'
    assert list(onnx_text.locations(InMemory(data))) == [(data.index(b'"location"'), "w.bin")]


@pytest.mark.parametrize(
    ("data", "is_one"),
    [
        (HEAD + b"main (x) => (y) { y = Relu(x) }", True),
        (b'# first\n\n  < # more\n opset_import: ["" : 18]>', True),
        (b"<html>ir_version: 8</html>", False),
        (b"<domain>", False),
        (b"<domain: \0\0\0\0\0\0\0\0", False),
        (b"", False),
    ],
)
def test_a_model_says_first_what_it_is(data: bytes, is_one: bool):
    assert onnx_text.recognises(InMemory(data)) is is_one
