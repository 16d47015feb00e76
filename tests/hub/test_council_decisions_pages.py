"""The pages of decisions: everybody reads them, and chairs sign on them."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.hub.walked import walk

pytestmark = pytest.mark.usefixtures("small")


@pytest.fixture
def council(small: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    from django.conf import settings
    from tests.hub import decided

    monkeypatch.setattr(settings, "DATA", tmp_path)
    return decided.Council()


def read(address: str, who: Any = None, status: int = 200) -> str:
    """The text of a page, whose elements are all closed."""
    from tests.hub import alliance

    answer = alliance.browser(who).get(address)
    assert answer.status_code == status
    return " ".join(walk(answer.content.decode()).text().split())


def test_a_decision_says_what_waits_until_a_chair_has_signed_it(council: Any) -> None:
    decision = council.decides()
    page = f"/decisions/{decision.proposal_id}/"
    before = read(page)
    assert "It waits for the signature of a chair, and has no effect until then." in before
    assert "One of these signs it: Ada." in before
    assert "Sign it" not in before
    assert "Sign it" in read(page, council.persons["Ada"])
    assert "Sign it" not in read(page, council.persons["Bea"])
    council.signs(decision)
    after = read(page)
    assert "by Ada with a key of Acme. It counts." in after
    assert "Sign it" not in read(page, council.persons["Ada"])
    assert f"guildmark verify --bundle decision-{decision.proposal_id}.json --trust trust.toml" in after


def test_where_every_chair_is_out_the_page_says_so(council: Any) -> None:
    decision = council.votes(council.proposes(), "recuse", "yes", "yes")
    assert "No chair is there who may sign it" in read(f"/decisions/{decision.proposal_id}/")


def test_a_decision_whose_proposal_was_superseded_before_waits_for_nobody(council: Any) -> None:
    first = council.decides(title="First")
    council.decides(title="Second", supersedes=first.proposal)
    ada, page = council.persons["Ada"], f"/decisions/{first.proposal_id}/"
    told = read(page, ada)
    assert "has no effect: Superseded by proposal 2" in told
    assert "Sign it" not in told
    assert "It is superseded, and has no effect." in read(f"{page}sign/", ada)
    assert "Another proposal took its place before it was signed." in read("/decisions/")
    waits = read("/desk/waiting/", ada)
    assert ("Sign the decision: First" in waits, "Sign the decision: Second" in waits) == (False, True)


def test_the_list_is_of_all_groups_or_of_one(council: Any) -> None:
    from tests.hub import decided

    council.decides(title="Ours")
    working = decided.Council("working", "Tools group")
    working.votes(working.proposes(title="Theirs"), "discuss", "discuss", "discuss")
    every, one = read("/decisions/"), read("/decisions/?group=tools-group")
    assert ("Ours" in every, "Theirs" in every, "Ours" in one, "Theirs Rejected" in one) == (True, True, False, True)


def test_what_a_chair_hands_in_wrongly_stands_in_the_form(council: Any) -> None:
    from tests.hub import alliance

    decision = council.decides()
    ada, address = alliance.browser(council.persons["Ada"]), f"/decisions/{decision.proposal_id}/sign/"
    for data, says in (
        (b"{}\n", "It is no bundle"),
        (b"x" * 70_000, "It is larger than"),
        (council.cosigns(decision, "beta"), "A key of Beta has signed it, and you lead for Acme"),
    ):
        answer = ada.post(address, {"bundle": SimpleUploadedFile("signed.json", data)})
        assert (answer.status_code, says in answer.content.decode()) == (400, True), says
    assert ada.post(address).status_code == 400
    right = SimpleUploadedFile("signed.json", council.cosigns(decision))
    assert ada.post(address, {"bundle": right}).status_code == 302
    assert "It is signed already" in read(address, council.persons["Ada"])


def test_only_chairs_get_what_this_hub_alone_has_signed(council: Any) -> None:
    address = f"/decisions/{council.decides().proposal_id}/offered.json"
    assert "Only chairs of Steering committee" in read(address, council.persons["Bea"], 403)


def test_a_decision_that_fell_says_so(council: Any) -> None:
    first = council.signs(council.decides("charter", "We meet on Mondays."))
    council.signs(council.decides("revocation", "It was counted wrongly.", claim=first.claim))
    found = read(f"/decisions/{first.proposal_id}/")
    assert "Revoked on" in found
    assert "by a ballot on" in found
    assert "It counts" not in found


def test_there_is_no_page_of_what_was_not_decided(council: Any) -> None:
    proposal = council.proposes()
    for name in ("", "bundle.json", "svr.json"):
        read(f"/decisions/{proposal.pk}/{name}", status=404)


def test_what_a_standard_would_change_is_found_before_the_vote_and_then_stays(council: Any) -> None:
    """By the worker: the page says nothing until it knows; what the voters saw is what stands."""
    from datetime import timedelta

    from tests.hub import alliance, decided

    from guildmark import standard
    from guildmark.records import canonical
    from guildmark_hub.council import balloting, effects, impacts
    from guildmark_hub.council.models import Impact

    newest = standard.load("documented_tool")
    toml = (standard.SHELF / newest.id / f"{newest.version}.toml").read_text()
    later = toml.replace(f'version = "{newest.version}"', 'version = "2099.1"')
    harder = later.replace("require = [", 'require = ["no_network_at_import", ', 1)
    proposal = council.proposes("standard", f'id = "documented_tool"\n{harder}')
    assert effects.impact(proposal) is None
    (revision,) = impacts.due(decided.NOW)
    found = impacts.keep(revision, decided.NOW)
    assert "documented_tool" in (effects.impact(proposal) or "")
    (step,) = [one for one in found.steps if one["standard"] == "documented_tool" and one["before"][1]]
    assert step["entries"]
    assert found.sha256 == hashlib.sha256(canonical(found.steps)).hexdigest()
    assert impacts.due(decided.NOW + timedelta(hours=1)) == []
    assert impacts.due(decided.NOW + timedelta(days=2)) == [revision]
    balloting.open_ballot(council.persons["Ada"], proposal, decided.NOW - timedelta(days=1))
    assert impacts.due(decided.NOW + timedelta(days=2)) == []
    late = impacts.keep(revision, decided.NOW + timedelta(days=1))
    assert late.made_at == found.made_at, "found while the ballot was opened: the voters saw the other"
    assert Impact.objects.count() == 1
    told = alliance.browser().get(f"/proposals/{proposal.pk}/impact.json").json()
    assert (told["steps"], told["sha256"]) == (found.steps, found.sha256)
