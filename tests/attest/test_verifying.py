"""A claim holds where a trusted key signed it, its evidence is with it, and nothing has become of it."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

pytest.importorskip("cryptography", reason="signatures need guildmark[sign]")

from tests.claims import ASSESSMENT, MADE, NOW, OURS, SUBJECT, THEIRS, claim, say, trusting

from guildmark import keys
from guildmark.attest import Bundle, Trust, Verification, making, read_bundle, sign, statement, verify, write_bundle
from guildmark.attest.claim import opened
from guildmark.attest.making import Terms
from guildmark.attest.statement import Intended, Rebutted, Reproduced, Retracted, Reviewed, Revoked, Superseded
from guildmark.attest.trust import Known
from guildmark.records import Finding, Outcome, canonical

BY = "guildmark 0.1.0"


def said(bundle: Bundle, *others: Bundle, trust: Trust | None = None, at: datetime = NOW) -> Verification:
    trust = trust or trusting()
    return verify(bundle, trust, at, [opened(other.envelope, trust) for other in others])


def failing(found: Verification) -> list[str]:
    return [point.says for point in found.points if point.outcome is Outcome.FAILED]


def test_a_claim_by_a_trusted_key_with_its_evidence_holds() -> None:
    found = said(claim())
    assert found.outcome is Outcome.PASSED
    assert found.signers == ("Example",)
    assert found.says == "it was assessed: safe_files 2026.4: intact"
    assert [point.of for point in found.points] == ["signature", "key", "time", "evidence"]


def test_a_claim_that_only_strangers_signed_says_nothing() -> None:
    found = said(claim(keys.new("example.org/ai")))
    assert (found.outcome, found.signers, found.subjects) == (Outcome.FAILED, (), ())
    assert "no key that you trust" in found.points[0].says


def test_evidence_of_another_statement_is_not_what_was_signed() -> None:
    other = msgspec.structs.replace(ASSESSMENT, findings=(Finding("formats_intact", Outcome.FAILED, "it is cut"),))
    swapped = claim()._replace(evidence=claim(assessment=other).evidence)
    assert failing(said(swapped)) == ["the assessment with it is not the one signed"]


def test_a_statement_that_contradicts_its_own_evidence_fails() -> None:
    """Its signer may be trusted and still be wrong."""
    body = statement.read(claim().envelope.body)
    moved = msgspec.structs.replace(body, subject=(statement.Resource({"sha256": "cd" * 32}, "other"),))
    found = said(claim()._replace(envelope=sign(canonical(moved), OURS)))
    assert failing(found) == ["the assessment is of another digest than the statement"]


@pytest.mark.parametrize("change", [{"made_at": "2026-11-22T10:00:00Z"}, {"made_by": "guildmark 9"}])
def test_a_statement_is_as_old_as_its_assessment_and_by_the_same_program(change: dict[str, str]) -> None:
    """Or an assessment of last year would be signed as one of today."""
    body = statement.read(claim().envelope.body)
    dated = msgspec.structs.replace(body, predicate=body.predicate | change)
    found = said(claim()._replace(envelope=sign(canonical(dated), OURS)))
    assert failing(found) == ["the assessment was made at another time, or by another program, than the statement says"]


def test_a_claim_without_its_evidence_is_not_known_to_hold() -> None:
    found = said(claim()._replace(kind="", evidence=b""))
    assert found.outcome is Outcome.UNKNOWN


def test_a_claim_holds_until_it_expires_and_not_a_second_longer() -> None:
    bundle = claim(terms=Terms("2026-12-22T00:00:00Z"))
    end = datetime(2026, 12, 22, tzinfo=UTC)
    assert said(bundle, at=end - timedelta(seconds=1)).outcome is Outcome.PASSED
    assert failing(said(bundle, at=end)) == ["it was to be relied on until 2026-12-22T00:00:00Z"]


@pytest.mark.parametrize("off", [timedelta(days=365), timedelta(minutes=6)])
def test_a_claim_from_the_future_says_that_a_clock_is_wrong(off: timedelta) -> None:
    made = datetime.fromisoformat(MADE)
    assert "one of the two clocks is wrong" in failing(said(claim(), at=made - off))[0]
    assert said(claim(), at=made - timedelta(minutes=4)).outcome is Outcome.PASSED


YEAR = timedelta(days=365)


@pytest.mark.parametrize(
    ("known", "why"),
    [
        ({"valid_from": NOW}, "counts from 2026-11-22"),
        ({"valid_until": NOW - YEAR}, "counted until 2025-11-22"),
        ({"revoked_at": NOW - YEAR}, "was retired on 2025-11-22"),
        ({"revoked_at": NOW + YEAR, "because": "compromised"}, "was stolen"),
        ({"purposes": ("log",)}, "no key that you trust"),
    ],
)
def test_a_key_counts_only_as_its_reader_says(known: dict[str, object], why: str) -> None:
    trust = trusting(Known(OURS.public.line, **known))  # type: ignore[arg-type]
    assert why in failing(said(claim(), trust=trust))[0]


def test_what_a_key_signed_before_it_was_retired_counts() -> None:
    assert said(claim(), trust=trusting(Known(OURS.public.line, revoked_at=NOW))).outcome is Outcome.PASSED


def test_an_organisation_revokes_its_own_keys_and_nobody_elses() -> None:
    revoked = Revoked(BY, MADE, "", OURS.public.id, "2026-11-01T00:00:00Z", "retired")
    assert failing(said(claim(), say(revoked))) == [
        "Example retired the key on 2026-11-01T00:00:00Z, before this was signed"
    ]
    assert said(claim(), say(revoked, THEIRS)).outcome is Outcome.PASSED
    stolen = msgspec.structs.replace(revoked, because="compromised", at="2027-01-01T00:00:00Z")
    assert "stolen" in failing(said(claim(), say(stolen)))[0]


def test_who_said_it_may_take_it_back_and_nobody_else() -> None:
    bundle = claim()
    back = Retracted(BY, "2026-11-22T11:30:00Z", "", bundle.envelope.digest, "the tool was wrong")
    assert failing(said(bundle, say(back))) == ["Example took it back on 2026-11-22T11:30:00Z: the tool was wrong"]
    assert said(bundle, say(back, THEIRS)).outcome is Outcome.PASSED
    assert said(claim(THEIRS), say(back)).outcome is Outcome.PASSED, "it is about another statement"


def test_what_was_said_anew_counts_no_more() -> None:
    bundle, later = claim(), claim(terms=Terms("2027-01-01T00:00:00Z"))
    anew = Superseded(BY, "2026-11-22T11:30:00Z", "", bundle.envelope.digest, "", later.envelope.digest)
    assert "said it anew" in failing(said(bundle, say(anew)))[0]
    assert said(later, say(anew)).outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("of", "outcome"),
    [
        (Reviewed(BY, MADE, "", "", "", "agrees"), Outcome.PASSED),
        (Reviewed(BY, MADE, "", "", "", "disagrees"), Outcome.UNKNOWN),
        (Reproduced(BY, MADE, "", "", "", "same"), Outcome.PASSED),
        (Reproduced(BY, MADE, "", "", "", "differs"), Outcome.UNKNOWN),
        (Rebutted(BY, MADE, "", "", "not so", ("formats_intact",)), Outcome.PASSED),
    ],
)
def test_what_others_say_of_it_is_told(of: statement.About, outcome: Outcome) -> None:
    """Dissent leaves a claim unknown; a rebuttal stands beside it and changes nothing."""
    bundle = claim()
    found = said(bundle, say(msgspec.structs.replace(of, about=bundle.envelope.digest), THEIRS))
    assert found.outcome is outcome
    assert "Other" in found.points[-1].says


def test_nobody_reviews_a_statement_of_their_own() -> None:
    bundle = claim()
    found = said(bundle, say(Reviewed(BY, MADE, "", bundle.envelope.digest, "", "agrees")))
    assert found.points[-1].outcome is Outcome.NOT_APPLICABLE


def test_dissent_stays_what_it_is_where_the_author_signs_it_too() -> None:
    bundle = claim()
    dissent = Reviewed(BY, MADE, "", bundle.envelope.digest, "", "disagrees")
    both = Bundle(sign(statement.stated(making.named(SUBJECT), dissent), OURS, THEIRS))
    point = said(bundle, both).points[-1]
    assert (point.outcome, point.says) == (Outcome.UNKNOWN, "Other reviewed it and disagrees")


def test_a_result_that_was_announced_says_so_and_one_announced_afterwards_fails() -> None:
    for made_at, key, outcome in (
        ("2026-11-21T00:00:00Z", OURS, Outcome.PASSED),
        ("2026-11-22T11:30:00Z", OURS, Outcome.FAILED),
        ("2026-11-21T00:00:00Z", THEIRS, Outcome.FAILED),
    ):
        intent = say(Intended(BY, made_at, "", "safe_files will be asked"), key)
        bundle = claim(terms=Terms(intent=intent.envelope.digest))
        assert said(bundle, intent).points[-1].outcome is outcome
        assert said(bundle).points[-1].outcome is Outcome.UNKNOWN


def test_a_bundle_reads_as_it_was_written() -> None:
    for bundle in (claim(), claim()._replace(kind="", evidence=b"", proof="any text — é\n")):
        assert read_bundle(write_bundle(bundle)) == bundle
