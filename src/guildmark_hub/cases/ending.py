"""Every write to cases from the recommendation on: brought before the group, decided, and what time makes of them.

What a case comes to, its claims come to: the decision's state in the catalog follows the case, and its marks follow
that."""

import secrets
from collections.abc import Iterator, Mapping
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q

from guildmark import plain
from guildmark.errors import AskedWrongly
from guildmark_hub.cases import aging, levels, marks, moving
from guildmark_hub.cases.models import Case, Review
from guildmark_hub.catalog import acts as catalog
from guildmark_hub.catalog.models import Claim, Release
from guildmark_hub.council import powers, proposing, stakes, telling
from guildmark_hub.council.models import Decision, Group, Proposal
from guildmark_hub.people import trail
from guildmark_hub.people.models import Person

State = Case.State
BROKEN = (Claim.State.RETRACTED, Claim.State.REVOKED, Claim.State.WITHDRAWN)
GONE = (*BROKEN, Claim.State.SUSPENDED)
MOST_STEPS = 4
LONGEST_VERSION = 60
"""So much of a version stands in a title."""
REPLACED = (State.ACTIVE, State.EXPIRING, State.SUSPENDED)
"""Where a case is superseded by a newer one."""
RENEWABLE = (State.ACTIVE, State.EXPIRING, State.SUSPENDED, State.EXPIRED)
LETTERS: dict[str, str] = {
    State.EXPIRING: "counts until {until}: whoever wants it to count on begins a case that renews it",
    State.EXPIRED: "counts no more: its time is over",
    State.SUSPENDED: "is suspended: {why}",
    State.ACTIVE: "counts again",
    State.REVOKED: "was revoked: {why}",
    State.SUPERSEDED: "is superseded: {why}",
}
"""What people are told of a case that went to a state by itself."""


def reviews(case: Case) -> list[Review]:
    """Those that were sent, and count."""
    sent = case.reviews.filter(declined_at=None, submitted_at__isnull=False)
    return list(sent.select_related("person", "organisation").order_by("pk"))


def recommendation(case: Case) -> str:
    """What its reviewers found, as the words that the group decides upon; the same reviews give the same words."""
    found = reviews(case)
    agree = sum(one.outcome == Review.Outcome.AGREES for one in found)
    return "\n".join(
        [
            f"Whether {case.slug} {case.version} meets {case.standard} {case.standard_version}",
            "",
            f"Case: {case.pk}",
            f"Subject: {plain.visible(case.purl or case.slug)}",
            f"Digest: {case.digest}",
            f"Assessment: {case.claim.statement}",
            f"Recommended: {_recommended(agree, len(found))}",
            *(line for one in found for line in _review(one)),
            "",
            "Accepted, it counts for 12 months.",
            "",
        ]
    )


def _recommended(agree: int, of: int) -> str:
    if agree in (0, of):
        return "to accept it; all reviewers say that it holds" if agree else "not to accept it; no reviewer says so"
    return f"nothing: {agree} of {of} reviewers say that it holds, and the group decides"


def _review(one: Review) -> Iterator[str]:
    yield from ("", f"Review by {plain.visible(str(one.person))}, {plain.visible(one.organisation.name)}")
    yield f"Outcome: {Review.Outcome(one.outcome).label}"
    yield f"Answers: {_answers(one)}"
    yield from (plain.visible(line) for line in proposing.lines(one.says).split("\n"))


def _answers(one: Review) -> str:
    given = list(one.lines.values_list("answer", flat=True))
    told = [f"{given.count(answer)} {label.lower()}" for answer, label in one.lines.model.Answer.choices]
    return ", ".join(told)


def to_decision(case: Case, now: datetime) -> Proposal | None:
    """Bring a case with a recommendation before its group, in last call at once. None where the group does not work:
    the case waits, and chairs are told. In the caller's transaction, or one of its own."""
    with transaction.atomic():
        one = moving.fresh(case)
        if one.state == State.DECISION:
            return one.proposal
        moving.must_be_in(one, State.RECOMMENDATION)
        if one.group.state != Group.State.ACTIVE:
            _waits_for_its_group(one, now)
            return None
        made = _proposed(one, now)
        proposing.last_call(None, made, now)
        moving.move(one, "propose", State.DECISION, None, now, proposal=made)
    return proposing.fresh(made)


