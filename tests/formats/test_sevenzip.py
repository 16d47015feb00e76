"""7z: what the standard library unpacks is unpacked, what it does not is named, and counts are claims."""

import bz2
import lzma
import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.formats.seeds_containers import seven_zipped

from guildmark.contents import InMemory, chunks
from guildmark.errors import GuildmarkError
from guildmark.formats import sevenzip
from guildmark.limits import Budget, Limits

FILES = {"a.txt": b"one", "deep/b.bin": bytes(range(256)) * 300}
WHOLE = b"".join(FILES.values())
LZMA1 = {"id": lzma.FILTER_LZMA1, "dict_size": 1 << 16, "lc": 3, "lp": 0, "pb": 2}
LZMA2 = {"id": lzma.FILTER_LZMA2, "dict_size": 1 << 16}


def raw(*chain: dict[str, int]) -> bytes:
    return lzma.compress(WHOLE, lzma.FORMAT_RAW, filters=list(chain))


def deflated() -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(WHOLE) + packer.flush()


PACKED = {
    "stored": (b"\x01\x00", WHOLE),
    "lzma": (b"\x23\x03\x01\x01\x05\x5d\x00\x00\x01\x00", raw(LZMA1)),
    "lzma2": (b"\x21\x21\x01\x08", raw(LZMA2)),
    "deflate": (b"\x03\x04\x01\x08", deflated()),
    "bzip2": (b"\x03\x04\x02\x02", bz2.compress(WHOLE)),
}


def held(data: bytes) -> dict[str, bytes | str]:
    members = sevenzip.members(InMemory(data), Budget(Limits()))
    return {
        str(member.name): b"".join(chunks(member.contents)) if member.contents else member.unread for member in members
    }


@pytest.mark.parametrize("name", PACKED)
def test_what_was_packed_are_the_members(name):
    data = seven_zipped(FILES, *PACKED[name])
    assert sevenzip.recognises(InMemory(data))
    assert held(data) == FILES
    assert list(sevenzip.faults(InMemory(data))) == []


def test_a_filter_alone_is_undone():
    """Delta of distance 1: each byte is the difference to the one before."""
    packed = bytes((WHOLE[place] - (WHOLE[place - 1] if place else 0)) % 256 for place in range(len(WHOLE)))
    assert held(seven_zipped(FILES, b"\x21\x03\x01\x00", packed)) == FILES


@pytest.mark.parametrize(
    ("coder", "says"),
    [
        (b"\x03\x03\x04\x01", "PPMd"),
        (b"\x04\x06\xf1\x07\x01", "encrypted"),
        (b"\x02\x77\x77", "not known"),
        (b"\x21\x21\x01\x29", "bad LZMA2"),
        (b"\x21\x21\x01\x28", "dictionary"),
        (b"\x23\x03\x01\x01\x05\xff\x00\x00\x01\x00", "corrupt"),
    ],
)
def test_what_cannot_be_unpacked_says_why(coder, says):
    assert all(says in str(unread) for unread in held(seven_zipped(FILES, coder)).values())


def test_a_header_that_is_packed_is_unpacked():
    """As 7-Zip writes it: the header is a stream of its own, described at the end."""
    plain = seven_zipped(FILES)
    header = plain[32 + len(WHOLE) :]
    number = (len(header)).to_bytes(8, "little")
    begin = len(WHOLE).to_bytes(8, "little")
    again = (
        b"\x17\x06\xff" + begin + b"\x01\x09\xff" + number + b"\0\x07\x0b\x01\0\x01\x01\0\x0c\xff" + number + b"\0\0"
    )
    offset, size = (len(WHOLE) + len(header)).to_bytes(8, "little"), len(again).to_bytes(8, "little")
    start = offset + size + zlib.crc32(again).to_bytes(4, "little")
    data = plain[:8] + zlib.crc32(start).to_bytes(4, "little") + start + plain[32:] + again
    assert held(data) == FILES
    assert list(sevenzip.faults(InMemory(data))) == []


def test_names_that_lead_out_and_cut_archives_are_faults():
    (fault,) = sevenzip.faults(InMemory(seven_zipped({"../a": b"x"})))
    assert fault.says == "its name leads out of the folder"
    (fault,) = sevenzip.faults(InMemory(seven_zipped(FILES)[:-5]))
    assert "cut short" in fault.says


def test_a_folder_that_ends_early_or_a_bomb_is_not_read():
    assert "early" in str(held(seven_zipped(FILES, b"\x01\x00", WHOLE[:-1]))["a.txt"])
    zeros = bytes(8 << 20)
    packed = lzma.compress(zeros, lzma.FORMAT_RAW, filters=[LZMA2])
    assert "over 200 times" in str(held(seven_zipped({"zeros": zeros}, b"\x21\x21\x01\x08", packed))["zeros"])


@given(st.data())
def test_damaged_archives_raise_no_foreign_error(data):
    seed = bytearray(seven_zipped(FILES, *data.draw(st.sampled_from([PACKED["stored"], PACKED["lzma2"]]))))
    for _ in range(data.draw(st.integers(1, 4))):
        seed[data.draw(st.integers(6, len(seed) - 1))] = data.draw(st.integers(0, 255))
    with suppress(GuildmarkError):
        held(bytes(seed))
    with suppress(GuildmarkError):
        list(sevenzip.faults(InMemory(bytes(seed))))
