"""Protobuf's wire format: fields are read one by one, and nothing is believed that does not fit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.formats.seeds import field, varint

from guildmark.contents import InMemory
from guildmark.errors import FormatError, LimitPassed
from guildmark.protobuf import BYTES, FIXED32, FIXED64, VARINT, Reader

FIELD = st.tuples(st.integers(1, 3000), st.integers(0, (1 << 64) - 1) | st.binary(max_size=40))


@given(st.lists(FIELD))
def test_what_is_written_is_read(written):
    data = b"".join(field(number, value) for number, value in written)
    read = Reader(InMemory(data), most=1000).fields()
    found = [(each.number, each.value if each.kind == VARINT else data[each.start : each.end]) for each in read]
    assert found == written


TEXTS = st.lists(
    st.tuples(st.integers(1, 15), st.binary(max_size=3) | st.sampled_from([bytes(127), bytes(200)])), max_size=40
)


@given(TEXTS)
def test_a_small_message_of_texts_is_read_at_one_go_as_field_by_field(written):
    data = field(9, b"".join(field(number, value) for number, value in [*written, (1, b"end")]))
    reader = Reader(InMemory(data), most=1000)
    message = next(reader.fields())
    expected = [(each.number, each.start, data[each.start : each.end]) for each in reader.fields(message)]
    assert reader.parts(message) == expected


@pytest.mark.parametrize("odd", [field(1, 0), b"\x02\x00", b"\x0a\x05a", b"\x0a", b"\x0a\x80\x80\x00", field(16, b"")])
@given(TEXTS)
def test_a_message_that_is_written_otherwise_is_left_to_be_read_field_by_field(odd, written):
    """There it is told what is wrong with it."""
    data = field(9, b"".join(field(number, value) for number, value in written) + odd + b"\x0a\x01a")
    reader = Reader(InMemory(data), most=100)
    assert reader.parts(next(reader.fields())) is None


def test_a_message_of_more_fields_than_are_left_is_not_read_at_one_go():
    reader = Reader(InMemory(field(1, field(2, b"a") * 3)), most=3)
    assert reader.parts(next(reader.fields())) is None


@given(st.binary(max_size=60), st.booleans())
def test_arbitrary_bytes_are_fields_in_order_or_a_format_error(data, cut):
    place = 0
    try:
        for each in Reader(InMemory(data), most=1000, cut=cut).fields():
            assert place < each.start <= len(data)
            assert (0 if each.kind == VARINT else each.start) <= each.end <= len(data)
            place = each.start
    except FormatError:
        pass


def test_numbers_of_fixed_width_are_skipped():
    data = varint(1 << 3 | FIXED64) + bytes(8) + varint(2 << 3 | FIXED32) + bytes(4) + field(3, "end")
    assert [(each.number, each.kind) for each in Reader(InMemory(data), most=9).fields()] == [
        (1, FIXED64),
        (2, FIXED32),
        (3, BYTES),
    ]


def group(number: int, *inner: bytes) -> bytes:
    """A group of fields as protobuf 1 wrote it: a start, the fields, an end."""
    return varint(number << 3 | 3) + b"".join(inner) + varint(number << 3 | 4)


@given(FIELD, FIELD)
def test_a_group_is_skipped_with_all_that_is_in_it(inner, behind):
    fixed = varint(1 << 3 | FIXED64) + bytes(8) + varint(2 << 3 | FIXED32) + bytes(4)
    data = group(7, field(*inner), fixed, group(200, field(*inner))) + field(*behind)
    (found,) = Reader(InMemory(data), most=99).fields()
    assert (found.number, found.end) == (behind[0], len(data))


@pytest.mark.parametrize(
    "data",
    [
        varint(7 << 3 | 3),
        varint(7 << 3 | 3) + varint(8 << 3 | 4),
        varint(7 << 3 | 4),
        varint(7 << 3 | 3) + b"\x0a\x05a",
        varint(7 << 3 | 3) + b"\x07",
        b"\x03\x04",
        group(1) * 9,
        varint(7 << 3 | 3) * 80 + varint(7 << 3 | 4) * 80,
    ],
)
def test_a_group_that_does_not_end_as_it_began_or_has_too_much_in_it_is_not_read(data):
    with pytest.raises(FormatError):
        list(Reader(InMemory(data + field(1, "end")), most=9).fields())


def test_a_payload_that_is_cut_is_given_only_to_who_asks():
    data = field(1, "abcdef")[:-2]
    with pytest.raises(FormatError, match="field 1 at byte 0 ends 2 bytes beyond its message"):
        list(Reader(InMemory(data), most=9).fields())
    (found,) = Reader(InMemory(data), most=9, cut=True).fields()
    assert data[found.start : found.end] == b"abcd"


def test_a_message_does_not_read_beyond_its_end():
    """Its last number would go on into the next field."""
    data = field(1, b"\x08\x80") + field(2, 1)
    reader = Reader(InMemory(data), most=9)
    inner = next(reader.fields())
    with pytest.raises(FormatError, match="does not end"):
        list(reader.fields(inner))


def test_fields_numbers_and_text_are_bounded():
    data = field(1, bytes([1, 2, 3]))
    with pytest.raises(LimitPassed):
        list(Reader(InMemory(data * 10), most=9).fields())
    reader = Reader(InMemory(data), most=3, text=2)
    packed = next(reader.fields())
    with pytest.raises(LimitPassed):
        list(reader.numbers(packed))
    with pytest.raises(LimitPassed):
        reader.text(packed)


def test_a_word_is_the_first_string_of_its_number_if_it_can_be_read():
    def word(inner: bytes) -> str:
        reader = Reader(InMemory(field(1, inner)), most=9)
        return reader.word(next(reader.fields()), 4)

    assert word(field(1, "no") + field(4, "Relu") + field(4, "Conv")) == "Relu"
    assert [word(inner) for inner in (b"", field(4, 7), field(4, b"\xff"), field(4, "a\nb"))] == ["", "", "", ""]
