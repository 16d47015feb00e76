"""A decision is stated once, signed by this hub and a chair, and only then has its effect."""

import json
from datetime import timedelta
from typing import Any, get_args, get_type_hints

import pytest
from django.core.exceptions import PermissionDenied

from guildmark import keys
from guildmark.attest import Bundle, read_bundle, sign, statement, write_bundle
from guildmark.attest.statement import Decided
from guildmark.errors import AskedWrongly, ClaimError, GuildmarkError

pytestmark = pytest.mark.usefixtures("small")


def said(decision: Any) -> Decided:
    found = statement.said(statement.read(decision.body.encode()))
    assert isinstance(found, Decided)
    return found


def test_what_a_ballot_came_to_is_stated_with_its_digest(council: Any) -> None:
    decision = council.decides()
    found, ballot = said(decision), decision.ballot
    assert (found.matter, found.outcome, found.group) == ("benchmark", "accepted", "Steering committee")
    assert (found.ballot, found.proposal) == (ballot.record_sha256, f"{decision.proposal_id} A benchmark")
    assert (found.made_at, found.effective_at, found.expires_at) == (found.made_at, found.made_at, "")
    assert statement.read(decision.body.encode()).subject[0].digest == {"sha256": ballot.revision.sha256}
    assert not decision.signed_at
    assert not decision.claim


def test_the_kinds_of_proposals_are_the_matters_of_decisions() -> None:
    from guildmark_hub.council.models import Proposal

    assert set(get_args(get_type_hints(Decided)["matter"])) == set(Proposal.Kind.values)


def test_without_a_quorum_nothing_is_decided(council: Any) -> None:
    assert council.votes(council.proposes(), "yes", "silent", "silent") is None


def test_a_rejection_is_a_decision_too_and_changes_nothing(council: Any) -> None:
    from guildmark_hub.council.models import Charter

    decision = council.votes(council.proposes("charter", "We do this."), "yes", "discuss", "discuss")
    assert (decision.accepted, said(decision).outcome) == (False, "rejected")
    signed = council.signs(decision)
    assert signed.done_at
    assert not Charter.objects.filter(decision=decision).exists()


@pytest.mark.parametrize("positions", [("yes",) * 3, ("discuss",) * 3])
def test_only_what_was_accepted_begins_later_and_has_an_end(
    council: Any, monkeypatch: pytest.MonkeyPatch, positions: tuple[str, ...]
) -> None:
    from tests.hub.decided import NOW

    from guildmark_hub.council import effects
    from guildmark_hub.council.deciding import moment

    held = effects.of("benchmark")
    begins, ends = NOW + timedelta(days=60), NOW + timedelta(days=365)
    shelved = held._replace(facts=lambda one: held.facts(one)._replace(effective_at=begins, expires_at=ends))
    monkeypatch.setitem(effects._SHELF, "benchmark", shelved)
    decision = council.votes(council.proposes(), *positions)
    found = said(decision)
    expected = (moment(begins), moment(ends)) if decision.accepted else (found.made_at, "")
    assert (found.effective_at, found.expires_at) == expected
    assert moment(decision.effective_at) == found.effective_at


def test_an_example_says_so_in_what_it_states(council: Any) -> None:
    from guildmark_hub.people import own

    own.become_example()
    assert said(council.decides()).made_by.endswith(" (example)")


def test_a_chair_signs_and_the_decision_is_a_claim_of_two_signers(council: Any) -> None:
    from guildmark_hub.jobs.models import Job
    from guildmark_hub.people import own
    from guildmark_hub.people.models import Act

    decision = council.decides()
    signed = council.signs(decision)
    assert (signed.chair, signed.key.organisation.slug) == (council.persons["Ada"], "acme")
    assert signed.claim.statement == f"sha256:{decision.statement}"
    assert (signed.claim.kind, signed.claim.organisation, signed.claim.state) == ("decision", own.own(), "active")
    signatures = read_bundle(signed.claim.bundle.raw).envelope.signatures
    assert [one.keyid for one in signatures] == [own.signer().public.id, council.keys["acme"].public.id]
    assert Job.objects.filter(kind="council.log", state="waiting").count() == 1
    assert Act.objects.filter(did="council.sign", of=f"decision:{decision.proposal_id}").count() == 1


def test_which_signature_stands_first_makes_no_difference(council: Any) -> None:
    from tests.hub import decided

    from guildmark_hub.council import deciding
    from guildmark_hub.people import own

    decision = council.decides()
    data = write_bundle(Bundle(sign(decision.body.encode(), council.keys["acme"], own.signer())))
    signed = deciding.sign(council.persons["Ada"], decision, data, decided.NOW)
    assert signed.claim.organisation == own.own()


