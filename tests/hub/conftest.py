"""The hub with a database of its own: never the one of whoever runs the tests."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.hub import editions

pytest.importorskip("django", reason="the hub's packages are not installed")


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Django is set up; the file is a database with all tables and no row."""
    folder = tmp_path_factory.mktemp("hub")
    os.environ |= {"GUILDMARK_HUB_DATA": str(folder), "GUILDMARK_HUB_HTTP": "1"}
    os.environ["DJANGO_SETTINGS_MODULE"] = "guildmark_hub.settings"
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = (
        "1"  # playwright keeps a loop in this thread, and nothing of ours runs in it
    )
    import django
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from django.test.utils import setup_test_environment

    django.setup()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # the real one costs half a second
    setup_test_environment()
    call_command("migrate", verbosity=0)
    connection.close()
    return Path(connection.settings_dict["NAME"])


@pytest.fixture(autouse=True)
def _connection_of_the_loop(_loop_of_the_browser: None, request: pytest.FixtureRequest) -> Iterator[None]:
    """In the browser's loop Django has a connection of its own (asgiref): what opens another database for the next
    test, outside of the loop, would not close it."""
    yield
    if {"browser", "empty"} <= set(request.fixturenames):
        from django.db import connection

        connection.close()


def _opened(path: Path) -> Iterator[Path]:
    """The database at `path` is Django's, as long as this generator is not ended."""
    from django.db import connection

    from guildmark_hub.catalog import finding

    connection.close()
    before, connection.settings_dict["NAME"] = connection.settings_dict["NAME"], str(path)
    finding._known.clear()
    yield path
    connection.close()
    connection.settings_dict["NAME"] = before
    finding._known.clear()


@pytest.fixture
def database(empty: Path, tmp_path: Path) -> Iterator[Path]:
    """A fresh database for one test."""
    yield from _opened(Path(shutil.copy(empty, tmp_path / "fresh.sqlite3")))


@pytest.fixture(scope="session")
def _small(empty: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from guildmark_hub.catalog import acts

    folder = tmp_path_factory.mktemp("small")
    path = Path(shutil.copy(empty, folder / "small.sqlite3"))
    for _ in _opened(path):
        acts.load(editions.write_edition(folder / "edition.gz", editions.small()))
    return path


@pytest.fixture
def small(_small: Path, tmp_path: Path) -> Iterator[Path]:
    """A database with the small edition, for one test."""
    yield from _opened(Path(shutil.copy(_small, tmp_path / "small.sqlite3")))


@pytest.fixture
def client(empty: Path) -> Any:
    """A browser without scripts, which asks this machine."""
    from django.test import Client

    return Client(SERVER_NAME="localhost")


@pytest.fixture
def load(database: Path, tmp_path: Path) -> Callable[..., Any]:
    """Writes an edition of parts and loads it into the fresh database."""
    from guildmark_hub.catalog import acts

    def loading(parts: Any, name: str = "2026.1", made_at: str = editions.MADE_AT) -> Any:
        return acts.load(editions.write_edition(tmp_path / f"{name}.gz", parts, name, made_at))

    return loading


@pytest.fixture
def world(database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """An index, advisories and a clock by which the hub goes, and claims about what is there."""
    from tests.hub import drifting

    with drifting.world(tmp_path, monkeypatch) as made:
        yield made


@pytest.fixture
def alliance(small: Path) -> Any:
    """The makers of an invented alliance, beside the small edition."""
    from tests.hub import alliance

    return alliance


@pytest.fixture
def acme(alliance: Any) -> Any:
    """A member."""
    return alliance.organisation()


@pytest.fixture
def ours(alliance: Any, acme: Any) -> Any:
    """Its key."""
    return alliance.key(acme)[0]


@pytest.fixture
def theirs(alliance: Any) -> Any:
    """The key of another member."""
    return alliance.key(alliance.organisation("beta"))[0]


@pytest.fixture
def council(small: Path) -> Any:
    """A group of three organisations that decides."""
    from tests.hub import decided

    return decided.Council()


@pytest.fixture
def now() -> Any:
    """By which moment that group decides."""
    from tests.hub import decided

    return decided.NOW


@pytest.fixture
def ballot(council: Any, now: Any) -> Any:
    """Of three organisations, each with one vote; it opened now. One yes is enough, and more yes than discuss."""
    from tests.hub import voting

    return voting.opened(council, now)


@pytest.fixture
def them(small: Path) -> Any:
    """The people of an alliance that works in groups."""
    from tests.hub import council_groups

    return council_groups.people()


@pytest.fixture
def group(them: Any) -> Any:
    """A working group of theirs."""
    from tests.hub import council_groups

    return council_groups.working(them)
