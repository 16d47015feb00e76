"""What is done with a case before and after its reviews: begun, submitted, screened, sent back, withdrawn."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from guildmark.errors import AskedWrongly, GuildmarkError
from guildmark.standard import Standard
from guildmark_hub.cases import drawing, moving, reading, reviewing
from guildmark_hub.cases.models import Case, Review
from guildmark_hub.cases.states import OPEN
from guildmark_hub.catalog.models import Claim, Entry
from guildmark_hub.council import powers, telling
from guildmark_hub.council.models import Group
from guildmark_hub.council.proposing import concerned, lines, readable
from guildmark_hub.people import roles, trail
from guildmark_hub.people.models import Organisation, Person

_log = logging.getLogger("guildmark_hub.cases")
State = Case.State
MOST_DRAFTS, LONGEST, LONGEST_WORD = 20, 4_000, 2_000


def begin(
    person: Person,
    organisation: Organisation,
    group: Group,
    claim: Claim,
    standard: Standard,
    *,
    says: str = "",
    once: str,
    renews: Case | None = None,
    now: datetime | None = None,
) -> Case:
    """Begin a case about the release that a claim assesses; the same form of the same person gives the same case.

    Raises PermissionDenied, AskedWrongly."""
    at, says = now or timezone.now(), lines(says).strip()
    readable(says, "word about it", LONGEST, empty=True)
    with transaction.atomic():
        found = Case.objects.filter(person=person, once=once[:64]).first()
        if found:
            return found
        if not roles.has(person, "member", organisation):
            raise PermissionDenied(f"Only members of {organisation.name} may begin a case for it")
        if Case.objects.filter(person=person, state=State.DRAFT).count() >= MOST_DRAFTS:
            raise AskedWrongly(f"you have {MOST_DRAFTS} cases that are drafts", "submit or withdraw some of them")
        _reviewable(claim, standard, at)
        _works(group)
        made = Case(slug=claim.slug, version=claim.version, digest=claim.digest, purl=claim.purl, claim=claim)
        made.standard, made.standard_version, made.group = standard.id, standard.version, group
        made.person, made.organisation, made.says, made.renews = person, organisation, says, renews
        made.once, made.made_at, made.state_at = once[:64], at, at
        made.save()
        after = {"entry": made.slug, "version": made.version, "digest": made.digest, "standard": standard.id}
        trail.keep(person, "cases.begin", moving.named(made), None, after | {"group": group.slug})
    return made


def submit(person: Person, case: Case, now: datetime | None = None) -> Case:
    """Ask its group to look at it; raises PermissionDenied, AskedWrongly."""
    at = now or timezone.now()
    with transaction.atomic():
        one = moving.fresh(case)
        moving.must_submit(person, one)
        if one.state == State.SUBMITTED:
            return one
        moving.must_be_in(one, State.DRAFT)
        _reviewable(one.claim, reading.judged_by(one), at)
        _works(one.group)
        same = Case.objects.filter(digest=one.digest, standard=one.standard, standard_version=one.standard_version)
        if other := same.filter(state__in=OPEN).first():
            raise AskedWrongly(f"case {other.pk} is open about the same release", "wait for it, or take part in it")
        one = moving.move(one, "submit", State.SUBMITTED, person, at)
        says = f"{one.organisation.name} asks to have {one.slug} {one.version} vetted: case {one.pk}"
        telling.tell(concerned(one.group, at), says, one.get_absolute_url(), one.slug, at)
    return one


def screen(person: Person, case: Case, now: datetime | None = None) -> Case:
    """Take a case in, and draw its reviewers; raises PermissionDenied, AskedWrongly."""
    at = now or timezone.now()
    with transaction.atomic():
        one = moving.fresh(case)
        moving.must_screen(person, one, at)
        moving.must_be_in(one, State.SUBMITTED)
        _reviewable(one.claim, reading.judged_by(one), at)
        one = moving.move(one, "screen", State.SCREENING, person, at)
        return drawing.begin(one, person, at)


def draw(person: Person | None, case: Case, now: datetime | None = None) -> Case:
    """Draw the reviewers of a case for which too few could be drawn before; raises PermissionDenied, AskedWrongly."""
    at = now or timezone.now()
    with transaction.atomic():
        one = moving.fresh(case)
        if person:
            moving.must_screen(person, one, at)
        moving.must_be_in(one, State.SCREENING)
        return drawing.begin(one, person, at)


def send_back(person: Person, case: Case, why: str, now: datetime | None = None) -> Case:
    """Give it back to who submitted it, with a word; raises PermissionDenied, AskedWrongly."""
    at, why = now or timezone.now(), lines(why).strip()
    readable(why, "word about it", LONGEST_WORD)
    with transaction.atomic():
        one = moving.fresh(case)
        moving.must_screen(person, one, at)
        moving.must_be_in(one, State.SUBMITTED, State.SCREENING)
        one = moving.move(one, "send_back", State.DRAFT, person, at, why=why)
        says = f"Case {one.pk}, {one.slug} {one.version}, was sent back: {why}"
        telling.tell([one.person], says, one.get_absolute_url(), now=at)
    return one


def withdraw(person: Person, case: Case, why: str, now: datetime | None = None) -> Case:
    """Who submitted it wants it no more; until its group decides. Raises PermissionDenied, AskedWrongly."""
    at, why = now or timezone.now(), lines(why).strip()
    readable(why, "word about it", LONGEST_WORD, empty=True)
    with transaction.atomic():
        one = moving.fresh(case)
        moving.must_submit(person, one)
        if one.state == State.WITHDRAWN:
            return one
        one = moving.move(one, "withdraw", State.WITHDRAWN, person, at, why=why)
        told = [each.person for each in drawing.reviews(one)]
        says = f"Case {one.pk}, {one.slug} {one.version}, was withdrawn by {one.organisation.name}"
        telling.tell(told, says, one.get_absolute_url(), one.slug, at)
    return one


def decline(person: Person, pk: int, why: str, now: datetime | None = None) -> None:
    """Who was drawn does not review it; another is drawn. Raises PermissionDenied, AskedWrongly."""
    at, why = now or timezone.now(), lines(why).strip()
    readable(why, "word about it", LONGEST_WORD)
    with transaction.atomic():
        review = Review.objects.select_related("case", "person").filter(pk=pk).first()
        if review is None or review.person_id != person.pk:
            raise PermissionDenied("Only who was drawn for this review may decline it")
        if review.declined_at:
            return
        moving.must_be_in(review.case, *drawing.REVIEWING)
        if review.submitted_at:
            raise AskedWrongly("your review was sent, and stands as it is", "tell the chairs of the group")
        drawing.leave(review, why, person, at)
        reviewing.settle(review.case, at)


@contextmanager
def apart(named: str, failed: dict[str, str]) -> Iterator[None]:
    """One that cannot be brought on is told in `failed`, and holds up no other."""
    try:
        yield
    except GuildmarkError as error:
        _log.warning("%s was not brought on: %s", named, error.says)
        failed[named] = f"{error.says}: {error.hint}"


def go_on(now: datetime, failed: dict[str, str] | None = None) -> dict[str, int]:
    """What time brings: reviewers who are late or in conflict are replaced, questions are waited for no more, and what
    too few could be drawn for is tried again. Each case in a transaction of its own; `failed` is told which were not
    brought on."""
    failed = {} if failed is None else failed
    done = {"taken_out": 0, "went_on": 0, "drawn": 0}
    for case in Case.objects.filter(state__in=(*drawing.REVIEWING, State.SCREENING), state_at__lte=now):
        with apart(moving.named(case), failed), transaction.atomic():
            one = moving.fresh(case)
            if one.state == State.SCREENING:
                done["drawn"] += draw(None, one, now).state == State.REVIEW
            elif one.state in drawing.REVIEWING:
                done["taken_out"] += drawing.look(one, now)
                done["went_on"] += reviewing.settle(one, now).state != one.state
    return done


def claims_for(slug: str) -> list[Claim]:
    """The assessments of an entry that a case can be about, this hub's own first, then the newest."""
    held = Claim.objects.filter(slug=slug, kind="assessment", state=Claim.State.ACTIVE).exclude(digest="")
    return list(held.select_related("organisation", "bundle").order_by("-organisation__own", "-made_at")[:50])


