"""Packed streams: all that a loader could read before a corrupt place is there, and the place is a fault."""

import bz2
import gzip
import lzma
import random
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark.contents import InMemory, chunks
from guildmark.formats import compressed
from guildmark.limits import Budget, Limits

DATA = bytes(range(256)) * 8


def zf(data: bytes, wide: bool = False) -> bytes:
    """As joblib packed before 0.10."""
    return b"ZF" + hex(len(data)).ljust(20 if wide else 19).encode() + zlib.compress(data)


PACKERS = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "lzma": lambda data: lzma.compress(data, lzma.FORMAT_ALONE),
    "zlib": zlib.compress,
    "zlib best": lambda data: zlib.compress(data, 9),
    "zlib least": lambda data: zlib.compress(data, 1),
    "joblib": zf,
    "joblib 0.8": lambda data: zf(data, wide=True),
}


def held(data: bytes) -> bytes | str:
    (member,) = compressed.members(InMemory(data), Budget(Limits()))
    return b"".join(chunks(member.contents)) if member.contents else member.unread


def said(data: bytes) -> list[str]:
    return [fault.says for fault in compressed.faults(InMemory(data))]


@pytest.mark.parametrize("pack", PACKERS.values(), ids=PACKERS)
@given(data=st.binary(max_size=2000))
def test_what_was_packed_is_the_member(pack, data):
    assert compressed.recognises(InMemory(pack(data)))
    assert held(pack(data)) == data
    assert said(pack(data)) == []


@pytest.mark.parametrize("pack", PACKERS.values(), ids=PACKERS)
def test_a_cut_stream_is_recognised_has_its_first_bytes_and_a_fault(pack):
    cut = pack(DATA)[:-3]
    assert compressed.recognises(InMemory(cut))
    assert DATA.startswith(held(cut))
    assert len(said(cut)) == 1


@pytest.mark.parametrize("name", ["zlib", "lzma", "joblib"])
def test_a_small_cut_stream_is_recognised_too(name):
    """A loader that reads in pieces gets its bytes before it meets the end."""
    assert compressed.recognises(InMemory(PACKERS[name](DATA[:300])[:-2]))


@pytest.mark.parametrize("pack", PACKERS.values(), ids=PACKERS)
def test_bytes_behind_the_stream_are_a_fault_unless_they_are_zeros(pack):
    assert said(pack(DATA) + bytes(10)) == []
    assert said(pack(DATA) + b"more")[0].endswith("follow the packed ones")
    assert compressed.recognises(InMemory(pack(b"small") + b"more"))


@pytest.mark.parametrize("name", ["gzip", "bzip2", "xz"])
def test_streams_that_follow_one_another_are_one(name):
    pack = PACKERS[name]
    assert held(pack(b"one") + pack(b"two")) == b"onetwo"


@pytest.mark.parametrize("name", ["gzip", "zlib", "xz"])
def test_corrupt_bytes_are_a_fault(name):
    data = bytearray(PACKERS[name](random.Random(1).randbytes(400_000)))
    data[-6] ^= 0xFF
    assert "corrupt" in said(bytes(data))[0]


@pytest.mark.parametrize(("head", "name"), [(b"LZIP\x01", "lzip")])
def test_packings_that_are_not_read_here_say_so(head, name):
    assert compressed.recognises(InMemory(head + bytes(20)))
    assert held(head + bytes(20)) == f"{name}: not read here"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"x^2 + y^2",
        b"x\x9c",
        b"x\x01 marks",
        b"x\xda\xff\xff\xff",
        b"BZh9 is no bzip2",
        b"\x1f\x8b\x09",
        b"]\0\0 text",
        b"]\0\0\x80\0" + b"\1" * 30,
        b"ZF0x10 is no joblib",
        b"x^" + b"a" * 600,
    ],
)
def test_other_bytes_are_not_packed(data):
    assert not compressed.recognises(InMemory(data))


def test_a_bomb_is_unread():
    assert held(zlib.compress(bytes(30_000_000))) == "it unpacks to over 200 times its size"


@given(st.sampled_from(sorted(PACKERS)), st.integers(0, 60), st.binary(min_size=1, max_size=4))
def test_any_changed_stream_ends_in_a_member(name, place, change):
    data = PACKERS[name](DATA)
    data = data[:place] + change + data[place + len(change) :]
    if compressed.recognises(InMemory(data)):
        assert isinstance(held(data), bytes | str)
        assert len(said(data)) <= 1
