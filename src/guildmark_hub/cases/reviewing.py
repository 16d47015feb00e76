"""What reviewers do: answer line by line, ask the subject's side, send what they found; and what that side says."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from guildmark import plain
from guildmark.errors import AskedWrongly
from guildmark_hub.cases import checklist, drawing, moving, reading
from guildmark_hub.cases.models import Case, Line, Question, Reply, Review
from guildmark_hub.council import telling
from guildmark_hub.council.proposing import lines, readable
from guildmark_hub.people import trail
from guildmark_hub.people.models import Person

State = Case.State
WAITS = timedelta(days=14)
"""How long a review waits for an answer of the subject's side."""
MOST_QUESTIONS, MOST_REPLIES = 20, 20
LONGEST_LINE, LONGEST_QUESTION, LONGEST = 4_000, 4_000, 8_000
REPLIED = (State.REVIEW, State.CLARIFICATION, State.RECOMMENDATION, State.DECISION)


def mine(person: Person, pk: int, now: datetime) -> Review:
    """A review that she was drawn for and may work at; raises PermissionDenied, AskedWrongly. Nothing is written."""
    found = Review.objects.select_related("person", "organisation", "case__group", "case__claim__bundle")
    review = found.filter(pk=pk).first()
    if review is None or review.person_id != person.pk:
        raise PermissionDenied("Only who was drawn for this review may open it")
    if review.declined_at:
        raise PermissionDenied(f"You do not review this case any more: {review.why}")
    if review.submitted_at is None and (why := drawing.barred(review, now)):
        raise PermissionDenied(f"You cannot review this case any more: {why}")
    return review


def _work(person: Person, pk: int, now: datetime) -> Review:
    """The same, for who is about to write; who may not go on is taken out, and that is kept."""
    try:
        review = mine(person, pk, now)
    except PermissionDenied:
        held = Review.objects.select_related("case").filter(pk=pk, person=person, declined_at=None).first()
        if held:
            drawing.look(held.case, now)
        raise
    _must_be_open(review)
    return review


def _must_be_open(review: Review) -> None:
    """Whether it may still be written at; raises AskedWrongly."""
    moving.must_be_in(review.case, *drawing.REVIEWING)
    if review.declined_at:
        raise AskedWrongly("you do not review this case any more", "load its page again")
    if review.submitted_at:
        raise AskedWrongly("your review was sent, and stands as it is", "say the rest in the group's discussion")


def _now(review: Review) -> Review:
    """As it is within the transaction of a write: it may have been sent, or taken out, a moment ago."""
    return Review.objects.select_related("case").get(pk=review.pk)


def begin_review(person: Person, pk: int, now: datetime | None = None) -> Review:
    """She has begun; written once."""
    at = now or timezone.now()
    review = _work(person, pk, at)
    with transaction.atomic():
        if Review.objects.filter(pk=review.pk, begun_at=None).update(begun_at=at):
            trail.keep(person, "cases.begin_review", moving.named(review.case), None, {"review": review.pk})
    review.begun_at = review.begun_at or at
    return review


def answer(person: Person, pk: int, requirement: str, given: str, says: str, now: datetime | None = None) -> Line:
    """Answer a line, or answer it otherwise, until the review is sent; raises PermissionDenied, AskedWrongly."""
    at = now or timezone.now()
    return _answered(begin_review(person, pk, at), requirement, given, says, at)


def answer_each(
    person: Person, pk: int, given: Mapping[str, tuple[str, str]], now: datetime | None = None
) -> dict[str, AskedWrongly]:
    """Answer several lines, each with its words; why some could not be kept. Raises PermissionDenied, AskedWrongly."""
    at, wrong = now or timezone.now(), {}
    review = begin_review(person, pk, at)
    for requirement, (chosen, says) in given.items():
        try:
            _answered(review, requirement, chosen, says, at)
        except AskedWrongly as error:
            wrong[requirement] = error
    return wrong


