"""What licences ask of those who ship, and which of them cannot be met together."""

import pytest

from guildmark import licences, obligations


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("MIT", [{"MIT"}]),
        ("MIT OR Apache-2.0", [{"MIT"}, {"Apache-2.0"}]),
        ("MIT AND (ISC OR Zlib)", [{"MIT", "ISC"}, {"MIT", "Zlib"}]),
        ("GPL-2.0", [{"GPL-2.0-only"}]),
        ("GPL-2.0+", [{"GPL-2.0-or-later"}]),
        ("Apache-2.0 WITH LLVM-exception", [{"Apache-2.0"}]),
        ("License :: OSI Approved :: ISC License (ISCL)", [{"ISC"}]),
        ("as you like", []),
    ],
)
def test_an_expression_gives_the_sets_of_which_one_must_be_met(words: str, wanted: list[set[str]]) -> None:
    assert [set(one) for one in obligations.choices(words)] == wanted


def test_an_exception_for_linking_makes_a_strong_licence_weak() -> None:
    ids = obligations.choices("GPL-2.0-only WITH Classpath-exception-2.0")[0]
    assert obligations.family(ids) == "weak"
    assert obligations.family(obligations.choices("GPL-2.0-only")[0]) == "strong"


def test_an_expression_that_doubles_is_bounded() -> None:
    words = " AND ".join(["(MIT OR ISC)"] * 5)
    assert 0 < len(obligations.choices(words)) <= obligations.MOST


@pytest.mark.parametrize(
    ("one", "other", "fits"),
    [
        ("GPL-2.0-only", "Apache-2.0", False),
        ("Apache-2.0", "GPL-2.0-only", False),
        ("GPL-2.0-or-later", "Apache-2.0", True),
        ("GPL-2.0-only OR MIT", "Apache-2.0", True),
        ("GPL-2.0-only", "MIT AND Apache-2.0", False),
        ("GPL-3.0-only", "AGPL-3.0-only", True),
        ("GPL-2.0-only", "AGPL-3.0-only", False),
        ("MIT", "nobody knows", True),
    ],
)
def test_licences_clash_where_no_choice_of_them_can_be_met(one: str, other: str, fits: bool) -> None:
    """What is not known is no clash: the check tells it as unknown."""
    assert (obligations.clash(one, other) is None) is fits


def test_the_table_names_licences_that_are_known_and_each_once() -> None:
    named = [id for ids in obligations._told()["families"].values() for id in ids]
    assert len(named) == len(set(named))
    assert [id for id in named if not licences.flags(id) and not licences.of_name(id)] == []
    clashing = {id for clash in obligations._told()["conflict"] for id in (*clash["one"], *clash["other"])}
    assert clashing <= set(named)
