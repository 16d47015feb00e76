"""Accounts: made, proved, opened and closed; nobody learns who has one, and whoever guesses is stopped."""

import re

import pytest
from tests.hub.test_settings import program
from tests.hub.walked import walk

pytestmark = pytest.mark.usefixtures("database")
SIGN_UP = {"name": "Ada Lovelace", "email": "Ada@Example.org", "password1": "a long enough word 7"}
CHANGES = re.compile(r'value="[A-Za-z0-9]{64}"|[a-z]+@example\.org')


@pytest.fixture(autouse=True)
def _no_mail_of_others():
    from django.core import mail

    mail.outbox = []


def mails():
    from django.core import mail

    return mail.outbox


def link_in(message) -> str:
    """The address in a mail, as this machine is asked for it."""
    found = re.search(r"http://localhost(/\S+)", message.body)
    assert found, message.body
    return found[1]


def sign_in(client, email="ada@example.org", password=SIGN_UP["password1"], **more):
    return client.post("/account/login/", {"login": email, "password": password, **more})


def told(answer) -> tuple[object, ...]:
    """All that an answer tells, without what is different every time, and without the address that was given."""
    body = CHANGES.sub("-", answer.content.decode())
    headers = {
        name: value for name, value in answer.headers.items() if name not in ("Content-Length", "ETag", "Expires")
    }
    return answer.status_code, headers, sorted(answer.cookies), body


def browser():
    from tests.hub import alliance

    return alliance.browser()


def test_who_signs_up_proves_her_address_before_she_signs_in(client):
    from allauth.account.models import EmailAddress

    from guildmark_hub.people.models import Act, Person

    assert client.post("/account/signup/", SIGN_UP).headers["Location"] == "/account/confirm-email/"
    ada = Person.objects.get()
    assert (ada.name, ada.email, ada.is_staff) == ("Ada Lovelace", "ada@example.org", False)
    assert sign_in(browser()).headers["Location"] == "/account/confirm-email/"
    assert browser().get("/desk/").status_code == 302
    (mail,) = mails()
    assert mail.to == ["ada@example.org"]
    assert client.get(link_in(mail)).status_code == 200
    assert not EmailAddress.objects.get().verified
    client.post(link_in(mail))
    assert EmailAddress.objects.get().verified
    assert sign_in(client).headers["Location"] == "/desk/"
    assert client.get("/desk/").status_code == 200
    assert list(Act.objects.order_by("pk").values_list("did", "of")) == [
        ("people.sign_up", f"person:{ada.pk}"),
        ("people.confirm_address", f"person:{ada.pk}"),
    ]


def test_a_proof_of_an_address_works_once(client):
    client.post("/account/signup/", SIGN_UP)
    client.post(link_in(mails()[0]))
    again = client.get(link_in(mails()[0]))
    assert "expired, or was used" in again.content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "see https://example.com"},
        {"name": "www.example.com"},
        {"name": "Ada\u202egnp"},
        {"name": "x" * 201},
        {"name": "!!!"},
        {"email": "ada"},
        {"password1": "short word"},
        {"password1": "123456789012345"},
        {"password1": "Ada@Example.org"},
        {"password1": "passwordpassword"[:8]},
    ],
)
def test_what_is_no_name_no_address_or_no_good_password_is_told(client, wrong):
    from guildmark_hub.people.models import Person

    answer = client.post("/account/signup/", SIGN_UP | wrong)
    assert answer.status_code == 200
    assert 'class="wrong"' in answer.content.decode()
    assert not Person.objects.exists()
    assert mails() == []


