"""Torch's zip: its tensors are plain numbers, everything else in it is looked at."""

import pytest
from tests.formats.seeds_containers import torch_zip, zipped

from guildmark import formats
from guildmark.contents import InMemory
from guildmark.formats import torch_zip as format
from guildmark.limits import Budget, Limits


@pytest.mark.parametrize("root", ["tiny/", "", "a/b/"])
def test_it_is_recognised_whatever_its_folder_is_called(root):
    assert formats.recognise(InMemory(torch_zip(root))) == ("torch_zip",)


@pytest.mark.parametrize(
    "files", [{"data.pkl": b""}, {"a/data.pkl": b"", "version": b""}, {"a/version": b"", "a/data/0": b""}]
)
def test_another_zip_is_not_torch_s(files):
    assert not format.recognises(InMemory(zipped(files)))


def test_only_numbers_and_lines_of_text_are_raw():
    """A pickle that poses as anything else in there is looked at."""
    data = zipped({f"t/{name}": b"x" for name in (
        "data.pkl", "version", "data/0", "data/12", "constants/3", "byteorder", ".data/serialization_id",
        "data/0.pkl", "data/x", "data/1/2", "extra/0", "code/m.py", "constants.pkl",
    )} | {"data/5": b"x"})  # fmt: skip
    raw = [member.name for member in format.members(InMemory(data), Budget(Limits())) if member.raw]
    assert raw == ["t/version", "t/data/0", "t/data/12", "t/constants/3", "t/byteorder", "t/.data/serialization_id"]


def test_torchscript_is_told_by_its_code():
    assert format.is_torchscript(InMemory(torch_zip(code=b"class M: pass")))
    assert not format.is_torchscript(InMemory(torch_zip()))


def test_missing_and_stray_records_are_faults():
    data = zipped({"t/data.pkl": b"", "t/data/0": b"", "u/data.pkl": b""})
    assert [fault.says for fault in format.faults(InMemory(data))] == [
        "the record t/version is missing",
        "it lies outside of t/",
    ]
