"""Runs the site: its tables made, its edition loaded, its server started, asked and stopped."""

import ipaddress
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from guildmark.errors import AskedWrongly, GuildmarkError
from guildmark_hub import backup, kept

SETTINGS = "guildmark_hub.settings"
WAIT = 60.0
"""Seconds for a server to answer, and to end."""
MOST = 8 << 20
_ENTRY = re.compile(r'href="(/entry/[a-z0-9][a-z0-9-]*/)"')


class Where(NamedTuple):
    """What a server listens on, with how many processes and threads each."""

    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    threads: int = 4

    @property
    def address(self) -> str:
        """For a browser on this machine."""
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}/"


def prepare(data: str = "", *, plain: bool = False) -> None:
    """Make the folder and the tables, and start Django; `plain` is HTTP for this machine alone. Raises AskedWrongly."""
    start(data, plain=plain)
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)


def start(data: str = "", *, plain: bool = False) -> None:
    """Make the folder, and start Django without a look at the tables. Raises AskedWrongly."""
    if data:
        os.environ["GUILDMARK_HUB_DATA"] = str(Path(data).absolute())
    if plain:
        os.environ.setdefault("GUILDMARK_HUB_HTTP", "1")
    os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS
    kept.make(kept.data_folder(os.environ.get("GUILDMARK_HUB_DATA", "")))
    import django

    django.setup()


def migrate_restored(database: Path) -> None:
    """Bring the tables of the database that Django was started with up to date, and let go of it.

    Raises AskedWrongly where a newer Guildmark made them."""
    from django.core.management import call_command
    from django.db.migrations.loader import MigrationLoader

    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations or {}}
    backup.refuse_newer(backup.seen(database), known)
    call_command("migrate", verbosity=0, interactive=False)
    let_go()


def let_go() -> None:
    """Close the database, so that its folder may be given another name."""
    from django.db import connections

    connections.close_all()


def is_loopback(host: str) -> bool:
    """Whether only this machine can ask there."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def serve(where: Where) -> None:
    """Serve until Ctrl-C or SIGTERM; `prepare` comes before. Raises AskedWrongly where the port is taken."""
    where = where._replace(host=_number(where.host))
    _check_free(where)
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces
    from granian.log import LogLevels

    Granian(
        "guildmark_hub.wsgi:application",
        address=where.host,
        port=where.port,
        interface=Interfaces.WSGI,
        workers=where.workers,
        blocking_threads=where.threads,
        http=HTTPModes.http1,
        websockets=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
    ).serve()


def try_out(tell: Callable[[str], None]) -> None:
    """Start a server of this site on a free port of this machine, ask for the front page and an entry, stop it.

    Raises GuildmarkError where it does not answer."""
    where = Where(port=_free_port())
    command = [sys.executable, "-m", "guildmark", "hub", "serve", "--port", str(where.port)]
    server = subprocess.Popen(command)
    try:
        front = _ask(where.address, server)
        tell(f"{where.address} answered with {len(front):,} bytes")
        found = _ENTRY.search(front.decode("utf-8", "replace"))
        path = found[1] if found else _first_entry()
        page = _ask(where.address.rstrip("/") + path, server)
        tell(f"{where.address.rstrip('/')}{path} answered with {len(page):,} bytes")
    finally:
        server.terminate()
        try:
            server.wait(WAIT)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _first_entry() -> str:
    from guildmark_hub.catalog import finding

    found = finding.find(finding.Asked())
    return found.entries[0].get_absolute_url()


def _ask(address: str, server: "subprocess.Popen[bytes]") -> bytes:
    """The bytes of a page, once the server listens."""
    ends = time.monotonic() + WAIT
    while True:
        if server.poll() is not None:
            raise GuildmarkError(f"the server ended with {server.returncode} before it answered")
        try:
            with urllib.request.urlopen(address, timeout=WAIT) as answer:
                return bytes(answer.read(MOST))
        except urllib.error.HTTPError as error:
            raise GuildmarkError(f"{address} answered {error.code}", "run `guildmark hub serve` and look") from error
        except OSError as error:
            if time.monotonic() > ends:
                raise GuildmarkError(f"{address} did not answer: {error}", "run `guildmark hub serve`") from error
            time.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _number(host: str) -> str:
    """What to listen on as an IP address, for the server takes no name; raises AskedWrongly."""
    try:
        return str(ipaddress.ip_address("127.0.0.1" if host == "localhost" else host))
    except ValueError as error:
        raise AskedWrongly(f"{host} is no IP address", "give one of this machine: --host 127.0.0.1") from error


def _check_free(where: Where) -> None:
    family = socket.AF_INET6 if ":" in where.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((where.host, where.port))
        except OSError as error:
            raise AskedWrongly(
                f"nobody can listen on {where.host}:{where.port}: {error.strerror}", "give another one: --port N"
            ) from error
