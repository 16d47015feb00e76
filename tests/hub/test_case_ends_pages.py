"""The pages of what became of a case: for everybody to read, and what somebody may do there."""

from typing import Any

import pytest

pytestmark = pytest.mark.usefixtures("small")


@pytest.fixture
def made(small: Any) -> Any:
    from tests.hub import ended

    return ended.Alliance()


def words(response: Any) -> str:
    """What a page says, in one line."""
    assert response.status_code == 200, response.content.decode()
    return " ".join(response.content.decode().split())


def test_an_entry_shows_each_level_with_its_claim(made: Any, client: Any) -> None:
    from django.urls import reverse

    from guildmark_hub.cases.models import Mark

    case = made.active()
    page = words(client.get(reverse("catalog:entry", args=[case.slug])))
    for mark in Mark.objects.filter(case=case):
        assert mark.claim.get_absolute_url() in page
    assert page.count("Holds") == 3
    assert "no other organisation has signed that the same came out" in page
    assert case.get_absolute_url() in page


def test_an_entry_that_no_group_accepted_shows_no_levels(made: Any, client: Any) -> None:
    from django.urls import reverse

    case = made.rejected()
    assert "On which levels it stands" not in words(client.get(reverse("catalog:entry", args=[case.slug])))


def test_a_visitor_reads_a_case_and_its_appeal_to_the_end(made: Any, client: Any) -> None:
    from tests.hub.ended import GROUNDS

    case = made.active()
    assert "the signed decision" in words(client.get(case.get_absolute_url()))
    appeal = made.appealed(case)
    page = words(client.get(case.get_absolute_url()))
    assert "Active, under appeal" in page
    assert f"/cases/appeals/{appeal.pk}/" in page
    page = words(client.get(f"/cases/appeals/{appeal.pk}/"))
    assert GROUNDS in page
    assert all(str(one.person) in page for one in appeal.panel.seats.all())
    drawn = client.get(f"/cases/appeals/{appeal.pk}/panel.json").json()
    assert (drawn["seed"], drawn["count"], drawn["candidates"]) == (appeal.seed, 3, appeal.candidates)


def test_a_member_appeals_by_its_form(made: Any, alliance: Any) -> None:
    from tests.hub.ended import GROUNDS, fresh

    case, browser = made.active(), alliance.browser(made.who("Pia"))
    assert f"/cases/{case.pk}/appeal/" in words(browser.get(case.get_absolute_url()))
    assert "A panel of three decides anew" in words(browser.get(f"/cases/{case.pk}/appeal/"))
    refused = browser.post(f"/cases/{case.pk}/appeal/", {"grounds": "No."})
    assert (refused.status_code, "hardly a word" in refused.content.decode()) == (400, True)
    assert browser.post(f"/cases/{case.pk}/appeal/", {"grounds": GROUNDS}).status_code == 302
    assert fresh(case).state == "appealed"
    assert f"/cases/{case.pk}/appeal/" not in words(browser.get(case.get_absolute_url()))


def test_a_chair_brings_it_before_the_group_again_by_its_button(made: Any, alliance: Any) -> None:
    from tests.hub.ended import fresh

    case = made.reviewed()
    made.voted(case, "silent", "silent", "silent")
    chair, member = alliance.browser(made.who("Ada")), alliance.browser(made.who("Bea"))
    assert f"/cases/{case.pk}/propose/" in words(chair.get(case.get_absolute_url()))
    assert f"/cases/{case.pk}/propose/" not in words(member.get(case.get_absolute_url()))
    assert member.post(f"/cases/{case.pk}/propose/").status_code == 403
    assert chair.post(f"/cases/{case.pk}/propose/").status_code == 302
    assert (fresh(case).state, fresh(case).proposal.state) == ("decision", "last_call")


def test_what_strangers_write_is_escaped(made: Any, client: Any) -> None:
    from guildmark_hub.cases.models import Appeal

    appeal = made.appealed(made.active())
    Appeal.objects.filter(pk=appeal.pk).update(grounds="<script>alert(1)</script>")
    page = words(client.get(f"/cases/appeals/{appeal.pk}/"))
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_there_is_nothing_at_the_address_of_no_appeal(made: Any, client: Any) -> None:
    assert client.get("/cases/appeals/7/").status_code == 404
    assert client.get("/cases/7/appeal/").status_code == 302


def test_a_page_offers_an_appeal_as_long_as_one_is_taken(made: Any, client: Any) -> None:
    from tests.hub.ended import NOW

    from guildmark_hub.cases import appeals
    from guildmark_hub.council.models import Decision

    case = made.active()
    assert "An appeal is taken until" in words(client.get(case.get_absolute_url()))
    Decision.objects.filter(proposal=case.proposal_id).update(signed_at=NOW - appeals.WITHIN - (NOW - NOW).resolution)
    assert "An appeal is taken until" not in words(client.get(case.get_absolute_url()))
