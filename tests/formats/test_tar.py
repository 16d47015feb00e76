"""Tar: the members that Python's tarfile finds, and no memory by what a header claims."""

import bz2
import gzip
import io
import lzma
import random
import struct
import tarfile
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.formats.seeds_containers import tarred

from guildmark import formats
from guildmark.contents import InMemory, chunks
from guildmark.errors import FormatError, LimitPassed
from guildmark.formats import tar
from guildmark.limits import Budget, Limits

FILES = {"a.txt": b"one", "b/" + "c" * 120: b"two" * 500, "é" * 90: b"", "d/e": bytes(512)}
LAYOUTS = [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT]


def held(data: bytes) -> dict[str, bytes | str]:
    found = tar.members(InMemory(data), Budget(Limits()))
    return {str(m.name): b"".join(chunks(m.contents)) if m.contents else m.unread for m in found}


def said(data: bytes) -> list[str]:
    return [fault.says for fault in tar.faults(InMemory(data))]


def with_sum(header: bytes) -> bytes:
    """A header whose checksum is right again."""
    total = 256 + sum(header[:148]) + sum(header[156:512])
    return header[:148] + b"%06o\0 " % total + header[156:]


def entry(name: str, kind: bytes = b"0", link: str = "", size: int = 0) -> bytes:
    made = tarfile.TarInfo(name)
    made.type, made.linkname, made.size = kind, link, size
    return made.tobuf(tarfile.GNU_FORMAT)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress, lzma.compress])
def test_members_are_what_was_put_in(pack, layout):
    data = pack(tarred(FILES, layout))
    assert formats.recognise(InMemory(data)) == ("tar",)
    assert held(data) == FILES
    assert said(data) == []


def theirs(data: bytes) -> list[tuple[str, int, int]]:
    """What Python's tarfile finds before it breaks off."""
    found = []
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            while (one := archive.next()) is not None:
                found.append((one.name.rstrip("/"), one.offset_data, one.size) if one.type != b"S" else None)
    except (tarfile.TarError, ValueError, OSError, OverflowError):
        pass
    return [one for one in found if one]


def ours(data: bytes) -> list[tuple[str, int, int]]:
    found = []
    try:
        for one in tar.entries(InMemory(data)):
            found.append((one.name, one.begin, one.size))
    except FormatError:
        pass
    return found


