"""`guildmark hub example`: an invented alliance, by the acts of the hub, that says everywhere that it is invented."""

import gzip
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from tests.hub import conftest

from guildmark.attest import read_bundle
from guildmark_hub.catalog.packing import unpack

SAYS = "Example: everything here is invented"
LINK = re.compile(r'(?:href|src)="([^"#]+)')
LOCATION = re.compile(r"<loc>([^<]+)</loc>")
ENDLESS = ("/search", "/compare", "/list")
"""Addresses that have others for every question."""
BEGINNINGS = (
    *("/", "/sitemap.xml", "/robots.txt", "/trust.toml", "/groups/", "/proposals/", "/decisions/", "/cases/"),
    *("/conflicts/", "/members/", "/api/v1/openapi.json", "/log/checkpoint", "/account/login/", "/account/signup/"),
    *("/staff/login/", "/nowhere/", "/search", "/compare", "/api/v1/claims", "/api/v1/proposals"),
)
STATES = {
    *("draft", "submitted", "screening", "review", "clarification", "recommendation", "decision", "active"),
    *("expiring", "expired", "suspended", "revoked", "superseded", "withdrawn", "appealed", "rejected"),
}


def guildmark(*words: str, **given: str) -> "subprocess.CompletedProcess[str]":
    """The program, as somebody calls it."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("GUILDMARK", "DJANGO"))}
    command = [sys.executable, "-m", "guildmark", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=600, env=environment | given, check=False)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the command makes."""
    folder = tmp_path_factory.mktemp("example") / "hub"
    done = guildmark("hub", "example", "--data", str(folder))
    assert done.returncode == 0, done.stderr
    assert "6 organisations, 13 people, 19 entries, 19 cases, 27 proposals, 20 decisions" in done.stdout
    return folder


