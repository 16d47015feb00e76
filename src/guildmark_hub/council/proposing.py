"""Every write to proposals: proposed, worded anew, talked over, called, withdrawn. Nothing that was said is deleted."""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from fractions import Fraction

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from guildmark import plain
from guildmark.errors import AskedWrongly
from guildmark_hub.catalog.models import Claim
from guildmark_hub.council import effects, groups, powers, recording, telling
from guildmark_hub.council.models import DecisionClass, Group, Proposal, Remark, Revision
from guildmark_hub.people import roles, trail
from guildmark_hub.people.acts import CLOCK
from guildmark_hub.people.models import Organisation, Person

Kind, State = Proposal.Kind, Proposal.State
LONGEST, LONGEST_REMARK, LONGEST_WORD, LONGEST_TITLE = 60_000, 4_000, 2_000, 300
MOST_REVISIONS, MOST_REMARKS, MOST_OPEN = 200, 500, 50
OF_CASES = (Kind.VETTING, Kind.APPEAL)
"""Kinds that a vetting case brings, by its own rules; nobody proposes them by hand."""
OF_MEMBERS = (Kind.REVOCATION, *OF_CASES)
"""Kinds that any member may bring; all others only who sits in the group."""
BEFORE = (State.DRAFT, State.LAST_CALL)
REPLACEABLE = (State.DRAFT, State.LAST_CALL, State.ACCEPTED)
NEEDS = {
    Kind.STANDARD: "major",
    Kind.BENCHMARK: "major",
    Kind.POLICY: "major",
    Kind.CHARTER: "lifecycle",
    Kind.ELECTION: "lifecycle",
    Kind.REVOCATION: "lifecycle",
    Kind.WAIVER: "lifecycle",
    Kind.VETTING: "content",
    Kind.APPEAL: "content",
}
"""The class of each kind."""


def classes() -> list[DecisionClass]:
    """The newest version of each class of decisions."""
    newest = {one.slug: one for one in DecisionClass.objects.order_by("slug", "number")}
    return list(newest.values())


def class_for(kind: str) -> str:
    """The class by which a kind is decided, if nobody chooses a stricter one."""
    return NEEDS[Kind(kind)]


def laxer(chosen: DecisionClass, needed: DecisionClass) -> Iterator[str]:
    """In what a class asks less than another; nothing: it may be chosen in its place."""
    for name, says in (
        ("hours", "waits a shorter time"),
        ("open_hours", "is open for a shorter time"),
        ("approvals", "asks for fewer approvals"),
    ):
        if getattr(chosen, name) < getattr(needed, name):
            yield says
    for name in ("quorum", "threshold"):
        asks, least = (Fraction(getattr(one, f"{name}_of"), getattr(one, f"{name}_in")) for one in (chosen, needed))
        if asks < least:
            yield f"has a lower {name}"
    if chosen.unit == "person" and needed.unit == "organisation":
        yield "counts persons where organisations count"
    if chosen.lazy and not needed.lazy:
        yield "takes silence for no objection"
    if chosen.unit == needed.unit == "person" and needed.cap and not 0 < chosen.cap <= needed.cap:
        yield "lets more persons of one employer vote"


def named(proposal: Proposal) -> str:
    """How the trail names a proposal."""
    return f"proposal:{proposal.pk}"


def fresh(proposal: Proposal) -> Proposal:
    """As it is now, within the caller's transaction."""
    return Proposal.objects.select_related("group", "rules", "person", "organisation", "supersedes").get(pk=proposal.pk)


def newest(proposal: Proposal) -> Revision:
    """The wording that stands."""
    return proposal.revisions.select_related("person").latest("number")


def mine(person: Person, proposal: Proposal) -> bool:
    """Whether it is this person's, who still belongs to the organisation for which she proposed it."""
    return person.pk == proposal.person_id and roles.has(person, "member", proposal.organisation)


def concerned(group: Group, now: datetime) -> list[Person]:
    """Who sits in a group now."""
    return [seat.person for seat in powers.seats(group, now.date())]


def propose(
    person: Person,
    organisation: Organisation,
    group: Group,
    *,
    kind: str,
    rules: DecisionClass,
    title: str,
    document: str,
    says: str = "",
    slug: str = "",
    claim: Claim | None = None,
    supersedes: Proposal | None = None,
    once: str,
    now: datetime | None = None,
) -> Proposal:
    """Bring a matter before a group, as a draft; the same form of the same person gives the same proposal.

    Raises PermissionDenied, AskedWrongly."""
    title, document, says = " ".join(title.split()), lines(document), lines(says)
    with transaction.atomic():
        at = now or timezone.now()
        found = Proposal.objects.filter(person=person, once=once).first()
        if found:
            return found
        _may_propose(person, organisation, group, kind)
        _fits(group, kind, rules, supersedes)
        for text, what, most in ((title, "title", LONGEST_TITLE), (document, "text", LONGEST)):
            readable(text, what, most)
        readable(says, "word about it", LONGEST_WORD, empty=True)
        made = Proposal(group=group, kind=kind, rules=rules, title=title, person=person, organisation=organisation)
        made.slug, made.claim, made.supersedes, made.once, made.made_at = slug, claim, supersedes, once[:64], at
        effects.check(made, document)
        made.save()
        revision = _word(made, person, document, says, at)
        after = {"kind": kind, "group": group.slug, "class": rules.slug, "title": title, "sha256": revision.sha256}
        trail.keep(person, "council.propose", named(made), None, after)
    return made


