"""The pages of decisions in a real browser: both themes, two widths, hostile words; and a chair who signs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests import pages
from tests.hub import hostile, served


@pytest.fixture
def site(browser: Any, empty: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The hub on a free port, a chair's session, a decision that waits and one that is signed."""
    from django.conf import settings
    from tests.hub import decided

    from guildmark_hub.council.models import Group, Proposal
    from guildmark_hub.people.models import Person

    monkeypatch.setattr(settings, "DATA", tmp_path)
    with served.copy_of(empty, tmp_path):
        council = decided.Council()
        council.signs(council.decides(title="Signed"))
        decision = council.decides(title="Waits")
        Proposal.objects.filter(title="Signed").update(title=hostile.BAD[:300])
        Group.objects.update(name=hostile.LONG[:200])
        Person.objects.filter(name="Ada").update(name=hostile.BAD[:200])
        session = served.session_of(council.persons["Ada"])
        with served.served() as address:
            yield address, session, council, decision


@pytest.fixture
def window(browser: Any, site: Any) -> Iterator[Any]:
    """A window of the chair's; what the browser complains of, and every script that runs, fails the test."""
    with served.window_of(browser, site[0], site[1]) as page:
        yield page


def test_axe_finds_no_fault_and_nothing_is_wider_than_the_screen(window: Any, site: Any) -> None:
    waits = site[3].proposal_id
    for address in ("decisions/", f"decisions/{waits}/", f"decisions/{waits - 1}/", f"decisions/{waits}/sign/"):
        window.goto(address)
        pages.faultless(window)


def test_a_chair_fetches_the_decision_cosigns_it_and_hands_it_in(window: Any, site: Any, tmp_path: Path) -> None:
    """By the keyboard's own links and buttons, with no script on any page."""
    from tests.hub import decided

    _, _, council, decision = site
    window.goto(f"decisions/{decision.proposal_id}/")
    window.click("text=Sign it")
    with window.expect_download() as fetched:
        window.click(f"text=decision-{decision.proposal_id}.bundle.json >> nth=0")
    offered = Path(fetched.value.path()).read_bytes()
    (tmp_path / "signed.json").write_bytes(decided.cosign(offered, council.keys["acme"]))
    window.set_input_files("#id_bundle", tmp_path / "signed.json")
    window.click("button:has-text('Hand it in')")
    assert "It is signed, and has its effect." in window.inner_text("main")
    assert "with a key of Acme" in window.inner_text("main")
    assert window.evaluate("document.scripts.length") == 0
