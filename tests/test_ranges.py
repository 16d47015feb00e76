"""Ranges of versions as npm reads them: the documentation's own examples, and what strangers write."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark import semver
from guildmark.resolve import ranges


def holds(range: str, version: str) -> bool:
    read, key = ranges.read(range), semver.key(version)
    assert read is not None, range
    assert key is not None, version
    return read.holds(key)


@pytest.mark.parametrize(
    ("range", "inside", "outside"),
    [
        (">=1.2.7 <1.3.0", "1.2.7 1.2.99", "1.2.6 1.3.0 1.1.0"),
        ("1.2.7 || >=1.2.9 <2.0.0", "1.2.7 1.2.9 1.4.6", "1.2.8 2.0.0"),
        ("1.2.3 - 2.3.4", "1.2.3 2.3.4", "1.2.2 2.3.5"),
        ("1.2 - 2.3.4", "1.2.0 2.0.0", "1.1.9"),
        ("1.2.3 - 2.3", "2.3.9", "2.4.0 2.4.0-a"),
        ("1.2.3 - 2", "2.9.9", "3.0.0"),
        ("*", "0.0.0 99.0.0", "1.0.0-a"),
        ("", "0.0.1", "1.0.0-a"),
        ("1.x", "1.0.0 1.9.9", "0.9.9 2.0.0 2.0.0-0"),
        ("1.2.X", "1.2.0 1.2.9", "1.3.0"),
        ("1", "1.9.9", "2.0.0"),
        ("~1.2.3", "1.2.3 1.2.9", "1.2.2 1.3.0"),
        ("~>1.2", "1.2.0", "1.3.0"),
        ("~1", "1.0.0 1.9.0", "2.0.0"),
        ("~1.2.3-beta.2", "1.2.3-beta.2 1.2.3-beta.4 1.2.3 1.2.4", "1.2.3-beta.1 1.2.4-beta.2"),
        ("^1.2.3", "1.2.3 1.9.0", "1.2.2 2.0.0"),
        ("^0.2.3", "0.2.3 0.2.9", "0.3.0"),
        ("^0.0.3", "0.0.3", "0.0.4 0.0.2"),
        ("^1.2.3-beta.2", "1.2.3-beta.2 1.9.0", "1.2.4-beta.2 1.2.3-beta.1"),
        ("^0.0.3-beta", "0.0.3-beta 0.0.3-pr.2", "0.0.3-alpha 0.0.4"),
        ("^1.2.x", "1.2.0 1.9.0", "2.0.0"),
        ("^0.0.x", "0.0.0 0.0.9", "0.1.0"),
        ("^0.0", "0.0.9", "0.1.0"),
        ("^0.x", "0.9.0", "1.0.0"),
        (">1", "2.0.0", "1.9.9"),
        (">1.2", "1.3.0", "1.2.9"),
        ("<=1.2", "1.2.9", "1.3.0"),
        ("<1.2", "1.1.9", "1.2.0 1.2.0-a"),
        (">=1.x", "1.0.0 3.0.0", "0.9.0"),
        (">1.2.3-alpha.3", "1.2.3-alpha.7 3.4.5", "3.4.5-alpha.9 1.2.3-alpha.3"),
        ("=v1.2.3", "1.2.3 1.2.3+build", "1.2.4"),
        (">= 1.2.3", "1.2.3", "1.2.2"),
        ("^ 1.2", "1.2.0", "2.0.0"),
        ("1.2.3 || latest", "1.2.3", "1.2.4"),
        ("<*", "", "0.0.0 1.0.0"),
        ("10.x.0", "10.3.1", "11.0.0"),
    ],
)
def test_a_range_holds_what_the_documentation_says(range: str, inside: str, outside: str) -> None:
    """The answers were held against npm's own reader (`semver` 7.8)."""
    assert [version for version in inside.split() if not holds(range, version)] == []
    assert [version for version in outside.split() if holds(range, version)] == []


@pytest.mark.parametrize(
    "words", ["latest", "^", ">=", "1.2.3.4", "a/b", "git+ssh://x", "file:../x", "latest || next", "^1.2.3 " * 400]
)
def test_what_is_no_range_is_told_from_one(words: str) -> None:
    assert ranges.read(words) is None


@given(st.text("01x*.-^~<>=| va", max_size=60))
def test_any_text_is_a_range_or_none(words: str) -> None:
    read = ranges.read(words)
    version = semver.key("1.0.0")
    assert version is not None
    assert read is None or read.holds(version) in (True, False)


@given(st.tuples(*[st.integers(0, 12)] * 3))
def test_a_caret_lets_in_its_own_version_and_no_next_first_number(numbers: tuple[int, int, int]) -> None:
    """The first number that is not 0 is the one that may not change."""
    text = ".".join(map(str, numbers))
    first = next((place for place, number in enumerate(numbers) if number), 2)
    above = ".".join(str(number + 1) if place == first else "0" for place, number in enumerate(numbers))
    assert holds(f"^{text}", text)
    if any(numbers[:first]) or numbers[first]:
        assert not holds(f"^{text}", above)
