"""A review: line by line, questions and answers, replies; what it takes to send it."""

import pytest
from django.core.exceptions import PermissionDenied
from tests.hub import reviewed
from tests.hub.reviewed import DAY, NOW

from guildmark.errors import AskedWrongly

pytestmark = pytest.mark.usefixtures("small")


@pytest.fixture
def there():
    return reviewed.town(3, no_harmful_acts="failed")


@pytest.fixture
def review(there):
    return reviewed.in_review(there).reviews.select_related("person", "case", "organisation").first()


def reviewing():
    from guildmark_hub.cases import reviewing

    return reviewing


def test_only_who_was_drawn_opens_a_review(there, review):
    others = [there.maker, there.chair, *(one for one in there.reviewers.values() if one.pk != review.person_id)]
    for one in others:
        with pytest.raises(PermissionDenied):
            reviewing().mine(one, review.pk, NOW)
    assert reviewing().mine(review.person, review.pk, NOW).pk == review.pk


def test_an_answer_against_the_machine_needs_words(review):
    answer = reviewing().answer
    with pytest.raises(AskedWrongly) as raised:
        answer(review.person, review.pk, "no_harmful_acts", "yes", "", NOW)
    assert "the machine did not pass this" in raised.value.hint
    with pytest.raises(AskedWrongly):
        answer(review.person, review.pk, "licence_open", "no", " ", NOW)
    assert answer(review.person, review.pk, "licence_open", "yes", "", NOW).answer == "yes"
    held = answer(review.person, review.pk, "no_harmful_acts", "yes", "It runs in a test only.", NOW)
    assert held.says == "It runs in a test only."
    assert review.lines.count() == 2


def test_an_answer_is_changed_and_not_kept_twice(review):
    answer = reviewing().answer
    answer(review.person, review.pk, "licence_open", "yes", "", NOW)
    answer(review.person, review.pk, "licence_open", "no", "It is not.", NOW + DAY)
    assert review.lines.get().answer == "no"


@pytest.mark.parametrize(("requirement", "given"), [("not_there", "yes"), ("licence_open", "maybe"), ("", "")])
def test_what_the_checklist_does_not_ask_is_not_answered(review, requirement, given):
    with pytest.raises(AskedWrongly):
        reviewing().answer(review.person, review.pk, requirement, given, "x", NOW)


def test_to_agree_fills_what_the_machine_passed_and_no_other_line(review):
    from guildmark_hub.cases import checklist, reading

    reviewing().answer(review.person, review.pk, "licence_open", "unsure", "I could not find the text.", NOW)
    passed = checklist.agreeing(reading.lines(review.case))
    assert reviewing().agree(review.person, review.pk, NOW) == len(passed) - 1
    assert reviewing().agree(review.person, review.pk, NOW) == 0
    held = dict(review.lines.values_list("requirement", "answer"))
    assert held == {**passed, "licence_open": "unsure"}
    assert "no_harmful_acts" not in held


def test_a_review_is_sent_when_every_line_is_answered(review):
    send = reviewing().submit_review
    with pytest.raises(AskedWrongly, match="have no answer"):
        send(review.person, review.pk, "agrees", "Good.", NOW)
    reviewed.answered(review)
    with pytest.raises(AskedWrongly):
        send(review.person, review.pk, "agrees", "", NOW)
    with pytest.raises(AskedWrongly):
        send(review.person, review.pk, "perhaps", "Good.", NOW)
    send(review.person, review.pk, "agrees", "Good.", NOW)
    assert send(review.person, review.pk, "agrees", "Good.", NOW + DAY).submitted_at == NOW
    with pytest.raises(AskedWrongly, match="was sent"):
        reviewing().answer(review.person, review.pk, "licence_open", "no", "Oh.", NOW)


def test_who_says_that_a_line_does_not_hold_does_not_recommend_it(review):
    reviewed.answered(review, licence_open="no")
    with pytest.raises(AskedWrongly, match="does not hold"):
        reviewing().submit_review(review.person, review.pk, "agrees", "Good.", NOW)
    assert reviewing().submit_review(review.person, review.pk, "disagrees", "No.", NOW).outcome == "disagrees"


def test_a_question_stops_the_review_until_its_answer_and_no_time_runs(there, review):
    case, due = review.case, review.due_at
    asked = reviewing().ask(review.person, review.pk, "Why does it open a socket?", NOW)
    assert reviewing().ask(review.person, review.pk, "Why does it open a socket?", NOW).pk == asked.pk
    case.refresh_from_db()
    assert case.state == "clarification"
    reviewed.answered(review)
    with pytest.raises(AskedWrongly, match="still waits"):
        reviewing().submit_review(review.person, review.pk, "agrees", "Good.", NOW)
    with pytest.raises(PermissionDenied):
        reviewing().answer_question(there.chair, asked.pk, "Because.", NOW)
    later = NOW + 3 * DAY
    reviewing().answer_question(there.maker, asked.pk, "To hear the microphone.", later)
    case.refresh_from_db()
    review.refresh_from_db()
    assert (case.state, review.due_at) == ("review", due + 3 * DAY)
    with pytest.raises(AskedWrongly, match="answered already"):
        reviewing().answer_question(there.maker, asked.pk, "Or not.", later)


