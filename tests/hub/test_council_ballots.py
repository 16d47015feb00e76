"""Ballots: who is frozen as an elector, who is barred, and what is taken of whom."""

from datetime import date, timedelta

import pytest
from tests.hub.voting import acts, again, asks, casts, declares, electors, opened

from guildmark.errors import AskedWrongly

pytestmark = pytest.mark.usefixtures("small")
DAYS = timedelta(days=100)


def test_the_electorate_is_who_has_a_seat_when_the_ballot_opens_each_organisation_once(council, now):
    """R1."""
    from django.core.exceptions import PermissionDenied

    from guildmark_hub.council import balloting

    council.join("Abe", "acme")
    ballot = opened(council, now)
    assert electors(ballot) == [
        ("organisation:acme", 1, ""),
        ("organisation:beta", 2, ""),
        ("organisation:gamma", 3, ""),
    ]
    dan = council.join("Dan", "delta")
    with pytest.raises(PermissionDenied, match="Delta had no seat in Steering committee when the ballot opened"):
        balloting.cast(dan, ballot, "yes", now=now)
    abe = balloting.cast(council.persons["Abe"], ballot, "yes", now=now)
    casts(council, ballot, now, Ada="abstain")
    assert again(abe).elector == ballot.electors.get(place=1)
    assert ballot.electors.get(place=1).votes.count() == 2


def test_by_persons_each_seat_is_an_elector_with_the_employer_of_that_day(council, now):
    council.join("Abe", "acme")
    asks({"unit": "person", "cap": 2})
    ballot = opened(council, now)
    assert [one.name for one in ballot.electors.all()] == ["Ada", "Bea", "Cyd", "Abe"]
    assert [one.organisation.slug for one in ballot.electors.all()] == ["acme", "beta", "gamma", "acme"]


def test_beyond_the_cap_of_an_employer_nobody_votes(council, now):
    """R4."""
    from django.core.exceptions import PermissionDenied

    from guildmark_hub.council import balloting

    abe = council.join("Abe", "acme")
    asks({"unit": "person", "cap": 1})
    ballot = opened(council, now)
    with pytest.raises(PermissionDenied, match="At most 1 person of Acme vote here"):
        balloting.cast(abe, ballot, "yes", now=now)
    casts(council, ballot, now, Ada="yes", Bea="yes", Cyd="yes")
    tally = balloting.end(council.persons["Ada"], ballot, now)
    assert (tally.electorate, tally.capped, tally.net, tally.yes) == (4, 1, 3, 3)


def test_a_panel_of_appeal_votes_by_persons_one_of_each_employer(council, now):
    from tests.hub import decided

    panel = decided.Council("panel", "Panel of appeal 1")
    ballot = opened(panel, now)
    assert (ballot.rules["unit"], ballot.rules["cap"]) == ("person", 1)
    assert {one.person for one in ballot.electors.all()} == set(panel.persons.values())


def test_a_ballot_opens_after_the_waiting_time_and_not_a_moment_before(council, now):
    from guildmark_hub.council import balloting

    one = council.proposes()
    until = balloting.waits_until(one)
    assert until == one.last_call_at + timedelta(hours=360)
    with pytest.raises(AskedWrongly, match="its last call waits 360 hours"):
        balloting.open_ballot(council.persons["Ada"], one, until - timedelta(microseconds=1))
    ballot = balloting.open_ballot(council.persons["Ada"], one, until)
    assert ballot.closes_at == until + timedelta(hours=72)
    assert balloting.open_ballot(council.persons["Ada"], one, until).pk == ballot.pk  # pressed twice
    assert len(acts("council.open_ballot")) == 1


def test_only_a_chair_opens_a_ballot_and_only_of_an_active_group(council, now):
    from django.core.exceptions import PermissionDenied

    from guildmark_hub.council import balloting

    one = council.proposes()
    with pytest.raises(PermissionDenied, match="Only chairs of Steering committee"):
        balloting.open_ballot(council.persons["Bea"], one, now)
    for state, hint in (("dormant", "let an owner of its sponsor"), ("closed", "before another group")):
        council.group.state = state
        council.group.save()
        with pytest.raises(AskedWrongly, match="only an active group decides") as told:
            balloting.open_ballot(council.persons["Ada"], one, now)
        assert hint in told.value.hint


def test_what_cannot_be_decided_upon_any_more_is_neither_called_nor_voted_on(council, now):
    """Its effect is asked again: who was to be elected has left her organisation meanwhile."""
    from guildmark_hub.council import balloting, proposing
    from guildmark_hub.people import acts as people

    ada, cyd = council.persons["Ada"], council.persons["Cyd"]
    table = f'[[seat]]\nperson = {cyd.pk}\norganisation = "gamma"\nrole = "chair"\nuntil = {now.date() + DAYS}\n'
    called, draft = council.proposes("election", table), council.proposes("election", table)
    proposing.revise(ada, draft, f"{table}\n", "", now)
    people.end(cyd, cyd.affiliations.get())
    with pytest.raises(AskedWrongly, match="Cyd does not belong to Gamma now"):
        proposing.last_call(ada, draft, now)
    with pytest.raises(AskedWrongly, match="Cyd does not belong to Gamma now"):
        balloting.open_ballot(ada, called, now)
    assert (again(draft).state, again(called).state) == ("draft", "last_call")


