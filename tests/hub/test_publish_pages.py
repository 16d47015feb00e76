"""Signed claims where people and programs read them: beside each other, with their states, for anyone to check."""

import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests import pages
from tests.hub import bundles, editions, hostile, served
from tests.hub.bundles import NOW, assessment, digest, says, signed, take
from tests.hub.walked import walk

from guildmark.attest import statement, verify
from guildmark.attest.bundle import read_bundle
from guildmark.attest.trust import read_trust
from guildmark.records import Outcome

POST = "/api/v1/claims"


def text_of(client, address):
    """What a page says, its blanks as one."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    root = walk(answer.content.decode())
    return " ".join(root.text().split())


def test_an_entry_without_claims_has_no_section_of_them(small, client):
    assert "Signed claims" not in text_of(client, "/entry/guard/")


def test_the_claims_about_a_release_stand_side_by_side_with_what_they_agree_on(client, ours, theirs):
    take(signed(ours, assessment()))
    take(signed(theirs, assessment(made_at="2026-11-22T11:30:00Z", **editions.GOOD | {"licence_open": "failed"})))
    text = text_of(client, "/entry/guard/")
    assert "Beta and Acme asked the same 7 checks: they agree on 6 and differ on 1" in text
    assert "22 November 2026 until 22 December 2026" in text
    assert "Documented tool: licensed" in text
    assert "The claim of Acme, 22 November 2026" in text


def test_two_who_agree_on_all_are_said_to(client, ours, theirs):
    take(signed(ours, assessment()))
    take(signed(theirs, assessment(made_at="2026-11-22T11:30:00Z")))
    assert "they agree on every one" in text_of(client, "/entry/guard/")


def test_a_claim_that_does_not_count_is_not_held_against_others(client, ours, theirs):
    from guildmark_hub.catalog import acts

    take(signed(ours, assessment()))
    other = take(signed(theirs, assessment(made_at="2026-11-22T11:30:00Z", licence_open="failed"))).claim
    acts.state(other, "suspended", "a new advisory hits it")
    text = text_of(client, "/entry/guard/")
    assert "asked" not in text.split("Signed claims")[-1].split("How open it is")[0]
    assert "Suspended a new advisory hits it" in text


def test_a_claim_whose_time_has_come_is_shown_as_expired_before_anyone_marks_it(client, ours, monkeypatch):
    from guildmark_hub.catalog import signed as shown

    claim = take(signed(ours, assessment())).claim
    one = shown.standing(claim, NOW + timedelta(days=31))
    assert (one.state, one.counts) == ("Expired", False)
    assert shown.standing(claim, NOW).counts


def test_claims_about_other_releases_are_one_click_away(client, ours):
    take(signed(ours, assessment("pkg:pypi/guard@0.9", "ef" * 32)))
    take(signed(ours, assessment()))
    assert "About other releases: 0.9 (1)" in text_of(client, "/entry/guard/")
    assert "Assessment" in text_of(client, "/entry/guard/release/0.9/").split("Signed claims")[-1]


def test_what_others_say_of_a_claim_stands_below_it(client, ours, theirs):
    data = signed(ours, assessment())
    take(data)
    take(says(theirs, statement.Reviewed(bundles.BY, bundles.MADE, "", digest(data), "we read all of it")))
    assert "Beta, 22 November 2026: review, we read all of it" in text_of(client, "/entry/guard/")


def test_a_claims_page_verifies_it_and_tells_what_became_of_it(client, ours):
    from guildmark_hub.catalog import acts

    claim = take(signed(ours, assessment())).claim
    acts.state(claim, "suspended", "its source is gone")
    text = text_of(client, claim.get_absolute_url())
    assert "Assessment by Acme" in text
    assert "Suspended its source is gone" in text
    assert "signed by acme" in text
    assert "the assessment with it is the one that was signed" in text
    assert "Acme published an assessment: it was assessed: documented_tool 2026.1: licensed" in text
    assert "The claim of Acme is suspended: its source is gone" in text
    assert f"guildmark verify --bundle {claim.statement[7:23]}.bundle.json --trust trust.toml" in text


def test_a_claims_bundle_and_the_members_keys_verify_it_without_the_hub(client, ours, theirs, tmp_path):
    data = signed(ours, assessment())
    claim = take(data).claim
    answer = client.get(f"{claim.get_absolute_url()}bundle.json")
    assert answer.content == data
    (tmp_path / "trust.toml").write_bytes(client.get("/trust.toml").content)
    trust = read_trust([tmp_path / "trust.toml"])
    found = verify(read_bundle(answer.content), trust, NOW)
    assert (found.outcome, found.signers) == (Outcome.PASSED, ("acme",))


def test_the_trust_file_says_of_each_key_since_when_and_until_when_it_counts(client, alliance):
    left = alliance.organisation('o"\\', state="left", left_at=NOW)
    alliance.key(left, valid_from=NOW - timedelta(days=9))
    alliance.key(alliance.organisation("gone"), revoked_at=NOW, because="compromised")
    alliance.key(alliance.organisation("asks", state="applied"))
    keys = tomllib.loads(client.get("/trust.toml").content.decode())["key"]
    told = [{name: value for name, value in key.items() if name != "public"} for key in keys]
    assert told == [
        {
            "organisation": 'o"\\',
            "purposes": ["statements"],
            "valid_from": NOW - timedelta(days=9),
            "valid_until": NOW,
        },
        {"organisation": "gone", "purposes": ["statements"], "revoked_at": NOW, "because": "compromised"},
    ]


@pytest.mark.parametrize("end", ["", "bundle.json", "withdraw"])
def test_a_claim_that_is_not_here_is_told(client, alliance, end):
    who = alliance.browser(alliance.person())
    assert who.get(f"/claims/{'0' * 64}/{end}").status_code == 404


def test_staff_withdraw_a_claim_with_a_form(alliance, ours):
    claim = take(signed(ours, assessment())).claim
    who = alliance.browser(alliance.person(staff=True))
    address = f"{claim.get_absolute_url()}withdraw"
    assert who.get(address).status_code == 200
    assert who.post(address, {"why": ""}).status_code == 200
    claim.refresh_from_db()
    assert claim.state == "active"
    assert who.post(address, {"why": "It was a mistake."}).headers["Location"] == claim.get_absolute_url()
    claim.refresh_from_db()
    assert (claim.state, claim.why) == ("withdrawn", "It was a mistake.")
    assert who.post(address, {"why": "again"}).status_code == 400


def said(slug="guard", **given):
    from guildmark_hub.catalog.beside_findings import Beside

    return Beside(
        **{"kind": "use", "title": "What it is meant for", "says": "For tests", "who": "Ada", "at": NOW} | given
    )


def test_what_members_say_stands_beside_the_finding_it_answers_and_the_rest_below(client, small, monkeypatch):
    from guildmark_hub.catalog import beside_findings
    from guildmark_hub.catalog.models import Release

    page = Release.objects.get(entry__slug="guard", version="1.0").page
    seen = page.groups[0].checks[0]
    told = [
        said(),
        said(kind="rebuttal", title="An answer to a finding", says="It is a fixture", finding=seen.findings[0].digest),
        said(kind="rebuttal", title="An answer to a finding", says="By its check", check=seen.check),
        said(kind="rebuttal", title="An answer to a finding", says="Of old", check="no_longer_asked"),
    ]
    monkeypatch.setattr(beside_findings, "_tellers", [lambda slug: told if slug == "guard" else []])
    text = text_of(client, "/entry/guard/")
    below = text.split("What members say Their own words")[1].split("How open it is")[0]
    assert "For tests" in below
    assert "Of old" in below
    assert "It is a fixture" not in below
    assert "By its check" not in below
    assert text.count("It is a fixture") == text.count("By its check") == 1
    assert "What members say" not in text_of(client, "/entry/voice/")


@pytest.fixture(scope="module")
def site(browser, empty, tmp_path_factory):
    """A hub on a free port, with claims of all kinds, in words that are markup where they are others'."""
    from tests.hub import alliance

    from guildmark_hub.catalog import acts, beside_findings

    with served.site_of(empty, tmp_path_factory.mktemp("site")):
        bad = alliance.key(alliance.organisation("bad", name=hostile.BAD[:200]))[0]
        good = alliance.key(alliance.organisation("good"))[0]
        data = signed(bad, assessment())
        first = acts.take_in(data, now=NOW).claim
        acts.take_in(
            signed(good, assessment(made_at="2026-11-22T11:30:00Z", **editions.GOOD | {"licence_open": "failed"})),
            now=NOW,
        )
        acts.take_in(says(good, statement.Reviewed(bundles.BY, bundles.MADE, "", digest(data), hostile.BAD)), now=NOW)
        acts.take_in(signed(bad, assessment(f"pkg:pypi/{hostile.BAD}@{hostile.BAD}", "ef" * 32)), now=NOW)
        acts.take_in(signed(bad, hostile._assessment(bundles.MADE, Outcome.FAILED)), now=NOW)
        other = acts.take_in(signed(good, assessment(None, "01" * 32)), now=NOW).claim
        acts.state(other, "suspended", hostile.BAD)
        told = [
            said(who=hostile.BAD, says=hostile.BAD, title="What it is meant for", to="/about"),
            said(check="licence_open", says=hostile.BAD),
        ]
        beside_findings.register(lambda slug, told=told: told)
        with served.served() as address:
            yield address, [first.get_absolute_url(), other.get_absolute_url()]
            beside_findings._tellers.pop()