def refused(council: Any, data: bytes, error: type[Exception], says: str, who: str = "Ada", **given: Any) -> None:
    """What somebody hands in is refused in these words, and nothing has changed."""
    from tests.hub import decided

    from guildmark_hub.catalog.models import Claim
    from guildmark_hub.council import deciding
    from guildmark_hub.council.models import Decision
    from guildmark_hub.people.models import Act

    def state() -> Any:
        return list(Decision.objects.values_list()), Claim.objects.count(), Act.objects.count()

    decision = Decision.objects.get()
    before = state()
    with pytest.raises(error) as caught:
        deciding.sign(council.persons[who], decision, data, given.get("now", decided.NOW))
    told = caught.value.says if isinstance(caught.value, GuildmarkError) else str(caught.value)
    assert says in told, told
    assert state() == before


def test_a_revoked_key_signs_no_decision(council: Any) -> None:
    from tests.hub import decided

    from guildmark_hub.people.models import Key

    data = council.cosigns(council.decides())
    Key.objects.filter(organisation__slug="acme").update(revoked_at=decided.NOW - timedelta(minutes=1))
    refused(council, data, ClaimError, "the key of acme was retired on")
    Key.objects.filter(organisation__slug="acme").update(because="compromised")
    refused(council, data, ClaimError, "the key of acme was stolen")


def test_a_key_of_another_organisation_signs_no_decision(council: Any) -> None:
    refused(council, council.cosigns(council.decides(), "beta"), ClaimError, "a key of Beta has signed it")


def test_a_strangers_key_signs_no_decision(council: Any) -> None:
    from tests.hub import decided

    from guildmark_hub.council import deciding

    stranger = keys.new("stranger")
    decision = council.decides()
    refused(council, decided.cosign(deciding.offered(decision), stranger), ClaimError, "is no member's")
    both = decided.cosign(deciding.offered(decision), council.keys["acme"], stranger)
    refused(council, both, ClaimError, "is no member's")


def test_the_signature_of_this_hub_alone_is_not_enough(council: Any) -> None:
    from guildmark_hub.council import deciding

    refused(council, deciding.offered(council.decides()), ClaimError, "no key of Acme has signed it")


def test_the_signature_of_the_chair_alone_is_not_enough(council: Any) -> None:
    decision = council.decides()
    data = write_bundle(Bundle(sign(decision.body.encode(), council.keys["acme"])))
    refused(council, data, ClaimError, "the signature of this hub is not on it")


def test_an_organisation_signs_once(council: Any) -> None:
    from tests.hub import alliance, decided

    from guildmark_hub.council import deciding

    other, _ = alliance.key(council.organisations["acme"])
    data = decided.cosign(deciding.offered(council.decides()), council.keys["acme"], other)
    refused(council, data, ClaimError, "Acme has signed it 2 times")


def test_another_statement_is_not_this_decision(council: Any) -> None:
    from guildmark_hub.people import own

    decision = council.decides()
    told = json.loads(decision.body)
    told["predicate"]["outcome"] = "rejected"
    body = json.dumps(told, separators=(",", ":"), sort_keys=True).encode()
    data = write_bundle(Bundle(sign(body, own.signer(), council.keys["acme"])))
    refused(council, data, ClaimError, "what was signed is not this decision")


def test_a_forged_signature_is_refused(council: Any) -> None:
    import msgspec

    decision = council.decides()
    envelope = read_bundle(council.cosigns(decision)).envelope
    hub, chair = envelope.signatures
    forged = msgspec.structs.replace(envelope, signatures=(hub, msgspec.structs.replace(chair, sig=hub.sig)))
    refused(council, write_bundle(Bundle(forged)), ClaimError, "does not hold")


def test_what_is_no_bundle_is_refused(council: Any) -> None:
    council.decides()
    refused(council, b"{}\n", ClaimError, "it is no bundle")
    refused(council, b"x" * (1 << 17), ClaimError, "a decision has at most 65,536")


def test_a_decision_is_signed_once(council: Any) -> None:
    decision = council.decides()
    council.signs(decision)
    refused(council, council.cosigns(decision), AskedWrongly, "this decision is signed already")


def test_only_a_chair_signs(council: Any) -> None:
    data = council.cosigns(council.decides(), "beta")
    refused(council, data, PermissionDenied, "Only chairs of Steering committee", "Bea")


