"""The pages of groups in a real browser: themes, widths, hostile words; a group formed and a meeting held by hand."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tests import pages
from tests.hub import hostile, served

WORDS = hostile.BAD.replace("\u202e", "")


class Site(NamedTuple):
    """The hub on a free port, the session of a chair, that of staff, and addresses by what they show."""

    address: str
    sessions: dict[str, str]
    shown: dict[str, str]


@pytest.fixture(scope="module")
def site(browser: Any, empty: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Names, words and organisations are hostile."""
    with served.site_of(empty, tmp_path_factory.mktemp("site")):
        people, shown = filled()
        sessions = {name: served.session_of(who) for name, who in people.items()}
        with served.served() as address:
            yield Site(address, sessions, shown)


def filled() -> tuple[dict[str, Any], dict[str, str]]:
    """A group with everything, all of it in hostile words, and one whose charter is to be written."""
    from django.utils import timezone
    from tests.hub import alliance
    from tests.hub import council_groups as made

    from guildmark_hub.council import groups, meetings
    from guildmark_hub.council.models import Charter, Group, Meeting, YearReport

    them, now = made.people(), timezone.now()
    sue = alliance.person("Sue", staff=True)
    group = made.working(them, now)
    young = groups.make(them.ada, them.acme, made.SAYS | {"name": "Young"}, now)
    for one in (them.cleo, them.acme):
        type(one).objects.filter(pk=one.pk).update(name=WORDS[:200])
    Group.objects.filter(pk=group.pk).update(name=WORDS[:200], says=WORDS, made_at=now - 800 * made.DAY)
    group.refresh_from_db()
    Charter.objects.create(group=group, number=2, text=f"{WORDS}\n{hostile.LONG}", says=WORDS, made_by=them.cleo)
    come = meetings.plan(them.ada, group, now + 30 * made.DAY, WORDS, f"{WORDS}\n{hostile.LONG}", now)
    meetings.say(them.cleo, come, coming=True, now=now)
    past = Meeting.objects.create(group=group, at=now - made.DAY, agenda=WORDS, made_by=them.ada)
    meetings.mean(them.ada, group, WORDS[:300], WORDS, now.date() + made.DAY, now)
    made.proposal(them, group, title=WORDS[:300])
    YearReport.objects.create(group=group, year=now.year - 1, text=f"{WORDS}\n{hostile.LONG}", made_by=them.cleo)
    place = f"groups/{group.slug}"
    return {"chair": them.ada, "staff": sue}, {
        "groups": "groups/",
        "new": "groups/new/",
        "group": f"{place}/",
        "young": f"groups/{young.slug}/charter/write/",
        "charter": f"{place}/charter/2/",
        "chair": f"{place}/seats/{group.seats.get(person=them.cleo).pk}/chair/",
        "close": f"{place}/close/",
        "plan": f"{place}/meetings/new/",
        "meeting": f"meetings/{come.pk}/",
        "minutes": f"meetings/{past.pk}/minutes/",
        "cancel": f"meetings/{come.pk}/cancel/",
        "milestone": f"{place}/milestones/new/",
        "report": f"{place}/reports/{now.year - 1}/",
        "write_report": f"{place}/reports/{now.year - 2}/write/",
        "waiting": "desk/waiting/",
        "desk": "desk/",
    }


NAMES = (
    *("groups", "new", "group", "young", "charter", "chair", "close", "plan", "meeting", "minutes", "cancel"),
    *("milestone", "report", "write_report", "waiting", "desk"),
)


def opened(browser: Any, site: Site, who: str) -> AbstractContextManager[Any]:
    """A window of somebody; what the browser complains of, and every script that runs, fails the test."""
    return served.window_of(browser, site.address, site.sessions[who], "status of 40")


@pytest.fixture
def window(browser: Any, site: Site) -> Iterator[Any]:
    """Of the chair."""
    with opened(browser, site, "chair") as page:
        yield page


@pytest.fixture
def of_staff(browser: Any, site: Site) -> Iterator[Any]:
    """Of those who run the hub."""
    with opened(browser, site, "staff") as page:
        yield page


@pytest.mark.parametrize("name", NAMES)
def test_axe_finds_no_fault_and_nothing_is_wider_than_the_screen(window: Any, site: Site, name: str) -> None:
    """In both themes, on a phone and on a wide screen; no script of a stranger's runs."""
    assert set(site.shown) == set(NAMES)
    assert window.goto(site.shown[name]).status == 200
    pages.faultless(window)


def test_staff_make_the_steering_committee_by_hand(of_staff: Any, site: Site) -> None:
    """With boxes for who sits and who leads."""
    of_staff.goto("groups/")
    of_staff.click("text=Make the steering committee")
    pages.faultless(of_staff)
    of_staff.fill("[name=says]", "It owns the rules of deciding.")
    of_staff.fill("[name=charter]", "We meet each month.")
    for who in ("Dan", "Eve", "Finn"):
        of_staff.get_by_role("group", name="Who sits in it").get_by_label(f"{who}, ").check()
    of_staff.get_by_role("group", name="Who leads it").get_by_label("Dan, ").check()
    of_staff.fill("[name=until]", f"{_in_days(300)}")
    of_staff.click("button:has-text('Make it')")
    assert of_staff.locator("h1").inner_text() == "Steering committee"
    assert of_staff.locator("table caption").inner_text() == "3 seats of 2 organisations"


def test_a_meeting_is_planned_and_cancelled_by_hand(window: Any, site: Site) -> None:
    """From the group's page and back to it."""
    window.goto(site.shown["group"])
    window.click("text=Plan a meeting")
    window.fill("[name=at]", f"{_in_days(9)}T14:00")
    window.fill("[name=place]", "Room 9")
    window.click("text=Plan it")
    assert "14:00 UTC" in window.locator("h1").inner_text()
    window.click("text=I come")
    assert "You said: will come." in window.locator("main").inner_text()
    window.click("text=Cancel it")
    window.fill("[name=why]", "Nobody can.")
    window.click("button:has-text('Cancel the meeting')")
    assert "Nobody can." in window.locator("main").inner_text()


def _in_days(number: int) -> Any:
    from django.utils import timezone
    from tests.hub.council_groups import DAY

    return timezone.now().date() + number * DAY
