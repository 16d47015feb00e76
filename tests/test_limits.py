"""Unpacking stops at the bounds, before the bytes are kept."""

import pytest

from guildmark.contents import sha256
from guildmark.errors import LimitPassed
from guildmark.limits import SMALL, Budget, Limits


def test_what_unpacks_to_over_200_times_its_size_is_stopped():
    """A bomb is stopped while it is unpacked, not after."""
    taken = 0

    def bomb():
        nonlocal taken
        while True:
            taken += 1
            yield bytes(SMALL)

    with pytest.raises(LimitPassed, match="200 times"):
        Budget(Limits()).unpack(bomb(), 10_000)
    assert taken <= 3


def test_a_small_run_of_zeros_is_no_bomb():
    """Below a mebibyte the ratio does not count."""
    assert Budget(Limits()).unpack([bytes(SMALL)], 1).size == SMALL


def test_all_archives_of_a_subject_share_one_budget():
    """Many members, each under the bound, pass it together."""
    budget = Budget(Limits(expansion=100))
    budget.unpack([b"x" * 60], 60)
    with pytest.raises(LimitPassed, match="more than 100 bytes"):
        budget.unpack([b"x" * 60], 60)


def test_members_are_counted():
    """One more than the limit is too many."""
    budget = Budget(Limits(members=2))
    budget.count_member()
    budget.count_member()
    with pytest.raises(LimitPassed, match="more than 2 members"):
        budget.count_member()


def test_parts_of_one_spool_do_not_mix():
    """Each member keeps its own bytes."""
    budget = Budget(Limits())
    first, second = budget.unpack([b"a", b"b"], 2), budget.unpack([b"c"], 1)
    assert (first.at(0, 9), second.at(0, 9)) == (b"ab", b"c")
    assert sha256(first) != sha256(second)


@pytest.mark.parametrize("begin", [b"\x93NUMPY", b"\x80\x04"], ids=["an array", "a pickle"])
def test_arrays_may_be_nearly_all_zeros_up_to_a_bound_that_they_share(begin):
    budget, zeros = Budget(Limits()), bytes(1 << 20)
    assert budget.unpack([begin, *[zeros] * 100], 1).size == len(begin) + (100 << 20)
    with pytest.raises(LimitPassed, match="200 times its size"):
        budget.unpack([begin, *[zeros] * 200], 1)


def test_zeros_before_an_array_are_a_bomb():
    with pytest.raises(LimitPassed, match="200 times its size"):
        Budget(Limits()).unpack([b"\0\x93NUMPY", *[bytes(1 << 20)] * 2], 1)
