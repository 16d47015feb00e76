"""What several checks read is read once, and forgotten with the file."""

import gc
from collections.abc import Iterator

import pytest

from guildmark import remembered
from guildmark.contents import Contents, InMemory
from guildmark.errors import FormatError
from guildmark.formats import pickle
from guildmark.remembered import _Room


class Reader:
    """Gives each byte, and counts how often it begins."""

    def __init__(self) -> None:
        self.begun = 0

    def __call__(self, contents: Contents) -> Iterator[int]:
        self.begun += 1
        for byte in contents.at(0, contents.size):
            if byte == 255:
                raise FormatError("it is broken")
            yield byte


def test_what_was_read_to_its_end_is_not_read_again():
    """Other contents are, though their bytes are the same."""
    reader, contents = Reader(), InMemory(b"abc")
    read = remembered.remembered(reader)
    assert list(read(contents)) == list(read(contents)) == [97, 98, 99]
    assert reader.begun == 1
    assert list(read(InMemory(b"abc"))) == [97, 98, 99]
    assert reader.begun == 2


def test_what_broke_off_is_read_again_and_breaks_off_again():
    """Whether the bytes or the one who asked ended it."""
    reader, broken, whole = Reader(), InMemory(b"a\xff"), InMemory(b"ab")
    read = remembered.remembered(reader)
    for _ in range(2):
        with pytest.raises(FormatError):
            list(read(broken))
    assert next(read(whole)) == 97
    assert list(read(whole)) == [97, 98]
    assert reader.begun == 4


def test_memory_is_bounded_and_given_back(monkeypatch: pytest.MonkeyPatch):
    """What does not fit is given all the same."""
    gc.collect()
    monkeypatch.setattr(_Room, "left", 10)
    reader, small, large = Reader(), InMemory(b"abcd"), InMemory(b"abcdefghijkl")
    read = remembered.remembered(reader)
    for _ in range(2):
        assert len(list(read(small))) == 4
        assert len(list(read(large))) == 12
    assert (reader.begun, _Room.left) == (3, 5)
    del small
    gc.collect()
    assert _Room.left == 10


def test_the_faults_of_a_pickle_are_the_same_before_and_after_it_was_followed():
    """They are kept when its events were asked for."""
    for data in (b"]\x94.", b"].]", b"cos\nsystem\n(X", b""):
        asked_first, asked_last = InMemory(data), InMemory(data)
        list(pickle.events(asked_last))
        assert list(pickle.faults(asked_first)) == list(pickle.faults(asked_last))


def test_little_that_was_found_in_large_contents_is_kept_where_the_reader_says_so(monkeypatch: pytest.MonkeyPatch):
    gc.collect()
    monkeypatch.setattr(_Room, "left", 10)
    large = InMemory(b"a" + bytes(5_000))

    def first(contents: Contents) -> Iterator[int]:
        begun.append(1)
        yield contents.at(0, 1)[0]

    for few, often in ((False, 2), (True, 1)):
        begun: list[int] = []
        read = remembered.remembered(first, few=few)
        assert list(read(large)) == list(read(large)) == [97]
        assert len(begun) == often
