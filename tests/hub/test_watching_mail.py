"""Mail: every notice in one letter, which arrives at least once; whoever gets it can stop it without signing in."""

import os
import re
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.hub import receivers
from tests.loopback import running

pytestmark = pytest.mark.usefixtures("small")
ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def office(empty):
    """A mail server on this machine, that the hub hands its mail to at once."""
    from datetime import timedelta

    from django.test import override_settings

    with (
        running(receivers.MailServer()) as server,
        override_settings(
            EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
            EMAIL_HOST="127.0.0.1",
            EMAIL_PORT=server.server_address[1],
            EMAIL_TIMEOUT=5,
            MAIL_BATCH=timedelta(0),
            ADDRESS="https://hub.example.org",
        ),
    ):
        yield server


def watcher(*slugs: str, name: str = "Ada"):
    from tests.hub import alliance

    from guildmark_hub.watching import acts

    who = alliance.person(name)
    for slug in slugs or ("guard",):
        acts.follow(who, "entry", slug)
    return who


def test_all_that_waits_is_in_one_mail(office):
    from tests.hub import watched

    from guildmark_hub.watching.models import Letter

    who = watcher("guard", "voice")
    watched.change(says="safe files: inert to none\r\nBcc: eve@example.org <script>")
    watched.change("voice", "advisory", says="an advisory hit \u202evoice")
    watched.read()
    (job,) = watched.work_off()
    (mail,) = office.mails
    assert job.state == "done"
    assert (mail["To"], mail["Subject"]) == ("ada@example.org", "2 changes to what you follow")
    assert mail.get_content_type() == "text/plain"
    text = mail.get_content()
    assert "A level changed, " in text
    assert "safe files: inert to none  Bcc: eve@example.org <script>" in text
    assert "https://hub.example.org/entry/voice/" in text
    assert "an advisory hit \\u202evoice" in text
    assert {one.letter.sent_at is not None for one in who.notices.all()} == {True}
    assert Letter.objects.get().person == who
    watched.read()
    assert watched.work_off() == []


def test_one_change_stands_in_the_subject_and_breaks_no_header(office):
    from tests.hub import watched

    watcher()
    watched.change(says="inert\r\nBcc: eve@example.org\r\n\r\nmore")
    watched.read()
    watched.work_off()
    (mail,) = office.mails
    assert mail["Subject"] == "guard: inert  Bcc: eve@example.org    more"
    assert mail["Bcc"] is None


def test_notices_wait_for_each_other(office):
    from datetime import timedelta

    from django.conf import settings as given
    from django.test import override_settings
    from django.utils import timezone
    from tests.hub import watched

    from guildmark_hub.jobs.models import Job

    watcher()
    with override_settings(MAIL_BATCH=timedelta(minutes=15)):
        watched.change()
        watched.read()
        watched.change()
        watched.read()
    job = Job.objects.get()
    assert timedelta(minutes=14) < job.not_before - timezone.now() <= timedelta(minutes=15)
    assert watched.work_off() == []
    watched.hurry()
    watched.work_off()
    assert [one["Subject"] for one in office.mails] == ["2 changes to what you follow"]
    assert timedelta(0) == given.MAIL_BATCH


def test_what_happens_while_a_letter_is_sent_is_in_the_next(office, monkeypatch):
    from tests.hub import watched

    from guildmark_hub.watching import work

    who = watcher()
    honest = work._send

    def slow(letter):
        monkeypatch.setattr(work, "_send", honest)
        watched.change(says="meanwhile")
        watched.read()
        return honest(letter)

    monkeypatch.setattr(work, "_send", slow)
    watched.change(says="first")
    watched.read()
    watched.work_off()
    assert [one["Subject"] for one in office.mails] == ["guard: first", "guard: meanwhile"]
    assert who.notices.filter(letter__sent_at=None).count() == 0


def test_a_very_long_letter_tells_how_much_it_leaves_out(office, monkeypatch):
    from tests.hub import watched

    from guildmark_hub.watching import letters

    monkeypatch.setattr(letters, "MOST", 2)
    watcher()
    for _ in range(5):
        watched.change()
    watched.read()
    watched.work_off()
    text = office.mails[0].get_content()
    assert text.count("/entry/guard/") == 2
    assert "And 3 more: https://hub.example.org/desk/notices/" in text


def test_a_server_that_is_away_is_asked_again_and_nothing_is_lost(office):
    from django.test import override_settings
    from tests.hub import watched

    from guildmark_hub.jobs.models import Job

    watcher()
    watched.change()
    watched.read()
    with override_settings(EMAIL_PORT=1):
        for _ in range(8):
            watched.hurry()
            watched.work_off()
    job = Job.objects.get()
    assert (job.state, job.tries, job.says) == ("dead", 8, "the mail server cannot be used: ConnectionRefusedError")
    office.says_of_recipients = "451 not now"
    ask_again()
    watched.work_off()
    office.says_of_recipients = "250 yes"
    watched.hurry()
    watched.work_off()
    assert [one["Subject"] for one in office.mails] == ["guard: its level changed"]