def proposals(case: Case) -> list[Proposal]:
    """All by which it came before its group, the first first."""
    return list(Proposal.objects.filter(kind=Proposal.Kind.VETTING, once__startswith=_once(case)).order_by("pk"))


def _once(case: Case) -> str:
    return f"case-{case.pk}-"


def _proposed(case: Case, now: datetime) -> Proposal:
    kind = Proposal.Kind.VETTING
    rules = next(one for one in proposing.classes() if one.slug == proposing.class_for(kind))
    version = plain.name(case.version, LONGEST_VERSION)
    return proposing.propose(
        case.person,
        case.organisation,
        case.group,
        kind=kind,
        rules=rules,
        title=f"Vetting case {case.pk}: {case.slug} {version} by {case.standard} {case.standard_version}",
        document=recommendation(case),
        slug=case.slug,
        claim=case.claim,
        once=_once(case) + secrets.token_hex(16),
        now=now,
    )


def _waits_for_its_group(case: Case, now: datetime) -> None:
    label = Group.State(case.group.state).label.lower()
    why = f"{case.group.name} is {label}, and only an active group decides"
    if case.why != why:
        Case.objects.filter(pk=case.pk).update(why=why)
        chairs = powers.chairs(case.group, now.date()) or steering(now)
        says = f"Case {case.pk}, {case.slug} {case.version}, waits for its group: {why}"
        telling.tell(chairs, says, case.get_absolute_url(), now=now)


def steering(now: datetime) -> list[Person]:
    """Who leads the steering committee."""
    committee = powers.steering()
    return powers.chairs(committee, now.date()) if committee else []


def may_propose(person: Person, case: Case, now: datetime) -> bool:
    """Whether somebody may bring a case before its group again: who leads it, or the steering committee, without a
    conflict of interest."""
    leads = powers.is_chair(person, case.group, now.date()) or powers.steers(person, now.date())
    return leads and not stakes.reasons(person, case.slug, now.date())


def again(person: Person, case: Case, now: datetime) -> Proposal:
    """A chair brings a case before its group again, after nothing was decided. Raises PermissionDenied,
    AskedWrongly."""
    with transaction.atomic():
        settle(case, now)
        one = moving.fresh(case)
        if not may_propose(person, one, now):
            raise PermissionDenied(f"Only chairs of {one.group.name} without a conflict of interest may do this")
        if one.state == State.DECISION and one.proposal:
            return one.proposal
        made = to_decision(one, now)
        if made is None:
            raise AskedWrongly(f"{one.group.name} does not work now", "make it active, or ask its sponsor")
        trail.keep(person, "cases.propose_again", moving.named(one), None, {"proposal": made.pk})
    return made


def take(decision: Decision) -> Case:
    """A group accepted a case: it counts, and its marks are signed; in the transaction in which a chair signed."""
    case, now = _decided(decision)
    until = decision.claim.expires_at if decision.claim else None
    until = until or levels.months_on(decision.made_at, levels.ACCEPTED_FOR)
    held = moving.move(case, "accept", State.ACTIVE, decision.chair, now, expires_at=until, before="")
    _tell(held, f"was accepted, and counts until {until:%Y-%m-%d}", now)
    begin_to_count(held, now)
    return held


def begin_to_count(case: Case, now: datetime) -> None:
    """What follows where a case counts from now on: older ones are superseded, its marks are signed; within the
    caller's transaction."""
    for older in _older(case):
        _supersede(older, case, now)
    marks.issue(case, now)
    settle(case, now)


