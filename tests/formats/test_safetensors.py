"""Safetensors: the header is JSON without twins, and the tensors fill the file."""

import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.formats.seeds import entry, with_header
from tests.formats.seeds import safetensors as made

from guildmark.contents import InMemory, OnDisk
from guildmark.errors import FormatError
from guildmark.formats import Fault, safetensors
from guildmark.subject import open_subject


def faults(data: bytes) -> list[str]:
    return [fault.says for fault in safetensors.faults(InMemory(data))]


def test_the_header_gives_metadata_and_tensors_in_the_order_of_their_bytes():
    data = made({"b": entry("F32", [1], 8, 12), "a": entry("I64", [1, 1], 0, 8)}, bytes(12), {"by": "hand"})
    header = safetensors.header(InMemory(data))
    assert header.metadata == {"by": "hand"}
    assert header.tensors == (("a", "I64", (1, 1), 0, 8), ("b", "F32", (1,), 8, 12))
    assert header.start == len(data) - 12
    assert faults(data) == []


@pytest.mark.parametrize(
    ("dtype", "shape", "size"),
    [("F4", [4], 2), ("F6_E2M3", [4], 3), ("F6_E3M2", [2, 4], 6), ("F8_E8M0", [3], 3), ("BF16", [], 2),
     ("C64", [2], 16),
     ("BOOL", [0, 7], 0), ("F8_E5M2FNUZ", [1], 1)],
)  # fmt: skip
def test_each_dtype_has_its_size_also_below_a_byte(dtype, shape, size):
    assert faults(made({"w": entry(dtype, shape, 0, size)}, bytes(size))) == []
    assert faults(made({"w": entry(dtype, shape, 0, size + 1)}, bytes(size + 1))) != []


def test_an_empty_file_of_tensors_is_whole():
    assert faults(made({}, b"")) == []


def test_the_header_may_end_in_spaces():
    """Writers pad it so that the data are aligned."""
    assert faults(with_header(b'{"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}   ', b"\0")) == []


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (made({"w": entry("F32", [2], 0, 8)}, bytes(7)), "the tensors need"),
        (made({"w": entry("F32", [2], 0, 8)}, bytes(9)), "the tensors need"),
        (made({"w": entry("F32", [2], 0, 4)}, bytes(4)), "w has 4 bytes for F32 [2]"),
        (made({"w": entry("F32", [1 << 62, 4], 0, 0)}, b""), "w has 0 bytes for F32"),
        (made({"w": entry("F99", [2], 0, 8)}, bytes(8)), "w has the unknown dtype F99"),
        (made({"a": entry("U8", [4], 0, 4), "b": entry("U8", [4], 2, 6)}, bytes(6)), "it overlaps the one before it"),
        (made({"a": entry("U8", [4], 0, 4), "b": entry("U8", [4], 6, 10)}, bytes(10)), "it leaves a hole before it"),
        (made({"w": entry("U8", [4], 4, 0)}, bytes(4)), "w has -4 bytes"),
        (made({"w": entry("U8", [-1], 0, 1)}, bytes(1)), "`int` >= 0"),
        (made({"w": entry("U8", [1.5], 0, 1)}, bytes(1)), "Expected `int`"),
        (made({"w": entry("U8", [1] * 65, 0, 1)}, bytes(1)), "length <= 64"),
        (made({"w": {"dtype": "U8", "shape": [1]}}, bytes(1)), "missing required field `data_offsets`"),
        (made({"w": 3}, b""), "Expected `object`"),
        (made({}, b"", {"step": 3}), "Expected `str`"),
        (made({}, b"", ["a"]), "Expected `object | null`"),
        (with_header(b'{"w":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"w":{}}'), "two entries named w"),
        (with_header(b'{"__metadata__":{"a":"1","a":"2"}}'), "two entries named a"),
        (with_header(b' {"w":{}}'), "does not start with {"),
        (with_header(b'{"w":'), "is not JSON"),
        (with_header(b'{"\xff":'), "is not JSON"),
        (with_header(b'{"w":' + b"[" * 100_000), "is not JSON"),
        (with_header(b'{"w":' + b"9" * 5_000 + b"}"), "is not JSON"),
        (struct.pack("<Q", 1 << 62) + b'{"__metadata__":{}}', "the format allows 100000000"),
        (struct.pack("<Q", 500) + b'{"__metadata__":{}}', "the header would be 500 bytes long; the file has 27"),
    ],
)  # fmt: skip
def test_a_file_that_breaks_the_promise_is_told_so(data, says):
    found = faults(data)
    assert any(says in fault for fault in found), found


