"""A vetting that counts is exported as in-toto's verification result, with the levels that are reached and no other."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.hub import bundles

from guildmark import standard
from guildmark.attest import Bundle, read_bundle, sign, statement, write_bundle
from guildmark.attest.statement import Review
from guildmark.errors import AskedWrongly

pytestmark = pytest.mark.usefixtures("small")
VETTED = ("vetted_tool", "2026.1")


@pytest.fixture
def vetted(council: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes the decision that accepts a release for which every check passed but those that are named."""
    from django.utils import timezone
    from tests.hub import decided

    from guildmark_hub.catalog import acts
    from guildmark_hub.council import effects
    from guildmark_hub.council.effects import Effect, Facts, nothing, unknown
    from guildmark_hub.people import own

    made_at = f"{decided.NOW - timedelta(days=5):%Y-%m-%dT%H:%M:%SZ}"
    checks = [check for level in standard.load(*VETTED).level for check in level.require]

    def make(*, failed: str = "", outcome: str = "accepted", reviews: int = 2) -> Any:
        outcomes = {one: "failed" if one == failed else "passed" for one in checks}
        about = bundles.assessment(made_at=made_at, **outcomes)
        claim = acts.take_in(bundles.signed(own.signer(), about), None, decided.NOW - timedelta(days=4)).claim
        who = [Review(where, name, "agrees") for where, name in (("beta", "Bea"), ("gamma", "Cyd"))][:reviews]
        subject = statement.read(read_bundle(claim.bundle.raw).envelope.body).subject[0]
        named = dict(zip(("standard", "version"), VETTED, strict=True))
        facts = Facts(subject, claim.statement[7:], reviews=tuple(who), **named)
        monkeypatch.setitem(
            effects._SHELF, "vetting", Effect(lambda *_: None, lambda _: facts, unknown, nothing, nothing)
        )
        proposal = council.proposes("vetting", "We recommend it.", claim=claim)
        votes = ["yes"] * 3 if outcome == "accepted" else ["discuss"] * 3
        return council.signs(council.votes(proposal, *votes))

    monkeypatch.setattr(timezone, "now", lambda: decided.NOW)
    return make


def result(decision: Any) -> dict[str, Any]:
    from tests.hub import decided

    from guildmark_hub.council import svr

    body = read_bundle(svr.bundle(decision, decided.NOW)).envelope.body
    found: dict[str, Any] = json.loads(body)
    return found


def test_a_release_that_was_reviewed_has_each_level_up_to_that(vetted: Any) -> None:
    found = result(vetted())
    assert found["predicateType"] == "https://in-toto.io/attestation/svr/v0.1"
    assert found["subject"][0]["digest"] == {"sha256": bundles.OTHER_SHA}
    levels = [one.id for one in standard.load(*VETTED).level]
    reached = levels[: levels.index("peer_reviewed") + 1]
    assert found["predicate"]["properties"] == [f"GUILDMARK_VETTED_TOOL_2026.1_{one}".upper() for one in reached]
    verifier = found["predicate"]["verifier"]
    assert verifier["policy"]["uri"] == "https://guildmark/standards/vetted_tool/2026.1"
    assert verifier["id"].startswith("http")


def test_what_failed_is_in_no_result(vetted: Any) -> None:
    last = standard.load(*VETTED).level[0].require[0]
    assert result(vetted(failed=last))["predicate"]["properties"] == []


def test_one_reviewer_is_too_few(vetted: Any) -> None:
    found = result(vetted(reviews=1))["predicate"]["properties"]
    assert found
    assert not any("PEER_REVIEWED" in one for one in found)


def test_a_vetting_that_was_rejected_has_no_result(vetted: Any) -> None:
    with pytest.raises(AskedWrongly, match="only a vetting that was accepted"):
        result(vetted(outcome="rejected"))


def test_a_vetting_that_counts_no_more_has_no_result(vetted: Any) -> None:
    from guildmark_hub.catalog import acts

    decision = vetted()
    acts.state(decision.claim, "suspended", "its assessment is")
    decision.claim.refresh_from_db()
    with pytest.raises(AskedWrongly, match="still counts"):
        result(decision)


def test_a_vetting_whose_time_is_over_has_no_result_whoever_has_marked_it_so(vetted: Any) -> None:
    from tests.hub import decided

    from guildmark_hub.catalog.models import Claim

    decision = vetted()
    Claim.objects.filter(pk=decision.claim.pk).update(expires_at=decided.NOW)
    with pytest.raises(AskedWrongly, match="still counts"):
        result(decision)


def test_what_others_say_they_saw_is_in_no_result(vetted: Any, council: Any) -> None:
    """The reviewers looked at this hub's assessment: only this hub says what came of looking again."""
    from tests.hub import decided

    from guildmark_hub.catalog import acts
    from guildmark_hub.catalog.models import Claim

    checks = [check for level in standard.load(*VETTED).level for check in level.require]
    decision = vetted(failed=checks[0])
    made_at = f"{decided.NOW - timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"
    theirs = bundles.assessment(made_at=made_at, **dict.fromkeys(checks, "passed"))
    acts.take_in(bundles.signed(council.keys["beta"], theirs), None, decided.NOW)
    assert result(decision)["predicate"]["properties"] == []
    Claim.objects.filter(statement=decision.proposal.claim.statement).update(expires_at=decided.NOW)
    with pytest.raises(AskedWrongly, match="no assessment of this release counts now"):
        result(decision)


def test_another_decision_has_no_result(council: Any) -> None:
    with pytest.raises(AskedWrongly, match="only a vetting"):
        result(council.signs(council.decides()))


def test_a_stranger_verifies_the_result_offline(vetted: Any, tmp_path: Path) -> None:
    from tests.hub import alliance
    from tests.hub.test_council_decisions_log import program

    decision = vetted()
    client = alliance.browser()
    page = f"/decisions/{decision.proposal_id}/"
    assert "verification result" in client.get(page).content.decode()
    (tmp_path / "result.json").write_bytes(client.get(f"{page}svr.json").content)
    (tmp_path / "trust.toml").write_bytes(client.get("/trust.toml").content)
    found = program(tmp_path, "verify", "--bundle", "result.json", "--trust", "trust.toml")
    assert "✓ signature: signed by" in found.stdout
    assert "✗" not in found.stdout
    changed = read_bundle((tmp_path / "result.json").read_bytes()).envelope
    body = changed.body.replace(b"PEER_REVIEWED", b"INDEPENDENTLY_REPRODUCED")
    forged = msgspec.structs.replace(sign(body), signatures=changed.signatures)
    (tmp_path / "forged.json").write_bytes(write_bundle(Bundle(forged)))
    assert program(tmp_path, "verify", "--bundle", "forged.json", "--trust", "trust.toml").returncode == 1
