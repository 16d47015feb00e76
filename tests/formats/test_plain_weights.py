"""Weights of numbers alone: each kind is known by its own marks, and headers that lie are faults."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark import formats
from guildmark.contents import InMemory
from guildmark.errors import LimitPassed
from guildmark.formats import plain_weights

FOOTER = b"\x00\x10\x18\x08".ljust(40, b"\0") + struct.pack("<Q", 0xDB4775248B80FB57)
BLOB = struct.pack("<II56xIIQQ", 1, 2, 0xDEADBEEF, 1, 16, 128) + bytes(40) + bytes(16)
TREES = (
    "tree\nversion=v4\nmax_feature_idx=1\n\nTree=0\nnum_leaves=3\nsplit_feature=0 1\nthreshold=0.5 1\n"
    "left_child=-1 -2\nright_child=1 -3\nleaf_value=1 2 3\n\nend of trees\n\nparameters:\n"
)
FILES = {
    "LightGBM": TREES.encode(),
    "XGBoost, old binary": bytes(136) + struct.pack("<Q", 10) + b"reg:linear" + struct.pack("<Q", 6) + b"gbtree",
    "TensorFlow checkpoint index": b"\1" * 40 + FOOTER,
    "Core ML weights": BLOB,
    "CRFsuite": b"lCRF" + struct.pack("<I", 48) + b"FOMC" + bytes(36),
    "fastText": struct.pack("<II", 793712314, 12) + bytes(20),
    "XGBoost": b"{L" + struct.pack(">Q", 7) + b"learner{}}",
    "GGML, before GGUF": b"tjgg" + struct.pack("<5I", 3, 32000, 4096, 256, 32),
    "word2vec": b"2 3\ncat " + struct.pack("<3f", 0.5, 1, 2) + b"dog " + struct.pack("<3f", 1, 2, 3),
    "CatBoost": b"CBM1" + struct.pack("<I", 4) + bytes(4),
    "SentencePiece": b"\n\x0e\n\x05<unk>\x15\0\0\0\0\x18\x02" + b"\n\x0a\n\x03<s>\x15\0\0\0\0",
    "MXNet parameters": struct.pack("<QQQI", 0x112, 0, 1, 0xF993FAC9) + bytes(20),
    "Paddle parameters": bytes(16) + struct.pack("<I", 4) + b"\x08\x05\x10\x02" + bytes(8),
}


@pytest.mark.parametrize("name", FILES)
def test_each_kind_is_known_and_whole(name):
    contents = InMemory(FILES[name])
    assert plain_weights.kind(contents).name == name
    assert formats.recognise(contents)[0] == "plain_weights"
    assert list(plain_weights.faults(contents)) == []


@pytest.mark.parametrize(
    "data",
    [
        b"\1" * 8 + FOOTER,
        struct.pack("<II56xIIQQ", 1, 2, 0xDEADBEEF, 1, 1 << 60, 128) + bytes(40),
        FILES["CRFsuite"] + b"more",
        bytes(16) + struct.pack("<I", 40) + b"\x08\x05\x10\x02" + bytes(8),
    ],
)
def test_a_header_that_lies_is_a_fault(data):
    assert list(plain_weights.faults(InMemory(data)))


@given(st.sampled_from(sorted(FILES.values())), st.data())
def test_damaged_files_raise_nothing(seed, draw):
    data = bytearray(seed)
    data[draw.draw(st.integers(0, len(data) - 1))] = draw.draw(st.integers(0, 255))
    list(plain_weights.faults(InMemory(bytes(data[: draw.draw(st.integers(0, len(data)))]))))


def universal(*parts: bytes) -> bytes:
    """XGBoost's UBJSON of one object with the key `learner`."""
    return b"{L" + struct.pack(">Q", 7) + b"learner" + b"".join(parts) + b"}"


@pytest.mark.parametrize(
    "value",
    [
        b"{}",
        b"[]",
        b"Z",
        b"[$d#L" + struct.pack(">Q", 2) + bytes(8),
        b"[#i\x02SU\x01aT",
        b"{$i#i\x01i\x01k\x05",
        b"[$[#i\x01i\x07]",
        b"[$Z#L" + struct.pack(">Q", 1 << 60),
    ],
)
def test_values_of_universal_json_are_gone_past(value):
    assert list(plain_weights.faults(InMemory(universal(value)))) == []


@pytest.mark.parametrize(
    "value",
    [
        b"[$d#L" + struct.pack(">Q", 1 << 60),
        b"[$d#L" + struct.pack(">q", -1),
        b"[#L" + struct.pack(">Q", 1 << 60) + b"T",
        b"SL" + struct.pack(">Q", 1 << 40),
        b"Sd\0\0\0\0",
        b"[$d]",
        b"Q",
        b"{",
    ],
)
def test_lengths_and_kinds_that_lie_in_universal_json_are_faults(value):
    assert list(plain_weights.faults(InMemory(universal(value))))


def test_bytes_behind_universal_json_are_a_fault():
    assert [fault.says for fault in plain_weights.faults(InMemory(universal(b"T") + b"more"))] == [
        "4 bytes stand behind its end"
    ]


def test_universal_json_that_is_nested_too_deep_passes_a_limit():
    with pytest.raises(LimitPassed):
        list(plain_weights.faults(InMemory(universal(b"[" * 10_000))))


@pytest.mark.parametrize(
    ("said", "instead", "says"),
    [
        ("right_child=1", "right_child=2", "right_child leads to what is not there"),
        ("left_child=-1", "left_child=-9", "left_child leads to what is not there"),
        ("split_feature=0 1", "split_feature=0 7", "split_feature leads to what is not there"),
        ("leaf_value=1 2 3", "leaf_value=1 2", "leaf_value has 2 numbers for 3 leaves"),
        ("left_child=-1 -2", "left_child=x y", "left_child is no list of numbers"),
        ("end of trees", "", "its trees do not end"),
    ],
)
def test_a_tree_of_lightgbm_whose_parts_do_not_fit_is_a_fault(said, instead, says):
    assert says in [fault.says for fault in plain_weights.faults(InMemory(TREES.replace(said, instead).encode()))]


def test_xgboosts_old_binary_is_known_with_and_without_its_mark():
    names = struct.pack("<Q", 15) + b"binary:logistic" + struct.pack("<Q", 6) + b"gbtree"
    for mark in (b"", b"binf"):
        assert plain_weights.kind(InMemory(mark + bytes(136) + names)).name == "XGBoost, old binary"


def test_a_first_piece_of_sentencepiece_may_have_no_score():
    pieces = [b"\n\x09\n\x05<unk>\x18\x02", b"\n\x07\n\x03<s>\x18\x03", b"\n\x08\n\x04</s>\x18\x03"]
    assert plain_weights.kind(InMemory(b"".join(pieces))).name == "SentencePiece"
    assert not plain_weights.recognises(InMemory(pieces[0] + b"\x12" + pieces[1]))
