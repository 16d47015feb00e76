"""Every page of the hub that members have, found by its address: no fault for axe, no sideways scroll, a visible focus.

A new address is looked at as soon as it has its example in `tests/hub/permitted.py`."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tests import pages
from tests.hub import served
from tests.hub.permitted import CAST, PASSES

LOOKS = ((320, "light"), (1280, "dark"))
"""Each page in both themes and at both widths; what a theme changes, colours, no width does."""
PARTS = ("people", "jobs", "vetting", "answers", "watching", "catalog", "council", "cases", "account", "more")
ASIDE = ("visitor", "stranger", "reviewer", "staff", "person", "owner", "member")
"""Of those who may pass, the last of these looks: she sees the most of her own; staff where only they may."""
WAYS = """all => {
  const faint = [];
  for (const one of all.filter(one => one.checkVisibility())) {
    one.focus();
    if (document.activeElement !== one) { continue; }
    const style = getComputedStyle(one), box = one.getBoundingClientRect();
    const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    if (!ring || box.width < 1 || box.bottom < 0 || box.top > innerHeight) { faint.push(one.outerHTML.slice(0, 120)); }
  }
  return faint;
}"""


class Page(NamedTuple):
    """An address, who looks, and what it answers."""

    name: str
    path: str
    who: str
    status: int


class Site(NamedTuple):
    """The hub on a free port, the sessions of all, its pages by their part of the hub."""

    address: str
    sessions: dict[str, str]
    found: dict[str, list[Page]]


@pytest.fixture(scope="module")
def site(browser: Any, empty: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """With everybody and everything that the test of permissions has, claims of two members, and second factors."""
    with served.site_of(empty, tmp_path_factory.mktemp("site")):
        sessions, found = filled()
        with served.served() as address:
            yield Site(address, sessions, found)


def filled() -> tuple[dict[str, str], dict[str, list[Page]]]:
    """Everybody's session, and every page that is HTML."""
    from django.conf import settings
    from tests.hub import alliance, permitted

    world = permitted.world()
    world["statement"] = _signed()
    _factors(world["people"]["owner"])
    clients = {name: alliance.browser(world["people"].get(name)) for name in CAST}
    for client in list(clients.values())[1:]:
        session = client.session
        session["account_authentication_methods"] = [{"method": "password", "at": time.time(), "email": "a"}]
        session.save()
    sessions = {
        name: client.cookies[settings.SESSION_COOKIE_NAME].value
        for name, client in clients.items()
        if name != "visitor"
    }
    return sessions, _pages(world, clients)


def _signed() -> str:
    """Two members differ about one digest, and one takes hers back; the other's statement."""
    from datetime import UTC, datetime

    from tests.hub import alliance, bundles

    from guildmark_hub.catalog import acts
    from guildmark_hub.catalog.models import Bundle, Claim
    from guildmark_hub.people.models import Organisation

    Claim.objects.filter(bundle__sha256="c" * 64).delete()
    Bundle.objects.filter(sha256="c" * 64).delete()
    made_at = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    ours, theirs = (alliance.key(one)[0] for one in Organisation.objects.filter(slug__in=("acme", "other")))
    other = bundles.signed(theirs, bundles.assessment(made_at=made_at, licence_open="failed"))
    given = (
        bundles.signed(ours, bundles.assessment(made_at=made_at, licence_open="passed")),
        other,
        bundles.signed(ours, bundles.assessment("pkg:pypi/lantern@2", "ef" * 32, made_at)),
        bundles.retracts(theirs, other, made_at),
    )
    claims = [acts.take_in(data).claim for data in given]
    return claims[0].statement.removeprefix("sha256:")


def _factors(who: Any) -> None:
    """An app and its recovery codes."""
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    TOTP.activate(who, generate_totp_secret())
    RecoveryCodes.activate(who)


def _pages(world: dict[str, Any], clients: dict[str, Any]) -> dict[str, list[Page]]:
    from django.urls import reverse
    from tests.hub.test_permissions import addresses, examples, ours

    found: dict[str, list[Page]] = {part: [] for part in PARTS}

    def look(part: str, name: str, path: str, who: str) -> None:
        answer = clients[who].get(path)
        if answer.headers.get("Content-Type", "").startswith("text/html") and answer.status_code not in (301, 302):
            found[part].append(Page(name, path, who, answer.status_code))

    for one in ours():
        part = one.name.partition(":")[0]
        if "GET" in getattr(one.view, "methods", ()):
            for knock in examples(one):
                may = PASSES[one.view.to] & (knock.may or set(CAST))
                who = max(may, key=ASIDE.index)
                look(part, one.name, reverse(one.name, args=knock.arguments(world)), who)
    for one in addresses():
        if one.route.startswith("account/") and not one.arguments and "(?P" not in one.route:
            for who in ("visitor", "owner"):
                look("account", one.name, "/" + one.route, who)
    for path, who in MORE:
        look("more", path, path, who)
    return found


