"""What follows from a decision, by the kind of what was proposed; and what cannot be proposed at all."""

from datetime import date, timedelta
from typing import Any

import pytest

from guildmark import standard
from guildmark.errors import AskedWrongly

pytestmark = pytest.mark.usefixtures("small")
STANDARD = """id = "friendly_tool"
title = "Friendly tool"
version = "2026.1"
applies_to = ["tool"]

[[level]]
id = "named"
means = "You know what it is."
require = ["identified"]
"""
SEATS = '[[seat]]\nperson = {person}\norganisation = "beta"\nrole = "chair"\nuntil = {until}\n'
CLASS = """[class]
slug = "content"
name = "Content, with care"
unit = "organisation"
hours = 96
open_hours = 72
approvals = 4
quorum = [2, 4]
threshold = [2, 3]
cap = 0
lazy = false
"""


def test_an_accepted_standard_is_published_when_it_is_signed(council: Any) -> None:
    from tests.hub import decided

    from guildmark_hub.catalog import published
    from guildmark_hub.catalog.models import StandardVersion

    decision = council.decides("standard", STANDARD)
    assert not StandardVersion.objects.exists()
    council.signs(decision)
    row = StandardVersion.objects.get()
    assert (row.standard, row.version) == ("friendly_tool", "2026.1")
    assert bytes(row.toml).decode() == STANDARD.split("\n", 1)[1]
    assert (row.effective_at, row.statement) == (decided.NOW, f"sha256:{decision.statement}")
    found = published.newest("friendly_tool", decided.NOW)
    assert found is not None
    assert found.title == "Friendly tool"


def test_nobody_votes_on_a_standard_before_it_is_known_what_its_newest_wording_changes(council: Any) -> None:
    from tests.hub import decided

    from guildmark_hub.council import balloting, impacts, proposing

    one, ada = council.proposes("standard", STANDARD), council.persons["Ada"]
    impacts.keep(one.revisions.get(), decided.BEGUN)
    proposing.revise(ada, one, STANDARD.replace("what it is.", "which it is."), "Clearer.", decided.BEGUN)
    proposing.last_call(ada, one, decided.BEGUN)
    with pytest.raises(AskedWrongly, match="which claims it would change is not known yet"):
        balloting.open_ballot(ada, one, decided.NOW)
    impacts.keep(one.revisions.latest("number"), decided.NOW)
    assert balloting.open_ballot(ada, one, decided.NOW).revision.number == 2


def test_a_standard_that_asks_more_counts_after_sixty_days(council: Any) -> None:
    from tests.hub import decided

    from guildmark_hub.catalog.models import StandardVersion

    toml = (standard.SHELF / "safe_files" / f"{standard.versions('safe_files')[-1]}.toml").read_text()
    version = standard.load("safe_files").version
    later = toml.replace(f'version = "{version}"', 'version = "2099.1"')
    stricter = later.replace("require = [", 'require = ["maintained", ', 1)
    decision = council.decides("standard", f'id = "safe_files"\n{stricter}')
    assert decision.effective_at == decision.ballot.closed_at + timedelta(days=60)
    assert f"{decision.effective_at:%Y-%m-%dT%H:%M:%SZ}" in decision.body
    council.signs(decision)
    assert StandardVersion.objects.get().effective_at == decided.NOW + timedelta(days=60)
    decision.refresh_from_db()
    assert decision.effective_at == decided.NOW + timedelta(days=60), "its page names the day from which it counts"


def test_a_standard_that_was_rejected_waits_for_no_day(council: Any) -> None:
    version = standard.load("safe_files").version
    toml = (standard.SHELF / "safe_files" / f"{version}.toml").read_text()
    stricter = toml.replace(version, "2099.1").replace("require = [", 'require = ["maintained", ', 1)
    decision = council.votes(council.proposes("standard", f'id = "safe_files"\n{stricter}'), *["discuss"] * 3)
    assert (decision.accepted, decision.effective_at) == (False, decision.made_at)


def test_a_standard_that_asks_no_more_counts_at_once(council: Any) -> None:
    newest = standard.load("safe_files").version
    toml = (standard.SHELF / "safe_files" / f"{newest}.toml").read_text()
    document = f'id = "safe_files"\n{toml.replace(newest, "2099.1")}'
    decision = council.decides("standard", document)
    assert decision.effective_at < council.signs(decision).signed_at


def test_a_version_that_was_published_meanwhile_cannot_be_signed(council: Any) -> None:
    from tests.hub import decided

    from guildmark_hub.catalog import published
    from guildmark_hub.catalog.models import StandardVersion

    decision = council.decides("standard", STANDARD)
    published.publish_standard(STANDARD.split("\n", 1)[1].encode(), "friendly_tool", decided.NOW)
    with pytest.raises(AskedWrongly, match="friendly_tool has the version"):
        council.signs(decision)
    decision.refresh_from_db()
    assert (decision.signed_at, StandardVersion.objects.count()) == (None, 1)


