"""The pages of watching, as a browser without scripts uses them."""

import re
from urllib.parse import quote

import pytest
from tests.hub import hostile, walked

pytestmark = pytest.mark.usefixtures("small")


@pytest.fixture
def ada(small):
    from tests.hub import alliance

    return alliance.person()


@pytest.fixture
def browser(ada):
    """Ada's browser; her forms must prove that they are ours."""
    from django.test import Client

    made = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
    made.force_login(ada, backend="allauth.account.auth_backends.AuthenticationBackend")
    return made


def page(answer) -> walked.Node:
    assert answer.status_code == 200, answer.content.decode()
    return walked.walk(answer.content.decode())


def press(browser, where: str, label: str, **more: str):
    """Press the first button that begins so, with all that its form holds, and go where that leads."""
    for form in page(browser.get(where)).nodes():
        if form.tag != "form" or form.attributes.get("method") != "post":
            continue
        button = next(one for one in form.nodes() if one.tag == "button")
        if button.text().strip().startswith(label):
            given = {
                one.attributes["name"]: one.attributes.get("value", "")
                for one in form.nodes()
                if one.tag == "input" and (one.attributes.get("type") != "checkbox" or "checked" in one.attributes)
            }
            return browser.post(form.attributes.get("action") or where, {**given, **more}, follow=True)
    raise AssertionError(f"{where} has no button {label}")


def test_following_is_asked_first_and_done_by_post(browser, ada):
    where = "/follow/?kind=entry&what=guard"
    asked = page(browser.get(where)).text()
    assert "Follow Gärd Guard" in asked
    assert ada.follows.count() == 0
    after = press(browser, where, "Follow")
    assert after.redirect_chain == [("/desk/following/", 302)]
    assert "You follow Gärd Guard." in page(after).text()
    assert list(ada.follows.values_list("kind", "what", "by_mail")) == [("entry", "guard", True)]
    assert "You follow Gärd Guard" in page(browser.get(where)).text()
    press(browser, where, "Stop following")
    assert ada.follows.count() == 0


def test_a_search_is_followed_from_its_own_address(browser, ada):
    query = "q=Guard&kind=tool&page=1&sort=name"
    after = press(browser, f"/follow/?kind=search&what={quote(query)}", "Follow", by_mail="")
    assert list(ada.follows.values_list("what", "by_mail")) == [("q=Guard&kind=tool", False)]
    row = next(one for one in page(after).nodes() if one.tag == "li" and "row" in one.classes())
    assert "“Guard”, Kind: Tool" in row.text()
    link = next(one for one in row.nodes() if one.tag == "a").attributes["href"]
    assert browser.get(link).status_code == 200


def test_on_the_list_mail_is_turned_off_and_on_and_following_stopped(browser, ada):
    from guildmark_hub.watching import acts

    acts.follow(ada, "entry", "guard")
    press(browser, "/desk/following/", "No e-mail")
    assert not ada.follows.get().by_mail
    press(browser, "/desk/following/", "E-mail too")
    assert ada.follows.get().by_mail
    press(browser, "/desk/", "Stop")
    assert ada.follows.count() == 0


@pytest.mark.parametrize(
    "where",
    [
        "/follow/",
        "/follow/?kind=entry&what=none",
        "/follow/?kind=search",
        "/follow/?kind=x&what=%00",
        "/follow/?what=a",
    ],
)
def test_what_cannot_be_followed_is_said_in_words(browser, where):
    answer = browser.get(where)
    assert answer.status_code == 400
    assert "That cannot be done" in answer.content.decode()


WRITES = ["/follow/", "/follow/stop/", "/follow/mail/", "/desk/notices/read/", "/desk/notices/feed/", "/desk/hooks/"]
WRITES += ["/desk/hooks/1/stop/", "/desk/hooks/1/secret/", "/desk/hooks/1/test/"]


@pytest.mark.parametrize("where", WRITES)
def test_no_write_without_the_proof_of_its_form_and_none_without_signing_in(browser, client, where):
    assert browser.post(where, {"kind": "entry", "what": "guard"}).status_code == 403
    answer = client.post(where, {"kind": "entry", "what": "guard"})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/account/login/?next={where}")


@pytest.mark.parametrize("where", [one for one in WRITES if one not in ("/follow/", "/desk/hooks/")])
def test_what_writes_is_not_asked_by_get(browser, where):
    assert browser.get(where).status_code == 405


