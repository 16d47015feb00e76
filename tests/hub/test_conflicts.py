"""Who is in conflict with a subject, and says so in a sentence; each rule at its edge."""

from datetime import date

import pytest
from msgspec.structs import replace

from guildmark_hub.council.conflicts import Declared, Subject, Tie, Who, months_back, organisation_reasons, reasons

ON = date(2026, 11, 22)
NAMES = {"acme": "Acme", "beta": "Beta Institute"}
SUBJECT = Subject("some-tool", frozenset({"acme"}), frozenset({"person:7"}), frozenset(), frozenset())
JANE = Who("person:12", "Jane Doe", "jane@example.org", ())
LONG_AGO = date(2020, 1, 1)


def tied(organisation: str, since: date = LONG_AGO, until: date | None = None) -> Who:
    return replace(JANE, ties=(Tie(organisation, since, until),))


def said(by: str, about: str, since: date = LONG_AGO, until: date | None = None, says: str = "") -> Declared:
    return Declared(by, about, since, until, says)


def why(who: Who = JANE, subject: Subject = SUBJECT, *declared: Declared, on: date = ON) -> tuple[str, ...]:
    return reasons(who, subject, declared, on, NAMES)


def test_who_has_nothing_to_do_with_it_is_in_no_conflict() -> None:
    assert why() == ()
    assert why(tied("beta")) == ()
    assert organisation_reasons("beta", SUBJECT, (), ON, NAMES) == ()


@pytest.mark.parametrize(
    ("since", "until", "says"),
    [
        (LONG_AGO, None, ("Jane Doe works for Acme, which made, owns or submitted some-tool",)),
        (ON, ON, ("Jane Doe works for Acme, which made, owns or submitted some-tool",)),
        (date(2026, 11, 23), None, ()),
        (
            LONG_AGO,
            date(2026, 11, 21),
            ("Jane Doe worked within 24 months for Acme, which made, owns or submitted some-tool",),
        ),
        (
            LONG_AGO,
            date(2024, 11, 22),
            ("Jane Doe worked within 24 months for Acme, which made, owns or submitted some-tool",),
        ),
        (LONG_AGO, date(2024, 11, 21), ()),
    ],
)
def test_an_employer_binds_for_24_calendar_months(since: date, until: date | None, says: tuple[str, ...]) -> None:
    assert why(tied("acme", since, until)) == says


@pytest.mark.parametrize(
    ("on", "before"),
    [
        (date(2028, 2, 29), date(2026, 2, 28)),
        (date(2026, 2, 28), date(2024, 2, 28)),
        (date(2026, 1, 1), date(2024, 1, 1)),
        (date(2026, 12, 31), date(2024, 12, 31)),
    ],
)
def test_months_are_those_of_the_calendar(on: date, before: date) -> None:
    assert months_back(on, 24) == before


def test_a_month_too_short_ends_the_count_at_its_last_day() -> None:
    assert months_back(date(2026, 5, 31), 3) == date(2026, 2, 28)
    assert months_back(date(2026, 12, 31), 12) == date(2025, 12, 31)


@pytest.mark.parametrize("funder", ["beta", "BETA  institute", "Beta Institute"])
def test_an_employer_that_pays_for_it_binds_by_its_slug_or_name(funder: str) -> None:
    funded = replace(SUBJECT, funders=frozenset({funder, "somebody else"}))
    assert why(tied("beta"), funded) == ("Jane Doe works for Beta Institute, which funds some-tool",)
    assert why(tied("beta", until=date(2024, 11, 21)), funded) == ()
    assert organisation_reasons("beta", funded, (), ON, NAMES) == (
        "the elector is Beta Institute, which funds some-tool",
    )


