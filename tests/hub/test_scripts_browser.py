"""What tries to be a script, in every field that somebody can write and in every address, opened in a real browser.

None runs, none becomes markup, our pages break no policy of ours, and no other machine is asked."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import pytest
from tests.hub import served
from tests.hub.payloads import ALL, SEEN, SUM

MADE = """() => {
  const bad = "script:not([src]):not([type='application/json']), iframe, object, embed, base, svg script, style,"
    + "meta[http-equiv], math, marquee, video, audio, template, [style], [autofocus], [srcdoc],"
    + "form[action^='//'], link[href^='//evil'], img:not(.badge), image, animate, [hx-get^='//evil']";
  const found = [...document.querySelectorAll(bad)];
  for (const one of document.querySelectorAll("*")) {
    for (const { name, value } of one.attributes) {
      const runs = name.startsWith("on") || /^hx-on|^data-hx/.test(name);
      const leads = /^(href|src|action|formaction|xlink:href|data|poster)$/.test(name);
      if (runs || (leads && (/^[\\s\\x00-\\x20]*(javascript|data|vbscript):/i.test(value) || value.startsWith("//")))) {
        found.push(one);
      }
    }
  }
  return found.map(one => one.outerHTML.slice(0, 160));
}"""
"""What no page of ours holds, so that it came out of a text."""
FIELDS = "input:not([type=hidden], [type=checkbox], [type=radio], [type=file], [type=submit]), textarea"


class Site(NamedTuple):
    """The hub on a free port, sessions by name, the pages that show what was stored."""

    address: str
    sessions: dict[str, str]
    shown: list[Any]


@pytest.fixture(scope="module")
def site(browser: Any, empty: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Every field of it is attacked."""
    from tests.hub import attacked

    with served.site_of(empty, tmp_path_factory.mktemp("site")):
        people, shown = attacked.fill()
        sessions = {one: served.session_of(who) for one, who in people.items()}
        with served.served() as address:
            yield Site(address, sessions, shown)


@pytest.fixture
def opened(browser: Any, site: Site) -> Iterator[Callable[[str], Any]]:
    """A window of somebody's; a dialog, a complaint, an error, a request to elsewhere: each fails the test."""
    seen: list[str] = []
    contexts: dict[str, Any] = {}

    def window(who: str) -> Any:
        if who not in contexts:
            contexts[who] = served.context_of(browser, site.address, site.sessions[who] if who else "")
            page = contexts[who].new_page()
            page.on("dialog", lambda dialog: (seen.append(f"{page.url} asks {dialog.message}"), dialog.dismiss()))
            page.on("console", lambda message: seen.append(f"{page.url} says {message.text}"))
            page.on("pageerror", lambda error: seen.append(f"{page.url} breaks: {error}"))
            page.on("request", lambda request: _asked(request.url, site.address, seen))
        return contexts[who].pages[0]

    yield window
    for one in contexts.values():
        one.close()
    assert [text for text in seen if not any(said in text for said in SAID_ALSO)] == []


SAID_ALSO = ("status of 4", "does not conform to the required format", "cannot be parsed, or is out of range")
"""What the browser also says, of an answer that refuses, and of a date or a number that is none."""


def _asked(url: str, address: str, seen: list[str]) -> None:
    if not url.startswith(address):
        seen.append(f"it asked {url}")


def unharmed(page: Any) -> list[str]:
    """What of a page that is open came out of somebody's text, was computed from it, or broke by it."""
    found = [str(one) for one in page.evaluate(MADE)]
    content = page.content()
    return found + [why for why, seen in ((f"{SUM} was computed", SUM), ("it broke", OURS)) if seen in content]


OURS = "That was our fault"


def test_there_are_enough_of_them() -> None:
    """The issue asks for fifty; each is its own."""
    assert len(set(ALL)) == len(ALL) >= 50
    assert len(SEEN) >= 50


def test_a_page_that_did_run_them_would_be_seen(browser: Any, site: Site) -> None:
    """The test itself is tried out, without our policy: dialogs open, elements are found."""
    page, dialogs = browser.new_page(), []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.route("**/*", lambda route: route.abort())
    for payload in ("<img src=x onerror=alert(1337)>", "<svg onload=alert(1337)>"):
        page.set_content(f"<p>{payload}</p>")
        page.wait_for_timeout(100)
        assert page.evaluate(MADE)
    page.close()
    assert dialogs == ["1337", "1337"]


