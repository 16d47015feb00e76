"""What becomes of a claim: by what its signer and others say, by its key, by its time, by this hub; and made anew."""

from datetime import timedelta

import pytest
from tests.hub import bundles
from tests.hub.bundles import NOW, assessment, digest, retracts, says, signed, take

from guildmark.attest import statement
from guildmark.errors import ClaimError

pytestmark = pytest.mark.usefixtures("small")


def refused(data):
    """Why a bundle is not taken in."""
    with pytest.raises(ClaimError) as caught:
        take(data)
    return type(caught.value).__name__, caught.value.says


def state_of(taken):
    from guildmark_hub.catalog.models import Claim

    return tuple(Claim.objects.values_list("state", "why").get(pk=taken.claim.pk))


def test_who_signed_a_claim_takes_it_back(ours):
    data = signed(ours, assessment())
    first = take(data)
    taken = take(retracts(ours, data))
    assert (taken.claim.kind, taken.claim.slug, taken.address) == ("retraction", "guard", "/entry/guard/")
    assert state_of(first) == (
        "retracted",
        f"acme took it back on {bundles.MADE}: we looked at the wrong file",
    )


def test_nobody_else_takes_a_claim_back(ours, theirs):
    data = signed(ours, assessment())
    first = take(data)
    take(retracts(theirs, data))
    assert state_of(first) == ("active", "")


def test_what_was_taken_back_before_it_came_is_refused(ours):
    data = signed(ours, assessment())
    take(retracts(ours, data))
    assert refused(data)[1].startswith("acme took it back")


def test_a_claim_that_is_said_anew_counts_no_more(ours):
    old, new = signed(ours, assessment()), signed(ours, assessment(made_at="2026-11-22T11:30:00Z"))
    first, second = take(old), take(new)
    take(says(ours, statement.Superseded(bundles.BY, bundles.MADE, "", digest(old), "", digest(new))))
    assert state_of(first)[0] == "superseded"
    assert state_of(second)[0] == "active"


@pytest.mark.parametrize(
    "said",
    [
        lambda about: statement.Reviewed(bundles.BY, bundles.MADE, "", about, "fine", "disagrees"),
        lambda about: statement.Reproduced(bundles.BY, bundles.MADE, "", about, "", "differs"),
        lambda about: statement.Rebutted(bundles.BY, bundles.MADE, "", about, "it is a test file", ("identified",)),
    ],
)
def test_reviews_reproductions_and_rebuttals_stand_beside_a_claim_and_change_nothing(ours, theirs, said):
    data = signed(ours, assessment())
    first = take(data)
    taken = take(says(theirs, said(digest(data))))
    assert state_of(first) == ("active", "")
    assert (taken.claim.slug, taken.claim.about) == ("guard", first.claim.statement)


def test_a_stolen_key_takes_all_that_it_signed_with_it(alliance, acme, ours):
    """The revocation is signed by another key of the same organisation."""
    first = take(signed(ours, assessment()))
    second_key, _ = alliance.key(acme)
    revoked = statement.Revoked(bundles.BY, bundles.MADE, "", ours.public.id, bundles.MADE, "compromised")
    take(says(second_key, revoked))
    assert state_of(first) == ("revoked", "the key of acme was stolen: nothing that it signed counts")
    assert refused(signed(ours, assessment(sha256="ef" * 32)))[0] == "NotTheirs"


def test_a_retired_key_takes_only_what_it_signed_since(alliance, acme, ours):
    old = take(signed(ours, assessment(made_at="2026-11-20T08:00:00Z")))
    new = take(signed(ours, assessment(sha256="ef" * 32)))
    revoked = statement.Revoked(bundles.BY, bundles.MADE, "", ours.public.id, "2026-11-21T00:00:00Z", "retired")
    take(says(alliance.key(acme)[0], revoked))
    assert (state_of(old)[0], state_of(new)[0]) == ("active", "revoked")


def test_nobody_revokes_the_key_of_another_organisation(ours, theirs):
    from guildmark_hub.people.models import Key

    first = take(signed(ours, assessment()))
    take(says(theirs, statement.Revoked(bundles.BY, bundles.MADE, "", ours.public.id, bundles.MADE, "compromised")))
    assert state_of(first)[0] == "active"
    assert not Key.objects.filter(revoked_at__isnull=False).exists()


