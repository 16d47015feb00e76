"""How many requests are under way at once."""

from hypothesis import given
from hypothesis import strategies as st

from guildmark.run.pace import MOST, START, Pace


def test_a_round_of_good_answers_makes_four_times_as_many_up_to_the_most():
    pace = Pace()
    for expected in (4 * START, 16 * START, MOST, MOST):
        for _ in range(int(pace.allowed)):
            pace.well(0.05)
        assert pace.allowed == expected


def test_after_trouble_a_round_of_good_answers_adds_one():
    pace = Pace()
    pace.badly(1.0)
    assert pace.allowed == START / 2
    for _ in range(START // 2):
        pace.well(0.05)
    assert START / 2 + 0.8 < pace.allowed <= START / 2 + 1


def test_answers_that_only_waited_for_each_other_end_the_growth():
    pace = Pace()
    for place in range(1, START + 1):
        pace.well(20.0 * place)
    assert pace.allowed < 3 * START


def test_what_one_burst_caused_is_counted_once():
    pace = Pace(64)
    for _ in range(10):
        pace.badly(1.0)
    assert pace.allowed == 32


@given(st.integers(1, MOST), st.lists(st.tuples(st.booleans(), st.floats(0, 600)), max_size=200))
def test_it_never_leaves_its_bounds(fixed, events):
    pace = Pace(fixed)
    for now, (good, took) in enumerate(events):
        pace.well(took) if good else pace.badly(float(now))
        assert 1 <= pace.allowed <= fixed
