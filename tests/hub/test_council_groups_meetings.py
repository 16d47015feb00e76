"""Meetings, milestones and yearly reports of groups."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from hypothesis import given
from hypothesis import strategies as st
from tests.hub import council_groups as made
from tests.hub.council_groups import DAY, NOW, TODAY

from guildmark.errors import AskedWrongly

pytestmark = pytest.mark.usefixtures("small")
SOON = NOW + 7 * DAY


def planned(them: made.People, group: Any, at: datetime = SOON, now: datetime = NOW) -> Any:
    from guildmark_hub.council import meetings

    return meetings.plan(them.ada, group, at, "Room 1", "1. All", now)


def notices(person: Any) -> list[tuple[str, str]]:
    rows = person.notices.exclude(change__address__startswith="/groups/").order_by("pk")
    return list(rows.values_list("change__says", "change__address"))


def test_an_agenda_begins_with_what_is_called_voted_on_and_due(them, group):
    from guildmark_hub.council import meetings

    for title, state in (("Drafted", "draft"), ("Called", "last_call"), ("Voted", "ballot"), ("Over", "accepted")):
        made.proposal(them, group, title=title, state=state)
    first = group.proposals.order_by("pk").first().pk
    for title, days in (("Soon", 10), ("Far", 100), ("Done", 5), ("Dropped", 5)):
        meetings.mean(them.ada, group, title, "", TODAY + days * DAY, NOW)
    for title, done in (("Done", True), ("Dropped", False)):
        meetings.end_milestone(them.ada, group.milestones.get(title=title), done=done, now=NOW)
    assert meetings.agenda(group, NOW).splitlines() == [
        "1. Who is here; the minutes of the last meeting",
        f"2. Proposal {first + 1} (last call): Called",
        f"3. Proposal {first + 2} (ballot): Voted",
        "4. Milestone due 2 December 2026: Soon",
        "5. Anything else; the next meeting",
    ]


def test_a_chair_plans_a_meeting_once_and_the_others_are_told(them, group):
    first = planned(them, group)
    assert planned(them, group) == first
    told = [("Speech models meets on 29 November 2026, 12:00 UTC", f"/meetings/{first.pk}/")]
    assert [notices(one) for one in (them.ada, them.ben, them.cleo, them.eve)] == [[], told, told, told]


def test_only_a_chair_plans_changes_and_ends_meetings(them, group):
    from guildmark_hub.council import meetings

    one = planned(them, group)
    for act in (
        lambda: meetings.plan(them.ben, group, SOON, "", "", NOW),
        lambda: meetings.replan(them.ben, one, SOON, "", "", NOW),
        lambda: meetings.hold(them.ben, one, "x", [], SOON),
        lambda: meetings.cancel(them.ben, one, "x", NOW),
        lambda: meetings.mean(them.ben, group, "x", "", TODAY, NOW),
    ):
        with pytest.raises(PermissionDenied, match="Only chairs of Speech models"):
            act()


@pytest.mark.parametrize("days", [-1, 0, 733])
def test_a_meeting_is_planned_for_a_time_to_come(them, group, days):
    with pytest.raises(AskedWrongly, match="that is past, or too far off"):
        planned(them, group, NOW + days * DAY)


def test_a_group_that_rests_plans_no_meeting(them, group):
    from guildmark_hub.council import groups

    for stop, says, hint in (
        (groups.rest, "is dormant", "let an owner of its sponsor"),
        (groups.close, "is closed", "in a group that works"),
    ):
        stop(them.ada, group, NOW)
        with pytest.raises(AskedWrongly, match=f"Speech models {says}") as told:
            planned(them, group)
        assert hint in told.value.hint


def test_members_are_told_of_another_time_and_not_of_another_agenda(them, group):
    from guildmark_hub.council import meetings

    one = planned(them, group)
    meetings.replan(them.ada, one, SOON, "Room 1", "1. Less", NOW)
    assert len(notices(them.ben)) == 1
    meetings.replan(them.ada, one, SOON + DAY, "Room 1", "1. Less", NOW)
    assert notices(them.ben)[1][0] == "The meeting of Speech models is on 30 November 2026, 12:00 UTC now"


def test_a_meeting_whose_time_has_come_is_not_moved(them, group):
    from guildmark_hub.council import meetings

    with pytest.raises(AskedWrongly, match="that is past"):
        meetings.replan(them.ada, planned(them, group), SOON + 3 * DAY, "", "", SOON + DAY)


def test_members_say_whether_they_come_and_the_last_word_counts_until_it_begins(them, group):
    from guildmark_hub.council import meetings

    one = planned(them, group)
    meetings.say(them.ben, one, coming=True, now=NOW)
    meetings.say(them.ben, one, coming=False, now=NOW + DAY)
    assert list(one.attendances.values_list("person", "says")) == [(them.ben.pk, "not_coming")]
    with pytest.raises(PermissionDenied, match="Only members of Speech models"):
        meetings.say(them.dan, one, coming=True, now=NOW)
    with pytest.raises(AskedWrongly, match="no longer to come"):
        meetings.say(them.ben, one, coming=True, now=SOON)
    assert one.attendances.get().says == "not_coming"


def test_a_quorum_is_forecast_by_the_organisations_that_said_they_come(them, group):
    """Three organisations: two are needed. Ada and Ben are of one."""
    from guildmark_hub.council import meetings
    from guildmark_hub.council.meetings import Forecast

    one = planned(them, group)
    seen = [meetings.forecast(one, TODAY)]
    for person, coming in ((them.ada, False), (them.ben, True), (them.cleo, False), (them.eve, True)):
        meetings.say(person, one, coming=coming, now=NOW)
        seen.append(meetings.forecast(one, TODAY))
    assert seen == [
        Forecast(3, 0, 3, 2),
        Forecast(3, 0, 3, 2),
        Forecast(3, 1, 2, 2),
        Forecast(3, 1, 1, 2),
        Forecast(3, 2, 0, 2),
    ]
    assert [(each.reached, each.possible) for each in seen] == [(False, True)] * 4 + [(True, True)]


def test_where_too_many_do_not_come_no_quorum_is_possible(them, group):
    from guildmark_hub.council import meetings

    one = planned(them, group)
    for person in (them.cleo, them.eve):
        meetings.say(person, one, coming=False, now=NOW)
    assert not meetings.forecast(one, TODAY).possible


@given(of=st.integers(0, 50), coming=st.integers(0, 50), unsaid=st.integers(0, 50))
def test_more_than_half_of_the_organisations_are_a_quorum(of, coming, unsaid):
    from guildmark_hub.council.meetings import Forecast

    found = Forecast(of, coming, unsaid, of // 2 + 1)
    assert found.reached == (2 * coming > of)
    assert found.possible == (2 * (coming + unsaid) > of)


def test_minutes_say_who_was_there_and_are_written_once_after_the_meeting(them, group):
    from guildmark_hub.council import meetings
    from guildmark_hub.people.models import Act

    one = planned(them, group)
    meetings.say(them.eve, one, coming=True, now=NOW)
    for now, hint in ((NOW, "write its minutes after it"), (NOW - DAY, "clock of this hub was set back")):
        with pytest.raises(AskedWrongly, match="which is not yet") as told:
            meetings.hold(them.ada, one, "We met.", {them.ada.pk}, now)
        assert hint in told.value.hint
    meetings.hold(them.ada, one, "We met.", {them.ada.pk, them.cleo.pk, them.dan.pk}, SOON)
    one.refresh_from_db()
    assert (one.state, one.minutes) == ("held", "We met.")
    assert dict(one.attendances.values_list("person__name", "says")) == {
        "Ada": "present",
        "Ben": "absent",
        "Cleo": "present",
        "Eve": "absent",
    }
    assert Act.objects.get(did="council.hold_meeting").after == {"present": [them.ada.pk, them.cleo.pk]}
    with pytest.raises(AskedWrongly, match="this meeting was held already"):
        meetings.hold(them.ada, one, "Otherwise.", set(), SOON)
    with pytest.raises(AskedWrongly, match="this meeting was held already"):
        meetings.cancel(them.ada, one, "No.", SOON)


def test_a_cancelled_meeting_says_why_and_the_others_are_told(them, group):
    from guildmark_hub.council import meetings

    one = meetings.cancel(them.ada, planned(them, group), "Nobody can.", NOW)
    assert (one.state, one.minutes) == ("cancelled", "Nobody can.")
    assert notices(them.cleo)[-1][0] == "The meeting of Speech models on 29 November 2026, 12:00 UTC is cancelled"
    with pytest.raises(AskedWrongly, match="cancelled already"):
        meetings.hold(them.ada, one, "We met.", [], SOON)


def test_a_milestone_is_set_once_and_ends_once(them, group):
    from guildmark_hub.council import meetings

    first = meetings.mean(them.ada, group, "Write it", "", TODAY + DAY, NOW)
    assert meetings.mean(them.ada, group, "Write it", "", TODAY + DAY, NOW) == first
    meetings.end_milestone(them.ada, first, done=True, now=NOW)
    with pytest.raises(AskedWrongly, match="this milestone has ended"):
        meetings.end_milestone(them.ada, first, done=False, now=NOW)
    first.refresh_from_db()
    assert (first.done_at, first.dropped_at) == (NOW, None)


@pytest.mark.parametrize("days", [-1, 5 * 366 + 1])
def test_a_milestone_is_due_from_today_to_five_years_ahead(them, group, days):
    from guildmark_hub.council import meetings

    with pytest.raises(AskedWrongly, match="its day is past, or too far off"):
        meetings.mean(them.ada, group, "Write it", "", TODAY + days * DAY, NOW)


NEXT = datetime(2027, 1, 5, tzinfo=UTC)


@pytest.fixture
def past(them: made.People, group: Any) -> Any:
    """A group that did a little of everything in 2026, and something in other years."""
    from guildmark_hub.council import meetings
    from guildmark_hub.council.models import Ballot, Decision, Meeting, Proposal

    one, two = planned(them, group), planned(them, group, SOON + DAY)
    meetings.hold(them.ada, one, "We met.", {them.ada.pk, them.cleo.pk}, SOON)
    meetings.hold(them.ada, two, "We met again.", {them.ada.pk}, SOON + DAY)
    meetings.cancel(them.ada, planned(them, group, SOON + 2 * DAY), "No.", NOW)
    Meeting.objects.create(group=group, at=NEXT, state="held", made_by=them.ada)
    for title, due in (("A", date(2026, 12, 31)), ("B", date(2026, 12, 1)), ("C", date(2027, 1, 1))):
        meetings.mean(them.ada, group, title, "", due, NOW)
    meetings.end_milestone(them.ada, group.milestones.get(title="B"), done=True, now=NOW)
    states = ("accepted", "accepted", "rejected", "draft", "withdrawn")
    proposals = [made.proposal(them, group, title=str(n), state=state) for n, state in enumerate(states)]
    for place, proposal in enumerate(proposals[:3]):
        made.decision(proposal, accepted=place < 2)
        Proposal.objects.filter(pk=proposal.pk).update(state=states[place])
    Decision.objects.filter(proposal=proposals[0]).update(signed_at=NOW)
    made.ballot(proposals[3])
    Ballot.objects.update(closed_at=NOW)
    late = made.proposal(them, group, title="late", made_at=NEXT)
    made.ballot(late)
    Ballot.objects.filter(proposal=late).update(closed_at=NEXT)
    return group


def test_a_report_begins_with_what_is_recorded_of_its_year(past):
    from guildmark_hub.council import reports

    assert reports.counted(past, 2026)[:15] == [
        ("Meetings held", 2),
        ("Meetings cancelled", 1),
        ("Times that a member was at a meeting", 3),
        ("Times that a member was not at a meeting", 5),
        ("Different persons who were at a meeting", 2),
        ("Proposals brought", 5),
        ("Of these withdrawn", 1),
        ("Ballots closed", 4),
        ("Of these accepted", 2),
        ("Of these rejected", 1),
        ("Of these without a decision", 1),
        ("Decisions signed", 1),
        ("Milestones due", 2),
        ("Of these done", 1),
        ("Of these dropped", 0),
    ]
    assert reports.draft(past, 2026).splitlines()[:3] == ["What Speech models did in 2026", "", "Meetings held: 2"]


def test_what_other_parts_of_the_hub_count_is_in_the_report_once(past, monkeypatch):
    from guildmark_hub.council import reports

    monkeypatch.setattr(reports, "_COUNTS", [])

    def cases(group: Any, begin: datetime, end: datetime) -> list[tuple[str, int]]:
        return [(f"{group.slug} {begin:%Y%m%d} {end:%Y%m%d}", 7)]

    reports.register(cases)
    reports.register(cases)
    assert reports.counted(past, 2026)[15:] == [("speech-models 20260101 20270101", 7)]


def test_a_report_counts_the_vetting_cases_of_the_group(small):
    from tests.hub import alliance, permitted_cases

    from guildmark_hub.cases.models import Review
    from guildmark_hub.council import reports
    from guildmark_hub.council.models import Group

    alliance.organisation()
    alliance.organisation("other")
    permitted_cases.world({"member": alliance.person("Mia"), "stranger": alliance.person("Sam")})
    group, review = Group.objects.get(slug="tools"), Review.objects.get()
    year = review.drawn_at.year
    before = ("Vetting cases brought", 1), ("Reviews sent", 0), ("Different reviewers", 0), ("Appeals made", 0)
    assert set(before) <= set(reports.counted(group, year))
    Review.objects.update(submitted_at=review.drawn_at)
    assert {("Reviews sent", 1), ("Different reviewers", 1)} <= set(reports.counted(group, year))
    assert ("Vetting cases brought", 0) in reports.counted(group, year + 1)


def test_a_report_is_published_once_when_its_year_is_over(past, them):
    from guildmark_hub.council import reports

    with pytest.raises(AskedWrongly, match="2026 is not over"):
        reports.publish(them.ada, past, 2026, "We met.", NOW)
    with pytest.raises(AskedWrongly, match="2025 is not over, or before the group was"):
        reports.publish(them.ada, past, 2025, "We met.", NEXT)
    with pytest.raises(PermissionDenied, match="Only chairs"):
        reports.publish(them.ben, past, 2026, "We met.", NEXT)
    reports.publish(them.ada, past, 2026, "We met.", NEXT)
    with pytest.raises(AskedWrongly, match="the report of 2026 is published already"):
        reports.publish(them.ada, past, 2026, "We met often.", NEXT)
    assert [(one.year, one.text) for one in past.reports.all()] == [(2026, "We met.")]


def test_a_closed_group_reports_of_its_last_year_at_once(past, them):
    from guildmark_hub.council import groups, reports
    from guildmark_hub.council.models import Proposal

    Proposal.objects.filter(state="ballot").update(state="rejected")
    groups.close(them.ada, past, NOW)
    past.refresh_from_db()
    assert reports.years(past, NOW) == [2026]
    assert reports.publish(them.ada, past, 2026, "We met.", NOW).year == 2026


@pytest.mark.parametrize("text", [" ", "x" * 60_001])
def test_a_report_has_words_and_not_too_many(past, them, text):
    from guildmark_hub.council import reports

    with pytest.raises(AskedWrongly, match="the report has"):
        reports.publish(them.ada, past, 2026, text, NEXT)
