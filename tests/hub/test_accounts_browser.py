"""Accounts and organisations in a real browser: passkeys under our policy, both themes, a phone and a wide screen."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from tests import pages
from tests.hub import served, tries

BAD = '"><script>alert(1)</script><img src=x onerror=alert(2)>\u202e'
VISITED = ["members/", "members/acme/", "account/login/", "members/nobody/"]
OWNED = ["desk/", "desk/organisations/acme/", "desk/organisations/acme/edit", "desk/organisations/acme/keys/1/revoke"]
OWNED += ["account/2fa/totp/activate/"]
STAFFED = ["desk/applications/", "desk/applications/waiting/", "desk/trail/"]


@pytest.fixture(scope="module")
def site(browser: Any, empty: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The hub on a free port of this machine, with people whose names try to be markup."""
    with served.site_of(empty, tmp_path_factory.mktemp("site")):
        _people()
        with served.served() as address:
            yield address


def _people() -> None:
    from tests.hub import alliance

    from guildmark_hub.people import inviting, trail

    ada, mia, sue = alliance.person(), alliance.person("Mia"), alliance.person("Sue", staff=True)
    for who in (ada, mia):
        who.name = who.name + BAD
        who.save()
    acme = alliance.organisation(name=f"Acme {BAD}", says=f"One\n{BAD}", homepage="javascript:alert(3)", country="")
    alliance.belongs(ada, acme, "owner")
    alliance.belongs(mia, acme)
    alliance.key(acme)
    inviting.invite(ada, acme, "somebody@example.org", "member")
    alliance.organisation("waiting", name=f"Waiting {BAD}", state="applied", member_since=None, applied_by=ada)
    alliance.organisation("invited", name=f"Invited {BAD}", state="invited", member_since=None)
    trail.keep(ada, "test.bad", f"organisation:{BAD}", {BAD: BAD}, [BAD] * 40)
    trail.keep(sue, "test.good", "organisation:acme")


@pytest.fixture
def window(browser: Any, site: str) -> Iterator[Callable[..., Any]]:
    """A window of its own, signed in as somebody; what the browser complains of fails the test."""
    complaints: list[str] = []
    windows: list[Any] = []

    def opened(who: str = "") -> Any:
        page = browser.new_page()
        windows.append(page)
        served.listen(page, complaints)
        if who:
            sign_in(page, site, who)
        return page

    yield opened
    for one in windows:
        one.close()
    assert [text for text in complaints if "status of 4" not in text] == []


def sign_in(page: Any, site: str, who: str) -> None:
    from django.core.cache import cache
    from tests.hub import alliance

    cache.clear()
    page.goto(f"{site}account/login/")
    page.fill("#id_login", f"{who}@example.org")
    page.fill("#id_password", alliance.PASSWORD)
    page.click("button:text-is('Sign in')")


@pytest.mark.parametrize(("who", "addresses"), [("", VISITED), ("ada", OWNED), ("sue", STAFFED)])
def test_axe_finds_no_fault_and_no_name_becomes_markup(window, site, who, addresses):
    """WCAG 2.2 AA in both themes; nothing is wider than a phone; what tries to be a script is text.

    `test_members_browser` looks at every address; here each name is long and hostile."""
    from tests.hub import alliance

    page = window(who)
    for address in addresses:
        page.goto(site + address)
        if "/account/reauthenticate/" in page.url and "reauth" not in address:
            page.fill("#id_password", alliance.PASSWORD)
            page.click("button:text-is('Go on')")
        pages.faultless(page)
        assert page.locator("img[onerror]").count() == 0, address
        small = page.eval_on_selector_all(
            "main button, main select, main input:not([type=hidden], [type=checkbox]), main .button",
            "all => all.map(one => [one.outerHTML.slice(0, 80), one.getBoundingClientRect().height])"
            ".filter(([, height]) => height > 0 && height < 24)",
        )
        assert small == [], address


