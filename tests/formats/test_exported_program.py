"""Exported programs: operators and arithmetic are plain, any other function or expression is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.formats.seeds_more import exported_program as made

from guildmark import formats
from guildmark.contents import InMemory
from guildmark.formats import exported_program


def told(data: bytes) -> list[str]:
    return [built.name for built in exported_program.builds(InMemory(data))]


@pytest.mark.parametrize(
    "target",
    ["torch.ops.aten.relu.default", "torch.ops.higher_order.cond", "_operator.mul", "math.trunc", "torch.sym_max"],
)
def test_operators_are_plain(target):
    assert formats.recognise(InMemory(made(target))) == ("exported_program",)
    assert told(made(target)) == []


@pytest.mark.parametrize(
    "target",
    [
        "torch.os.system",
        "torch.serialization.os.system",
        "torch.ops.load_library",
        "torch.ops.__loader__.load_module",
        "_operator.attrgetter",
        "_operator.call",
        "math.os.system",
    ],
)
def test_other_functions_are_told(target):
    assert told(made(target)) == [target]


@pytest.mark.parametrize("size", ["s0", "2*s77 + 1", "Max(1, u0)//2", "Mod(s0, 8)", "Eq(s0, 4)", "-int_oo", "s1**2"])
def test_arithmetic_is_plain(size):
    assert told(made(size=size)) == []


@pytest.mark.parametrize(
    "size",
    ["exit()", "s0.__class__", "__import__('os')", "eval(s0)", "s0[0]", '"a"', "lambda: 0", "print(1)"],
)
def test_any_other_expression_is_told(size):
    assert told(made(size=size)) == ["sympify"]


@given(st.text(alphabet="s01+*( )", max_size=12))
def test_sums_and_products_of_symbols_are_plain_or_no_names(size):
    assert told(made(size=size)) in ([], ["sympify"])


def test_a_program_that_is_cut_is_a_fault():
    data = made()
    assert list(exported_program.faults(InMemory(data[:-20])))
