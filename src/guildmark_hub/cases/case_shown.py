"""What a case's page and a reviewer's screen hold, read from the database."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from guildmark_hub.cases import checklist, drawing, ended, moving, reading, reviewing
from guildmark_hub.cases.models import Case, Line, Question, Review
from guildmark_hub.catalog import beside_findings
from guildmark_hub.catalog.beside_findings import Beside
from guildmark_hub.catalog.models import Claim, Entry
from guildmark_hub.council import stakes
from guildmark_hub.people.models import Act, Person

State = Case.State
BEFORE_REVIEWS = (State.DRAFT, State.SUBMITTED, State.SCREENING)
DONE = {
    "begin": "began a draft",
    "submit": "submitted it",
    "screen": "took it in",
    "send_back": "sent it back",
    "drawn": "drew reviewers",
    "draw": "the review begins",
    "too_few": "too few may be drawn",
    "decline": "declined to review it",
    "take_out": "took a reviewer out",
    "begin_review": "began to review",
    "submit_review": "sent a review",
    "ask": "the review waits",
    "question": "asked its makers",
    "answer": "the review goes on",
    "answer_question": "answered a reviewer",
    "wait_no_more": "waited long enough",
    "reply": "replied",
    "recommend": "both reviews are in",
    "propose": "brought it before its group",
    "withdraw": "withdrew it",
}
"""What the trail's verbs say, in words; others speak for themselves."""
HISTORY = 200
NOTHING: dict[str, Any] = dict.fromkeys(
    ("submit", "withdraw", "screen", "draw", "review", "answer", "reply", "conflicts")
)
"""What somebody who is not signed in may do."""
OTHERS = ("review", "reproduction", "rebuttal")


class Answered(NamedTuple):
    """A line of the checklist with what a reviewer answered, and whether that is another answer than the machine's."""

    line: checklist.Line
    answer: Line | None
    differs: bool


class Shown(NamedTuple):
    """A review as everybody reads it: its answers only when both reviews are in."""

    review: Review
    lines: tuple[Answered, ...]
    tally: tuple[tuple[str, int], ...]


class Wrong(NamedTuple):
    """Why an answer could not be kept, and what was sent: the answer and its words."""

    says: str
    sent: tuple[str, str] | None


class Asked(NamedTuple):
    """A line on a reviewer's screen, with her answer, what others found, and what is said of it."""

    number: int
    line: checklist.Line
    answer: Line | None
    others: tuple[tuple[str, str], ...]
    said: tuple[Beside, ...]
    wrong: str = ""
    sent: tuple[str, str] | None = None
    """What was sent and could not be kept."""

    @property
    def differs(self) -> bool:
        """Whether somebody else found another answer."""
        return any(outcome != self.line.outcome for _, outcome in self.others)


def name_of(slug: str) -> str:
    """What an entry is called; its slug where no edition shows it now."""
    found = Entry.objects.filter(edition__current=True, slug=slug).values_list("name", flat=True).first()
    return found or slug


def of(case: Case, reader: Person | None, now: datetime) -> dict[str, Any]:
    """A case's page."""
    open_to_all = case.state not in (*BEFORE_REVIEWS, *drawing.REVIEWING)
    every = list(case.reviews.select_related("person", "organisation").prefetch_related("lines"))
    lines = reading.lines(case) if open_to_all and any(one.submitted_at for one in every) else ()
    return {
        "case": case,
        "name": name_of(case.slug),
        "standard": reading.judged_by(case),
        "reviews": [_shown(one, lines) for one in every if one.counts],
        "left": [one for one in every if not one.counts],
        "open_to_all": open_to_all,
        "questions": list(case.questions.select_related("review__person", "answered_by", "organisation")),
        "replies": list(case.replies.select_related("person", "organisation")),
        "draws": [_draw(one) for one in case.candidates],
        "history": history(case),
        "ends": ended.of(case, reader, now),
        "may": _may(case, reader, now) if reader else NOTHING,
    }


def _shown(review: Review, lines: Iterable[checklist.Line]) -> Shown:
    held = {one.requirement: one for one in review.lines.all()}
    answered = tuple(_answered(line, held.get(line.requirement)) for line in lines) if review.submitted_at else ()
    given = [one.answer.answer for one in answered if one.answer]
    tally = tuple((label, given.count(value)) for value, label in Line.Answer.choices if value in given)
    return Shown(review, answered, tally)


def _answered(line: checklist.Line, answer: Line | None) -> Answered:
    return Answered(line, answer, bool(answer and checklist.differs(line, answer.answer)))


