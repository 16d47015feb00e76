"""A bundle is taken in where a member's key that counts signed what its evidence says, once, and as a whole."""

import os
import signal
import threading
from datetime import timedelta

import msgspec
import pytest
from tests.hub import bundles
from tests.hub.bundles import NOW, assessment, digest, retracts, signed, take

from guildmark import keys
from guildmark.attest import Bundle, making, read_bundle, sign, statement, write_bundle
from guildmark.attest.making import Terms
from guildmark.errors import ClaimError
from guildmark.records import canonical

pytestmark = pytest.mark.usefixtures("small")


def rows():
    from django.apps import apps

    counted = {model.__name__: model.objects.count() for model in apps.get_app_config("catalog").get_models()}
    return counted | {"Act": apps.get_model("people", "Act").objects.count()}


def refused(data, **given):
    """Why a bundle is not taken in; nothing is written then, not even a line of the trail."""
    before = rows()
    with pytest.raises(ClaimError) as caught:
        take(data, **given)
    assert rows() == before
    assert caught.value.hint
    return type(caught.value).__name__, caught.value.says


def test_what_a_member_signed_is_taken_in_raw_and_its_columns_follow(alliance, acme, ours):
    from guildmark_hub.catalog.models import Bundle as Row

    who = alliance.person()
    data = signed(ours, assessment())
    taken = take(data, person=who)
    claim = taken.claim
    assert (taken.address, taken.was_there) == ("/entry/guard/", False)
    assert Row.objects.get().raw == data
    assert Row.objects.get().person == who
    assert (claim.organisation, claim.kind, claim.state) == (acme, "assessment", "active")
    assert (claim.slug, claim.version, claim.purl) == ("guard", "1.1", "pkg:pypi/guard@1.1")
    assert claim.statement == f"sha256:{digest(data)}"
    assert claim.digest == f"sha256:{bundles.OTHER_SHA}"
    assert claim.expires_at == claim.made_at + timedelta(days=30)
    assert {one["standard"]: one["level"] for one in claim.levels}["documented_tool"] == "licensed"
    assert claim.outcomes["no_code_in_pickles"] == "passed"


def test_taking_in_leaves_a_line_in_the_trail_and_changes_for_those_who_follow(acme, ours):
    from guildmark_hub.catalog.models import Change
    from guildmark_hub.people.models import Act

    taken = take(signed(ours, assessment()))
    act = Act.objects.get(did="catalog.take_in")
    assert (act.of, act.after["organisation"]) == (f"claim:{taken.claim.statement}", "acme")
    change = Change.objects.get(kind="claim")
    assert (change.slug, change.organisation, change.claim) == ("guard", acme, taken.claim)
    assert change.says.startswith("Acme published an assessment: it was assessed: documented_tool")


def test_the_same_bundle_again_is_answered_with_the_same_address_and_changes_nothing(ours):
    data = signed(ours, assessment())
    first = take(data)
    before = rows()
    again = take(data)
    assert (again.claim, again.address, again.was_there) == (first.claim, first.address, True)
    assert rows() == before


def test_the_same_bundle_again_is_answered_also_when_its_key_counts_no_more(acme, ours):
    data = signed(ours, assessment())
    take(data)
    acme.keys.update(revoked_at=NOW)
    assert take(data).was_there


def test_of_two_at_the_same_moment_one_takes_it_in_and_both_are_answered_alike(ours):
    from django.db import connection

    data, found = signed(ours, assessment()), []
    gate = threading.Barrier(2)

    def go():
        try:
            gate.wait()
            found.append(take(data))
        finally:
            connection.close()

    threads = [threading.Thread(target=go) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(one.was_there for one in found) == [False, True]
    assert len({(one.claim.pk, one.address) for one in found}) == 1
    assert (rows()["Bundle"], rows()["Claim"], rows()["Act"]) == (1, 1, 1)


def test_a_strangers_bundle_is_refused(ours):
    kind, why = refused(signed(keys.new("stranger.example"), assessment()))
    assert kind == "NotTheirs"
    assert why.startswith("no key of a member of this hub has signed it")


@pytest.mark.parametrize("state", ["applied", "invited", "refused"])
def test_a_key_of_an_organisation_that_is_no_member_is_a_strangers(alliance, state):
    key, _ = alliance.key(alliance.organisation("gamma", state=state))
    assert refused(signed(key, assessment()))[0] == "NotTheirs"


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"revoked_at": NOW - timedelta(days=1)}, "the key of acme was retired on 2026-11-21, before this was signed"),
        ({"revoked_at": NOW}, "the key of acme was retired on 2026-11-22"),
        ({"revoked_at": NOW, "because": "compromised"}, "the key of acme was stolen: nothing that it signed counts"),
        ({"valid_until": NOW - timedelta(minutes=1)}, "the key of acme counted until 2026-11-22"),
        ({"valid_from": NOW + timedelta(days=1)}, "the key of acme counts from 2026-11-23, after this was signed"),
    ],
)
def test_a_key_that_does_not_count_today_takes_nothing_in(alliance, acme, given, why):
    """When something was signed only the signer says, so a key that was retired since is of no use either."""
    key, row = alliance.key(acme, **given)
    assert row.pk
    assert refused(signed(key, assessment())) == ("NotTheirs", why)