@pytest.mark.parametrize("place", range(4))
def test_in_a_browser_no_script_of_others_runs_and_axe_finds_no_fault(browser, site, place):
    """In both themes, on a phone and on a wide screen, with all that is folded opened."""
    address, claims = site
    page: Any = browser.new_page()
    complaints: list[str] = []
    served.listen(page, complaints)
    page.goto(address.rstrip("/") + [*claims, "/entry/guard/", "/search?category=not-yet-placed"][place])
    if place == 3:
        page.click(".row h3 a, .row h2 a >> nth=0")
    pages.faultless(page, pages.ALL_LOOKS if place in (0, 2) else pages.LOOKS)
    assert complaints == []
    page.close()


def test_the_desk_shows_a_member_the_claims_of_her_organisations_alone(alliance, ours, theirs):
    from guildmark_hub.people.models import Organisation

    who = alliance.person()
    alliance.belongs(who, Organisation.objects.get(slug="acme"))
    assert "None yet." in text_of(alliance.browser(who), "/desk/")
    take(signed(ours, assessment()))
    take(signed(theirs, assessment("pkg:pypi/new-thing@1", "ef" * 32)))
    text = text_of(alliance.browser(who), "/desk/")
    assert "Assessment of guard 1.1" in text
    assert "new-thing" not in text
    assert "Claims that" not in text_of(alliance.browser(alliance.person("Bea")), "/desk/")


