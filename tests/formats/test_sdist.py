"""Source distributions: one folder, NAME-VERSION, with a PKG-INFO."""

import gzip
import tarfile

import pytest
from tests.formats.seeds_containers import INFORMATION, seeds, tarred

from guildmark import formats
from guildmark.contents import InMemory
from guildmark.errors import FormatError
from guildmark.formats import sdist

OTHER = {"tiny-1.0/a.py": b"x" * 2000}
KEPT = {"tiny-1.0/PKG-INFO": INFORMATION}


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize("layout", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
@pytest.mark.parametrize("files", [OTHER | KEPT, KEPT | OTHER, {"tiny-1.0/" + "n" * 120: b""} | KEPT])
def test_it_is_recognised_wherever_pkg_info_stands(files, layout, pack):
    data = pack(tarred(files, layout))
    assert formats.recognise(InMemory(data)) == ("sdist",)
    assert sdist.metadata(InMemory(data)) == INFORMATION
    assert list(sdist.faults(InMemory(data))) == []


@pytest.mark.parametrize(
    "files",
    [
        OTHER,
        {"tiny/PKG-INFO": b""},
        {"tiny-1.0/egg/PKG-INFO": b""},
        {"PKG-INFO": b""},
        {"tiny-1.0": b"", "a": b""},
        {"a": b""} | KEPT,
    ],
)
def test_another_tar_is_none(files):
    data = InMemory(gzip.compress(tarred(files)))
    assert formats.recognise(data) == ("tar",)


def test_more_than_one_top_folder_is_a_fault():
    data = InMemory(tarred(KEPT | {"other/x": b""}))
    assert [fault.says for fault in sdist.faults(data)] == ["there are 2 folders or files at the top: tiny-1.0, other"]


def test_a_cut_one_keeps_what_stands_before_the_cut_and_has_a_fault():
    data = gzip.compress(tarred(KEPT | OTHER))[:-12]
    assert list(sdist.faults(InMemory(data)))


def test_metadata_of_something_else_is_an_error():
    with pytest.raises(FormatError):
        sdist.metadata(InMemory(seeds()["tar"]))
