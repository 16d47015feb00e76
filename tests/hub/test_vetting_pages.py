"""The pages of submissions: who sees which, what stands there while it runs and when it ended, what a form refuses."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def people():
    from tests.hub import alliance

    return {
        name: alliance.browser(alliance.person(name, staff=name == "Staff")) for name in ("Ada", "Ben", "Staff")
    } | {"nobody": alliance.browser()}


def submit(browser, text="pypi:guard"):
    return browser.post("/submit/", {"purl": text})


def job():
    from guildmark_hub.jobs.models import Job

    return Job.objects.latest("pk")


def end(error=None):
    from django.db import transaction

    from guildmark_hub.jobs import acts

    held = acts.lease()
    if error:
        return acts.failed(held, error)
    with transaction.atomic():
        return acts.done(held)


def test_a_submission_is_seen_by_who_asked_and_by_staff_and_for_others_it_is_not_there(people):
    address = submit(people["Ada"]).headers["Location"]
    assert [people[name].get(address).status_code for name in ("Ada", "Staff", "Ben", "nobody")] == [200, 200, 404, 302]
    assert people["Ben"].get(address).content == people["Ben"].get("/submissions/9999/").content
    assert [people[name].post(f"{address}give-up/").status_code for name in ("Ben", "nobody")] == [404, 302]
    listed = {name: b"pkg:pypi/guard" in people[name].get("/submissions/").content for name in ("Ada", "Staff", "Ben")}
    assert listed == {"Ada": True, "Staff": True, "Ben": False}


def test_who_asked_may_give_it_up_once(people):
    address = submit(people["Ada"]).headers["Location"]
    assert people["Ada"].post(f"{address}give-up/").headers["Location"] == address
    assert job().state == "cancelled"
    assert people["Ada"].post(f"{address}give-up/").status_code == 400
    assert people["Ada"].get(f"{address}give-up/").status_code == 405


@pytest.mark.parametrize("text", ["", "file:///etc/passwd", "pypi:" + "x" * 300, "pypi:<script>alert(1)</script>"])
def test_a_form_that_is_wrong_says_so_and_asks_for_nothing(people, text):
    from guildmark_hub.jobs.models import Job

    answer = submit(people["Ada"], text)
    assert answer.status_code == 400
    assert b'class="wrong"' in answer.content
    assert b"<script>alert" not in answer.content
    assert not Job.objects.exists()
    assert people["Ada"].post("/submit/").status_code == 400


def test_a_page_asks_anew_while_it_runs_and_no_more_when_it_ended(people):
    from guildmark_hub.jobs import acts

    ada = people["Ada"]
    address = submit(ada).headers["Location"]
    page = ada.get(address).content.decode()
    assert "It waits for its turn; 0 jobs were asked before it." in page
    assert 'hx-trigger="every 2s"' in page
    assert '<noscript><meta http-equiv="refresh" content="10"></noscript>' in page
    assert "http-equiv" not in ada.get(f"{address}?still").content.decode()
    acts.progress(acts.lease(), "It is being vetted: 3 MB <b>are</b> fetched.")
    page = ada.get(address).content.decode()
    assert "3 MB &lt;b&gt;are&lt;/b&gt; fetched." in page
    acts.give_back(job())
    end()
    page = ada.get(address).content.decode()
    assert "It was vetted on" in page
    assert not [word for word in ("every 2s", "http-equiv", "give-up", "<script") if word in page]


def test_htmx_is_given_the_changing_part_and_the_whole_page_when_it_ended(people):
    ada = people["Ada"]
    address = submit(ada).headers["Location"]
    part = ada.get(address, headers={"HX-Request": "true"})
    assert part.content.strip().startswith(b'<section id="state"')
    assert "HX-Refresh" not in part.headers
    end()
    assert ada.get(address, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"


def test_what_failed_is_told_with_what_to_do_and_can_be_asked_again(people):
    from guildmark_hub.jobs.acts import Hopeless

    ada = people["Ada"]
    address = submit(ada).headers["Location"]
    end(Hopeless("no project <i>guard</i>", "check the spelling"))
    page = ada.get(address).content.decode()
    assert "<bdi>No project &lt;i&gt;guard&lt;/i&gt;</bdi>." in page
    assert "<bdi>check the spelling</bdi>." in page
    assert 'href="/submit/?purl=pkg%3Apypi%2Fguard"' in page
    assert 'value="pkg:pypi/guard"' in ada.get("/submit/?purl=pkg%3Apypi%2Fguard").content.decode()


def test_what_will_be_tried_again_is_told_with_why(people):
    from guildmark.errors import GuildmarkError

    ada = people["Ada"]
    address = submit(ada).headers["Location"]
    end(GuildmarkError("the index did not answer"))
    page = ada.get(address).content.decode()
    assert "Try 1 of 3 failed: <bdi>the index did not answer</bdi>. It is tried again" in page


def test_a_form_without_its_token_asks_for_nothing(people):
    from django.test import Client

    from guildmark_hub.jobs.models import Job

    strict = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
    strict.cookies = people["Ada"].cookies
    assert strict.post("/submit/", {"purl": "pypi:guard"}).status_code == 403
    assert strict.post("/submit/bundle/", {"bundle": SimpleUploadedFile("x", b"x")}).status_code == 403
    assert not Job.objects.exists()


def hand_in(browser, data):
    return browser.post("/submit/bundle/", {"bundle": SimpleUploadedFile("x.json", data)})


def test_a_bundle_that_a_member_signed_is_taken_in_and_its_entry_is_shown(people):
    from tests.hub import alliance, editions

    from guildmark import asked as judging
    from guildmark.attest import Bundle, making, sign, write_bundle
    from guildmark.download import now

    key, _ = alliance.key(alliance.organisation())
    found = editions.assessment(made_at=now(), **editions.GOOD)
    verdicts = [verdict for _, verdict in judging.all_verdicts(found, ())]
    made = making.of_assessment(found, verdicts, making.FORMS[0], making.Terms())
    data = write_bundle(Bundle(sign(made.body, key), made.kind, made.evidence))
    for _ in range(2):
        assert hand_in(people["Ada"], data).headers["Location"] == "/entry/guard/"
    answer = hand_in(people["Ada"], data[:-9])
    assert answer.status_code == 400
    assert b"or was cut off" in answer.content


def test_a_file_that_is_too_large_or_missing_is_refused_in_words(people, monkeypatch):
    from guildmark_hub.vetting import forms, uploads

    monkeypatch.setattr(forms, "LARGEST", 1000)
    answer = hand_in(people["Ada"], b"x" * 2000)
    assert (answer.status_code, b"It is larger than" in answer.content) == (400, True)
    monkeypatch.setattr(uploads, "MOST", 1000)
    answer = hand_in(people["Ada"], b"x" * 2000)
    assert (answer.status_code, b"Choose a file of at most" in answer.content) == (400, True)
    assert people["Ada"].post("/submit/bundle/").status_code == 400


def test_one_person_hands_in_only_so_many_a_minute(people, monkeypatch):
    from guildmark_hub.vetting import views

    monkeypatch.setattr(views, "RATES", {"hand_in": "2/m/key"})
    said = [b"wait a minute" in hand_in(people["Ada"], b"x").content for _ in range(3)]
    assert said == [False, False, True]
    assert b"wait a minute" not in hand_in(people["Ben"], b"x").content


def test_the_desk_shows_what_somebody_asked(people):
    submit(people["Ada"])
    assert b"pkg:pypi/guard" in people["Ada"].get("/desk/").content
    assert b"pkg:pypi/guard" not in people["Ben"].get("/desk/").content
