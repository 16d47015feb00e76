"""Java's objects: the library's own values are plain, any other class and every proxy is told."""

import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.formats.seeds_more import java_array, java_class, java_object, java_text

from guildmark import formats
from guildmark.contents import InMemory
from guildmark.errors import FormatError
from guildmark.formats import java_objects

MAGIC = b"\xac\xed\0\5"
PROXY = b"\x73\x7d" + struct.pack(">IH", 1, 12) + b"java.io.Evil" + b"\x78\x70"


def told(*values: bytes) -> list[str]:
    return [built.name for built in java_objects.builds(InMemory(MAGIC + b"".join(values)))]


@given(st.lists(st.text(alphabet="abc", max_size=9).map(java_text) | st.just(java_array(1.0)), min_size=1, max_size=6))
def test_texts_and_arrays_of_numbers_are_plain_values(values):
    contents = InMemory(MAGIC + b"".join(values))
    assert formats.recognise(contents) == ("java_objects",)
    assert list(java_objects.faults(contents)) == []
    assert told(*values) == []


@pytest.mark.parametrize(
    ("value", "names"),
    [
        (java_object("java.util.ArrayList"), []),
        (java_object("org.example.Model"), ["org.example.Model"]),
        (java_object("java.net.URL"), ["java.net.URL"]),
        (java_object("java.util.HashMapEvil"), ["java.util.HashMapEvil"]),
        (b"\x76" + java_class("org.example.Model"), ["org.example.Model"]),
        (b"\x73" + java_class("java.util.ArrayList", above=java_class("org.example.Above")), ["org.example.Above"]),
        (PROXY, ["java.lang.reflect.Proxy"]),
    ],
)
def test_a_class_that_is_not_listed_is_told(value, names):
    assert told(value) == names


def test_a_class_is_told_though_the_stream_breaks_off_behind_it():
    built = java_objects.builds(InMemory(MAGIC + java_object("org.example.Model") + b"\x75"))
    assert next(built).name == "org.example.Model"
    with pytest.raises(FormatError):
        next(built)


def test_an_earlier_class_may_be_referred_to():
    again = b"\x73\x71" + struct.pack(">I", 0x7E0000)
    assert list(java_objects.faults(InMemory(MAGIC + java_object("java.util.ArrayList") + again))) == []
    assert list(java_objects.faults(InMemory(MAGIC + again)))


@given(st.binary(max_size=200))
def test_arbitrary_bytes_raise_no_foreign_error(data):
    with suppress(FormatError):
        told(java_text("a"), data)
