"""Kappa is Cohen's, and its interval is as wide as what was seen leaves it."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark.agreement import kappa

LABELS = ("a", "b", "c")


def test_kappa_is_that_of_cohens_example() -> None:
    """Of 100 samples two said yes to 20, no to 15, and differed 5 and 10 times in 50: 0.4, as in every textbook."""
    pairs = [("yes", "yes")] * 20 + [("yes", "no")] * 5 + [("no", "yes")] * 10 + [("no", "no")] * 15
    found = kappa(pairs, range(50))
    assert found is not None
    assert found[0] == pytest.approx(0.4)
    assert found[1].low < 0.16
    assert found[1].high > 0.64


def test_who_says_one_thing_of_all_agrees_by_chance_alone() -> None:
    found = kappa([("a", "b"), ("b", "b"), ("c", "b"), ("b", "b")], range(4))
    assert found is not None
    assert found[0] == 0.0
    assert kappa([("a", "a")] * 9, range(9)) is None


def test_no_pairs_are_told() -> None:
    with pytest.raises(ValueError, match="no pair"):
        kappa([], [])


@given(
    st.lists(st.tuples(st.sampled_from(LABELS), st.sampled_from(LABELS)), min_size=1, max_size=60), st.integers(1, 9)
)
def test_the_interval_holds_the_value_and_is_never_empty(pairs: list[tuple[str, str]], size: int) -> None:
    found = kappa(pairs, [number // size for number in range(len(pairs))])
    if found is not None:
        value, bounds = found
        assert -1 <= bounds.low <= value <= bounds.high <= 1
        assert bounds.low < bounds.high


def test_full_agreement_of_few_leaves_much_open() -> None:
    few, many = (kappa([("a", "a"), ("b", "b")] * count, range(2 * count)) for count in (5, 500))
    assert few is not None
    assert many is not None
    assert few[0] == many[0] == 1.0
    assert few[1].low < 0.6 < 0.98 < many[1].low


def test_samples_of_one_source_count_together() -> None:
    """The same labels, each said ten times of one source, tell no more than said once."""
    chance = random.Random(3)
    pairs = [(one, one if chance.random() < 0.8 else chance.choice(LABELS)) for one in chance.choices(LABELS, k=60)]
    once = kappa(pairs, range(60))
    tenfold = kappa([pair for pair in pairs for _ in range(10)], [number // 10 for number in range(600)])
    assert once is not None
    assert tenfold is not None
    assert tenfold[1].high - tenfold[1].low > 0.8 * (once[1].high - once[1].low)


def test_who_never_agree_are_told_by_what_leaving_a_source_out_changes() -> None:
    """Here the share of agreement, which is nil, leaves little open, and the labels' own numbers leave much."""
    pairs = [("a", "b")] * 5 + [("b", "a")] * 20
    once = kappa(pairs, range(25))
    tenfold = kappa([pair for pair in pairs for _ in range(10)], [number // 10 for number in range(250)])
    assert once is not None
    assert tenfold is not None
    assert (round(once[1].low, 2), round(once[1].high, 2)) == (-0.91, -0.04)
    assert tenfold[1].low == pytest.approx(once[1].low)
    assert tenfold[1].high == pytest.approx(once[1].high)


def test_nine_of_ten_intervals_and_more_hold_the_truth() -> None:
    """300 draws of 120 pairs, of which 30 in a hundred are by chance over three labels: kappa is 0.7."""
    chance = random.Random(5)
    held = 0
    for _ in range(300):
        ones = chance.choices(LABELS, k=120)
        pairs = [(one, one if chance.random() < 0.7 else chance.choice(LABELS)) for one in ones]
        found = kappa(pairs, range(120))
        assert found is not None
        held += found[1].low <= 0.7 <= found[1].high
    assert 0.93 <= held / 300 <= 0.99
