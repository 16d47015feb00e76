"""The order of semantic versions, against the specification's own words."""

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark import semver

numbers = st.integers(0, 10**20) | st.integers(0, 3)
words = st.text("019abAZ-", min_size=1, max_size=4).filter(lambda word: not word.isdecimal()) | numbers.map(str)
befores = st.lists(words, max_size=3)
versions = st.builds(
    lambda main, before: ".".join(map(str, main)) + ("-" + ".".join(before) if before else ""),
    st.tuples(numbers, numbers, numbers),
    befores,
)
few = st.builds(
    lambda main, before: f"{main}" + ("-" + ".".join(before) if before else ""),
    st.sampled_from(["1.0.0", "1.0.1", "2.0.0"]),
    st.lists(st.sampled_from(["0", "1", "2", "10", "a", "b", "A", "-", "a-", "1a"]), max_size=3),
)


def key(version: str) -> semver.Key:
    found = semver.key(version)
    assert found is not None, version
    return found


def precedence(one: str, other: str) -> int:
    """Item 11, a sentence at a time: below 0 where `one` comes first, 0 where neither does."""
    (main, _, before), (main2, _, before2) = (each.partition("+")[0].partition("-") for each in (one, other))
    for left, right in zip(main.split("."), main2.split("."), strict=True):
        if int(left) != int(right):
            return -1 if int(left) < int(right) else 1
    if not before or not before2:
        return bool(before2) - bool(before)
    for left, right in itertools.zip_longest(before.split("."), before2.split(".")):
        if left is None or right is None:
            return -1 if left is None else 1
        if left == right:
            continue
        if left.isdecimal() and right.isdecimal():
            return -1 if int(left) < int(right) else 1
        if left.isdecimal() or right.isdecimal():
            return -1 if left.isdecimal() else 1
        return -1 if left.encode("ascii") < right.encode("ascii") else 1
    return 0


@given(versions | few, versions | few)
def test_versions_are_ordered_as_item_11_says(one: str, other: str) -> None:
    assert (key(one) > key(other)) - (key(one) < key(other)) == precedence(one, other)


@given(st.lists(few, min_size=2, max_size=12))
def test_the_order_does_not_depend_on_where_one_began(some: list[str]) -> None:
    """Sorting what was shuffled gives the same versions, and every pair of neighbours stands right."""
    shuffled = some[:]
    random.Random(len(some)).shuffle(shuffled)
    ordered = sorted(shuffled, key=key)
    assert [key(one) for one in ordered] == sorted(map(key, some))
    assert all(precedence(one, other) <= 0 for one, other in itertools.pairwise(ordered))


@given(versions, st.from_regex(r"[0-9A-Za-z-]{1,5}(\.[0-9A-Za-z-]{1,3})?", fullmatch=True))
def test_what_it_was_built_of_does_not_count(version: str, build: str) -> None:
    """Item 10; a leading v is npm's."""
    assert key(f"{version}+{build}") == key(version) == key(f"v{version}")


def test_the_specifications_own_examples() -> None:
    befores = ("alpha", "alpha.1", "alpha.beta", "beta", "beta.2", "beta.11", "rc.1")
    order = [*(f"1.0.0-{part}" for part in befores), "1.0.0", "2.0.0", "2.1.0", "2.1.1"]
    assert sorted(order, key=key) == order
    assert len(set(map(key, order))) == len(order)


@pytest.mark.parametrize(
    "version",
    [
        "",
        "1",
        "1.2",
        "1.2.3.4",
        "01.2.3",
        "1.02.3",
        "1.2.3-",
        "1.2.3-01",
        "1.2.3-a..b",
        "1.2.3+",
        "1.2.3+a..b",
        "=1.2.3",
        "1.2.3-ä",
        "1.2.x",
        "latest",
        "-1.2.3",
        "1.2.3 4",
        "１.2.3",
        "1.2.3-" + "a" * 300,
    ],
)
def test_what_is_no_version_has_no_key(version: str) -> None:
    """Numbers without zeros before them (items 2 and 9), no empty words, nothing left over."""
    assert semver.key(version) is None


@given(st.text("01a.-+v \n", max_size=40))
def test_any_text_has_a_key_or_none(text: str) -> None:
    found = semver.key(text)
    assert found is None or len(found.numbers) == 3
