"""Web hooks: signed as Standard Webhooks says, tried again under one id, to public addresses only."""

import base64
import hashlib
import hmac
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.hub import receivers
from tests.loopback import running

pytestmark = pytest.mark.usefixtures("small")


@pytest.fixture
def program(empty):
    """A program on this machine that takes web hooks; this machine may be told."""
    from datetime import timedelta

    from django.test import override_settings

    given = {"LOOPBACK": True, "MAIL_BATCH": timedelta(days=1), "ADDRESS": "https://hub.example.org"}
    with running(receivers.Program()) as server, override_settings(**given):
        yield server


def verified(secret: str, request: receivers.Request) -> dict:
    """The body, as a receiver takes it that was written from the specification and knows nothing of ours."""
    id, at = request.headers["webhook-id"], request.headers["webhook-timestamp"]
    assert "." not in id + at
    assert abs(time.time() - int(at)) < 300
    assert secret.startswith("whsec_")
    key = base64.b64decode(secret[6:], validate=True)
    assert 24 <= len(key) <= 64
    signed = id.encode() + b"." + at.encode() + b"." + request.body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    given = [one.partition(",") for one in request.headers["webhook-signature"].split(" ")]
    assert any(version == "v1" and hmac.compare_digest(mark, expected) for version, _, mark in given)
    assert request.headers["content-type"] == "application/json"
    return json.loads(request.body)


def hooked(program, name: str = "Ada", slug: str = "guard"):
    from tests.hub import alliance

    from guildmark_hub.watching import acts

    who = alliance.person(name)
    acts.follow(who, "entry", slug, by_mail=False)
    return who, acts.add_hook(who, program.address)


def test_the_signature_is_that_of_the_specifications_own_example():
    from guildmark_hub.watching import hooks

    secret, id = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek"
    headers = hooks.signed(secret, id, 1614265330, b'{"test": 2432232314}')
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_receiver_in_the_documents_takes_what_we_send_and_nothing_else(program):
    import re
    from pathlib import Path

    from tests.hub import watched

    page = (Path(__file__).resolve().parents[2] / "docs" / "how-to" / "follow.md").read_text()
    names: dict = {}
    exec(re.search(r"```python\n(.*?)```", page, re.DOTALL)[1], names)
    _, hook = hooked(program)
    watched.change()
    watched.read()
    watched.work_off()
    (request,) = program.requests
    assert names["verified"](hook.secret, request.headers, request.body)
    assert not names["verified"](hook.secret, request.headers, request.body + b" ")
    assert not names["verified"]("whsec_" + "A" * 44, request.headers, request.body)


@given(st.binary(max_size=200), st.integers(0, 2**40), st.text("abcdef0123456789", max_size=20))
def test_a_signature_is_of_the_id_the_moment_and_every_byte(body, at, words):
    from guildmark_hub.watching import hooks

    secret, id = hooks.new_secret(), hooks.message_id(words)
    mark = hooks.signed(secret, id, at, body)["webhook-signature"]
    others = [
        hooks.signed(hooks.new_secret(), id, at, body),
        hooks.signed(secret, hooks.message_id(words, 1), at, body),
        hooks.signed(secret, id, at + 1, body),
        hooks.signed(secret, id, at, body + b" "),
    ]
    assert mark not in [one["webhook-signature"] for one in others]
    assert hooks.signed(secret, id, at, body)["webhook-signature"] == mark


def test_a_notice_is_told_signed(program):
    from tests.hub import alliance, watched

    _, hook = hooked(program)
    where = alliance.organisation()
    happened = watched.change(says="it fell\u202e", organisation=where)
    watched.read()
    (job,) = watched.work_off()
    (request,) = program.requests
    body = verified(hook.secret, request)
    notice = body["data"]["notices"][0]
    assert (job.state, job.gave) == ("done", {"told": True, "status": 204})
    assert request.path == "/hook?token=s3cret"
    assert (body["type"], body["data"]["schema"]) == ("guildmark.notices", 1)
    assert notice == {
        "id": f"tag:hub.example.org,2026:change/{happened.pk}",
        "at": notice["at"],
        "kind": "level",
        "says": "it fell\\u202e",
        "entry": "guard",
        "page": "https://hub.example.org/entry/guard/",
        "organisation": "acme",
        "statement": "",
    }
    assert verified(hook.secret, request._replace(body=request.body)) == body
    with pytest.raises(AssertionError):
        verified(hook.secret, request._replace(body=request.body + b" "))


