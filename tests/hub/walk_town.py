"""A hub that runs on this machine, its worker, its mail, an index with one real release, and what members see of it."""

import email
import hashlib
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from email.message import EmailMessage
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from tests.hub import editions
from tests.hub.receivers import MailServer
from tests.loopback import running

from guildmark.edition.records import Entry, Part

WAIT = 120.0
"""Seconds for a server to answer and for a job to end, on a machine that does much else."""
PASSWORD = "a long enough word 7"
STAFF = "staff@example.org"
LINK = re.compile(r"http://localhost:\d+/\S+")


class Town(NamedTuple):
    """Where the hub answers, what it runs in, its mail; `source` is a folder that is served at the entry's homepage."""

    address: str
    folder: Path
    environment: dict[str, str]
    mail: MailServer
    source: Path

    def guildmark(self, *words: str, codes: tuple[int, ...] = (0,)) -> str:
        """What the program says to somebody on this machine."""
        command = [sys.executable, "-m", "guildmark", *words]
        ran = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, env=self.environment)
        assert ran.returncode in codes, (words, ran.stdout, ran.stderr)
        return ran.stdout

    def mailed(self, to: str, word: str) -> EmailMessage:
        """The newest mail to an address with a word in its subject or text, when it is there."""
        return until(lambda: next((one for one in reversed(self.mail.mails) if _is(one, to, word)), None))

    def link(self, to: str, word: str) -> str:
        """The first link in such a mail."""
        found = LINK.search(_text(self.mailed(to, word)))
        assert found, word
        return found[0]


def until(look: Callable[[], Any]) -> Any:
    """What is there, as soon as it is."""
    ends = time.monotonic() + WAIT
    while not (found := look()):
        assert time.monotonic() < ends, "it did not come"
        time.sleep(0.2)
    return found


def _is(one: EmailMessage, to: str, word: str) -> bool:
    return one["To"] == to and word in f"{one['Subject']}\n{_text(one)}"


def _text(one: EmailMessage) -> str:
    body = one.get_body(("plain",))
    assert isinstance(body, EmailMessage), email
    return str(body.get_content())


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *words: Any) -> None:
        """Nothing is printed."""


SILERO = Entry(
    "silero-vad",
    "model",
    "Silero VAD",
    "speech",
    says="Hears when somebody speaks.",
    purl="pkg:pypi/silero-vad",
)


@contextmanager
def town(folder: Path, wheel: Path, entry: Entry = SILERO) -> Iterator[Town]:
    """All of it, as long as this lasts; `wheel` is the one release of the index, and `entry` is the one of it."""
    source = folder / "source"
    _index(source, wheel, entry.id)
    with ExitStack() as stack:
        files = stack.enter_context(running(ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=source))))
        home = f"http://localhost:{files.server_port}"
        mail = stack.enter_context(running(MailServer()))
        port = _free_port()
        place = Town(f"http://localhost:{port}", folder, _environment(folder, port, mail, home), mail, source)
        editions.write_edition(folder / "edition.gz", _parts(home, entry))
        place.guildmark("hub", "load", "edition.gz")
        place.guildmark("hub", "manage", "createsuperuser", "--noinput", "--email", STAFF)
        stack.enter_context(_running(place, "serve", "--port", str(port)))
        stack.enter_context(_running(place, "worker"))
        yield place


def _index(source: Path, wheel: Path, name: str) -> None:
    page = source / "simple" / name
    page.mkdir(parents=True)
    shutil.copy(wheel, page)
    link = f'<a href="{wheel.name}#sha256={hashlib.sha256(wheel.read_bytes()).hexdigest()}">{wheel.name}</a>'
    (page / "index.html").write_text(f"<!DOCTYPE html><html><body>{link}</body></html>")


def _environment(folder: Path, port: int, mail: MailServer, home: str) -> dict[str, str]:
    ours = ("GUILDMARK_HUB", "DJANGO", "PIP_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return kept | {
        "GUILDMARK_HUB_DATA": str(folder / "data"),
        "GUILDMARK_HUB_ADDRESS": f"http://localhost:{port}",
        "GUILDMARK_HUB_MAIL": f"smtp://127.0.0.1:{mail.server_address[1]}",
        "GUILDMARK_HUB_BATCH": "0",
        "GUILDMARK_HUB_LOOPBACK": "1",
        "GUILDMARK_HUB_HTTP": "1",
        "GUILDMARK_CACHE": str(folder / "cache"),
        "DJANGO_SUPERUSER_PASSWORD": PASSWORD,
        "PIP_INDEX_URL": f"{home}/simple",
        "NO_PROXY": "localhost,127.0.0.1",
        "no_proxy": "localhost,127.0.0.1",
    }


def _parts(home: str, entry: Entry) -> list[Part]:
    """The small edition, with an entry for the real release that nobody has looked at."""
    made = msgspec.structs.replace(entry, homepage=f"{home}/")
    parts = editions.small()
    last = max(number for number, part in enumerate(parts) if isinstance(part, Entry))
    return [*parts[: last + 1], made, *parts[last + 1 :]]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _running(place: Town, *words: str) -> Iterator[None]:
    """A program of the hub's, until it is told to stop; what it says is in a file."""
    command = [sys.executable, "-m", "guildmark", "hub", *words]
    with (place.folder / f"{words[0]}.log").open("w") as log:
        program = subprocess.Popen(command, cwd=place.folder, env=place.environment, stdout=log, stderr=log)
        try:
            if words[0] == "serve":
                until(lambda: program.poll() is not None or _answers(place.address))
            assert program.poll() is None, (place.folder / f"{words[0]}.log").read_text()
            yield
        finally:
            program.terminate()
            try:
                program.wait(60)
            except subprocess.TimeoutExpired:
                program.kill()
                program.wait()


def _answers(address: str) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2])), 1):
            return True
    except OSError:
        return False


class Window:
    """Somebody at her browser: what it complains of, and what it asks of other machines, is kept."""

    def __init__(self, browser: Any, address: str) -> None:
        self._context = browser.new_context(base_url=address)
        self._context.set_default_timeout(WAIT * 1000)
        self.page = self._context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: self.complaints.append(dialog.message))
        self.page.on("request", lambda request: self._asked(request.url, address))

    def _asked(self, url: str, address: str) -> None:
        if not url.startswith((f"{address}/", "data:")):
            self.complaints.append(f"it asked {url}")

    def close(self) -> None:
        self._context.close()

    def go(self, where: str) -> None:
        self.page.goto(where)

    def press(self, words: str) -> None:
        """The first link or button with these words, whatever stands behind them for who cannot see the row."""
        self.page.locator(f"main >> :is(a, button):has-text('{words}')").first.click()

    def fill(self, **fields: str) -> None:
        for name, value in fields.items():
            self.page.fill(f"main [name={name}]", value)

    def sees(self, *words: str) -> None:
        """All of this stands on the page that is open."""
        for one in words:
            self.page.locator(f"main >> text={one}").first.wait_for()

    def titled(self, words: str) -> None:
        """The page that is open, whole, has this title."""
        self.page.locator("h1", has_text=re.compile(rf"^\s*{re.escape(words)}\s*$")).wait_for()
        self.page.wait_for_load_state()
