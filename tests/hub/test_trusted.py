"""Whose signatures count here: keys of members, and of those that left for what they signed before."""

from datetime import timedelta

import pytest
from tests.hub.bundles import NOW


@pytest.fixture
def alliance(database):
    from tests.hub import alliance

    return alliance


def owners():
    from guildmark_hub.people import trusted

    return sorted(known.owner for known in trusted.trust().key)


@pytest.mark.parametrize(
    ("state", "counts"),
    [("member", True), ("left", True), ("applied", False), ("invited", False), ("refused", False)],
)
def test_keys_count_of_organisations_that_are_members_or_were(alliance, state, counts):
    alliance.key(alliance.organisation(state=state, left_at=NOW if state == "left" else None))
    assert owners() == (["acme"] if counts else [])


def test_the_hubs_own_key_counts(alliance, settings_data):
    from guildmark_hub.people import own, trusted

    public = own.signer().public
    assert [known.public for known in trusted.trust().key] == [public.line]
    assert trusted.signers()[public].organisation.own


@pytest.fixture
def settings_data(tmp_path, monkeypatch):
    """A folder of its own for the hub's key."""
    from django.conf import settings

    monkeypatch.setattr(settings, "DATA", tmp_path)


def test_a_key_counts_until_the_sooner_of_its_own_end_and_that_of_the_membership(alliance):
    from guildmark_hub.people import trusted

    left = alliance.organisation(state="left", left_at=NOW)
    _, sooner = alliance.key(left, valid_until=NOW - timedelta(days=1))
    _, later = alliance.key(left, valid_until=NOW + timedelta(days=1))
    assert trusted.known(sooner).valid_until == NOW - timedelta(days=1)
    assert trusted.known(later).valid_until == NOW


def test_no_key_of_a_member_counts_under_a_log(alliance):
    from guildmark_hub.people import trusted

    alliance.key(alliance.organisation())
    assert trusted.trust().logs() == {}
    assert len(trusted.trust().signers()) == 1


def test_a_line_that_is_no_key_keeps_no_other_from_counting(alliance):
    from guildmark_hub.people.models import Key

    where = alliance.organisation()
    alliance.key(where)
    Key.objects.create(organisation=where, public="no key at all")
    assert owners() == ["acme"]


def test_whose_a_key_is(alliance):
    from guildmark_hub.people import trusted

    where = alliance.organisation()
    private, row = alliance.key(where)
    assert trusted.signers() == {private.public: row}
    where.state = "refused"
    where.save()
    assert trusted.signers() == {}