def test_many_notices_are_told_in_small_bodies_each_once(program):
    from tests.hub import alliance, watched

    from guildmark_hub.catalog.models import Entry
    from guildmark_hub.watching import hooks

    organisation = alliance.organisation("o" * 100)
    where = Entry.objects.get(slug="guard")
    where.slug = "e" * 100
    where.save()
    _, hook = hooked(program, slug=where.slug)
    for number in range(60):
        watched.change(where.slug, says=f"{number} " + "\U0001f600" * 2000, organisation=organisation)
    watched.read()
    watched.work_off()
    bodies = [verified(hook.secret, one) for one in program.requests]
    told = [int(one["says"].split()[0]) for body in bodies for one in body["data"]["notices"]]
    assert sorted(told) == list(range(60))
    assert max(len(one.body) for one in program.requests) <= hooks.MOST_BYTES
    assert len({one.headers["webhook-id"] for one in program.requests}) == len(bodies) == 5


def test_each_try_has_the_same_id_and_the_same_bytes_and_its_own_moment(program, monkeypatch):
    from tests.hub import watched

    from guildmark_hub.watching import work

    _, hook = hooked(program)
    watched.change()
    watched.read()
    clock = iter(range(1_800_000_000, 1_900_000_000, 1000))
    monkeypatch.setattr(work.time, "time", lambda: next(clock))
    program.status = 500
    for _ in range(3):
        watched.hurry()
        (job,) = watched.work_off()
        assert (job.state, job.says) == ("waiting", "it answered 500")
    program.status = 200
    watched.hurry()
    (job,) = watched.work_off()
    assert (job.state, job.tries) == ("done", 4)
    monkeypatch.undo()
    assert len({one.headers["webhook-id"] for one in program.requests}) == 1
    assert len({one.body for one in program.requests}) == 1
    assert len({one.headers["webhook-timestamp"] for one in program.requests}) == 4
    hook.refresh_from_db()
    assert (hook.failing_since, hook.why, hook.taken_at is not None) == (None, "", True)


def test_after_eight_tries_a_delivery_is_given_up(program):
    from tests.hub import watched

    _, hook = hooked(program)
    watched.change()
    watched.read()
    program.status = 503
    for _ in range(10):
        watched.hurry()
        watched.work_off()
    hook.refresh_from_db()
    assert len(program.requests) == 8
    assert (hook.silenced_at, hook.why) == (None, "it answered 503")


def failing_for(hook, **time):
    from datetime import timedelta

    from django.utils import timezone

    from guildmark_hub.watching.models import Hook

    Hook.objects.filter(pk=hook.pk).update(failing_since=timezone.now() - timedelta(**time))


def test_what_fails_for_days_is_silenced_with_a_word_on_the_desk_until_it_takes_a_test(program):
    from tests.hub import watched

    from guildmark_hub.watching import acts, desk

    who, hook = hooked(program)
    watched.change()
    watched.read()
    program.status = 500
    failing_for(hook, days=3, minutes=1)
    for number in range(8):
        assert desk.section(who)["silenced"] == [], number
        watched.hurry()
        watched.work_off()
    assert desk.section(who)["silenced"] == [hook]
    watched.change()
    watched.read()
    assert watched.work_off() == []
    acts.test_hook(who, hook.pk)
    (job,) = watched.work_off()
    assert (job.state, job.gave) == ("done", {"told": False, "why": "it answered 500"})
    assert desk.section(who)["silenced"] == [hook]
    program.status = 200
    job.delete()
    acts.test_hook(who, hook.pk)
    watched.work_off()
    assert verified(hook.secret, program.requests[-1])["type"] == "guildmark.test"
    assert desk.section(who)["silenced"] == []
    watched.change()
    watched.read()
    assert [one.state for one in watched.work_off()] == ["done"]


def test_a_clock_that_was_set_back_silences_nobody(program):
    from django.utils import timezone
    from tests.hub import watched

    _, hook = hooked(program)
    watched.change()
    watched.read()
    program.status = 500
    failing_for(hook, days=-300)
    for _ in range(8):
        watched.hurry()
        watched.work_off()
    hook.refresh_from_db()
    assert hook.silenced_at is None
    assert hook.failing_since <= timezone.now()


def test_what_says_that_it_is_gone_is_silenced_at_once(program):
    from tests.hub import watched

    _, hook = hooked(program)
    watched.change()
    watched.read()
    program.status = 410
    (job,) = watched.work_off()
    hook.refresh_from_db()
    assert (job.state, hook.silenced_at is not None) == ("dead", True)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_a_failure_and_is_not_followed(program, status):
    from tests.hub import watched

    hooked(program)
    watched.change()
    watched.read()
    program.status, program.answers = status, {"Location": program.address}
    (job,) = watched.work_off()
    assert (job.state, job.says, len(program.requests)) == ("waiting", f"it answered {status}", 1)


