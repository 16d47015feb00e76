"""The pages of answers in a real browser: themes, widths, hostile words; an entry owned and answered for by hand."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests import pages
from tests.hub import hostile, served
from tests.hub.served import Site

WORDS = hostile.BAD.replace("\u202e", "")


@pytest.fixture(scope="module")
def site(browser: Any, empty: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Of an owner who is a reviewer too; names, words and organisations are hostile."""
    with served.site_of(empty, tmp_path_factory.mktemp("site")):
        who, shown = filled()
        session = served.session_of(who)
        with served.served() as address:
            yield Site(address, session, shown)


def filled() -> tuple[Any, dict[str, str]]:
    """Answers of every kind, one withdrawn, one in two wordings, all of hostile words."""
    from tests.hub import answered as said

    from guildmark_hub.answers import acts, ownerships

    who, other = said.owner("Ada"), said.owner("Ben")
    for one in (who, other):
        type(one).objects.filter(pk=one.pk).update(name=WORDS[:200])
        one.refresh_from_db()
    said.alliance().belongs(who, said.alliance().organisation(name=WORDS[:200]), "reviewer")
    rebuttal = said.say(who, says=f"{WORDS}\n\n{hostile.LONG}".replace("\u202e", ""))
    acts.reword(who, rebuttal.pk, 1, acts.Said(WORDS * 3))
    gone = acts.withdraw(other, said.say(other, says=WORDS).pk)
    said.say(who, "support", WORDS, until=said.soon())
    said.say(who, "offer_review", WORDS, said.acme(), until=said.soon())
    claim = ownerships.claim(who, "unread", "pkg:pypi/unread")
    ownerships.missed(claim, hostile.LONG)
    finding = said.failed_finding()[1]
    return who, {
        "entry": "entry/guard/members/",
        "claim": "entry/voice/members/claim/",
        "no_place": "entry/llama-3-8b/members/claim/",
        "ownership": f"desk/entries/{claim.pk}/",
        "rebut": f"entry/guard/members/say/rebuttal/?finding={finding}",
        "offer": "entry/guard/members/say/offer_support/",
        "answer": f"answers/{rebuttal.pk}/",
        "withdrawn": f"answers/{gone.pk}/",
        "edit": f"answers/{rebuttal.pk}/edit/",
        "desk": "desk/",
        "beside": "entry/guard/release/0.9/",
        "facet": "search?offers=review",
    }


NAMES = (
    *("entry", "claim", "no_place", "ownership", "rebut", "offer", "answer", "withdrawn", "edit", "desk"),
    *("beside", "facet"),
)


@pytest.fixture
def window(browser: Any, site: Site) -> Iterator[Any]:
    """A window of hers; what the browser complains of, and every script that runs, fails the test."""
    with served.window_of(browser, site.address, site.session, "status of 40") as page:
        yield page


@pytest.mark.parametrize("name", NAMES)
def test_axe_finds_no_fault_and_nothing_is_wider_than_the_screen(window: Any, site: Site, name: str) -> None:
    """In both themes, on a phone and on a wide screen; no script of a stranger's runs."""
    assert set(site.shown) == set(NAMES)
    window.goto(site.shown[name])
    pages.faultless(window)


def test_two_who_edit_one_answer_are_shown_both_wordings(
    window: Any, site: Site, opened_twice: Callable[..., Any]
) -> None:
    """By hand, in two windows."""
    second = opened_twice()
    for one in (window, second):
        one.goto(site.shown["edit"])
    window.fill("textarea[name=says]", "What the first means")
    window.click("text=Save this wording")
    assert "Its new wording stands" in window.locator("[role=status]").inner_text()
    second.fill("textarea[name=says]", "What the second means")
    second.click("text=Save this wording")
    assert second.locator("h1").inner_text() == "There are two wordings"
    assert second.locator("blockquote").inner_text() == "What the first means"
    assert second.input_value("textarea[name=says]") == "What the second means"
    pages.faultless(second)
    second.click("text=Save mine as the next wording")
    assert second.locator("blockquote").first.inner_text() == "What the second means"


@pytest.fixture
def opened_twice(window: Any) -> Callable[[], Any]:
    """Another window of the same person."""
    return lambda: window.context.new_page()


def test_an_entry_is_claimed_proved_and_its_finding_answered_by_hand(
    window: Any, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the entry's page to the answer beside the finding, for whoever reads it."""
    from guildmark_hub import guarded, worker
    from guildmark_hub.answers.models import Ownership

    monkeypatch.setattr(guarded, "check", guarded.read)
    window.goto("entry/guard/members/")
    Ownership.objects.filter(slug="guard").update(state="ended")
    window.reload()
    window.click("text=This is mine")
    window.check("text=well-known")
    window.click("text=Give me the word")
    word = window.locator("code").first.inner_text()
    monkeypatch.setattr(guarded, "get", lambda address, *_: guarded.Answer(200, {}, word.encode(), address))
    window.click("text=Look for it now")
    worker.run_once()
    window.reload()
    assert "It is shown." in window.locator(".lead").inner_text()
    window.goto("entry/guard/members/say/use/")
    window.fill("textarea[name=says]", "For talk between people")
    window.click("text=Say it")
    assert window.locator("h1").inner_text() == "What it is meant for"
    window.goto("entry/guard/")
    assert "For talk between people" in window.locator("main").inner_text()
    assert timedelta(days=89) < Ownership.objects.get(state="proved", slug="guard").expires_at - _now()


def _now() -> Any:
    from django.utils import timezone

    return timezone.now()