def test_one_proposal_at_a_time_is_voted_on_for_a_version_of_a_standard(council: Any) -> None:
    first, second = (council.proposes("standard", STANDARD, title=name) for name in ("One", "Another"))
    other = council.proposes("standard", STANDARD.replace("friendly_tool", "kind_tool"), title="Of another standard")
    waits = council.votes(first)
    says = f"proposal {first.pk} is about version 2026.1 of friendly_tool too, and goes before"
    with pytest.raises(AskedWrongly, match=says):
        council.votes(second)
    with pytest.raises(AskedWrongly, match=says):
        council.proposes("standard", STANDARD, title="A third")
    assert council.votes(other).accepted
    council.proposes("standard", STANDARD.replace("2026.1", "2026.2"), title="The next version")
    replaces = council.votes(council.proposes("standard", STANDARD, title="In its place", supersedes=first))
    with pytest.raises(AskedWrongly, match="another proposal superseded this one before it was signed"):
        council.signs(waits)
    council.signs(replaces)


@pytest.mark.parametrize(
    ("kind", "document", "says"),
    [
        ("standard", STANDARD.split("\n", 1)[1], "does not say its id"),
        ("standard", STANDARD.replace('"identified"', '"no_such_check"'), "there is no check no_such_check"),
        ("standard", STANDARD.replace("friendly_tool", "safe_files"), "has the version"),
        ("standard", "id = ", "cannot be read"),
        ("charter", " ", "the text has"),
        ("election", "[[seat]]\nperson = 1\n", "does not have the four keys"),
        ("election", SEATS.format(person=999_999, until="2027-01-31"), "there is no person 999999"),
        ("policy", "[class]\nslug = 'x'\n", "a class of decisions has the keys"),
        ("policy", CLASS.replace('"content"', '"unheard-of"'), "there is no class of decisions unheard-of"),
        ("policy", CLASS.replace("threshold = [2, 3]", "threshold = [1, 3]"), "threshold is from 1/2 to 1"),
        ("policy", CLASS.replace("hours = 96", "hours = 1"), "hours is a number from 24 to 2160"),
        ("waiver", "person = 1\n", "a waiver has the keys"),
        ("waiver", 'person = 999999\nentry = "guard"\nuntil = 2027-01-01\n', "there is no person 999999"),
        ("revocation", "It was wrong.", "it is not said which statement"),
    ],
)
def test_what_cannot_be_decided_upon_is_not_proposed(council: Any, kind: str, document: str, says: str) -> None:
    from guildmark_hub.council.models import Proposal

    with pytest.raises(AskedWrongly, match=says):
        council.proposes(kind, document)
    assert not Proposal.objects.exists()


def test_an_accepted_charter_is_the_groups_next(council: Any) -> None:
    council.signs(council.decides("charter", "We meet on Mondays."))
    assert council.group.charters.get().text == "We meet on Mondays."


def test_an_accepted_election_seats_whom_it_names(council: Any) -> None:
    from guildmark_hub.council import powers

    bea = council.persons["Bea"]
    document = SEATS.format(person=bea.pk, until=date.today() + timedelta(days=300))
    decision = council.decides("election", document)
    assert not powers.is_chair(bea, council.group, date.today())
    council.signs(decision)
    assert powers.is_chair(bea, council.group, date.today())


def test_an_accepted_class_counts_for_what_is_proposed_from_then_on(council: Any) -> None:
    from guildmark_hub.council import proposing
    from guildmark_hub.council.models import DecisionClass

    decision = council.signs(council.decides("policy", CLASS))
    newest = {one.slug: one for one in proposing.classes()}["content"]
    assert (newest.number, newest.hours, newest.quorum_of, newest.quorum_in, newest.decision) == (2, 96, 1, 2, decision)
    assert DecisionClass.objects.filter(slug="content").count() == 2


def test_words_are_a_policy_that_makes_no_class(council: Any) -> None:
    from guildmark_hub.council.models import DecisionClass

    before = DecisionClass.objects.count()
    council.signs(council.decides("policy", "We speak plainly."))
    assert DecisionClass.objects.count() == before


def test_only_the_steering_committee_makes_classes(council: Any) -> None:
    from tests.hub import decided

    with pytest.raises(AskedWrongly, match="the steering committee's"):
        decided.Council("working", "Tools group").proposes("policy", CLASS)


