"""Every write of appeals: asked for, a panel drawn of people who had no part in the first decision, upheld or
dismissed."""

import itertools
import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from guildmark import plain
from guildmark.errors import AskedWrongly
from guildmark_hub.cases import drawing, ending, levels, marks, moving
from guildmark_hub.cases.models import Appeal, Case, Review
from guildmark_hub.catalog import acts as catalog
from guildmark_hub.catalog.models import Claim
from guildmark_hub.council import draw, groups, powers, proposing, stakes, telling
from guildmark_hub.council.draw import Candidate
from guildmark_hub.council.models import Decision, Group, Proposal, Seat, Vote
from guildmark_hub.people import own, roles, trail
from guildmark_hub.people.acts import CLOCK
from guildmark_hub.people.models import Act, Organisation, Person

WITHIN = timedelta(days=60)
"""So long after a decision somebody may appeal."""
PANEL = 3
SHORTEST, LONGEST = 20, 8_000
MAY_BE = (Case.State.ACTIVE, Case.State.EXPIRING, Case.State.SUSPENDED, Case.State.REJECTED)
State = Appeal.State


class Shared(NamedTuple):
    """Who had a part in the first decision, or wants something of it: persons and organisations by their keys.

    `parties` are the organisations that submitted the case or appeal; of `organisations` others may sit in the panel
    where there are too few else."""

    persons: frozenset[int]
    parties: frozenset[int]
    organisations: frozenset[int]


def until(case: Case) -> datetime | None:
    """Until when somebody may appeal against what was decided; None where nothing was."""
    first = marks.first_decision(case)
    return first.signed_at + WITHIN if first and first.signed_at else None


def open_until(case: Case, now: datetime) -> datetime | None:
    """The same, where an appeal is taken now."""
    last = until(case)
    taken = case.state in MAY_BE and not _was_decided(case)
    return last if last and taken and now <= last else None


def speaks_for(person: Person, case: Case, now: datetime) -> Organisation:
    """For which organisation somebody may appeal: one on the subject's side, else any that is a member. Who owns the
    entry and belongs to no member appeals through this hub. Raises PermissionDenied."""
    on_its_side, of = moving.side(person, case, now)
    found = of or next(iter(roles.organisations(person)), None)
    if found:
        return found
    if on_its_side:
        return own.own()
    raise PermissionDenied("Only who owns the entry, who submitted the case and members of the alliance may appeal")


def appeal(person: Person, case: Case, grounds: str, now: datetime | None = None) -> Appeal:
    """Ask that others decide anew; a panel is drawn at once where there are enough for it.

    Sent twice, it is one. Raises PermissionDenied, AskedWrongly."""
    grounds = proposing.lines(grounds).strip()
    with transaction.atomic():
        at, one = now or timezone.now(), moving.fresh(case)
        organisation = speaks_for(person, one, at)
        held = one.appeals.filter(state=State.OPEN).first()
        if held and held.person_id == person.pk and held.grounds == grounds:
            return held
        _in_time(one, held, at)
        proposing.readable(grounds, "word about the grounds", LONGEST)
        if len(grounds) < SHORTEST:
            raise AskedWrongly("the grounds are hardly a word", "say what was decided wrongly, and where one sees it")
        made = Appeal.objects.create(case=one, person=person, organisation=organisation, grounds=grounds, made_at=at)
        moving.move(one, "appeal", Case.State.APPEALED, person, at, why=one.why, before=one.state)
        trail.keep(person, "cases.appeal", named(made), None, {"case": one.pk, "for": organisation.slug})
        says = f"There is an appeal against what was decided of case {one.pk}, {one.slug} {one.version}"
        told = [*moving.on_its_side(one, at), *powers.chairs(one.group, at.date())]
        telling.tell(told, says, one.get_absolute_url(), one.slug, at)
        seat(made, at)
    made.refresh_from_db()
    return made


def named(appeal: Appeal) -> str:
    """How the trail names an appeal."""
    return f"appeal:{appeal.pk}"


