"""The pages of watching in a real browser: themes, widths, hostile words; by hand from a search to its notice."""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote
from wsgiref.simple_server import make_server

import pytest
from tests import pages
from tests.hub import editions, hostile
from tests.hub.test_pages_browser import _Quiet, _Server

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
def site(browser: Any, empty: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str, str]]:
    """The hub on a free port, Ada's session, and a link out of one of her mails; names and notices are hostile."""
    from django.conf import settings
    from django.core.wsgi import get_wsgi_application
    from django.db import connection
    from tests.hub import alliance, watched
    from tests.hub.conftest import _opened

    from guildmark_hub.catalog import acts as catalog
    from guildmark_hub.watching import acts, letters, telling
    from guildmark_hub.watching.models import Hook

    folder = tmp_path_factory.mktemp("site")
    for _ in _opened(Path(shutil.copy(empty, folder / "site.sqlite3"))):
        catalog.load(editions.write_edition(folder / "edition.gz", editions.small()))
        who, where = alliance.person(), alliance.organisation("acme", name=hostile.BAD)
        for kind, what in (("entry", "guard"), ("organisation", "acme"), ("search", "q=" + quote(hostile.BAD))):
            acts.follow(who, kind, what)
        for says in (hostile.BAD, hostile.LONG, "a level fell"):
            watched.change(says=says, organisation=where)
        watched.read()
        acts.new_feed(who)
        Hook.objects.create(person=who, address="https://example.org/" + "y" * 500, secret="x", why=hostile.BAD)
        letter = telling.letter(who)
        session = alliance.browser(who).cookies[settings.SESSION_COOKIE_NAME].value
        server = make_server("127.0.0.1", 0, get_wsgi_application(), _Server, _Quiet)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://localhost:{server.server_port}/", session, f"unsubscribe/{letters.token(letter)}/"
        server.shutdown()
        thread.join()
        server.server_close()
        connection.close()


@pytest.fixture
def window(browser: Any, site: tuple[str, str, str]) -> Iterator[Any]:
    """A window of Ada's; what the browser complains of, and every script that runs, fails the test."""
    context = browser.new_context(base_url=site[0])
    context.add_cookies([{"name": "sessionid", "value": site[1], "url": site[0]}])
    page, complaints = context.new_page(), []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    yield page
    context.close()
    assert complaints == []


@pytest.mark.parametrize("name", [*SHOWN, "unsubscribe"])
def test_axe_finds_no_fault_and_nothing_is_wider_than_the_screen(window, site, name):
    window.goto(SHOWN.get(name, site[2]))
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