def test_an_organisation_that_left_publishes_nothing_more(acme, ours):
    acme.state, acme.left_at = "left", NOW - timedelta(minutes=1)
    acme.save()
    assert refused(signed(ours, assessment())) == ("NotTheirs", "the key of acme counted until 2026-11-22")


def test_a_statement_about_another_digest_than_its_assessment_is_refused(ours):
    whole = read_bundle(signed(ours, assessment()))
    said = statement.read(whole.envelope.body)
    moved = msgspec.structs.replace(said, subject=(statement.Resource({"sha256": "ef" * 32}, "other"),))
    data = write_bundle(whole._replace(envelope=sign(canonical(moved), ours)))
    assert refused(data) == ("ClaimError", "the assessment is of another digest than the statement")


def test_evidence_that_is_not_what_was_signed_is_refused(ours):
    other = read_bundle(signed(ours, assessment(no_code_in_pickles="failed")))
    data = write_bundle(read_bundle(signed(ours, assessment()))._replace(evidence=other.evidence))
    assert refused(data) == ("ClaimError", "the assessment with it is not the one signed")


def test_a_statement_without_its_evidence_is_refused(ours):
    data = write_bundle(read_bundle(signed(ours, assessment()))._replace(kind="", evidence=b""))
    kind, why = refused(data)
    assert kind == "ClaimError"
    assert why.endswith("is not with it")


def test_a_level_that_does_not_follow_from_the_assessment_is_refused(ours):
    bad = assessment(licence_open="failed")
    from guildmark import standard

    good = standard.judge(assessment(), standard.load("documented_tool"))
    made = making.of_assessment(bad, [good], "assessment", Terms())
    kind, why = refused(write_bundle(Bundle(sign(made.body, ours), made.kind, made.evidence)))
    assert kind == "ClaimError"
    assert why.startswith("it says licensed of documented_tool")


def test_a_signature_that_does_not_hold_is_refused(ours):
    whole = read_bundle(signed(ours, assessment()))
    other = read_bundle(signed(ours, assessment(sha256="ef" * 32)))
    forged = msgspec.structs.replace(whole.envelope, signatures=other.envelope.signatures)
    kind, why = refused(write_bundle(whole._replace(envelope=forged)))
    assert (kind, why) == ("ClaimError", "the signature of acme does not hold")


@pytest.mark.parametrize("share", [0, 1, 0.3, 0.9, 0.999])
def test_half_a_bundle_is_refused(ours, share):
    data = signed(ours, assessment())
    cut = data[: int(len(data) * share)] if share != 1 else data[:-1]
    kind, why = refused(cut)
    assert kind == "ClaimError"
    assert why.startswith(("it is no bundle", "the bundle is not in its canonical form"))


@pytest.mark.parametrize(
    "data",
    [b"\0" * 100, b"[]", b"{}", b'{"envelope":{}}', b'{"envelope":[]}\n', b"\xff\xfe", b'{"a":1}\n', b"[" * 99_999],
)
def test_what_is_no_bundle_is_refused(data):
    assert refused(data)[0] == "ClaimError"


def test_a_bundle_that_is_too_large_is_refused_unread():
    from guildmark_hub.catalog import taking

    assert refused(b" " * (taking.LARGEST + 1))[0] == "TooLarge"


