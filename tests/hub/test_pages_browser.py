"""The pages in a real browser: light and dark, on a phone and on a wide screen, with scripts and without."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from tests import pages
from tests.hub import editions, hostile, served
from tests.hub.test_pages import PAGES
from tests.pages import THEMES, WIDTHS

from guildmark.edition.records import Assessed, Entry, Part, Reported

BAD = {
    "bad_entry": "entry/bad/",
    "bad_release": "entry/bad/release/" + quote("1<script>/é", safe="") + "/",
    "bad_report": "entry/worse/",
    "bad_comparison": "compare?e=bad&e=worse&e=guard&e=llama-3-8b",
    "bad_search": "search?q=script",
    "bad_buyer": "entry/bad/buyer",
}
WRONG = {"not_here": "nothing/at/all", "wrongly": "search?page=0"}
PLACED = {"placed": "entry/placed/", "both_placed": "compare?e=placed&e=kept"}
ALL = PAGES | BAD | WRONG | PLACED
WHOLLY = {"front", "search", "entry", "reported", "both_placed", "bad_report"}
"""Looked at in both themes at both widths; the others in one theme at one width and in the other at the other."""


@pytest.fixture(scope="module")
def site(browser: Any, empty: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The hub on a free port of this machine, with the small edition and the hostile entries in one."""
    parts = sorted([*editions.small(), *hostile.parts(), *placed()], key=lambda part: ORDER.index(type(part).__name__))
    with served.site_of(empty, tmp_path_factory.mktemp("site"), parts), served.served() as address:
        yield address


def placed() -> list[Part]:
    """An open model that was vetted, and a closed one by what is reported: both have a place on the axes."""
    opened = {f"{part}_open": "passed" for part in ("final_parameters", "inference_code", "training_code")}
    found = editions.assessment("model", name="placed", final_parameters_available="passed", **opened, **editions.GOOD)
    return [
        Entry("placed", "model", "Placed", "speech", purl="pkg:pypi/placed", releases=("1.0",)),
        Entry("kept", "model", "Kept", "reported"),
        Assessed("placed", "1.0", found),
        Reported("kept", "fact.access", "limited", "", "", "eu", "row 1", "A reporter", "third", "2026"),
    ]


ORDER = ["Category", "Source", "Entry", "Assessed", "Unassessed", "Reported"]


@pytest.fixture
def opened(browser: Any, site: str) -> Iterator[Callable[..., Any]]:
    """Opens a page in a window of its own; what the browser complains of fails the test."""
    complaints: list[str] = []
    asked: list[str] = []
    windows: list[Any] = []

    def open_page(address: str, **window: Any) -> Any:
        page = browser.new_page(**window)
        windows.append(page)
        served.listen(page, complaints)
        page.on("request", lambda request: asked.append(request.url))
        page.goto(site + address)
        return page

    yield open_page
    for window in windows:
        window.close()
    assert [text for text in complaints if "status of 40" not in text] == []
    assert [url for url in asked if not url.startswith(site)] == []


@pytest.mark.parametrize("name", ALL)
def test_axe_finds_no_fault_and_nothing_is_wider_than_the_screen(opened, name):
    """WCAG 2.2 AA in both themes and at both widths, with all that is folded opened."""
    page = opened(ALL[name])
    pages.faultless(page, pages.ALL_LOOKS if name in WHOLLY else pages.LOOKS)


@pytest.mark.parametrize("name", ["search", "entry", "reported", "compare", "front"])
def test_what_is_pressed_is_large_enough(opened, name):
    """WCAG 2.2, 2.5.8: what stands alone and is pressed is at least 24 px high."""
    page = opened(ALL[name], viewport={"width": 360, "height": 800})
    small = page.eval_on_selector_all(
        "button, select, summary, input:not([type=hidden], [type=checkbox]), label:has(input), .ways a, .button, .chip",
        "all => all.filter(one => one.checkVisibility()).map(one => [one.outerHTML.slice(0, 80),"
        " one.getBoundingClientRect().height]).filter(([, height]) => height > 0 && height < 24)",
    )
    assert small == []


@pytest.mark.parametrize("theme", THEMES)
def test_the_first_paint_has_the_theme_of_the_system(opened, theme):
    """No script and no second stylesheet decides it, so nothing flashes."""
    page = opened("", color_scheme=theme)
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == {"light": "rgb(247, 248, 247)", "dark": "rgb(18, 23, 26)"}[theme]
    assert page.evaluate("document.scripts.length") == 0


