"""What becomes of a case from its recommendation on: decided, expiring, suspended, superseded, revoked."""

from datetime import timedelta
from typing import Any

import pytest

pytestmark = pytest.mark.usefixtures("small")


@pytest.fixture
def made(small: Any) -> Any:
    from tests.hub import ended

    return ended.Alliance()


def test_a_recommendation_comes_before_its_group_in_last_call(made: Any) -> None:
    from tests.hub.ended import BROUGHT, fresh

    from guildmark_hub.cases import ending

    case = made.reviewed()
    proposal = ending.to_decision(case, BROUGHT)
    assert (proposal.kind, proposal.rules.slug, proposal.state) == ("vetting", "content", "last_call")
    assert (proposal.group, proposal.slug, proposal.claim) == (made.group, case.slug, case.claim)
    assert proposal.revisions.get().document == ending.recommendation(case)
    assert (fresh(case).state, fresh(case).proposal) == ("decision", proposal)
    assert ending.to_decision(case, BROUGHT) == proposal


def test_an_accepted_case_counts_for_a_year_and_carries_a_claim_a_level(made: Any) -> None:
    from tests.hub.ended import levels

    case = made.active()
    assert (case.state, case.expires_at) == ("active", case.proposal.decision.claim.expires_at)
    assert levels(case) == {"listed": "active", "machine_checked": "active", "peer_reviewed": "active"}


def test_what_a_mark_says_is_what_its_level_rests_on(made: Any) -> None:
    from guildmark.attest import read_bundle, statement
    from guildmark_hub.cases.models import Mark

    case = made.active()
    mark = Mark.objects.get(case=case, level="peer_reviewed")
    said = statement.said(statement.read(read_bundle(mark.claim.bundle.raw).envelope.body))
    assert said.basis == (case.proposal.decision.statement,)
    assert (said.standard, said.version) == ("vetted_tool", "2026.1")
    assert mark.claim.expires_at == case.expires_at
    assert mark.claim.slug == case.slug
    assert mark.claim.organisation.own


def test_a_decision_tells_of_each_review_and_of_the_assessment(made: Any) -> None:
    from guildmark.attest import statement
    from guildmark.attest.statement import Review

    case = made.reviewed()
    said = statement.said(statement.read(made.voted(case).body.encode()))
    assert said.reviews == (Review("delta", "Rita", "agrees"), Review("epsilon", "Rob", "agrees"))
    assert (said.about, said.standard) == (case.claim.statement.removeprefix("sha256:"), "vetted_tool")
    assert said.waivers == ()


def test_a_waiver_of_who_took_part_stands_on_the_decision(made: Any) -> None:
    from tests.hub.ended import CLOSED

    from guildmark.attest import statement
    from guildmark_hub.council.models import Waiver

    case, other = made.reviewed(), made.active()
    day = timedelta(days=1)
    given = {"slug": case.slug, "since": CLOSED - 9 * day, "until": CLOSED + day}
    Waiver.objects.create(person=made.who("Rita"), decision=other.proposal.decision, **given)
    late = given | {"since": CLOSED + day / 2}
    Waiver.objects.create(person=made.who("Bea"), decision=other.proposal.decision, **late)
    said = statement.said(statement.read(made.voted(case).body.encode()))
    assert said.waivers == (f"Rita took part by the waiver of proposal {other.proposal_id}",)


def test_a_rejected_case_carries_no_level(made: Any) -> None:
    from tests.hub.ended import levels

    case = made.rejected()
    assert (case.state, case.expires_at, levels(case)) == ("rejected", None, {})


def test_nobody_words_a_recommendation_but_its_reviewers(made: Any) -> None:
    from tests.hub.ended import BROUGHT

    from guildmark.errors import AskedWrongly
    from guildmark_hub.cases import ending
    from guildmark_hub.council import proposing

    case = made.reviewed()
    proposal = ending.to_decision(case, BROUGHT)
    with pytest.raises(AskedWrongly, match="is what its reviewers wrote"):
        proposing.revise(made.who("Sam"), proposal, "It is excellent.", "", BROUGHT)
    with pytest.raises(AskedWrongly, match="is what its reviewers wrote"):
        made.proposes("vetting", "It is excellent.", slug=case.slug, claim=case.claim)


