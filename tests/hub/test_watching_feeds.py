"""Feeds: one's own at a secret address, and one of each entry and organisation, all valid Atom."""

import re
from datetime import datetime
from urllib.parse import urlsplit

import pytest
from defusedxml import ElementTree

pytestmark = pytest.mark.usefixtures("small")
ATOM = "{http://www.w3.org/2005/Atom}"
BAD = "<script>alert(1)</script> & ]]> \x00\x0b\ud800\ufffe\u202e\" '"


def atom(answer):
    """The feed as a tree, after what RFC 4287 asks of each feed and entry (4.1.1, 4.1.2)."""
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    root = ElementTree.fromstring(answer.content)
    assert root.tag == f"{ATOM}feed"
    for one in (root, *root.iter(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            (found,) = one.findall(f"{ATOM}{name}")
            assert found.text
        assert re.fullmatch(r"tag:[a-z0-9.-]+,2026:[a-z0-9/-]+", one.find(f"{ATOM}id").text)
        assert datetime.fromisoformat(one.find(f"{ATOM}updated").text).tzinfo
    ids = [one.find(f"{ATOM}id").text for one in root.iter(f"{ATOM}entry")]
    assert len(ids) == len(set(ids))
    assert root.find(f"{ATOM}author/{ATOM}name").text
    rels = {one.attrib["rel"]: one.attrib["href"] for one in root.findall(f"{ATOM}link")}
    assert set(rels) == {"self", "alternate"}
    assert urlsplit(rels["self"]).path == answer.request["PATH_INFO"]
    return root


def said(root) -> list[str]:
    return [one.find(f"{ATOM}title").text for one in root.iter(f"{ATOM}entry")]


def own(who) -> str:
    from guildmark_hub.watching import acts

    made = acts.new_feed(who)
    return f"/feeds/{made.pk}-{made.secret}.atom"


def test_ones_own_feed_has_ones_notices_the_newest_first(client):
    from tests.hub import alliance, watched

    from guildmark_hub.watching import acts

    who, other = alliance.person(), alliance.person("Eve")
    acts.follow(who, "entry", "guard")
    acts.follow(other, "entry", "voice")
    watched.change(says="first")
    watched.change("voice", says="not hers")
    watched.change(says=BAD.encode("utf-8", "replace").decode())
    watched.read()
    answer = client.get(own(who))
    assert said(atom(answer)) == [
        r"""guard: <script>alert(1)</script> & ]]> \x00\x0b?\ufffe\u202e" '""",
        "guard: first",
    ]
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.cookies == {}


def test_a_new_address_closes_the_old_one(client):
    from tests.hub import alliance

    who = alliance.person()
    old = own(who)
    assert client.get(old).status_code == 200
    new = own(who)
    assert (client.get(old).status_code, client.get(new).status_code) == (404, 200)
    who.is_active = False
    who.save()
    assert client.get(new).status_code == 404


def test_who_guesses_learns_nothing(client):
    """A wrong secret, no feed, no number: one answer."""
    from tests.hub import alliance

    path = own(alliance.person())
    number = path.split("/")[2].split("-")[0]
    guesses = [path.replace(".atom", "x.atom"), path[:-6] + ".atom", f"/feeds/{number}-.atom", "/feeds/99-x.atom"]
    guesses += ["/feeds/x.atom", "/feeds/-.atom", f"/feeds/{'9' * 40}-x.atom", "/feeds/²-é.atom"]
    seen = {(answer.status_code, answer.content) for answer in map(client.get, guesses)}
    assert len(seen) == 1
    assert seen.pop()[0] == 404


def test_secrets_are_compared_in_constant_time(client, monkeypatch):
    from tests.hub import alliance

    from guildmark_hub.watching import outside

    asked = []
    honest = outside.constant_time_compare
    monkeypatch.setattr(outside, "constant_time_compare", lambda *two: asked.append(two) or honest(*two))
    path = own(alliance.person())
    client.get(path)
    client.get("/feeds/99-guess.atom")
    secret = path.split("-", 1)[1].removesuffix(".atom")
    assert asked == [(secret, secret), ("guess", "")]


def test_an_entrys_feed_and_ones_own_name_a_change_by_the_same_id(client):
    from tests.hub import alliance, watched

    from guildmark_hub.watching import acts

    who = alliance.person()
    acts.follow(who, "entry", "guard")
    watched.change(says="it")
    watched.change("voice")
    watched.read()
    public = atom(client.get("/entry/guard/changes.atom"))
    assert said(public) == ["guard: it"]
    both = [one.find(f"{ATOM}entry/{ATOM}id").text for one in (public, atom(client.get(own(who))))]
    assert both[0] == both[1]


def test_an_organisations_feed_has_what_it_did_and_what_became_of_its_claims(client):
    from tests.hub import alliance, watched

    where = alliance.organisation()
    alliance.organisation("applied", state="applied")
    watched.change(says="it claims", kind="claim", organisation=where)
    watched.change(says="another's")
    assert said(atom(client.get("/members/acme/changes.atom"))) == ["guard: it claims"]
    assert client.get("/members/applied/changes.atom").status_code == 404
    assert client.get("/members/nobody/changes.atom").status_code == 404


def test_a_feed_without_changes_is_one(client):
    from tests.hub import alliance

    assert said(atom(client.get("/entry/guard/changes.atom"))) == []
    assert said(atom(client.get(own(alliance.person())))) == []
    assert client.get("/entry/nothing/changes.atom").status_code == 404


def test_a_feed_is_bounded_and_asks_the_database_a_fixed_number_of_times(client):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext
    from tests.hub import alliance, watched

    from guildmark_hub.watching import acts, outside

    who = alliance.person()
    acts.follow(who, "entry", "guard", by_mail=False)
    path = own(who)
    for _ in range(outside.MOST + 1):
        watched.change()
    watched.read()
    for address in (path, "/entry/guard/changes.atom"):
        with CaptureQueriesContext(connection) as queries:
            assert len(said(atom(client.get(address)))) == outside.MOST
        assert len(queries.captured_queries) <= 3


def test_feeds_are_only_read(client):
    from tests.hub import alliance

    for path in (own(alliance.person()), "/entry/guard/changes.atom", "/members/x/changes.atom"):
        assert client.post(path).status_code == 405


def test_a_change_of_no_entry_has_a_page_all_the_same(client):
    from tests.hub import alliance, watched

    from guildmark_hub.watching import acts

    who, where = alliance.person(), alliance.organisation()
    acts.follow(who, "organisation", "acme")
    watched.change("", "claim", says="it took something back", organisation=where)
    watched.read()
    assert said(atom(client.get(own(who)))) == ["it took something back"]
    assert b"it took something back" in alliance.browser(who).get("/desk/notices/").content
