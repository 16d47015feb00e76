"""What all tests share: the mirror of real data, a browser, and the promise that nothing leaves this machine."""

import asyncio
import os
import shutil
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import hypothesis
import pytest

ROOT = Path(__file__).resolve().parent.parent
# examples are subjects to be looked at: a `tests` folder in one is not ours to run
collect_ignore_glob = ["checks/*/passed/*", "checks/*/failed/*", "checks/*/unknown/*", "checks/*/not_applicable/*"]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")

hypothesis.settings.register_profile(
    "ci", derandomize=True, deadline=None, max_examples=50, database=None, print_blob=True
)
hypothesis.settings.register_profile("long", deadline=None, max_examples=2_000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


class LeftTheMachine(OSError):
    """A test asked for an address beyond this machine."""


class Hang(BaseException):
    """A test went on for ever; no `except Exception` may hide that."""


def _keep_on_this_machine(event: str, given: tuple[Any, ...]) -> None:
    """An audit hook (PEP 578): it sees every socket of this process, and of those it forks."""
    if event == "socket.getaddrinfo":
        host = given[0]
    elif event in ("socket.connect", "socket.sendto") and isinstance(given[1], tuple):
        host = given[1][0]
    else:
        return
    name = host.decode() if isinstance(host, bytes) else host or "localhost"
    if name not in ("localhost", "::1") and not name.startswith("127."):
        raise LeftTheMachine(f"tests may ask only this machine, not {name}")


sys.addaudithook(_keep_on_this_machine)


@pytest.fixture(scope="session")
def mirror() -> Path:
    """The folder of real data: the first of GUILDMARK_MIRROR, else `shared/data` beside the repository."""
    named = os.environ.get("GUILDMARK_MIRROR", "").split(os.pathsep)
    for folder in [*filter(None, named), str(ROOT.parent / "shared" / "data")]:
        if Path(folder).is_dir():
            return Path(folder)
    pytest.skip("there is no mirror of the real data: set GUILDMARK_MIRROR to its folder")


@pytest.fixture(scope="session")
def real() -> Callable[[str], Path]:
    """Finds a real release's wheel by the package's name; `make` put those of real.lock into .venv/real."""

    def find(name: str) -> Path:
        found = sorted((ROOT / ".venv" / "real").glob(f"{name}-*.whl"))
        if not found:
            pytest.skip(f"the wheel of {name} is not here: `make .venv/real/here` fetches it from the package index")
        return found[0]

    return find


@pytest.fixture(autouse=True)
def _no_hang() -> Iterator[None]:
    """A test that reads hostile bytes must end; two minutes is for ever."""

    def stop(*_: object) -> None:
        raise Hang("the test did not end")

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(120)
    yield
    signal.alarm(0)


_LOOP_OF_THE_BROWSER: list[Any] = []
"""Playwright's loop runs in this thread as long as the browser does; only tests with the browser see it."""


@pytest.fixture(autouse=True)
def _loop_of_the_browser(request: pytest.FixtureRequest) -> Iterator[None]:
    if "browser" in request.fixturenames and _LOOP_OF_THE_BROWSER:
        asyncio._set_running_loop(_LOOP_OF_THE_BROWSER[0])
    yield
    asyncio._set_running_loop(None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A real browser, by playwright, with nothing of its own on the network."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.skip("there is no browser here: install chromium")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-background-networking"])
        _LOOP_OF_THE_BROWSER.append(asyncio._get_running_loop())
        asyncio._set_running_loop(None)
        yield opened
        asyncio._set_running_loop(_LOOP_OF_THE_BROWSER.pop())
        opened.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first, so that no process is left alone with it: the campaign (its children begin with
    what this process has in use, and that grows), the other long counts, browsers, then files of many tests."""
    tests = Counter(item.path for item in items)

    def place(item: pytest.Item) -> tuple[bool, bool, bool, int, str]:
        path = item.path
        last = path.name != "test_campaign.py", path.parent.name != "races", not path.stem.endswith("_browser")
        return *last, -tests[path], item.nodeid.partition("::")[0]

    items.sort(key=place)


def pytest_report_header() -> list[str]:
    """How much of the long counts runs here."""
    from races import campaign, differential

    counts = [
        ("campaigns", "executions", sum(campaign.IN_TESTS.values()), sum(campaign.EXECUTIONS.values())),
        ("differential", "streams", differential.IN_TESTS, differential.STREAMS),
    ]
    if find_spec("tests.hub"):  # a reader may have the checks alone
        from races import tallies

        counts.append(("tallies", "alliances", tallies.IN_TESTS, tallies.ALLIANCES))
        counts.append(("tallies", "classes of decisions", len([*tallies.edges()]), len(tallies.every_rule())))
    if find_spec("cryptography"):
        from races import claims

        counts.append(("claims", "mutations", claims.IN_TESTS, claims.MUTATIONS))
    told = "{}: {:,} of {:,} {} (1/{} of `make campaign`)"
    return [told.format(of, here, whole, what, whole // here) for of, what, here, whole in counts]