@pytest.mark.parametrize(
    ("author", "same"),
    [
        ("Jane Doe", True),
        ("JANE  DOE", True),
        ("Doe, Jane", True),
        ("Jane Q. Doe", True),
        ("Ann Other, Jane Doe", True),
        ("Jané Dóe <someone@else.example>", True),
        ("Jane@Example.org", True),
        ("The authors <jane@example.org>", True),
        ("Jane", False),
        ("Doe", False),
        ("Jane Roe", False),
        ("J. Doe", False),
        ("jane@example.org.evil.example", False),
        ("mary-jane@example.org", False),
        ("", False),
    ],
)
def test_an_author_is_known_by_two_words_of_the_name_or_by_the_address(author: str, same: bool) -> None:
    says = ("Jane Doe is named as an author of some-tool",) if same else ()
    assert why(JANE, replace(SUBJECT, authors=frozenset({author, "Somebody Else"}))) == says


def test_a_name_of_one_word_or_no_address_is_nobody() -> None:
    authors = replace(SUBJECT, authors=frozenset({"Jane", "Jane Doe", "", "@"}))
    assert why(replace(JANE, name="Jane", email=""), authors) == ()
    assert why(replace(JANE, name="jane.doe@some.example", email=""), authors) == ()


def test_a_longer_name_of_hers_is_the_same_author() -> None:
    assert why(replace(JANE, name="Jane Mary Doe"), replace(SUBJECT, authors=frozenset({"Jane Doe"})))


def test_those_whose_it_is_are_in_conflict() -> None:
    assert why(replace(JANE, id="person:7")) == ("Jane Doe is one of those whose some-tool is",)


@pytest.mark.parametrize(
    ("declared", "says"),
    [
        (said("person:12", "entry:some-tool", says="I advise them"), ("entry:some-tool", "I advise them")),
        (said("person:12", "organisation:acme"), ("Acme",)),
        (said("person:12", "person:7"), ("person 7",)),
        (said("organisation:beta", "entry:some-tool"), ("Beta Institute",)),
        (said("organisation:acme", "person:12"), ()),
        (said("person:7", "person:12"), ()),
        (said("organisation:acme", "organisation:beta"), ()),
        (said("person:12", "entry:another-tool"), ()),
        (said("person:12", "organisation:gamma"), ()),
        (said("organisation:gamma", "person:12"), ()),
        (said("organisation:gamma", "entry:some-tool"), ()),
        (said("person:13", "entry:some-tool"), ()),
        (said("person:12", "entry:some-tool", ON, ON), ("person 12",)),
        (said("person:12", "entry:some-tool", date(2026, 11, 23)), ()),
        (said("person:12", "entry:some-tool", LONG_AGO, date(2026, 11, 21)), ()),
    ],
)
def test_a_declaration_that_holds_on_the_day_binds_whoever_made_it_and_nobody_else(
    declared: Declared, says: tuple[str, ...]
) -> None:
    found = why(tied("beta"), SUBJECT, declared)
    assert len(found) == bool(says)
    assert all(word.removeprefix("entry:") in found[0] for word in says)


def test_what_an_organisation_declared_binds_who_belongs_to_it_now() -> None:
    declared = said("organisation:beta", "entry:some-tool")
    assert why(tied("beta", until=date(2026, 11, 21)), SUBJECT, declared) == ()
    assert why(tied("beta", until=ON), SUBJECT, declared) != ()


@pytest.mark.parametrize(
    "declared", [said("organisation:beta", "organisation:acme"), said("organisation:beta", "person:7")]
)
def test_an_organisation_is_in_conflict_by_what_it_made_or_declared(declared: Declared) -> None:
    assert organisation_reasons("acme", SUBJECT, (), ON, NAMES) == (
        "the elector is Acme, which made, owns or submitted some-tool",
    )
    assert len(organisation_reasons("beta", SUBJECT, (declared,), ON, NAMES)) == 1
    assert organisation_reasons("gamma", SUBJECT, (declared,), ON, NAMES) == ()


def test_every_reason_is_told_and_no_control_character() -> None:
    all_of_them = replace(SUBJECT, authors=frozenset({"jane doe"}), funders=frozenset({"acme"}))
    found = why(tied("acme"), all_of_them, said("person:12", "entry:some-tool", says="a\x1bb"))
    assert found == (
        "Jane Doe works for Acme, which made, owns or submitted some-tool",
        "Jane Doe works for Acme, which funds some-tool",
        "Jane Doe is named as an author of some-tool",
        "person 12 declared a conflict about some-tool: a\\x1bb",
    )
