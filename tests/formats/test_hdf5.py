"""HDF5: every object is found as the reference finds it, and a claim that the bytes do not keep is a fault."""

import struct
from typing import Any

import pytest
from tests.formats.seeds import hdf5 as made

from guildmark import formats
from guildmark.contents import InMemory, OnDisk
from guildmark.errors import GuildmarkError
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


def test_attributes_and_links_outside_are_read_of_a_file_made_by_hand():
    (root,) = hdf5.walk(InMemory(made({"title": "tiny"}, ("other.h5", "/x"))))
    assert root == hdf5.Object("/", {"title": "tiny"}, None, 0, None, ("other.h5",), "")


@pytest.mark.parametrize(
    "data",
    [
        hdf5.SIGNATURE,
        hdf5.SIGNATURE + bytes(88),
        hdf5.SIGNATURE + b"\x09\x08\x08\0" + bytes(80),
        made({"title": "tiny"})[:-10],
        made({"title": "tiny"}).replace(b"OHDR", b"OHDX"),
    ],
    ids=["signature alone", "no widths", "an unknown version", "cut short", "no root"],
)
def test_what_has_no_root_is_at_fault(data):
    assert list(hdf5.faults(InMemory(data)))


def test_an_attribute_longer_than_the_file_is_at_fault():
    data = made({"title": "tiny"})
    wrong = data.replace(b"\x13\0\0\0" + struct.pack("<I", 4), b"\x13\0\0\0" + struct.pack("<I", 1 << 20))
    assert wrong != data
    assert [fault.at for fault in hdf5.faults(InMemory(wrong))] == ["/"]


def _expected(file: Any) -> dict[str, tuple[dict[str, Any], tuple[int, ...] | None]]:
    """What the reference sees: attributes and shape by path, each object once."""
    reference = pytest.importorskip("h5py", reason="needs h5py, which wrote the file to compare with")
    out: dict[str, tuple[dict[str, Any], tuple[int, ...] | None]] = {}

    def go(path: str, found: Any) -> None:
        out[path] = dict(found.attrs), getattr(found, "shape", None)
        if isinstance(found, reference.Group):
            for name in found:
                if isinstance(found.get(name, getlink=True), reference.HardLink):
                    go(f"{path.rstrip('/')}/{name}", found[name])

    go("/", file["/"])
    return out


@pytest.mark.parametrize("userblock", [0, 512])
@pytest.mark.parametrize("tracked", [False, True])
@pytest.mark.parametrize("many", [1, 30, 700])
@pytest.mark.parametrize("version", [("earliest", "v108"), ("v110", "v110"), ("latest", "latest")])
def test_every_object_is_found_as_the_reference_finds_it(tmp_path, version, many, tracked, userblock):
    """Old and new groups, few and many links and attributes, strings of any length."""
    reference = pytest.importorskip("h5py", reason="needs h5py, which wrote the file to compare with")
    settings = {"userblock_size": userblock} if userblock else {}
    path = tmp_path / "m.h5"
    with reference.File(path, "w", libver=version, track_order=tracked, **settings) as file:
        file.attrs["model_config"] = '{"class_name": "Sequential"}' * many
        file.attrs["number"] = 7
        for index in range(min(many, 60)):
            file.attrs[f"a{index}"] = f"ü{index}" * 20
        group = file.create_group("group", track_order=tracked)
        for index in range(many):
            group[f"d{index}"] = [float(index)] * (index % 5 + 1)
        file.create_dataset("packed", (100, 100), "f4", chunks=(10, 10), compression="gzip")
        file["soft"] = reference.SoftLink("/group/d0")
        file["away"] = reference.ExternalLink("../other.h5", "/p")
        file.create_dataset("stored", (4,), "f4", external=[("raw.bin", 0, 16)])
    with reference.File(path) as file:
        expected = _expected(file)
    contents = OnDisk(str(path))
    found = {thing.path: thing for thing in hdf5.walk(contents)}
    assert {name: (set(value[0]), value[1]) for name, value in expected.items()} == {
        name: (set(thing.attributes), thing.shape) for name, thing in found.items()
    }
    for name in ("model_config", "number", "a0"):
        assert found["/"].attributes[name] == expected["/"][0][name]
    assert (found["/"].external, found["/stored"].external) == (("../other.h5",), ("raw.bin",))
    assert not any(thing.unread for thing in found.values())
    assert list(hdf5.faults(contents)) == []


def test_files_that_a_virtual_dataset_maps_are_told(tmp_path):
    reference = pytest.importorskip("h5py", reason="needs h5py, which wrote the file to compare with")
    with reference.File(tmp_path / "m.h5", "w", libver="latest") as file:
        layout = reference.VirtualLayout((4,), dtype="f4")
        layout[:] = reference.VirtualSource("other.h5", "d", (4,))
        file.create_virtual_dataset("mapped", layout)
    (_, mapped) = hdf5.walk(OnDisk(str(tmp_path / "m.h5")))
    assert mapped.external == ("other.h5",)


def test_a_dataset_that_claims_far_more_than_the_file_is_at_fault(tmp_path):
    """A header of a few bytes that makes a loader ask for a petabyte."""
    reference = pytest.importorskip("h5py", reason="needs h5py, which wrote the file to compare with")
    with reference.File(tmp_path / "m.h5", "w") as file:
        file.create_dataset("huge", (1 << 25, 1 << 25), "u1", chunks=(64, 64))
    (fault,) = hdf5.faults(OnDisk(str(tmp_path / "m.h5")))
    assert (fault.at, fault.says) == ("/huge", f"the dataset /huge claims {1 << 50} bytes")


def test_a_file_that_was_cut_short_is_at_fault(tmp_path):
    reference = pytest.importorskip("h5py", reason="needs h5py, which wrote the file to compare with")
    with reference.File(tmp_path / "m.h5", "w") as file:
        file["weights"] = [1.0] * 1000
    data = (tmp_path / "m.h5").read_bytes()
    assert list(hdf5.faults(InMemory(data))) == []
    assert list(hdf5.faults(InMemory(data[:-100])))


@pytest.mark.parametrize("version", ["earliest", "latest"])
def test_damage_anywhere_raises_no_foreign_error(tmp_path, version):
    """Every eleventh byte in turn, set to 255: what is read of it, or a GuildmarkError."""
    reference = pytest.importorskip("h5py", reason="needs h5py, which wrote the file to compare with")
    with reference.File(tmp_path / "m.h5", "w", libver=version) as file:
        file.attrs["model_config"] = "{}"
        for index in range(20 if version == "latest" else 3):
            file[f"group/d{index}"] = [1.0]
    data = (tmp_path / "m.h5").read_bytes()
    for place in range(8, len(data), 11):
        damaged = InMemory(data[:place] + b"\xff" + data[place + 1 :])
        try:
            list(hdf5.faults(damaged))
        except GuildmarkError:
            continue


def test_the_keras_files_of_the_mirror_are_recognised(mirror):
    found = [
        path for path in (mirror / "security/dev").rglob("*.h5") if formats.recognise(OnDisk(str(path))) == ("hdf5",)
    ]
    assert len(found) == 3
    assert [fault for path in found for fault in hdf5.faults(OnDisk(str(path)))] == []
