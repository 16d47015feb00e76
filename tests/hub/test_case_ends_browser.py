"""The pages of what became of a case in a real browser: both themes, two widths, the words of strangers."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests import pages
from tests.hub import hostile, served


@pytest.fixture
def site(browser: Any, _small: Path, tmp_path: Path) -> Iterator[served.Site]:
    """The hub on a free port, a member's session, and the addresses of what is there."""
    from django.urls import reverse
    from tests.hub import ended

    from guildmark_hub.cases import appeals
    from guildmark_hub.cases.models import Appeal

    with served.copy_of(_small, tmp_path):
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
        session = served.session_of(made.who("Sam"))
        with served.served() as address:
            yield served.Site(address, session, shown)


@pytest.fixture
def window(browser: Any, site: served.Site) -> Iterator[Any]:
    """A window of a member's; what the browser complains of, and every script that runs, fails the test."""
    with served.window_of(browser, site.address, site.session) as page:
        yield page


def test_axe_finds_no_fault_and_nothing_is_wider_than_the_screen(window: Any, site: served.Site) -> None:
    wrong = {}
    for name, address in site.shown.items():
        window.goto(address)
        for width, theme in pages.LOOKS:
            wrong |= {f"{name} {what}": found for what, found in pages.wrong_at(window, width, theme).items()}
    assert wrong == {}


def test_a_member_appeals_with_the_keyboard_alone(window: Any, site: served.Site) -> None:
    window.goto(site.shown["active"])
    window.get_by_role("link", name="Appeal", exact=True).focus()
    window.keyboard.press("Enter")
    window.get_by_label("What was decided wrongly").focus()
    window.keyboard.type("The reviewers read another file than the one of this release.")
    window.keyboard.press("Tab")
    window.keyboard.press("Enter")
    window.wait_for_url(f"**{site.shown['active']}")
    assert "Active, under appeal" in window.inner_text("main")