def groups() -> list[Group]:
    """The groups that vet: those that work, and are no panel of an appeal."""
    return [one for one in Group.objects.filter(state=Group.State.ACTIVE) if one.kind != Group.Kind.PANEL]


def _works(group: Group) -> None:
    if group not in groups():
        raise AskedWrongly(f"{group.name} vets nothing now", "choose a group that is active")
    if not powers.chairs(group, powers.today()):
        raise AskedWrongly(f"{group.name} has no chair now", "choose another group, or ask the steering committee")


def _reviewable(claim: Claim, standard: Standard, now: datetime) -> None:
    if claim.kind != "assessment" or not claim.digest:
        raise AskedWrongly("a case is about an assessment of files with a digest", "have the release vetted here first")
    if claim.state != Claim.State.ACTIVE or (claim.expires_at and claim.expires_at <= now):
        raise AskedWrongly("that assessment does not count any more", "have the release vetted anew")
    entry = Entry.objects.filter(edition__current=True, slug=claim.slug).first() if claim.slug else None
    if entry is None:
        raise AskedWrongly("that release is in no entry of the catalog", "begin at the entry's page")
    kind = reading.assessment(claim).subject.kind
    if standard.id not in {one.id for one in reading.reviewed_by(kind, now)}:
        raise AskedWrongly(
            f"{standard.title} asks for no reviews of a {kind}, as which it was assessed", "choose another"
        )