def test_without_a_quorum_a_chair_brings_it_before_its_group_again(made: Any) -> None:
    from django.core.exceptions import PermissionDenied
    from tests.hub.ended import NOW, fresh

    from guildmark_hub.cases import ending

    case = made.reviewed()
    assert made.voted(case, "silent", "silent", "silent") is None
    assert ending.settle(case, NOW)
    assert not ending.settle(case, NOW)
    case = fresh(case)
    assert (case.state, "had no quorum" in case.why) == ("recommendation", True)
    with pytest.raises(PermissionDenied, match="Only chairs of Tools group"):
        ending.again(made.who("Bea"), case, NOW)
    second = ending.again(made.who("Ada"), case, NOW)
    assert (fresh(case).state, fresh(case).proposal) == ("decision", second)
    assert second != case.proposal
    assert ending.again(made.who("Ada"), fresh(case), NOW) == second


def test_what_its_proposer_withdraws_may_be_brought_again(made: Any) -> None:
    from tests.hub.ended import BROUGHT, NOW, fresh

    from guildmark_hub.cases import ending
    from guildmark_hub.council import proposing

    case = made.reviewed()
    proposing.withdraw(made.who("Sam"), ending.to_decision(case, BROUGHT), "Not yet.", NOW)
    assert ending.again(made.who("Ada"), case, NOW).state == "last_call"
    assert fresh(case).state == "decision"


def test_a_group_that_rests_is_waited_for(made: Any) -> None:
    from tests.hub.ended import NOW, fresh

    from guildmark_hub.cases import ending
    from guildmark_hub.watching.models import Notice

    made.group.state = "dormant"
    made.group.save()
    case = made.reviewed()
    assert ending.to_decision(case, NOW) is None
    assert ending.to_decision(case, NOW) is None
    assert (fresh(case).state, "is dormant" in fresh(case).why) == ("recommendation", True)
    assert Notice.objects.filter(person=made.who("Ada"), change__says__contains="waits for its group").count() == 1


def test_a_case_expires_after_people_were_told_and_its_claims_with_it(made: Any) -> None:
    from tests.hub.ended import fresh, levels

    from guildmark_hub.cases import ending
    from guildmark_hub.watching.models import Notice

    case = made.active()
    day = timedelta(days=1)
    assert not ending.settle(case, case.expires_at - 46 * day)
    assert ending.settle(case, case.expires_at - 45 * day)
    assert fresh(case).state == "expiring"
    assert Notice.objects.filter(person=made.who("Sam"), change__says__contains="renews").count() == 1
    assert not ending.settle(case, case.expires_at - 46 * day)
    assert fresh(case).state == "expiring"
    assert ending.settle(case, case.expires_at)
    assert (fresh(case).state, levels(case)["peer_reviewed"]) == ("expired", "expired")
    assert fresh(case).proposal.decision.claim.state == "expired"
    assert not ending.settle(case, case.expires_at - 100 * day)


def test_a_drift_suspends_a_case_and_its_claims_until_it_is_over(made: Any) -> None:
    from tests.hub.ended import NOW, fresh, levels

    from guildmark_hub.cases import ending
    from guildmark_hub.catalog import acts as catalog

    case = made.active()
    catalog.state(case.claim, "suspended", "a new advisory is about it", now=NOW)
    assert ending.settle(case, NOW)
    assert not ending.settle(case, NOW)
    held = fresh(case)
    assert (held.state, held.before, held.why) == ("suspended", "active", "a new advisory is about it")
    assert held.proposal.decision.claim.state == "suspended"
    assert levels(case) == {"listed": "active", "machine_checked": "suspended", "peer_reviewed": "suspended"}
    catalog.state(case.claim, "active", "nothing is left of it", now=NOW)
    assert ending.settle(case, NOW)
    assert (fresh(case).state, fresh(case).proposal.decision.claim.state) == ("active", "active")
    assert set(levels(case).values()) == {"active"}


