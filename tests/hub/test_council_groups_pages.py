"""The pages of groups: what everybody reads, what each may press, and the words of others on them."""

from datetime import date, timedelta
from typing import Any

import pytest
from tests.hub import council_groups as made
from tests.hub.council_groups import CHARTER, DAY

pytestmark = pytest.mark.usefixtures("small")
EVIL = "<script>alert(1)</script>\u202e"


@pytest.fixture
def now(small: Any) -> Any:
    from django.utils import timezone

    return timezone.now()


@pytest.fixture
def group(them: made.People, now: Any) -> Any:
    return made.working(them, now)


def page(who: Any, path: str, status: int = 200) -> str:
    from tests.hub import alliance

    answer = alliance.browser(who).get(path)
    assert answer.status_code == status, (path, answer.status_code)
    return str(answer.content.decode())


def post(who: Any, path: str, given: dict[str, Any], status: int = 302) -> str:
    from tests.hub import alliance

    answer = alliance.browser(who).post(path, given)
    assert answer.status_code == status, (path, answer.status_code, answer.content.decode()[-1500:])
    return str(answer.content.decode())


def test_everything_of_a_group_is_read_without_signing_in(them, group, now):
    from guildmark_hub.council import meetings, reports

    one = meetings.plan(them.ada, group, now + DAY, "Room 7", "1. The first point", now)
    meetings.mean(them.ada, group, "Write the standard", "With care.", now.date() + DAY, now)
    proposal = made.proposal(them, group)
    group.made_at = now - 800 * DAY
    group.save()
    reports.publish(them.ada, group, now.year - 1, "We met often.", now)
    text = page(None, "/groups/speech-models/")
    for said in ("Standards for speech models.", "Acme", "Cleo", "Write the standard", "Meet twice a month", "Active"):
        assert said in text, said
    assert f"person {them.cleo.pk}<" in text, "by this number an election names her"
    assert f'href="/proposals/{proposal.pk}/"' in text
    assert "<form" not in text.split("<main")[1].split("</main>")[0]
    assert "The first point" in page(None, f"/meetings/{one.pk}/")
    assert "We decide by ballot." in page(None, "/groups/speech-models/charter/1/")
    assert "We met often." in page(None, f"/groups/speech-models/reports/{now.year - 1}/")
    assert "4 seats of 3 organisations" in page(None, "/groups/")


@pytest.mark.parametrize(
    "path",
    [
        "/groups/nobody/",
        "/groups/speech-models/charter/9/",
        f"/groups/speech-models/charter/{'9' * 30}/",
        "/groups/speech-models/reports/2020/",
        "/meetings/99999/",
        f"/meetings/{'9' * 30}/",
    ],
)
def test_what_is_not_there_is_not_found(group, path):
    page(None, path, 404)


def test_a_group_that_forms_says_what_it_lacks(them, now):
    made.forming(them, now)
    text = page(None, "/groups/speech-models/")
    assert "<li>a charter</li>" in text
    assert "<li>3 members, and 1 sit there</li>" in text


def test_a_group_is_formed_by_pressing_what_the_pages_offer(them, now):
    """Ada makes it and writes its charter, Cleo and Eve join, Ada sets it to work."""
    from guildmark_hub.council.models import Group

    form = {"name": "Speech models", "kind": "working", "organisation": "acme", "says": "For speech."}
    assert 'href="/groups/new/"' in page(them.ada, "/groups/")
    post(them.ada, "/groups/new/", form)
    assert "charter/write/" in page(them.ada, "/groups/speech-models/")
    post(them.ada, "/groups/speech-models/charter/write/", {"text": CHARTER})
    for person, organisation in ((them.cleo, "beta"), (them.eve, "gamma")):
        text = page(person, "/groups/speech-models/")
        assert f"Take a seat for {organisation.title()}" in text
        assert "activate" not in text
        post(person, "/groups/speech-models/join/", {"organisation": organisation})
        assert "Give up your seat" in page(person, "/groups/speech-models/")
    assert 'action="/groups/speech-models/activate/"' in page(them.ada, "/groups/speech-models/")
    post(them.ada, "/groups/speech-models/activate/", {})
    assert Group.objects.get().state == "active"


def test_a_form_that_is_wrong_says_so_and_keeps_what_was_typed(them):
    text = post(
        them.ada, "/groups/new/", {"name": "x\u202ey", "kind": "king", "organisation": "beta", "says": "So."}, 400
    )
    assert "that can be seen" in text
    assert "So.</textarea>" in text
    assert "beta is not one of the available choices" in text


