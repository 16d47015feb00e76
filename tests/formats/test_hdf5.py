"""HDF5: the signature counts wherever the specification allows the superblock."""

import pytest

from guildmark import formats
from guildmark.contents import InMemory, OnDisk
from guildmark.formats import hdf5


@pytest.mark.parametrize("offset", [0, 512, 1024, 2048, 1 << 20])
def test_a_user_block_hides_nothing(offset):
    assert hdf5.recognises(InMemory(b"#" * offset + hdf5.SIGNATURE + bytes(88)))


@pytest.mark.parametrize("offset", [1, 256, 511, 1536, 3072])
def test_elsewhere_the_signature_means_nothing(offset):
    assert not hdf5.recognises(InMemory(b"#" * offset + hdf5.SIGNATURE + bytes(4096)))


def test_text_before_it_does_not_make_it_text_only():
    """A loader would look past the text, and so does the shelf."""
    data = b"# harmless\n".ljust(1 << 17, b" ") + hdf5.SIGNATURE + bytes(88) + b" " * 5000
    assert formats.recognise(InMemory(data))[0] == "hdf5"


def test_it_is_recognised_and_not_read():
    assert formats.faults("hdf5", InMemory(hdf5.SIGNATURE)) is None


def test_what_the_reference_writes_is_recognised(tmp_path):
    reference = pytest.importorskip("h5py")
    with reference.File(tmp_path / "m.h5", "w", userblock_size=1024) as file:
        file["weights"] = [1.0, 2.0]
    assert hdf5.recognises(OnDisk(str(tmp_path / "m.h5")))


def test_the_keras_files_of_the_mirror_are_recognised(mirror):
    found = [
        path for path in (mirror / "security/dev").rglob("*.h5") if formats.recognise(OnDisk(str(path))) == ("hdf5",)
    ]
    assert len(found) == 3
