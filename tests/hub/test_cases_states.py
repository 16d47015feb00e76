"""The table of a case's states: only its moves lead anywhere, every state is reached, ends are ends. Pure."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("django", reason="the hub's packages are not installed")
from guildmark_hub.cases import aging, states

EVERY = sorted({one.of for one in states.MOVES} | {one.to for one in states.MOVES})
ENDS = {"expired", "revoked", "superseded", "withdrawn"}


def test_the_states_are_those_of_the_table_in_the_database(empty):
    from guildmark_hub.cases.models import Case

    assert set(EVERY) == set(Case.State.values)


def test_every_state_is_reached_from_a_draft():
    reached, edge = set(), {states.BEGIN}
    while edge:
        reached |= edge
        edge = set().union(*(states.following(one) for one in edge)) - reached
    assert reached == set(EVERY)


def test_ends_are_ends_and_nothing_else_is():
    assert {one for one in EVERY if not states.following(one)} == ENDS


def test_each_move_is_of_somebody_who_there_is():
    assert {one.who for one in states.MOVES} <= set(get_args(states.Who))


@given(st.lists(st.tuples(st.sampled_from(sorted({one.verb for one in states.MOVES})), st.sampled_from(EVERY))))
def test_on_no_walk_a_state_is_reached_otherwise_than_by_a_move_of_the_table(words):
    """A walk that tries anything: where it is let, the table has that very move; after an end nothing is let."""
    here, ended = states.BEGIN, False
    for verb, to in words:
        if not states.may(verb, here, to):
            continue
        assert not ended
        assert [one for one in states.MOVES if (one.verb, one.of, one.to) == (verb, here, to)]
        here, ended = to, to in ENDS


def test_nobody_but_the_group_and_the_hub_brings_a_case_into_force():
    """No submitter, reviewer or screener: what counts was decided, or came back by itself."""
    assert {one.who for one in states.MOVES if one.to in aging.RUNS} == {"chair", "hub"}


def test_a_case_that_its_group_decides_on_is_not_withdrawn():
    assert not states.may("withdraw", "decision", "withdrawn")
    assert states.may("withdraw", "recommendation", "withdrawn")
