"""The page of a run in a real browser."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from tests import pages
from tests.run.questions import echo
from tests.run.test_page import HOSTILE, hostile, ran

from guildmark import comparison, run_page
from guildmark.run import lines, read_result


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("runs")
    with ThreadPoolExecutor(1) as aside:  # the browser's own loop runs in this thread
        one, two = aside.map(ran, (folder / "one", folder / "two"), (echo(40), echo(40)), ("w3", ""))
        attacked = aside.submit(ran, folder / "hostile", hostile(), HOSTILE).result()
    held = [comparison.hold(each.name, read_result(each), lines(each)) for each in (one, two)]
    return {
        "plain": run_page.page([one]),
        "two": run_page.page([one, two]),
        "hostile": run_page.page([attacked]),
        "compared": run_page.compared(comparison.compare(held)),
    }


@pytest.fixture(scope="module")
def opened(browser: Any, written: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Any]:
    folder = tmp_path_factory.mktemp("pages")

    def open_page(name: str, listen: Callable[[Any], None] = lambda page: None, **window: Any) -> Any:
        path = folder / f"{name}.html"
        path.write_text(written[name], "utf-8")
        page = browser.new_page(**window)
        listen(page)
        page.goto(path.as_uri())
        return page

    return open_page


NAMES = ("plain", "two", "hostile", "compared")


@pytest.mark.parametrize("width", [360, 768, 1280])
@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_asked_of_the_network_and_nothing_is_wider_than_the_screen(
    opened: Callable[..., Any], name: str, width: int
) -> None:
    pages.fits_and_asks_nothing(opened, name, width)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", NAMES)
def test_axe_finds_no_fault(opened: Callable[..., Any], name: str, scheme: str) -> None:
    page = opened(name, color_scheme=scheme)
    assert pages.faults(page) == []
    page.close()


def test_samples_are_filtered_and_searched(opened: Callable[..., Any]) -> None:
    page = opened("plain")
    assert page.locator("details.sample:visible").count() == 40
    page.get_by_label("Scored").select_option("passed")
    assert page.locator("details.sample:visible").count() == 1
    page.get_by_label("Scored").select_option("")
    page.get_by_label("Search").fill("word-17")
    assert page.locator("output").text_content() == "1 of 40 samples on this page"
    page.close()


def test_samples_of_one_language_can_be_picked(opened: Callable[..., Any]) -> None:
    page = opened("hostile")
    page.get_by_role("combobox", name="Language").select_option("de")
    assert page.locator("details.sample:visible").count() == 3
    assert opened("plain").get_by_role("combobox", name="Language").count() == 0
    page.close()


def test_without_its_script_the_page_is_whole_and_shows_no_form(opened: Callable[..., Any], browser: Any) -> None:
    page = opened("plain", java_script_enabled=False)
    assert page.locator("details.sample").count() == 40
    assert not page.locator("form.filter").is_visible()
    page.close()