def test_nothing_that_is_stored_runs_where_it_is_shown(opened: Callable[[str], Any], site: Site) -> None:
    """By whoever may see it; and it is really there, as text."""
    from guildmark import plain

    wrong: dict[str, Any] = {}
    for one in site.shown:
        page = opened(one.who)
        answer = page.goto(one.path)
        text = " ".join(page.locator("body").text_content().split())
        missing = [each for each in one.texts if " ".join(plain.visible(each).split()) not in text]
        found = [*unharmed(page), *(f"{each} is not shown" for each in missing)]
        if answer.status != 200:
            found.append(f"it answers {answer.status}")
        if found:
            wrong[one.path] = found[:4]
    assert wrong == {}


FILES = (
    *("/changes.atom", "/entry/evil/changes.atom", "/members/{}/changes.atom", "/entry/evil/badge.svg"),
    *("/entry/evil/badge.json", "/entry/evil/citation.bib", "/entry/evil/citation.cff", "/entry/evil/entry.jsonld"),
    *("/entry/evil/assessment.json", "/entry/evil/bom.cdx.json", "/entry/evil/bom.spdx.json", "/catalog.csv"),
    *("/catalog.jsonl", "/trust.toml", "/api/v1/claims", "/api/v1/changes", "/api/v1/entries/evil"),
)


def test_what_is_no_page_is_never_taken_for_one(opened: Callable[[str], Any], site: Site, client: Any) -> None:
    """Feeds, pictures and data hold the same texts: each says what it is, and what a browser opens runs nothing."""
    slug = next(one.path for one in site.shown if one.path.startswith("/members/") and len(one.path) > 9).split("/")[2]
    page = opened("")
    for path in (one.format(slug) for one in FILES):
        answer = client.get(path)
        kind = answer.headers["Content-Type"].partition(";")[0]
        assert (answer.status_code, answer.headers["X-Content-Type-Options"]) == (200, "nosniff"), path
        assert "html" not in kind, path
        if "attachment" not in answer.headers.get("Content-Disposition", "") and kind.endswith("xml"):
            assert page.goto(path, wait_until="commit").status == 200
            page.wait_for_load_state()
            assert page.evaluate("document.querySelectorAll('script, [onload], iframe').length") == 0, path


REFLECTED = (
    *("/search?q={}", "/search?kind={}", "/search?q=a&category={}", "/search?sort={}&page={}", "/search?{}={}"),
    *("/compare?e={}", "/compare?q={}", "/members/?sector={}&country={}", "/entry/{}/", "/entry/guard/release/{}/"),
    *("/members/{}/", "/claims/{}/", "/standards/{}", "/browse/{}/", "/nothing/{}", "/account/{}/", "/{}"),
    *("/account/login/?next={}", "/account/signup/?next={}", "/account/confirm-email/{}/", "/unsubscribe/{}/"),
    *("/account/password/reset/key/1-{}/", "/account/3rdparty/login/error/?error={}", "/api/v1/entries/{}"),
    "/api/v1/entries?q={}",
    *("/proposals/?state={}&kind={}&group={}", "/decisions/?group={}", "/cases/?state={}&group={}&entry={}"),
    *("/groups/{}/", "/proposals/1/?before={}", "/proposals/1/revisions/2/?against={}", "/log/{}"),
)
OWNED = (
    *(
        "/follow/?kind={}&what={}",
        "/follow/?kind=entry&what={}",
        "/follow/?kind=search&what=q%3D{}",
        "/submit/?purl={}",
    ),
    *("/follow/?kind=search&what={}", "/invitations/{}/", "/desk/organisations/{}/", "/submissions/?{}"),
    *("/entry/guard/members/say/{}/", "/entry/guard/members/say/rebuttal/?finding={}", "/entry/{}/members/"),
    *("/desk/notices/?page={}", "/feeds/{}.atom", "/cases/new/?entry={}", "/proposals/1/remark/?answers={}"),
    "/groups/evil/propose/?title={}&slug={}&statement={}&supersedes={}",
)
STAFFED = ("/desk/trail/?of={}", "/desk/trail/?person={}&page={}", "/desk/applications/{}/")
PAYLOADS = ("".join(ALL[:8]), "".join(SEEN[8:30]), "".join(SEEN[30:]), "".join(ALL[-11:]))
"""All of them, many in one address."""


