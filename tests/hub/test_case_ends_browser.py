"""The pages of what became of a case in a real browser: both themes, two widths, the words of strangers."""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from wsgiref.simple_server import make_server

import pytest
from tests import pages
from tests.hub import hostile
from tests.hub.test_pages_browser import _Quiet, _Server


@pytest.fixture
def site(browser: Any, _small: Path, tmp_path: Path) -> Iterator[tuple[str, str, dict[str, str]]]:
    """The hub on a free port, a member's session, and the addresses of what is there."""
    from django.conf import settings
    from django.core.wsgi import get_wsgi_application
    from django.db import connection
    from django.urls import reverse
    from tests.hub import alliance, ended
    from tests.hub.conftest import _opened

    from guildmark_hub.cases import appeals
    from guildmark_hub.cases.models import Appeal

    for _ in _opened(Path(shutil.copy(_small, tmp_path / "site.sqlite3"))):
        made = ended.Alliance()
        active = made.active(made.assessed("1.1"))
        appealed = made.active(made.assessed("1.0"))
        appeal = made.appealed(appealed)
        Appeal.objects.filter(pk=appeal.pk).update(grounds=f"{hostile.BAD}\n{hostile.LONG}")
        made.who("Pia").affiliations.update(until=ended.NOW.date() - ended.NOW.date().resolution)
        waiting = appeals.appeal(made.who("Sam"), made.rejected(), ended.GROUNDS, ended.NOW)
        shown = {
            "active": active.get_absolute_url(),
            "appealed": appealed.get_absolute_url(),
            "appeal": reverse("cases:appealed", args=[appeal.pk]),
            "without a panel": reverse("cases:appealed", args=[waiting.pk]),
            "form": reverse("cases:appeal", args=[active.pk]),
            "entry": reverse("catalog:entry", args=[active.slug]),
        }
        session = alliance.browser(made.who("Sam")).cookies[settings.SESSION_COOKIE_NAME].value
        server = make_server("127.0.0.1", 0, get_wsgi_application(), _Server, _Quiet)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://localhost:{server.server_port}", session, shown
        server.shutdown()
        thread.join()
        server.server_close()
        connection.close()


@pytest.fixture
def window(browser: Any, site: tuple[str, str, dict[str, str]]) -> Iterator[Any]:
    """A window of a member's; what the browser complains of, and every script that runs, fails the test."""
    context = browser.new_context(base_url=site[0])
    context.add_cookies([{"name": "sessionid", "value": site[1], "url": site[0]}])
    page, complaints = context.new_page(), []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    yield page
    context.close()
    assert complaints == []


def test_axe_finds_no_fault_and_nothing_is_wider_than_the_screen(window: Any, site: Any) -> None:
    wrong = {}
    for name, address in site[2].items():
        window.goto(address)
        for width, theme in pages.LOOKS:
            wrong |= {f"{name} {what}": found for what, found in pages.wrong_at(window, width, theme).items()}
    assert wrong == {}


def test_a_member_appeals_with_the_keyboard_alone(window: Any, site: Any) -> None:
    window.goto(site[2]["active"])
    window.get_by_role("link", name="Appeal", exact=True).focus()
    window.keyboard.press("Enter")
    window.get_by_label("What was decided wrongly").focus()
    window.keyboard.type("The reviewers read another file than the one of this release.")
    window.keyboard.press("Tab")
    window.keyboard.press("Enter")
    window.wait_for_url(f"**{site[2]['active']}")
    assert "Active, under appeal" in window.inner_text("main")
