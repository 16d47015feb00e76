"""The draw of reviewers is fair, and anyone who has the seed and the candidates can draw again."""

import hashlib
import math
import random
from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from guildmark.errors import AskedWrongly
from guildmark_hub.council import draw as drawing
from guildmark_hub.council.draw import Candidate, draw

SEEDS = 4_000
FOUR = (
    Candidate("person:1", "acme", 0),
    Candidate("person:2", "acme", 1),
    Candidate("person:3", "beta", 0),
    Candidate("person:4", "gamma", 3),
)


@st.composite
def candidates(draw: st.DrawFn) -> tuple[Candidate, ...]:
    ids = draw(st.lists(st.integers(1, 99), min_size=2, max_size=9, unique=True))
    return tuple(
        Candidate(f"person:{id}", draw(st.sampled_from(("acme", "beta", "gamma"))), draw(st.integers(0, 9)))
        for id in ids
    )


def again(candidates: tuple[Candidate, ...], seed: str, count: int) -> tuple[str, ...]:
    """The draw from the words of docs/how-to/recount.md by another path: fractions and a string of bits."""
    blocks = (hashlib.sha256(f"guildmark-draw/1\n{seed}\n{block}".encode()).hexdigest() for block in range(99))
    bits = "".join(f"{int(block, 16):0256b}" for block in blocks)
    left, drawn = {one.id: one for one in candidates}, []
    for _ in range(count):
        chances = {id: Fraction(1, 1 + one.load) for id, one in left.items()}
        common = math.lcm(*(chance.denominator for chance in chances.values()))
        tickets = [id for id in sorted(left) for _ in range(int(chances[id] * common))]
        width, number = len(f"{len(tickets) - 1:b}") if len(tickets) > 1 else 0, len(tickets)
        while number >= len(tickets):
            number, bits = int(bits[:width] or "0", 2), bits[width:]
        drawn.append(tickets[number])
        left = {id: one for id, one in left.items() if one.organisation != left[tickets[number]].organisation}
    return tuple(drawn)


@given(candidates(), st.text(max_size=8, alphabet="abé漢\n1"), st.randoms(use_true_random=False))
def test_anyone_draws_the_same_in_whatever_order_the_list_is(
    those: tuple[Candidate, ...], seed: str, chance: random.Random
) -> None:
    count = len({one.organisation for one in those})
    drawn = draw(those, seed, count)
    assert drawn == again(those, seed, count)
    assert drawn == draw(chance.sample(those, len(those)), seed, count)
    assert drawn[:1] == draw(those, seed, 1)
    assert len({one.organisation for one in those if one.id in drawn}) == len(drawn) == count


def test_a_draw_of_many_goes_on_with_the_next_blocks() -> None:
    many = tuple(Candidate(f"person:{number}", f"organisation {number}", number % 5) for number in range(80))
    assert draw(many, "seed", 80) == again(many, "seed", 80)


def test_what_was_drawn_once_is_drawn_for_ever() -> None:
    assert [draw(FOUR, f"seed {number}") for number in range(4)] == [
        ("person:3", "person:2"),
        ("person:1", "person:3"),
        ("person:3", "person:1"),
        ("person:3", "person:1"),
    ]


def test_the_chance_goes_by_the_load() -> None:
    """The first of four has 1 of 1 + 1/2 + 1 + 1/4, and so on; a count may be off by Hoeffding's bound at 1e-9."""
    off = math.sqrt(SEEDS * math.log(2 / 1e-9) / 2)
    firsts = Counter(draw(FOUR, str(seed), 1)[0] for seed in range(SEEDS))
    whole = sum(Fraction(1, 1 + one.load) for one in FOUR)
    for one in FOUR:
        assert abs(firsts[one.id] - SEEDS * Fraction(1, 1 + one.load) / whole) < off
    seconds = Counter(
        second for first, second in (draw(FOUR, str(seed)) for seed in range(SEEDS)) if first == "person:3"
    )
    assert seconds["person:1"] > seconds["person:2"] > seconds["person:4"] > 0


def test_of_all_numbers_each_candidate_has_exactly_as_many_as_its_weight(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of weights 4, 2, 4, 1."""
    drawn = []
    for number in range(11):
        monkeypatch.setattr(drawing, "_below", lambda bound, bits, number=number: number)
        drawn += draw(FOUR, "", 1)
    assert Counter(drawn) == {"person:1": 4, "person:2": 2, "person:3": 4, "person:4": 1}


@pytest.mark.parametrize("bound", [1, 2, 3, 4, 5, 7, 8, 9])
def test_of_all_bits_each_number_comes_as_often(bound: int) -> None:
    width = (bound - 1).bit_length()
    found = Counter(
        drawing._below(bound, (number >> place & 1 for place in reversed(range(width)))) for number in range(bound)
    )
    assert found == Counter(range(bound))
    too_large = [1] * width
    if bound != 1 << width:
        assert drawing._below(bound, iter(too_large + [0] * width)) == 0


def test_organisations_that_are_missing_are_told() -> None:
    with pytest.raises(AskedWrongly) as raised:
        draw(FOUR[:2], "seed")
    assert raised.value.says == "2 reviewers of different organisations are needed; missing: 1 organisation"
    assert "ask another organisation" in raised.value.hint
    with pytest.raises(AskedWrongly, match="missing: 2 organisations"):
        draw((), "seed")


def test_a_candidate_stands_once_and_has_no_less_than_nothing_to_do() -> None:
    with pytest.raises(AskedWrongly, match="person:1 is a candidate twice"):
        draw((*FOUR, replace(FOUR[0], organisation="delta")), "seed")
    with pytest.raises(AskedWrongly, match="less than nothing"):
        draw((*FOUR[1:], replace(FOUR[0], load=-1)), "seed")
