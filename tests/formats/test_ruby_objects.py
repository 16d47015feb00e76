"""Ruby's Marshal: plain values are plain, objects and methods that reading calls are told."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark import formats
from guildmark.contents import InMemory
from guildmark.errors import FormatError
from guildmark.formats import ruby_objects

MAGIC = b"\x04\x08"


def told(value: bytes) -> list[str]:
    return [built.says for built in ruby_objects.builds(InMemory(MAGIC + value))]


@pytest.mark.parametrize(
    "value",
    [
        b"[\x08i\x06i\x02\xe8\x03i\xfa",
        b'I"\x08abc\x06:\x06ET',
        b"{\x06:\x06af\x081.5",
        b"l+\x07\1\2\3\4",
        b"[\x07:\x06a;\0",
    ],
)
def test_plain_values_are_read_to_their_end(value):
    contents = InMemory(MAGIC + value)
    assert formats.recognise(contents)[0] == "ruby_objects"
    assert list(ruby_objects.faults(contents)) == []
    assert told(value) == []


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (b"o:\x0bModel1\0", "makes an object of Model1"),
        (b"u:\x0bModel1\x07ab", "calls _load of Model1"),
        (b"U:\x0bModel1[\0", "calls marshal_load of Model1"),
        (b"C:\x0bModel1[\0", "makes a value of Model1"),
    ],
)
def test_an_object_is_told(value, says):
    assert told(value) == [says]
    assert told(b"[\x06" + value) == [says]


@pytest.mark.parametrize("value", [b"[\x08i\x06", b"i\x06i\x06", b"?", b"[\x7f"])
def test_values_that_do_not_fit_are_a_fault(value):
    assert list(ruby_objects.faults(InMemory(MAGIC + value)))
    assert not ruby_objects.recognises(InMemory(MAGIC + value))


@given(st.binary(max_size=200))
def test_arbitrary_bytes_raise_no_foreign_error(data):
    with suppress(FormatError):
        told(b"[\x08" + data)