def revise(person: Person, proposal: Proposal, document: str, says: str, now: datetime | None = None) -> Revision:
    """Word it anew; what was in last call is a draft again. Raises PermissionDenied, AskedWrongly."""
    document, says = lines(document), lines(says)
    with transaction.atomic():
        at, one = now or timezone.now(), fresh(proposal)
        _must_be_its_proposer(person, one)
        if one.state not in BEFORE:
            raise AskedWrongly(
                f"{_where(one)}, and its wording is fixed", "propose another one, which may supersede it"
            )
        before = newest(one)
        if before.document == document and before.person_id == person.pk:
            return before
        readable(document, "text", LONGEST)
        readable(says, "word about it", LONGEST_WORD, empty=True)
        if before.number >= MOST_REVISIONS:
            raise AskedWrongly(f"it has {MOST_REVISIONS} revisions already", "withdraw it, and propose it anew")
        effects.check(one, document)
        revision = _word(one, person, document, says, at)
        was = {"state": one.state, "sha256": before.sha256}
        if one.state == State.LAST_CALL:
            one.state, one.last_call_at = State.DRAFT, None
            one.save(update_fields=["state", "last_call_at"])
            _tell(one, f"Proposal {one.pk}, {one.title}, was worded anew: its last call begins again", at)
        trail.keep(person, "council.revise", named(one), was, {"state": one.state, "sha256": revision.sha256})
    return revision


def remark(
    person: Person, proposal: Proposal, says: str, answers: Remark | None = None, now: datetime | None = None
) -> Remark:
    """Say something about it: any member may. The same said twice in a row is said once. Raises PermissionDenied,
    AskedWrongly."""
    says = lines(says).strip()
    readable(says, "remark", LONGEST_REMARK)
    with transaction.atomic():
        organisation = next(iter(roles.organisations(person)), None)
        seat = powers.seat(person, proposal.group, (now or timezone.now()).date())
        if organisation is None:
            raise PermissionDenied("Only members may take part in the discussion")
        if answers and answers.proposal_id != proposal.pk:
            raise AskedWrongly("what you answer was said of another proposal", "load the page again")
        last = proposal.remarks.filter(person=person).last()
        if last and last.says == says and last.answers_id == (answers.pk if answers else None):
            return last
        if proposal.remarks.filter(person=person).count() >= MOST_REMARKS:
            raise AskedWrongly(f"you have made {MOST_REMARKS} remarks here", "say the rest in a meeting of the group")
        speaks_for = seat.organisation if seat else organisation
        made = Remark(proposal=proposal, person=person, organisation=speaks_for, says=says, answers=answers)
        made.at = now or timezone.now()
        made.save()
        trail.keep(person, "council.remark", named(proposal), None, {"remark": made.pk, "says": says})
    return made


def last_call(person: Person | None, proposal: Proposal, now: datetime | None = None) -> None:
    """Ask for the last time whether something stands against it: its waiting time begins. None is the hub itself.

    Raises PermissionDenied, AskedWrongly."""
    with transaction.atomic():
        at, one = now or timezone.now(), fresh(proposal)
        if person and not mine(person, one):
            powers.must_lead(person, one)
        if one.state == State.LAST_CALL:
            return
        if one.state != State.DRAFT:
            raise AskedWrongly(f"{_where(one)}, and only a draft is called", "load its page again")
        must_work(one.group)
        revision = newest(one)
        if at < revision.made_at:
            raise AskedWrongly(f"its wording is of {plain_moment(revision.made_at)}, which is not yet", CLOCK)
        effects.check(one, revision.document)
        one.state, one.last_call_at = State.LAST_CALL, at
        one.save(update_fields=["state", "last_call_at"])
        trail.keep(person, "council.last_call", named(one), {"state": State.DRAFT}, {"state": State.LAST_CALL})
        hours = plain.counted(one.rules.hours, "hour")
        _tell(one, f"Last call for proposal {one.pk}, {one.title}: {hours} for whatever stands against it", at)


