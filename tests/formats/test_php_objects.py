"""PHP's serialize: arrays of plain values are plain, objects are told, text that only begins so is none."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark import formats
from guildmark.contents import InMemory
from guildmark.errors import FormatError
from guildmark.formats import php_objects


def serialised(value: object) -> str:
    if isinstance(value, str):
        return f's:{len(value.encode())}:"{value}";'
    if isinstance(value, int):
        return f"i:{value};"
    assert isinstance(value, list)
    return f"a:{len(value)}:{{" + "".join(f"i:{place};{serialised(each)}" for place, each in enumerate(value)) + "}"


NUMBERS = st.integers(-(1 << 63), 1 << 63)
PLAIN = st.recursive(NUMBERS | st.text(max_size=5), lambda inner: st.lists(inner, max_size=5), max_leaves=12)


@given(st.lists(PLAIN, max_size=5))
def test_arrays_of_plain_values_are_read_to_their_end(value):
    contents = InMemory(serialised(value).encode())
    assert formats.recognise(contents)[0] == "php_objects"
    assert list(php_objects.faults(contents)) == []
    assert list(php_objects.builds(contents)) == []


@pytest.mark.parametrize(
    "data",
    [
        b'O:5:"Model":1:{s:1:"a";i:1;}',
        b'a:1:{i:0;O:5:"Model":0:{}}',
        b'C:5:"Model":3:{abc}',
        b'E:5:"Model";',
        b'O:5:"Model":1:{s:1:"a";i:1',
    ],
)
def test_an_object_is_told_even_where_the_text_breaks_off(data):
    found = []
    with suppress(FormatError):
        for built in php_objects.builds(InMemory(data)):
            found.append(built.name)
    assert found == ["Model"]
    assert formats.recognise(InMemory(data))[0] == "php_objects"


@pytest.mark.parametrize("data", [b"a:3:{ is a text", b'a:1:{i:0;s:9:"abc";}', b"a:1:{}", b"a:0:{} and more", b"a:b"])
def test_others_are_none(data):
    assert not php_objects.recognises(InMemory(data))


@given(st.binary(max_size=100))
def test_arbitrary_bytes_raise_no_foreign_error(data):
    with suppress(FormatError):
        list(php_objects.builds(InMemory(b"a:2:{i:0;" + data)))