def _in_time(case: Case, held: Appeal | None, now: datetime) -> None:
    if held:
        raise AskedWrongly("there is an appeal against it already", "follow that one on the case's page")
    moving.must_be_in(case, *MAY_BE)
    first, last = marks.first_decision(case), until(case)
    if first is None or last is None or first.signed_at is None:
        raise AskedWrongly("nothing was decided that one could appeal against", "wait for the decision")
    if now < first.signed_at:
        raise AskedWrongly(f"it was decided on {first.signed_at:%Y-%m-%d}, which is not yet", CLOCK)
    if now > last:
        says = f"it was decided on {first.signed_at:%Y-%m-%d}, and an appeal was taken until {last:%Y-%m-%d}"
        raise AskedWrongly(says, "propose to revoke the decision, if it should count no more")
    if _was_decided(case):
        raise AskedWrongly("a panel has decided of it already", "propose to revoke what should count no more")


def _was_decided(case: Case) -> bool:
    """Whether a panel decided of it: one that was withdrawn before is no obstacle to another."""
    return case.appeals.filter(proposal__decision__isnull=False).exists()


def seat(appeal: Appeal, now: datetime) -> Group | None:
    """Draw the panel of an appeal that has none, and bring the matter before it; None where there are too few for it:
    then the appeal stays open, and chairs are told. In one transaction."""
    with transaction.atomic():
        one = Appeal.objects.select_related("case__group", "case__claim", "person").get(pk=appeal.pk)
        if one.state != State.OPEN or one.panel_id:
            return one.panel
        found = candidates(one, now)
        seed = secrets.token_hex(32)
        try:
            drawn = draw.draw(found, seed, PANEL)
        except AskedWrongly:
            _too_few(one, found, now)
            return None
        by_id = {each.id: each for each in found}
        members = [(_person(id), Organisation.objects.get(slug=by_id[id].organisation)) for id in drawn]
        one.panel = groups.panel(_name(one), members, now)
        one.seed, one.candidates = seed, drawing.told(found)
        one.save(update_fields=["panel", "seed", "candidates"])
        trail.keep(None, "cases.panel", named(one), None, {"seed": seed, "drawn": list(drawn)})
        one.proposal = _proposed(one, now)
        one.save(update_fields=["proposal"])
    return one.panel


def _name(appeal: Appeal) -> str:
    """A name for its next panel, which no group has that somebody made meanwhile."""
    numbers = itertools.count(len(_panels(appeal)) + 1)
    names = (f"Panel {number} of appeal {appeal.pk}" for number in numbers)
    return next(one for one in names if not Group.objects.filter(name__iexact=one).exists())


def _person(id: str) -> Person:
    return Person.objects.get(pk=int(id.partition(":")[2]))


def _too_few(appeal: Appeal, found: list[Candidate], now: datetime) -> None:
    """Say so once, and again where others might be drawn by now."""
    told = drawing.told(found)
    if appeal.seed == TOO_FEW and appeal.candidates == told:
        return
    Appeal.objects.filter(pk=appeal.pk).update(seed=TOO_FEW, candidates=told)
    there = len({one.organisation for one in found})
    why = f"a panel needs people of {PANEL} organisations who had no part in it, and there are {there}"
    trail.keep(None, "cases.no_panel", named(appeal), None, {"why": why})
    case = appeal.case
    chairs = [*powers.chairs(case.group, now.date()), *ending.steering(now)]
    says = f"The appeal of case {case.pk}, {case.slug} {case.version}, waits: {why}"
    telling.tell(chairs, says, case.get_absolute_url(), now=now)


TOO_FEW = "-"
"""In place of a seed: a draw was tried, and there were too few."""


def candidates(appeal: Appeal, now: datetime) -> list[Candidate]:
    """Who may be drawn: reviewers and those who sit in a group, without a conflict of interest, who had no part in the
    first decision; where that leaves enough, nobody of an organisation that had one."""
    shared, known = _shared(appeal), stakes.facts(appeal.case.slug, now.date())
    free: list[tuple[Candidate, int]] = []
    by_person = drawing.organisations(drawing.belonging(now))
    for person in _able(now).exclude(pk__in=shared.persons):
        of = _organisation(by_person.get(person.pk, []), shared)
        if of and not stakes.of(person, known):
            free.append((Candidate(f"person:{person.pk}", of.slug, person.load), of.pk))
    outside = [one for one, of in free if of not in shared.organisations]
    enough = len({one.organisation for one in outside}) >= PANEL
    return outside if enough else [one for one, _ in free]


def _able(now: datetime) -> QuerySet[Any]:
    """Reviewers of members, and who sits in a group; with how many reviews they have to do."""
    seated = Seat.objects.filter(powers.counting(now.date())).exclude(group__state=Group.State.CLOSED)
    either = drawing.reviewing(now) | Q(pk__in=seated.values("person"))
    return drawing.loaded(Person.objects.filter(either, is_active=True))


