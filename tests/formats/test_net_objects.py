"""BinaryFormatter: recognised by its header record, and every type that is named near the start is told."""

from hypothesis import given
from hypothesis import strategies as st
from tests.formats.seeds_more import net

from guildmark import formats
from guildmark.contents import InMemory
from guildmark.formats import net_objects

NAMED = net(b"\x0c\x02\0\0\0\x06System\x05\x01\0\0\0\x14System.Data.DataSet2\0\0\0\0\x0b")


def test_types_are_told():
    assert formats.recognise(InMemory(NAMED)) == ("net_objects",)
    assert [built.name for built in net_objects.builds(InMemory(NAMED))] == ["System.Data.DataSet2"]
    assert list(net_objects.faults(InMemory(NAMED))) == []


@given(st.binary(max_size=100))
def test_there_is_always_something_to_tell(data):
    assert list(net_objects.builds(InMemory(net(b"\x06" + data))))


def test_a_message_without_an_end_is_a_fault():
    assert list(net_objects.faults(InMemory(NAMED[:-1])))
