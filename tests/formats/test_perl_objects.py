"""Perl's Storable: plain values are plain; blessed ones, hooks, ties and code are told."""

import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark import formats
from guildmark.contents import InMemory
from guildmark.errors import FormatError
from guildmark.formats import perl_objects

NETWORK = b"pst0\x05\x0b"
NATIVE = b"pst0\x04\x0b\x0812345678\x04\x08\x08\x08"


def hash_of(value: bytes) -> bytes:
    return b"\x03" + struct.pack(">I", 1) + value + struct.pack(">I", 1) + b"k"


def told(data: bytes) -> list[str]:
    found = []
    with suppress(FormatError):
        for built in perl_objects.builds(InMemory(data)):
            found.append(built.name)
    return found


@pytest.mark.parametrize(
    "data",
    [
        NETWORK + hash_of(b"\x0a\x03abc"),
        NETWORK + hash_of(b"\x04\x02" + struct.pack(">I", 2) + b"\x08\x81\x05"),
        NATIVE + b"\x02" + struct.pack("<I", 2) + b"\x07" + bytes(8) + b"\x06" + bytes(8),
        NETWORK + b"\x19\x01" + struct.pack(">I", 1) + b"\x05\x01" + struct.pack(">I", 1) + b"k",
    ],
    ids=["hash", "array", "native", "hash with flags"],
)
def test_plain_values_are_read_to_their_end(data):
    assert formats.recognise(InMemory(data)) == ("perl_objects",)
    assert list(perl_objects.faults(InMemory(data))) == []
    assert told(data) == []


@pytest.mark.parametrize(
    ("value", "names"),
    [
        (b"\x11\x05Model" + hash_of(b"\x05"), ["Model"]),
        (b"\x1a\x0a\x03sub", ["CODE"]),
        (b"\x13\x04", ["STORABLE_thaw"]),
        (b"\x0b\x11\x03Tie\x05", ["tie", "Tie"]),
        (b"\x14\x05", ["overload"]),
    ],
)
def test_what_acts_is_told(value, names):
    assert told(NETWORK + value) == names
    assert told(NETWORK + hash_of(value)) == names


def test_values_that_do_not_fit_are_a_fault():
    assert list(perl_objects.faults(InMemory(NETWORK + hash_of(b"\x0a\xffabc"))))


@given(st.binary(max_size=100))
def test_arbitrary_bytes_raise_no_foreign_error(data):
    told(NETWORK + data)
    told(b"pst0" + data)