def test_a_chair_who_recused_does_not_sign_and_another_does(council: Any) -> None:
    council.join("Dan", "delta", "chair")
    decision = council.votes(council.proposes(), "recuse", "yes", "yes", "yes")
    refused(council, council.cosigns(decision), PermissionDenied, "You recused")
    assert council.signs(decision, "Dan", "delta").chair == council.persons["Dan"]


def test_a_chair_whose_seat_has_ended_does_not_sign(council: Any) -> None:
    from tests.hub import decided

    from guildmark_hub.council.models import Seat

    decision = council.decides()
    Seat.objects.filter(person=council.persons["Ada"]).update(ended_at=decided.NOW)
    refused(council, council.cosigns(decision), PermissionDenied, "Only chairs of Steering committee")


def test_where_the_groups_chair_recused_the_steering_committee_signs(council: Any) -> None:
    from tests.hub import decided

    from guildmark_hub.council import deciding

    working = decided.Council("working", "Tools group")
    council.join("Eve", "delta", "chair")
    decision = working.votes(working.proposes(), "recuse", "yes", "yes")
    data = decided.cosign(deciding.offered(decision), council.keys["delta"])
    assert deciding.sign(council.persons["Eve"], decision, data, decided.NOW).chair == council.persons["Eve"]


def test_a_chair_signs_for_the_organisation_of_the_seat_that_leads(council: Any) -> None:
    """Eve leads the group for Acme, which recused, and the steering committee for Delta: she signs for Delta."""
    from tests.hub import decided

    from guildmark_hub.council import deciding

    council.join("Eve", "delta", "chair")
    working = decided.Council("working", "Tools group")
    working.join("Eve", "acme", "chair")
    decision = working.votes(working.proposes(), "recuse", "yes", "yes", "silent")
    refused(
        council, council.cosigns(decision), ClaimError, "a key of Acme has signed it, and you lead for Delta", "Eve"
    )
    signed = deciding.sign(council.persons["Eve"], decision, council.cosigns(decision, "delta"), decided.NOW)
    assert signed.key.organisation.slug == "delta"


def test_a_clock_that_was_set_back_signs_nothing(council: Any) -> None:
    from tests.hub import decided

    data = council.cosigns(council.decides())
    refused(council, data, AskedWrongly, "which is not yet", now=decided.NOW - timedelta(days=2))


def test_an_effect_that_fails_leaves_nothing_half(council: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from guildmark_hub.council import effects

    data = council.cosigns(council.decides())

    def broken(decision: Any) -> None:
        raise AskedWrongly("it cannot be", "")

    monkeypatch.setitem(effects._SHELF, "benchmark", effects.of("benchmark")._replace(take=broken))
    refused(council, data, AskedWrongly, "it cannot be")


def test_nobody_publishes_a_decision_past_its_page(council: Any) -> None:
    from tests.hub import decided

    from guildmark_hub.catalog import acts, taking
    from guildmark_hub.catalog.models import Claim
    from guildmark_hub.council import deciding

    decision = council.decides()
    for data in (deciding.offered(decision), council.cosigns(decision), council.cosigns(decision, "beta")):
        with pytest.raises(taking.NotTheirs, match="on its page"):
            acts.take_in(data, None, decided.NOW)
    made_up = statement.read(decision.body.encode())
    body = statement.stated(made_up.subject, said(decision))
    invented = write_bundle(Bundle(sign(body, council.keys["acme"], council.keys["beta"])))
    with pytest.raises(taking.NotTheirs, match="on its page"):
        acts.take_in(invented, None, decided.NOW)
    assert not Claim.objects.filter(kind="decision").exists()
    council.signs(decision)
    with pytest.raises(taking.NotTheirs, match="on its page"):
        acts.take_in(decided.cosign(council.cosigns(decision), council.keys["beta"]), None, decided.NOW)


def test_only_this_hub_says_on_which_level_something_stands(council: Any) -> None:
    from tests.hub import decided

    from guildmark.attest.statement import Marked, Resource
    from guildmark_hub.catalog import acts, taking
    from guildmark_hub.people import own

    said = Marked(made_by="guildmark 0", made_at=f"{decided.NOW:%Y-%m-%dT%H:%M:%SZ}", level="peer_reviewed")
    body = statement.stated((Resource({"sha256": "a" * 64}, "it"),), said)
    for by in ([council.keys["acme"]], [own.signer(), council.keys["acme"]]):
        with pytest.raises(taking.NotTheirs, match="only this hub"):
            acts.take_in(write_bundle(Bundle(sign(body, *by))), None, decided.NOW)
    assert acts.take_in(write_bundle(Bundle(sign(body, own.signer()))), None, decided.NOW).claim.kind == "mark"
