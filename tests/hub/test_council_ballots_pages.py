"""The pages of proposals and ballots: what a visitor reads, what a member presses, and what programs are told."""

import argparse
import hashlib
import json
import re
from datetime import timedelta

import pytest

pytestmark = pytest.mark.usefixtures("small")
STANDARD = """id = "made_here"
title = "Made here"
applies_to = ["tool"]
version = "2026.1"

[[level]]
id = "kept"
means = "Somebody keeps it."
require = ["maintained"]
"""


@pytest.fixture
def browsers(council):
    from tests.hub import alliance

    return {name: alliance.browser(person) for name, person in council.persons.items()}


def page(client, path, status=200):
    """The text of a page, as it is read."""
    answer = client.get(path)
    assert answer.status_code == status, answer.content.decode()[-2000:]
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def press(client, path, **given):
    """The page after a form was sent, as it is read."""
    answer = client.post(path, given, follow=True)
    return answer.status_code, " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def asks_little():
    from guildmark_hub.council.models import DecisionClass

    DecisionClass.objects.update(approvals=1, hours=0)


def form(**given):
    told = {"kind": "standard", "organisation": "acme", "title": "Made here 2026.1", "document": STANDARD}
    return {**told, "says": "", "rules": "", "once": "a" * 32, **given}


def impact_is_found():
    """The worker has looked at what the proposed standard would change."""
    from tests.hub import decided

    from guildmark_hub.council import impacts
    from guildmark_hub.council.models import Revision

    impacts.keep(Revision.objects.get(), decided.NOW)


def test_a_standard_goes_from_the_form_to_its_result_by_buttons_alone(client, council, browsers):
    asks_little()
    ada, bea, cyd = browsers.values()
    status, said = press(ada, "/groups/steering-committee/propose/", **form())
    assert (status, "It is a draft" in said, "a new standard with 1 level: kept" in said) == (200, True, True)
    assert press(bea, "/proposals/1/remark/", says="Why only tools?")[0] == 200
    assert press(ada, "/proposals/1/remark/", says="To begin with.", answers="1")[0] == 200
    assert press(ada, "/proposals/1/last-call/")[0] == 200
    assert "a chair can open the ballot" in page(ada, "/proposals/1/")
    status, said = press(ada, "/proposals/1/open/")
    assert (status, "which claims it would change is not known yet" in said) == (400, True)
    impact_is_found()
    assert press(ada, "/proposals/1/open/")[0] == 200
    assert "Vote for Acme" in page(ada, "/proposals/1/")
    assert "Acme stands at: yes. It can be changed until" in press(ada, "/proposals/1/cast/", position="yes")[1]
    assert press(bea, "/proposals/1/cast/", position="abstain")[0] == 200
    read = page(client, "/proposals/1/")
    assert "As of now : it would be accepted, 2 of 3 took part; 1 said yes and 0 discuss" in read
    assert "Vote for" not in read
    assert "Count the ballot" not in page(ada, "/proposals/1/")
    status, said = press(cyd, "/proposals/1/cast/", position="discuss", says=" ")
    assert (status, "Discuss says why" in said) == (400, True)
    assert press(cyd, "/proposals/1/cast/", position="no_objection")[0] == 200
    assert "It is counted: 3 of 3 took part; 1 said yes and 0 discuss." in press(ada, "/proposals/1/close/")[1]
    read = page(client, "/proposals/1/")
    for words in ("Accepted", "Why only tools?", "To begin with.", "guildmark recount 1.json", "No objection"):
        assert words in read


def test_what_a_standard_changed_is_shown_after_it_counts_too(client, council):
    """Against what counted when the ballot opened: against itself nothing would be other."""
    signed = council.signs(council.decides("standard", STANDARD))
    assert "a new standard with 1 level: kept" in page(client, f"/proposals/{signed.proposal_id}/")