def test_a_name_that_is_taken_is_told_in_the_form(them, group):
    form = {"name": "Speech models", "kind": "working", "organisation": "acme", "says": "For speech."}
    assert "There is a group named Speech models already" in post(them.ada, "/groups/new/", form, 400)


def test_staff_make_the_steering_committee_by_a_form_and_see_no_second(them, now):
    from tests.hub import alliance

    from guildmark_hub.council import powers
    from guildmark_hub.people.models import Affiliation

    sue = alliance.person("Sue", staff=True)
    keys = {one.person.name: str(one.pk) for one in Affiliation.objects.select_related("person")}
    assert 'href="/groups/steering/"' in page(sue, "/groups/")
    text = page(sue, "/groups/steering/")
    assert all(f"{name}, " in text for name in ("Ada", "Cleo", "Finn"))
    given = {
        "name": "Steering committee",
        "says": "It owns the rules.",
        "charter": CHARTER,
        "members": [keys["Ada"], keys["Cleo"], keys["Finn"]],
        "chairs": [keys["Dan"]],
        "until": f"{now.date() + 300 * DAY}",
    }
    assert "must be among those who sit in it" in post(sue, "/groups/steering/", given, 400)
    post(sue, "/groups/steering/", given | {"chairs": [keys["Cleo"]]})
    committee = powers.steering()
    assert committee is not None
    assert powers.chairs(committee, now.date()) == [them.cleo]
    assert 'href="/groups/steering/"' not in page(sue, "/groups/")


def test_nobody_is_named_for_two_organisations_in_the_first_committee(them, now):
    from tests.hub import alliance

    from guildmark_hub.people.models import Affiliation

    alliance.belongs(them.ada, them.beta)
    keys = [str(one.pk) for one in Affiliation.objects.filter(person__in=(them.ada, them.finn))]
    given = {"name": "Steering", "says": "x", "charter": CHARTER, "members": keys, "chairs": keys[:1]}
    given["until"] = f"{now.date() + DAY}"
    text = post(alliance.person("Sue", staff=True), "/groups/steering/", given, 400)
    assert "Somebody is chosen for two organisations" in text


BUTTONS = ("step-down/", "rest/", "close/", "leave/", "join/", "end/", "chair/", "meetings/new/", "milestones/new/")


def test_each_sees_the_buttons_of_what_she_may_do(them, group):
    made.steering(them)
    seen = {}
    for who in (None, them.ada, them.cleo, them.dan, them.finn):
        text = page(who, "/groups/speech-models/")
        seen[str(who)] = {one for one in BUTTONS if f'/{one}"' in text}
    assert seen == {
        "None": set(),
        "Ada": set(BUTTONS) - {"join/"},
        "Cleo": {"leave/"},
        "Dan": {"rest/", "close/", "join/"},
        "Finn": {"join/"},
    }


def test_nobody_is_offered_to_stop_a_panel(them):
    from guildmark_hub.council import groups

    made.steering(them)
    groups.panel("Appeal 7", [(them.ben, them.acme), (them.cleo, them.beta), (them.eve, them.gamma)])
    for who in (them.ben, them.dan):
        assert not {one for one in ("rest/", "close/") if f'/{one}"' in page(who, "/groups/appeal-7/")}


def test_a_chair_names_another_ends_a_seat_and_closes_the_group_by_the_pages(them, group, now):
    from guildmark_hub.council import powers

    seats = {str(one.person): one.pk for one in group.seats.all()}
    until = f"{now.date() + 10 * DAY}"
    text = post(them.ada, f"/groups/speech-models/seats/{seats['Cleo']}/chair/", {"until": "2020-01-01"}, 400)
    assert "The term is over, or too long" in text
    post(them.ada, f"/groups/speech-models/seats/{seats['Cleo']}/chair/", {"until": until})
    assert powers.chairs(group, now.date()) == [them.ada, them.cleo]
    assert "ends soon" in page(None, "/groups/speech-models/")
    post(them.cleo, f"/groups/speech-models/seats/{seats['Ben']}/end/", {})
    assert "Who sat here" in page(None, "/groups/speech-models/")
    assert "Is <bdi>Speech models</bdi> at its end?" in page(them.ada, "/groups/speech-models/close/")
    post(them.ada, "/groups/speech-models/close/", {})
    group.refresh_from_db()
    assert group.state == "closed"


def test_a_seat_is_found_only_in_its_own_group(them, group, now):
    other = made.steering(them, now)
    seat = other.seats.first()
    post(them.ada, f"/groups/speech-models/seats/{seat.pk}/end/", {}, 404)