def test_without_scripts_one_searches_narrows_reads_and_compares(opened):
    """Every step is a form or a link."""
    page = opened("", java_script_enabled=False)
    page.fill("#q", "guard")
    page.click("text=Search >> nth=-1")
    page.check("#f-kind-tool")
    page.click("text=Show these")
    assert "kind=tool" in page.url
    assert page.locator(".row h2").count() >= 1
    page.click(".row h2 a >> nth=0")
    assert page.locator("h1").inner_text() == "Gärd Guard"
    page.click("text=Compare it")
    page.fill("#add", "voice")
    page.click("button:has-text('Find')")
    page.click(".chip:has-text('Voice-3B')")
    assert page.locator("thead th").count() >= 2
    page.click("text=Voice-3B >> nth=-1")


def test_with_scripts_results_come_as_one_types_and_the_address_can_be_shared(opened):
    from playwright.sync_api import expect

    page = opened("search")
    page.locator("#q").press_sequentially("voice")
    page.wait_for_url("**/search?*q=voice*")
    expect(page.locator(".row")).to_have_count(1)
    assert page.evaluate("document.activeElement.id") == "q"
    page.fill("#q", "")
    expect(page.locator("#pick-guard")).to_be_visible()
    page.check("#f-kind-model")
    page.wait_for_url("**/search?*kind=model*")
    page.wait_for_selector(".chip:has-text('Model')")
    assert page.evaluate("document.activeElement.id") == "f-kind-model"
    page.reload()
    assert page.is_checked("#f-kind-model")
    page.go_back()
    expect(page.locator("#f-kind-model")).not_to_be_checked()


def test_entries_that_are_marked_stand_side_by_side(opened):
    page = opened("search")
    page.check("#pick-guard")
    page.check("#pick-llama-3-8b")
    assert "kind" not in page.url
    page.click("text=Compare those marked")
    page.wait_for_url("**/compare?*")
    assert page.locator("h1").inner_text() == "Side by side"
    assert page.locator("section table.beside >> nth=0 >> thead th").all_inner_texts() == [
        "A Gärd Guard",
        "B Llama-3-8B",
    ]


def test_a_finding_opens_by_keyboard_and_the_first_stop_skips_to_the_content(opened):
    page = opened("entry/guard/release/0.9/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    check = page.locator("#check-no_harmful_acts")
    assert not check.locator(".inside").is_visible()
    check.locator("summary").focus()
    page.keyboard.press("Enter")
    assert check.locator(".evidence").first.is_visible()


def test_what_bars_a_level_leads_to_its_check(opened):
    page = opened("entry/guard/release/0.9/")
    page.click(".ladder:has(.bars a) summary >> nth=0")
    bar = page.locator(".ladder[open] .bars a").first
    target = bar.get_attribute("href")
    bar.click()
    assert page.url.endswith(target)
    assert page.locator(target).is_visible()


@pytest.mark.parametrize("name", PLACED)
def test_no_word_of_a_picture_is_cut_or_lies_on_another(opened, name):
    """And each can be read on a phone: its letters are at least 10 px high."""
    for width in WIDTHS:
        page = opened(ALL[name], viewport={"width": width, "height": 800})
        boxes = page.eval_on_selector_all(
            "svg.axes, svg.axes text",
            "all => all.map(one => { const box = one.getBoundingClientRect();"
            " return [one.textContent, box.left, box.top, box.right, box.bottom] })",
        )
        (_, left, top, right, bottom), *words = boxes
        assert len(words) >= 12
        for number, (word, x, y, far, low) in enumerate(words):
            assert (x >= left - 1, y >= top - 1, far <= right + 1, low <= bottom + 1) == (True,) * 4, word
            assert low - y >= 10
            for other, x2, y2, far2, low2 in words[:number]:
                assert far <= x2 or far2 <= x or low <= y2 + 2 or low2 <= y + 2, (word, other)


def test_the_badges_are_pictures_that_the_page_may_show(opened):
    page = opened("entry/guard/")
    page.click("summary:has-text('A badge of each standard')")
    badges = page.locator("img.badge").all()
    assert len(badges) >= 3
    for badge in badges:
        badge.scroll_into_view_if_needed()
        page.wait_for_load_state("networkidle")
        assert badge.evaluate("one => one.naturalWidth") > 50


def test_paper_shows_what_is_folded_on_the_screen(opened):
    page = opened("entry/guard/")
    page.emulate_media(media="print")
    assert page.locator("#check-identified .inside").bounding_box()["height"] > 20
    assert not page.locator(".ways").is_visible()