def _organisation(mine: list[Organisation], shared: Shared) -> Organisation | None:
    """For which of her organisations she would sit: one that had no part before one that had, no party's."""
    if any(one.pk in shared.parties for one in mine):
        return None
    return min(mine, key=lambda one: (one.pk in shared.organisations, one.slug), default=None)


def _shared(appeal: Appeal) -> Shared:
    case, first = appeal.case, marks.first_decision(appeal.case)
    reviewed = Review.objects.filter(case=case)
    persons: set[int | None] = {case.person_id, appeal.person_id, *reviewed.values_list("person", flat=True)}
    organisations = set(reviewed.values_list("organisation", flat=True))
    if first:
        ballot = first.ballot
        persons |= {ballot.opened_by_id, first.chair_id, first.proposal.person_id}
        persons |= set(Vote.objects.filter(ballot=ballot).values_list("person", flat=True))
        persons |= set(ballot.electors.values_list("person", flat=True))
        organisations |= set(ballot.electors.values_list("organisation", flat=True))
        organisations |= {first.key.organisation_id} if first.key else set()
    persons |= set(_led(case).values_list("person", flat=True))
    deciding = Seat.objects.filter(group__in=[case.group, *_panels(appeal)])
    persons |= set(deciding.values_list("person", flat=True))
    parties = {case.organisation_id, appeal.organisation_id, case.claim.organisation_id}
    return Shared(frozenset(one for one in persons if one), frozenset(parties), frozenset(organisations))


def _led(case: Case) -> QuerySet[Act]:
    """What those did by whom it came before its group, and was counted: also chairs of the steering committee."""
    of = [moving.named(case), *map(proposing.named, ending.proposals(case))]
    return Act.objects.filter(of__in=of, did__in=LEADING, person__isnull=False)


LEADING = ("cases.propose_again", "council.open_ballot", "council.close", "council.withdraw")
"""What is done by who leads the first decision, besides voting and signing."""


def _panels(appeal: Appeal) -> list[Group]:
    """All panels that were drawn for an appeal."""
    return list(Group.objects.filter(kind=Group.Kind.PANEL, name__endswith=f" of appeal {appeal.pk}"))


def document(appeal: Appeal) -> str:
    """What the panel decides upon, in words; accepted, the first decision is reversed."""
    case, first = appeal.case, marks.first_decision(appeal.case)
    was = "accepted" if first and first.accepted else "not accepted"
    return "\n".join(
        [
            f"Whether to reverse what was decided of case {case.pk}: {case.slug} {case.version}, which was {was}",
            "",
            f"Decision: proposal {first.proposal_id if first else ''}, statement {first.statement if first else ''}",
            f"Digest: {case.digest}",
            f"Standard: {case.standard} {case.standard_version}",
            f"Appeal by {plain.visible(str(appeal.person))}, {plain.visible(appeal.organisation.name)}",
            "",
            *(plain.visible(line) for line in appeal.grounds.split("\n")),
            "",
        ]
    )


def _proposed(appeal: Appeal, now: datetime) -> Proposal:
    case, first, panel = appeal.case, marks.first_decision(appeal.case), appeal.panel
    if first is None or panel is None:
        raise AskedWrongly("nothing was decided that one could appeal against", "wait for the decision")
    rules = next(one for one in proposing.classes() if one.slug == proposing.class_for(Proposal.Kind.APPEAL))
    version = plain.name(case.version, ending.LONGEST_VERSION)
    made = proposing.propose(
        appeal.person,
        appeal.organisation,
        panel,
        kind=Proposal.Kind.APPEAL,
        rules=rules,
        title=f"Appeal {appeal.pk} against the decision of case {case.pk}: {case.slug} {version}",
        document=document(appeal),
        slug=case.slug,
        claim=first.claim,
        once=f"appeal-{appeal.pk}-{secrets.token_hex(16)}",
        now=now,
    )
    proposing.last_call(None, made, now)
    return made