def ask_again() -> None:
    """As the job does that reads changes."""
    from django.db import transaction

    from guildmark_hub.watching import telling

    with transaction.atomic():
        telling.ask_what_waits()


def test_an_address_that_is_refused_for_good_gets_no_more_mail_and_the_desk_says_so(office):
    from tests.hub import watched

    from guildmark_hub.watching import desk

    who = watcher()
    office.says_of_recipients = "550 no such person"
    watched.change()
    watched.read()
    (job,) = watched.work_off()
    assert job.state == "done"
    assert desk.section(who)["refused"] == "the mail server refused the address (550)"
    office.says_of_recipients = "250 yes"
    watched.change()
    watched.read()
    ask_again()
    assert watched.work_off() == []
    assert (office.mails, who.notices.count()) == ([], 2)


def test_a_letter_that_is_refused_is_not_sent_again_and_the_next_is(office):
    from tests.hub import watched

    watcher()
    office.says_of_letters = "554 it looks like spam"
    watched.change()
    watched.read()
    watched.work_off()
    office.says_of_letters = "250 yes"
    watched.change(says="next")
    watched.read()
    ask_again()
    watched.work_off()
    assert [one["Subject"] for one in office.mails] == ["guard: next"]


def test_an_address_that_was_never_confirmed_gets_nothing(office):
    from allauth.account.models import EmailAddress
    from tests.hub import watched

    who = watcher()
    EmailAddress.objects.filter(user=who).update(verified=False)
    watched.change()
    watched.read()
    watched.work_off()
    assert office.mails == []


def test_who_wants_no_mail_of_something_gets_its_notices_only(office):
    from tests.hub import watched

    from guildmark_hub.watching import acts

    who = watcher()
    acts.mail(who, who.follows.get().pk, yes=False)
    watched.change()
    watched.read()
    assert (watched.work_off(), who.notices.count()) == ([], 1)


def links(mail) -> tuple[str, str]:
    """The address that the mail program posts to, and the link that a person sees."""
    header = re.fullmatch(r"<(https://hub\.example\.org/[^>]+)>", "".join(mail["List-Unsubscribe"].split()))
    return header[1], re.search(r"Stop these mails: (\S+)", mail.get_content())[1]


def letter(office, who=None):
    from tests.hub import watched

    who = who or watcher()
    watched.change()
    watched.read()
    watched.work_off()
    return who, office.mails[-1]


def test_one_post_of_the_mail_program_stops_mail_without_signing_in(office):
    """RFC 8058: no cookie, no token of a form, one pair in the body; and posting again changes nothing."""
    from django.test import Client
    from tests.hub import watched

    from guildmark_hub.people.models import Act

    who, mail = letter(office)
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    header, link = links(mail)
    assert header == link
    assert f"<{link}>".encode() in office.raw[0]  # in one piece, as mail programs look for it
    watched.change(says="waits")
    watched.read()
    client = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
    for _ in range(2):
        answer = client.post(urlsplit(header).path, {"List-Unsubscribe": "One-Click"})
        assert (answer.status_code, answer.cookies) == (200, {})
    watched.hurry()
    watched.work_off()
    assert (len(office.mails), who.notices.count()) == (1, 2)
    assert Act.objects.filter(did="watching.stop_mail", of=f"person:{who.pk}").count() == 1


def test_looking_at_the_link_stops_nothing_and_tells_nobodys_name(office):
    """Mail scanners open every link."""
    from django.test import Client
    from tests.hub import watched

    _, mail = letter(office)
    path = urlsplit(links(mail)[0]).path
    answer = Client(SERVER_NAME="localhost").get(path)
    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    seen = [answer, Client(SERVER_NAME="localhost").post(path)]
    assert not any(word in one.content.decode() for one in seen for word in ("ada", "Ada", "guard"))
    watched.change()
    watched.read()
    watched.work_off()
    assert len(office.mails) == 1


@pytest.mark.parametrize(
    "change", [lambda link: link[:-3] + "/", lambda link: link.replace(":", "x:"), lambda _: "/unsubscribe/x/"]
)
def test_a_link_that_we_did_not_sign_changes_nothing(office, change):
    from django.test import Client

    who, mail = letter(office)
    answer = Client(SERVER_NAME="localhost").post(change(urlsplit(links(mail)[0]).path))
    assert answer.status_code == 404
    assert who.follows.get().by_mail


def test_a_link_of_somebody_who_is_gone_looks_like_any_other(office):
    from django.test import Client

    who, mail = letter(office)
    path = urlsplit(links(mail)[0]).path
    other, _ = letter(office, watcher(name="Eve"))
    here = Client(SERVER_NAME="localhost").post(path)
    who.delete()
    gone = Client(SERVER_NAME="localhost").post(path)
    assert (here.status_code, here.content) == (gone.status_code, gone.content)
    assert other.follows.get().by_mail