def test_a_meeting_is_planned_answered_and_held_by_the_pages(them, group, now):
    from guildmark_hub.council.models import Meeting

    made.proposal(them, group, state="last_call", title="Ask more")
    form = page(them.ada, "/groups/speech-models/meetings/new/")
    assert "(last call): Ask more" in form
    when = f"{now + 3 * DAY:%Y-%m-%dT%H:%M}"
    post(them.ada, "/groups/speech-models/meetings/new/", {"at": when, "place": "Room 1", "agenda": "1. All"})
    one = Meeting.objects.get()
    path = f"/meetings/{one.pk}/"
    assert "0 of 3 organisations said that they come, 3 have not said; 2 are needed: <strong>not yet</strong>" in page(
        None, path
    )
    for person in (them.cleo, them.eve):
        post(person, f"{path}answer/", {"says": "coming"})
    assert "2 of 3 organisations said that they come, 1 have not said; 2 are needed: <strong>yes</strong>" in page(
        them.cleo, path
    )
    assert "it is not said whether you come" in post(them.cleo, f"{path}answer/", {"says": "perhaps"}, 400)
    Meeting.objects.update(at=now - DAY)
    given = {"minutes": "We met.", "present": [str(them.cleo.pk), str(them.ada.pk)]}
    assert f'value="{them.cleo.pk}"' in page(them.ada, f"{path}minutes/")
    post(them.ada, f"{path}minutes/", given)
    text = page(None, path)
    assert "We met." in text
    assert "2 of 3 organisations that sit here now were there." in text


def test_only_who_is_asked_can_be_said_to_have_been_there(them, group, now):
    from guildmark_hub.council.models import Meeting

    one = Meeting.objects.create(group=group, at=now - DAY, made_by=them.ada)
    given = {"minutes": "We met.", "present": [str(them.dan.pk)]}
    text = post(them.ada, f"/meetings/{one.pk}/minutes/", given, 400)
    assert "is not one of the available choices" in text


def test_the_words_of_others_are_text_on_every_page(them, group, now):
    from guildmark_hub.council import meetings
    from guildmark_hub.council.models import Charter, Group, YearReport
    from guildmark_hub.people.models import Organisation, Person

    Person.objects.update(name=EVIL)
    Organisation.objects.update(name=EVIL)
    Group.objects.update(name=EVIL, says=EVIL)
    group.refresh_from_db()
    Charter.objects.create(group=group, number=2, text=f"{EVIL}\n{CHARTER}", says=EVIL, made_by=them.ada)
    one = meetings.plan(them.ada, group, now + DAY, EVIL, EVIL.rstrip("\u202e"), now)
    meetings.say(them.ada, one, coming=True, now=now)
    meetings.mean(them.ada, group, EVIL, EVIL, now.date() + DAY, now)
    made.proposal(them, group, title=EVIL)
    YearReport.objects.create(group=group, year=2025, text=EVIL, made_by=them.ada)
    slug, seat = group.slug, group.seats.first().pk
    paths = [f"/groups/{slug}/{rest}" for rest in ("", "charter/2/", "reports/2025/", "close/", "meetings/new/")]
    paths += [f"/groups/{slug}/seats/{seat}/chair/", f"/meetings/{one.pk}/", f"/meetings/{one.pk}/minutes/"]
    for path in (*paths, "/groups/", "/desk/waiting/", "/desk/", "/groups/new/", f"/meetings/{one.pk}/cancel/"):
        text = page(them.ada, path)
        assert "alert(1)" in text, path
        assert "<script>alert" not in text, path
        assert "\u202e" not in text, path


def test_a_version_of_a_charter_shows_what_is_other_than_in_the_one_before(them, group):
    from guildmark_hub.council import groups

    groups.adopt_charter(made.decision(made.proposal(them, group)))
    text = page(None, "/groups/speech-models/charter/2/")
    assert "<del><bdi>We meet once a month.</bdi></del>" in text
    assert "<ins><bdi>We meet twice a month.</bdi></ins>" in text
    assert "accepted by" in text
    assert "This version was replaced" in page(None, "/groups/speech-models/charter/1/")


def test_the_page_says_why_a_seat_counts_no_more(them, group, now):
    from guildmark_hub.people.models import Affiliation

    group.seats.update(since=date(2026, 2, 1))
    Affiliation.objects.filter(person=them.eve).update(until=now.date() - timedelta(days=1), ended_at=now)
    assert "left Gamma" in page(None, "/groups/speech-models/")