def test_what_was_made_in_the_future_is_refused(ours):
    kind, why = refused(signed(ours, assessment(made_at="2026-11-22T13:00:00Z")))
    assert kind == "ClaimError"
    assert why.endswith("one of the two clocks is wrong")


def test_what_its_signer_says_has_expired_is_refused(ours):
    data = signed(ours, assessment(), Terms("2026-11-22T11:30:00Z"))
    assert refused(data) == ("ClaimError", "it was to be relied on until 2026-11-22T11:30:00Z")


def test_what_machines_found_more_than_thirty_days_ago_is_refused(ours):
    data = signed(ours, assessment(made_at="2026-10-20T11:00:00Z"))
    assert refused(data) == ("ClaimError", "it was made on 2026-10-20, and counted until 2026-11-19")


def test_the_signers_word_counts_where_it_is_sooner(ours):
    assert take(signed(ours, assessment(), Terms("2026-11-25T00:00:00Z"))).claim.expires_at.day == 25
    later = take(signed(ours, assessment(sha256="ef" * 32), Terms("2027-11-25T00:00:00Z")))
    assert later.claim.expires_at == later.claim.made_at + timedelta(days=30)


def test_the_very_statement_of_another_organisation_is_refused_with_what_to_do_instead(ours, theirs):
    take(signed(ours, assessment()))
    assert refused(signed(theirs, assessment())) == (
        "NotTheirs",
        "Acme has signed this very statement, and it is here",
    )


def test_the_same_statement_in_another_bundle_of_the_same_organisation_is_there(alliance, acme, ours):
    first = take(signed(ours, assessment()))
    second = take(signed(alliance.key(acme)[0], assessment()))
    assert (second.claim, second.was_there) == (first.claim, True)


def test_claims_of_several_organisations_about_one_digest_stand_side_by_side(ours, theirs):
    from guildmark_hub.catalog.models import Claim

    take(signed(ours, assessment()))
    take(signed(theirs, assessment(made_at="2026-11-22T11:30:00Z")))
    assert sorted(Claim.objects.values_list("organisation__slug", "digest", "slug")) == [
        ("acme", f"sha256:{bundles.OTHER_SHA}", "guard"),
        ("beta", f"sha256:{bundles.OTHER_SHA}", "guard"),
    ]


@pytest.mark.parametrize("place", ["_take", "_derive", "tell_levels"])
def test_who_is_killed_in_the_middle_has_taken_in_nothing_and_publishes_again(ours, monkeypatch, place):
    """Killed before anything was kept: it was not acknowledged, and the same bundle again is taken in once."""
    from django.db import connection

    from guildmark_hub.catalog import claim_acts

    data, before = signed(ours, assessment()), rows()
    connection.close()
    child = os.fork()
    if not child:
        done = getattr(claim_acts, place)

        def die(*given):
            done(*given)
            os.kill(os.getpid(), signal.SIGKILL)

        monkeypatch.setattr(claim_acts, place, die)
        take(data)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == signal.SIGKILL
    assert rows() == before
    assert not take(data).was_there
    assert take(data).was_there
    assert rows()["Claim"] == 1


def test_what_was_said_of_it_meanwhile_is_heard(ours, monkeypatch):
    """A retraction that is taken in while the bundle is verified makes whoever publishes begin anew."""
    from guildmark_hub.catalog import claim_acts, taking
    from guildmark_hub.catalog.whole import Locked

    data = signed(ours, assessment())
    reading = taking.read

    def late(given, now):
        found = reading(given, now)
        if given == data:
            take(retracts(ours, data))
        return found

    monkeypatch.setattr(claim_acts.taking, "read", late)
    with pytest.raises(Locked):
        take(data)
    monkeypatch.setattr(claim_acts.taking, "read", reading)
    assert refused(data)[1].startswith("acme took it back")


def test_a_key_that_is_revoked_meanwhile_takes_nothing_in(acme, ours, monkeypatch):
    from guildmark_hub.catalog import claim_acts, taking

    reading = taking.read

    def late(given, now):
        found = reading(given, now)
        acme.keys.update(revoked_at=NOW)
        return found

    monkeypatch.setattr(claim_acts.taking, "read", late)
    with pytest.raises(taking.NotTheirs):
        take(signed(ours, assessment()))
    assert rows()["Bundle"] == 0
