"""The pages of cases in a real browser: both themes, two widths; and a review done on the screen, with scripts and
without."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tests import pages
from tests.hub import hostile, reviewed, served


class Site(NamedTuple):
    """Where the hub answers, the reviewer's session, and what she reviews."""

    address: str
    session: str
    review: int
    case: int


@pytest.fixture
def site(browser: Any, _small: Path, tmp_path: Path) -> Iterator[Site]:
    """The hub on a free port, with a case in review whose words are hostile."""
    from guildmark_hub.cases.models import Case
    from guildmark_hub.council import declaring

    with served.copy_of(_small, tmp_path):
        there = reviewed.town(3, no_harmful_acts="failed", maintained="passed")
        case = reviewed.in_review(there)
        Case.objects.filter(pk=case.pk).update(says=hostile.BAD)
        review = case.reviews.select_related("person").first()
        about = declaring.Said("organisation:lab", "I advise them.", reviewed.NOW.date())
        declaring.declare(there.maker, about, now=reviewed.NOW)
        session = served.session_of(review.person)
        with served.served() as address:
            yield Site(address, session, review.pk, case.pk)


@pytest.fixture
def window(browser: Any, site: Site) -> Iterator[Any]:
    """One in which scripts run; what the browser complains of fails the test."""
    with served.window_of(browser, site.address, site.session) as page:
        yield page


def test_axe_finds_no_fault_and_nothing_is_wider_than_the_screen(window, site):
    review = f"cases/reviews/{site.review}/"
    places = ["cases/", f"cases/{site.case}/", review, f"{review}send/", f"{review}ask/", "cases/new/?entry=guard"]
    for address in (*places, "cases/new/?entry=unread", "conflicts/", "conflicts/declare/", "desk/"):
        window.goto(address)
        assert window.locator("h1").count() == 1, address
        pages.faultless(window)


def test_a_review_is_answered_with_one_press_a_line_and_nothing_is_loaded_anew(window, site):
    """One press agrees with all that passed; then each line is a few words and one key."""
    window.goto(f"cases/reviews/{site.review}/")
    window.get_by_role("button", name="Agree with the machine").click()
    window.wait_for_url("**/cases/reviews/*/")
    loaded: list[str] = []
    window.on("framenavigated", lambda frame: loaded.append(frame.url))
    left = window.locator("section[aria-labelledby=open] fieldset, section[aria-labelledby=people] fieldset")
    count = left.count()
    for number in range(count):
        line = left.nth(number)
        line.locator("textarea").fill("I looked at it.")
        line.get_by_label("Holds", exact=True).press("Space")
        line.locator(".status.kept").get_by_text("Kept: holds, with your words").wait_for()
    every = window.locator("fieldset.line").count()
    assert window.locator("#progress").inner_text() == f"{every} of {every} lines answered"
    assert loaded == []
    assert count < every


def test_an_answer_that_needs_words_says_so_and_keeps_what_is_typed(window, site):
    window.goto(f"cases/reviews/{site.review}/")
    line = window.locator("fieldset.line").first
    line.get_by_label("Holds", exact=True).check()
    line.locator(".status.wrong").get_by_text("needs a word").wait_for()
    assert line.get_by_label("Holds", exact=True).is_checked()
    line.locator("textarea").fill("It is in a test.")
    line.locator("textarea").press("Tab")
    line.locator(".status.kept").get_by_text("with your words").wait_for()
    window.reload()
    assert window.locator("fieldset.line textarea").first.input_value() == "It is in a test."


def test_without_scripts_all_is_answered_in_one_sending(browser, site):
    page = served.context_of(browser, site.address, site.session, java_script_enabled=False).new_page()
    page.goto(f"cases/reviews/{site.review}/")
    page.get_by_role("button", name="Agree with the machine").click()
    left = page.locator("section[aria-labelledby=open] fieldset, section[aria-labelledby=people] fieldset")
    count = left.count()
    for number in range(count):
        left.nth(number).get_by_label("Holds", exact=True).check()
        if number:
            left.nth(number).locator("textarea").fill("I looked at it.")
    page.get_by_role("button", name="Keep all answers").click()
    assert page.locator(".status.wrong").count() == 1
    assert page.locator("fieldset.line").first.get_by_label("Holds", exact=True).is_checked()
    page.locator("fieldset.line textarea").first.fill("I looked at it too.")
    page.get_by_role("button", name="Keep all answers").click()
    every = page.locator("fieldset.line").count()
    assert page.locator("#progress").inner_text() == f"{every} of {every} lines answered"
    page.get_by_role("link", name="Send your review").click()
    page.get_by_label("It holds: accept it").check()
    page.get_by_label("To the group, in your words").fill("I read it.")
    page.get_by_role("button", name="Send it").click()
    assert page.get_by_text("Your review is sent").count() == 1
    page.context.close()
