"""Who reviews a case: drawn at random of those without a conflict of interest, and drawn anew where one drops out."""

import secrets
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from guildmark.errors import AskedWrongly
from guildmark_hub.cases import moving
from guildmark_hub.cases.models import Case, Review
from guildmark_hub.council import draw, powers, stakes, telling
from guildmark_hub.council.draw import Candidate
from guildmark_hub.people import roles, trail
from guildmark_hub.people.models import Affiliation, Organisation, Person

REVIEWERS = 2
DUE = timedelta(days=14)
REVIEWING = (Case.State.REVIEW, Case.State.CLARIFICATION)
OVERDUE = "the review was not done in time"


def reviews(case: Case) -> list[Review]:
    """Those that are, or may still come to be, the reviews of a case."""
    return list(case.reviews.filter(declined_at=None).select_related("person", "organisation"))


def candidates(case: Case, now: datetime) -> Iterator[Candidate]:
    """Who may be drawn: reviewers of other members, without a conflict, who were not drawn for it before.

    Who reviews for several organisations is drawn for the first of them by its slug; who belongs to the one that asks,
    or to the one that made the assessment, for none."""
    parties = belonging(now).filter(organisation__in=[case.organisation_id, case.claim.organisation_id])
    free = Person.objects.filter(reviewing(now), is_active=True)
    free = free.exclude(pk__in=case.reviews.values("person")).exclude(pk__in=parties.values("person"))
    beside = [one.organisation_id for one in reviews(case)]
    by_person = organisations(_reviewers(now).exclude(organisation__in=beside))
    known = stakes.facts(case.slug, now.date())
    for person in loaded(free):
        of = next(iter(by_person.get(person.pk, ())), None)
        if of and not stakes.of(person, known):
            yield Candidate(f"person:{person.pk}", of.slug, person.load)


def belonging(now: datetime) -> QuerySet[Affiliation]:
    """The affiliations with members that count."""
    return Affiliation.objects.filter(
        Q(until=None) | Q(until__gte=now.date()),
        since__lte=now.date(),
        ended_at=None,
        organisation__state=Organisation.State.MEMBER,
    )


def _reviewers(now: datetime) -> QuerySet[Affiliation]:
    return belonging(now).filter(role__in=roles.AT_LEAST["reviewer"])


def reviewing(now: datetime) -> Q:
    """Persons who review for a member."""
    return Q(pk__in=_reviewers(now).values("person"))


def organisations(held: QuerySet[Affiliation]) -> dict[int, list[Organisation]]:
    """The organisations of each person, by her key, in the order of their slugs; one question for all of them."""
    found: dict[int, list[Organisation]] = {}
    for one in held.select_related("organisation").order_by("organisation__slug", "pk"):
        found.setdefault(one.person_id, []).append(one.organisation)
    return found


def loaded(persons: QuerySet[Person]) -> QuerySet[Any]:
    """The same persons in one order, each with how many reviews she has to do, and ready to be asked for conflicts."""
    to_do = {"declined_at": None, "submitted_at": None, "case__state__in": REVIEWING}
    busy = Count("reviews", filter=Q(**{f"reviews__{name}": value for name, value in to_do.items()}), distinct=True)
    return persons.annotate(load=busy).prefetch_related(stakes.persons()).order_by("pk")


def begin(case: Case, person: Person | None, now: datetime) -> Case:
    """Draw the reviewers of a case in screening, within the caller's transaction; where too few may be drawn it stays
    there, says so, and its group's chairs are told."""
    if not _fill(case, person, now):
        return moving.fresh(case)
    return moving.move(case, "draw", Case.State.REVIEW, None, now)


def fill(case: Case, now: datetime) -> None:
    """Draw for each reviewer who is missing, within the caller's transaction."""
    if case.state in REVIEWING and len(reviews(case)) < REVIEWERS:
        _fill(case, None, now)