@pytest.fixture
def example(made: Path, empty: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of it is this hub, for one test."""
    from django.conf import settings

    folder = Path(shutil.copytree(made, tmp_path / "copy"))
    monkeypatch.setattr(settings, "DATA", folder)
    for _ in conftest._opened(folder / "hub.sqlite3"):
        yield folder


def test_every_state_is_there(example):
    from guildmark_hub.cases.models import Appeal, Case
    from guildmark_hub.council.models import (
        Ballot,
        Decision,
        Declaration,
        Meeting,
        Milestone,
        Proposal,
        Vote,
        Waiver,
        YearReport,
    )
    from guildmark_hub.people.models import Organisation

    assert set(Case.objects.values_list("state", flat=True)) == STATES == set(Case.State.values)
    assert set(Appeal.objects.values_list("state", flat=True)) == set(Appeal.State.values)
    assert set(Proposal.objects.values_list("state", flat=True)) == set(Proposal.State.values)
    assert set(Meeting.objects.values_list("state", flat=True)) == set(Meeting.State.values)
    assert Vote.objects.filter(ballot__closed_at=None).count() >= 3
    assert Ballot.objects.filter(closed_at=None).count() >= 1
    assert Decision.objects.filter(signed_at=None).count() == 1
    assert not Decision.objects.filter(signed_at__isnull=False, place=None).exists()
    assert (Waiver.objects.count(), YearReport.objects.count(), Milestone.objects.count()) == (1, 1, 2)
    assert Declaration.objects.count() == 5
    assert Organisation.objects.get(own=True).example


def test_a_claim_is_suspended_because_its_source_drifted(example):
    from guildmark_hub.cases.models import Case

    case = Case.objects.select_related("claim__seen").get(state="suspended")
    assert case.claim.state == "suspended"
    assert "its publisher took it back: it opened a hole (invented)" in case.claim.why
    assert case.claim.seen.facts["kinds"] == ["yanked"]


def test_the_past_of_a_case_is_dated_as_it_happened(example):
    from guildmark_hub.cases.models import Case
    from guildmark_hub.people.models import Act

    case = Case.objects.get(slug="example-harbour")
    lines = list(Act.objects.filter(of=f"case:{case.pk}").order_by("pk"))
    assert [one.at for one in lines] == sorted(one.at for one in lines)
    assert (lines[-1].at - lines[0].at).days >= 7


def test_names_and_addresses_are_reserved_ones(example):
    from guildmark_hub.catalog.models import Entry
    from guildmark_hub.people.models import Organisation, Person

    assert all(one.email.endswith(".example") for one in Person.objects.all())
    assert all("Example" in one.name for one in Organisation.objects.filter(own=False))
    assert all("Example" in one.name for one in Entry.objects.all())
    hosts = {urlsplit(one.homepage).hostname for one in Organisation.objects.exclude(homepage="")}
    assert all(one and one.endswith(".example") for one in hosts)


def test_no_private_key_of_an_organisation_is_kept(made):
    assert sorted(one.name for one in made.iterdir() if "key" in one.name) == ["instance.key", "secret.key"]


def crawl(client: Any) -> Iterator[tuple[str, Any, str]]:
    """All addresses that lead to each other, from the beginnings and the sitemap on."""
    waiting, known = [*BEGINNINGS], set(BEGINNINGS)
    while waiting:
        address = waiting.pop()
        answer = client.get(address)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        text = body.decode("utf-8", "replace")
        yield address, answer, text
        found = LOCATION.findall(text) + (
            LINK.findall(text) if "html" in answer.headers.get("Content-Type", "") else []
        )
        for one in found:
            parts = urlsplit(urljoin(f"http://localhost{address}", one.replace("&amp;", "&")))
            path = parts.path + (f"?{parts.query}" if parts.query and not parts.path.startswith(ENDLESS) else "")
            ours = parts.scheme.startswith("http") and parts.hostname == "localhost"
            if ours and path not in known and not path.startswith("/static/"):
                known.add(path)
                waiting.append(path)


def test_every_page_of_an_example_says_so_and_every_other_answer_has_the_header(example, client):
    """Walked by its links and its sitemap, signing in, staff's own pages and what is not there among them."""
    kinds: Counter[str] = Counter()
    for address, answer, text in crawl(client):
        kind = answer.headers.get("Content-Type", "").partition(";")[0]
        kinds[f"{kind} {answer.status_code}"] += 1
        assert answer.headers.get("X-Guildmark-Example") == "1", address
        assert answer.headers.get("X-Robots-Tag") == "noindex", address
        assert answer.status_code < 500, address
        if kind == "text/html" and text:
            assert SAYS in text, address
    assert kinds["text/html 200"] > 150
    assert kinds["text/html 404"] >= 1
    assert kinds["application/json 200"] > 30


def test_staff_see_it_too(example, client):
    from guildmark_hub.people.models import Person

    client.force_login(Person.objects.get(is_staff=True), backend="allauth.account.auth_backends.AuthenticationBackend")
    for address in (
        "/staff/",
        "/staff/council/proposal/",
        "/staff/people/person/?_popup=1",
        "/desk/",
        "/desk/waiting/",
    ):
        assert SAYS in client.get(address).content.decode(), address


EXPORTS = (
    *("badge.svg", "badge.json", "assessment.json", "bom.cdx.json", "bom.spdx.json", "citation.cff", "citation.bib"),
    "entry.jsonld",
)


def test_every_export_says_example(example, client):
    for name in EXPORTS:
        assert "example" in client.get(f"/entry/example-harbour/{name}").content.decode().casefold(), name
    assert "Example, all of it invented" in client.get("/entry/example-harbour/badge.svg").content.decode()
    assert client.get("/entry/example-harbour/badge.json").json()["label"].startswith("example, ")
    cyclonedx = client.get("/entry/example-harbour/bom.cdx.json").json()
    assert cyclonedx["metadata"]["properties"] == [{"name": "guildmark:example", "value": SAYS}]
    assert client.get("/entry/example-harbour/bom.spdx.json").json()["comment"] == SAYS
    lines = b"".join(client.get("/catalog.jsonl").streaming_content).decode().splitlines()
    assert "(example)" in lines[0]
    packed = b"".join(client.get("/edition.gz").streaming_content)
    assert gzip.decompress(packed).decode().splitlines() == lines
    assert "Example " in b"".join(client.get("/catalog.csv").streaming_content).decode()
    assert "Example " in client.get("/changes.atom").content.decode()
    assert "(example)" in client.get("/entry/example-harbour/changes.atom").content.decode()
    assert client.get("/trust.toml").content.startswith(b"# An example: everything here is invented")
    assert client.get("/robots.txt").content.decode().endswith("Disallow: /\n")


def test_the_records_of_ballots_and_the_statements_of_decisions_say_so(example, client):
    from guildmark_hub.catalog.models import Claim
    from guildmark_hub.council.models import Ballot, Decision

    for ballot in Ballot.objects.all():
        assert client.get(f"/ballots/{ballot.proposal_id}.json").json()["example"] is True
    for decision in Decision.objects.all():
        assert json.loads(decision.body)["predicate"]["made_by"].endswith("(example)")
    for claim in Claim.objects.select_related("bundle"):
        said = json.loads(read_bundle(claim.bundle.raw).envelope.body)["predicate"]
        assert said["made_by"].endswith("(example)"), claim


def test_recount_says_that_a_ballot_is_an_example(example, client, tmp_path):
    record = tmp_path / "ballot.json"
    from guildmark_hub.council.models import Proposal

    proposal = Proposal.objects.filter(state="accepted").first()
    assert proposal
    record.write_bytes(client.get(f"/ballots/{proposal.pk}.json").content)
    done = guildmark("recount", str(record))
    assert done.returncode == 0, done.stderr
    assert "example" in done.stdout.casefold()


def test_a_decision_of_an_example_verifies_against_its_own_trust(example, client, tmp_path):
    """With the proof that it is logged."""
    from guildmark_hub.cases.models import Case

    case = Case.objects.get(slug="example-harbour")
    bundle, trust = tmp_path / "bundle.json", tmp_path / "trust.toml"
    bundle.write_bytes(client.get(f"/decisions/{case.proposal_id}/bundle.json").content)
    trust.write_bytes(client.get("/trust.toml").content)
    done = guildmark("verify", str(bundle), "--trust", str(trust))
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_an_example_signed_counts_nowhere_else(made, database):
    """Another hub does not know its keys."""
    from guildmark_hub.catalog import acts
    from guildmark_hub.catalog.taking import NotTheirs

    with closing(sqlite3.connect(made / "hub.sqlite3")) as base:
        bundles = [row[0] for row in base.execute("select data from catalog_bundle")]
    assert len(bundles) > 30
    for data in bundles:
        with pytest.raises(NotTheirs, match="key"):
            acts.take_in(unpack(data))


def test_mails_of_an_example_say_so_in_their_subject_and_first_line(example):
    from django.core import mail

    from guildmark_hub.people import mails
    from guildmark_hub.people.models import Organisation, Person

    mails.invitation(Person.objects.first(), Organisation.objects.first(), "someone@org.example", "secret")
    assert mail.outbox[-1].subject.startswith("[Example] ")
    assert mail.outbox[-1].body.startswith(f"{SAYS}.\n")


def test_nobody_is_mailed_for_what_was_invented(example):
    from guildmark_hub.watching.models import Notice

    assert Notice.objects.exists()
    assert not Notice.objects.filter(by_mail=True).exists()


def test_a_folder_that_holds_anything_is_refused(made):
    done = guildmark("hub", "example", "--data", str(made))
    assert done.returncode == 2
    assert "is not empty" in done.stderr
    assert "--data FOLDER" in done.stderr


def test_no_other_edition_is_loaded_into_an_example(made, tmp_path):
    done = guildmark("hub", "load", str(tmp_path / "edition.gz"), GUILDMARK_HUB_DATA=str(made))
    assert done.returncode == 2
    assert "this hub is an example" in done.stderr


def test_it_can_be_tried(made):
    done = guildmark("hub", "--data", str(made), "try")
    assert done.returncode == 0, done.stderr
    assert "answered" in done.stdout


def test_killed_in_the_middle_nothing_is_there_and_the_next_call_makes_it_anew(tmp_path):
    """What the killed process left lies beside, under another name, and goes with the next."""
    folder = tmp_path / "hub"
    left = tmp_path / ".hub.restoring"
    left.mkdir()
    (left / "hub.sqlite3").write_bytes(b"half")
    with pytest.raises(KeyError):
        _broken(folder)
    assert not folder.exists()
    assert not left.exists()


def _broken(folder: Path) -> None:
    from guildmark_hub import backup

    with backup.making(folder) as staged:
        assert [*staged.iterdir()] == []
        raise KeyError


def test_a_hub_that_is_none_says_nothing_of_it(small, client):
    for address in ("/", "/groups/", "/account/login/", "/staff/login/", "/nowhere/", "/entry/guard/", "/trust.toml"):
        answer = client.get(address)
        assert "X-Guildmark-Example" not in answer.headers, address
        assert "X-Robots-Tag" not in answer.headers, address
        assert "invented" not in answer.content.decode(), address
    assert "example" not in client.get("/entry/guard/badge.svg").content.decode()
    assert "comment" not in client.get("/entry/guard/bom.spdx.json").json()
