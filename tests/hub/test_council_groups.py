"""Groups: who makes them, what they need to work, their charters, and how they end."""

import contextlib
import threading
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from hypothesis import example, given
from hypothesis import strategies as st
from tests.hub import council_groups as made
from tests.hub.council_groups import CHARTER, DAY, NOW, SAYS, TODAY

from guildmark.errors import AskedWrongly

pytestmark = pytest.mark.usefixtures("small")


def acts(of: str) -> list[str]:
    from guildmark_hub.people.models import Act

    return list(Act.objects.filter(of=of).order_by("pk").values_list("did", flat=True))


def test_an_owner_makes_a_group_that_her_organisation_sponsors_and_leads_it_while_it_forms(them):
    group = made.forming(them)
    (seat,) = group.seats.all()
    assert (group.state, group.sponsor, group.slug) == ("forming", them.acme, "speech-models")
    assert (seat.person, seat.organisation, seat.role, seat.until) == (them.ada, them.acme, "chair", date(2027, 11, 22))
    assert acts("group:speech-models") == ["council.make_group"]


def test_only_an_owner_of_the_sponsor_makes_a_group(them):
    from guildmark_hub.council import groups
    from guildmark_hub.council.models import Group

    for person in (them.ben, them.cleo):
        with pytest.raises(PermissionDenied, match="Only owners of Acme"):
            groups.make(person, them.acme, SAYS, NOW)
    assert not Group.objects.exists()


@pytest.mark.parametrize("kind", ["steering", "panel"])
def test_members_make_neither_a_steering_committee_nor_a_panel(them, kind):
    from guildmark_hub.council import groups

    with pytest.raises(AskedWrongly, match="working groups and task forces only"):
        groups.make(them.ada, them.acme, SAYS | {"kind": kind}, NOW)


def test_a_form_that_is_sent_twice_makes_one_group(them):
    from guildmark_hub.council import groups
    from guildmark_hub.council.models import Group

    made.forming(them)
    with pytest.raises(AskedWrongly, match="there is a group named speech MODELS already"):
        groups.make(them.ada, them.acme, SAYS | {"name": "speech MODELS"}, NOW)
    assert Group.objects.count() == 1


def test_the_name_of_a_closed_group_may_be_given_again_and_its_address_stays_its_own(them):
    from guildmark_hub.council import groups

    first = groups.close(them.ada, made.forming(them), NOW)
    assert (first.slug, made.forming(them).slug) == ("speech-models", "speech-models-2")


@pytest.mark.parametrize("name", ["New", "Steering"])
def test_no_group_takes_an_address_that_is_a_page_of_ours(them, name):
    from guildmark_hub.council import groups

    assert groups.make(them.ada, them.acme, SAYS | {"name": name}, NOW).slug == f"{name.lower()}-2"


def test_a_group_works_only_with_a_charter_a_chair_and_three_seats_of_two_organisations(them):
    """Each thing that is missing is named; with the last of them it works."""
    from guildmark_hub.council import groups, seating

    group = made.forming(them)
    with pytest.raises(AskedWrongly, match="a charter; 3 members, and 1 sit there; members of 2 organisations"):
        groups.activate(them.ada, group, NOW)
    groups.write_charter(them.ada, group, CHARTER, NOW)
    seating.join(them.ben, group, them.acme, NOW)
    assert groups.lacks(group, TODAY) == [
        "3 members, and 2 sit there",
        "members of 2 organisations, and they are of 1",
    ]
    seating.join(them.cleo, group, them.beta, NOW)
    assert groups.lacks(group, TODAY) == []
    assert groups.activate(them.ada, group, NOW).state == "active"


def test_a_chair_whose_term_is_over_is_no_chair_of_a_group_that_is_to_work(them):
    from guildmark_hub.council import groups

    group = made.working(them)
    groups.rest(them.ada, group, NOW)
    late = NOW + 366 * DAY
    with pytest.raises(AskedWrongly) as told:
        groups.activate(them.ada, group, late)
    assert told.value.says == "it needs a chair"


