"""Archives that are not unpacked here say so; a pickle that is stored in one as it is, is found before."""

import pickle

import pytest
from tests.formats.seeds_more import Runs

from guildmark import formats
from guildmark.contents import InMemory
from guildmark.errors import FormatError
from guildmark.formats import unread_archives
from guildmark.limits import Budget, Limits

KINDS = {
    "RAR": b"Rar!\x1a\x07\x01\0" + bytes(20),
    "CAB": b"MSCF" + bytes(40),
    "deb": b"!<arch>\ndebian-binary   \0",
    "RPM": b"\xed\xab\xee\xdb\3\0",
    "cpio": b"070701" + b"0" * 104 + b"a\0",
    "SquashFS": b"hsqs" + bytes(92),
    "ISO 9660": bytes(0x8001) + b"CD001\1",
    "Apple disk image": bytes(600) + b"koly" + bytes(508),
}


@pytest.mark.parametrize("name", KINDS)
def test_each_says_what_it_is_and_that_it_is_not_unpacked(name):
    contents = InMemory(KINDS[name])
    assert formats.recognise(contents) == ("unread_archives",)
    with pytest.raises(FormatError, match=name):
        list(unread_archives.members(contents, Budget(Limits())))


def test_a_pickle_in_one_is_a_member():
    data = pickle.dumps(Runs(), 4)
    assert next(unread_archives.members(InMemory(KINDS["RAR"] + data), Budget(Limits()))).contents is not None


@pytest.mark.parametrize("data", [b"070701,1,2\n", b"!<arch>\nlibm.a", b"Rar! is a word"])
def test_others_are_none(data):
    assert not unread_archives.recognises(InMemory(data))
