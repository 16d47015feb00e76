"""Whom a change concerns: the pure rule, held against the rule said again in the plainest way."""

from hypothesis import given
from hypothesis import strategies as st

from guildmark_hub.watching.concerns import Due, Followed, Happened, notices

SLUGS, ORGANISATIONS, SEARCHES = ("a", "b", "c"), ("acme", "b"), ("q=a", "q=b")
numbers = st.integers(1, 12)
follows = st.lists(
    st.one_of(
        st.builds(Followed, st.integers(1, 4), st.just("entry"), st.sampled_from(SLUGS), numbers, st.booleans()),
        st.builds(
            Followed, st.integers(1, 4), st.just("organisation"), st.sampled_from(ORGANISATIONS), numbers, st.booleans()
        ),
        st.builds(Followed, st.integers(1, 4), st.just("search"), st.sampled_from(SEARCHES), numbers, st.booleans()),
    ),
    max_size=12,
)
happened = st.builds(
    Happened, numbers, st.sampled_from((*SLUGS, "")), st.frozensets(st.sampled_from(ORGANISATIONS), max_size=2)
)
changes = st.lists(happened, max_size=8, unique_by=lambda one: one.number)
finds = st.dictionaries(st.sampled_from(SEARCHES), st.frozensets(st.sampled_from(SLUGS)))


def concerns(change: Happened, one: Followed, found: dict) -> bool:
    of = {
        "entry": one.what == change.slug,
        "organisation": one.what in change.organisations,
        "search": change.slug in found.get(one.what, ()),
    }
    return of[one.kind] and one.after < change.number


@given(changes, follows, finds)
def test_a_person_has_one_notice_of_each_change_after_she_began_to_follow_what_it_is_about(changes, follows, finds):
    wanted = {
        Due(change.number, one.person): any(
            other.by_mail for other in follows if other.person == one.person and concerns(change, other, finds)
        )
        for change in changes
        for one in follows
        if concerns(change, one, finds)
    }
    assert notices(changes, follows, finds) == wanted


@given(changes, follows, finds, st.integers(0, 12))
def test_it_does_not_matter_in_how_many_pieces_the_changes_are_read(changes, follows, finds, cut):
    first = [one for one in changes if one.number <= cut]
    second = [one for one in changes if one.number > cut]
    together = notices(first, follows, finds) | notices(second, follows, finds)
    assert together == notices(changes, follows, finds)


@given(changes, follows, finds)
def test_notices_come_in_the_order_of_what_happened(changes, follows, finds):
    found = [one.number for one in notices(reversed(changes), follows, finds)]
    assert found == sorted(found)


def test_a_slug_of_an_entry_is_none_of_an_organisation():
    change = Happened(1, "b", frozenset({"a"}))
    follows = [
        Followed(1, "organisation", "b", 0, True),
        Followed(2, "entry", "a", 0, True),
        Followed(3, "entry", "b", 0, False),
    ]
    assert notices([change], follows, {}) == {Due(1, 3): False}


def test_who_follows_two_ways_is_mailed_if_one_of_them_says_so():
    follows = [Followed(1, "entry", "b", 0, False), Followed(1, "search", "q=b", 0, True)]
    assert notices([Happened(1, "b", frozenset())], follows, {"q=b": frozenset("b")}) == {Due(1, 1): True}
    assert notices([Happened(1, "b", frozenset())], follows, {}) == {Due(1, 1): False}