def test_an_accepted_waiver_lifts_a_conflict_until_its_day_or_until_it_is_revoked(council: Any) -> None:
    from tests.hub import alliance, decided

    from guildmark_hub.council import stakes
    from guildmark_hub.council.models import Declaration, Waiver

    bea = council.persons["Bea"]
    given = {"about": "entry:guard", "says": "I wrote it.", "since": date(2026, 1, 1), "made_by": bea}
    Declaration.objects.create(person=bea, **given)
    assert stakes.reasons(bea, "guard", date.today())
    until = date.today() + timedelta(days=100)
    waived = council.signs(waiver(council, until))
    row = Waiver.objects.get()
    assert (row.person, row.slug, row.since, row.until.date()) == (bea, "guard", decided.NOW, until)
    assert not stakes.reasons(bea, "guard", until)
    assert stakes.reasons(bea, "guard", until + timedelta(days=1))
    assert "Bea" in alliance.browser().get("/conflicts/").content.decode().partition("Waived by a ballot")[2]
    council.signs(council.votes(council.proposes("revocation", "She wrote it.", claim=waived.claim), *["yes"] * 4))
    assert stakes.reasons(bea, "guard", until), "what a ballot revoked waives nothing"
    assert "Waived by a ballot" not in alliance.browser().get("/conflicts/").content.decode()


def waiver(council: Any, until: date) -> Any:
    """What the group decides of a waiver for Bea, where Dan votes for Beta."""
    council.join("Dan", "beta")
    document = f'person = {council.persons["Bea"].pk}\nentry = "guard"\nuntil = {until}\n'
    return council.votes(council.proposes("waiver", document, slug="guard"), "yes", "silent", "yes", "yes")


def test_who_has_a_conflict_does_not_vote_on_what_concerns_it(council: Any) -> None:
    """A waiver, and the revocation of a claim, are proposals about their entry: none else may be named, nor none."""
    from django.core.exceptions import PermissionDenied
    from tests.hub import bundles, decided

    from guildmark_hub.catalog import acts
    from guildmark_hub.council import balloting
    from guildmark_hub.council.models import Declaration
    from guildmark_hub.people import own

    bea = council.persons["Bea"]
    given = {"about": "entry:guard", "says": "I wrote it.", "since": date(2026, 1, 1), "made_by": bea}
    Declaration.objects.create(person=bea, **given)
    made_at = f"{decided.BEGUN:%Y-%m-%dT%H:%M:%SZ}"
    data = bundles.signed(own.signer(), bundles.assessment(made_at=made_at))
    claim = acts.take_in(data, None, decided.BEGUN + timedelta(hours=1)).claim
    asked = f'person = {bea.pk}\nentry = "guard"\nuntil = {date.today() + timedelta(days=9)}\n'
    for kind, document, of in (("waiver", asked, None), ("revocation", "It is wrong.", claim)):
        for slug in ("", "another"):
            with pytest.raises(AskedWrongly, match="is about the entry guard"):
                council.proposes(kind, document, slug=slug, claim=of)
        proposal = council.proposes(kind, document, slug="guard", claim=of)
        ballot = balloting.open_ballot(council.persons["Ada"], proposal, decided.NOW)
        with pytest.raises(PermissionDenied, match="for a conflict of interest"):
            balloting.cast(bea, ballot, "yes", now=decided.NOW)


def test_no_waiver_holds_for_longer_than_a_year(council: Any) -> None:
    until = date.today() + timedelta(days=400)
    document = f'person = {council.persons["Bea"].pk}\nentry = "guard"\nuntil = {until}\n'
    with pytest.raises(AskedWrongly, match="more than twelve months"):
        council.proposes("waiver", document, slug="guard")


def test_a_ballot_revokes_what_this_hub_has_signed(council: Any) -> None:
    first = council.signs(council.decides("charter", "We meet on Mondays."))
    decision = council.decides("revocation", "It was counted wrongly.", claim=first.claim)
    assert decision.body.count(first.statement) == 1
    council.signs(decision)
    first.claim.refresh_from_db()
    assert first.claim.state == "revoked"
    assert "by a ballot on" in first.claim.why
    with pytest.raises(AskedWrongly, match="revoked already"):
        council.proposes("revocation", "Once more.", claim=first.claim)


def test_a_ballot_revokes_no_review(council: Any) -> None:
    """Whoever found something takes it back herself."""
    from tests.hub import bundles, decided

    from guildmark.attest.statement import Reviewed
    from guildmark_hub.catalog import acts
    from guildmark_hub.people import own

    said = Reviewed(bundles.BY, f"{decided.BEGUN:%Y-%m-%dT%H:%M:%SZ}", "", "ab" * 32)
    claim = acts.take_in(bundles.says(own.signer(), said), None, decided.BEGUN + timedelta(hours=1)).claim
    with pytest.raises(AskedWrongly, match="it is not said which statement is to be revoked"):
        council.proposes("revocation", "It is wrong.", slug=claim.slug, claim=claim)


def test_a_ballot_revokes_nothing_that_others_have_signed(council: Any) -> None:
    from tests.hub import bundles, decided

    from guildmark_hub.catalog import acts

    made_at = f"{decided.BEGUN:%Y-%m-%dT%H:%M:%SZ}"
    data = bundles.signed(council.keys["beta"], bundles.assessment(made_at=made_at))
    claim = acts.take_in(data, None, decided.BEGUN + timedelta(hours=1)).claim
    with pytest.raises(AskedWrongly, match="Beta signed this statement"):
        council.proposes("revocation", "It is wrong.", claim=claim)
