"""The pages of watching in a real browser: themes, widths, hostile words; by hand from a search to its notice."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from tests import pages
from tests.hub import hostile, served

SHOWN = {
    "follow": "follow/?kind=entry&what=guard",
    "follow_search": "follow/?kind=search&what=" + quote("q=" + quote(hostile.BAD)),
    "following": "desk/following/",
    "notices": "desk/notices/",
    "hooks": "desk/hooks/",
    "desk": "desk/",
    "search": "search?q=guard",
}


@pytest.fixture(scope="module")
def site(browser: Any, empty: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[served.Site]:
    """The hub on a free port, Ada's session, and a link out of one of her mails; names and notices are hostile."""
    from tests.hub import alliance, watched

    from guildmark_hub.watching import acts, letters, telling
    from guildmark_hub.watching.models import Hook

    with served.site_of(empty, tmp_path_factory.mktemp("site")):
        who, where = alliance.person(), alliance.organisation("acme", name=hostile.BAD)
        for kind, what in (("entry", "guard"), ("organisation", "acme"), ("search", "q=" + quote(hostile.BAD))):
            acts.follow(who, kind, what)
        for says in (hostile.BAD, hostile.LONG, "a level fell"):
            watched.change(says=says, organisation=where)
        watched.read()
        acts.new_feed(who)
        Hook.objects.create(person=who, address="https://example.org/" + "y" * 500, secret="x", why=hostile.BAD)
        letter = telling.letter(who)
        shown = SHOWN | {"unsubscribe": f"unsubscribe/{letters.token(letter)}/"}
        session = served.session_of(who)
        with served.served() as address:
            yield served.Site(address, session, shown)


@pytest.fixture
def window(browser: Any, site: served.Site) -> Iterator[Any]:
    """A window of Ada's; what the browser complains of, and every script that runs, fails the test."""
    with served.window_of(browser, site.address, site.session) as page:
        yield page


@pytest.mark.parametrize("name", [*SHOWN, "unsubscribe"])
def test_axe_finds_no_fault_and_nothing_is_wider_than_the_screen(window, site, name):
    window.goto(site.shown[name])
    pages.faultless(window)


def test_a_search_is_followed_by_hand_and_what_happens_is_a_notice(window):
    from tests.hub import watched

    window.goto("search?q=voice")
    window.click("text=Follow this search")
    assert "“voice”" in window.locator("h1").inner_text()
    window.click("button:has-text('Follow')")
    assert "You follow “voice”." in window.locator("[role=status]").inner_text()
    watched.change("voice", "advisory", says="an advisory hit Voice-3B")
    watched.read()
    window.goto("desk/notices/")
    window.click("a:has-text('an advisory hit Voice-3B')")
    assert window.locator("h1").inner_text() == "Voice-3B"
    window.click("text=Follow it")
    assert window.locator("h1").inner_text() == "Follow Voice-3B"
