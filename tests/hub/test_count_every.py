"""Every electorate of up to six is counted right, and no one in conflict is ever drawn or counted.

Here each rule is tried at all its edges while the others ask nothing (116 of 10,000 classes), persons in each order up
to three, and 1,000 alliances of 10,000; `python -m races.tallies` tries all."""

import random
from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.hub import affiliated
from tests.hub.balloting import ballot

from guildmark_hub.council import conflicts, count
from guildmark_hub.council.count import Stands, Tally
from guildmark_hub.council.record import Ballot
from races import tallies


def at_edges() -> Iterator[Ballot]:
    rules = [*tallies.edges()]
    for words in tallies.multisets():
        made = ballot(words)
        yield from (replace(made, rules=one) for one in rules)


def test_every_electorate_of_up_to_six_is_counted_right_at_every_edge() -> None:
    assert list(tallies.differing(at_edges())) == []


def test_persons_who_share_employers_in_every_way_are_counted_right() -> None:
    for persons in range(4):
        for words in product(tallies.STATES, repeat=persons):
            assert list(tallies.differing(tallies.of_persons(words))) == []
    six = [("yes", "discuss", "recuse", "silent", "barred", "yes"), ("yes", "yes", "discuss", "discuss", "yes", "yes")]
    for words in six:
        assert list(tallies.differing(tallies.of_persons(words))) == []


def test_there_are_as_many_ways_as_mathematics_says() -> None:
    """Multisets of 7 things: C(13, 7); partitions with a block of those without an employer: Bell(n + 1)."""
    assert sum(1 for _ in tallies.multisets()) == 1716
    assert [sum(1 for _ in tallies.employers(persons)) for persons in range(7)] == [1, 2, 5, 15, 52, 203, 877]
    assert len({*tallies.every_rule()}) == 10_000
    assert {*tallies.edges()} < {*tallies.every_rule()}
    assert [len(tallies.every_rule(voters)) for voters in range(3)] == [4, 54, 200]


@settings(max_examples=tallies.IN_TESTS, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0))
def test_no_one_in_conflict_is_ever_drawn_or_counted(seed: int) -> None:
    """And no one else is left out."""
    assert affiliated.wrong(affiliated.by_chance(random.Random(seed))) == ""


def test_the_counts_find_what_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    alliances = [affiliated.by_chance(random.Random(seed)) for seed in range(60)]
    truth = [{one.id for one in each.people if affiliated.conflicted(each, one)} for each in alliances]
    assert sum(map(bool, truth)) > 20, "alliances with conflicts are what is tried"
    assert tallies.count(("alliance", ("2026:1",))) == (1, "")
    with monkeypatch.context() as broken:
        broken.setattr(conflicts, "MONTHS", 23)
        assert any(map(affiliated.wrong, alliances))
    with monkeypatch.context() as broken:
        broken.setattr(affiliated, "standing", _nobody_is_barred)
        assert any(map(affiliated.wrong, alliances))
    monkeypatch.setattr(tallies, "tally", _one_too_many)
    assert tallies.count(("persons", ("yes",)))[1]


def _nobody_is_barred(made: Ballot) -> tuple[Stands, ...]:
    return count.standing(replace(made, electors=tuple(replace(one, barred="") for one in made.electors)))


def _one_too_many(made: Ballot) -> Tally:
    found = count.tally(made)
    return replace(found, quorum=found.quorum + 1)