def test_a_question_that_nobody_answers_is_waited_for_14_days(review):
    from guildmark_hub.cases import acts

    reviewing().ask(review.person, review.pk, "Why?", NOW)
    assert acts.go_on(NOW + 14 * DAY - DAY / 24)["went_on"] == 0
    done = acts.go_on(NOW + 14 * DAY)
    review.case.refresh_from_db()
    assert (review.case.state, done["taken_out"]) == ("review", 0)


def test_a_question_of_who_declines_is_waited_for_no_more(review):
    from guildmark_hub.cases import acts

    reviewing().ask(review.person, review.pk, "Why?", NOW)
    acts.decline(review.person, review.pk, "I am away.", NOW)
    review.case.refresh_from_db()
    assert review.case.state == "review"


def test_the_subjects_side_replies_and_stops_nothing(there, review, alliance):
    from guildmark_hub.answers.models import Ownership

    with pytest.raises(PermissionDenied):
        reviewing().reply(there.chair, review.case, "It is fine.", NOW)
    first = reviewing().reply(there.maker, review.case, "It is fine.", NOW)
    assert reviewing().reply(there.maker, review.case, "It is fine.", NOW).pk == first.pk
    alone = alliance.person("Olga Owner")
    given = {"word": "w" * 40, "where": "pkg:pypi/guard", "state": "proved", "proved_at": NOW}
    Ownership.objects.create(slug="guard", person=alone, expires_at=NOW + 90 * DAY, **given)
    assert reviewing().reply(alone, review.case, "I keep it.", NOW).organisation is None
    review.case.refresh_from_db()
    assert review.case.state == "review"


def test_who_asked_for_another_case_of_the_same_entry_does_not_speak_for_the_subject(there, review, alliance):
    from guildmark_hub.cases import moving
    from guildmark_hub.cases.models import Case

    case, rival = review.case, alliance.person("Rival")
    elsewhere = alliance.organisation("elsewhere")
    alliance.belongs(rival, elsewhere, "owner")
    other = Case.objects.get(pk=case.pk)
    other.pk, other.once, other.state, other.person, other.organisation = None, "rival", "rejected", rival, elsewhere
    other.save(force_insert=True)
    assert moving.side(there.maker, case, NOW) == (True, there.acme)
    assert moving.side(rival, case, NOW) == (False, None)
    assert moving.side(rival, other, NOW) == (True, elsewhere)
    asked = reviewing().ask(review.person, review.pk, "Why?", NOW)
    with pytest.raises(PermissionDenied):
        reviewing().answer_question(rival, asked.pk, "Because it is bad.", NOW)


@pytest.mark.parametrize("what", ["answer", "agree", "ask", "send"])
@pytest.mark.parametrize("meanwhile", ["sent", "taken out", "withdrawn"])
def test_what_comes_a_moment_too_late_is_not_kept(review, monkeypatch, what, meanwhile):
    """Between the look whether she may and the write another request ends it."""
    from guildmark_hub.cases.models import Case, Review

    reviewed.answered(review)
    before = review.lines.count()
    real = reviewing().mine

    def ended(person, pk, now):
        found = real(person, pk, now)
        changed = {"sent": {"submitted_at": NOW, "outcome": "disagrees"}, "taken out": {"declined_at": NOW}}
        Review.objects.filter(pk=pk).update(**changed.get(meanwhile, {"begun_at": NOW}))
        if meanwhile == "withdrawn":
            Case.objects.filter(pk=found.case_id).update(state="withdrawn")
        return found

    monkeypatch.setattr(reviewing(), "mine", ended)
    act = reviewing()
    acts = {
        "answer": lambda: act.answer(review.person, review.pk, "licence_open", "no", "It is not.", NOW),
        "agree": lambda: act.agree(review.person, review.pk, NOW),
        "ask": lambda: act.ask(review.person, review.pk, "Why?", NOW),
        "send": lambda: act.submit_review(review.person, review.pk, "agrees", "Good.", NOW),
    }
    with pytest.raises(AskedWrongly):
        acts[what]()
    review.refresh_from_db()
    assert (review.lines.count(), review.lines.get(requirement="licence_open").answer) == (before, "yes")
    assert review.outcome == ("disagrees" if meanwhile == "sent" else "")
    assert not review.questions.exists()