def take(decision: Decision) -> None:
    """A panel reversed the first decision: what had been accepted is not, what had not been is."""
    held, now = _ended(decision, State.UPHELD)
    case, first = moving.fresh(held.case), marks.first_decision(held.case)
    if first and first.claim:
        why = f"a panel of appeal reversed it, by proposal {decision.proposal_id}"
        catalog.state(first.claim, Claim.State.REVOKED, why, now=now)
    _tell(held, "was upheld: the decision is reversed", now)
    if case.state != Case.State.APPEALED:
        return
    if first and first.accepted:
        why = f"a panel reversed what was accepted: {decision.proposal.why}"
        case = moving.move(case, "uphold", Case.State.REJECTED, decision.chair, now, why=why, before="")
        marks.issue(case, now, fresh=False)
    else:
        ends = decision.claim.expires_at if decision.claim else None
        ends = ends or levels.months_on(decision.made_at, levels.ACCEPTED_FOR)
        case = moving.move(case, "uphold", Case.State.ACTIVE, decision.chair, now, why="", before="", expires_at=ends)
        ending.begin_to_count(case, now)


def refuse(decision: Decision) -> None:
    """A panel let the first decision stand."""
    held, now = _ended(decision, State.DISMISSED)
    _back(held, decision.chair, now, decision.proposal.why)


def _ended(decision: Decision, state: str) -> tuple[Appeal, datetime]:
    now = decision.signed_at or decision.made_at
    found = Appeal.objects.select_related("case__group", "panel").filter(proposal=decision.proposal_id).first()
    if found is None or found.state != State.OPEN:
        raise AskedWrongly(f"proposal {decision.proposal_id} decides no open appeal any more", "look at the case")
    return _end(found, state, decision.chair, now), now


def _end(appeal: Appeal, state: str, person: Person | None, now: datetime) -> Appeal:
    appeal.state, appeal.ended_at = state, now
    appeal.save(update_fields=["state", "ended_at"])
    trail.keep(person, f"cases.appeal_{state}", named(appeal), {"state": State.OPEN}, {"state": state})
    _close(appeal.panel, now)
    return appeal


def _close(panel: Group | None, now: datetime) -> None:
    """A panel has nothing else to do."""
    if panel and panel.state != Group.State.CLOSED:
        was, panel.state, panel.closed_at = panel.state, Group.State.CLOSED, now
        panel.save(update_fields=["state", "closed_at"])
        trail.keep(None, "council.turn_group", groups.named(panel), {"state": was}, {"state": panel.state})


def _back(appeal: Appeal, person: Person | None, now: datetime, why: str) -> None:
    case = moving.fresh(appeal.case)
    if case.state == Case.State.APPEALED:
        case = moving.move(case, "dismiss", case.before, person, now, why=why, before="")
        if not ending.overtaken(case, now):
            ending.settle(case, now)
    _tell(appeal, "was dismissed: the decision stands", now)


def _tell(appeal: Appeal, says: str, now: datetime) -> None:
    case = appeal.case
    told = [appeal.person, *moving.on_its_side(case, now), *powers.chairs(case.group, now.date())]
    whole = f"The appeal of case {case.pk}, {case.slug} {case.version}, {says}"
    telling.tell(told, whole, case.get_absolute_url(), case.slug, now)


def settle(appeal: Appeal, now: datetime) -> None:
    """Bring an open appeal to where its proposal has brought it: withdrawn by who appealed, it is dismissed; where its
    panel decided nothing, a chair withdrew it, or none could be drawn, another is drawn of others. In one
    transaction."""
    with transaction.atomic():
        one = Appeal.objects.select_related("case__group", "panel", "proposal").get(pk=appeal.pk)
        if one.state != State.OPEN:
            return
        if one.proposal and _taken_back(one, one.proposal):
            _end(one, State.DISMISSED, None, now)
            _back(one, None, now, "the appeal was withdrawn")
        elif one.proposal and ending.lapsed(one.proposal):
            _close(one.panel, now)
            one.panel = one.proposal = None
            one.save(update_fields=["panel", "proposal"])
            trail.keep(None, "cases.panel_without_decision", named(one), None, None)
            seat(one, now)
        elif one.panel_id is None:
            seat(one, now)


def _taken_back(appeal: Appeal, proposal: Proposal) -> bool:
    """Whether who appealed wants it no more: no chair of a panel ends an appeal without a ballot."""
    if proposal.state != Proposal.State.WITHDRAWN:
        return False
    last = Act.objects.filter(did="council.withdraw", of=proposing.named(proposal)).order_by("pk").last()
    return last is not None and last.person_id == appeal.person_id


def due() -> Iterator[Appeal]:
    """Appeals that are open."""
    yield from Appeal.objects.filter(state=State.OPEN).order_by("pk").iterator()