def _draw(record: dict[str, Any]) -> dict[str, Any]:
    """A draw, with the names of those who were in it."""
    keys = [int(one["id"].partition(":")[2]) for one in record["candidates"]]
    names = {f"person:{one.pk}": str(one) for one in Person.objects.filter(pk__in=keys)}
    told = [{**one, "name": names.get(one["id"], one["id"])} for one in record["candidates"]]
    return {**record, "candidates": told, "drawn": [names.get(one, one) for one in record["drawn"]]}


def history(case: Case) -> list[tuple[Act, str, str]]:
    """What was done with a case, the newest first, in words, and the state that it came to by it; the answers of a
    review are no part of it."""
    acts = Act.objects.filter(of=moving.named(case)).exclude(did__in=("cases.answer_line", "cases.agree"))
    told = []
    for one in acts[:HISTORY]:
        verb = one.did.partition(".")[2]
        state = one.after.get("state", "") if isinstance(one.after, dict) else ""
        told.append((one, DONE.get(verb, verb.replace("_", " ")), state))
    return told


def _may(case: Case, reader: Person, now: datetime) -> dict[str, Any]:
    """What the reader may do here; nothing is written."""
    submits = moving.submits(reader, case)
    speaks = moving.side(reader, case, now)[0]
    own = case.reviews.filter(person=reader, declined_at=None).first()
    return {
        "submit": submits and case.state == State.DRAFT,
        "withdraw": submits and case.state in (*BEFORE_REVIEWS, *drawing.REVIEWING, State.RECOMMENDATION),
        "screen": case.state == State.SUBMITTED and moving.screens(reader, case, now),
        "draw": case.state == State.SCREENING and moving.screens(reader, case, now),
        "review": own if own and case.state in drawing.REVIEWING else None,
        "answer": {one.pk for one in reviewing.open_questions(case, now)} if speaks else set(),
        "reply": speaks and case.state in reviewing.REPLIED,
        "conflicts": stakes.reasons(reader, case.slug, now.date()),
    }


def screen(review: Review, wrong: dict[str, Wrong], now: datetime) -> dict[str, Any]:
    """A reviewer's screen; `wrong` holds the answers that were just sent and could not be kept."""
    case = review.case
    asked = list(_asked(review, wrong))
    by_section = [(id, title, [one for one in asked if one.line.section == id]) for id, title, _ in checklist.SECTIONS]
    return {
        "case": case,
        "review": review,
        "name": name_of(case.slug),
        "standard": reading.judged_by(case),
        "sections": [one for one in by_section if one[2]],
        "progress": progress(review, asked),
        "agreeable": sum(one.answer is None for one in asked if one.line.section == "passed"),
        "questions": list(review.questions.select_related("answered_by", "organisation")),
        "others": others(case),
        "replies": list(case.replies.select_related("person", "organisation")),
        "due": review.due_at,
        "late": review.due_at <= now,
        "alone": False,
    }


def progress(review: Review, asked: Iterable[Asked] | None = None) -> dict[str, int]:
    """How many lines have an answer, of how many."""
    every = len(reading.lines(review.case)) if asked is None else len(list(asked))
    return {"answered": review.lines.count(), "of": every}


def one_line(review: Review, requirement: str, wrong: dict[str, Wrong]) -> Asked | None:
    """A line alone, as the screen shows it."""
    return next((one for one in _asked(review, wrong) if one.line.requirement == requirement), None)


def _asked(review: Review, wrong: dict[str, Wrong]) -> Iterable[Asked]:
    case = review.case
    held = {one.requirement: one for one in review.lines.all()}
    found = _found_by_others(case)
    said: dict[str, list[Beside]] = {}
    for one in beside_findings.said_of(case.slug):
        said.setdefault(one.check, []).append(one)
    for number, line in enumerate(reading.lines(case), 1):
        id = line.requirement
        others = tuple((name, outcomes[id]) for name, outcomes in found if id in outcomes)
        beside = tuple(said.get(id, ())) if line.known else ()
        refused = wrong.get(id, Wrong("", None))
        yield Asked(number, line, held.get(id), others, beside, refused.says, refused.sent)


def _found_by_others(case: Case) -> list[tuple[str, dict[str, str]]]:
    """What other organisations found of the same bytes, the newest of each."""
    same = Claim.objects.filter(digest=case.digest, kind="assessment", state=Claim.State.ACTIVE)
    newest: dict[str, dict[str, str]] = {}
    for one in same.exclude(organisation=case.claim.organisation_id).select_related("organisation"):
        newest.setdefault(one.organisation.name, one.outcomes)
    return list(newest.items())


def others(case: Case) -> list[Claim]:
    """What others signed about the same bytes, beside assessments."""
    found = Claim.objects.filter(digest=case.digest, kind__in=OTHERS, state=Claim.State.ACTIVE)
    return list(found.select_related("organisation")[:20])


def question_of(pk: int) -> Question | None:
    """A question with its case."""
    return Question.objects.select_related("case__group", "review__person").filter(pk=pk).first()