def test_the_form_sent_twice_is_one_proposal_and_one_page(council, browsers):
    from guildmark_hub.council.models import Proposal

    for _ in range(2):
        answer = browsers["Ada"].post("/groups/steering-committee/propose/", form())
        assert (answer.status_code, answer.headers["Location"]) == (302, "/proposals/1/")
    assert Proposal.objects.count() == 1


def test_what_cannot_be_proposed_stands_in_the_form_with_what_was_written(council, browsers):
    for given, words in (
        ({"document": "title = 1"}, "does not say its id"),
        ({"slug": "no-such"}, "There is no such entry"),
        ({"supersedes": "99"}, "There is no proposal with this number"),
        ({"statement": "f" * 64}, "There is no claim with this statement"),
        ({"rules": "content"}, "waits a shorter time than Major"),
        ({"document": "x" * 60_001}, "the text has 60,001 letters"),
    ):
        status, said = press(browsers["Ada"], "/groups/steering-committee/propose/", **form(**given))
        assert (status, words.casefold() in said.casefold()) == (400, True), words
        assert (
            "Made here 2026.1"
            in browsers["Ada"].post("/groups/steering-committee/propose/", form(**given)).content.decode()
        )


def test_sixty_thousand_letters_go_through_the_form(council, browsers):
    text = "\u00e4" * 59_998 + "\r\n."
    status, _ = press(browsers["Ada"], "/groups/steering-committee/propose/", **form(kind="benchmark", document=text))
    assert status == 200
    answer = browsers["Ada"].get("/proposals/1/revisions/1.txt")
    assert answer.content.decode() == "\u00e4" * 59_998 + "\n."


def test_who_does_not_sit_is_offered_a_revocation_only(council):
    from tests.hub import alliance

    eve = alliance.person("Eve")
    alliance.belongs(eve, council.organisations["acme"])
    answer = alliance.browser(eve).get("/groups/steering-committee/propose/").content.decode()
    kinds = re.findall(r'<option value="(\w+)"', answer.split('name="organisation"')[0])
    assert kinds == ["revocation"]
    assert "You do not sit in this group" in answer


def test_words_of_others_stand_as_text(client, council):
    from guildmark_hub.council import proposing

    evil = '<script>alert(1)</script><img src=x onerror="x">'
    one = council.proposes(document=evil, title=f"t {evil}", says=evil)
    proposing.remark(council.persons["Bea"], one, evil)
    proposing.revise(council.persons["Ada"], one, f"{evil} 2", evil)
    for path in ("/proposals/", "/proposals/1/", "/proposals/1/revisions/2/", "/proposals/1/revisions/1/"):
        answer = client.get(path).content.decode()
        assert "<script>alert" not in answer
        assert "<img src=x" not in answer
        assert "&lt;script&gt;alert" in answer, path
    plain = client.get("/proposals/1/revisions/1.txt")
    assert (plain.content.decode(), plain.headers["X-Content-Type-Options"]) == (evil, "nosniff")
    assert plain.headers["Content-Disposition"].startswith("attachment")


def test_proposals_are_listed_by_state_kind_and_group(client, council):
    from guildmark_hub.council import proposing

    council.proposes(title="A called one")
    council.proposes("charter", "We test.", title="A charter")
    proposing.withdraw(council.persons["Ada"], council.proposes(title="A withdrawn one"), "")
    for query, titles in (
        ("", ["A withdrawn one", "A charter", "A called one"]),
        ("?state=open", ["A charter", "A called one"]),
        ("?state=withdrawn", ["A withdrawn one"]),
        ("?kind=charter", ["A charter"]),
        ("?group=no-such", []),
        ("?state=zzz&page=99&kind=%00", ["A withdrawn one", "A charter", "A called one"]),
    ):
        answer = client.get(f"/proposals/{query}").content.decode()
        assert re.findall(r"\d: <bdi>([^<]+)</bdi></a></h2>", answer) == titles, query