def test_only_owners_of_the_sponsor_and_steering_chairs_set_a_group_to_work(them):
    from guildmark_hub.council import groups

    made.steering(them)
    group = made.working(them)
    groups.rest(them.ada, group, NOW)
    for person in (them.ben, them.cleo, them.finn):
        with pytest.raises(PermissionDenied, match="owners of its sponsor and chairs of the steering"):
            groups.activate(person, group, NOW)
    assert groups.activate(them.dan, group, NOW).state == "active"


def test_a_group_that_works_already_is_not_set_to_work_again(them):
    from guildmark_hub.council import groups

    group = made.working(them)
    before = acts("group:speech-models")
    with pytest.raises(AskedWrongly, match="is active already"):
        groups.activate(them.ada, group, NOW)
    assert acts("group:speech-models") == before


@pytest.mark.parametrize("act", ["rest", "close"])
def test_only_its_chairs_and_steering_chairs_stop_a_group(them, act):
    from guildmark_hub.council import groups

    made.steering(them)
    group = made.working(them)
    for person in (them.ben, them.cleo, them.finn):
        with pytest.raises(PermissionDenied, match="Only chairs of Speech models"):
            getattr(groups, act)(person, group, NOW)
    assert getattr(groups, act)(them.dan, group, NOW).state != "active"


@pytest.mark.parametrize("act", ["rest", "close"])
def test_a_group_with_a_ballot_that_is_not_counted_is_not_stopped(them, act):
    from guildmark_hub.council import groups

    group = made.working(them)
    made.ballot(made.proposal(them, group))
    with pytest.raises(AskedWrongly, match="it votes now: 1 of its ballots not yet counted"):
        getattr(groups, act)(them.ada, group, NOW)
    group.refresh_from_db()
    assert group.state == "active"


def test_a_group_is_closed_once_and_the_steering_committee_never(them):
    from guildmark_hub.council import groups

    committee, group = made.steering(them), made.working(them)
    assert groups.close(them.ada, group, NOW).closed_at == NOW
    with pytest.raises(AskedWrongly, match="Speech models is closed already"):
        groups.close(them.ada, group, NOW + DAY)
    with pytest.raises(AskedWrongly, match="cannot be closed"):
        groups.close(them.dan, committee, NOW)


def test_nothing_wakes_a_closed_group(them):
    from guildmark_hub.council import groups

    group = groups.close(them.ada, made.working(them), NOW)
    with pytest.raises(AskedWrongly, match="is closed already"):
        groups.activate(them.ada, group, NOW)
    with pytest.raises(AskedWrongly, match="is closed already"):
        groups.rest(them.ada, group, NOW)


def test_the_first_charter_is_written_once_by_who_made_the_group(them):
    from guildmark_hub.council import groups

    group = made.forming(them)
    for person in (them.ben, them.cleo):
        with pytest.raises(PermissionDenied, match="write its first charter"):
            groups.write_charter(person, group, CHARTER, NOW)
    groups.write_charter(them.ada, group, CHARTER, NOW)
    with pytest.raises(AskedWrongly, match="has a charter already") as told:
        groups.write_charter(them.ada, group, "Another", NOW)
    assert told.value.hint == "propose the next version, of the kind charter"
    assert [(one.number, one.text) for one in group.charters.all()] == [(1, CHARTER)]


@pytest.mark.parametrize("text", ["", " \n ", "x" * 60_001])
def test_a_charter_has_words_and_not_too_many(them, text):
    from guildmark_hub.council import groups

    with pytest.raises(AskedWrongly, match="the charter has"):
        groups.write_charter(them.ada, made.forming(them), text, NOW)


def test_an_accepted_charter_is_the_next_version_once(them):
    """Asked twice, as after a crash, it is adopted once."""
    from guildmark_hub.council import groups

    group = made.working(them)
    decision = made.decision(made.proposal(them, group))
    first = groups.adopt_charter(decision, NOW + DAY)
    assert groups.adopt_charter(decision, NOW + 2 * DAY) == first
    assert [(one.number, one.text, one.decision) for one in group.charters.all()] == [
        (1, CHARTER, None),
        (2, "We meet twice a month.\nWe decide by ballot.", decision),
    ]
    assert acts("group:speech-models")[-1] == "council.adopt_charter"