def overtaken(case: Case, now: datetime) -> bool:
    """Whether a case that was under appeal is superseded by one that began to count meanwhile; within the caller's
    transaction."""
    same = Case.objects.filter(slug=case.slug, standard=case.standard, group=case.group, state__in=REPLACED)
    mine = marks.decided(case)
    later = (one for one in same.order_by("-pk") if mine and (by := marks.decided(one)) and by.pk > mine.pk)
    newer = next((one for one in later if case in _older(one)), None)
    if newer:
        _supersede(case, newer, now)
    return newer is not None


def _supersede(older: Case, newer: Case, now: datetime) -> None:
    why = f"case {newer.pk}, {newer.slug} {newer.version}, was accepted"
    _follow(_go(older, aging.Step("supersede", State.SUPERSEDED, why), now), now)


def refuse(decision: Decision) -> Case:
    """A group did not accept a case."""
    case, now = _decided(decision)
    held = moving.move(case, "reject", State.REJECTED, decision.chair, now, why=decision.proposal.why)
    _tell(held, "was not accepted: within 60 days somebody may appeal", now)
    return held


def _decided(decision: Decision) -> tuple[Case, datetime]:
    case = Case.objects.filter(proposal=decision.proposal_id).first()
    if case is None:
        raise AskedWrongly(f"proposal {decision.proposal_id} decides no case any more", "look at the case's page")
    return case, decision.signed_at or decision.made_at


def _older(case: Case) -> Iterator[Case]:
    """Cases in force that this one comes in place of: what it renews, and those of older releases."""
    same = Case.objects.filter(slug=case.slug, standard=case.standard, group=case.group).exclude(pk=case.pk)
    places = _places(case.slug)
    for one in same.filter(state__in=REPLACED).order_by("pk"):
        if one.digest == case.digest or one.pk == case.renews_id or _newer(case.version, one.version, places):
            yield one


def _places(slug: str) -> Mapping[str, int]:
    """Where each release of an entry stands among the others, the newest last."""
    shown = Release.objects.filter(entry__edition__current=True, entry__slug=slug)
    return dict(shown.values_list("version", "number"))


def _newer(one: str, other: str, places: Mapping[str, int]) -> bool:
    return places.get(one, -1) > places.get(other, -1)


def renewed(claim: Claim, standard: str, group: Group) -> Case | None:
    """The case that another one about a claim would renew: the newest that counts, or did, of the same release or of
    an older one, by the same group; no group says anew what another one decided."""
    held = Case.objects.filter(slug=claim.slug, standard=standard, group=group, state__in=RENEWABLE).order_by("-pk")
    places = _places(claim.slug)
    fits = (one for one in held if one.digest == claim.digest or _newer(claim.version, one.version, places))
    return next(fits, None)


def settle(case: Case, now: datetime) -> bool:
    """Bring a case to where time, its proposal and its statements have brought it; whether it moved. In one
    transaction; asked twice, it does nothing."""
    with transaction.atomic():
        one = moving.fresh(case)
        if one.state == State.DECISION:
            return _undecided(one, now)
        before = (one.state, one.before)
        for _ in range(MOST_STEPS):
            found = aging.step(one.state, one.before, facts(one), now)
            if found is None:
                break
            one = _go(one, found, now)
        _follow(one, now)
        return (one.state, one.before) != before


def facts(case: Case) -> aging.Facts:
    """What is known of the statements of a case."""
    decision = marks.decided(case)
    claim = decision.claim if decision else None
    revoked = (claim.why or "its decision counts no more") if claim and claim.state in BROKEN else ""
    return aging.Facts(case.expires_at, revoked, _suspended(case))


def _suspended(case: Case) -> str:
    """Why the assessment does not count just now; one that only grew old is as good as its signer's newest."""
    mine = Q(digest=case.digest, slug=case.slug, kind="assessment", organisation=case.claim.organisation_id)
    old = (Claim.State.EXPIRED, Claim.State.SUPERSEDED)
    found = Claim.objects.get(pk=case.claim_id)
    if found.state in old:
        newest = Claim.objects.filter(mine).exclude(state__in=old).order_by("-made_at", "-pk").first()
        found = newest or found
    return (found.why or "its assessment counts no more") if found.state in GONE else ""