def _answered(review: Review, requirement: str, given: str, says: str, at: datetime) -> Line:
    says = lines(says).strip()
    line = next((one for one in reading.lines(review.case) if one.requirement == requirement), None)
    if line is None:
        raise AskedWrongly(f"the checklist has no line {plain.name(requirement, 80)}", "load the page again")
    if given not in Line.Answer.values:
        raise AskedWrongly("choose one of the answers", "whether it holds, as you saw it")
    readable(says, "word about it", LONGEST_LINE, empty=True)
    if not says and (why := checklist.needs_words(line, given)):
        raise AskedWrongly("this answer needs a word", why)
    with transaction.atomic():
        _must_be_open(_now(review))
        before = review.lines.filter(requirement=requirement).first()
        if before and (before.answer, before.says) == (given, says):
            return before
        told = {"answer": given, "says": says, "at": at}
        made, _ = Line.objects.update_or_create(review=review, requirement=requirement, defaults=told)
        was = {"answer": before.answer} if before else None
        after = {"review": review.pk, "requirement": requirement, "answer": given}
        trail.keep(review.person, "cases.answer_line", moving.named(review.case), was, after)
    return made


def agree(person: Person, pk: int, now: datetime | None = None) -> int:
    """Agree with the machine on all that it passed and she has not answered; how many lines. Each can be changed."""
    at = now or timezone.now()
    review = begin_review(person, pk, at)
    agreeing = checklist.agreeing(reading.lines(review.case))
    with transaction.atomic():
        _must_be_open(_now(review))
        there = set(review.lines.values_list("requirement", flat=True))
        left = {id: given for id, given in agreeing.items() if id not in there}
        made = [Line(review=review, requirement=id, answer=given, at=at) for id, given in left.items()]
        Line.objects.bulk_create(made)
        if made:
            after = {"review": review.pk, "requirements": sorted(left)}
            trail.keep(person, "cases.agree", moving.named(review.case), None, after)
    return len(made)


def ask(person: Person, pk: int, asks: str, now: datetime | None = None) -> Question:
    """Ask the subject's side; the case waits for the answer. Raises PermissionDenied, AskedWrongly."""
    at, asks = now or timezone.now(), lines(asks).strip()
    readable(asks, "question", LONGEST_QUESTION)
    review = begin_review(person, pk, at)
    with transaction.atomic():
        case = moving.fresh(review.case)
        same = review.questions.filter(asks=asks).first()
        if same:
            return same
        _must_be_open(_now(review))
        if review.questions.count() >= MOST_QUESTIONS:
            raise AskedWrongly(f"you have asked {MOST_QUESTIONS} questions", "say what you could not find out")
        made = Question.objects.create(case=case, review=review, asks=asks, at=at, due_at=at + WAITS)
        if case.state == State.REVIEW:
            case = moving.move(case, "ask", State.CLARIFICATION, person, at, before=State.REVIEW)
        trail.keep(person, "cases.question", moving.named(case), None, {"question": made.pk})
        says = f"A reviewer asks something in case {case.pk}, {case.slug} {case.version}"
        telling.tell(moving.on_its_side(case, at), says, case.get_absolute_url(), now=at)
    return made


def open_questions(case: Case, now: datetime) -> QuerySet[Question]:
    """Questions that still wait for an answer."""
    return case.questions.filter(answered_at=None, due_at__gt=now, review__declined_at=None)


def answer_question(person: Person, pk: int, says: str, now: datetime | None = None) -> Question:
    """The subject's side answers, once; with the last answer the review goes on. Raises PermissionDenied,
    AskedWrongly."""
    at, says = now or timezone.now(), lines(says).strip()
    readable(says, "answer", LONGEST)
    with transaction.atomic():
        asked = Question.objects.select_related("case", "review__person").filter(pk=pk).first()
        if asked is None:
            raise AskedWrongly("there is no such question", "load the case's page again")
        of = moving.must_speak(person, asked.case, at)
        if asked.answered_at:
            if asked.answered_by_id == person.pk and asked.answer == says:
                return asked
            raise AskedWrongly("it was answered already", "say what is to be added as a reply to the reviews")
        moving.must_be_in(asked.case, *drawing.REVIEWING)
        asked.answer, asked.answered_by, asked.organisation, asked.answered_at = says, person, of, at
        asked.save(update_fields=["answer", "answered_by", "organisation", "answered_at"])
        trail.keep(person, "cases.answer_question", moving.named(asked.case), None, {"question": asked.pk})
        case = asked.case
        told = f"A question in case {case.pk}, {case.slug} {case.version}, was answered"
        telling.tell([asked.review.person], told, case.get_absolute_url(), now=at)
        settle(case, at, person)
    return asked


