"""The pages of submissions and jobs in a real browser: both themes, two widths, hostile words, and a job watched."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests import pages
from tests.hub import hostile, served

SHOWN = {
    "submit": "submit/",
    "submissions": "submissions/",
    "dead": "submissions/1/",
    "again": "submissions/2/",
    "running": "submissions/3/",
    "waiting": "submissions/4/?still",
    "jobs": "desk/jobs/",
    "desk": "desk/",
}


@pytest.fixture
def site(browser: Any, empty: Path, tmp_path: Path) -> Iterator[served.Site]:
    """The hub on a free port, and the session of somebody who runs it and asked for vettings that met hostile words."""
    from tests.hub import alliance

    from guildmark.errors import GuildmarkError
    from guildmark_hub.jobs import acts as jobs
    from guildmark_hub.vetting import acts

    with served.copy_of(empty, tmp_path):
        who = alliance.person(hostile.BAD, staff=True)
        for number in range(4):
            acts.submit(who, f"pkg:pypi/{'long-name-' * 15}{number}")
        jobs.failed(jobs.lease(), jobs.Hopeless(hostile.BAD, hostile.LONG))
        jobs.failed(jobs.lease(), GuildmarkError(hostile.LONG, hostile.BAD))
        jobs.progress(jobs.lease(), hostile.BAD)
        session = served.session_of(who)
        with served.served() as address:
            yield served.Site(address, session, SHOWN)


@pytest.fixture
def window(browser: Any, site: served.Site) -> Iterator[Any]:
    """A window of hers; what the browser complains of, and every script that runs, fails the test."""
    with served.window_of(browser, site.address, site.session) as page:
        yield page


def test_axe_finds_no_fault_and_nothing_is_wider_than_the_screen(window):
    for address in SHOWN.values():
        window.goto(address)
        pages.faultless(window)


def test_a_job_is_watched_until_it_ends_without_loading_the_page_anew(window):
    from django.db import transaction

    from guildmark_hub.jobs import acts as jobs

    window.goto("submit/")
    window.fill("#id_purl", "pypi:guard")
    window.click("text=Have it vetted")
    assert "It waits for its turn" in window.inner_text("#state")
    window.evaluate("window.here = true")
    for one in (jobs.lease(), jobs.lease()):
        jobs.progress(one, "It is being vetted: 3 MB are fetched.")
    window.wait_for_selector("text=3 MB are fetched")
    assert window.evaluate("window.here")
    with transaction.atomic():
        jobs.done(one)
    window.wait_for_selector("text=It was vetted on")
    assert window.evaluate("document.scripts.length") == 0


def test_staff_try_a_job_again_by_hand(window):
    window.goto("desk/jobs/")
    assert "Given up (1)" in window.inner_text("main")
    window.click("text=Try again")
    assert "Given up (0)" in window.inner_text("main")