MORE = (
    ("/desk/", "staff"),
    ("/desk/", "owner"),
    ("/desk/", "person"),
    ("/desk/organisations/acme/", "owner"),
    ("/desk/applications/", "member"),
    ("/submissions/99999/", "member"),
    ("/answers/99999/", "visitor"),
    ("/nothing/at/all", "visitor"),
    ("/follow/?kind=entry&what=guard", "member"),
    ("/follow/?kind=organisation&what=acme", "member"),
    ("/follow/?kind=search&what=q%3Dguard", "member"),
    ("/entry/guard/members/", "stranger"),
    ("/entry/guard/members/", "visitor"),
    ("/entry/guard/members/say/use/", "member"),
    ("/entry/guard/members/say/support/", "member"),
    ("/entry/guard/members/say/offer_review/", "reviewer"),
    ("/entry/lantern/", "visitor"),
    ("/entry/guard/release/1.1/", "visitor"),
    ("/account/password/reset/key/1-x/", "visitor"),
    ("/account/confirm-email/x/", "visitor"),
    ("/members/?sector=other", "visitor"),
)
"""Pages that have no address of their own: of others, with parameters, and what is refused or not there."""


@pytest.fixture
def opened(browser: Any, site: Site) -> Iterator[Callable[[str], Any]]:
    """A window of somebody's; what the browser complains of fails the test."""
    complaints: list[str] = []
    contexts: dict[str, Any] = {}

    def window(who: str) -> Any:
        if who not in contexts:
            contexts[who] = served.context_of(browser, site.address, site.sessions.get(who, ""))
            page = contexts[who].new_page()
            page.on("console", lambda message: complaints.append(f"{page.url}: {message.text}"))
            page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        return contexts[who].pages[0]

    yield window
    for one in contexts.values():
        one.close()
    assert [text for text in complaints if "status of 4" not in text] == []


def look_at(page: Any) -> dict[str, Any]:
    """What is wrong with a page that is open, at each look."""
    wrong: dict[str, Any] = {}
    page.emulate_media(reduced_motion="reduce")
    for (width, theme), options in zip(LOOKS, (EVERYTHING, CHANGING), strict=True):
        wrong |= pages.wrong_at(page, width, theme, options)
    page.keyboard.press("Tab")
    if faint := page.eval_on_selector_all("a, button, input:not([type=hidden]), select, textarea, summary", WAYS):
        wrong["focus"] = faint[:3]
    return wrong


EVERYTHING = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
"""All that axe asks, and what of WCAG 2.2 (2.5.8) it asks only where it is told to."""
CHANGING = {
    "resultTypes": ["violations"],
    "runOnly": ["color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size"],
}
"""What another theme, or another width, may change."""


@pytest.mark.parametrize("part", PARTS)
def test_every_page_has_no_fault_fits_a_phone_and_shows_where_the_keyboard_is(
    opened: Callable[[str], Any], site: Site, part: str
) -> None:
    """WCAG 2.2 AA by axe, in both themes; at 320 px (1.4.10) and on a wide screen; the focus can be seen (2.4.7)."""
    wrong = {}
    assert site.found[part]
    for one in site.found[part]:
        page = opened(one.who)
        page.goto(one.path)
        if found := look_at(page):
            wrong[one] = found
    assert wrong == {}


WRONG = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("@media (prefers-color-scheme: dark) { .lead { color: #444 } } .row { width: 500px }"
    + "a:focus-visible { outline: none !important }");
  document.adoptedStyleSheets.push(sheet);
}"""


def test_a_page_that_is_wrong_would_be_seen(opened: Callable[[str], Any]) -> None:
    """Faint in the dark, wider than a phone, and nothing shows where the keyboard is."""
    page = opened("visitor")
    page.goto("/members/")
    page.evaluate(WRONG)
    assert set(look_at(page)) == {"axe 1280 dark", "wide 320", "focus"}


def test_the_page_of_a_second_factor_and_of_too_many_tries(opened: Callable[[str], Any], site: Site) -> None:
    """They come only in answer to a form."""
    from django.core.cache import cache
    from tests.hub import alliance

    cache.clear()
    page = opened("visitor")
    page.goto("/account/login/")
    page.fill("#id_login", "owner@example.org")
    page.fill("#id_password", alliance.PASSWORD)
    page.click("button:text-is('Sign in')")
    assert "/2fa/authenticate/" in page.url
    assert look_at(page) == {}
    for _ in range(21):
        alliance.browser().post("/account/signup/", {})
    page.goto("/account/signup/")
    page.fill("#id_name", "Eve")
    page.fill("#id_email", "eve@example.org")
    page.fill("#id_password1", alliance.PASSWORD)
    page.click("main button:text-is('Sign up')")
    assert page.locator("h1").inner_text() == "Too many tries"
    assert look_at(page) == {}
    cache.clear()
