"""The hub on a free port of this machine, for browsers and programs; and windows of those who are signed in."""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any, NamedTuple
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from tests.hub import editions
from tests.loopback import running

from guildmark.edition.records import Part


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, *words: Any) -> None:
        """Nothing is printed."""


class Site(NamedTuple):
    """Where the hub answers, the session of somebody, and addresses by what they show."""

    address: str
    session: str
    shown: dict[str, str]


@contextmanager
def served() -> Iterator[str]:
    """The hub with the database that is Django's; yields its address, which ends with a slash."""
    from django.core.wsgi import get_wsgi_application
    from django.db import connection

    try:
        with running(make_server("127.0.0.1", 0, get_wsgi_application(), Server, Quiet)) as server:
            yield f"http://localhost:{server.server_port}/"
    finally:
        connection.close()


@contextmanager
def copy_of(database: Path, folder: Path) -> Iterator[Path]:
    """A copy of a database, in a folder, is Django's."""
    from tests.hub.conftest import _opened

    yield from _opened(Path(shutil.copy(database, folder / "site.sqlite3")))


@contextmanager
def site_of(empty: Path, folder: Path, parts: Iterable[Part] | None = None) -> Iterator[Path]:
    """A copy of the empty database with an edition of parts, if none are given the small one, is Django's."""
    from guildmark_hub.catalog import acts

    with copy_of(empty, folder) as path:
        given = editions.small() if parts is None else parts
        acts.load(editions.write_edition(folder / "edition.gz", given))
        yield path


def session_of(who: Any) -> str:
    """A session in which somebody is signed in."""
    from django.conf import settings
    from tests.hub import alliance

    return str(alliance.browser(who).cookies[settings.SESSION_COOKIE_NAME].value)


def context_of(browser: Any, address: str, session: str, **given: Any) -> Any:
    """A browser of its own, in a session or, if that is empty, in none."""
    context = browser.new_context(base_url=address, **given)
    if session:
        context.add_cookies([{"name": "sessionid", "value": session, "url": address}])
    return context


def listen(page: Any, complaints: list[str]) -> None:
    """What the browser complains of, and every dialog that a script opens, is a complaint."""
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(dialog.message))


@contextmanager
def window_of(browser: Any, address: str, session: str, *expected: str) -> Iterator[Any]:
    """A window in somebody's session; a complaint in which nothing expected stands fails the test."""
    context = context_of(browser, address, session)
    page, complaints = context.new_page(), []
    listen(page, complaints)
    yield page
    context.close()
    found = [text for text in complaints if not any(one in text for one in expected)]
    assert found == [], found