def test_staff_make_the_first_steering_committee_and_no_second(them):
    committee = made.steering(them)
    assert (committee.state, committee.seats.count(), committee.charters.count()) == ("active", 3, 1)
    with pytest.raises(AskedWrongly, match="there is a steering committee already"):
        made.steering(them)


def test_nobody_but_staff_makes_the_steering_committee(them):
    from guildmark_hub.council import groups

    with pytest.raises(PermissionDenied, match="Only those who run this hub"):
        groups.make_steering(them.ada, SAYS | {"charter": CHARTER}, [], NOW)


@pytest.mark.parametrize(
    ("members", "says"),
    [
        ("dan:beta:chair finn:gamma:member", "3 members, and 2 sit there"),
        ("cleo:beta:chair dan:beta:member", "members of 2 organisations"),
        ("dan:beta:member finn:gamma:member ada:acme:member", "a chair"),
        ("dan:gamma:chair finn:gamma:member ada:acme:member", "Dan does not belong to Gamma now"),
    ],
)
def test_a_steering_committee_that_could_not_work_is_not_made_at_all(them, members, says):
    from tests.hub import alliance

    from guildmark_hub.council import groups
    from guildmark_hub.council.groups import Named
    from guildmark_hub.council.models import Group, Seat

    parts = [one.split(":") for one in members.split()]
    named = [Named(getattr(them, who), getattr(them, of), role, TODAY + DAY) for who, of, role in parts]
    given = {"name": "Steering", "says": "x", "charter": CHARTER}
    with pytest.raises(AskedWrongly, match=says):
        groups.make_steering(alliance.person("Sue", staff=True), given, named, NOW)
    assert not Group.objects.exists()
    assert not Seat.objects.exists()


@pytest.mark.parametrize("days", [-1, 0, 3 * 366 + 1])
def test_the_first_members_of_the_steering_committee_sit_for_a_term_too(them, days):
    with pytest.raises(AskedWrongly, match="their term is over, or too long"):
        made.steering(them, until=TODAY + timedelta(days))


def test_two_steering_committees_cannot_be_made_at_once(them):
    """The second waits for the first, and is told."""
    from django.db import connection

    found: list[str] = []
    gate = threading.Barrier(2)
    from tests.hub import alliance

    alliance.person("Sue", staff=True)

    def attempt() -> None:
        gate.wait()
        try:
            found.append(made.steering(them).name)
        except AskedWrongly as error:
            found.append(error.says)
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(found) == ["Steering committee", "there is a steering committee already"]


def test_a_panel_is_made_for_who_was_drawn_and_the_first_leads_it(them):
    from guildmark_hub.council import groups, powers
    from guildmark_hub.watching.models import Notice

    panel = groups.panel("Appeal 7", [(them.ben, them.acme), (them.cleo, them.beta), (them.eve, them.gamma)], NOW)
    assert (panel.kind, panel.state, panel.sponsor) == ("panel", "active", None)
    assert powers.chairs(panel, TODAY) == [them.ben]
    told = Notice.objects.values_list("person", "change__says", "change__address")
    assert set(told) == {
        (one.pk, "You were drawn for the panel Appeal 7", "/groups/appeal-7/")
        for one in (them.ben, them.cleo, them.eve)
    }


TABLE = """
[[seat]]
person = {cleo}
organisation = "beta"
role = "chair"
until = 2027-11-30

[[seat]]
person = {finn}
organisation = "gamma"
role = "member"
until = 2027-11-30
"""