def test_a_revocation_and_a_statement_of_others_have_pages_of_their_own(client, alliance, ours, theirs):
    """A bill of materials says no time, so it is dated by when it came, and counts as what machines find."""
    from guildmark.attest import Bundle, making, sign, write_bundle

    revoked = statement.Revoked(bundles.BY, bundles.MADE, "", ours.public.id, bundles.MADE, "retired")
    claim = take(says(ours, revoked)).claim
    assert (claim.kind, claim.slug) == ("revocation", "")
    assert "A key revoked by Acme" in text_of(client, claim.get_absolute_url())
    made = making.of_assessment(assessment(), [], "svr", making.Terms())
    claim = take(write_bundle(Bundle(sign(made.body, theirs)))).claim
    assert (claim.kind, claim.slug, claim.made_at, claim.version) == ("other", "guard", NOW, "1.1")
    assert claim.expires_at == NOW + timedelta(days=30)
    assert "Statement of another kind by Beta" in text_of(client, claim.get_absolute_url())


def test_a_run_of_a_benchmark_and_its_announcement_are_claims_too(client, ours, small, tmp_path):
    """An announcement makes no entry of its own; a run does, of the model that was measured."""
    pytest.importorskip("zstandard", reason="runs need guildmark[eval]")
    from guildmark.attest import Bundle, making, sign, write_bundle
    from guildmark.commands import main
    from guildmark.run import read_result
    from guildmark_hub.catalog.models import Entry

    told = statement.Intended(bundles.BY, bundles.MADE, "", "we will measure it")
    announced = take(says(ours, told, assessment("pkg:pypi/nobody-has-it@1"))).claim
    assert (announced.kind, announced.slug, announced.says) == ("intent", "", "we will measure it")
    folder = str(tmp_path / "run")
    assert main(["eval", "mock:", "guildmark_smoke", "--limit", "5", "--run", folder, "--format", "json"]) == 0
    made = making.of_run(read_result(Path(folder)), bundles.MADE, making.Terms())
    claim = take(write_bundle(Bundle(sign(made.body, ours), made.kind, made.evidence))).claim
    entry = Entry.objects.get(slug=claim.slug)
    assert (claim.kind, entry.kind, entry.added, entry.card.evidence) == ("run", "model", True, False)
    text = text_of(client, f"/entry/{claim.slug}/")
    assert "Run of a benchmark" in text
    assert "guildmark_smoke 1 was put to it: correct" in text
