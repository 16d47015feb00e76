"""Vetting cases up to the recommendation: who may bring them where, who is drawn, and what drops a reviewer."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from tests.hub import reviewed
from tests.hub.reviewed import DAY, NOW

from guildmark.errors import AskedWrongly

pytestmark = pytest.mark.usefixtures("small")


def acts():
    from guildmark_hub.cases import acts

    return acts


def reviewing():
    from guildmark_hub.cases import reviewing

    return reviewing


def reviews(case):
    return list(case.reviews.filter(declined_at=None).select_related("person", "organisation", "case"))


def test_a_form_that_is_sent_twice_begins_one_case():
    there = reviewed.town()
    first, second = reviewed.begun(there), reviewed.begun(there)
    assert first.pk == second.pk
    assert reviewed.begun(there, once="b").pk != first.pk


def test_a_case_is_submitted_screened_drawn_reviewed_and_brought_before_its_group():
    there = reviewed.town()
    case = reviewed.in_review(there)
    assert case.state == "review"
    held = reviews(case)
    assert len({one.organisation_id for one in held}) == 2
    assert {one.organisation.slug for one in held} < set(there.reviewers)
    for one in held:
        reviewed.sent(one)
    case.refresh_from_db()
    assert case.state == "decision"
    assert case.proposal.kind == "vetting"
    assert case.proposal.state == "last_call"


def test_reviewers_who_disagree_leave_it_to_the_group():
    there = reviewed.town()
    case = reviewed.in_review(there)
    one, other = reviews(case)
    reviewed.sent(one)
    reviewed.sent(other, "disagrees")
    case.refresh_from_db()
    assert case.state == "decision"
    assert "the group decides" in case.proposal.revisions.get().document


def test_whoever_draws_again_from_what_is_published_draws_the_same():
    from guildmark_hub.council import draw

    case = reviewed.in_review(reviewed.town(4))
    (told,) = case.candidates
    assert told["seed"] == case.seed
    found = [draw.Candidate(**one) for one in told["candidates"]]
    assert list(draw.draw(found, told["seed"], told["count"])) == told["drawn"]
    assert {f"person:{one.person_id}" for one in reviews(case)} == set(told["drawn"])


def test_neither_the_submitters_nor_the_finders_nor_mere_members_are_candidates(alliance):
    from guildmark_hub.cases import drawing

    there = reviewed.town()
    alliance.belongs(alliance.person("Acme Reviewer"), there.acme, "reviewer")
    alliance.belongs(alliance.person("Lab Reviewer"), there.claim.organisation, "reviewer")
    alliance.belongs(alliance.person("Mere Member"), there.reviewers["north"].affiliations.get().organisation)
    case = acts().submit(there.maker, reviewed.begun(there), NOW)
    found = {one.id for one in drawing.candidates(case, NOW)}
    assert found == {f"person:{one.pk}" for one in there.reviewers.values()}


def test_with_too_few_reviewers_a_case_stays_in_screening_and_chairs_are_told_once(alliance):
    from guildmark_hub.watching.models import Notice

    there = reviewed.town(1)
    case = reviewed.in_review(there)
    assert case.state == "screening"
    assert "missing: 1 organisation" in case.why
    told = Notice.objects.filter(person=there.chair, change__says__contains="too few reviewers")
    assert told.count() == 1
    acts().go_on(NOW + DAY)
    assert told.count() == 1
    alliance.belongs(alliance.person("South Reviewer"), alliance.organisation("south"), "reviewer")
    acts().go_on(NOW + DAY)
    case.refresh_from_db()
    assert (case.state, case.why) == ("review", "")


def test_who_declines_is_replaced_by_a_draw_from_a_seed_that_nobody_knew_before():
    there = reviewed.town(3)
    case = reviewed.in_review(there)
    out, stays = reviews(case)
    acts().decline(out.person, out.pk, "I am away.", NOW)
    case.refresh_from_db()
    left = reviews(case)
    assert {stays.person_id} < {one.person_id for one in left}
    assert out.person_id not in {one.person_id for one in left}
    first, second = case.candidates
    assert second["seed"].startswith(first["seed"] + "/")
    assert len(second["seed"]) > len(first["seed"]) + 9
    acts().decline(out.person, out.pk, "I am away.", NOW)
    assert case.reviews.count() == 3


def test_a_review_that_is_late_is_drawn_anew_and_none_before():
    there = reviewed.town(4)
    case = reviewed.in_review(there)
    assert acts().go_on(NOW + 14 * DAY - timedelta(seconds=1))["taken_out"] == 0
    late = {one.person_id for one in reviews(case)}
    assert acts().go_on(NOW + 14 * DAY)["taken_out"] == 2
    assert not late & {one.person_id for one in reviews(case)}
    assert len(reviews(case)) == 2
    assert acts().go_on(NOW + 14 * DAY)["taken_out"] == 0


def test_a_reviewer_who_gets_a_conflict_is_taken_out_and_what_she_had_not_sent_counts_not():
    from guildmark_hub.council import declaring

    there = reviewed.town(3)
    case = reviewed.in_review(there)
    one, _ = reviews(case)
    reviewed.answered(one)
    declaring.declare(one.person, declaring.Said("entry:guard", "I wrote half of it.", NOW.date()), now=NOW)
    with pytest.raises(PermissionDenied, match="conflict"):
        reviewing().mine(one.person, one.pk, NOW)
    with pytest.raises(PermissionDenied, match="I wrote half of it"):
        reviewing().submit_review(one.person, one.pk, "agrees", "Fine.", NOW)
    one.refresh_from_db()
    assert one.declined_at == NOW
    assert one.submitted_at is None
    assert len(reviews(case)) == 2
    assert one.person_id not in {each.person_id for each in reviews(case)}


def test_a_reviewer_who_goes_to_the_submitter_is_taken_out(alliance):
    there = reviewed.town(3)
    case = reviewed.in_review(there)
    one, _ = reviews(case)
    alliance.belongs(one.person, there.acme, "member")
    assert acts().go_on(NOW)["taken_out"] == 1
    one.refresh_from_db()
    assert "works for Acme" in one.why


def test_a_reviewer_who_leaves_her_organisation_is_taken_out():
    from guildmark_hub.people import acts as people

    there = reviewed.town(3)
    case = reviewed.in_review(there)
    one, _ = reviews(case)
    held = one.person.affiliations.get()
    people.end(one.person, held)
    assert acts().go_on(NOW)["taken_out"] == 1


def test_a_review_that_was_sent_with_a_conflict_that_began_before_does_not_count():
    from guildmark_hub.council import declaring

    there = reviewed.town(3)
    case = reviewed.in_review(there)
    one, other = reviews(case)
    reviewed.sent(one)
    declaring.declare(one.person, declaring.Said("entry:guard", "They pay me.", NOW.date()), now=NOW)
    reviewed.sent(other)
    case.refresh_from_db()
    assert case.state == "review"
    assert one.person_id not in {each.person_id for each in reviews(case)}


def test_a_review_sent_before_a_conflict_began_counts():
    from guildmark_hub.council import declaring

    there = reviewed.town(3)
    case = reviewed.in_review(there)
    one, other = reviews(case)
    reviewed.sent(one)
    later = NOW + DAY
    declaring.declare(one.person, declaring.Said("entry:guard", "They pay me.", later.date()), now=later)
    reviewed.sent(other, now=later)
    case.refresh_from_db()
    assert case.state == "decision"


def test_who_has_a_conflict_screens_nothing(alliance):
    there = reviewed.town()
    case = acts().submit(there.maker, reviewed.begun(there), NOW)
    alliance.belongs(there.chair, there.acme)
    with pytest.raises(PermissionDenied, match="conflict"):
        acts().screen(there.chair, case, NOW)


def test_a_release_has_one_open_case_by_a_standard():
    there = reviewed.town()
    acts().submit(there.maker, reviewed.begun(there), NOW)
    with pytest.raises(AskedWrongly, match="is open about the same release"):
        acts().submit(there.maker, reviewed.begun(there, once="b"), NOW)


def test_what_is_sent_back_is_a_draft_with_the_word_of_who_screened_it():
    there = reviewed.town()
    case = acts().submit(there.maker, reviewed.begun(there), NOW)
    case = acts().send_back(there.chair, case, "It has no readme.", NOW)
    assert (case.state, case.why) == ("draft", "It has no readme.")
    assert acts().submit(there.maker, case, NOW).state == "submitted"


def test_an_assessment_that_counts_no_more_begins_no_case():
    from guildmark_hub.catalog.models import Claim

    there = reviewed.town()
    Claim.objects.filter(pk=there.claim.pk).update(state="suspended")
    there.claim.refresh_from_db()
    with pytest.raises(AskedWrongly, match="does not count any more") as raised:
        reviewed.begun(there)
    assert "vetted anew" in raised.value.hint


def test_a_case_whose_assessment_counts_no_more_is_sent_back_and_not_taken_in():
    from guildmark_hub.catalog.models import Claim

    there = reviewed.town()
    case = acts().submit(there.maker, reviewed.begun(there), NOW)
    Claim.objects.filter(pk=there.claim.pk).update(state="suspended")
    with pytest.raises(AskedWrongly, match="does not count any more"):
        acts().screen(there.chair, case, NOW)
    assert acts().send_back(there.chair, case, "Have it vetted anew.", NOW).state == "draft"


def test_a_clock_that_stands_before_a_state_began_moves_nothing_by_hand():
    there = reviewed.town()
    case = acts().submit(there.maker, reviewed.begun(there), NOW)
    with pytest.raises(AskedWrongly, match="not yet"):
        acts().send_back(there.chair, case, "No.", NOW - DAY)


def test_a_case_is_withdrawn_until_its_group_decides_and_by_nobody_else():
    there = reviewed.town()
    case = reviewed.in_review(there)
    with pytest.raises(PermissionDenied):
        acts().withdraw(there.chair, case, "no", NOW)
    assert acts().withdraw(there.maker, case, "", NOW).state == "withdrawn"
    assert acts().withdraw(there.maker, case, "", NOW).state == "withdrawn"


def test_the_hub_goes_back_to_no_state_that_it_left():
    there = reviewed.town()
    case = reviewed.in_review(there)
    with pytest.raises(AskedWrongly, match="state review"):
        acts().screen(there.chair, case, NOW)
    with pytest.raises(AskedWrongly, match="state review"):
        acts().submit(there.maker, case, NOW)


def test_what_a_reviewer_has_to_do_is_no_review_of_a_case_that_is_over():
    from guildmark_hub.cases import drawing
    from guildmark_hub.people.models import Person

    there = reviewed.town(2)
    case = reviewed.in_review(there)
    loads = drawing.loaded(Person.objects.filter(reviews__case=case)).values_list("load", flat=True)
    assert list(loads) == [1, 1]
    acts().withdraw(there.maker, case, "", NOW)
    assert list(loads.all()) == [0, 0]


def test_who_also_belongs_to_who_asks_or_to_who_made_the_assessment_is_not_drawn_for_another(alliance):
    from guildmark_hub.cases import drawing

    there = reviewed.town(3)
    alliance.belongs(there.reviewers["north"], there.claim.organisation)
    alliance.belongs(there.reviewers["south"], there.acme)
    case = acts().submit(there.maker, reviewed.begun(there), NOW)
    assert [one.id for one in drawing.candidates(case, NOW)] == [f"person:{there.reviewers['west'].pk}"]


def test_the_candidates_of_a_draw_are_read_with_as_many_questions_however_many_they_are(alliance):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from guildmark_hub.cases import drawing

    there = reviewed.town(3)
    case = acts().submit(there.maker, reviewed.begun(there), NOW)
    asked = []
    for number in range(2):
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert len(list(drawing.candidates(case, NOW))) == 3 + 5 * number
        asked.append(len(found))
        for one in range(5):
            alliance.belongs(
                alliance.person(f"More {one} {number}"),
                there.reviewers["north"].affiliations.get().organisation,
                "reviewer",
            )
    assert asked[0] == asked[1]
