"""The page in a real browser."""

from collections.abc import Callable

import pytest
from tests import pages
from tests.reports import sample

from guildmark.reports import html

REPORTS = {
    "sample": sample.REPORT,
    "hostile": sample.told_by(" ".join(sample.HOSTILE[:-1])),
    "endless_name": sample.told_by("n" * 10_000),
    "huge": sample.huge(),
}


@pytest.fixture(scope="module")
def opened(browser, tmp_path_factory) -> Callable:
    """Opens the page of a report, as a file on disk, in a window of its own."""
    folder = tmp_path_factory.mktemp("pages")

    def open_page(name: str, listen=lambda page: None, **window):
        path = folder / f"{name}.html"
        if not path.exists():
            path.write_text(html.render(REPORTS[name], sample.LOOK), "utf-8")
        page = browser.new_page(**window)
        listen(page)
        page.goto(path.as_uri())
        return page

    return open_page


@pytest.mark.parametrize("width", [360, 768, 1280])
@pytest.mark.parametrize("name", REPORTS)
def test_nothing_is_asked_of_the_network_and_nothing_is_wider_than_the_screen(opened, name, width):
    pages.fits_and_asks_nothing(opened, name, width)


def test_a_closed_check_opens_by_keyboard_and_the_first_stop_skips_to_the_report(opened):
    page = opened("sample")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    check = page.locator("#check-formats_intact")
    assert check.get_attribute("open") is None
    check.locator("summary").focus()
    page.keyboard.press("Enter")
    assert check.get_attribute("open") is not None
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["sample", "hostile"])
def test_axe_finds_no_fault(opened, name, scheme):
    """WCAG 2 AA, contrast too, in both colour schemes, with every check open."""
    page = opened(name, color_scheme=scheme)
    assert pages.faults(page) == []
    page.close()


def test_paper_shows_what_is_folded_on_the_screen(opened):
    page = opened("sample")
    page.emulate_media(media="print")
    assert page.locator("#check-formats_intact .inside").bounding_box()["height"] > 20
    page.close()
