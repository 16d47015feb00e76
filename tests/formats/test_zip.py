"""Zip: what readers disagree about is a fault, and what could cost too much is not unpacked."""

import io
import struct
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.formats.seeds_containers import zipped

from guildmark import inflate
from guildmark.contents import InMemory, chunks
from guildmark.errors import FormatError, LimitPassed
from guildmark.formats import zip
from guildmark.limits import Budget, Limits

METHODS = [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
FILES = {"a.txt": b"one", "b/c.bin": bytes(range(256)) * 300, "empty": b""}


def held(data: bytes, **limits: int) -> dict[str, bytes | str]:
    """Each member's bytes, or why they were not read."""
    found = zip.members(InMemory(data), Budget(Limits(**limits)))
    return {str(m.name): b"".join(chunks(m.contents)) if m.contents else m.unread for m in found}


def said(data: bytes) -> list[str]:
    return [fault.says for fault in zip.faults(InMemory(data))]


def central(data: bytes, at: int, field: bytes) -> bytes:
    """The zip with other bytes at a place of its first central header."""
    place = data.index(zip.CENTRAL) + at
    return data[:place] + field + data[place + len(field) :]


@pytest.mark.parametrize("data", [zip.END + bytes(13), b"n" + zip.END + bytes(12), b"n" * 17 + zip.END])
def test_an_end_record_that_is_cut_short_is_no_directory(data):
    """Found by the campaign: fewer bytes than the record has."""
    assert not zip.recognises(InMemory(data))


@pytest.mark.parametrize("method", METHODS)
def test_members_are_what_zipfile_reads(method):
    data = zipped(FILES, method)
    assert held(data) == FILES
    assert said(data) == []
    assert zip.names(InMemory(data)) == tuple(FILES)
    assert zip.read(InMemory(data), "b/c.bin", 100) == FILES["b/c.bin"][:100]


@given(st.dictionaries(st.text(min_size=1, max_size=8), st.binary(max_size=300), max_size=5), st.sampled_from(METHODS))
def test_any_zip_is_read_as_zipfile_reads_it(files, method):
    data = zipped(files, method)
    with zipfile.ZipFile(io.BytesIO(data)) as theirs:
        expected = {
            info.filename: theirs.read(info) for info in theirs.infolist() if not info.is_dir() or info.file_size
        }
    assert held(data) == expected


@pytest.mark.parametrize(("data", "is_zip"), [
    (zipped(FILES), True),
    (b"#!/bin/sh\n" + zipped(FILES), True),
    (zipped({}), True),
    (zipped(FILES)[:60], True),
    (b"a text about PK\x05\x06 records" * 3, False),
    (b"a text about" + b"PK\x05\x06" + bytes(18), False),
    (b"PK\x05\x06" * 20, False),
    (b"a text, then " + struct.pack("<4s8xLL2x", b"PK\x05\x06", 5, 2), False),
    (b"", False),
])  # fmt: skip
def test_a_zip_is_recognised_behind_other_bytes_and_a_text_about_zips_is_not(data, is_zip):
    assert zip.recognises(InMemory(data)) is is_zip


def test_a_zip_behind_other_bytes_has_its_members():
    assert held(b"#!/bin/sh\n" + zipped(FILES)) == FILES


def test_a_wrong_crc_is_a_fault_and_the_bytes_are_still_there():
    """Loaders read them (CVE-2025-10156)."""
    data = zipped(FILES, zipfile.ZIP_STORED).replace(b"one", b"two")
    assert held(data)["a.txt"] == b"two"
    assert said(data) == ["its bytes do not match their CRC"]


@pytest.mark.parametrize(("at", "field", "says"), [
    (46, b"z.txt", "another name"),
    (10, struct.pack("<H", zipfile.ZIP_STORED), "packed in another way"),
    (20, struct.pack("<L", 4), "another size or CRC"),
    (8, struct.pack("<H", 1), "encrypted or a patch"),
    (42, struct.pack("<L", 3), "local header is missing"),
])  # fmt: skip
def test_headers_that_disagree_are_faults(at, field, says):
    assert any(says in one for one in said(central(zipped(FILES), at, field)))


@pytest.mark.parametrize("name", ["../up", "/etc/passwd", "a/../../b", "C:\\x", "..\\up", "a\\b"])
def test_a_name_that_leads_out_is_a_fault(name):
    assert any("leads out" in one or "backslash" in one for one in said(zipped({"good": b"", name: b"x"})))


def test_two_members_of_one_name_are_both_there_and_a_fault():
    data = zipped({"data.pkl": b"good", "data.xyz": b"bad"}).replace(b"data.xyz", b"data.pkl")
    found = [m.contents.at(0, 9) for m in zip.members(InMemory(data), Budget(Limits())) if m.contents]
    assert found == [b"good", b"bad"]
    assert said(data) == ["2 members have this name, and readers choose differently"]


def test_a_flag_that_says_encrypted_does_not_hide_plain_bytes():
    """Some loaders do not look at the flag (GHSA-w8jq-xcqf-f792)."""
    data = central(zipped({"a.txt": b"one"}), 8, struct.pack("<H", 1))
    assert held(data) == {"a.txt": b"one"}


def test_an_encrypted_member_says_so():
    data = zipped({"a.txt": b"one"}, zipfile.ZIP_STORED).replace(b"one", b"#!?")
    assert held(central(data, 8, struct.pack("<H", 1))) == {"a.txt": "it is encrypted"}


def test_a_link_is_not_followed_and_says_where_it_points():
    info, out = zipfile.ZipInfo("link"), io.BytesIO()
    info.create_system, info.external_attr = 3, 0o120777 << 16
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(info, "/etc/passwd")
        archive.writestr("folder/", "")
    assert held(out.getvalue()) == {"link": "a link to /etc/passwd, not followed"}


def test_an_unknown_method_is_unread():
    assert held(central(zipped({"a": b"one"}), 10, b"\x63\0")) == {
        "a": "its method of compression, 99, is not known here"
    }


def test_a_bomb_is_unread_and_its_neighbours_are_read():
    data = zipped({"bomb": bytes(30_000_000), "good": b"x"})
    assert held(data) == {"bomb": "it unpacks to over 200 times its size", "good": b"x"}


def test_the_count_of_members_is_checked_before_any_is_read():
    data = zipped({str(n): b"" for n in range(50)})
    with pytest.raises(LimitPassed, match="50 members"):
        held(data, members=49)
    lying = data[:-14] + struct.pack("<HH", 1, 1) + data[-10:]
    with pytest.raises(LimitPassed, match="more than 20"):
        held(lying, members=20)
    huge = data[:-10] + struct.pack("<LL", 1 << 31, 0) + data[-2:]
    with pytest.raises(FormatError):
        held(huge)


def test_a_cut_zip_is_a_fault_and_has_no_members():
    data = zipped(FILES)[:-10]
    assert said(data) == ["the zip has no directory; it may be cut short"]
    with pytest.raises(FormatError, match="cut short"):
        held(data)


def test_a_dictionary_of_gigabytes_is_not_allocated():
    data = zipped({"a": b"one" * 50}, zipfile.ZIP_LZMA)
    place = data.index(b"\x05\0\x5d") + 3
    assert held(data[:place] + b"\xff\xff\xff\xff" + data[place + 4 :]) == {"a": b""}
    with pytest.raises(ValueError, match="properties"):
        inflate.RawLzma(b"\x5d\xff\xff\xff\xff")


@pytest.mark.parametrize("properties", range(225))
def test_an_lzma_member_that_asks_for_more_context_than_is_kept_hides_no_other(properties):
    """Its literals' context and position bits may be five and more together (found by the campaign)."""
    data = zipped({"a": b"one" * 50, "b": b"two"}, zipfile.ZIP_LZMA)
    place = data.index(b"\x05\0\x5d") + 2
    assert held(data[:place] + bytes((properties,)) + data[place + 1 :])["b"] == b"two"


@given(st.integers(0, 400), st.binary(min_size=1, max_size=8))
def test_a_zip_with_any_bytes_changed_ends_in_members_or_a_format_error(place, change):
    data = zipped({"a": b"one", "b": b"two" * 20})
    data = data[:place] + change + data[place + len(change) :]
    try:
        list(zip.faults(InMemory(data)))
        held(data)
    except FormatError:
        pass


def flagged(size: int) -> bytes:
    """A zip of one stored member of 96 bytes that says it is encrypted, and `size` bytes when it is not."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo("secret.json"), bytes(96))
    data = bytearray(packed.getvalue())
    central = data.index(b"PK\x01\x02")
    for flags, sizes in ((6, 22), (central + 8, central + 24)):
        data[flags] |= 1
        data[sizes : sizes + 4] = size.to_bytes(4, "little")
    return bytes(data)


def test_a_member_that_is_encrypted_in_truth_is_left_open_and_a_flag_that_lies_is_a_fault():
    """Encryption of a zip puts twelve bytes before a member; a reader that heeds no flag finds another size."""
    with pytest.raises(LimitPassed, match="1 of its members are encrypted"):
        list(zip.faults(InMemory(flagged(84))))
    assert "encrypted" in next(zip.faults(InMemory(flagged(96)))).says
