"""Whatever a form is sent with, at every address of the hub: an answer in words, and no fault of ours."""

from urllib.parse import urlencode

import pytest
from tests.hub import permitted
from tests.hub.permitted import CAST, PASSES
from tests.hub.test_permissions import acting, examples, nothing_stays

pytestmark = pytest.mark.usefixtures("small")
FORM = "application/x-www-form-urlencoded"
BAD = ("\x00", "9" * 400, "-1", "\u00b2", "\u0663", "x" * 70_000, "\u202e", "2026-99-99", "\ufffd" * 300, "1e999")
NAMES = (
    *("purl", "bundle", "says", "name", "sector", "country", "homepage", "email", "role", "public", "because", "why"),
    *("where", "until", "statement", "organisation", "version", "vex", "kind", "what", "by_mail", "follow", "notice"),
    *("address", "accept", "page", "q", "finding", "next", "person", "of", "text", "charter", "members", "chairs"),
    *("at", "place", "agenda", "minutes", "present", "title", "due", "how", "year", "document", "rules", "slug"),
    *("supersedes", "once", "answers", "position", "whose", "since", "claim", "standard", "group", "entry", "only"),
    *("asks", "outcome", "grounds", "answer:licence_open", "says:licence_open", "before", "against", "state"),
)
LOOKS = ("visitor", "stranger", "reviewer", "staff", "person", "owner", "member")


def test_no_address_breaks_whatever_it_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """By somebody who may pass: every field bad, or one of those that it takes."""
    import socket

    from django.urls import reverse
    from tests.hub import alliance

    monkeypatch.setattr(socket, "getaddrinfo", _no_network)
    world = permitted.world()
    browsers = {name: alliance.browser(world["people"].get(name)) for name in CAST}
    asked = 0
    for number, one in enumerate(acting()):
        for knock in examples(one):
            path = reverse(one.name, args=knock.arguments(world))
            who = max(PASSES[one.view.to] & (knock.may or set(CAST)), key=LOOKS.index)
            whole = knock.given(world)
            for place, bad in enumerate(BAD):
                fields = [*whole][(number + place) % max(1, len(whole)) :][:1]
                given = {**whole, **dict.fromkeys(fields, bad)} if (number + place) % 2 else dict.fromkeys(NAMES, bad)
                for method in {"GET", "POST"} & set(one.view.methods):
                    with nothing_stays():
                        answer = getattr(browsers[who], method.lower())(path, given)
                    asked += 1
                    assert answer.status_code < 500, (one.name, method, bad[:20])
    assert asked > 500


def _no_network(*words: object, **named: object) -> None:
    raise OSError("the tests of forms ask nobody")


def test_a_text_of_the_full_length_is_taken_in_every_script() -> None:
    """A browser sends a letter as up to twelve bytes; what is longer than any form is told so."""
    from tests.hub import alliance
    from tests.hub.answered import owner

    client = alliance.browser(owner())
    path = "/entry/guard/members/say/use/"
    assert client.post(path, urlencode({"says": "\U0001f512" * 8_000}), content_type=FORM).status_code == 302
    answer = client.post(path, urlencode({"says": "x" * 800_000}), content_type=FORM)
    assert answer.status_code == 400
    assert "More was sent than any form of ours takes" in answer.content.decode()