def test_reading_a_ballot_that_has_ended_writes_nothing_and_says_that_it_is_not_counted_yet(client, council):
    from tests.hub import decided

    from guildmark_hub.council import balloting
    from guildmark_hub.council.models import Ballot

    balloting.open_ballot(council.persons["Ada"], council.proposes(), decided.NOW - timedelta(days=5))
    read = page(client, "/proposals/1/")
    assert "This ballot has ended, and is not counted yet" in read
    assert (client.get("/ballots/1.json").status_code, Ballot.objects.get().closed_at) == (200, None)


def test_the_record_that_is_served_counts_the_same_on_the_command_line(client, council, tmp_path, capsys):
    from guildmark_hub.commands import recount

    council.votes(council.proposes(), "yes", "yes", "discuss")
    answer = client.get("/ballots/1.json")
    assert hashlib.sha256(answer.content).hexdigest() in page(client, "/proposals/1/")
    (tmp_path / "1.json").write_bytes(answer.content)
    assert recount.run(argparse.Namespace(ballot=str(tmp_path / "1.json"), format="text")) == 0
    assert "The record says the same" in capsys.readouterr().out


def test_programs_are_told_the_same(client, council):
    council.votes(council.proposes(slug="guard"), "yes", "yes", "yes")
    council.proposes("charter", "We test.")
    told = json.loads(client.get("/api/v1/proposals").content)
    assert [one["number"] for one in told["proposals"]] == [2, 1]
    assert told["proposals"][0]["waits_until"]
    assert not told["proposals"][0]["record"]
    first = json.loads(client.get("/api/v1/proposals/1").content)
    assert first == told["proposals"][1]
    assert (first["state"], first["entry"], first["record"]) == ("accepted", "guard", "/ballots/1.json")
    assert client.get("/api/v1/ballots/1").content == client.get("/ballots/1.json").content
    for path, numbers in (
        ("?limit=1", [2]),
        ("?limit=1&cursor=2", [1]),
        ("?kind=charter", [2]),
        ("?entry=guard&state=accepted&group=steering-committee", [1]),
        ("?group=other", []),
    ):
        told = json.loads(client.get(f"/api/v1/proposals{path}").content)
        assert [one["number"] for one in told["proposals"]] == numbers, path
    for path in ("proposals/9", "ballots/2", "ballots/9", "proposals/0", f"proposals/{'9' * 30}"):
        answer = client.get(f"/api/v1/{path}")
        assert answer.status_code in (400, 404), path
        assert json.loads(answer.content)["says"], path


def test_what_is_not_there_is_not_found(client, browsers):
    for path in (
        "/proposals/9/",
        f"/proposals/{'9' * 30}/",
        "/proposals/9/revisions/1/",
        "/proposals/9/revisions/1.txt",
        "/ballots/9.json",
    ):
        assert client.get(path).status_code == 404, path
    for path in ("/proposals/9/cast/", "/proposals/9/revise/", "/groups/no-such/propose/"):
        assert browsers["Ada"].get(path).status_code == 404, path


def test_a_long_discussion_is_shown_in_pages(client, council):
    from guildmark_hub.council.models import Remark

    one = council.proposes()
    for number in range(103):
        Remark.objects.create(proposal=one, person=council.persons["Bea"], says=f"Remark {number}.")
    read = page(client, "/proposals/1/")
    assert ("Remark 2." in read, "Remark 3." in read, "Remark 102." in read) == (False, True, True)
    (before,) = re.findall(r"\?before=(\d+)#", client.get("/proposals/1/").content.decode())
    assert "Remark 2." in page(client, f"/proposals/1/?before={before}")


def test_who_may_not_vote_is_told_why_on_the_page(council, browsers):
    from guildmark_hub.council import balloting
    from guildmark_hub.council.models import DecisionClass

    DecisionClass.objects.update(unit="person", cap=1)
    from tests.hub import alliance, decided

    abe = council.join("Abe", "acme")
    balloting.open_ballot(council.persons["Ada"], council.proposes(), decided.NOW)
    read = page(alliance.browser(abe), "/proposals/1/")
    assert "You cannot vote here: At most 1 person of Acme vote here" in read
    assert "Does not vote: others of the same employer do" in read
