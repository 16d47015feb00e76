"""The count keeps the rules of deciding (docs/how-to/recount.md), each at its edge."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.hub import balloting
from tests.hub.balloting import CAST, CONTENT, EDITORIAL, MAJOR, ballot
from tests.hub.recounted import recounted

from guildmark.errors import ClaimError
from guildmark_hub.council.count import standing, tally
from guildmark_hub.council.record import Ballot, Cast, Tally

FOR_ALL = replace(CONTENT, approvals=0, quorum=(0, 1), threshold=(0, 1))


def stands(of: Ballot) -> list[str]:
    return [one.stands for one in standing(of)]


def test_a_tally_says_all_its_numbers() -> None:
    made = ballot(("yes", "yes", "yes", "discuss", "abstain", "no_objection", "silent", "recuse", "barred"))
    assert tally(made) == Tally(
        outcome="accepted",
        says="6 of 7 took part; 3 said yes and 1 discuss",
        electorate=9,
        capped=0,
        recused=2,
        net=7,
        present=6,
        quorum=3,
        approvals=3,
        yes=3,
        no_objection=1,
        discuss=1,
        abstain=1,
        silent=1,
    )


@pytest.mark.parametrize(
    ("words", "rules", "outcome", "says"),
    [
        ((), CONTENT, "no_quorum", "nobody might vote, so nothing is decided"),
        ((), EDITORIAL, "no_quorum", "nobody might vote, so nothing is decided"),
        (("recuse", "barred"), FOR_ALL, "no_quorum", "all 2 who might vote are recused, so nothing is decided"),
        (("recuse", "barred"), EDITORIAL, "no_quorum", "all 2 who might vote are recused, so nothing is decided"),
        (
            ("yes", "silent", "silent", "silent"),
            CONTENT,
            "no_quorum",
            "1 of 4 took part, needed 2 (1/3 of those who are not recused)",
        ),
        (("yes", "yes", "silent", "silent"), CONTENT, "rejected", "2 said yes, needed 3"),
        (("abstain", "no_objection"), FOR_ALL, "rejected", "0 said yes, needed 1"),
        (("yes", "discuss"), FOR_ALL, "rejected", "1 said yes and 1 discuss: a tie is no majority"),
        (("yes", "discuss", "discuss"), FOR_ALL, "rejected", "1 said yes and 2 discuss: that is no majority"),
        (
            ("yes",) * 7 + ("discuss",) * 4,
            MAJOR,
            "rejected",
            "7 said yes and 4 discuss, needed 2/3 of these",
        ),
        (("yes",) * 8 + ("discuss",) * 4, MAJOR, "accepted", "12 of 12 took part; 8 said yes and 4 discuss"),
        (("yes", "yes", "silent"), EDITORIAL, "accepted", "3 of 3 took part; 2 said yes and 0 discuss"),
        (("silent",) * 5, EDITORIAL, "rejected", "0 said yes, needed 2"),
        (("yes",), MAJOR, "accepted", "1 of 1 took part; 1 said yes and 0 discuss"),
    ],
)
def test_the_first_rule_that_fails_is_told_with_its_numbers(
    words: tuple[str, ...], rules: balloting.Rules, outcome: str, says: str
) -> None:
    found = tally(ballot(words, rules))
    assert (found.outcome, found.says) == (outcome, says)


def test_the_last_vote_counts_by_its_number_though_the_clock_went_back() -> None:
    made = ballot(("discuss", "yes", "yes", "yes"))
    later = Cast(9, "organisation:1", "person:2", "yes", balloting.OPENED)
    changed = replace(made, votes=(*made.votes, later))
    assert tally(changed).yes == 4
    assert standing(changed)[0].last == later


def test_who_recused_and_votes_again_takes_part() -> None:
    made = ballot(("recuse", "yes", "yes", "yes"))
    assert tally(made).net == 3
    assert tally(replace(made, votes=(*made.votes, Cast(9, "organisation:1", "person:1", "yes", CAST)))).net == 4


def test_a_conflict_takes_out_whatever_was_cast() -> None:
    made = ballot(("yes", "yes", "yes", "discuss"))
    barred = (replace(made.electors[0], barred="it submitted this"), *made.electors[1:])
    assert stands(replace(made, electors=barred)) == ["barred", "yes", "yes", "discuss"]
    assert tally(replace(made, electors=barred)).yes == 2


def test_of_one_employer_those_first_in_the_order_vote() -> None:
    made = ballot(("yes", "discuss", "discuss", "yes", "yes"), EDITORIAL, ("a", "a", "a", "b", ""))
    assert stands(made) == ["yes", "discuss", "capped", "yes", "yes"]
    last_first = tuple(replace(one, place=9 - one.place) for one in made.electors)
    assert stands(replace(made, electors=last_first)) == ["yes", "yes", "discuss", "discuss", "capped"]


def test_no_colleague_takes_the_place_of_one_who_recused_or_is_barred() -> None:
    made = ballot(("recuse", "barred", "yes", "yes"), EDITORIAL, ("a",) * 4)
    assert stands(made) == ["recuse", "barred", "capped", "capped"]
    assert tally(made).outcome == "no_quorum"


def test_there_is_no_cap_by_organisations_nor_of_nought_nor_for_who_has_no_employer() -> None:
    words, same = ("yes",) * 4, ("a",) * 4
    assert tally(ballot(words, replace(CONTENT, cap=1), same)).capped == 0
    assert tally(ballot(words, replace(EDITORIAL, cap=0), same)).capped == 0
    assert tally(ballot(words, EDITORIAL, ("",) * 4)).capped == 0
    assert tally(ballot(words, EDITORIAL, same)).capped == 2


def test_who_is_silent_takes_part_only_where_consensus_is_lazy() -> None:
    words = ("yes", "yes", *("silent",) * 7)
    assert tally(ballot(words, EDITORIAL)).outcome == "accepted"
    assert tally(ballot(words, replace(EDITORIAL, lazy=False))).outcome == "no_quorum"


def test_a_record_that_breaks_the_rules_is_not_counted() -> None:
    made = ballot(("yes",) * 3)
    for count in (tally, standing):
        with pytest.raises(ClaimError, match="vote 1 is of organisation:1, who is no elector"):
            count(replace(made, electors=made.electors[1:]))


@given(balloting.ballots())
def test_a_tally_equals_a_count_by_another_path(made: Ballot) -> None:
    found = tally(made)
    assert replace(found, says="") == recounted(made)
    assert found.electorate == found.capped + found.recused + found.net
    assert found.net == found.yes + found.no_objection + found.discuss + found.abstain + found.silent


@given(balloting.ballots(), st.randoms(use_true_random=False))
def test_the_order_in_which_electors_are_listed_changes_nothing(made: Ballot, chance: random.Random) -> None:
    shuffled = replace(made, electors=tuple(chance.sample(made.electors, len(made.electors))))
    assert (tally(shuffled), standing(shuffled)) == (tally(made), standing(made))


@given(balloting.ballots())
def test_a_vote_that_turns_from_discuss_to_yes_never_undoes_what_is_accepted(made: Ballot) -> None:
    if tally(made).outcome == "accepted":
        for one in standing(made):
            if one.stands == "discuss":
                turned = Cast(made.votes[-1].number + 1, one.elector.id, "person:1", "yes", CAST)
                assert tally(replace(made, votes=(*made.votes, turned))).outcome == "accepted"


@given(balloting.ballots(), st.data())
def test_a_vote_of_who_is_capped_or_barred_changes_nothing(made: Ballot, data: st.DataObject) -> None:
    number = made.votes[-1].number + 1 if made.votes else 1
    for one in standing(made):
        if one.stands in ("capped", "barred"):
            position = data.draw(st.sampled_from(balloting.POSITIONS))
            more = Cast(number, one.elector.id, "person:1", position, CAST, "because")
            assert tally(replace(made, votes=(*made.votes, more))) == tally(made)