def test_an_assessment_that_only_grew_old_suspends_nothing_but_what_its_newest_says_does(made: Any) -> None:
    from tests.hub.ended import NOW, fresh

    from guildmark_hub.cases import ending
    from guildmark_hub.catalog import acts as catalog

    case = made.active()
    catalog.state(case.claim, "expired", "its time is over", now=NOW)
    assert not ending.settle(case, NOW)
    newer = made.assessed(sha256=case.digest.removeprefix("sha256:"), at=NOW)
    assert not ending.settle(case, NOW)
    catalog.state(newer, "suspended", "it was yanked", now=NOW)
    assert ending.settle(case, NOW)
    assert (fresh(case).state, fresh(case).why) == ("suspended", "it was yanked")


def test_a_newer_release_that_is_accepted_supersedes_the_older_and_not_the_other_way_round(made: Any) -> None:
    from tests.hub.ended import fresh, levels

    old = made.active(made.assessed("1.1"))
    new = made.active(made.assessed("1.2"))
    assert (fresh(old).state, fresh(new).state) == ("superseded", "active")
    assert (levels(old)["peer_reviewed"], levels(new)["peer_reviewed"]) == ("superseded", "active")
    assert fresh(old).proposal.decision.claim.state == "superseded"
    older = made.active(made.assessed("1.0"))
    assert (fresh(new).state, older.state) == ("active", "active")


def test_a_renewal_supersedes_what_it_renews(made: Any) -> None:
    from tests.hub.ended import fresh

    old = made.active()
    new = made.active(old.claim, renews=old)
    assert (fresh(old).state, fresh(new).state) == ("superseded", "active")


def test_what_a_ballot_revokes_is_revoked_for_its_case_at_once(made: Any) -> None:
    from tests.hub.ended import NOW, fresh, levels

    from guildmark_hub.cases import ending

    case = made.active()
    claim = case.proposal.decision.claim
    made.signs(made.decides("revocation", "It was decided on wrong papers.", slug=case.slug, claim=claim))
    held = fresh(case)
    assert (held.state, levels(case)["peer_reviewed"], levels(case)["listed"]) == ("revoked", "revoked", "active")
    assert "by a ballot" in held.why
    assert not ending.settle(case, NOW)


def test_a_mark_that_a_ballot_revoked_is_not_signed_again(made: Any) -> None:
    from tests.hub.ended import NOW, levels

    from guildmark_hub.cases import ending
    from guildmark_hub.cases.models import Mark

    case = made.active()
    mark = Mark.objects.get(case=case, level="peer_reviewed")
    made.signs(made.decides("revocation", "It says too much.", slug=case.slug, claim=mark.claim))
    ending.settle(case, NOW + timedelta(days=1))
    assert levels(case)["peer_reviewed"] == "revoked"
    assert Mark.objects.filter(case=case, level="peer_reviewed").count() == 1


def test_a_case_renews_the_newest_of_the_same_release_or_an_older_one(made: Any) -> None:
    from guildmark_hub.cases import ending
    from guildmark_hub.council.models import Group

    old = made.active(made.assessed("1.1"))
    assert ending.renewed(old.claim, "vetted_tool", made.group) == old
    assert ending.renewed(old.claim, "vetted_model", made.group) is None
    newer, older = made.assessed("1.2"), made.assessed("1.0")
    assert ending.renewed(newer, "vetted_tool", made.group) == old
    assert ending.renewed(older, "vetted_tool", made.group) is None
    other = Group.objects.create(slug="data", name="Data group", kind="working", state="active")
    assert ending.renewed(newer, "vetted_tool", other) is None, "no group says anew what another one decided"


def test_what_waits_for_a_chair_and_for_who_asked_stands_on_their_pages(made: Any) -> None:
    from tests.hub.ended import NOW

    from guildmark_hub.cases import ending
    from guildmark_hub.council import waiting

    def waits(who: str) -> list[tuple[str, Any]]:
        return [(one.what, one.due) for one in waiting.of(made.who(who), NOW) if "guard" in one.what]

    case = made.active()
    assert waits("Sam") == []
    ending.settle(case, case.expires_at - timedelta(days=45))
    assert waits("Sam") == [("Renew guard 1.1", case.expires_at)]
    made.reviewed(case.claim, renews=case)
    assert waits("Sam") == []
    assert ("Bring guard 1.1 before the group again", None) in waits("Ada")
    assert waits("Bea") == []


