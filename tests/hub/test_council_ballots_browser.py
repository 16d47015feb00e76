"""The pages of proposals and ballots in a real browser: themes, widths, hostile words; a vote cast by keyboard."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests import pages
from tests.hub import hostile, served
from tests.hub.served import Site

WORDS = hostile.BAD.replace("\u202e", "")


@pytest.fixture(scope="module")
def site(browser: Any, empty: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Of a chair; names, titles, texts and remarks are hostile."""
    with served.site_of(empty, tmp_path_factory.mktemp("site")):
        who, shown = filled()
        session = served.session_of(who)
        with served.served() as address:
            yield Site(address, session, shown)


def filled() -> tuple[Any, dict[str, str]]:
    """A proposal in each state, one of them a standard."""
    from tests.hub import decided
    from tests.hub.test_council_ballots_pages import STANDARD

    from guildmark_hub.council import balloting, proposing
    from guildmark_hub.council.models import Group
    from guildmark_hub.people.models import Organisation, Person

    council = decided.Council()
    Group.objects.update(name=WORDS[:200])
    council.group.refresh_from_db()
    for row in (*Organisation.objects.filter(own=False), *Person.objects.all()):
        row.name = f"{row.name} {WORDS}"[:200]
        row.save()
    council.persons = {name: Person.objects.get(pk=one.pk) for name, one in council.persons.items()}
    ada, bea, cyd = council.persons.values()
    hard = {"title": f"{WORDS} {'y' * 100}", "says": WORDS}
    now = decided.NOW
    called = council.proposes("standard", STANDARD, **hard)
    draft = council.proposes(document=f"{hostile.LONG}\n\tone\ntwo".replace("\u202e", ""), **hard)
    proposing.revise(ada, draft, f"{WORDS}\n\tone\nthree\n{'z' * 900}", WORDS)
    first = proposing.remark(bea, draft, f"{WORDS}\n\n{WORDS}")
    proposing.remark(ada, draft, WORDS, first)
    running = balloting.open_ballot(ada, council.proposes(**hard), now - timedelta(hours=1))
    balloting.cast(bea, running, "discuss", WORDS, now=now)
    balloting.cast(cyd, running, "recuse", WORDS, now=now)
    ended = balloting.open_ballot(ada, council.proposes(**hard), now - timedelta(days=5)).proposal
    rejected = council.proposes(**hard)
    council.votes(rejected, "yes", "discuss", "silent")
    gone = council.proposes(**hard, supersedes=draft)
    proposing.withdraw(ada, gone, WORDS)
    return ada, {
        "list": "proposals/",
        "propose": f"groups/{council.group.slug}/propose/",
        "draft": f"proposals/{draft.pk}/",
        "revision": f"proposals/{draft.pk}/revisions/2/",
        "called": f"proposals/{called.pk}/",
        "revise": f"proposals/{called.pk}/revise/",
        "remark": f"proposals/{draft.pk}/remark/?answers={first.pk}",
        "withdraw": f"proposals/{draft.pk}/withdraw/",
        "running": f"proposals/{running.proposal_id}/",
        "cast": f"proposals/{running.proposal_id}/cast/",
        "ended": f"proposals/{ended.pk}/",
        "rejected": f"proposals/{rejected.pk}/",
        "gone": f"proposals/{gone.pk}/",
    }


NAMES = (
    *("list", "propose", "draft", "revision", "called", "revise", "remark", "withdraw", "running", "cast"),
    *("ended", "rejected", "gone"),
)


@pytest.fixture
def window(browser: Any, site: Site) -> Iterator[Any]:
    """A window of hers; what the browser complains of, and every script that runs, fails the test."""
    with served.window_of(browser, site.address, site.session, "status of 40") as page:
        yield page


@pytest.mark.parametrize("name", NAMES)
def test_axe_finds_no_fault_and_nothing_is_wider_than_the_screen(window: Any, site: Site, name: str) -> None:
    """In both themes, on a phone and on a wide screen; no script of a stranger's runs."""
    assert set(site.shown) == set(NAMES)
    window.goto(site.shown[name])
    pages.faultless(window)


def test_a_vote_is_cast_and_changed_by_keyboard(window: Any, site: Site) -> None:
    """Who says discuss without words is told at the form, and loses nothing of what she chose."""
    window.goto(site.shown["running"])
    window.get_by_role("link", name="Vote for").press("Enter")
    window.get_by_label("Yes", exact=True).press("Space")
    window.get_by_role("button", name="Vote").press("Enter")
    assert "stands at: yes. It can be changed until" in window.get_by_role("status").inner_text()
    window.get_by_role("link", name="Vote for").press("Enter")
    assert window.get_by_label("Yes", exact=True).is_checked()
    window.get_by_label("Yes", exact=True).press("ArrowDown")
    window.keyboard.press("ArrowDown")
    window.get_by_role("button", name="Vote").press("Enter")
    assert "Discuss says why" in window.get_by_role("alert").inner_text()
    assert window.get_by_label("Discuss").is_checked()
    pages.faultless(window)
    window.get_by_label("Why").fill("The second part is not so.")
    window.get_by_role("button", name="Vote").press("Enter")
    assert "stands at: discuss" in window.get_by_role("status").inner_text()
    assert "The second part is not so." in window.locator("main").inner_text()
