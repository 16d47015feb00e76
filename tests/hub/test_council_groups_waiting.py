"""What waits for somebody, and what she is told of: on her desk, by mail, in her feed, to her hooks."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from tests.hub import council_groups as made
from tests.hub.council_groups import DAY, NOW, TODAY

from guildmark.errors import AskedWrongly

pytestmark = pytest.mark.usefixtures("small")
HOUR = timedelta(hours=1)


def waits(person: Any, now: datetime = NOW) -> list[tuple[str, str, datetime | None]]:
    from guildmark_hub.council import awaited

    return [tuple(one) for one in awaited.waits(person, now)]


def voting(proposal: Any, *electors: Any, cap: int = 0) -> Any:
    """An open ballot on it with these electors, organisations or pairs of one and a person."""
    from guildmark_hub.council.models import Elector

    unit = "person" if isinstance(electors[0], tuple) else "organisation"
    ballot = made.ballot(proposal, unit=unit, cap=cap)
    for place, one in enumerate(electors):
        organisation, person = one if isinstance(one, tuple) else (one, None)
        Elector.objects.create(ballot=ballot, organisation=organisation, person=person, name="x", place=place)
    return ballot


def test_an_open_ballot_waits_for_each_who_may_vote_until_her_elector_has_cast(them, group):
    from guildmark_hub.council.models import Vote

    proposal = made.proposal(them, group)
    ballot = voting(proposal, them.acme, them.beta)
    of = ("Vote, for Acme: Meet twice a month", f"/proposals/{proposal.pk}/", NOW + 3 * DAY)
    assert [waits(one) for one in (them.ada, them.ben, them.eve, them.dan)] == [[of], [of], [], []]
    acme = ballot.electors.get(organisation=them.acme)
    Vote.objects.create(ballot=ballot, elector=acme, person=them.ben, position="abstain", at=NOW)
    assert [waits(one) for one in (them.ada, them.ben)] == [[], []]


def test_a_ballot_by_persons_waits_for_each_of_its_electors(them, group):
    proposal = made.proposal(them, group)
    voting(proposal, (them.acme, them.ada), (them.beta, them.cleo))
    of = ("Vote: Meet twice a month", f"/proposals/{proposal.pk}/", NOW + 3 * DAY)
    assert [waits(one) for one in (them.ada, them.ben, them.cleo)] == [[of], [], [of]]


def test_a_ballot_waits_for_nobody_who_is_barred_or_has_left_the_employer_it_was_frozen_with(them, group):
    ballot = voting(made.proposal(them, group), (them.acme, them.ada), (them.beta, them.cleo))
    ballot.electors.filter(person=them.ada).update(barred="She wrote it")
    them.cleo.affiliations.update(until=TODAY - DAY, ended_at=NOW - DAY)
    assert [waits(one) for one in (them.ada, them.cleo)] == [[], []]


def test_a_ballot_waits_for_nobody_whose_vote_would_not_be_taken(them, group):
    """Ben comes after Ada, of whose employer one may vote; Cleo says now that she has a stake."""
    from guildmark_hub.council.models import Declaration

    proposal = made.proposal(them, group, slug="guard")
    voting(proposal, (them.acme, them.ada), (them.acme, them.ben), (them.beta, them.cleo), cap=1)
    assert [bool(waits(one)) for one in (them.ada, them.ben, them.cleo)] == [True, False, True]
    stake = {"about": "entry:guard", "says": "I wrote it.", "since": TODAY, "made_by": them.cleo}
    Declaration.objects.create(person=them.cleo, **stake)
    assert [bool(waits(one)) for one in (them.ada, them.ben, them.cleo)] == [True, False, False]


@pytest.mark.parametrize("now", [NOW - HOUR, NOW + 3 * DAY, NOW + 4 * DAY])
def test_a_ballot_waits_for_nobody_before_it_opens_or_from_its_closing_on(them, group, now):
    voting(made.proposal(them, group), (them.acme, them.ada))
    assert [one for one in waits(them.ada, now) if one[0].startswith("Vote")] == []


def test_a_last_call_waits_for_all_who_sit_there_and_then_for_the_chairs(them, group):
    from guildmark_hub.council.models import DecisionClass

    proposal = made.proposal(them, group, state="last_call", last_call_at=NOW)
    over = NOW + DecisionClass.objects.get(slug="lifecycle", number=1).hours * HOUR
    path = f"/proposals/{proposal.pk}/"
    called = ("Last call, say what you think: Meet twice a month", path, over)
    assert [waits(one) for one in (them.ada, them.ben, them.dan)] == [[called], [called], []]
    opens = ("Open the ballot, the last call is over: Meet twice a month", path, None)
    assert [waits(one, over) for one in (them.ada, them.ben)] == [[opens], []]


def test_a_ballot_waits_to_be_opened_by_whoever_may_lead_its_proposal(them, group):
    """R12: the chair of the group has a stake, so one of the steering committee opens it."""
    from guildmark_hub.council.models import Declaration

    made.steering(them)
    proposal = made.proposal(them, group, state="last_call", last_call_at=NOW - 30 * DAY, slug="guard")
    opens = ("Open the ballot, the last call is over: Meet twice a month", f"/proposals/{proposal.pk}/", None)
    assert [opens in waits(one) for one in (them.ada, them.dan)] == [True, False]
    stake = {"about": "entry:guard", "says": "I wrote it.", "since": TODAY, "made_by": them.ada}
    Declaration.objects.create(person=them.ada, **stake)
    assert [opens in waits(one) for one in (them.ada, them.dan)] == [False, True]
    proposal.last_call_at = NOW
    proposal.save()
    assert [one[0] for one in waits(them.dan)] == []


def test_a_decision_waits_for_whoever_may_lead_its_proposal_until_it_is_signed(them, group):
    from guildmark_hub.council.models import Elector

    made.steering(them)
    decision = made.decision(made.proposal(them, group, state="accepted"))
    signs = ("Sign the decision: Meet twice a month", f"/decisions/{decision.proposal_id}/", None)
    made_by_chairs = [one for person in (them.ada, them.dan) for one in waits(person) if one[0].startswith("Sign")]
    assert made_by_chairs == [signs]
    Elector.objects.create(ballot=decision.ballot, organisation=them.acme, name="x", place=0, barred="Acme made it")
    assert signs not in waits(them.ada)
    assert signs in waits(them.dan)
    decision.signed_at = NOW
    decision.save()
    assert signs not in waits(them.dan)


def test_a_meeting_waits_for_an_answer_and_then_for_its_minutes(them, group):
    from guildmark_hub.council import meetings

    one = meetings.plan(them.ada, group, NOW + DAY, "", "", NOW)
    path = f"/meetings/{one.pk}/"
    asks = ("Say whether you come: Speech models meets", path, NOW + DAY)
    assert [waits(each) for each in (them.ada, them.ben, them.dan)] == [[asks], [asks], []]
    meetings.say(them.ben, one, coming=False, now=NOW)
    assert waits(them.ben) == []
    writes = ("Write the minutes of Speech models, 23 November 2026", path, NOW + 61 * DAY)
    assert [waits(each, NOW + DAY) for each in (them.ada, them.ben)] == [[writes], []]
    meetings.hold(them.ada, one, "We met.", [], NOW + DAY)
    assert waits(them.ada, NOW + DAY) == []


def test_a_charter_and_then_the_start_wait_for_who_made_the_group(them):
    from guildmark_hub.council import groups, seating

    group = made.forming(them)
    assert waits(them.ada) == [("Write the charter of Speech models", "/groups/speech-models/charter/write/", None)]
    groups.write_charter(them.ada, group, "We meet.", NOW)
    assert waits(them.ada) == []
    for person, organisation in ((them.cleo, them.beta), (them.eve, them.gamma)):
        seating.join(person, group, organisation, NOW)
    starts = ("Set Speech models to work: it has all that it needs", "/groups/speech-models/", None)
    assert [waits(one) for one in (them.ada, them.cleo)] == [[starts], []]
    groups.activate(them.ada, group, NOW)
    assert waits(them.ada) == []


def test_a_term_that_ends_soon_and_a_milestone_that_is_due_are_told(them, group):
    from guildmark_hub.council import meetings

    end = NOW + 365 * DAY
    meetings.mean(them.ada, group, "Write it", "", end.date(), NOW)
    assert waits(them.ada, end - 31 * DAY) == []
    day_after = datetime(2027, 11, 23, tzinfo=UTC)
    assert waits(them.ada, end - 30 * DAY) == [
        ("Milestone of Speech models: Write it", "/groups/speech-models/", day_after),
        ("Your term in Speech models ends", "/groups/speech-models/", day_after),
    ]
    assert waits(them.ben, end) == []


def test_what_is_due_first_stands_first_and_what_two_say_stands_once(them, monkeypatch):
    from guildmark_hub.council import waiting
    from guildmark_hub.council.waiting import Waits

    late, soon, never = Waits("b", "/b/", NOW + DAY), Waits("c", "/c/", NOW), Waits("a", "/a/", None)
    monkeypatch.setattr(waiting, "_ASKED", [])
    first, second = (lambda person, now: [never, late]), (lambda person, now: [late, soon])
    for one in (first, second, first):
        waiting.register(one)
    assert len(waiting._ASKED) == 2
    assert waiting.of(them.ada, NOW) == [soon, late, never]


def test_the_page_and_the_desk_show_what_waits(them, group):
    from django.utils import timezone
    from tests.hub import alliance

    from guildmark_hub.council import meetings

    now = timezone.now()
    meetings.plan(them.ada, group, now + DAY, "", "", now)
    client = alliance.browser(them.ben)
    for path in ("/desk/waiting/", "/desk/"):
        page = client.get(path).content.decode()
        assert "Say whether you come: Speech models meets" in page, path
    assert "Nothing waits for you" in alliance.browser(them.dan).get("/desk/waiting/").content.decode()


def test_the_desk_shows_the_first_and_says_how_many_wait(them, group):
    from django.utils import timezone
    from tests.hub import alliance

    from guildmark_hub.council import meetings

    now = timezone.now()
    for days in range(1, 12):
        meetings.plan(them.ada, group, now + days * DAY, "", "", now)
    page = alliance.browser(them.ben).get("/desk/").content.decode()
    assert page.count("Say whether you come") == 8
    assert "All 11 things" in page


def told(*persons: Any, says: str = "Come and vote", address: str = "/proposals/1/", slug: str = "") -> None:
    from django.db import transaction

    from guildmark_hub.council import telling

    with transaction.atomic():
        telling.tell(persons, says, address, slug, NOW)


def test_each_person_is_told_once_with_the_page_that_it_is_about(them):
    from guildmark_hub.watching.models import Notice

    told(them.ada, them.ben, them.ada)
    rows = Notice.objects.order_by("person").values_list("person", "change__says", "change__address", "change__kind")
    assert list(rows) == [(one.pk, "Come and vote", "/proposals/1/", "council") for one in (them.ada, them.ben)]


def test_nobody_is_told_where_the_act_was_undone(them):
    from django.db import transaction

    from guildmark_hub.catalog.models import Change
    from guildmark_hub.council import telling
    from guildmark_hub.watching.models import Notice

    before = Change.objects.count()
    with transaction.atomic():
        telling.tell([them.ada], "Come and vote", "/proposals/1/")
        transaction.set_rollback(True)
    assert (Change.objects.count(), Notice.objects.count()) == (before, 0)


def test_to_tell_nobody_writes_nothing(them):
    from guildmark_hub.catalog.models import Change

    before = Change.objects.count()
    told()
    assert Change.objects.count() == before


def test_a_notice_of_a_group_is_mailed_with_its_address(them):
    from django.test import override_settings

    from guildmark_hub.jobs import acts as jobs
    from guildmark_hub.watching import work

    with override_settings(MAIL_BATCH=timedelta(0), ADDRESS="https://hub.example.org"):
        mail.outbox.clear()
        told(them.ada)
        job = jobs.lease()
        assert job is not None
        work.mail(job)
    (letter,) = mail.outbox
    assert letter.to == [them.ada.email]
    assert "  Come and vote\n  https://hub.example.org/proposals/1/\n" in letter.body


def test_who_stops_the_mails_of_groups_has_them_on_her_desk_only(them):
    """Also from then on: it is one row of what she follows, which cannot be stopped altogether."""
    from guildmark_hub.watching import acts
    from guildmark_hub.watching.models import Follow, Notice

    told(them.ada)
    follow = Follow.objects.get(person=them.ada, kind="council")
    with pytest.raises(AskedWrongly, match="always on your desk"):
        acts.stop(them.ada, follow.pk)
    acts.stop_mail(them.ada)
    told(them.ada, says="Come again")
    assert list(Notice.objects.filter(person=them.ada).values_list("by_mail", flat=True)) == [False, False]
    assert Follow.objects.filter(person=them.ada, kind="council").count() == 1


def test_who_follows_the_entry_is_told_too_and_nobody_twice(them):
    from guildmark_hub.watching import acts, telling
    from guildmark_hub.watching.models import Notice

    for one in (them.ada, them.ben):
        acts.follow(one, "entry", "guard")
    told(them.ada, slug="guard")
    while telling.read_changes():
        pass
    about = Notice.objects.filter(change__kind="council").values_list("person__name", flat=True)
    assert sorted(about) == ["Ada", "Ben"]


def test_the_page_of_notices_leads_to_the_page_of_the_group(them):
    from tests.hub import alliance

    told(them.ada, says="Come <b>", address="/groups/speech-models/")
    page = alliance.browser(them.ada).get("/desk/notices/").content.decode()
    assert '<a href="/groups/speech-models/"><bdi>Come &lt;b&gt;</bdi></a>' in page


def test_what_groups_ask_stands_among_what_she_follows_without_a_way_to_stop_it(them):
    from tests.hub import alliance

    from guildmark_hub.watching import acts

    told(them.ada)
    client = alliance.browser(them.ada)
    for path in ("/desk/following/", "/desk/"):
        page = client.get(path).content.decode()
        assert "What groups ask of you" in page, path
        assert "/follow/stop/" not in page, path
    acts.follow(them.ada, "entry", "guard")
    assert client.get("/desk/following/").content.decode().count("/follow/stop/") == 1