def test_a_passkey_is_added_and_is_all_that_is_needed_to_sign_in(window, site):
    """allauth's own scripts, as files of this site; what they need stands in the page as data."""
    from tests.hub import alliance

    page = window("mia")
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "automaticPresenceSimulation": True}
    options |= {"hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.goto(f"{site}account/2fa/webauthn/add/")
    page.fill("#id_password", alliance.PASSWORD)
    page.click("button:text-is('Go on')")
    page.fill("#id_name", "My phone")
    page.check("#id_passwordless")
    page.click("#mfa_webauthn_add")
    page.wait_for_url("**/2fa/recovery-codes/")
    page.goto(f"{site}account/2fa/webauthn/")
    assert "My phone" in page.locator("tbody").inner_text()
    page.goto(f"{site}account/logout/")
    page.click("button:text-is('Sign out')")
    page.goto(f"{site}account/login/?next=/desk/name")
    page.click("#passkey_login")
    page.wait_for_url(re.compile(r"^[^?]*/desk/(name)?$"))
    assert page.locator("h1").inner_text() in ("Your desk", "Your name")
    page.goto(f"{site}account/logout/")
    page.click("button:text-is('Sign out')")
    sign_in(page, site, "mia")
    assert page.url.endswith("/2fa/authenticate/")
    assert pages.faults(page) == []
    page.click("#mfa_webauthn_authenticate")
    page.wait_for_url(re.compile(r"^[^?]*/desk/(name)?$"))


def test_an_owner_invites_without_scripts_and_who_is_invited_joins(browser, site):
    """Every step is a form or a link."""
    import contextlib

    from django.core import mail
    from tests.hub import alliance

    alliance.person("Newcomer")
    with contextlib.ExitStack() as left:
        windows = []
        for who in ("ada", "newcomer"):
            page = browser.new_page(java_script_enabled=False)
            left.callback(page.close)
            sign_in(page, site, who)
            windows.append(page)
        owner, hers = windows
        owner.goto(f"{site}desk/")
        owner.click("h3 a:has-text('Acme')")
        owner.click("text=Invite somebody")
        owner.fill("#id_email", "newcomer@example.org")
        owner.select_option("#id_role", "reviewer")
        owner.click("button:text-is('Send the link')")
        assert "on its way to newcomer@example.org" in owner.inner_text("main")
        found = re.search(r"/(invitations/\S+)", mail.outbox[-1].body)
        assert found
        hers.goto(site + found[1])
        hers.click("button:text-is('Join')")
        assert "Newcomer" in hers.inner_text("table")
        hers.click("button:text-is('Leave it')")
        assert hers.locator("h1").inner_text() == "Your desk"


def _try_all() -> None:
    """Every text in every field that people fill in, past the forms that would have refused some of them."""
    from tests.hub import alliance

    from guildmark_hub.people import inviting, trail
    from guildmark_hub.people.models import Affiliation, Organisation, Person

    home = Organisation.objects.get(slug="acme")
    ada = Person.objects.get(email="ada@example.org")
    people = [Person(email=f"t{number}@example.org", name=text) for number, text in enumerate(tries.TRIES)]
    made = Person.objects.bulk_create(people)
    Affiliation.objects.bulk_create(Affiliation(person=one, organisation=home, since=alliance.SINCE) for one in made)
    for number, text in enumerate(tries.TRIES):
        told = {"name": text, "says": f"{text}\n{text}", "homepage": text, "country": text[:2], "why": text}
        for state in ("member", "applied", "refused", "invited"):
            since = alliance.THEN if state == "member" else None
            slug = f"{state}-{number}"
            alliance.organisation(slug, **told, state=state, member_since=since, applied_by=made[number])
        trail.keep(made[number], text[:100], text, {text: text}, text)
    ada.name = tries.TRIES[0]
    ada.save()
    home.name, home.says, home.homepage = "; ".join(tries.TRIES)[:200], "\n".join(tries.TRIES), tries.TRIES[-12]
    home.save()
    inviting.invite(ada, home, "tried@example.org", "member")


def test_no_text_of_anybody_becomes_a_script_on_a_page_of_people(window, site):
    """Stored in every field that is shown, and reflected from every parameter that a page reads."""
    assert len(tries.TRIES) >= 50
    _try_all()
    shown = {
        "": ["members/", "members/acme/", "members/member-3/"],
        "ada": ["desk/", "desk/organisations/acme/", "desk/organisations/acme/edit", "desk/name"],
        "sue": ["desk/applications/", "desk/applications/applied-5/", "desk/trail/", "desk/trail/?page=2"],
    }
    reflected = ["members/?sector={}&country={}", "account/login/?next={}", "account/signup/?email={}&next={}"]
    for who, addresses in shown.items():
        page = window(who)
        for address in addresses:
            page.goto(site + address)
            assert page.evaluate("window.ran") is None, address
            assert "alert(1)" in page.content(), address
        for number, text in enumerate(tries.TRIES if not who else ()):
            page.goto(site + reflected[number % len(reflected)].replace("{}", quote(text, safe="")))
            assert page.evaluate("window.ran") is None, text
        for number in range(0, len(tries.TRIES) if who == "sue" else 0, 8):
            text = quote("".join(tries.TRIES[number : number + 8])[:900], safe="")
            page.goto(f"{site}desk/trail/?of={text}&person={text[:200]}")
            assert page.evaluate("window.ran") is None, number