def test_an_empty_electorate_opens_no_ballot_and_is_told(council, now):
    from guildmark_hub.council import balloting

    one = council.proposes()
    council.group.seats.update(until=date(2026, 1, 2))
    with pytest.raises(AskedWrongly, match="nobody sits in Steering committee now"):
        balloting.open_ballot(None, one, now)
    assert again(one).state == "last_call"


def test_where_all_have_a_conflict_of_interest_no_ballot_opens(council, now):
    from guildmark_hub.council import balloting

    one = council.proposes(slug="guard")
    for person in council.persons.values():
        declares(person, "entry:guard", now)
    asks({"unit": "person"})
    with pytest.raises(AskedWrongly, match="all 3 who could vote have a conflict of interest"):
        balloting.open_ballot(None, again(one), now)
    assert again(one).state == "last_call"


def test_who_has_a_conflict_at_the_opening_is_barred_and_counts_as_recused(council, now):
    """R3."""
    from django.core.exceptions import PermissionDenied

    from guildmark_hub.council import balloting

    asks({"unit": "person", "approvals": 1})
    declares(council.persons["Cyd"], "entry:guard", now)
    ballot = balloting.open_ballot(council.persons["Ada"], council.proposes(slug="guard"), now)
    assert [bool(barred) for _, _, barred in electors(ballot)] == [False, False, True]
    with pytest.raises(PermissionDenied, match=r"for a conflict of interest: .*I helped to make it"):
        casts(council, ballot, now, Cyd="yes")
    casts(council, ballot, now, Ada="yes", Bea="yes")
    tally = balloting.end(council.persons["Ada"], ballot, now)
    assert (tally.outcome, tally.recused, tally.net) == ("accepted", 1, 2)


def test_a_conflict_is_asked_at_casting_and_stays_written(council, now):
    from django.core.exceptions import PermissionDenied

    from guildmark_hub.council import balloting
    from guildmark_hub.council.models import Declaration

    asks({"unit": "person", "approvals": 1})
    ballot = balloting.open_ballot(council.persons["Ada"], council.proposes(slug="guard"), now)
    casts(council, ballot, now, Cyd="yes")
    declares(council.persons["Cyd"], "entry:guard", now)
    with pytest.raises(PermissionDenied, match="conflict of interest"):
        casts(council, ballot, now, Cyd="discuss")
    Declaration.objects.all().delete()
    assert [act.after["elector"] for act in acts("council.bar")] == [f"person:{council.persons['Cyd'].pk}"]
    casts(council, ballot, now, Ada="yes", Bea="discuss")
    tally = balloting.end(council.persons["Ada"], ballot, now)
    assert (tally.recused, tally.yes, tally.discuss) == (1, 1, 1)


def test_a_conflict_is_asked_once_more_at_the_count(council, now):
    from guildmark_hub.council import balloting

    asks({"unit": "person", "approvals": 1})
    ballot = balloting.open_ballot(council.persons["Ada"], council.proposes(slug="guard"), now)
    casts(council, ballot, now, Ada="yes", Bea="yes", Cyd="yes")
    declares(council.persons["Cyd"], "entry:guard", now)
    tally = balloting.end(council.persons["Ada"], ballot, now)
    assert (tally.recused, tally.yes) == (1, 2)
    assert "I helped to make it" in balloting.record_of(again(ballot)).electors[2].barred


def test_of_an_organisation_without_a_conflict_a_person_with_one_does_not_cast(council, now):
    from django.core.exceptions import PermissionDenied

    from guildmark_hub.council import balloting

    council.join("Abe", "acme")
    declares(council.persons["Abe"], "entry:guard", now)
    asks({"approvals": 1})
    ballot = balloting.open_ballot(council.persons["Ada"], council.proposes(slug="guard"), now)
    with pytest.raises(PermissionDenied, match="conflict of interest"):
        casts(council, ballot, now, Abe="yes")
    casts(council, ballot, now, Ada="yes")
    assert not ballot.electors.get(place=1).barred
    with pytest.raises(PermissionDenied, match="conflict of interest"):
        balloting.cast(council.persons["Abe"], ballot, "recuse", "I advise them.", now=now)


def test_the_only_voice_of_an_organisation_recuses_it_for_a_conflict_of_her_own(council, now):
    """Else it would stay silent, and count against every quorum."""
    from guildmark_hub.council import balloting

    declares(council.persons["Bea"], "entry:guard", now)
    asks({"approvals": 1})
    ballot = balloting.open_ballot(council.persons["Ada"], council.proposes(slug="guard"), now)
    balloting.cast(council.persons["Bea"], ballot, "recuse", "I advise them.", now=now)
    casts(council, ballot, now, Ada="yes", Cyd="yes")
    tally = balloting.end(council.persons["Ada"], ballot, now)
    assert (tally.recused, tally.net, tally.yes) == (1, 2, 2)
    assert not any(one.barred for one in balloting.record_of(again(ballot)).electors)