def withdraw(person: Person, proposal: Proposal, why: str, now: datetime | None = None) -> None:
    """Take it back: by its proposer until the first vote, by a chair with a word until the ballot ends.

    Raises PermissionDenied, AskedWrongly."""
    why = lines(why).strip()
    readable(why, "word about it", LONGEST_WORD, empty=True)
    with transaction.atomic():
        at, one = now or timezone.now(), fresh(proposal)
        if one.state == State.WITHDRAWN:
            return
        if one.state not in (*BEFORE, State.BALLOT):
            raise AskedWrongly(f"{_where(one)}, and that stands", "propose another one, which may supersede it")
        ballot = getattr(one, "ballot", None)
        if ballot and recording.is_over(ballot, at):
            raise AskedWrongly("its ballot has ended, and is counted now", "wait for the count")
        if ballot and at < ballot.opened_at:
            raise AskedWrongly(f"its ballot opened on {plain_moment(ballot.opened_at)}, which is not yet", CLOCK)
        if not mine(person, one) or (ballot and ballot.votes.exists()):
            _must_lead_with_a_word(person, one, why)
        before, one.state, one.why = one.state, State.WITHDRAWN, why
        one.save(update_fields=["state", "why"])
        if ballot:
            recording.freeze(ballot, recording.after_all_votes(ballot, at))
        trail.keep(person, "council.withdraw", named(one), {"state": before}, {"state": one.state, "why": why})
        _tell(one, f"Proposal {one.pk}, {one.title}, was withdrawn", at)


def lines(text: str) -> str:
    """A text with its lines ended alike, as browsers end them otherwise."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def readable(text: str, what: str, most: int, *, empty: bool = False) -> None:
    """Whether others can read it; raises AskedWrongly."""
    if (not empty and not text.strip()) or len(text) > most:
        raise AskedWrongly(
            f"the {what} has {plain.counted(len(text), 'letter')}",
            f"write {'at most' if empty else 'between 1 and'} {most:,}",
        )
    if any(plain.visible(line) != line for line in text.replace("\t", " ").split("\n")):
        raise AskedWrongly(
            f"the {what} holds letters that cannot be seen, or that hide others", "write it without them"
        )


def must_work(group: Group) -> None:
    """Only an active group decides; raises AskedWrongly."""
    if group.state != Group.State.ACTIVE:
        says = f"{group.name} is {Group.State(group.state).label.lower()}"
        closed = group.state == Group.State.CLOSED
        hint = "bring it before another group" if closed else f"let {groups.SETS} set it to work first"
        raise AskedWrongly(f"{says}, and only an active group decides", hint)


def plain_moment(at: datetime) -> str:
    """A moment in words: 2026-11-22 17:30 UTC."""
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _may_propose(person: Person, organisation: Organisation, group: Group, kind: str) -> None:
    if kind not in Kind.values:
        raise AskedWrongly(
            f"there is nothing of the kind {plain.name(kind, 40)!r} to propose", "choose one of the list"
        )
    if group.state in (Group.State.CLOSED, Group.State.DORMANT):
        raise AskedWrongly(
            f"{group.name} does not work now", "bring it before another group, or the steering committee"
        )
    if kind not in OF_MEMBERS:
        powers.must_sit(person, group)
        seat = powers.seat(person, group, timezone.now().date())
        if seat and seat.organisation_id != organisation.pk:
            raise PermissionDenied(f"You sit in {group.name} for {seat.organisation.name}")
    elif kind not in OF_CASES and not roles.has(person, "member", organisation):
        raise PermissionDenied(f"Only members of {organisation.name} may propose something for it")


def _fits(group: Group, kind: str, rules: DecisionClass, supersedes: Proposal | None) -> None:
    newest_ones = {one.slug: one for one in classes()}
    if newest_ones[rules.slug].pk != rules.pk:
        raise AskedWrongly(f"the class {rules.name} has a newer version", "load the page again")
    if says := next(laxer(rules, newest_ones[class_for(kind)]), ""):
        needed = newest_ones[class_for(kind)].name
        raise AskedWrongly(f"the class {rules.name} {says} than {needed}", f"choose {needed}, or a stricter one")
    if supersedes and (supersedes.group_id != group.pk or supersedes.kind != kind):
        raise AskedWrongly("it can supersede only a proposal of its own group and kind", "choose another, or none")
    if supersedes and supersedes.state not in REPLACEABLE:
        raise AskedWrongly(f"{_where(supersedes)}, and cannot be superseded", "choose another, or none")


def _must_be_its_proposer(person: Person, proposal: Proposal) -> None:
    if not mine(person, proposal):
        raise PermissionDenied("Only who proposed it may word it anew")


def _must_lead_with_a_word(person: Person, proposal: Proposal, why: str) -> None:
    powers.must_lead(person, proposal)
    if not why:
        raise AskedWrongly("a chair who withdraws a proposal says why", "write it in a sentence")


def _word(proposal: Proposal, person: Person, document: str, says: str, at: datetime) -> Revision:
    last = proposal.revisions.order_by("-number").first()
    sha256 = hashlib.sha256(document.encode()).hexdigest()
    number = last.number + 1 if last else 1
    given = {"document": document, "sha256": sha256, "says": says, "person": person, "made_at": at}
    return Revision.objects.create(proposal=proposal, number=number, **given)


def _where(proposal: Proposal) -> str:
    return f"proposal {proposal.pk} is {State(proposal.state).label.lower()}"


def _tell(proposal: Proposal, says: str, at: datetime) -> None:
    persons = [*concerned(proposal.group, at), proposal.person]
    telling.tell(persons, says, proposal.get_absolute_url(), proposal.slug, at)
