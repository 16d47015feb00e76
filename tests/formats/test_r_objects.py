"""R's objects: vectors, attributes and formulas are plain; functions, promises and other calls are told."""

import gzip
import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.formats.seeds_more import (
    r_call,
    r_closure,
    r_list,
    r_numbers,
    r_promise,
    r_symbol,
    r_text,
    r_value,
)

from guildmark import formats
from guildmark.contents import InMemory
from guildmark.errors import FormatError
from guildmark.formats import r_objects
from guildmark.limits import Budget, Limits

SYSTEM = r_call("system", r_text("echo inert"))
IN_WORDS = (
    b"A\n2\n262912\n131840\n531\n2\n14\n2\n1\nNA\n16\n1\n9\n3\na\\nb\n1026\n1\n9\n5\nnames\n16\n2\n9\n0\n\n9\n-1\n254\n"
)


def told(data: bytes) -> list[tuple[str, bool]]:
    return [(built.name, built.acts) for built in r_objects.builds(InMemory(data))]


@given(
    st.recursive(
        st.lists(st.floats(), max_size=4).map(lambda numbers: r_numbers(*numbers)) | st.just(r_text("a")),
        lambda inner: st.lists(inner, max_size=4).map(lambda values: r_list(*values)),
        max_leaves=20,
    )
)
def test_lists_of_vectors_are_plain_values(value):
    contents = InMemory(r_value(value, b"RDX2\nX\n"))
    assert formats.recognise(contents)[0] == "r_objects"
    assert list(r_objects.faults(contents)) == []
    assert told(r_value(value)) == []


@pytest.mark.parametrize(
    ("value", "names"),
    [
        (r_promise(SYSTEM), [("promise", True), ("system", False)]),
        (r_closure(SYSTEM), [("function", True), ("system", False)]),
        (r_list(r_numbers(1), SYSTEM), [("system", False)]),
        (r_call("~", r_symbol("y"), r_call("log", r_symbol("x"))), []),
        (struct.pack(">ii", 21, 1), [("bytecode", True)]),
    ],
    ids=["promise", "function", "call", "formula", "bytecode"],
)
def test_code_is_told_and_a_formula_is_none(value, names):
    found = []
    with suppress(FormatError):
        for built in r_objects.builds(InMemory(r_value(value))):
            found.append((built.name, built.acts))
    assert found == names


def test_words_instead_of_numbers_are_read_as_well():
    contents = InMemory(IN_WORDS)
    assert formats.recognise(contents)[0] == "r_objects"
    assert list(r_objects.faults(contents)) == []


def test_a_packed_file_is_unpacked_before():
    (member,) = formats.members("compressed", InMemory(gzip.compress(r_value(r_numbers(1)))), Budget(Limits())) or ()
    assert member.contents is not None
    assert r_objects.recognises(member.contents)


@pytest.mark.parametrize("data", [r_value(r_numbers(1, 2))[:-4], r_value(r_numbers(1)) + b"more"])
def test_values_that_do_not_fit_are_a_fault(data):
    assert list(r_objects.faults(InMemory(data)))


@pytest.mark.parametrize(
    "data", [b"X\n", b"A\nB\nC\nD\nE\nF\nG\n", b"X\n" + bytes(40), b"RDX2\nX\n\0\0\0\7" + bytes(20)]
)
def test_others_are_none(data):
    assert not r_objects.recognises(InMemory(data))


PROMISE_IN_WORDS = b"2 0 0\n1029\n253\n252\n6\n1\n262153\n6\n\\163ys\\164em\n254\n"


@pytest.mark.parametrize(
    "data",
    [
        b"X\0" + r_value(r_promise(SYSTEM), b""),
        b"X\n" + struct.pack(">iii", 2, 0, 0) + r_promise(SYSTEM),
        b"RDX2\nX-" + r_value(r_promise(SYSTEM), b""),
        b"A\n" + PROMISE_IN_WORDS,
        b"A\r" + PROMISE_IN_WORDS.replace(b"\n", b"\t\n "),
        b"\nA\n" + PROMISE_IN_WORDS,
        b"RDA2\nA " + PROMISE_IN_WORDS.replace(b"2 0 0", b"+2. 0 0"),
    ],
)
def test_what_r_reads_and_never_writes_is_told(data):
    """InFormat looks at one letter, InWord takes any white space, and nothing looks at the versions of R."""
    assert formats.recognise(InMemory(data))[0] == "r_objects"
    assert [built[0] for built in told(data)] == ["promise", "system"]


@pytest.mark.parametrize(
    "data", [b"A 2 3 4 5 6 7 8 9 10\n", b"A 2 1 1 3 21 5 8\nB 1 0 0 0\n", b"X\0\0\0\0\2" + bytes(99)]
)
def test_what_only_begins_so_is_none(data):
    assert not r_objects.recognises(InMemory(data))


def test_a_long_text_in_words_is_whole():
    word = b"a" * 5000
    data = b"A\n2\n262912\n131840\n16\n1\n9\n5000\n" + word + b"\n"
    assert r_objects.recognises(InMemory(data))
    assert list(r_objects.faults(InMemory(data))) == []


@given(st.binary(max_size=200))
def test_arbitrary_bytes_raise_no_foreign_error(data):
    with suppress(FormatError):
        told(r_value(data))
