"""Contents are read at any place; a file that changed or vanished is refused, not half-read."""

import gc
import hashlib
import io
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark.contents import InMemory, OnDisk, Part, Spool, as_file, chunks, sha256
from guildmark.errors import ContentsError

spans = st.tuples(st.integers(0, 300), st.integers(0, 300))


@given(st.binary(max_size=200), spans)
def test_all_kinds_of_contents_answer_alike(data: bytes, span: tuple[int, int]):
    """Memory, a spool and a part of something larger give the same bytes at the same place."""
    spool = Spool()
    spool.write(b"before" + data + b"after")
    offset, length = span
    wanted = data[offset : offset + length]
    for contents in (InMemory(data), spool.part(6, len(data)), Part(InMemory(b"x" + data + b"y"), 1, len(data))):
        assert contents.size == len(data)
        assert contents.at(offset, length) == wanted
        assert sha256(contents) == hashlib.sha256(data).hexdigest()


@given(
    st.binary(max_size=100), st.lists(st.tuples(st.sampled_from([0, 1, 2]), st.integers(-50, 150), st.integers(0, 80)))
)
def test_a_file_over_contents_reads_as_a_file_does(data: bytes, moves: list[tuple[int, int, int]]):
    """`as_file` behaves as io.BytesIO, whatever is sought and read."""
    ours, theirs = as_file(InMemory(data)), io.BytesIO(data)
    for whence, offset, length in moves:
        start = {0: 0, 1: theirs.tell(), 2: len(data)}[whence]
        if start + offset >= 0:
            assert ours.seek(offset, whence) == theirs.seek(start + offset)
            assert ours.read(length) == theirs.read(length)


def test_a_file_that_changes_after_it_was_opened_is_refused(tmp_path: Path):
    """What was hashed must be what is checked."""
    path = tmp_path / "a"
    path.write_bytes(b"first")
    contents = OnDisk(str(path))
    path.write_bytes(b"other things")
    with pytest.raises(ContentsError, match="changed"):
        contents.at(0, 5)


def test_a_small_file_is_read_once_while_there_is_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """What was hashed is what is checked, whatever becomes of the file; a file that has no room is read anew."""
    path = tmp_path / "a"
    path.write_bytes(b"first")
    monkeypatch.setattr(OnDisk, "_room", 7)
    kept, other = OnDisk(str(path)), OnDisk(str(path))
    assert kept.at(0, 1 << 20) == other.at(0, 1 << 20) == b"first"
    path.write_bytes(b"changed")
    assert (kept.at(1, 3), kept.at(9, 1), kept.at(1, -1)) == (b"irs", b"", b"")
    with pytest.raises(ContentsError, match="changed"):
        other.at(0, 1 << 20)
    del kept
    gc.collect()
    assert OnDisk._room == 7


def test_a_file_that_vanishes_is_told(tmp_path: Path):
    """The message says so."""
    path = tmp_path / "a"
    path.write_bytes(b"first")
    contents = OnDisk(str(path))
    path.unlink()
    with pytest.raises(ContentsError, match="vanished"):
        list(chunks(contents))


def test_a_link_put_in_the_place_of_a_file_is_not_followed(tmp_path: Path):
    """Nobody can swap a file for a link to another between two reads."""
    path = tmp_path / "a"
    path.write_bytes(b"first")
    contents = OnDisk(str(path))
    path.unlink()
    path.symlink_to(__file__)
    with pytest.raises(ContentsError, match="could not be opened"):
        contents.at(0, 1)


def test_a_pipe_is_no_file_and_does_not_block(tmp_path: Path):
    """A named pipe without a writer would hang a careless reader."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ContentsError, match="not a regular file"):
        OnDisk(str(tmp_path / "pipe"))


def test_an_unpacked_member_leaves_nothing_behind(tmp_path: Path):
    """The spool has no name, so that even a killed process leaves no file."""
    spool = Spool(str(tmp_path))
    spool.write(b"x" * 1000)
    assert list(tmp_path.iterdir()) == []