PRIVATE = [
    "http://example.org/",
    "https://127.0.0.1/",
    "https://localhost/",
    "https://intranet/",
    "https://169.254.169.254/latest/meta-data/",
    "https://[::1]/",
    "https://user:password@example.org/",
    "https://2130706433/",
    "ftp://example.org/",
    "javascript:alert(1)",
    "https://example.org:22/",
    "",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_a_private_address_is_refused_when_it_is_saved(address):
    from tests.hub import alliance

    who = alliance.person()
    answer = alliance.browser(who).post("/desk/hooks/", {"address": address})
    assert (answer.status_code, who.hooks.count()) == (400, 0)
    assert "whsec_" not in answer.content.decode()


def test_an_address_that_became_private_is_refused_when_it_is_told(program):
    """The name is looked up again, and the test setting that let it in is gone."""
    from django.test import override_settings
    from tests.hub import watched

    _, hook = hooked(program)
    watched.change()
    watched.read()
    with override_settings(LOOPBACK=False):
        (job,) = watched.work_off()
    assert (job.state, program.requests) == ("waiting", [])
    hook.refresh_from_db()
    assert "s3cret" not in hook.why


def test_a_worker_that_dies_after_the_answer_tells_again_under_the_same_id(program, monkeypatch):
    from tests.hub import watched

    from guildmark_hub.watching import telling

    _, hook = hooked(program)
    watched.change()
    watched.read()

    def dies(hook):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(telling, "hook_taken", dies)
        with pytest.raises(KeyboardInterrupt):
            watched.work_off()
    watched.hurry()
    watched.work_off()
    first, second = program.requests
    assert (first.body, first.headers["webhook-id"]) == (second.body, second.headers["webhook-id"])
    assert verified(hook.secret, second) == verified(hook.secret, first)


def test_a_hook_that_was_deleted_is_told_nothing_that_waits(program):
    from tests.hub import watched

    from guildmark_hub.watching import acts

    who, hook = hooked(program)
    watched.change()
    watched.read()
    acts.stop_hook(who, hook.pk)
    (job,) = watched.work_off()
    assert (job.state, job.gave, program.requests) == ("done", {"told": False}, [])


def test_the_secret_is_shown_once_and_a_new_one_signs_from_then_on(program):
    import re

    from tests.hub import alliance, watched

    from guildmark_hub.watching import acts

    who = alliance.person()
    acts.follow(who, "entry", "guard", by_mail=False)
    browser = alliance.browser(who)
    answer = browser.post("/desk/hooks/", {"address": program.address})
    hook = who.hooks.get()
    assert "no-store" in answer.headers["Cache-Control"]
    first = re.search("whsec_[A-Za-z0-9+/=]+", answer.content.decode())[0]
    assert "whsec_" not in browser.get("/desk/hooks/").content.decode()
    again = browser.post(f"/desk/hooks/{hook.pk}/secret/").content.decode()
    second = re.search("whsec_[A-Za-z0-9+/=]+", again)[0]
    assert first != second
    watched.change()
    watched.read()
    watched.work_off()
    assert verified(second, program.requests[0])
    with pytest.raises(AssertionError):
        verified(first, program.requests[0])


def test_hooks_are_bounded_and_one_address_is_told_once(program):
    from guildmark.errors import AskedWrongly
    from guildmark_hub.watching import acts

    who, _ = hooked(program)
    with pytest.raises(AskedWrongly, match="told already"):
        acts.add_hook(who, program.address)
    for number in range(1, acts.MOST_HOOKS):
        acts.add_hook(who, f"{program.address}&{number}")
    with pytest.raises(AskedWrongly, match="5 web hooks already"):
        acts.add_hook(who, f"{program.address}&more")


def test_a_test_is_sent_at_most_once_a_minute(program):
    from tests.hub import watched

    from guildmark.errors import AskedWrongly
    from guildmark_hub.watching import acts

    who, hook = hooked(program)
    acts.test_hook(who, hook.pk)
    watched.work_off()
    with pytest.raises(AskedWrongly, match="less than a minute"):
        acts.test_hook(who, hook.pk)
    assert len(program.requests) == 1


@pytest.mark.parametrize("act", ["stop", "secret", "test"])
def test_another_persons_hook_is_nobodys_business(program, act):
    from tests.hub import alliance

    _, hook = hooked(program)
    eve = alliance.browser(alliance.person("Eve"))
    here = eve.post(f"/desk/hooks/{hook.pk}/{act}/")
    nowhere = eve.post(f"/desk/hooks/{hook.pk + 99}/{act}/")
    assert (here.status_code, nowhere.status_code) == (403, 403)
    assert here.content == nowhere.content
    before = hook.secret
    hook.refresh_from_db()
    assert hook.secret == before
