"""What becomes of an appeal, and of its case meanwhile: withdrawn, overtaken, drifted; and what does not stop it."""

from typing import Any

import pytest

from guildmark.errors import AskedWrongly

pytestmark = pytest.mark.usefixtures("small")


@pytest.fixture
def made(small: Any) -> Any:
    from tests.hub import ended

    return ended.Alliance()


def test_after_an_appeal_that_was_withdrawn_another_may_appeal(made: Any, alliance: Any) -> None:
    from tests.hub.ended import NOW, fresh

    from guildmark_hub.cases import appeals
    from guildmark_hub.council import proposing

    case = made.active()
    first = made.appealed(case)
    proposing.withdraw(made.who("Sam"), first.proposal, "We agree by now.", NOW)
    appeals.settle(first, NOW)
    page = alliance.browser(made.who("Pia")).get(case.get_absolute_url()).content.decode()
    assert f"/cases/{case.pk}/appeal/" in page
    assert "An appeal is taken until" in page
    assert made.appealed(fresh(case), "Pia").state == "open"


def test_a_chair_who_withdraws_an_appeal_ends_it_not_and_another_panel_is_drawn(made: Any) -> None:
    from tests.hub.ended import NOW, fresh

    from guildmark_hub.cases import appeals
    from guildmark_hub.council import proposing

    case = made.active()
    appeal = made.appealed(case)
    first, chair = appeal.panel, appeal.panel.seats.get(role="chair").person
    proposing.withdraw(chair, appeal.proposal, "I have no time.", NOW)
    for name, where in (("Val", "kappa"), ("Vic", "lambda"), ("Vin", "my")):
        made.joins(name, where)
    appeals.settle(appeal, NOW)
    appeal.refresh_from_db()
    first.refresh_from_db()
    assert (appeal.state, fresh(case).state, first.state) == ("open", "appealed", "closed")
    assert {str(one.person) for one in appeal.panel.seats.all()} == {"Val", "Vic", "Vin"}


def test_nobody_closes_a_panel_before_it_has_decided(made: Any) -> None:
    from tests.hub.ended import NOW

    from guildmark_hub.council import groups

    panel = made.appealed(made.active()).panel
    chair = panel.seats.get(role="chair").person
    for stop in (groups.close, groups.rest):
        with pytest.raises(AskedWrongly, match="until its appeal has ended"):
            stop(chair, panel, NOW)


def test_what_is_suspended_under_appeal_says_why(made: Any) -> None:
    from tests.hub.ended import NOW, fresh

    from guildmark_hub.cases import ending
    from guildmark_hub.catalog import acts as catalog

    case = made.active()
    made.appealed(case)
    catalog.state(case.claim, "suspended", "it was yanked", now=NOW)
    ending.settle(case, NOW)
    held = fresh(case)
    assert (held.why, held.proposal.decision.claim.why) == ("it was yanked", "it was yanked")


def test_a_newer_release_that_counts_by_an_upheld_appeal_supersedes_the_older(made: Any) -> None:
    from tests.hub.ended import fresh

    old = made.active(made.assessed("1.1"))
    newer = made.rejected("1.2")
    made.panel_signs(made.panel_decides(made.appealed(newer)))
    assert (fresh(old).state, fresh(newer).state) == ("superseded", "active")


def test_what_drifted_before_a_panel_made_it_count_is_suspended_at_once(made: Any) -> None:
    from tests.hub.ended import NOW, fresh, levels

    from guildmark_hub.catalog import acts as catalog

    case = made.rejected()
    decision = made.panel_decides(made.appealed(case))
    catalog.state(case.claim, "suspended", "it was yanked", now=NOW)
    made.panel_signs(decision)
    assert (fresh(case).state, levels(case)["peer_reviewed"]) == ("suspended", "suspended")


def test_a_case_that_was_overtaken_under_appeal_is_superseded_when_that_is_dismissed(made: Any) -> None:
    from tests.hub.ended import fresh, levels

    old = made.active(made.assessed("1.1"))
    appeal = made.appealed(old)
    newer = made.active(made.assessed("1.2"))
    made.panel_signs(made.panel_decides(appeal, "discuss", "discuss", "discuss"))
    assert (fresh(old).state, fresh(newer).state) == ("superseded", "active")
    assert levels(old)["peer_reviewed"] == "superseded"
    later = made.appealed(newer)
    made.panel_signs(made.panel_decides(later, "discuss", "discuss", "discuss"))
    assert fresh(newer).state == "active"


def test_no_group_that_somebody_names_like_a_panel_stands_in_its_way(made: Any) -> None:
    from guildmark_hub.cases.models import Appeal
    from guildmark_hub.council.models import Group

    case = made.active()
    number = (Appeal.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1
    Group.objects.create(slug="x", name=f"panel 1 of appeal {number}", kind="working", state="forming")
    appeal = made.appealed(case)
    assert appeal.pk == number
    assert appeal.panel.name == f"Panel 2 of appeal {number}"


def test_an_appeal_comes_to_a_ballot_whatever_who_made_it_is_called_by_then(made: Any) -> None:
    from guildmark_hub.people.models import Person

    appeal = made.appealed(made.active())
    Person.objects.filter(pk=appeal.person_id).update(name="Sam Newname")
    assert made.panel_decides(appeal).accepted


def test_a_chair_of_the_steering_committee_who_led_the_first_decision_is_not_drawn(made: Any) -> None:
    from datetime import date

    from tests.hub.ended import NOW

    from guildmark_hub.cases import appeals
    from guildmark_hub.council import proposing
    from guildmark_hub.council.models import Group, Seat
    from guildmark_hub.people import trail

    steering = Group.objects.create(slug="steering", name="Steering committee", kind="steering", state="active")
    pia, eta = made.who("Pia"), made.organisations["eta"]
    Seat.objects.create(group=steering, person=pia, organisation=eta, role="chair", since=date(2026, 1, 1))
    case = made.active()
    trail.keep(pia, "council.close", proposing.named(case.proposal), None, None)
    appeal = made.appealed(case)
    drawn = {one.id for one in appeals.candidates(appeal, NOW)}
    assert drawn == {f"person:{made.who(name).pk}" for name in ("Pat", "Pol")}


def test_nobody_of_the_organisation_that_appeals_or_made_the_assessment_is_drawn(made: Any) -> None:
    """Neither has a stake in the entry for that, so no conflict of interest keeps them out."""
    from tests.hub.ended import NOW

    from guildmark_hub.cases import appeals

    case = made.active(made.assessed(by=made.keys["theta"]))
    for name, where in (("Una", "eta"), ("Val", "kappa")):
        made.joins(name, where)
    appeal = made.appealed(case, "Pia")
    drawn = {one.id for one in appeals.candidates(appeal, NOW)}
    assert drawn == {f"person:{made.who(name).pk}" for name in ("Pol", "Val")}