def test_every_member_that_tarfile_finds_is_found_in_changed_tars_too():
    chance = random.Random(7)
    whole = [tarred(FILES, layout) for layout in LAYOUTS]
    whole.append(entry("l", b"2", "t") + entry("dir", b"5", size=600) + entry("x", b"9", size=600) + bytes(2048))
    for _ in range(1500):
        data = bytearray(chance.choice(whole))
        begin = 512 * chance.randrange(min(8, len(data) // 512))
        place = begin + chance.choice((0, 100, 124, 130, 156, 257, 345, chance.randrange(512)))
        change = chance.choice(
            (b"\0", b"0", b"1", b"5", b"7", b"/", b"\x80", b"g", b"x", b"L", bytes([chance.randrange(256)]))
        )
        data[place : place + 1] = change
        data[begin : begin + 512] = with_sum(bytes(data[begin : begin + 512]))
        found = theirs(bytes(data))
        assert set(found) <= set(ours(bytes(data))), (begin, place, change)


@pytest.mark.parametrize(("kind", "link", "unread"), [
    (b"2", "/etc/passwd", "a link to /etc/passwd, not followed"),
    (b"1", "a.txt", "a link to a.txt, not followed"),
    (b"3", "", "a character device, not read"),
    (b"6", "", "a pipe, not read"),
    (b"S", "", "a sparse file, not read"),
])  # fmt: skip
def test_what_is_no_plain_file_says_why_it_is_not_read(kind, link, unread):
    assert held(entry("it", kind, link) + bytes(1024)) == {"it": unread}


@pytest.mark.parametrize("kind", [b"g", b"x"])
def test_a_size_that_pax_states_moves_the_next_header_only_where_tarfile_says_so(kind):
    record = b"12 size=600\n"
    data = entry("pax", kind, size=len(record)) + record.ljust(512, b"\0") + entry("a", size=2) + bytes(512)
    data += entry("b") + entry("c") + bytes(1024)
    assert ours(data) == theirs(data)


def test_a_folder_is_no_member():
    assert held(entry("folder", b"5") + entry("file") + bytes(1024)) == {"file": b""}


@pytest.mark.parametrize("name", ["/etc/passwd", "../up", "a/../../b", "a\\..\\..\\b"])
def test_a_name_that_leads_out_is_a_fault(name):
    assert said(tarred({name: b"x"})) == ["its name leads out of the folder"]


@pytest.mark.parametrize(
    ("kind", "name", "link"),
    [
        (b"2", "it", "../../x"),
        (b"2", "a/it", "../../x"),
        (b"2", "a/it", "b/../../../x"),
        (b"2", "a/it", "/x"),
        (b"2", "a/it", "..\\..\\x"),
        (b"2", "a/it", "../" * 40 + "x"),
        (b"1", "a/it", "../x"),
    ],
)
def test_a_link_that_leads_out_is_a_fault(kind, name, link):
    assert said(entry(name, kind, link) + bytes(1024)) == [f"it is a link to {link}, which may be out of the folder"]


@pytest.mark.parametrize("link", ["x", "../x", "../../x/y", "./../b/../../x"])
def test_a_link_that_stays_inside_is_no_fault(link):
    """It is resolved from the folder that it lies in."""
    assert said(entry("a/b/it", b"2", link) + bytes(1024)) == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("a/up", ".."), ("it", "a/up/../x")),  # what it goes back from is a link, to elsewhere
        (("a", "b/c"), ("a/it", "../x")),  # it lies behind a link, and so elsewhere
    ],
)
def test_a_link_that_goes_back_through_another_link_is_a_fault(first, second):
    links = [entry(name, b"2", link) for name, link in (first, second)]
    for both in (links, links[::-1]):
        assert said(b"".join(both) + bytes(1024))[-1:] == [
            f"it is a link to {second[1]}, which may be out of the folder"
        ]


def test_a_cut_tar_is_a_fault_and_has_the_bytes_that_are_left():
    data = tarred({"a": b"x" * 2000})[:1500]
    assert said(data) == ["it is cut short: 2000 bytes are promised, 988 are left"]
    assert held(data) == {"a": b"x" * 988}


def test_a_broken_header_is_a_fault_and_the_members_before_it_are_there():
    data = tarred({"a": b"x", "b": b"y"})
    data = data[:1024] + b"z" + data[1025:]
    assert [fault[:2] for fault in tar.faults(InMemory(data))] == [("byte 1024", "there is no header")]
    with pytest.raises(FormatError):
        held(data)


@pytest.mark.parametrize("kind", [b"L", b"K", b"x", b"g"])
def test_a_header_that_claims_gigabytes_passes_a_limit_without_being_read(kind):
    data = entry("././@LongLink", kind, size=4 << 30) + entry("a") + bytes(1024)
    tracemalloc.start()
    with pytest.raises(LimitPassed, match="4294967296 bytes"):
        held(data)
    assert tracemalloc.get_traced_memory()[1] < 1 << 20
    tracemalloc.stop()


def test_a_negative_size_is_a_fault():
    header = bytearray(entry("a"))
    header[124:136] = b"\xff" + struct.pack(">xxxq", -512)
    assert said(with_sum(bytes(header)) + bytes(1024)) == ["a size is negative"]


def test_a_bomb_is_unread():
    data = gzip.compress(tarred({"bomb": bytes(30_000_000)}))
    assert held(data) == {"content": "it unpacks to over 200 times its size"}


@pytest.mark.parametrize(
    "data", [b"", bytes(10240), b"a" * 512, b"text\n" * 200, gzip.compress(b"text" * 500, mtime=0)]
)
def test_other_bytes_are_no_tar(data):
    assert not tar.recognises(InMemory(data))


@given(st.integers(0, 3000), st.binary(min_size=1, max_size=8))
def test_a_tar_with_any_bytes_changed_ends_in_members_or_a_format_error(place, change):
    data = tarred(FILES)
    data = data[:place] + change + data[place + len(change) :]
    try:
        list(tar.faults(InMemory(data)))
        held(data)
    except FormatError:
        pass
