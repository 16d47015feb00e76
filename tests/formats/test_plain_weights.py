"""Weights of numbers alone: each kind is known by its own marks, and headers that lie are faults."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark import formats
from guildmark.contents import InMemory
from guildmark.formats import plain_weights

FOOTER = b"\x00\x10\x18\x08".ljust(40, b"\0") + struct.pack("<Q", 0xDB4775248B80FB57)
BLOB = struct.pack("<II56xIIQQ", 1, 2, 0xDEADBEEF, 1, 16, 128) + bytes(40) + bytes(16)
FILES = {
    "TensorFlow checkpoint index": b"\1" * 40 + FOOTER,
    "Core ML weights": BLOB,
    "CRFsuite": b"lCRF" + struct.pack("<I", 48) + b"FOMC" + bytes(36),
    "fastText": struct.pack("<II", 793712314, 12) + bytes(20),
    "XGBoost": b"{L" + struct.pack(">Q", 7) + b"learner{}}",
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
