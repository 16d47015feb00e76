"""Names are told apart, or not, as a hurried person would."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark.confusable import distance, likenesses


@pytest.mark.parametrize(
    ("name", "popular", "weight"),
    [
        ("reqeusts", "requests", 2),
        ("tensorfow", "tensorflow", 2),
        ("t0rch", "torch", 3),
        ("deepeva1", "deepeval", 3),
        ("nurnpy", "numpy", 3),
        ("scikitlearn", "scikit-learn", 3),
        ("learn-scikit", "scikit-learn", 3),
        ("раndas", "pandas", 3),
        ("python-garak", "garak", 1),
        ("garak_utils", "garak", 1),
    ],
)
def test_a_name_that_could_be_mistaken_is_told_with_the_other(name: str, popular: str, weight: int) -> None:
    assert (likenesses(name)[0].popular, likenesses(name)[0].weight) == (popular, weight)


@pytest.mark.parametrize("name", ["requests", "Scikit.Learn", "scikit-learn-extra", "mteb", "boto4", "wren", "darts"])
def test_a_popular_name_and_one_like_none_are_left_alone(name: str) -> None:
    """A number says which of a series a package is, and short names are like many others."""
    assert likenesses(name) == []


@given(st.text(alphabet="abc", max_size=8), st.text(alphabet="abc", max_size=8), st.integers(0, 3))
def test_the_distance_is_the_same_from_both_sides_and_never_above_its_bound(one: str, other: str, most: int) -> None:
    assert distance(one, other, most) == distance(other, one, most) <= most + 1
    assert (distance(one, other, most) == 0) == (one == other)


@given(st.text(max_size=300))
def test_any_name_has_an_answer(name: str) -> None:
    assert all(likeness.how for likeness in likenesses(name))