@pytest.mark.parametrize("given", ["", "x", "-1", "²", "9" * 40])
def test_a_number_that_is_none_is_said_in_words(ada, given):
    from tests.hub import alliance

    plain = alliance.browser(ada)
    for where in ("/follow/stop/", "/follow/mail/"):
        assert plain.post(where, {"follow": given}).status_code == 400
    assert plain.post("/desk/notices/read/", {"notice": given}).status_code == 400


def test_notices_are_paged_and_marked_as_read(browser, ada, monkeypatch):
    from tests.hub import watched

    from guildmark_hub.watching import acts, views

    monkeypatch.setattr(views, "PER_PAGE", 3)
    acts.follow(ada, "entry", "guard", by_mail=False)
    for number in range(7):
        watched.change(says=f"number {number}")
    watched.read()
    assert re.findall(r"number \d", page(browser.get("/desk/notices/")).text())[::2] == [
        "number 6",
        "number 5",
        "number 4",
    ]
    assert "7 notices not read" in page(browser.get("/desk/")).text()
    press(browser, "/desk/notices/", "Mark as read")
    assert list(ada.notices.exclude(read_at=None).values_list("change__says", flat=True)) == ["number 6"]
    press(browser, "/desk/notices/?page=2", "Mark these and all older")
    assert acts.unread(ada) == 2
    press(browser, "/desk/notices/", "Mark all as read")
    assert acts.unread(ada) == 0
    for odd in ("0", "99", "x", "-1", "9" * 50):
        assert browser.get(f"/desk/notices/?page={odd}").status_code == 200


def test_the_feed_has_an_address_when_it_is_asked_for_and_looking_makes_none(browser, ada):
    from guildmark_hub.watching.models import Feed

    browser.get("/desk/notices/")
    assert not Feed.objects.exists()
    after = page(press(browser, "/desk/notices/", "Make the address"))
    address = re.search(r"http://localhost(/feeds/\S+\.atom)", after.text())[1]
    assert browser.get(address).status_code == 200
    press(browser, "/desk/notices/", "Make a new address")
    assert browser.get(address).status_code == 404


def test_the_desk_asks_the_database_a_fixed_number_of_times(browser, ada):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext
    from tests.hub import alliance, watched

    from guildmark_hub.watching import acts

    def counted(where: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            page(browser.get(where))
        return len(queries.captured_queries)

    pages = ("/desk/", "/desk/following/", "/desk/notices/", "/desk/hooks/")
    alliance.organisation()
    for kind, what in (("entry", "guard"), ("search", "kind=tool"), ("organisation", "acme")):
        acts.follow(ada, kind, what)
    watched.change()
    watched.read()
    counted("/desk/")  # whether this hub is an example is asked once
    before = [counted(one) for one in pages]
    for kind, what in (("entry", "voice"), ("entry", "unread"), ("search", "kind=model"), ("search", "q=a")):
        acts.follow(ada, kind, what)
    for _ in range(5):
        watched.change("voice")
    watched.read()
    assert [counted(one) for one in pages] == before


def test_what_others_wrote_stays_text(browser, ada):
    from tests.hub import alliance, watched

    from guildmark_hub.catalog.models import Entry
    from guildmark_hub.watching import acts
    from guildmark_hub.watching.models import Hook

    Entry.objects.filter(slug="guard").update(name=hostile.BAD)
    where = alliance.organisation("acme", name=hostile.BAD)
    acts.follow(ada, "entry", "guard")
    acts.follow(ada, "organisation", "acme")
    acts.follow(ada, "search", "q=" + quote(hostile.BAD))
    Hook.objects.create(person=ada, address=f"https://example.org/{hostile.BAD}", secret="x", why=hostile.BAD)
    watched.change(says=hostile.BAD, organisation=where)
    watched.read()
    seen = ["/desk/", "/desk/following/", "/desk/notices/", "/desk/hooks/", "/follow/?kind=entry&what=guard"]
    seen += ["/follow/?kind=organisation&what=acme", f"/follow/?kind=search&what=q%3D{quote(quote(hostile.BAD))}"]
    for path in seen:
        found = page(browser.get(path))
        assert not [one for one in found.nodes() if one.tag == "script" or "onmouseover" in one.attributes], path
        assert "\u202e" not in found.text()
        assert "alert(1)" in found.text(), path


def test_an_organisation_is_followed_from_its_page(browser, ada):
    from tests.hub import alliance

    alliance.organisation()
    links = [one.attributes["href"] for one in page(browser.get("/members/acme/")).nodes() if one.tag == "a"]
    (where,) = [one for one in links if one.startswith("/follow/")]
    assert browser.get("/members/acme/changes.atom").status_code == 200
    press(browser, where, "Follow")
    assert list(ada.follows.values_list("kind", "what")) == [("organisation", "acme")]
