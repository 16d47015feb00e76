"""Who may appeal, until when, before which panel; and what comes of it."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from guildmark.errors import AskedWrongly

pytestmark = pytest.mark.usefixtures("small")
DAY = timedelta(days=1)


@pytest.fixture
def made(small: Any) -> Any:
    from tests.hub import ended

    return ended.Alliance()


def test_an_appeal_is_decided_by_others_of_other_organisations(made: Any) -> None:
    from tests.hub.ended import fresh

    case = made.active()
    made.joins("Uma", "acme")
    appeal = made.appealed(case)
    seats = {(str(one.person), one.organisation.slug, one.role) for one in appeal.panel.seats.all()}
    assert {one[:2] for one in seats} == {("Pia", "eta"), ("Pat", "theta"), ("Pol", "iota")}
    assert sorted(one[2] for one in seats) == ["chair", "member", "member"]
    assert (appeal.panel.kind, appeal.panel.state) == ("panel", "active")
    proposal = appeal.proposal
    assert (proposal.kind, proposal.state, proposal.rules.slug) == ("appeal", "last_call", "content")
    assert proposal.claim == case.proposal.decision.claim
    assert (fresh(case).state, fresh(case).before) == ("appealed", "active")


def test_anyone_can_draw_the_panel_again(made: Any) -> None:
    from guildmark_hub.council.draw import Candidate, draw

    appeal = made.appealed(made.active())
    found = draw((Candidate(**one) for one in appeal.candidates), appeal.seed, 3)
    assert list(found) == [f"person:{one.person_id}" for one in appeal.panel.seats.order_by("pk")]


def test_an_appealed_case_stays_shown_as_what_it_was_and_its_claims_count(made: Any) -> None:
    from tests.hub.ended import fresh, levels

    from guildmark_hub.cases import ending

    case = made.active()
    made.appealed(case)
    assert ending.shown_as(fresh(case)) == "Active, under appeal"
    assert levels(case)["peer_reviewed"] == "active"
    assert fresh(case).proposal.decision.claim.state == "active"


def test_an_upheld_appeal_reverses_what_was_accepted(made: Any) -> None:
    from tests.hub.ended import NOW, fresh, levels

    from guildmark_hub.cases import ending

    case = made.active()
    appeal = made.appealed(case)
    decision = made.panel_signs(made.panel_decides(appeal))
    held = fresh(case)
    appeal.refresh_from_db()
    assert (held.state, appeal.state, appeal.ended_at) == ("rejected", "upheld", NOW)
    assert held.proposal.decision.claim.state == "revoked"
    assert "by a ballot" in held.proposal.decision.claim.why
    assert (levels(case)["peer_reviewed"], levels(case)["listed"]) == ("revoked", "active")
    assert decision.claim.about == held.proposal.decision.claim.statement
    assert appeal.panel.state == "closed"
    assert not ending.settle(case, NOW)


def test_two_of_a_panel_reverse_a_decision_against_the_third_and_one_does_not(made: Any) -> None:
    from tests.hub.ended import fresh

    case = made.active()
    made.panel_signs(made.panel_decides(made.appealed(case), "yes", "yes", "discuss"))
    assert fresh(case).state == "rejected"
    other = made.rejected()
    made.panel_signs(made.panel_decides(made.appealed(other), "yes", "abstain", "abstain"))
    assert fresh(other).state == "rejected"


def test_a_dismissed_appeal_leaves_everything_as_it_was(made: Any) -> None:
    from tests.hub.ended import fresh, levels

    case = made.active()
    appeal = made.appealed(case)
    made.panel_signs(made.panel_decides(appeal, "yes", "discuss", "discuss"))
    appeal.refresh_from_db()
    assert (fresh(case).state, appeal.state) == ("active", "dismissed")
    assert set(levels(case).values()) == {"active"}
    assert fresh(case).proposal.decision.claim.state == "active"


def test_an_upheld_appeal_against_a_rejection_makes_the_case_count(made: Any) -> None:
    from tests.hub.ended import fresh, levels

    case = made.rejected()
    appeal = made.appealed(case)
    decision = made.panel_signs(made.panel_decides(appeal))
    held = fresh(case)
    assert (held.state, held.expires_at) == ("active", decision.claim.expires_at)
    assert levels(case) == {"listed": "active", "machine_checked": "active", "peer_reviewed": "active"}
    assert held.proposal.decision.claim.state == "revoked"


def test_what_drifts_under_appeal_is_suspended_until_it_counts_again(made: Any) -> None:
    from tests.hub.ended import NOW, fresh, levels

    from guildmark_hub.cases import ending
    from guildmark_hub.catalog import acts as catalog

    case = made.active()
    made.appealed(case)
    catalog.state(case.claim, "suspended", "it was yanked", now=NOW)
    assert ending.settle(case, NOW)
    assert (fresh(case).state, fresh(case).before, levels(case)["peer_reviewed"]) == (
        "appealed",
        "suspended",
        "suspended",
    )
    catalog.state(case.claim, "active", "it is back", now=NOW)
    assert ending.settle(case, NOW)
    assert (fresh(case).before, levels(case)["peer_reviewed"]) == ("active", "active")


def test_any_member_may_appeal_and_nobody_else(made: Any) -> None:
    from tests.hub.ended import GROUNDS, NOW

    from guildmark_hub.cases import appeals

    case, nobody = made.active(), made.alliance_person("Nora")
    with pytest.raises(PermissionDenied, match="members of the alliance may appeal"):
        appeals.appeal(nobody, case, GROUNDS, NOW)
    made.belongs_elsewhere(nobody, state="left")
    with pytest.raises(PermissionDenied, match="members of the alliance may appeal"):
        appeals.appeal(nobody, case, GROUNDS, NOW)
    assert made.appealed(case, "Pia").organisation.slug == "eta"


def test_who_owns_the_entry_may_appeal_without_being_a_member(made: Any) -> None:
    from tests.hub.ended import NOW

    from guildmark_hub.answers.models import Ownership

    case, owner = made.active(), made.alliance_person("Olga")
    Ownership.objects.create(
        slug=case.slug, person=owner, word="w", where="x", state="proved", proved_at=NOW, expires_at=NOW + 90 * DAY
    )
    assert made.appealed(case, "Olga").organisation.own


def test_grounds_are_said_in_words(made: Any) -> None:
    from tests.hub.ended import NOW

    from guildmark_hub.cases import appeals

    case = made.active()
    with pytest.raises(AskedWrongly, match="the word about the grounds has 0 letters"):
        appeals.appeal(made.who("Sam"), case, "  ", NOW)
    with pytest.raises(AskedWrongly, match="hardly a word"):
        appeals.appeal(made.who("Sam"), case, "It is wrong.", NOW)
    assert not case.appeals.exists()


def test_an_appeal_is_taken_for_sixty_days_and_not_before_the_decision(made: Any) -> None:
    from tests.hub.ended import GROUNDS, NOW

    from guildmark_hub.cases import appeals

    case = made.active()
    with pytest.raises(AskedWrongly, match="which is not yet"):
        appeals.appeal(made.who("Sam"), case, GROUNDS, NOW - DAY)
    with pytest.raises(AskedWrongly, match="an appeal was taken until"):
        appeals.appeal(made.who("Sam"), case, GROUNDS, NOW + 60 * DAY + timedelta(seconds=1))
    assert appeals.appeal(made.who("Sam"), case, GROUNDS, NOW + 60 * DAY).state == "open"


def test_nothing_can_be_appealed_before_it_was_decided(made: Any) -> None:
    from tests.hub.ended import GROUNDS, NOW

    from guildmark_hub.cases import appeals

    with pytest.raises(AskedWrongly, match="that is not done then"):
        appeals.appeal(made.who("Sam"), made.reviewed(), GROUNDS, NOW)


def test_there_is_one_appeal_and_the_same_sent_twice_is_one(made: Any) -> None:
    from tests.hub.ended import GROUNDS, NOW, fresh

    from guildmark_hub.cases import appeals

    case = made.active()
    first = made.appealed(case)
    assert appeals.appeal(made.who("Sam"), case, GROUNDS, NOW) == first
    with pytest.raises(AskedWrongly, match="there is an appeal against it already"):
        appeals.appeal(made.who("Pia"), case, GROUNDS, NOW)
    made.panel_signs(made.panel_decides(first, "discuss", "discuss", "discuss"))
    with pytest.raises(AskedWrongly, match="a panel has decided of it already"):
        appeals.appeal(made.who("Pia"), fresh(case), GROUNDS, NOW)


def test_without_enough_people_an_appeal_stays_open_and_chairs_are_told_once(made: Any) -> None:
    from tests.hub.ended import NOW, fresh

    from guildmark_hub.cases import appeals
    from guildmark_hub.watching.models import Notice

    case = made.active()
    for name in ("Pia", "Pat", "Pol"):
        made.who(name).affiliations.update(until=NOW.date() - DAY)
    appeal = made.appealed(case)
    assert (appeal.state, appeal.panel, fresh(case).state) == ("open", None, "appealed")
    told = Notice.objects.filter(person=made.who("Ada"), change__says__contains="and there are 0")
    assert told.count() == 1
    appeals.settle(appeal, NOW)
    assert told.count() == 1
    for name in ("Pia", "Pat", "Pol"):
        made.who(name).affiliations.update(until=None)
    appeals.settle(appeal, NOW)
    appeal.refresh_from_db()
    assert appeal.panel.seats.count() == 3
    assert len(appeal.seed) == 64


def test_nobody_who_had_a_part_in_it_is_drawn_even_where_people_are_few(made: Any) -> None:
    from tests.hub.ended import NOW

    case = made.active()
    made.who("Pol").affiliations.update(until=NOW.date() - DAY)
    for name, where in (("Uma", "acme"), ("Una", "zeta"), ("Udo", "delta"), ("Ute", "epsilon")):
        made.joins(name, where)
    made.sits("Ute", "epsilon")
    appeal = made.appealed(case)
    found = {one["id"] for one in appeal.candidates}
    may = {f"person:{made.who(name).pk}" for name in ("Uma", "Udo", "Pia", "Pat")}
    assert found == may, "of those who decided only others, of Zeta, which asked, nobody, and nobody of the group"
    assert appeal.panel.seats.count() == 3


def test_who_has_a_conflict_of_interest_is_not_drawn(made: Any) -> None:
    from tests.hub.ended import NOW

    from guildmark_hub.council.models import Declaration

    case = made.active()
    pia = made.who("Pia")
    Declaration.objects.create(
        person=pia, about=f"entry:{case.slug}", says="I wrote it.", since=NOW.date() - DAY, made_by=pia
    )
    assert made.appealed(case).panel is None


def test_a_member_of_the_panel_who_gets_a_conflict_is_barred(made: Any) -> None:
    from tests.hub.ended import BROUGHT, CLOSED, NOW, OPENED

    from guildmark_hub.council import balloting
    from guildmark_hub.council.models import Declaration, Proposal

    case = made.active()
    appeal = made.appealed(case)
    chair, second, third = (one.person for one in appeal.panel.seats.order_by("pk"))
    proposal = Proposal.objects.get(pk=appeal.proposal_id)
    assert proposal.last_call_at == BROUGHT
    ballot = balloting.open_ballot(None, proposal, OPENED)
    balloting.cast(third, ballot, "yes", now=OPENED + DAY)
    Declaration.objects.create(
        person=third, about=f"entry:{case.slug}", says="They offered me work.", since=OPENED.date(), made_by=third
    )
    with pytest.raises(PermissionDenied, match="for a conflict of interest"):
        balloting.cast(third, ballot, "discuss", "Hm.", now=OPENED + DAY)
    for one in (chair, second):
        balloting.cast(one, ballot, "yes", now=OPENED + DAY)
    tally = balloting.close(ballot, CLOSED)
    assert (tally.outcome, tally.net, tally.recused) == ("accepted", 2, 1)
    made.panel_signs(proposal.decision)
    appeal.refresh_from_db()
    assert appeal.ended_at == NOW


def test_where_all_of_a_panel_recuse_another_is_drawn_of_others(made: Any) -> None:
    from tests.hub.ended import NOW, fresh

    from guildmark_hub.cases import appeals

    case = made.active()
    appeal = made.appealed(case)
    assert made.panel_decides(appeal, "recuse", "recuse", "recuse") is None
    appeals.settle(appeal, NOW)
    appeal.refresh_from_db()
    assert (appeal.state, appeal.panel, fresh(case).state) == ("open", None, "appealed")
    for name, where in (("Val", "kappa"), ("Vic", "lambda"), ("Vin", "my")):
        made.joins(name, where)
    appeals.settle(appeal, NOW)
    appeal.refresh_from_db()
    assert {str(one.person) for one in appeal.panel.seats.all()} == {"Val", "Vic", "Vin"}
    assert appeal.panel.name == f"Panel 2 of appeal {appeal.pk}"
    assert appeal.proposal.state == "last_call"


def test_who_appealed_may_withdraw_it(made: Any) -> None:
    from tests.hub.ended import NOW, fresh

    from guildmark_hub.cases import appeals
    from guildmark_hub.council import proposing

    case = made.active()
    appeal = made.appealed(case)
    proposing.withdraw(made.who("Sam"), appeal.proposal, "We agree by now.", NOW)
    appeals.settle(appeal, NOW)
    appeal.refresh_from_db()
    assert (appeal.state, fresh(case).state, appeal.panel.state) == ("dismissed", "active", "closed")


def test_nobody_brings_an_appeal_before_a_panel_by_hand(made: Any) -> None:
    appeal = made.appealed(made.active())
    with pytest.raises(AskedWrongly, match="is the appeal as it was made"):
        made.proposes("appeal", "It was wrong.", slug=appeal.case.slug, claim=appeal.case.proposal.decision.claim)


def test_a_case_that_ended_under_appeal_stays_ended_when_the_panel_decides(made: Any) -> None:
    from tests.hub.ended import fresh

    from guildmark_hub.cases import ending

    case = made.active()
    appeal = made.appealed(case)
    decision = made.panel_decides(appeal)
    assert ending.settle(case, case.expires_at)
    assert fresh(case).state == "expired"
    made.panel_signs(decision)
    appeal.refresh_from_db()
    assert (fresh(case).state, appeal.state) == ("expired", "upheld")
