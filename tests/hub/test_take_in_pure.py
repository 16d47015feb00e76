"""What is read off a bundle, and what several found held together: whatever stands there."""

import string

from hypothesis import given
from hypothesis import strategies as st
from tests.hub import bundles
from tests.hub.bundles import NOW

from guildmark import keys
from guildmark.attest import read_bundle
from guildmark_hub.catalog import agreeing

ANSWERS = st.sampled_from(["failed", "unknown", "passed", "not_applicable"])
OUTCOMES = st.dictionaries(st.sampled_from(string.ascii_lowercase), ANSWERS)
FOUND = st.lists(st.tuples(st.text(max_size=5), OUTCOMES), max_size=4)
KEY = keys.new("acme")


@given(FOUND)
def test_every_check_is_agreed_on_or_differed_on_or_not_asked_by_all(found):
    held = agreeing.agreement(found)
    if len(found) < 2:
        assert held is None
        return
    every = set().union(*(outcomes for _, outcomes in found))
    assert held.same + len(held.differ) + held.more == held.asked
    assert held.asked + held.alone == len(every)
    for one in held.differ:
        assert one.answers == tuple(outcomes[one.check] for _, outcomes in found)
        assert len(set(one.answers)) > 1


@given(OUTCOMES, st.integers(2, 4))
def test_who_answers_alike_agrees_on_all(outcomes, number):
    held = agreeing.agreement([("who", outcomes)] * number)
    assert (held.same, held.differ, held.alone) == (len(outcomes), (), 0)


def test_more_differences_than_a_page_has_room_for_are_counted():
    every = [f"check_{number:03}" for number in range(agreeing.MOST + 7)]
    held = agreeing.agreement([("a", dict.fromkeys(every, "passed")), ("b", dict.fromkeys(every, "failed"))])
    assert (len(held.differ), held.more) == (agreeing.MOST, 7)


PURLS = st.one_of(
    st.text(max_size=60),
    st.text(max_size=60).map("pkg:".__add__),
    st.text(max_size=60).map("pkg:pypi/x@".__add__),
    st.text(max_size=2_000).map("pkg:pypi/".__add__),
)


@given(PURLS)
def test_whatever_a_subject_is_named_it_has_a_release_that_fits_an_address(empty, named):
    from django.urls import reverse

    from guildmark_hub.catalog import claimed

    data = bundles.signed(KEY, bundles.assessment(named))
    found = claimed.claimed(read_bundle(data), NOW)
    assert found.version
    assert ".." not in found.version
    assert len(found.version) <= 300
    assert reverse("catalog:release", args=["x", found.version])
    assert found.name.isprintable()
    assert found.name.strip()
    assert len(found.purl) <= 1_000
    assert found.of
    purl = claimed.read_purl(found.purl)
    assert not found.purl or claimed.base(purl) == found.of
