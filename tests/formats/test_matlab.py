"""Variables of MATLAB: numbers and texts pass, functions and objects are told, and sizes that lie are faults."""

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.formats.seeds_more import matlab, matlab_array

from guildmark import formats
from guildmark.contents import InMemory
from guildmark.errors import GuildmarkError
from guildmark.formats import matlab as reader

NUMBERS = matlab_array(6, bytes(8))


def packed(element):
    data = zlib.compress(element)
    return struct.pack("<2I", 15, len(data)) + data


def built(*elements):
    return [each.name for each in reader.builds(InMemory(matlab(*elements)))]


@pytest.mark.parametrize("elements", [(), (NUMBERS,), (packed(NUMBERS), NUMBERS), (matlab_array(1, b"") + NUMBERS,)])
def test_numbers_build_nothing(elements):
    assert built(*elements) == []
    assert list(reader.faults(InMemory(matlab(*elements)))) == []
    assert formats.recognise(InMemory(matlab(*elements))) == ("matlab",)


@pytest.mark.parametrize(("kind", "name"), [(3, "object"), (16, "function handle"), (17, "opaque object")])
def test_functions_and_objects_are_told_also_where_they_are_packed_or_in_a_cell(kind, name):
    one = matlab_array(kind, bytes(8))
    cell = matlab_array(1, b"")
    holder = struct.pack("<2I", 14, len(cell) - 8 + len(one)) + cell[8:] + one
    for element in (one, packed(one), holder, packed(holder)):
        assert built(element) == [f"matlab {name}"]


@pytest.mark.parametrize("data", [NUMBERS[:-1], struct.pack("<2I", 15, 4) + b"abcd", struct.pack("<2I", 14, 1 << 31)])
def test_elements_that_end_beyond_the_file_or_cannot_be_unpacked_are_faults(data):
    assert list(reader.faults(InMemory(matlab(data))))


def test_a_cell_that_unpacks_without_measure_passes_a_limit():
    cell = matlab_array(1, b"")
    with pytest.raises(GuildmarkError, match="unpacks to more"):
        built(packed(struct.pack("<2I", 14, len(cell) + reader.LARGEST) + cell[8:] + bytes(reader.LARGEST + 8)))


@given(st.data())
def test_damaged_files_raise_nothing_else(draw):
    data = bytearray(matlab(NUMBERS, packed(matlab_array(2, b"")), NUMBERS))
    data[draw.draw(st.integers(0, len(data) - 1))] = draw.draw(st.integers(0, 255))
    contents = InMemory(bytes(data[: draw.draw(st.integers(0, len(data)))]))
    try:
        list(reader.faults(contents))
        list(reader.builds(contents))
    except GuildmarkError:
        pass