def test_an_owner_who_revokes_a_key_at_her_desk_takes_its_claims_with_it(alliance, acme, ours):
    from guildmark_hub.people import keyring

    who = alliance.person()
    alliance.belongs(who, acme, "owner")
    first = take(signed(ours, assessment()))
    keyring.revoke(who, acme.keys.get(), "compromised")
    assert state_of(first)[0] == "revoked"


def test_a_state_changes_with_its_reason_and_is_told(ours):
    from guildmark_hub.catalog import acts
    from guildmark_hub.catalog.models import Change

    first = take(signed(ours, assessment()))
    assert acts.state(first.claim, "suspended", "a new advisory hits it")
    assert not acts.state(first.claim, "suspended", "a new advisory hits it")
    assert first.claim.state == "suspended"
    assert [one.says for one in Change.objects.filter(kind="state")] == [
        "The claim of Acme is suspended: a new advisory hits it"
    ]
    assert acts.state(first.claim, "active", "it is as it was")


@pytest.mark.parametrize("final", ["retracted", "superseded", "revoked", "withdrawn"])
def test_what_is_over_stays_over(ours, final):
    from guildmark_hub.catalog import acts

    first = take(signed(ours, assessment()))
    assert acts.state(first.claim, final, "for ever")
    assert not acts.state(first.claim, "active", "again")
    assert not acts.state(first.claim, "suspended", "drift")
    assert state_of(first) == (final, "for ever")


def test_a_claim_expires_in_its_time_and_counts_no_more(ours):
    from guildmark_hub.catalog import acts

    first = take(signed(ours, assessment()))
    assert acts.expire(NOW) == 0
    assert acts.expire(NOW + timedelta(days=30)) == 1
    assert state_of(first) == ("expired", "it counted until 2026-12-22")
    assert not acts.state(first.claim, "active", "again")
    assert acts.expire(NOW + timedelta(days=31)) == 0


def test_only_owners_and_staff_withdraw_and_they_say_why(alliance, acme, ours):
    from django.core.exceptions import PermissionDenied

    from guildmark.errors import AskedWrongly
    from guildmark_hub.catalog import acts

    first = take(signed(ours, assessment()))
    member, owner, staff = (alliance.person(name) for name in ("Ada", "Bea", "Cy"))
    alliance.belongs(member, acme)
    alliance.belongs(owner, alliance.organisation("beta"), "owner")
    staff.is_staff = True
    for who in (member, owner):
        with pytest.raises(PermissionDenied):
            acts.withdraw(first.claim, who, "I do not like it")
    with pytest.raises(AskedWrongly):
        acts.withdraw(first.claim, staff, " ")
    acts.withdraw(first.claim, staff, "published by mistake")
    assert state_of(first) == ("withdrawn", "published by mistake")
    with pytest.raises(AskedWrongly):
        acts.withdraw(first.claim, staff, "again")


def columns():
    from guildmark_hub.catalog.models import Claim

    return list(Claim.objects.order_by("pk").values())


def test_every_claim_is_made_anew_from_its_bundle_and_the_trail_exactly(acme, ours, theirs):
    """Of what was handed in nothing is lost when all that was derived of it is."""
    from guildmark_hub.catalog import acts
    from guildmark_hub.catalog.models import Claim, Release

    data = signed(ours, assessment())
    first, other = take(data), take(signed(theirs, assessment("pkg:pypi/nobody-has-it@3", "ef" * 32)))
    take(retracts(ours, data))
    take(says(theirs, statement.Reviewed(bundles.BY, bundles.MADE, "", digest(data), "fine")))
    acts.state(other.claim, "suspended", "drift")
    before = columns()
    assert {one["state"] for one in before} == {"retracted", "suspended", "active"}
    Claim.objects.update(levels=[], outcomes={}, slug="", says="", state="active", why="", kind="other", digest="")
    assert acts.rebuild() == 4
    assert columns() == before
    Release.objects.filter(claim__isnull=False).update(claim=None)
    Claim.objects.all().delete()
    acts.rebuild()
    assert columns() == before
    assert first.claim.pk == before[0]["id"]