def _undecided(case: Case, now: datetime) -> bool:
    """A proposal that was withdrawn, or had no quorum, leaves its case where it was."""
    one = case.proposal
    if one is None or not lapsed(one):
        return False
    why = f"nothing was decided: proposal {one.pk} {'was withdrawn' if one.state == 'withdrawn' else 'had no quorum'}"
    held = moving.move(case, "no_decision", State.RECOMMENDATION, None, now, why=why)
    chairs = powers.chairs(held.group, now.date())
    says = f"Case {held.pk}, {held.slug} {held.version}: {why}. A chair may bring it before the group again"
    telling.tell(chairs, says, held.get_absolute_url(), now=now)
    return True


def lapsed(proposal: Proposal) -> bool:
    """Whether a proposal ended without a decision: it was withdrawn, or had no quorum."""
    over = proposal.state in (Proposal.State.WITHDRAWN, Proposal.State.REJECTED)
    return over and not Decision.objects.filter(proposal=proposal).exists()


def _go(case: Case, step: aging.Step, now: datetime) -> Case:
    """Take a step, and tell people of it; within the caller's transaction."""
    if not step.verb:
        Case.objects.filter(pk=case.pk).update(before=step.before, why=step.why)
        trail.keep(None, "cases.under_appeal", moving.named(case), {"before": case.before}, {"before": step.before})
        return moving.fresh(case)
    before = step.before if step.to == State.SUSPENDED else ""
    held = moving.move(case, step.verb, step.to, None, now, why=step.why, before=before)
    until = f"{held.expires_at:%Y-%m-%d}" if held.expires_at else ""
    _tell(held, LETTERS[held.state].format(until=until, why=step.why), now)
    return held


def _follow(case: Case, now: datetime) -> None:
    """Let the claims of a case come to what the case came to."""
    decision = marks.decided(case)
    shown = case.before if case.state == State.APPEALED else case.state
    claim = decision.claim if decision else None
    if claim and shown in FOLLOWS and FOLLOWS[shown] != claim.state and _may_follow(claim, shown):
        catalog.state(claim, FOLLOWS[shown], case.why or "it counts", now=now)
    if decision or case.marks.exists():
        marks.issue(case, now, fresh=shown in aging.RUNS)


FOLLOWS: dict[str, str] = {
    State.ACTIVE: Claim.State.ACTIVE,
    State.EXPIRING: Claim.State.ACTIVE,
    State.SUSPENDED: Claim.State.SUSPENDED,
    State.EXPIRED: Claim.State.EXPIRED,
    State.SUPERSEDED: Claim.State.SUPERSEDED,
    State.REVOKED: Claim.State.REVOKED,
}
"""The state of a decision's claim by that of its case."""


def _may_follow(claim: Claim, shown: str) -> bool:
    """A claim that expired does not count again, whatever a clock says."""
    return not (claim.state == Claim.State.EXPIRED and shown in (*aging.RUNS, State.SUSPENDED))


def _tell(case: Case, says: str, now: datetime) -> None:
    persons = [*moving.on_its_side(case, now), *powers.chairs(case.group, now.date())]
    whole = f"Case {case.pk}, {case.slug} {case.version}, {says}"
    telling.tell(persons, whole, case.get_absolute_url(), case.slug, now)


def due() -> Iterator[Case]:
    """Cases that time may have moved: decided upon now, in force, or with marks that still count."""
    moving_on = Q(state__in=[State.DECISION, *aging.HELD]) | Q(marks__claim__state__in=marks.COUNTING)
    yield from Case.objects.filter(moving_on).distinct().order_by("pk").iterator()


def shown_as(case: Case) -> str:
    """Its state in words; one that is appealed stays what it was until the panel has decided."""
    if case.state == State.APPEALED and case.before:
        return f"{State(case.before).label}, under appeal"
    return State(case.state).label