def test_an_election_seats_whom_it_names_once_and_ends_the_seats_that_they_had(them):
    from guildmark_hub.council import groups, powers

    group = made.working(them)
    table = TABLE.format(cleo=them.cleo.pk, finn=them.finn.pk)
    decision = made.decision(made.proposal(them, group, "election", document=table))
    seats = groups.check_election(group, table, TODAY)
    first = groups.elect(decision, seats, NOW)
    assert groups.elect(decision, seats, NOW + DAY) == first
    sitting = {(one.person, one.role, one.until) for one in powers.seats(group, TODAY)}
    assert sitting == {
        (them.ada, "chair", date(2027, 11, 22)),
        (them.ben, "member", None),
        (them.eve, "member", None),
        (them.cleo, "chair", date(2027, 11, 30)),
        (them.finn, "member", date(2027, 11, 30)),
    }
    old = group.seats.get(person=them.cleo, role="member")
    assert old.ended_at == NOW


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("seat", "chair"), "names between 1 and 50 seats"),
        (("person = ", "person = 99999"), "there is no person 99999"),
        (('"beta"', '"nobody"'), "there is no organisation nobody"),
        (('"beta"', '"acme"'), "does not belong to Acme now"),
        (('"chair"', '"king"'), "another role than member or chair"),
        (("2027-11-30", "2026-11-22"), "the term of seat 1 is over"),
        (("2027-11-30", "2036-11-22"), "the term of seat 1 is over, or too long"),
        (("2027-11-30", "2027-11-30T10:00:00"), "does not say until which day"),
        (("2027-11-30", '"2027-11-30"'), "does not say until which day"),
        (("person = ", "person = true #"), "names no person by a number"),
        (("role", "rank"), "does not have the four keys"),
        (("[[seat]]", "[[seat]"), "cannot be read"),
    ],
)
def test_an_election_that_cannot_be_held_says_why(them, change, says):
    from guildmark_hub.council import groups

    table = TABLE.format(cleo=them.cleo.pk, finn=them.finn.pk).replace(*change)
    with pytest.raises(AskedWrongly, match=says):
        groups.check_election(made.working(them), table, TODAY)


def test_nobody_is_elected_twice_in_one_table_or_into_a_panel(them):
    from guildmark_hub.council import groups

    table = TABLE.format(cleo=them.cleo.pk, finn=them.cleo.pk)
    with pytest.raises(AskedWrongly, match="the same person is named twice"):
        groups.check_election(made.working(them), table, TODAY)
    panel = groups.panel("Appeal 7", [(them.ben, them.acme)], NOW)
    with pytest.raises(AskedWrongly, match="drawn, not elected"):
        groups.check_election(panel, TABLE.format(cleo=them.cleo.pk, finn=them.finn.pk), TODAY)


def test_who_left_her_organisation_before_the_election_took_effect_sits_by_a_seat_that_counts_for_nothing(them):
    from guildmark_hub.council import groups, powers

    group = made.working(them)
    table = TABLE.format(cleo=them.cleo.pk, finn=them.finn.pk)
    seats = groups.check_election(group, table, TODAY)
    them.finn.affiliations.update(until=TODAY - DAY, ended_at=NOW)
    groups.elect(made.decision(made.proposal(them, group, "election", document=table)), seats, NOW)
    assert powers.seat(them.finn, group, TODAY) is None
    assert powers.is_chair(them.cleo, group, TODAY)


FRAGMENTS = st.sampled_from(
    (
        *("[[seat]]", "[seat]", "person = 1", "person = -1", f"person = {'9' * 5000}", 'organisation = "acme"'),
        *('organisation = ""', 'role = "chair"', "role = [[]]", "until = 2027-11-30", "until = 2027-02-31", "seat = 1"),
        *("until = 10:00:00", "[" * 2000, "role = " + "[" * 2000),
    )
)


@given(st.lists(FRAGMENTS | st.text(max_size=20), max_size=12))
@example(["[[seat]]", "person = 1", 'organisation = "acme"', 'role = "chair"', "until = 2027-11-30"])
def test_any_text_is_a_table_of_an_election_or_told_why_not(lines):
    from guildmark_hub.council import electing

    with contextlib.suppress(AskedWrongly):
        (seat,) = electing.read("\n".join(lines), TODAY)
        assert seat == electing.Elected(1, "acme", "chair", date(2027, 11, 30))


@given(st.dates(min_value=date(2020, 1, 1), max_value=date(2100, 1, 1)))
def test_a_year_on_is_the_same_day_of_the_next_year(day):
    from guildmark_hub.council.groups import year_on

    found = year_on(day)
    assert found.year == day.year + 1
    assert timedelta(days=364) <= found - day <= timedelta(days=366)
    assert found.month == day.month
