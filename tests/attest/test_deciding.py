"""What a group decided by a ballot: it counts where two have signed it, and may revoke what one of them said."""

from datetime import timedelta

import msgspec
import pytest

pytest.importorskip("cryptography", reason="signatures need guildmark[sign]")

from tests.claims import DIGEST, MADE, NOW, OURS, SUBJECT, THEIRS, claim, say, trusting

from guildmark import keys
from guildmark.attest import Bundle, making, sign, statement, verify
from guildmark.attest.claim import opened
from guildmark.attest.statement import Decided, Marked, Reviewed, Revoked
from guildmark.attest.trust import Known
from guildmark.errors import ClaimError
from guildmark.records import Outcome

BY = "guildmark 0.1.0"
BALLOT = "12" * 32
CHAIR, STRANGER = keys.new("chair.example/ai"), keys.new("stranger.example/ai")
TRUST = trusting(
    Known(OURS.public.line, "Example"), Known(THEIRS.public.line, "Other"), Known(CHAIR.public.line, "Chair")
)


def decided(about: str = "", matter: str = "revocation", outcome: str = "accepted", **more: object) -> Decided:
    return Decided(
        BY,
        MADE,
        "",
        about,
        "it fell short",
        matter=matter,  # type: ignore[arg-type]
        outcome=outcome,  # type: ignore[arg-type]
        group="Tools group",
        proposal="12 Take it back",
        ballot=BALLOT,
        **more,  # type: ignore[arg-type]
    )


def signed(said: statement.Said, *by: keys.PrivateKey) -> Bundle:
    return Bundle(sign(statement.stated(making.named(SUBJECT), said), *by))


def life(bundle: Bundle, *others: Bundle) -> list[tuple[Outcome, str]]:
    found = verify(bundle, TRUST, NOW, [opened(other.envelope, TRUST) for other in others])
    return [(point.outcome, point.says) for point in found.points if point.of == "life"]


def test_a_ballot_revokes_a_claim_of_one_of_its_signers() -> None:
    bundle = claim()
    told = life(bundle, signed(decided(bundle.envelope.digest), OURS, CHAIR))
    assert told == [(Outcome.FAILED, f"Example, Chair revoked it by a ballot on {MADE}: it fell short")]


@pytest.mark.parametrize("said", [decided(matter="vetting"), Marked(BY, MADE, level="peer_reviewed")])
def test_decisions_and_marks_are_revoked_as_assessments_are(said: statement.Said) -> None:
    """And by an appeal as by a revocation."""
    bundle = signed(said, OURS)
    (told,) = life(bundle, signed(decided(bundle.envelope.digest, "appeal"), OURS, CHAIR))
    assert told[0] is Outcome.FAILED


@pytest.mark.parametrize(
    ("more", "by"),
    [
        ({}, (OURS,)),  # one alone decides nothing
        ({}, (OURS, STRANGER)),  # whom nobody trusts is no second
        ({}, (THEIRS, CHAIR)),  # another group's ballot
        ({"outcome": "rejected"}, (OURS, CHAIR)),
        ({"matter": "policy"}, (OURS, CHAIR)),
        ({"matter": "vetting"}, (OURS, CHAIR)),
    ],
)
def test_any_other_decision_of_it_is_told_and_takes_nothing_from_it(
    more: dict[str, str], by: tuple[keys.PrivateKey, ...]
) -> None:
    bundle = claim()
    ((outcome, says),) = life(bundle, signed(decided(bundle.envelope.digest, **more), *by))  # type: ignore[arg-type]
    assert outcome is Outcome.NOT_APPLICABLE
    assert f"decided of it by a ballot on {MADE}" in says