def reply(person: Person, case: Case, says: str, now: datetime | None = None) -> Reply:
    """The subject's side says something to the reviews; it stands beside them, and stops nothing."""
    at, says = now or timezone.now(), lines(says).strip()
    readable(says, "reply", LONGEST)
    with transaction.atomic():
        one = moving.fresh(case)
        of = moving.must_speak(person, one, at)
        moving.must_be_in(one, *REPLIED)
        last = one.replies.filter(person=person).last()
        if last and last.says == says:
            return last
        if one.replies.filter(person=person).count() >= MOST_REPLIES:
            raise AskedWrongly(f"you have replied {MOST_REPLIES} times", "what you said stands beside the reviews")
        made = Reply.objects.create(case=one, person=person, organisation=of, says=says, at=at)
        trail.keep(person, "cases.reply", moving.named(one), None, {"reply": made.pk})
    return made


def submit_review(person: Person, pk: int, outcome: str, says: str, now: datetime | None = None) -> Review:
    """Send a review in which every line is answered; with the last one the case goes to its group.

    Raises PermissionDenied, AskedWrongly."""
    at, says = now or timezone.now(), lines(says).strip()
    sent = Review.objects.filter(pk=pk, person=person, declined_at=None).exclude(submitted_at=None).first()
    if sent and (sent.outcome, sent.says) == (outcome, says):
        return sent
    review = _work(person, pk, at)
    readable(says, "word to the group", LONGEST)
    if outcome not in Review.Outcome.values:
        raise AskedWrongly("choose what the group should do", "accept it, or not")
    with transaction.atomic():
        found = _now(review)
        if found.submitted_at and (found.outcome, found.says) == (outcome, says):
            return found
        _must_be_open(found)
        held = dict(review.lines.values_list("requirement", "answer"))
        _whole(review, held, outcome)
        if open_questions(review.case, at).filter(review=review).exists():
            raise AskedWrongly("your question still waits for its answer", "send the review when it is there, or late")
        Review.objects.filter(pk=pk).update(submitted_at=at, outcome=outcome, says=says)
        after = {"review": review.pk, "outcome": outcome}
        trail.keep(person, "cases.submit_review", moving.named(review.case), None, after)
        settle(review.case, at)
    review.refresh_from_db()
    return review


def _whole(review: Review, held: Mapping[str, str], outcome: str) -> None:
    every = reading.lines(review.case)
    if missing := [line for line in every if line.requirement not in held]:
        left = plain.counted(len(missing), "line")
        raise AskedWrongly(f"{left} of the checklist {'has' if len(missing) == 1 else 'have'} no answer", "answer them")
    if outcome == Review.Outcome.AGREES and (no := [line for line in every if held[line.requirement] == "no"]):
        hint = "change the line, or say that it does not hold"
        raise AskedWrongly(f"you answered that this does not hold: {plain.name(no[0].asks, 100)}", hint)


def settle(case: Case, now: datetime, person: Person | None = None) -> Case:
    """Go on where nothing is waited for: back to the review, and on to the recommendation; in the caller's
    transaction."""
    one = moving.fresh(case)
    if one.state == State.CLARIFICATION and not open_questions(one, now).exists():
        waited = max(now - one.state_at, timedelta())
        verb = "answer" if person else "wait_no_more"
        one = moving.move(one, verb, State.REVIEW, person, now, before="")
        late = one.reviews.filter(declined_at=None, submitted_at=None)
        late.update(due_at=F("due_at") + waited)
        says = f"The review of case {one.pk}, {one.slug} {one.version}, goes on"
        telling.tell([each.person for each in late.select_related("person")], says, one.get_absolute_url(), now=now)
    held = drawing.reviews(one)
    if one.state == State.REVIEW and len(held) == drawing.REVIEWERS and all(each.submitted_at for each in held):
        one = _recommend(one, held, now)
    return one


def _recommend(case: Case, held: list[Review], now: datetime) -> Case:
    """Both reviews are in: whoever had a conflict when she sent hers drops out, else the group is asked to decide."""
    from guildmark_hub.cases import ending  # which stands on what is done here

    if out := [(each, why) for each in held if (why := drawing.barred(each, now))]:
        for each, why in out:
            drawing.leave(each, why, None, now)
        return moving.fresh(case)
    says = " and ".join(sorted({Review.Outcome(each.outcome).label for each in held}))
    one = moving.move(case, "recommend", State.RECOMMENDATION, None, now, why=f"The reviewers: {says}")
    told = f"Both reviews of {one.slug} {one.version} are in"
    side = moving.on_its_side(one, now)
    telling.tell(side, told, one.get_absolute_url(), one.slug, now)
    ending.to_decision(one, now)
    return moving.fresh(one)
