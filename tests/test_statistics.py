"""Intervals and comparisons agree with published figures, and are never empty."""

import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark.statistics import around_median, holm, incomplete_beta, interval, paired, pass_at

scores = st.lists(st.floats(0, 1), min_size=1, max_size=60)
answers = st.lists(st.sampled_from([0.0, 1.0]), min_size=1, max_size=60)


@pytest.mark.parametrize(
    ("right", "n", "low", "high"), [(8, 10, 0.4902, 0.9433), (0, 20, 0.0, 0.1611), (81, 263, 0.2553, 0.3662)]
)
def test_a_share_of_right_answers_has_the_bounds_of_wilson(right: int, n: int, low: float, high: float) -> None:
    """81 of 263: Newcombe, Statistics in Medicine 17 (1998), table I, method 3."""
    found = interval([1.0] * right + [0.0] * (n - right))
    assert (round(found.low, 4), round(found.high, 4), found.method) == (low, high, "wilson")


def test_the_beta_function_agrees_with_its_tables() -> None:
    """I_x(a, b) of the Handbook of Mathematical Functions, 26.5; the last is Student's t, 4 degrees, 2.776."""
    assert incomplete_beta(2, 3, 0.4) == pytest.approx(0.5248)
    assert incomplete_beta(0.5, 0.5, 0.5) == pytest.approx(0.5)
    assert incomplete_beta(2, 0.5, 4 / (4 + 2.7764451**2)) == pytest.approx(0.05, abs=1e-8)


@pytest.mark.parametrize(
    ("n", "low", "high", "confidence"),
    [(2, 1, 2, 0.5), (5, 1, 5, 0.9375), (6, 1, 6, 0.95), (9, 2, 8, 0.95), (25, 8, 18, 0.95), (100, 40, 61, 0.95)],
)
def test_a_median_lies_between_the_ranks_of_the_sign_test(n: int, low: int, high: int, confidence: float) -> None:
    """The ranks that tables of the sign test give for 95 %; of five values no two are enough for that."""
    found = around_median([float(number) for number in range(1, n + 1)])
    assert (found.low, found.high, found.confidence, found.method) == (low, high, confidence, "order_statistics")


@given(st.integers(2, 400))
def test_the_interval_of_a_median_is_the_narrowest_that_is_wide_enough(n: int) -> None:
    found = around_median([float(number) for number in range(n)])
    cut = int(found.low)
    assert found.high == n - 1 - cut

    def missed(cut: int) -> float:
        return 2 * sum(math.comb(n, fewer) for fewer in range(cut + 1)) / 2**n

    assert missed(cut) <= 1 - found.confidence + 1e-12
    assert missed(cut + 1) > 0.05


@given(scores | answers)
def test_an_interval_holds_its_mean_and_is_never_empty(values: list[float]) -> None:
    mean = math.fsum(values) / len(values)
    found = interval(values)
    assert 0 <= found.low <= mean + 1e-12
    assert mean - 1e-12 <= found.high <= 1
    assert found.high - found.low > 1e-6 or 0 < mean < 1e-9


@given(answers, st.integers(2, 5))
def test_the_same_answers_said_again_add_nothing(values: list[float], times: int) -> None:
    """Repeats of a sample share its luck; as one source they give the bounds of each said once, or wider ones."""
    once = interval(values)
    again = interval(values * times, [*range(len(values))] * times)
    assert again.high - again.low >= (once.high - once.low) * 0.98


def test_clusters_widen_an_interval_and_a_single_one_says_next_to_nothing() -> None:
    values = [1.0, 1.0, 0.0, 0.0] * 20
    alone, apart = interval(values), interval(values, [place // 2 for place in range(80)])
    assert apart.high - apart.low > alone.high - alone.low
    one = interval(values, ["same"] * 80)
    assert one.high - one.low > 0.9


def test_paired_shares_have_the_bounds_of_bonett_and_price() -> None:
    """n = 100, 15 better and 4 worse: (16/102 - 5/102) ± 1.96 sqrt((21/102 - (11/102)²)/102)."""
    first = [1.0] * 15 + [0.0] * 4 + [1.0] * 81
    second = [0.0] * 15 + [1.0] * 4 + [1.0] * 81
    found = paired(first, second)
    assert (round(found.value, 4), found.better, found.worse) == (0.11, 15, 4)
    assert (round(found.interval.low, 4), round(found.interval.high, 4)) == (0.0223, 0.1934)
    assert found.p == pytest.approx(0.01921, abs=1e-5)


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=40))
def test_who_is_compared_the_other_way_round_differs_by_the_sign(pairs: list[tuple[float, float]]) -> None:
    first, second = [one for one, _ in pairs], [other for _, other in pairs]
    one, other = paired(first, second), paired(second, first)
    assert one.value == pytest.approx(-other.value)
    assert (one.better, one.worse) == (other.worse, other.better)
    assert one.p == pytest.approx(other.p)
    assert (one.interval.low, one.interval.high) == pytest.approx((-other.interval.high, -other.interval.low))
    assert one.interval.low < one.interval.high
    assert 0 <= one.p <= 1


@given(st.lists(st.floats(0, 1), max_size=8))
def test_correction_lowers_no_chance_and_keeps_their_order(chances: list[float]) -> None:
    corrected = holm(chances)
    assert all(one >= other for one, other in zip(corrected, chances, strict=True))
    assert sorted(corrected) == [corrected[place] for place in sorted(range(len(chances)), key=chances.__getitem__)]


def test_holm_corrects_as_published() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])


@pytest.mark.parametrize(("k", "tried", "right", "wanted"), [(1, 10, 3, 0.3), (10, 10, 1, 1.0), (2, 4, 2, 5 / 6)])
def test_the_chance_of_one_right_try_is_unbiased(k: int, tried: int, right: int, wanted: float) -> None:
    assert pass_at(k, tried, right) == pytest.approx(wanted)


@pytest.mark.parametrize("values", [[], ()])
def test_no_sample_is_no_score(values: Sequence[float]) -> None:
    with pytest.raises(ValueError, match="no value"):
        interval(values)
