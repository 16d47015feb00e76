"""Expressions that divide one text in many ways are told by their shape; those of real tokenizers are not."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark.backtracking import explodes
from guildmark.errors import FormatError

BOUNDED = [
    r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
    (
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|"
        r"\s*[\r\n]+|\s+(?!\S)|\s+"
    ),
    (
        r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|"
        r"\s*[\r\n]|\s+(?!\S)|\s"
    ),
    (
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|"
        r"'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|"
        r"'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    ),
    r"[\r\n]",
    r"\s?[A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿ]+",
    r"\s?[!-/:-~！-／：-～‘-‟　-。]+",
    r"\s+$",
    r"[一-龥ࠀ-一가-퟿]+",
    r"\p{N}{1,3}",
    r"[一-龥぀-ゟ゠-ヿ]+",
    (
        r"""[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+|"""
        r""" ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"""
    ),
    r"(?=(\d{3})+(?!\d))",
    r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+",
    r" ?[^(\s|[.,!?…。，、।۔،])]+",
    r"(?:\p{L}\p{M}*)+|\p{N}+(?:\.\p{N}+)*",
    r"\d(?=(?:\d{3})*$)",
    r"[\p{Han}]+",
    r"(\w+\.)+\w+",
    r"(?:[a-z]+-)*[a-z]+",
    r" {2,}",
    r"\b(?:[01]{8} ?)+\b",
    r"[^\S\r\n]+|(?<!\d)\d{1,3}",
    r"(ab|cd)*",
    r"((a|b)c)*",
]
"""Those of GPT-2, of models with 100,000 and 200,000 words, of Llama, DeepSeek and Bloom among them."""
ENDLESS = [
    r"(a+)+$",
    r"([a-zA-Z]+)*",
    r"(a|a)*",
    r"(\w|\d)*!",
    r"(.*)*x",
    r"((a+)b?)*c",
    r"(?:\s*\w*)*$",
    r"(x+x+)+y",
    r"(\p{L}+\s?)+$",
    r"^(([a-z])+.)+[A-Z]([a-z])+$",
    r"(([\-.]|[_]+)?([a-zA-Z0-9]+))*(@){1}",
    r"(a{1,}){2,}",
]


@pytest.mark.parametrize("expression", BOUNDED)
def test_an_expression_with_something_firm_in_each_round_is_left(expression: str) -> None:
    assert explodes(expression) == ""


@pytest.mark.parametrize("expression", ENDLESS)
def test_an_expression_that_divides_one_text_in_many_ways_is_told(expression: str) -> None:
    assert explodes(expression)


@pytest.mark.parametrize("expression", ["(a+)++", "(?>(a+))+", "(a++)+", "(a{1,3}){1,3}"])
def test_parts_that_do_not_go_back_are_left(expression: str) -> None:
    """A possessive repetition and an atomic group keep what they took; a bounded one ends."""
    assert explodes(expression) == ""


@pytest.mark.parametrize("expression", ["(a", "a)", "[a", "a\\", "(?&x)", "(" * 60 + ")" * 60, "[" * 99, "a" * 20_000])
def test_what_is_no_expression_is_said(expression: str) -> None:
    with pytest.raises(FormatError):
        explodes(expression)


@given(st.text("ab()[]{}|*+?\\^$.,-:pPLsdw0123&=!<>", max_size=60))
def test_nothing_but_a_format_error_gets_out(expression: str) -> None:
    """Whatever stands there."""
    with suppress(FormatError):
        explodes(expression)


def test_very_many_pieces_are_read_in_one_go() -> None:
    """Branches, repetitions and classes side by side, as many as are read."""
    assert explodes("|".join("ab" * 1_200)) == ""
    assert explodes("".join(f"{sign}+" for sign in "abcdefgh" * 600)) == ""
    assert explodes(r"[\p{L}\w]" * 900) == ""