def test_nothing_that_stands_in_an_address_runs(opened: Callable[[str], Any]) -> None:
    """Each payload in some address, each address with some of them; JSON is no page."""
    wrong: dict[str, Any] = {}
    number = 0
    for who, addresses in (("", REFLECTED), ("owner", OWNED), ("staff", STAFFED)):
        page = opened(who)
        for address in addresses:
            texts = (PAYLOADS[number % len(PAYLOADS)], ALL[(7 * number) % len(ALL)])
            number += 1
            for text in texts:
                answer = page.goto(address.replace("{}", quote(text, safe="")))
                found = [] if "json" in answer.headers.get("content-type", "") else unharmed(page)
                if answer.status >= 500:
                    found.append(f"it answers {answer.status}")
                if found:
                    wrong[answer.url[:200]] = found[:4]
    assert wrong == {}


FORMS = {
    "": ("/account/login/", "/account/signup/", "/account/password/reset/"),
    "owner": (
        *("/desk/name", "/desk/organisations/new", "/submit/", "/desk/hooks/", "/entry/guard/members/say/use/"),
        *("/entry/guard/members/say/offer_support/", "{rebuttal}", "{ours}edit", "{ours}invite", "{ours}keys/add"),
        *("/account/email/", "/account/password/change/", "/groups/new/", "/groups/evil/propose/", "{draft}revise/"),
        *("{draft}remark/", "{draft}withdraw/", "/groups/evil/meetings/new/", "/groups/evil/milestones/new/"),
        *("{voted}cast/", "/conflicts/declare/", "/groups/evil-forming/charter/write/", "/cases/new/?entry=guard"),
    ),
    "judge": ("{review}ask/", "{review}send/", "{review}decline/"),
    "staff": ("/desk/invite-organisation", "/desk/trail/"),
}


def test_nothing_that_a_form_is_sent_with_runs_where_it_is_refused_or_shown(
    opened: Callable[[str], Any], site: Site
) -> None:
    """Each field of each form is filled with as many as it takes, past what the browser itself would hold back."""
    known = {
        "rebuttal": next(one.path for one in site.shown if "?finding=" in one.path),
        "ours": next(one.path for one in site.shown if one.path.startswith("/desk/organisations/")).rpartition("/")[0]
        + "/",
        "draft": next(one.path for one in site.shown if one.path.endswith("/revise/"))[: -len("revise/")],
        "voted": next(one.path for one in site.shown if one.path.endswith("/cast/"))[: -len("cast/")],
        "review": next(one.path for one in site.shown if one.path.startswith("/cases/reviews/")),
    }
    wrong: dict[str, Any] = {}
    for who, addresses in FORMS.items():
        page = opened(who)
        for number, address in enumerate(addresses):
            page.goto(address.format(**known))
            for text in (" ".join(SEEN[number:]), ALL[(11 * number) % len(ALL)], ALL[-1 - number]):
                if not send(page, text):
                    break
                if found := unharmed(page):
                    wrong[address] = found[:4]
    assert wrong == {}


def send(page: Any, text: str) -> bool:
    """Fill every field of the page's first form with a text, and send it."""
    forms = page.locator("main form:has(button)")
    if not forms.count():
        return False
    form = forms.first
    form.evaluate("one => { one.noValidate = true }")
    for field in form.locator(FIELDS).all():
        field.evaluate(
            "(one, text) => { one.type = one.type === 'textarea' ? one.type : 'text'; one.value = text }", text
        )
    form.locator("button").first.click()
    page.wait_for_load_state()
    return True


def test_the_name_of_a_file_is_never_more_than_a_name(opened: Callable[[str], Any]) -> None:
    """A bundle is handed in under each name that a file may have."""
    page = opened("owner")
    for name in (SEEN[0], '"><img src=x onerror=alert(1337)>', "{{1337*1337}}.json", "javascript:alert(1337)"):
        page.goto("/submit/")
        page.set_input_files("#id_bundle", {"name": name, "mimeType": "text/html", "buffer": SEEN[0].encode()})
        page.click("text=Hand it in")
        assert page.locator(".wrong").count()
        assert unharmed(page) == []