def test_a_sign_up_is_whole_or_not_there(client, monkeypatch):
    from allauth.account.models import EmailAddress

    from guildmark_hub.people import accounts
    from guildmark_hub.people.models import Person

    def killed(*words: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(accounts.trail, "keep", killed)
    with pytest.raises(KeyboardInterrupt):
        client.post("/account/signup/", SIGN_UP)
    assert not Person.objects.exists()
    assert not EmailAddress.objects.exists()
    assert mails() == []


@pytest.mark.parametrize("page", ["signup", "login", "password/reset"])
def test_an_address_that_has_an_account_is_answered_like_one_that_has_none(page):
    """Status, headers, cookies and every word, also of the page that follows; and each gets one mail, or none."""
    from tests.hub import alliance

    alliance.person("Known")
    answers = []
    for name in ("known", "unknown"):
        client, before = browser(), len(mails())
        email = f"{name}@example.org"
        given = {"signup": SIGN_UP | {"email": email}, "login": {"login": email, "password": "not her password"}}
        answer = client.post(f"/account/{page}/", given.get(page, {"email": email}))
        after = client.get(answer.headers["Location"]) if answer.status_code == 302 else answer
        sent = [one.to for one in mails()[before:]]
        assert sent == ([[email]] if page != "login" else [])
        answers.append((told(answer), told(after)))
    assert answers[0] == answers[1]


def test_who_signs_up_twice_at_the_same_time_is_one_person(monkeypatch):
    """Both forms were looked at before either was written."""
    from allauth.account.internal import flows
    from django.core.cache import cache

    from guildmark_hub.people.models import Person

    monkeypatch.setattr(flows.manage_email, "email_already_exists", lambda email, **given: (email, False))
    answers = []
    for _ in range(2):
        cache.clear()  # a second mail within three minutes is not sent to any address
        answers.append(told(browser().post("/account/signup/", SIGN_UP)))
    assert answers[0] == answers[1]
    assert Person.objects.count() == 1


def test_who_guesses_a_password_is_stopped_also_with_the_right_one_and_nobody_else_is(client):
    from tests.hub import alliance

    alliance.person()
    alliance.person("Bea")
    for _ in range(5):
        assert "not correct" in sign_in(browser(), password="a guess").content.decode()
    stopped = sign_in(browser()).content.decode()
    assert "Too many failed login attempts" in stopped
    assert sign_in(browser(), "bea@example.org").status_code == 302


def test_an_address_without_account_is_stopped_alike(client):
    answers = [sign_in(client, "nobody@example.org", "a guess").content.decode() for _ in range(6)]
    assert "not correct" in answers[4]
    assert "Too many failed login attempts" in answers[5]


def test_who_asks_too_often_is_told_to_wait():
    for _ in range(20):
        answer = browser().post("/account/signup/", {})
    assert answer.status_code == 200
    answer = browser().post("/account/signup/", {})
    assert answer.status_code == 429
    assert "Wait a few minutes" in answer.content.decode()
    assert "Content-Security-Policy" in answer.headers


def test_all_processes_count_together_and_a_new_start_forgets_nothing(empty, tmp_path):
    """The table comes with the migrations: no step by hand."""
    import shutil

    shutil.copy(empty, tmp_path / "hub.sqlite3")
    ask = (
        "from django.test import Client; guess = {'login': 'a@example.org', 'password': 'a guess'};"
        "print(*['Too many' in Client(SERVER_NAME='localhost').post('/account/login/', guess).content.decode()"
        " for _ in range(3)])"
    )
    words = ("manage", "shell", "--verbosity", "0", "--command", ask)
    ran = [program(*words, data=tmp_path, GUILDMARK_HUB_HTTP="1") for _ in range(2)]
    assert [one.stdout for one in ran] == ["False False False\n", "False False True\n"], ran[1].stderr


def test_a_new_password_ends_every_other_session():
    from tests.hub import alliance

    from guildmark_hub.people.models import Act

    alliance.person()
    here, there = browser(), browser()
    for one in (here, there):
        sign_in(one)
        assert one.get("/desk/").status_code == 200
    new = "another good word 8"
    given = {"oldpassword": alliance.PASSWORD, "password1": new, "password2": new}
    assert here.post("/account/password/change/", given).status_code == 302
    assert here.get("/desk/").status_code == 200
    assert there.get("/desk/").status_code == 302
    assert sign_in(browser()).status_code == 200
    assert sign_in(browser(), password=new).status_code == 302
    assert Act.objects.filter(did="people.change_password").count() == 1
    assert not any(new in str(act.after) + str(act.before) for act in Act.objects.all())


def test_a_forgotten_password_is_set_by_a_link_that_works_once_and_all_sessions_end():
    from tests.hub import alliance

    alliance.person()
    there, client = browser(), browser()
    sign_in(there)
    client.post("/account/password/reset/", {"email": "ada@example.org"})
    link = link_in(mails()[-1])
    form = client.get(link).headers["Location"]
    new = "another good word 8"
    assert client.get(form).status_code == 200
    assert client.post(form, {"password1": new, "password2": new}).status_code == 302
    assert there.get("/desk/").status_code == 302
    assert sign_in(browser(), password=new).headers["Location"] == "/desk/"
    assert "expired, or was used" in browser().get(link).content.decode()


def test_a_closed_account_is_shut_at_once():
    from tests.hub import alliance

    ada = alliance.person()
    client = browser()
    sign_in(client)
    ada.is_active = False
    ada.save()
    assert client.get("/desk/").status_code == 302
    assert sign_in(browser()).headers["Location"] == "/account/inactive/"


@pytest.mark.parametrize("next", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"])
def test_nobody_is_led_elsewhere_by_signing_in_or_out(next):
    from tests.hub import alliance

    alliance.person()
    client = browser()
    page = client.get("/account/login/", {"next": next}).content.decode()
    assert 'href="javascript' not in page
    assert sign_in(client, next=next).headers["Location"] == "/desk/"
    assert client.post("/account/logout/", {"next": next}).headers["Location"] == "/"


def test_who_signs_in_goes_on_where_she_was_and_leaves_by_a_press():
    from tests.hub import alliance

    alliance.person()
    client = browser()
    assert sign_in(client, next="/desk/name").headers["Location"] == "/desk/name"
    assert client.get("/account/logout/").status_code == 200
    assert client.get("/desk/").status_code == 200
    client.post("/account/logout/")
    assert client.get("/desk/").status_code == 302


def test_an_unproved_account_gives_way_to_who_proves_the_address_and_a_proved_one_does_not():
    """Somebody signs up with an address that is not hers, so that its owner cannot have it."""
    from django.core.cache import cache
    from tests.hub import alliance

    from guildmark_hub.people.models import Person

    ada = alliance.person()
    browser().post("/account/signup/", SIGN_UP | {"email": "new@example.org", "name": "Mallory"})
    alliance.person("Proved")
    cache.clear()  # a second mail within three minutes is not sent to any address
    for wanted, got in (("new@example.org", "new@example.org"), ("proved@example.org", "new@example.org")):
        client = browser()
        sign_in(client, Person.objects.get(pk=ada.pk).email)
        client.post("/account/reauthenticate/", {"password": alliance.PASSWORD})
        answer = client.post("/account/email/", {"email": wanted, "action_add": "1"})
        assert answer.status_code == 302
        client.post(link_in(mails()[-1]))
        assert Person.objects.get(pk=ada.pk).email == got
    assert sorted(Person.objects.values_list("name", flat=True)) == ["Ada", "Proved"]


def test_what_expired_and_who_never_proved_her_address_is_forgotten():
    from django.contrib.sessions.models import Session
    from django.core.cache import cache
    from django.utils import timezone
    from tests.hub import alliance

    from guildmark_hub.people import forgetting
    from guildmark_hub.people.models import Act, Cached, Person

    old = timezone.now() - 2 * forgetting.UNPROVED
    alliance.person()
    for name in ("old", "new"):
        browser().post("/account/signup/", SIGN_UP | {"email": f"{name}@example.org", "name": name})
    Person.objects.exclude(name="new").update(joined_at=old)
    cache.clear()
    cache.set("kept", 1, 1000)
    Cached.objects.create(cache_key="gone", value="", expires=old)
    sign_in(browser())
    Session.objects.create(session_key="gone", session_data="", expire_date=old)
    forgotten = forgetting.forget()
    assert forgotten == {"sessions": 1, "counts": 1, "accounts": 1}
    assert sorted(Person.objects.values_list("name", flat=True)) == ["Ada", "new"]
    assert cache.get("kept") == 1
    assert Act.objects.filter(did="people.drop_unproved", person=None).count() == 1


def test_the_first_staff_is_made_by_a_command_and_proves_her_address_like_everybody(tmp_path):
    import shutil

    from django.db import connection

    from guildmark_hub.people.models import Person

    shutil.copy(connection.settings_dict["NAME"], tmp_path / "hub.sqlite3")
    made = {"GUILDMARK_HUB_HTTP": "1", "DJANGO_SUPERUSER_PASSWORD": SIGN_UP["password1"]}
    words = ("manage", "createsuperuser", "--noinput", "--email", "Root@example.org")
    assert program(*words, data=tmp_path, **made).returncode == 0
    connection.close()
    connection.settings_dict["NAME"] = str(tmp_path / "hub.sqlite3")
    root = Person.objects.get()
    root.set_password(SIGN_UP["password1"])  # the command hashes it with what these tests do not wait for
    root.save()
    client = browser()
    assert sign_in(client, "root@example.org").headers["Location"] == "/account/confirm-email/"
    client.post(link_in(mails()[-1]))
    sign_in(client, "root@example.org")
    assert client.get("/staff/").status_code == 200


def test_a_mail_server_that_does_not_answer_is_told_and_undoes_nothing(client, monkeypatch):
    from django.core.mail.backends.locmem import EmailBackend

    from guildmark_hub.people.models import Person

    def refused(*words: object) -> None:
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr(EmailBackend, "send_messages", refused)
    answer = client.post("/account/signup/", SIGN_UP)
    assert answer.status_code == 302
    assert "could not be sent" in client.get("/account/confirm-email/").content.decode()
    assert Person.objects.count() == 1


def test_with_a_second_factor_the_password_is_not_enough_and_a_recovery_code_works_once(monkeypatch):
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
    from tests.hub import alliance

    from guildmark_hub.people.models import Act

    def code(secret: str) -> str:
        return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))

    alliance.person()
    client = browser()
    sign_in(client)
    client.post("/account/reauthenticate/", {"password": alliance.PASSWORD})
    page = client.get("/account/2fa/totp/activate/").content.decode()
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", page)
    assert secret
    assert client.post("/account/2fa/totp/activate/", {"code": "000000"}).status_code == 200
    assert client.post("/account/2fa/totp/activate/", {"code": code(secret[1])}).status_code == 302
    codes = re.findall(r"<code>([0-9]{8})</code>", client.get("/account/2fa/recovery-codes/").content.decode())
    assert len(codes) == 10
    for number, given in enumerate([codes[0], codes[0], codes[1]]):
        other = browser()
        assert sign_in(other).headers["Location"] == "/account/2fa/authenticate/"
        assert other.get("/desk/").status_code == 302
        assert other.get("/account/2fa/authenticate/").status_code == 200
        answer = other.post("/account/2fa/authenticate/", {"code": given})
        assert answer.status_code == (200 if number == 1 else 302)
    assert list(Act.objects.values_list("did", flat=True)) == ["people.add_factor", "people.add_factor"]


