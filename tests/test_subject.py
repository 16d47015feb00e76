"""A subject is opened without following links out, loading anything, or passing its bounds."""

import hashlib
import io
import os
import tarfile
import zipfile
from pathlib import Path

import pytest

from guildmark.contents import InMemory
from guildmark.errors import AskedWrongly, NotFound, SubjectError, Unreachable
from guildmark.file import File
from guildmark.kind import kind_of, other_way
from guildmark.limits import Limits
from guildmark.material import Given, Material, Opening
from guildmark.subject import Subject, open_subject, take_in


def zipped(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def opened(data: bytes, name: str = "a", **limits: int) -> Subject:
    given = Given(name, InMemory(data), len(data))
    return take_in(Material(name, None, (given,), is_file=True), Opening(limits=Limits(**limits)))


def test_one_file_has_its_own_sha256_as_digest(tmp_path: Path):
    """Anyone can look it up where it was published."""
    (tmp_path / "a.txt").write_bytes(b"abc")
    subject = open_subject(str(tmp_path / "a.txt"))
    assert subject.record.digest == "sha256:" + hashlib.sha256(b"abc").hexdigest()


def test_members_have_records_but_no_part_in_the_digest():
    """The digest of an archive is that of its bytes."""
    data = zipped(one=b"1", two=zipped(three=b"3"))
    subject = opened(data)
    assert [file.path for file in subject.record.files] == ["a", "a!one", "a!two", "a!two!three"]
    assert subject.record.digest == "sha256:" + hashlib.sha256(data).hexdigest()
    assert subject.record.files[3].sha256 == hashlib.sha256(b"3").hexdigest()


def test_an_archive_deeper_than_the_limit_is_told():
    """What is inside is not read, and the archive says so."""
    data = b"heart"
    for _ in range(4):
        data = zipped(x=data)
    subject = opened(data, depth=2)
    assert [file.path for file in subject.unseen()] == ["a!x!x"]
    assert "the limit is 2" in next(subject.unseen()).unread


@pytest.mark.parametrize(
    ("data", "limits", "path", "says"),
    [
        (zipped(bomb=bytes(50_000_000)), {}, "a!bomb", "200 times"),
        (zipped(bomb=os.urandom(3000)), {"expansion": 2000}, "a!bomb", "more than 2000 bytes"),
        (zipped(**{str(number): b"" for number in range(20)}), {"members": 10}, "a", "more than 10"),
    ],
    ids=["ratio", "expansion", "members"],
)
def test_a_bomb_is_unknown_with_the_reason(data: bytes, limits: dict[str, int], path: str, says: str):
    """Past a limit the file is unknown."""
    unseen = list(opened(data, **limits).unseen())
    assert [file.path for file in unseen] == [path]
    assert says in unseen[0].unread


def test_members_of_a_compressed_tar_are_walked():
    """An sdist is read without being unpacked to disk."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        info = tarfile.TarInfo("pkg-1/setup.py")
        info.size = 4
        archive.addfile(info, io.BytesIO(b"code"))
        link = tarfile.TarInfo("pkg-1/link")
        link.type, link.linkname = tarfile.SYMTYPE, "../../elsewhere"
        archive.addfile(link)
    files = {file.path: file for file in opened(buffer.getvalue(), "a.tar.gz").files()}
    assert files["a.tar.gz!pkg-1/setup.py"].text() == "code"
    assert "not followed" in files["a.tar.gz!pkg-1/link"].unread


def test_a_link_out_of_the_folder_is_listed_and_not_followed(tmp_path: Path):
    """The secret behind it is not read; a link to a file of the same folder is no open question."""
    (tmp_path / "secret").write_text("secret")
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "a").write_text("a")
    (folder / "inside").symlink_to("a")
    (folder / "out").symlink_to("../secret")
    (folder / "away").symlink_to("..")
    subject = open_subject(str(folder))
    assert [(file.path, file.sha256) for file in subject.record.files][1:] == [
        ("away", "link:.."),
        ("inside", "link:a"),
        ("out", "link:../secret"),
    ]
    assert sorted(file.path for file in subject.unseen()) == ["away", "out"]


def test_names_that_are_not_utf8_and_empty_and_sparse_files_are_read(tmp_path: Path):
    """Odd files are files."""
    (Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff%!"))).write_bytes(b"")
    with (tmp_path / "sparse").open("wb") as sparse:
        sparse.truncate(3_000_000)
    files = {file.path: file for file in open_subject(str(tmp_path)).files()}
    assert files["%FF%25%21"].sha256 == hashlib.sha256(b"").hexdigest()
    assert files["sparse"].sha256 == hashlib.sha256(bytes(3_000_000)).hexdigest()


def test_a_file_that_cannot_be_read_is_an_open_question_and_leaves_no_digest(tmp_path: Path):
    """A digest of what could be read would vouch for what could not."""
    (tmp_path / "a").write_text("a")
    os.mkfifo(tmp_path / "pipe")
    subject = open_subject(str(tmp_path))
    assert [file.path for file in subject.unseen()] == ["pipe"]
    assert subject.record.digest is None


def test_git_is_left_out_and_nothing_else(tmp_path: Path):
    """A checkout is its tree."""
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config").write_text("x")
    (tmp_path / ".hidden").write_text("x")
    assert [file.path for file in open_subject(str(tmp_path)).files()] == [".hidden"]


@pytest.mark.parametrize(
    ("where", "error"),
    [("no/such/path", NotFound), ("pkg:cargo/serde@1", AskedWrongly), ("pkg:not a purl", AskedWrongly)],
)
def test_a_subject_that_is_not_there_is_told(where: str, error: type[SubjectError]):
    """Each message says what to give instead."""
    with pytest.raises(error) as caught:
        open_subject(where)
    assert caught.value.hint


def test_an_empty_folder_is_no_subject(tmp_path: Path):
    """There is nothing to say of it."""
    with pytest.raises(SubjectError, match="holds no file"):
        open_subject(str(tmp_path))


@pytest.mark.parametrize("where", ["pypi:x", "hf:a/b", "git:https://example.invalid/x", "pkg:pypi/x@1"])
def test_no_network_forbids_all_but_local_paths(where: str):
    """Nothing is asked of anyone."""
    with pytest.raises(Unreachable, match="--no-network"):
        open_subject(where, Opening(network=False))


def file(path: str, size: int, *formats: str) -> File:
    return File(path, size, "0" * 64, InMemory(b"---\ntask_categories: [x]\n---\n"), formats)


@pytest.mark.parametrize(
    ("files", "kind"),
    [
        ([file("m.safetensors", 9, "safetensors")], "model"),
        ([file("a.whl", 99, "wheel"), file("a.whl!m.onnx", 90, "onnx"), file("a.whl!m.py", 9, "text")], "model"),
        ([file("a.whl", 99, "wheel"), file("a.whl!t.pkl", 9, "pickle"), file("a.whl!m.py", 90, "text")], "tool"),
        ([file("a.whl", 99, "wheel"), file("a.whl!w/my_samples/t.pkl", 90, "pickle"), file("a.whl!m.py", 9)], "tool"),
        ([file("a.whl", 99, "wheel"), file("a.whl!examples/t.pkl", 90, "pickle"), file("a.whl!m.py", 9)], "tool"),
        ([file("a.whl", 99, "wheel"), file("a.whl!a_sample/t.pkl", 90, "pickle"), file("a.whl!m.py", 9)], "model"),
        ([file("README.md", 9, "card"), file("d.parquet", 9, "data")], "dataset"),
        ([file("d.csv", 9, "text")], "dataset"),
        ([file("src/x.py", 9, "text")], "tool"),
        ([file("pyproject.toml", 9, "pyproject"), file("tests/x.pkl", 8, "pickle")], "tool"),
    ],
)
def test_the_kind_is_found_from_the_files(files: list[File], kind: str):
    """A package is a model if weights are most of what it installs, but for samples and tests."""
    assert kind_of(files) == kind


def test_a_package_with_weights_says_how_to_ask_it_as_the_other_kind():
    """A tool that carries a model, and a model that carries code, are a matter of judgement."""
    weights, code = file("a.whl!w/m.onnx", 9, "onnx"), file("a.whl!w/m.py", 9, "text")
    package = file("a.whl", 99, "wheel")
    assert other_way("tool", [package, code]) == ()
    assert other_way("model", [weights]) == ()
    assert [why.rpartition(": ")[2] for _, why in other_way("tool", [package, code, weights])] == [
        "`--kind model` asks it as a model"
    ]
    assert [why.rpartition(": ")[2] for _, why in other_way("model", [package, code, weights])] == [
        "`--kind tool` asks it as a tool"
    ]
