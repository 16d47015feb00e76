"""TensorFlow Lite: the identifier, and a root table inside the file."""

import pytest

from guildmark import formats
from guildmark.contents import InMemory, OnDisk
from guildmark.formats import tflite


@pytest.mark.parametrize(
    ("data", "is_one"),
    [
        (b"\x10\0\0\0TFL3" + bytes(20), True),
        (b"\x10\0\0\0TFL3" + bytes(8), False),
        (b"\x10\0\0\0TFL2" + bytes(20), False),
        (b"The TFL3 file is a FlatBuffer", False),
        (b"\0\0\0\0TFL3" + bytes(20), False),
        (b"\x10\0\0\0TFL", False),
    ],
)
def test_a_root_table_lies_in_the_file(data, is_one):
    assert tflite.recognises(InMemory(data)) is is_one


def test_it_is_recognised_and_not_read():
    assert formats.faults("tflite", InMemory(b"\x10\0\0\0TFL3")) is None


def test_the_model_of_the_mirror_is_recognised(mirror):
    path = mirror / "security/dev/malicious/m16_flex.tflite"
    assert formats.recognise(OnDisk(str(path))) == ("tflite",)
