"""ExecuTorch: its own operators and the delegates that it computes itself are plain, others are told."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.formats.seeds_more import executorch as made

from guildmark import formats
from guildmark.contents import InMemory
from guildmark.errors import GuildmarkError
from guildmark.formats import executorch


@pytest.mark.parametrize(
    ("operators", "delegates", "names"),
    [
        (["aten::add", "prim::item"], ["XnnpackBackend"], []),
        (["mine::run"], [], ["mine::run"]),
        (["aten::add"], ["QnnBackend", "XnnpackBackend"], ["QnnBackend"]),
    ],
)
def test_what_is_not_the_runtimes_own_is_told(operators, delegates, names):
    contents = InMemory(made(operators, delegates))
    assert formats.recognise(contents) == ("executorch",)
    assert [built.name for built in executorch.builds(contents)] == names
    assert list(executorch.faults(contents)) == []


def test_a_program_whose_tables_are_gone_is_a_fault():
    data = made(["aten::add"], [])
    assert list(executorch.faults(InMemory(data[: len(data) // 2])))


@given(st.integers(8, 60), st.binary(max_size=60))
def test_damaged_tables_raise_no_foreign_error(place, data):
    whole = made(["aten::add"], ["XnnpackBackend"])
    with suppress(GuildmarkError):
        list(executorch.faults(InMemory(whole[:place] + data + whole[place + len(data) :])))