def test_what_its_reviewers_wrote_comes_to_a_ballot_whatever_they_are_called_by_then(made: Any) -> None:
    from tests.hub.ended import BROUGHT, OPENED

    from guildmark_hub.cases import ending
    from guildmark_hub.council import balloting
    from guildmark_hub.people.models import Person

    proposal = ending.to_decision(made.reviewed(), BROUGHT)
    Person.objects.filter(pk=made.who("Rita").pk).update(name="Rita Newname")
    assert balloting.open_ballot(None, proposal, OPENED).revision.document == proposal.revisions.get().document


def test_a_release_of_any_version_comes_before_its_group(made: Any) -> None:
    from tests.hub.ended import BROUGHT

    from guildmark_hub.cases import ending
    from guildmark_hub.cases.models import Case

    case = made.reviewed()
    Case.objects.filter(pk=case.pk).update(version="1." + "9" * 298)
    title = ending.to_decision(case, BROUGHT).title
    assert len(title) < 200
    assert "vetted_tool 2026.1" in title


def test_no_proposal_that_somebody_made_by_hand_stands_in_place_of_a_case_s_own(made: Any) -> None:
    """Of the form in which it is made only its sender knows the word that makes it one."""
    from tests.hub.ended import BROUGHT

    from guildmark_hub.cases import ended, ending

    case = made.reviewed()
    mine = made.proposes("policy", "We meet at noon.", once=f"case-{case.pk}-2")
    type(mine).objects.filter(pk=mine.pk).update(person=made.who("Sam"), state="draft", last_call_at=None)
    found = ending.to_decision(case, BROUGHT)
    assert found.kind == "vetting"
    assert ended.of(case, None, BROUGHT)["proposals"] == [found]


def test_what_a_chair_signed_with_a_stolen_key_counts_no_more(made: Any) -> None:
    from tests.hub.ended import NOW, fresh, levels

    from guildmark_hub.cases import ending
    from guildmark_hub.people import keyring
    from guildmark_hub.people.models import Key

    case = made.active()
    key = case.proposal.decision.key
    for because in ("retired", "compromised"):
        key.revoked_at, key.because = NOW + timedelta(days=1), because
        key.save()
        keyring.revoked.send(sender=Key, key=key)
        assert ending.settle(case, NOW) == (because == "compromised")
    held = fresh(case)
    assert (held.state, held.why) == ("revoked", "the key of acme was stolen: nothing that it signed counts")
    assert (held.proposal.decision.claim.state, levels(case)["peer_reviewed"]) == ("revoked", "revoked")


def test_a_chair_with_a_conflict_of_interest_does_not_bring_it_again(made: Any) -> None:
    from django.core.exceptions import PermissionDenied
    from tests.hub.ended import NOW

    from guildmark_hub.cases import ended, ending
    from guildmark_hub.council.models import Declaration

    case, ada = made.reviewed(), made.who("Ada")
    assert made.voted(case, "silent", "silent", "silent") is None
    told = {"about": f"entry:{case.slug}", "says": "I advise them.", "since": NOW.date(), "made_by": ada}
    Declaration.objects.create(person=ada, **told)
    with pytest.raises(PermissionDenied, match="without a conflict of interest"):
        ending.again(ada, case, NOW)
    ending.settle(case, NOW)
    assert list(ended.waits(ada, NOW)) == []


def test_a_mark_falls_with_its_own_ground_though_another_would_carry_its_level(made: Any) -> None:
    """Nothing is signed anew for a case that is suspended; what was signed does not go on counting for that."""
    from tests.hub.ended import NOW, fresh, levels

    from guildmark_hub.cases import ending
    from guildmark_hub.catalog import acts as catalog

    case = made.active()
    made.assessed(sha256=case.digest.removeprefix("sha256:"), at=NOW - timedelta(days=1))
    catalog.state(case.claim, "suspended", "it was yanked", now=NOW)
    ending.settle(case, NOW)
    assert (fresh(case).state, levels(case)["machine_checked"]) == ("suspended", "suspended")
