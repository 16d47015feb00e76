"""Seats and powers: who sits in a group and who leads it, on which day, and who leads a proposal."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from tests.hub import council_groups as made
from tests.hub.council_groups import DAY, NOW, TODAY

from guildmark.errors import AskedWrongly

pytestmark = pytest.mark.usefixtures("small")


def sitting(group: Any, on: Any = TODAY) -> dict[str, str]:
    """Who sits there, and as what."""
    from guildmark_hub.council import powers

    return {str(one.person): one.role for one in powers.seats(group, on)}


ALL = {"Ada": "chair", "Ben": "member", "Cleo": "member", "Eve": "member"}


def test_a_member_takes_a_seat_for_her_organisation_at_once_and_only_one(them, group):
    from guildmark_hub.council import seating
    from guildmark_hub.people.models import Act

    first = seating.join(them.dan, group, them.beta, NOW)
    assert seating.join(them.dan, group, them.beta, NOW) == first
    assert sitting(group) == ALL | {"Dan": "member"}
    assert Act.objects.filter(did="council.join", person=them.dan).count() == 1


def test_nobody_sits_for_an_organisation_that_is_not_hers(them, group):
    from guildmark_hub.council import seating

    with pytest.raises(PermissionDenied, match="Only who belongs to Gamma"):
        seating.join(them.dan, group, them.gamma, NOW)
    assert sitting(group) == ALL


def test_nobody_joins_a_group_that_rests_or_is_closed(them, group):
    from guildmark_hub.council import groups, seating

    groups.rest(them.ada, group, NOW)
    with pytest.raises(AskedWrongly, match="Speech models is dormant"):
        seating.join(them.dan, group, them.beta, NOW)
    groups.close(them.ada, group, NOW)
    with pytest.raises(AskedWrongly, match="Speech models is closed"):
        seating.join(them.dan, group, them.beta, NOW)


@pytest.mark.parametrize("act", ["rest", "close"])
def test_nobody_stops_a_panel_before_its_appeal_has_ended(them, act):
    """Its chair, or who leads the steering committee, would keep the appeal from being decided."""
    from guildmark_hub.council import groups

    made.steering(them)
    panel = groups.panel("Appeal 7", [(them.ben, them.acme), (them.cleo, them.beta), (them.eve, them.gamma)], NOW)
    for person in (them.ben, them.dan):
        with pytest.raises(AskedWrongly, match="a panel of appeal works until its appeal has ended"):
            getattr(groups, act)(person, panel, NOW)
    panel.refresh_from_db()
    assert panel.state == "active"


def test_nobody_takes_a_seat_in_the_steering_committee_or_a_panel_by_herself(them):
    from guildmark_hub.council import groups, seating

    with pytest.raises(AskedWrongly, match="by herself") as told:
        seating.join(them.ben, made.steering(them), them.acme, NOW)
    assert told.value.hint == "propose an election"
    panel = groups.panel("Appeal 1", [(them.cleo, them.beta)], NOW)
    with pytest.raises(AskedWrongly, match="by herself"):
        seating.join(them.ben, panel, them.acme, NOW)
    assert seating.may_join(them.ben, panel, TODAY) == []


def test_a_member_whose_affiliation_ends_sits_no_more_from_then_on(them, group):
    """Nothing is written into her seat, and it counts no more when she comes back: she takes another."""
    from tests.hub import alliance

    from guildmark_hub.council import seating
    from guildmark_hub.council.group_views import ended
    from guildmark_hub.people.models import Affiliation

    group.seats.update(since=TODAY - 60 * DAY)
    Affiliation.objects.filter(person=them.eve).update(until=TODAY - 30 * DAY, ended_at=NOW - 30 * DAY)
    assert sitting(group) == {name: role for name, role in ALL.items() if name != "Eve"}
    seat = group.seats.get(person=them.eve)
    assert (seat.ended_at, ended(seat, TODAY)) == (None, "left Gamma")
    Affiliation.objects.filter(pk=alliance.belongs(them.eve, them.gamma).pk).update(since=TODAY - 10 * DAY)
    assert "Eve" not in sitting(group)
    assert seating.join(them.eve, group, them.gamma, NOW) != seat
    assert sitting(group) == ALL


def test_another_role_in_her_organisation_does_not_end_a_seat(them, group):
    """However often it changes, also on one day."""
    from django.utils import timezone

    from guildmark_hub.people import acts

    for role in ("reviewer", "member", "reviewer"):
        acts.change_role(them.ada, them.ben.affiliations.get(until=None), role)
        assert sitting(group, timezone.now().date()) == ALL
    assert sitting(group, timezone.now().date() + DAY) == ALL


def test_who_made_a_group_and_left_its_sponsor_writes_no_charter(them):
    from guildmark_hub.council import groups
    from guildmark_hub.people import acts as people

    group = made.forming(them)
    people.change_role(them.ada, them.ben.affiliations.get(), "owner")
    people.end(them.ada, them.ada.affiliations.get())
    with pytest.raises(PermissionDenied, match="write its first charter"):
        groups.write_charter(them.ada, group, made.CHARTER)
    assert groups.write_charter(them.ben, group, made.CHARTER).number == 1


def test_nobody_sits_for_an_organisation_that_has_left_the_alliance(them, group):
    from guildmark_hub.people.models import Organisation

    Organisation.objects.filter(pk=them.acme.pk).update(state="left")
    assert sitting(group) == {"Cleo": "member", "Eve": "member"}


def test_who_cannot_sign_in_any_more_sits_nowhere(them, group):
    them.ada.is_active = False
    them.ada.save()
    assert "Ada" not in sitting(group)


def test_a_term_counts_on_its_last_day_and_not_after_it(them, group):
    from guildmark_hub.council import powers
    from guildmark_hub.council.group_views import ended

    (seat,) = group.seats.filter(person=them.ada)
    assert powers.is_chair(them.ada, group, seat.until)
    assert not powers.is_chair(them.ada, group, seat.until + DAY)
    assert powers.seat(them.ada, group, seat.until + DAY) is None
    assert ended(seat, seat.until + DAY) == "the term ended on 22 November 2027"


def test_with_a_clock_before_the_seats_nobody_sits_there(them, group):
    from guildmark_hub.council.group_views import ended

    assert sitting(group, TODAY - DAY) == {}
    assert ended(group.seats.first(), TODAY - DAY) == "from 22 November 2026 on"


def test_who_had_a_term_that_ended_takes_a_seat_again_and_the_old_one_stays_written(them, group):
    from guildmark_hub.council import seating

    late = NOW + 400 * DAY
    seating.join(them.ada, group, them.acme, late)
    assert sitting(group, late.date())["Ada"] == "member"
    assert list(group.seats.filter(person=them.ada).values_list("role", "ended_at")) == [
        ("chair", late),
        ("member", None),
    ]


def test_the_only_chair_does_not_leave_before_another_is_named(them, group):
    from guildmark_hub.council import seating

    mine = group.seats.get(person=them.ada)
    for act, of in ((seating.leave, group), (seating.step_down, group), (seating.end, mine)):
        with pytest.raises(AskedWrongly, match="no chair any more") as told:
            act(them.ada, of, NOW)
        assert told.value.hint == "name another chair first"
    seating.name_chair(them.ada, group.seats.get(person=them.cleo), TODAY + DAY, NOW)
    seating.step_down(them.ada, group, NOW)
    assert sitting(group) == ALL | {"Ada": "member", "Cleo": "chair"}
    seating.leave(them.ada, group, NOW)
    assert "Ada" not in sitting(group)


def test_a_chair_whose_term_is_over_may_leave(them, group):
    from guildmark_hub.council import seating

    seating.leave(them.ada, group, NOW + 400 * DAY)
    assert group.seats.get(person=them.ada).ended_at == NOW + 400 * DAY


def test_a_seat_is_given_up_once(them, group):
    from guildmark_hub.council import seating

    seating.leave(them.ben, group, NOW)
    with pytest.raises(AskedWrongly, match="you do not sit in Speech models"):
        seating.leave(them.ben, group, NOW)


def test_a_chair_ends_the_seat_of_a_member_who_is_told(them, group):
    from guildmark_hub.council import seating
    from guildmark_hub.watching.models import Notice

    seat = group.seats.get(person=them.ben)
    with pytest.raises(PermissionDenied, match="Only chairs of Speech models"):
        seating.end(them.cleo, seat, NOW)
    seating.end(them.ada, seat, NOW)
    assert "Ben" not in sitting(group)
    assert (
        Notice.objects.get(person=them.ben, change__says__contains="ended").change.address == "/groups/speech-models/"
    )
    with pytest.raises(AskedWrongly, match="this seat has ended"):
        seating.end(them.ada, seat, NOW)


def test_a_chair_ends_no_elected_seat(them):
    from guildmark_hub.council import seating

    committee = made.steering(them)
    with pytest.raises(AskedWrongly, match="stay until their term ends"):
        seating.end(them.dan, committee.seats.get(person=them.finn), NOW)


def test_chairs_name_chairs_and_where_there_is_none_owners_of_the_sponsor_do(them, group):
    from guildmark_hub.council import seating

    seat = group.seats.get(person=them.ben)
    for person in (them.ben, them.cleo, them.dan):
        with pytest.raises(PermissionDenied, match="name another"):
            seating.name_chair(person, seat, TODAY + DAY, NOW)
    late = NOW + 400 * DAY
    with pytest.raises(PermissionDenied, match="name another"):
        seating.name_chair(them.cleo, seat, late.date() + DAY, late)
    seating.name_chair(them.ada, seat, late.date() + DAY, late)
    assert sitting(group, late.date())["Ben"] == "chair"


def test_nobody_prolongs_a_term_of_her_own(them, group):
    from guildmark_hub.council import seating

    with pytest.raises(AskedWrongly, match="nobody prolongs a term of her own"):
        seating.name_chair(them.ada, group.seats.get(person=them.ada), TODAY + 500 * DAY, NOW)


@pytest.mark.parametrize("days", [-1, 0, 733])
def test_a_term_ends_within_two_years(them, group, days):
    from guildmark_hub.council import seating

    with pytest.raises(AskedWrongly, match="the term is over, or too long"):
        seating.name_chair(them.ada, group.seats.get(person=them.ben), TODAY + timedelta(days), NOW)


def test_who_was_elected_until_a_day_leads_no_longer_than_that(them):
    from guildmark_hub.council import seating

    committee = made.steering(them, until=TODAY + 100 * DAY)
    with pytest.raises(AskedWrongly, match="elected until 2 March 2027 only"):
        seating.name_chair(them.dan, committee.seats.get(person=them.finn), TODAY + 101 * DAY, NOW)
    seating.name_chair(them.dan, committee.seats.get(person=them.finn), TODAY + 100 * DAY, NOW)
    assert sitting(committee)["Finn"] == "chair"


def test_staff_seat_somebody_only_in_a_steering_committee_that_nobody_leads(them):
    from tests.hub import alliance

    from guildmark_hub.council import seating
    from guildmark_hub.council.groups import Named

    sue = alliance.person("Sue", staff=True)
    committee, late = made.steering(them), NOW + 400 * DAY
    named = Named(them.cleo, them.beta, "chair", late.date() + DAY)
    with pytest.raises(PermissionDenied, match="has no chair"):
        seating.appoint(sue, committee, named, NOW)
    with pytest.raises(PermissionDenied, match="has no chair"):
        seating.appoint(them.ada, committee, named, late)
    with pytest.raises(PermissionDenied, match="has no chair"):
        seating.appoint(sue, made.forming(them, late), named, late)
    with pytest.raises(AskedWrongly, match="does not belong to Gamma"):
        seating.appoint(sue, committee, named._replace(organisation=them.gamma), late)
    seating.appoint(sue, committee, named, late)
    assert sitting(committee, late.date()) == {"Cleo": "chair"}


def chairs(proposal: Any) -> list[str]:
    from guildmark_hub.council import powers

    return [str(one) for one in powers.chairs_of(proposal, TODAY)]


@pytest.fixture
def led(them: made.People, group: Any) -> Any:
    """A proposal in a group that Ada leads alone, and a steering committee that Dan leads."""
    made.steering(them)
    return made.proposal(them, group)


def elector(ballot: Any, organisation: Any, person: Any = None, barred: str = "") -> Any:
    from guildmark_hub.council.models import Elector

    count = ballot.electors.count()
    return Elector.objects.create(
        ballot=ballot, organisation=organisation, person=person, name="x", place=count, barred=barred
    )


def cast(elector: Any, person: Any, position: str) -> None:
    from guildmark_hub.council.models import Vote

    Vote.objects.create(ballot=elector.ballot, elector=elector, person=person, position=position, at=NOW)


def test_a_proposal_is_led_by_the_chairs_of_its_group(them, led):
    from guildmark_hub.council import powers

    assert chairs(led) == ["Ada"]
    with pytest.raises(PermissionDenied, match="Only chairs of Speech models"):
        powers.must_lead(them.dan, led)


@pytest.mark.parametrize("unit", ["organisation", "person"])
def test_a_chair_who_recused_leads_the_proposal_no_more_and_the_steering_committee_does(them, led, unit):
    """By her last word: who takes a recusal back leads again."""
    from guildmark_hub.council import powers

    mine = elector(made.ballot(led), them.acme, them.ada if unit == "person" else None)
    cast(mine, them.ada, "yes")
    assert chairs(led) == ["Ada"]
    cast(mine, them.ada, "recuse")
    assert chairs(led) == ["Dan"]
    with pytest.raises(PermissionDenied, match="You recused, or have a conflict of interest here"):
        powers.must_lead(them.ada, led)
    powers.must_lead(them.dan, led)
    cast(mine, them.ada, "abstain")
    assert chairs(led) == ["Ada"]


def test_a_chair_whose_organisation_recused_leads_the_proposal_no_more(them, led):
    mine = elector(made.ballot(led), them.acme)
    cast(mine, them.ben, "recuse")
    assert chairs(led) == ["Dan"]


def test_a_chair_who_recused_herself_leads_no_more_whatever_a_colleague_cast_after_her(them, led):
    mine = elector(made.ballot(led), them.acme)
    cast(mine, them.ada, "recuse")
    cast(mine, them.ben, "yes")
    assert chairs(led) == ["Dan"]


@pytest.mark.parametrize("unit", ["organisation", "person"])
def test_a_chair_who_is_barred_leads_the_proposal_no_more(them, led, unit):
    elector(made.ballot(led), them.acme, them.ada if unit == "person" else None, "Acme made it")
    assert chairs(led) == ["Dan"]


def test_another_chair_of_the_group_comes_before_the_steering_committee(them, group, led):
    from guildmark_hub.council import seating

    seating.name_chair(them.ada, group.seats.get(person=them.cleo), TODAY + DAY, NOW)
    elector(made.ballot(led), them.acme, None, "Acme made it")
    assert chairs(led) == ["Cleo"]


def test_a_chair_with_a_conflict_about_the_entry_leads_no_proposal_about_it(them, led):
    from guildmark_hub.council.models import Declaration, Proposal

    Declaration.objects.create(person=them.ada, about="entry:guard", says="I wrote it.", since=TODAY, made_by=them.ada)
    assert chairs(led) == ["Ada"]
    Proposal.objects.filter(pk=led.pk).update(slug="guard")
    led.refresh_from_db()
    assert chairs(led) == ["Dan"]


def test_where_all_chairs_recused_nobody_leads(them, led):
    ballot = made.ballot(led)
    elector(ballot, them.acme, None, "Acme made it")
    elector(ballot, them.beta, None, "Beta made it")
    assert chairs(led) == []


def test_a_chair_of_the_steering_committee_who_recused_there_is_asked_no_second_time(them):
    proposal = made.proposal(them, made.steering(them))
    assert chairs(proposal) == ["Dan"]
    elector(made.ballot(proposal), them.beta, None, "Beta made it")
    assert chairs(proposal) == []
