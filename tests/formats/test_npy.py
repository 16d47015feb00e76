"""NPY: the header is a bounded literal, and what NumPy would unpickle is handed on as a pickle."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.formats.seeds import npy as made

from guildmark.contents import InMemory, OnDisk
from guildmark.errors import FormatError, LimitPassed
from guildmark.formats import npy
from guildmark.limits import Budget, Limits


def header(description: object = "<f4", shape: object = (2, 3)) -> str:
    return repr({"descr": description, "fortran_order": False, "shape": shape})


def faults(data: bytes) -> list[str]:
    return [fault.says for fault in npy.faults(InMemory(data))]


@pytest.mark.parametrize("version", [1, 2, 3])
def test_every_version_is_read(version):
    data = made(header(), bytes(24), version)
    assert npy.header(InMemory(data)) == ("<f4", False, (2, 3), len(data) - 24)
    assert not npy.has_objects(InMemory(data))
    assert npy.members(InMemory(data), Budget(Limits())) is None
    assert faults(data) == []


def test_the_long_numbers_of_python_2_are_read():
    data = made("{'descr': '<f8', 'fortran_order': True, 'shape': (2L, 1L), }", bytes(16))
    assert npy.header(InMemory(data))[:3] == ("<f8", True, (2, 1))
    assert faults(data) == []


@pytest.mark.parametrize(
    ("description", "size"),
    [("|b1", 1), ("<U3", 12), ("|S5", 5), ("<M8[ns]", 8), ("<c16", 16), ("|V7", 7), ("?", 1), ("|S0", 0),
     ([("a", "<i4"), ("", "|V4"), ("b", "<f8", (2, 3))], 56), ([(("title", "a"), [("x", "<i2")])], 2),
     (("<i4", (2,)), 8)],
)  # fmt: skip
def test_each_type_has_its_size(description, size):
    assert faults(made(header(description, (3,)), bytes(3 * size))) == []
    assert faults(made(header(description, (3,)), bytes(3 * size + 1))) != []


@pytest.mark.parametrize(
    "description",
    ["|O", "O", "<O8", "object", "O,O", "T16", "f4,O", [("a", "<i4"), ("b", [("c", "|O")])], ("|O", (2,))],
)
def test_data_that_numpy_would_unpickle_are_handed_on(description):
    """Any spelling of objects, and any type that is not known to be plain."""
    data = made(header(description, (1,)), b"\x80\x04N.")
    assert npy.has_objects(InMemory(data))
    assert npy.pickle_offset(InMemory(data)) == len(data) - 4
    (member,) = npy.members(InMemory(data), Budget(Limits()))
    assert (member.name, member.contents.at(0, 99)) == ("objects.pkl", b"\x80\x04N.")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (made(header(), bytes(23)), "should be 24 bytes, and are 23"),
        (made(header(), bytes(25)), "should be 24 bytes, and are 25"),
        (made(header(shape=(1 << 62, 1 << 62)), bytes(8)), "and are 8"),
        (made(header("|O"), b""), "nothing follows the header"),
        (made(header("float99"), bytes(24)), "the type float99 is not known"),
        (made(header(3), bytes(24)), "describes no type"),
        (made(header([("a",)]), bytes(24)), "a field of the type"),
        (made(header([("a", "<f4", -1)]), bytes(24)), "the shape of a field"),
        (made(header(shape=[2, 3]), bytes(24)), "no tuple of lengths"),
        (made(header(shape=(True,)), bytes(4)), "no tuple of lengths"),
        (made(header(shape=(-1,)), bytes(4)), "no tuple of lengths"),
        (made(header(shape=(1,) * 65), bytes(4)), "no tuple of lengths"),
        (made("{'descr': '<f4', 'shape': (1,)}", bytes(4)), "does not hold exactly"),
        (made("[]", b""), "does not hold exactly"),
        (made("__import__('os')", b""), "no Python literal"),
        (made("{'descr': {[]: 1}}", b""), "no Python literal"),
        (made("(" * 60_000, b""), "no Python literal"),
        (made("-" * 60_000 + "1", b""), "no Python literal"),
        (made("9" * 60_000, b""), "no Python literal"),
        (made("-" * 5_000 + "1", b""), "no Python literal"),
        (made("{'\\d': 1}", b""), "does not hold exactly"),
        (made("\0", b""), "no Python literal"),
        (b"\x93NUMPY\x01\x00\xff\xff{}", "would end at byte"),
        (b"\x93NUMPY\x09\x00\x02\x00{}", "version 09 is not known"),
        (b"\x93NUMPY", "version  is not known"),
    ],
)  # fmt: skip
def test_a_file_that_breaks_the_promise_is_told_so(data, says):
    found = faults(data)
    assert any(says in fault for fault in found), found
    assert npy.recognises(InMemory(data))


def test_a_broken_header_has_no_members_and_is_an_error_to_who_asks_for_it():
    contents = InMemory(made("[]", b"\x80\x04N."))
    assert npy.members(contents, Budget(Limits())) is None
    with pytest.raises(FormatError):
        npy.has_objects(contents)


def test_a_long_header_is_a_limit_not_a_fault():
    with pytest.raises(LimitPassed, match="65536 are read"):
        list(npy.faults(InMemory(made(header() + " " * 70_000, bytes(24), 2))))


@given(st.sampled_from(["<i1", "<u2", ">f4", "<c8", "<U2", "|S3", "|b1"]), st.lists(st.integers(0, 3), max_size=4))
def test_it_reads_what_numpy_writes(description, shape):
    """Any plain type and shape come back, and a file with a byte more has a fault."""
    import io

    numpy = pytest.importorskip("numpy", reason="needs numpy, which wrote the file to compare with")
    file = io.BytesIO()
    numpy.save(file, numpy.zeros(shape, description))
    data = file.getvalue()
    read = npy.header(InMemory(data))
    assert (numpy.dtype(read.description), read.shape) == (numpy.dtype(description), tuple(shape))
    assert faults(data) == []
    assert faults(data + b"\0") != []


def test_files_of_the_mirror_are_whole_and_their_pickles_are_found(mirror):
    dev = mirror / "security/dev"
    named = {path.name: OnDisk(str(path)) for path in dev.rglob("*.npy")}
    arrays = {name: contents for name, contents in named.items() if npy.recognises(contents)}
    assert named.keys() - arrays.keys() == {"ext17_payload.npy"}  # a bare pickle under another name
    assert [name for name, contents in arrays.items() if list(npy.faults(contents))] == []
    objects = {name for name, contents in arrays.items() if npy.has_objects(contents)}
    assert objects == {"n01.npy", "py3-objarr.npy", "ps_dns_exfiltration.npy"}
    assert all(arrays[name].at(npy.pickle_offset(arrays[name]), 1) == b"\x80" for name in objects)


def test_the_length_of_the_header_is_little_endian():
    data = b"\x93NUMPY\x02\x00" + struct.pack("<I", len(header())) + header().encode() + bytes(24)
    assert faults(data) == []