def test_a_fault_of_a_tensor_says_where_its_bytes_begin():
    data = made({"w": entry("F32", [2], 0, 4)}, bytes(4))
    assert list(safetensors.faults(InMemory(data))) == [Fault(f"byte {len(data) - 4}", "w has 4 bytes for F32 [2]")]


def test_a_header_that_cannot_be_read_is_an_error_to_who_asks_for_it():
    with pytest.raises(FormatError, match="not JSON"):
        safetensors.header(InMemory(with_header(b'{"w":')))


@pytest.mark.parametrize(
    "data",
    [b'{"a": 1, "b": {"c": 2}}', b'heading:{"data_offsets": [0, 1]}', b'# title {"__metadata__": 1}', bytes(8) + b'{"'],
)
def test_text_and_zeros_with_a_brace_in_them_are_no_safetensors(data):
    assert not safetensors.recognises(InMemory(data))


@given(
    st.dictionaries(st.text(max_size=5).filter(lambda name: name != "__metadata__"), st.lists(st.integers(0, 4))),
    st.dictionaries(st.text(), st.text()),
)
def test_what_is_written_is_read(shapes, metadata):
    """Any names, shapes and metadata come back, and a file cut by a byte has a fault."""
    tensors, end = {}, 0
    for name, shape in shapes.items():
        size = 1
        for length in shape:
            size *= length
        tensors[name] = entry("U8", shape, end, end := end + size)
    data = made(tensors, bytes(end), metadata)
    header = safetensors.header(InMemory(data))
    assert header.metadata == metadata
    assert {each.name: list(each.shape) for each in header.tensors} == shapes
    assert faults(data) == []
    assert faults(data[:-1]) != []


def test_it_reads_what_the_reference_writes(tmp_path):
    numpy = pytest.importorskip("numpy", reason="needs numpy, which wrote the file to compare with")
    reference = pytest.importorskip(
        "safetensors.numpy", reason="needs safetensors, which wrote the file to compare with"
    )
    arrays = {"a": numpy.ones((2, 3), "f4"), "b": numpy.zeros((4,), "i8"), "c": numpy.zeros((0, 2), "u1")}
    reference.save_file(arrays, tmp_path / "m.safetensors", metadata={"format": "np"})
    contents = OnDisk(str(tmp_path / "m.safetensors"))
    assert safetensors.recognises(contents)
    header = safetensors.header(contents)
    assert header.metadata == {"format": "np"}
    assert {t.name: (t.dtype, t.shape, t.end - t.begin) for t in header.tensors} == {
        "a": ("F32", (2, 3), 24), "b": ("I64", (4,), 32), "c": ("U8", (0, 2), 0),
    }  # fmt: skip
    assert list(safetensors.faults(contents)) == []


@pytest.mark.parametrize("cut", [1, 8, 20])
def test_it_refuses_what_the_reference_refuses(cut):
    reference = pytest.importorskip("safetensors", reason="needs safetensors, which wrote the file to compare with")
    data = made({"w": entry("F32", [2], 0, 8)}, bytes(8))[:-cut]
    with pytest.raises(reference.SafetensorError):
        reference.deserialize(data)
    assert faults(data) != []


def test_benign_files_of_the_mirror_are_whole(mirror):
    for path in sorted((mirror / "security/dev/benign").rglob("*.safetensors")):
        contents = OnDisk(str(path))
        assert safetensors.recognises(contents), path
        assert list(safetensors.faults(contents)) == [], path


def test_a_real_model_is_whole(real):
    subject = open_subject(str(real("silero_vad")))
    contents = next(iter(subject.files(format="safetensors"))).contents
    size = int.from_bytes(contents.at(0, 8), "little")
    said = json.loads(contents.at(8, size))
    header = safetensors.header(contents)
    assert {tensor.name for tensor in header.tensors} == said.keys() - {"__metadata__"}
    assert list(safetensors.faults(contents)) == []
