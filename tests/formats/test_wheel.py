"""Wheel: RECORD and the files agree."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.formats.seeds_containers import INFORMATION, wheel, zipped

from guildmark import formats
from guildmark.contents import InMemory
from guildmark.errors import FormatError
from guildmark.formats import wheel as format

FOLDER = "tiny-1.0.dist-info"


def said(data: bytes) -> set[tuple[str, str]]:
    return {(fault.at, fault.says) for fault in format.faults(InMemory(data))}


def test_a_whole_wheel_has_metadata_and_no_faults():
    assert formats.recognise(InMemory(wheel())) == ("wheel",)
    assert format.metadata(InMemory(wheel())) == INFORMATION
    assert said(wheel()) == set()


def test_a_changed_file_is_a_fault():
    assert said(wheel(tiny__py=b"x = 2\n")) == {("tiny.py", "its sha256 is not the one in RECORD")}


def test_a_file_that_record_does_not_list_is_a_fault():
    assert said(wheel(evil__py=b"")) == {("evil.py", "RECORD does not list it")}


@pytest.mark.parametrize(("line", "fault"), [
    ("gone.py,sha256=x,1", ("gone.py", "RECORD lists it, and it is not there")),
    ("a.py,,", ("a.py", "RECORD gives no hash of it")),
    ("a.py,md5=x,1", ("a.py", "RECORD's hash is by md5, which is not allowed")),
])  # fmt: skip
def test_lines_of_record_that_fit_no_file_are_faults(line, fault):
    files = {"a.py": b"", f"{FOLDER}/WHEEL": b"", f"{FOLDER}/METADATA": b"", f"{FOLDER}/RECORD": line.encode()}
    assert fault in said(zipped(files))


def test_a_wheel_without_record_or_with_two_folders_has_a_fault():
    files = {f"{FOLDER}/WHEEL": b"", f"{FOLDER}/METADATA": b""}
    assert said(zipped(files)) == {(f"{FOLDER}/RECORD", f"the zip has no {FOLDER}/RECORD")}
    other = {"u-2.dist-info/WHEEL": b"", "u-2.dist-info/METADATA": b""}
    assert any("there are 2 .dist-info folders" in says for _, says in said(zipped(files | other)))
    assert any("there are 2 .dist-info folders" in says for _, says in said(wheel(**{"u-2__dist-info/METADATA": b""})))


def test_a_zip_is_no_wheel_for_a_folder_deeper_inside():
    assert not format.recognises(InMemory(zipped({f"a/{FOLDER}/WHEEL": b"", f"a/{FOLDER}/METADATA": b""})))
    assert not format.recognises(InMemory(zipped({f"{FOLDER}/METADATA": b"", "WHEEL": b""})))


@given(st.binary(max_size=200))
def test_any_record_is_read_or_a_fault(record):
    data = zipped({f"{FOLDER}/WHEEL": b"", f"{FOLDER}/METADATA": b"x", f"{FOLDER}/RECORD": record})
    assert said(data)
    assert format.metadata(InMemory(data)) == b"x"


def test_metadata_of_something_else_is_an_error():
    with pytest.raises(FormatError):
        format.metadata(InMemory(zipped({"a": b""})))