def test_an_appeal_against_a_revocation_gives_a_claim_back() -> None:
    """And an appeal against that appeal takes it again."""
    bundle = claim()
    revoked = signed(decided(bundle.envelope.digest), OURS, CHAIR)
    appeal = signed(decided(revoked.envelope.digest, "appeal"), OURS, CHAIR)
    back = signed(decided(appeal.envelope.digest, "revocation"), THEIRS, CHAIR)
    assert [outcome for outcome, _ in life(bundle, revoked, appeal)] == [Outcome.NOT_APPLICABLE]
    assert [outcome for outcome, _ in life(bundle, revoked, appeal, back)] == [Outcome.FAILED]


def test_a_decision_revokes_no_review_of_anybody() -> None:
    """What people found they take back themselves; a group takes back what is its own."""
    bundle = say(Reviewed(BY, MADE, "", "ab" * 32, "", "agrees"))
    ((outcome, _),) = life(bundle, signed(decided(bundle.envelope.digest), OURS, CHAIR))
    assert outcome is Outcome.NOT_APPLICABLE


def test_a_decision_holds_where_two_have_signed_it() -> None:
    reviews = (statement.Review("Other", "Ada", "agrees"), statement.Review("Third", "Bea", "disagrees"))
    said = decided(matter="vetting", standard="vetted_tool", version="2026.1", reviews=reviews, waivers=("Ada's",))
    found = verify(signed(said, OURS, CHAIR), TRUST, NOW)
    assert (found.outcome, found.signers, found.kind) == (
        Outcome.PASSED,
        ("Example", "Chair"),
        "https://guildmark/decision/v1",
    )
    assert found.says == (
        "Tools group, by ballot 1212121212121212…: accepted 12 Take it back (vetting, by vetted_tool 2026.1; "
        "1 of 2 reviewers agree; waived: Ada's): it fell short"
    )
    alone = verify(signed(said, OURS), TRUST, NOW)
    assert (alone.outcome, alone.points[0].outcome) == (Outcome.UNKNOWN, Outcome.UNKNOWN)
    assert "signed by Example alone" in alone.points[0].says
    assert verify(signed(said, OURS, CHAIR), TRUST, NOW - timedelta(days=1)).outcome is Outcome.FAILED


def test_a_decision_by_a_key_that_was_revoked_fails() -> None:
    said = decided(matter="vetting")
    gone = signed(Revoked(BY, MADE, "", CHAIR.public.id, "2026-11-01T00:00:00Z", "retired"), CHAIR)
    found = verify(signed(said, OURS, CHAIR), TRUST, NOW, [opened(gone.envelope, TRUST)])
    assert found.outcome is Outcome.FAILED


def test_a_mark_is_told_in_a_line() -> None:
    said = Marked(BY, MADE, level="machine_checked", basis=(DIGEST,), standard="vetted_tool", version="2026.1")
    found = verify(signed(said, OURS), TRUST, NOW)
    assert (found.outcome, found.says) == (Outcome.PASSED, "it is machine checked, by vetted_tool 2026.1")


@pytest.mark.parametrize(
    "change",
    [{"effective_at": "tomorrow"}, {"matter": "gossip"}, {"ballot": "12"}, {"reviews": [{"organisation": "x"}]}],
)
def test_a_decision_that_is_not_whole_is_not_read(change: dict[str, object]) -> None:
    good = statement.read(signed(decided(), OURS).envelope.body)
    with pytest.raises(ClaimError):
        statement.said(msgspec.structs.replace(good, predicate=good.predicate | change))


def test_a_decision_says_itself_what_it_is_of_and_how_it_ended() -> None:
    """Neither goes without saying: a statement without them is not whole."""
    good = statement.read(signed(decided(matter="vetting"), OURS).envelope.body)
    for name in ("matter", "outcome", "ballot", "group", "proposal"):
        rest = {key: value for key, value in good.predicate.items() if key != name}
        with pytest.raises(ClaimError, match=name):
            statement.said(msgspec.structs.replace(good, predicate=rest))


def test_a_key_that_is_retired_says_from_when_on() -> None:
    with pytest.raises(ClaimError):
        statement.read(say(Revoked(BY, MADE, "", OURS.public.id, "soon")).envelope.body)