def _fill(case: Case, person: Person | None, now: datetime) -> bool:
    one, held = moving.fresh(case), reviews(case)
    missing = REVIEWERS - len(held)
    found = list(candidates(one, now))
    seed = secrets.token_hex(32) if not one.seed else f"{one.seed}/{secrets.token_hex(8)}"
    try:
        drawn = draw.draw(found, seed, missing)
    except AskedWrongly as error:
        _too_few(one, f"{error.says}; {error.hint}", person, now)
        return False
    record: dict[str, Any] = {"seed": seed, "count": missing, "candidates": told(found), "drawn": list(drawn)}
    one.candidates = [*one.candidates, record | {"at": now.isoformat(timespec="seconds")}]
    one.seed, one.why = one.seed or seed, ""
    one.save(update_fields=["seed", "candidates", "why"])
    trail.keep(person, "cases.drawn", moving.named(one), None, {"seed": seed, "drawn": list(drawn)})
    _ask(one, drawn, {each.id: each.organisation for each in found}, now)
    return True


def told(found: Iterable[Candidate]) -> list[dict[str, object]]:
    """Candidates as they are kept, so that anyone can draw again."""
    return [{"id": one.id, "organisation": one.organisation, "load": one.load} for one in found]


def _too_few(case: Case, why: str, person: Person | None, now: datetime) -> None:
    says = f"Not enough reviewers: {why}"
    if case.why == says:
        return
    Case.objects.filter(pk=case.pk).update(why=says)
    trail.keep(person, "cases.too_few", moving.named(case), None, {"why": says})
    chairs = powers.chairs(case.group, now.date())
    says = f"Case {case.pk}, {case.slug} {case.version}, has too few reviewers who may be drawn"
    telling.tell(chairs, says, case.get_absolute_url(), case.slug, now)


def _ask(case: Case, drawn: Iterable[str], organisations: dict[str, str], now: datetime) -> None:
    for id in drawn:
        person = Person.objects.get(pk=int(id.partition(":")[2]))
        organisation = Organisation.objects.get(slug=organisations[id])
        Review.objects.create(case=case, person=person, organisation=organisation, drawn_at=now, due_at=now + DUE)
        says = f"{person} was drawn to review case {case.pk}, {case.slug} {case.version}, for {organisation.name}"
        telling.tell([person], says, case.get_absolute_url(), case.slug, now)


def barred(review: Review, now: datetime) -> str:
    """Why a review cannot go on, or does not count: the reviewer has a conflict now, or had one when she sent it, or
    reviews for her organisation no more; empty where nothing stands against it."""
    on = review.submitted_at or now
    if found := stakes.reasons(review.person, review.case.slug, on.date()):
        return found[0]
    if review.submitted_at is None and moving.affiliation(review.person, review.organisation) is None:
        return f"{review.person} does not review for {review.organisation.name} any more"
    return ""


def overdue(review: Review, now: datetime) -> bool:
    """Whether it should have been sent; while the subject's side is asked no time runs."""
    waits = review.case.state == Case.State.CLARIFICATION
    return review.submitted_at is None and review.due_at <= now and not waits


def leave(review: Review, why: str, person: Person | None, now: datetime) -> None:
    """A reviewer drops out, and another is drawn; within the caller's transaction. `person` is None where the hub
    takes her out."""
    Review.objects.filter(pk=review.pk).update(declined_at=now, why=why[:2000])
    review.questions.filter(answered_at=None, due_at__gt=now).update(due_at=now)
    verb = "cases.decline" if person else "cases.take_out"
    trail.keep(person, verb, moving.named(review.case), None, {"reviewer": review.person_id, "why": why})
    if person is None:
        says = f"{review.person} does not review case {review.case_id} any more: {why}"
        telling.tell([review.person], says, review.case.get_absolute_url(), now=now)
    fill(moving.fresh(review.case), now)


def look(case: Case, now: datetime) -> int:
    """Take out who may not review it any more, or is late; how many. Reviewers who are missing are drawn."""
    with transaction.atomic():
        one = moving.fresh(case)
        if one.state not in REVIEWING:
            return 0
        out = 0
        for review in reviews(one):
            why = barred(review, now) or (OVERDUE if overdue(review, now) else "")
            if why:
                leave(review, why, None, now)
                out += 1
        fill(one, now)
    return out
