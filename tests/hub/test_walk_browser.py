"""The walk: in a real browser, against a hub and a worker that run, what members do, from signing up to a notice."""

import json
import shlex
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.hub.walk_town import PASSWORD, STAFF, Town, Window, town, until

pytest.importorskip("cryptography", reason="signatures need guildmark[sign]")

LONGEST = 900
"""Seconds; a walk waits for the worker's clock, which looks every half minute."""
CHECK = "technical_report_open"
KEY = "acme-research.key"
ADA, BEN = "ada@example.org", "ben@example.org"


@pytest.fixture
def place(browser: Any, empty: Path, real: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A hub of its own on this machine, where `pypi:silero-vad` can be had."""
    wheel = real("silero_vad")
    signal.alarm(LONGEST)
    with town(tmp_path_factory.mktemp("walk"), wheel) as made:
        yield made


@pytest.fixture
def windows(browser: Any, place: Town) -> Iterator[dict[str, Window]]:
    """A browser for each; none complains, and none asks another machine."""
    made = {name: Window(browser, place.address) for name in ("ada", "ben", "staff")}
    yield made
    found = {name: one.complaints for name, one in made.items()}
    for one in made.values():
        one.close()
    assert found == {"ada": [], "ben": [], "staff": []}


def test_members_walk_from_signing_up_to_a_notice(place: Town, windows: dict[str, Window]) -> None:
    """Each step is taken as a person takes it, and asserts what she sees."""
    ada, ben, staff = windows["ada"], windows["ben"], windows["staff"]
    sign_up(place, ada, "Ada Lovelace", ADA)
    sign_up(place, ben, "Ben Franklin", BEN)
    take_in_an_organisation(place, ada, staff)
    invite(place, ada, ben)
    add_a_key(place, ada)
    have_it_vetted(ben)
    publish(place, "first")
    see_both_claims(ben)
    own(place, ben)
    rebut(ben)
    follow(ada)
    publish(place, "second")
    be_told(place, ada)


def sign_up(place: Town, window: Window, name: str, email: str) -> None:
    """From the front page to a desk of one's own, by the link that is mailed."""
    window.go("/")
    window.page.click("text=Your desk")
    window.titled("Sign in")
    window.press("Sign up")
    window.fill(name=name, email=email, password1=PASSWORD)
    window.press("Sign up")
    confirm(place, window, email)
    sign_in(window, email)
    window.sees(f"You are signed in as {name}.")


def confirm(place: Town, window: Window, email: str) -> None:
    """The address is shown to be hers."""
    window.go(place.link(email, "confirm"))
    window.titled("Is this address yours?")
    window.sees(email)
    window.press("It is mine")


def sign_in(window: Window, email: str) -> None:
    """With address and password, where nobody is signed in yet."""
    window.go("/desk/")
    if "Sign in" in window.page.title():
        window.fill(login=email, password=PASSWORD)
        window.press("Sign in")


def take_in_an_organisation(place: Town, ada: Window, staff: Window) -> None:
    """Ada applies for hers, and staff take it in; staff, too, show first that their address is theirs."""
    ada.press("Apply for an organisation")
    ada.fill(name="Acme Research", country="FR", homepage="https://acme.example", says="We vet what we use.")
    ada.page.select_option("main [name=sector]", "research")
    ada.press("Apply")
    ada.sees("It has applied.", "Acme Research")
    sign_in(staff, STAFF)
    confirm(place, staff, STAFF)
    sign_in(staff, STAFF)
    staff.press("Applications")
    staff.press("Acme Research")
    staff.sees("Ada Lovelace", ADA, "We vet what we use.")
    staff.press("Take it in")
    staff.go("/members/")
    staff.sees("Acme Research", "Research institute, FR")
    assert "Acme Research is a member" in place.mailed(ADA, "first owner")["Subject"]


def invite(place: Town, ada: Window, ben: Window) -> None:
    """Ada asks Ben to join, by his address; he follows the link."""
    ada.go("/desk/")
    ada.press("Acme Research")
    ada.press("Invite somebody")
    ada.fill(email=BEN)
    ada.page.select_option("main [name=role]", "reviewer")
    ada.press("Send the link")
    ada.sees(f"A link is on its way to {BEN}.")
    ben.go(place.link(BEN, "invites you"))
    ben.sees("Acme Research")
    ben.press("Join")
    ben.sees("You belong to Acme Research now.", "Ada Lovelace")


def add_a_key(place: Town, ada: Window) -> None:
    """By the commands that the page shows: a key is made on Ada's own machine, and proved to be hers."""
    ada.press("Add a key")
    make = ada.page.locator("main code:has-text('keys new')").inner_text()
    prove = ada.page.locator("main pre").inner_text()
    assert f'"acme-research at {place.address}"' in prove
    place.guildmark(*shlex.split(make)[1:], "--no-password")
    ada.fill(public=place.guildmark(*shlex.split(prove)[1:]).strip())
    ada.press("Add it")
    ada.sees("What this key signs counts as the word of your organisation.")
    assert ada.page.locator("#keys ~ table tbody tr").count() == 1


def have_it_vetted(ben: Window) -> None:
    """Ben names a real release, watches until it is done, and sees its entry with what was found."""
    ben.go("/entry/silero-vad/")
    assert ben.page.locator("#signed").count() == 0
    ben.go("/desk/")
    ben.press("Have something vetted")
    ben.fill(purl="pypi:silero-vad")
    ben.press("Have it vetted")
    ben.titled("pkg:pypi/silero-vad")
    ben.sees("It was vetted on")
    ben.press("See its entry")
    ben.titled("Silero VAD")
    assert signers(ben) == ["This hub"]
    ben.sees("What was found")


def signers(window: Window) -> list[str]:
    """Whose signed claims the entry shows, in the order in which they stand."""
    found = window.page.locator("section[aria-labelledby=signed] tr[data-digest] th bdi")
    return [str(one) for one in found.all_inner_texts()]


def publish(place: Town, name: str) -> None:
    """On Ada's own machine: look at the same release, sign what was found, hand it to the hub."""
    report, bundle = f"{name}.json", f"{name}.bundle.json"
    place.guildmark("vet", "pypi:silero-vad", "--quiet", "--format", "json", "-o", report, codes=(0, 1, 3))
    place.guildmark("attest", report, "--key", KEY, "-o", bundle)
    told = json.loads(place.guildmark("publish", bundle, "--hub", place.address, "--format", "json"))
    assert (told["address"], told["was_there"]) == (f"{place.address}/entry/silero-vad/", False)


def see_both_claims(ben: Window) -> None:
    """What the hub found and what Acme found stand side by side, about the same bytes."""
    ben.page.reload()
    assert sorted(signers(ben)) == ["Acme Research", "This hub"]
    assert ben.page.locator("section[aria-labelledby=signed] h3:has-text('About the bytes')").count() == 1
    ben.sees("they agree on every one")


def own(place: Town, ben: Window) -> None:
    """Ben puts a word where only the keeper of the homepage can, and the hub finds it there."""
    ben.press("Answer, own or support it")
    ben.sees("Nobody has shown to be its owner.")
    ben.press("This is mine")
    ben.page.check("text=well-known")
    ben.press("Give me the word")
    proof = place.source / ".well-known" / "guildmark.txt"
    proof.parent.mkdir()
    proof.write_text(ben.page.locator("code").first.inner_text() + "\n")
    ben.press("Look for it now")
    ben.sees("It is being looked for.")
    until(lambda: _reloaded(ben, "It is shown."))
    ben.sees("It counts until")


def _reloaded(window: Window, words: str) -> bool:
    window.page.reload()
    return words in window.page.locator("main").inner_text()


def rebut(ben: Window) -> None:
    """What Ben answers stands beside the finding, which stays as it was, also for who is not signed in."""
    ben.go("/entry/silero-vad/")
    check = ben.page.locator(f"#check-{CHECK}")
    found = check.locator("summary .first").inner_text()
    check.locator("summary").click()
    ben.press("Answer this finding: technical_report_open")
    ben.titled("An answer to a finding")
    ben.sees(found)
    ben.fill(says="Our report is on the homepage, under an open licence.")
    ben.press("Say it")
    ben.go("/entry/silero-vad/")
    check = ben.page.locator(f"#check-{CHECK}")
    assert check.locator("summary .first").inner_text() == found
    check.locator("summary").click()
    answered = check.locator(".answered").inner_text()
    assert "Our report is on the homepage, under an open licence." in answered
    assert "Ben Franklin" in answered


def follow(ada: Window) -> None:
    """Ada wants to know what becomes of the entry."""
    ada.go("/entry/silero-vad/")
    ada.press("Follow it")
    ada.titled("Follow Silero VAD")
    ada.press("Follow")
    ada.sees("You follow Silero VAD.")
    ada.go("/desk/")
    ada.sees("Your notices")


def be_told(place: Town, ada: Window) -> None:
    """Of the next claim there is a mail, and a notice on her desk, that lead to the entry."""
    mail = place.mailed(ADA, "What you follow has changed")
    text = mail.get_content()
    assert "Acme Research" in text
    assert f"{place.address}/entry/silero-vad/" in text
    ada.go("/desk/")
    ada.press("not read")
    ada.titled("Your notices")
    ada.page.locator("main .row a:has-text('Acme Research')").first.click()
    ada.titled("Silero VAD")
    assert signers(ada).count("Acme Research") == 2
