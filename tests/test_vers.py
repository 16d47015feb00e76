"""Ranges of versions, as VERS writes them."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark import vers
from guildmark.errors import FormatError


@pytest.mark.parametrize(
    ("range", "version", "holds"),
    [
        ("vers:pypi/>=1.2|<2", "1.9", True),
        ("vers:pypi/>=1.2|<2", "2.0", False),
        ("vers:pypi/>=1.2|<2", "1.2rc1", False),
        ("vers:pypi/<1|>=2|<3|>4", "0.1", True),
        ("vers:pypi/<1|>=2|<3|>4", "2.5", True),
        ("vers:pypi/<1|>=2|<3|>4", "3.5", False),
        ("vers:pypi/<1|>=2|<3|>4", "5", True),
        ("vers:pypi/1.0|!=1.5|>=2", "1.5", False),
        ("vers:pypi/1.0|!=1.5|>=2", "1.0.0", True),
        ("vers:pypi/!=1", "2", True),
        ("vers:pypi/*", "2", True),
        ("vers:pypi/>=1!2", "2!0", True),
        ("vers:npm/>=1.0.0-rc.1|<=1.0.0", "1.0.0-rc.2", True),
        ("vers:npm/>=1.0.0-rc.10|<=1.0.0", "1.0.0-rc.2", False),
        ("vers:npm/<1.0.0", "1.0.0-alpha", True),
        ("vers:generic/a|b", "b", True),
        ("vers:generic/a|b", "c", False),
    ],
)
def test_a_range_holds_what_the_specifications_walk_says(range: str, version: str, holds: bool) -> None:
    assert vers.holds(range, version) is holds


@pytest.mark.parametrize("range", ["", ">=1", "vers:pypi/", "vers:pypi/>=1|", "vers:pypi/>=x", "vers:generic/>a"])
def test_what_is_no_range_or_has_no_order_is_refused(range: str) -> None:
    """A statement about versions that nobody can compare speaks of none."""
    with pytest.raises(FormatError):
        vers.holds(range, "b")


@given(st.text("<>=!|*1.a:/", max_size=30), st.text("12.ab", max_size=8))
def test_any_text_holds_does_not_hold_or_is_refused(constraints: str, version: str) -> None:
    for kind in ("pypi", "npm", "other"):
        with suppress(FormatError):
            assert vers.holds(f"vers:{kind}/{constraints}", version) in (True, False)