PAGES = ["login", "signup", "logout", "inactive", "email", "confirm-email", "confirm-email/x:y", "password/change"]
PAGES += ["password/reset", "password/reset/done", "password/reset/key/done", "password/reset/key/1-x"]
PAGES += ["reauthenticate", "2fa", "2fa/totp/activate", "2fa/webauthn", "2fa/webauthn/add", "3rdparty"]
PAGES += ["2fa/recovery-codes/generate", "3rdparty/login/cancelled", "3rdparty/login/error"]


@pytest.mark.parametrize("signed_in", [False, True])
def test_every_page_of_accounts_has_our_looks_and_runs_nothing_of_its_own(signed_in):
    from tests.hub import alliance

    alliance.person()
    client = browser()
    if signed_in:
        sign_in(client)
        client.post("/account/reauthenticate/", {"password": alliance.PASSWORD})
    seen = 0
    for name in PAGES:
        answer = client.get(f"/account/{name}/")
        assert answer.status_code in (200, 302, 401), name
        if answer.status_code == 302:
            continue
        seen += 1
        root = walk(answer.content.decode())
        assert len([one for one in root.nodes() if one.tag == "h1"]) == 1, name
        assert [one for one in root.nodes() if one.classes() == {"brand"}], name
        for node in root.nodes():
            assert "style" not in node.attributes, name
            assert not [one for one in node.attributes if one.startswith("on")], name
            if node.tag == "script" and "src" not in node.attributes:
                assert node.attributes["type"] == "application/json", name
    assert seen >= 10


def test_every_template_of_allauth_that_a_view_shows_is_ours():
    from django.template.backends.jinja2 import Template
    from django.template.loader import get_template
    from django.urls import URLPattern, get_resolver

    def patterns(within) -> list[URLPattern]:
        found = [patterns(one) if hasattr(one, "url_patterns") else [one] for one in within.url_patterns]
        return [one for some in found for one in some]

    views = [getattr(one.callback, "view_class", None) for one in patterns(get_resolver("allauth.urls"))]
    named = {getattr(view, "template_name", None) or "" for view in views}
    names = {name for name in named if name.endswith(".html")}
    assert len(names) > 20
    theirs = [name for name in names if not isinstance(get_template(name), Template)]
    assert theirs == []
