"""The pages of cases: who reads what of a review, what waits for whom, what a form begins."""

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.hub import reviewed
from tests.hub.reviewed import NOW

pytestmark = pytest.mark.usefixtures("small")


@pytest.fixture
def there():
    return reviewed.town(3, no_harmful_acts="failed")


def text(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, answer
    return answer.content.decode()


def test_what_a_reviewer_says_is_read_by_others_only_when_both_reviews_are_in(there, client):
    case = reviewed.in_review(there)
    one, other = case.reviews.select_related("person", "case")
    reviewed.sent(one)
    assert "I read it." not in text(client, f"/cases/{case.pk}/")
    assert one.person.name in text(client, f"/cases/{case.pk}/")
    reviewed.sent(other)
    page = text(client, f"/cases/{case.pk}/")
    assert page.count("I read it.") == 2
    assert "otherwise than the machine" in page


def test_a_form_begins_a_draft_which_the_list_does_not_show_and_a_submitted_case_it_does(there, alliance, client):
    from guildmark_hub.cases.models import Case
    from guildmark_hub.catalog.models import Claim

    Claim.objects.filter(pk=there.claim.pk).update(expires_at=timezone.now() + timedelta(days=9))
    maker = alliance.browser(there.maker)
    page = text(maker, "/cases/new/?entry=guard")
    once = page.split('name="once" value="')[1].split('"')[0]
    given = {"claim": there.claim.pk, "standard": "vetted_tool", "group": "tools", "organisation": "acme", "once": once}
    for _ in range(2):
        assert maker.post("/cases/new/?entry=guard", given | {"says": "Please."}).status_code == 302
    case = Case.objects.get()
    assert f"/cases/{case.pk}/" not in text(client, "/cases/")
    assert maker.post(f"/cases/{case.pk}/submit/").status_code == 302
    assert f"/cases/{case.pk}/" in text(client, "/cases/?state=submitted&group=tools&entry=guard")
    assert f"/cases/{case.pk}/" not in text(client, "/cases/?state=review")


def test_an_entry_that_nobody_assessed_here_leads_to_where_it_is_vetted(there, alliance):
    page = text(alliance.browser(there.maker), "/cases/new/?entry=unread")
    assert "/submit/?purl=pkg%3Apypi%2Funread" in page


def test_what_waits_is_a_review_for_who_was_drawn_a_case_for_its_group_and_a_question_for_its_side(there):
    from guildmark_hub.cases import acts, desk, reviewing

    case = acts.submit(there.maker, reviewed.begun(there), NOW)
    assert [one.what for one in desk.waits(there.chair, NOW)] == ["Take in or send back guard 1.1"]
    case = acts.screen(there.chair, case, NOW)
    assert list(desk.waits(there.chair, NOW)) == []
    review = case.reviews.select_related("person").first()
    (waits,) = desk.waits(review.person, NOW)
    assert (waits.what, waits.due) == ("Review guard 1.1", review.due_at)
    assert list(desk.waits(there.maker, NOW)) == []
    asked = reviewing.ask(review.person, review.pk, "Why?", NOW)
    (waits,) = desk.waits(there.maker, NOW)
    assert (waits.what, waits.due) == ("Answer what reviewers ask of guard 1.1", asked.due_at)
    reviewing.answer_question(there.maker, asked.pk, "So.", NOW)
    assert list(desk.waits(there.maker, NOW)) == []


def test_everybody_who_is_drawn_asked_or_answered_is_told(there):
    from guildmark_hub.cases import reviewing
    from guildmark_hub.watching.models import Notice

    def told(person):
        return " ".join(Notice.objects.filter(person=person).values_list("change__says", flat=True))

    case = reviewed.in_review(there)
    assert "asks to have guard 1.1 vetted" in told(there.chair)
    review = case.reviews.select_related("person").first()
    assert "drawn to review" in told(review.person)
    asked = reviewing.ask(review.person, review.pk, "Why?", NOW)
    assert "A reviewer asks something" in told(there.maker)
    reviewing.answer_question(there.maker, asked.pk, "So.", NOW)
    assert "was answered" in told(review.person)


def test_the_page_that_htmx_asks_for_is_a_line_s_status_and_what_is_taken_from_her_is_told(there, alliance):
    from guildmark_hub.council import declaring

    case = reviewed.in_review(there)
    review = case.reviews.select_related("person").first()
    client = alliance.browser(review.person)
    given = {"only": "licence_open", "answer:licence_open": "yes", "says:licence_open": ""}
    address = f"/cases/reviews/{review.pk}/save/"
    answer = client.post(address, given, headers={"HX-Request": "true"})
    assert "Kept: holds" in answer.content.decode()
    assert "1 of " in answer.content.decode()
    about = declaring.Said("entry:guard", "They pay me.", timezone.now().date())
    declaring.declare(review.person, about)
    assert client.post(address, given, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    assert client.post(address, given).status_code == 403
    assert client.get(f"/cases/reviews/{review.pk}/").status_code == 403


def test_conflicts_are_declared_read_and_ended_on_their_pages(there, alliance, client):
    from guildmark_hub.council.models import Declaration

    maker = alliance.browser(there.maker)
    today = timezone.now().date().isoformat()
    given = {"whose": "acme", "kind": "entry", "what": "guard", "says": "We pay <b>them</b>.", "since": today}
    assert maker.post("/conflicts/declare/", given).status_code == 302
    page = text(client, "/conflicts/")
    assert "We pay &lt;b&gt;them&lt;/b&gt;." in page
    assert "End it" not in page
    assert "End it" in text(maker, "/conflicts/")
    made = Declaration.objects.get()
    assert (made.organisation, made.person, made.about) == (there.acme, None, "entry:guard")
    assert maker.post(f"/conflicts/{made.pk}/end/").status_code == 302
    made.refresh_from_db()
    assert made.until.isoformat() == today
    wrong = maker.post("/conflicts/declare/", given | {"what": "nothing"})
    assert wrong.status_code == 400
    assert "no organisation, person or entry" in wrong.content.decode()