def test_what_a_person_cast_for_an_organisation_counts_not_where_she_has_a_conflict_at_the_count(council, now):
    from guildmark_hub.council import balloting

    council.join("Abe", "acme")
    asks({"approvals": 1})
    ballot = balloting.open_ballot(council.persons["Ada"], council.proposes(slug="guard"), now)
    casts(council, ballot, now, Abe="yes", Bea="yes", Cyd="discuss")
    declares(council.persons["Abe"], "entry:guard", now)
    tally = balloting.end(council.persons["Ada"], ballot, now)
    assert (tally.recused, tally.yes, tally.discuss) == (1, 1, 1)
    assert "its vote was cast by Abe, who has a conflict" in balloting.record_of(again(ballot)).electors[0].barred


def test_the_last_that_was_cast_counts_and_all_is_kept(council, ballot, now):
    """R2: by its number, also where the clock says otherwise."""
    from guildmark_hub.council import balloting

    casts(council, ballot, now + timedelta(hours=2), Ada="yes")
    casts(council, ballot, now + timedelta(hours=1), Ada="discuss", Bea="discuss")
    casts(council, ballot, now + timedelta(hours=3), Bea="yes", Cyd="no_objection")
    tally = balloting.close(ballot, ballot.closes_at)
    assert (tally.yes, tally.discuss, tally.no_objection) == (1, 1, 1)
    assert [vote.position for vote in balloting.record_of(again(ballot)).votes] == [
        "yes",
        "discuss",
        "discuss",
        "yes",
        "no_objection",
    ]
    assert acts("council.cast")[1].before["position"] == "yes"


def test_the_same_vote_sent_twice_is_one_and_another_after_it_is_a_change(council, ballot, now):
    from guildmark_hub.council import balloting

    ada = council.persons["Ada"]
    first, same, other, first_again = (
        balloting.cast(ada, ballot, position, says, now=now)
        for position, says in (("yes", ""), ("yes", " "), ("abstain", ""), ("yes", ""))
    )
    assert first.pk == same.pk
    assert len({first.pk, other.pk, first_again.pk}) == ballot.votes.count() == 3


def test_discuss_and_recuse_say_why_and_a_position_is_one_of_five(council, ballot, now):
    """R7."""
    from guildmark_hub.council import balloting

    for position, says in (("discuss", "discuss says why"), ("recuse", "recuse says why"), ("no", "no position 'no'")):
        with pytest.raises(AskedWrongly, match=says):
            balloting.cast(council.persons["Ada"], ballot, position, " \n", now=now)
    with pytest.raises(AskedWrongly, match="has 4,001 letters"):
        balloting.cast(council.persons["Ada"], ballot, "yes", "x" * 4001, now=now)
    assert ballot.votes.count() == 0


def test_nobody_votes_for_an_organisation_in_which_she_has_no_seat(council, ballot, now):
    from django.core.exceptions import PermissionDenied
    from tests.hub import alliance

    from guildmark_hub.council import balloting

    eve = alliance.person("Eve")
    alliance.belongs(eve, council.organisations["acme"], "owner")
    with pytest.raises(PermissionDenied, match="Only who sits in Steering committee may vote"):
        balloting.cast(eve, ballot, "yes", now=now)
    with pytest.raises(PermissionDenied, match="You vote here for Acme"):
        balloting.cast(council.persons["Ada"], ballot, "yes", organisation=council.organisations["beta"], now=now)


def test_who_changes_employer_keeps_what_she_cast_and_casts_no_more_for_the_old_one(council, now):
    """R9."""
    from django.core.exceptions import PermissionDenied
    from tests.hub import alliance

    from guildmark_hub.council import balloting
    from guildmark_hub.people import acts as people

    bea, beta = council.persons["Bea"], council.organisations["beta"]
    asks({"unit": "person"})
    ballot = opened(council, now)
    casts(council, ballot, now, Bea="yes")
    people.end(bea, bea.affiliations.get())
    alliance.belongs(bea, council.organisations["acme"])
    with pytest.raises(PermissionDenied, match="one of Beta, to which you do not belong any more"):
        casts(council, ballot, now, Bea="discuss")
    casts(council, ballot, now, Ada="yes", Cyd="yes")
    assert balloting.end(council.persons["Ada"], ballot, now).yes == 3
    assert balloting.record_of(again(ballot)).electors[1].employer == beta.slug


def test_who_leaves_her_organisation_casts_no_more_for_it(council, ballot, now):
    """R9, where organisations vote: another of its seats may."""
    from django.core.exceptions import PermissionDenied

    from guildmark_hub.people import acts as people

    bea = council.persons["Bea"]
    casts(council, ballot, now, Bea="yes")
    people.end(bea, bea.affiliations.get())
    with pytest.raises(PermissionDenied, match="Only who sits in"):
        casts(council, ballot, now, Bea="discuss")
    council.join("Ben", "beta")
    casts(council, ballot, now, Ben="abstain")
    assert [vote.person.name for vote in ballot.electors.get(place=2).votes.all()] == ["Bea", "Ben"]