def test_a_number_that_is_given_out_again_after_a_backup_names_another_letter(office):
    from datetime import timedelta

    from django.test import Client

    who, mail = letter(office)
    one = who.letters.get()
    one.made_at += timedelta(days=1)
    one.save()
    assert Client(SERVER_NAME="localhost").post(urlsplit(links(mail)[0]).path).status_code == 200
    assert who.follows.get().by_mail


def test_an_unsubscribed_letter_that_waits_is_never_sent(office):
    from django.test import override_settings
    from tests.hub import watched

    from guildmark_hub.watching import acts

    who = watcher()
    watched.change()
    watched.read()
    with override_settings(EMAIL_PORT=1):
        watched.work_off()
    acts.stop_mail(who)
    watched.hurry()
    ask_again()
    watched.work_off()
    assert (office.mails, who.notices.get().letter) == ([], None)


DYING = """
import os, signal, sys
import django
from django.conf import settings
django.setup()
settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", int(sys.argv[2])
from django.db import connection
connection.settings_dict["NAME"] = sys.argv[1]
from guildmark_hub.jobs import acts as jobs
from guildmark_hub.watching import telling, work
def dies(*given, **named):
    os.kill(os.getpid(), signal.SIGKILL)
if sys.argv[3] == "before":
    work._send = dies
elif sys.argv[3] == "between":
    jobs.done = dies
else:
    telling.sent = dies
work.mail(jobs.lease())
"""


@pytest.mark.parametrize(("when", "arrived"), [("before", 0), ("between", 1), ("inside", 1)])
def test_a_worker_that_is_killed_loses_no_letter_and_a_second_one_can_be_told_from_it(small, office, when, arrived):
    """Killed before the mail server has it, between that and the commit, and inside the transaction."""
    from tests.hub import watched

    from guildmark_hub.watching.models import Letter

    who = watcher()
    watched.change(), watched.change()
    watched.read()
    from django.db import connection

    connection.close()
    words = [sys.executable, "-c", DYING, str(small), str(office.server_address[1]), when]
    environment = os.environ | {"GUILDMARK_HUB_ADDRESS": "https://hub.example.org"}
    ran = subprocess.run(words, env=environment, cwd=ROOT, capture_output=True, check=False, timeout=60)
    assert ran.returncode == -signal.SIGKILL, ran.stderr.decode()
    assert len(office.raw) == arrived
    watched.change(says="later")
    watched.read()
    watched.hurry()
    watched.work_off()
    first = office.raw[: arrived + 1]
    assert len(set(first)) == 1
    assert [one["Subject"] for one in office.mails[arrived:]] == [
        "2 changes to what you follow",
        "guard: later",
    ]
    assert len({one["Message-ID"] for one in office.mails}) == 2
    assert Letter.objects.filter(sent_at=None).count() == 0
    assert who.notices.exclude(letter=None).count() == 3


class Crash(BaseException):
    """The worker dies."""


@contextmanager
def crashing(when: str):
    """A worker that dies at a place."""
    from guildmark_hub.watching import telling, work

    def dies(*given, **named):
        raise Crash

    place, name = {"before": (work, "_send"), "between": (work.jobs, "done"), "inside": (telling, "sent")}[when]
    honest = getattr(place, name)
    setattr(place, name, dies)
    try:
        yield
    finally:
        setattr(place, name, honest)


steps = st.lists(
    st.sampled_from(["change", "read", "work", "before", "between", "inside", "refused", "away"]), max_size=14
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_whatever_dies_every_notice_is_in_one_letter_and_every_letter_arrives(office, steps):
    from tests.hub import watched

    from guildmark_hub.catalog.models import Change
    from guildmark_hub.jobs.models import Job
    from guildmark_hub.people.models import Person
    from guildmark_hub.watching import acts
    from guildmark_hub.watching.models import Follow, Letter, Told

    for model in (Job, Follow, Letter, Change, Told):
        model.objects.all().delete()
    office.raw.clear()
    who, number = Person.objects.filter(name="Ada").first() or watcher(), 0
    acts.follow(who, "entry", "guard")
    for step in [*steps, "read", "work"]:
        if step == "change":
            number += 1
            watched.change(says=f"change number {number}.")
        elif step == "read":
            watched.read()
            ask_again()
        elif step in ("refused", "away"):
            kept, office.says_of_letters = office.says_of_letters, {"refused": "451 no", "away": "421 no"}[step]
            watched.work_off()
            office.says_of_letters = kept
        elif step == "work":
            watched.hurry()
            watched.work_off()
        else:
            watched.hurry()
            try:
                with crashing(step):
                    watched.work_off()
            except Crash:
                pass
    found = {}
    for raw, mail in zip(office.raw, office.mails, strict=True):
        assert found.setdefault(mail["Message-ID"], raw) == raw
    told = [one for raw in found.values() for one in re.findall(rb"  guard: change number (\d+)\.", raw)]
    assert sorted(map(int, told)) == list(range(1, number + 1))
    assert who.notices.filter(letter__sent_at=None).count() == 0
