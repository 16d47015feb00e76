"""Every write to ballots: opened with a frozen electorate, cast in, closed and counted, in one transaction each.

What a ballot refuses may still be written of it: that it was seen closed, and that an elector has a conflict of
interest. Nothing opens it again, and nothing lets that elector in again."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count as numbers

import msgspec
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from guildmark import plain
from guildmark.errors import AskedWrongly, GuildmarkError
from guildmark.records import canonical
from guildmark_hub.council import count, deciding, effects, powers, proposing, record, recording, stakes, telling
from guildmark_hub.council.models import Ballot, Elector, Proposal, Seat, Vote
from guildmark_hub.council.recording import record_of
from guildmark_hub.people import roles, trail
from guildmark_hub.people.acts import CLOCK
from guildmark_hub.people.models import Organisation, Person

__all__ = ["cast", "close", "elector_of", "end", "open_ballot", "over", "record_of", "waits_until", "written"]
State, Position = Proposal.State, Vote.Position
MOST_VOTES = 200
"""So often an elector may change its position."""
WORDED = (Position.DISCUSS, Position.RECUSE)
"""Positions that say why."""
OUTCOMES = {"accepted": State.ACCEPTED, "rejected": State.REJECTED, "no_quorum": State.REJECTED}


def waits_until(proposal: Proposal) -> datetime | None:
    """When the waiting time of its last call is over; None where it is not in last call."""
    if proposal.state != State.LAST_CALL or proposal.last_call_at is None:
        return None
    return proposal.last_call_at + timedelta(hours=proposal.rules.hours)


def over(ballot: Ballot, now: datetime) -> bool:
    """Whether nothing is taken any more."""
    return recording.is_over(ballot, now)


def written(ballot: Ballot) -> bytes:
    """The record as it was fixed, or as it is now, byte for byte as `guildmark recount` reads it."""
    return bytes(ballot.record) or canonical(record_of(ballot))


def open_ballot(person: Person | None, proposal: Proposal, now: datetime | None = None) -> Ballot:
    """Freeze the wording, the rules and the electorate, and let them vote. None is the hub itself.

    Raises PermissionDenied, AskedWrongly."""
    with transaction.atomic():
        at, one = now or timezone.now(), proposing.fresh(proposal)
        if person:
            powers.must_lead(person, one)
        if one.state == State.BALLOT:
            return one.ballot
        _has_waited(one, at)
        proposing.must_work(one.group)
        revision = proposing.newest(one)
        effects.check(one, revision.document)
        _impact_is_known(one)
        rules = recording.rules_of(one.rules, one.group)
        electors = list(_electorate(one, rules, at))
        _can_vote(one, electors)
        closes = at + timedelta(hours=rules.open_hours)
        given = {"rules": msgspec.to_builtins(rules), "opened_by": person, "opened_at": at, "closes_at": closes}
        ballot = Ballot.objects.create(proposal=one, revision=revision, **given)
        for elector in electors:
            elector.ballot = ballot
        Elector.objects.bulk_create(electors)
        one.state = State.BALLOT
        one.save(update_fields=["state"])
        after = {
            "state": State.BALLOT,
            "electors": [each.identity for each in electors],
            "closes_at": closes.isoformat(),
        }
        trail.keep(person, "council.open_ballot", proposing.named(one), {"state": State.LAST_CALL}, after)
        _tell(ballot, f"Proposal {one.pk}, {one.title}, is voted on until {proposing.plain_moment(closes)}", at)
    return ballot


def cast(
    person: Person,
    ballot: Ballot,
    position: str,
    says: str = "",
    organisation: Organisation | None = None,
    now: datetime | None = None,
) -> Vote:
    """Say where an elector stands; the last counts. The same said twice in a row is said once.

    Raises PermissionDenied, AskedWrongly."""
    says = proposing.lines(says).strip()
    _sayable(position, says)
    with transaction.atomic():
        at, held = now or timezone.now(), _fresh(ballot)
        refused: Exception | None = _shut(held, at)
        if refused is None:
            elector = elector_of(person, held, at, organisation)
            refused = _conflict(elector, person, held, at, recuses=position == Position.RECUSE)
        if refused is None:
            return _taken(person, elector, position, says, at)
    raise refused  # after the transaction, in which may stand why


def end(person: Person, ballot: Ballot, now: datetime | None = None) -> record.Tally:
    """A chair has it counted: when its time is over, or as soon as all have voted who can.

    Raises PermissionDenied, AskedWrongly."""
    with transaction.atomic():
        held = _fresh(ballot)
        powers.must_lead(person, held.proposal)
        return _closed(person, held, now or timezone.now())


def close(ballot: Ballot, now: datetime | None = None) -> record.Tally:
    """Count it, once: the record is fixed, the proposal has its outcome, and what was decided is written.

    Raises AskedWrongly where votes are still taken."""
    with transaction.atomic():
        return _closed(None, _fresh(ballot), now or timezone.now())


def elector_of(person: Person, ballot: Ballot, now: datetime, organisation: Organisation | None = None) -> Elector:
    """The elector for which somebody may cast now; raises PermissionDenied with the reason why there is none."""
    electors = ballot.electors.select_related("organisation")
    if ballot.rules["unit"] == "person":
        found = electors.filter(person=person).first()
        if found is None:
            raise PermissionDenied("You are not among those who may vote here: they were frozen when the ballot opened")
        if not roles.has(person, "member", found.organisation):
            raise PermissionDenied(
                f"You vote here as one of {found.organisation.name}, to which you do not belong any more: "
                "what you cast before stands"
            )
    else:
        seat = powers.seat(person, ballot.proposal.group, now.date())
        if seat is None:
            raise PermissionDenied(f"Only who sits in {ballot.proposal.group.name} may vote here")
        found = electors.filter(organisation=seat.organisation).first()
        if found is None:
            raise PermissionDenied(
                f"{seat.organisation.name} had no seat in {ballot.proposal.group.name} when the ballot opened"
            )
    if organisation and found.organisation_id != organisation.pk:
        raise PermissionDenied(f"You vote here for {found.organisation.name}")
    _must_be_within_the_cap(found)
    return found


def _electorate(proposal: Proposal, rules: record.Rules, now: datetime) -> Iterator[Elector]:
    """Who may vote, in order: those who sit longest first."""
    places, there, known = numbers(1), set[int](), _facts(proposal, now)
    for seat in powers.seats(proposal.group, now.date()).order_by("since", "pk"):
        of = seat.person_id if rules.unit == "person" else seat.organisation_id
        if of not in there:
            there.add(of)
            yield _elector(seat, rules, known, next(places))


def _elector(seat: Seat, rules: record.Rules, known: stakes.Facts | None, place: int) -> Elector:
    by_person = rules.unit == "person"
    made = Elector(organisation=seat.organisation, person=seat.person if by_person else None, place=place)
    made.name = (str(seat.person) if by_person else seat.organisation.name)[:200]
    made.barred = _reasons(made, known)
    return made


def _facts(proposal: Proposal, now: datetime) -> stakes.Facts | None:
    """What is known of the entry that it is about, read once for all electors; None where it is about none."""
    return stakes.facts(proposal.slug, now.date()) if proposal.slug else None


def _reasons(elector: Elector, known: stakes.Facts | None) -> str:
    """Why it has a conflict of interest, in one line; empty: it has none."""
    if known is None:
        return ""
    person = elector.person
    return "; ".join(stakes.of(person, known) if person else stakes.of_organisation(elector.organisation, known))


def _has_waited(proposal: Proposal, now: datetime) -> None:
    until = waits_until(proposal)
    if until is None or proposal.last_call_at is None:
        where = State(proposal.state).label.lower()
        raise AskedWrongly(
            f"proposal {proposal.pk} is {where}, and a ballot follows a last call", "start its last call"
        )
    if now < proposal.last_call_at:
        began = proposing.plain_moment(proposal.last_call_at)
        raise AskedWrongly(f"its last call began on {began}, which is not yet", CLOCK)
    if now < until:
        hours = plain.counted(proposal.rules.hours, "hour")
        says = f"its last call waits {hours}, until {proposing.plain_moment(until)}"
        raise AskedWrongly(says, "open the ballot then")


def _can_vote(proposal: Proposal, electors: list[Elector]) -> None:
    if not electors:
        raise AskedWrongly(
            f"nobody sits in {proposal.group.name} now, so nobody could vote",
            "fill its seats first, or bring the proposal before another group",
        )
    if all(elector.barred for elector in electors):
        raise AskedWrongly(
            f"all {len(electors)} who could vote have a conflict of interest",
            "bring the proposal before another group, or ask the steering committee for a waiver",
        )


def _impact_is_known(proposal: Proposal) -> None:
    """Nobody votes on a standard before all can see which claims it would change."""
    if proposal.kind == Proposal.Kind.STANDARD and effects.impact(proposal) is None:
        raise AskedWrongly(
            "which claims it would change is not known yet", "the worker finds it within minutes: open the ballot then"
        )


def _fresh(ballot: Ballot) -> Ballot:
    return Ballot.objects.select_related("proposal__group", "proposal__rules", "revision").get(pk=ballot.pk)


def _sayable(position: str, says: str) -> None:
    if position not in Position.values:
        raise AskedWrongly(f"there is no position {plain.name(position, 40)!r}", f"give {', '.join(Position.values)}")
    if position in WORDED and not says:
        raise AskedWrongly(f"{Position(position).label.partition(':')[0].lower()} says why", "write it in a sentence")
    proposing.readable(says, "word about it", proposing.LONGEST_REMARK, empty=True)


def _shut(ballot: Ballot, now: datetime) -> GuildmarkError | None:
    """Why no vote is taken now; a ballot whose time is over is marked as seen closed."""
    if ballot.proposal.state != State.BALLOT:
        where = State(ballot.proposal.state).label.lower()
        return AskedWrongly(f"the ballot is closed, and the proposal is {where}", "nothing was taken")
    if now < ballot.opened_at:
        opened = proposing.plain_moment(ballot.opened_at)
        return AskedWrongly(f"the ballot opened on {opened}, which is not yet", CLOCK)
    if not over(ballot, now):
        return None
    if ballot.closed_at is None:
        ballot.closed_at = now
        ballot.save(update_fields=["closed_at"])
        trail.keep(None, "council.seen_closed", proposing.named(ballot.proposal), None, now.isoformat())
    ended = proposing.plain_moment(min(ballot.closed_at, ballot.closes_at))
    return AskedWrongly(f"the ballot closed on {ended}, and takes no vote any more", "nothing was taken: see the count")


def _conflict(
    elector: Elector, person: Person, ballot: Ballot, now: datetime, *, recuses: bool
) -> PermissionDenied | None:
    """Why this elector, or who casts for it, may not vote; a conflict of the elector itself is written.

    Who has one herself may still say that her organisation recuses, where nobody has voted for it."""
    known = _facts(ballot.proposal, now)
    _bar(elector, ballot, known)
    said = elector.barred
    if known and not said and elector.person_id is None and not (recuses and not elector.votes.exists()):
        said = "; ".join(stakes.of(person, known))
    return PermissionDenied(f"You may not vote here, for a conflict of interest: {said}") if said else None


def _bar(elector: Elector, ballot: Ballot, known: stakes.Facts | None) -> None:
    """Write the conflict that an elector has by now."""
    if elector.barred:
        return
    if said := _reasons(elector, known):
        _write_bar(elector, ballot, said)


def _write_bar(elector: Elector, ballot: Ballot, said: str) -> None:
    elector.barred = said
    elector.save(update_fields=["barred"])
    after = {"elector": elector.identity, "barred": said}
    trail.keep(None, "council.bar", proposing.named(ballot.proposal), None, after)


def _bar_by_its_voice(elector: Elector, ballot: Ballot, known: stakes.Facts) -> None:
    """At the count: no vote stands that was cast for an organisation by somebody who has a conflict by now."""
    last = elector.votes.select_related("person").order_by("pk").last()
    if elector.barred or elector.person_id or last is None or last.position == Position.RECUSE:
        return
    if said := stakes.of(last.person, known):
        _write_bar(elector, ballot, f"its vote was cast by {last.person}, who has a conflict of interest: {said[0]}")


def is_capped(elector: Elector) -> bool:
    """Whether so many others of the same employer come before her that she has no vote."""
    if not (elector.person_id and elector.ballot.rules["cap"]):
        return False
    standing = count.standing(record_of(elector.ballot))
    return any(one.elector.id == elector.identity and one.stands == "capped" for one in standing)


def _must_be_within_the_cap(elector: Elector) -> None:
    if is_capped(elector):
        cap = plain.counted(elector.ballot.rules["cap"], "person")
        raise PermissionDenied(f"At most {cap} of {elector.organisation.name} vote here, and others come before you")


def _taken(person: Person, elector: Elector, position: str, says: str, at: datetime) -> Vote:
    last = elector.votes.order_by("pk").last()
    if last and (last.person_id, last.position, last.says) == (person.pk, position, says):
        return last
    if elector.votes.count() >= MOST_VOTES:
        raise AskedWrongly(f"{elector.name} has cast {MOST_VOTES} times already", "the last of these stands")
    made = Vote(ballot=elector.ballot, elector=elector, person=person, position=position, says=says, at=at)
    made.save()
    before = {"vote": last.pk, "position": last.position, "says": last.says} if last else None
    after = {"vote": made.pk, "elector": elector.identity, "position": position, "says": says}
    trail.keep(person, "council.cast", proposing.named(elector.ballot.proposal), before, after)
    return made


def _closed(person: Person | None, ballot: Ballot, now: datetime) -> record.Tally:
    if ballot.record:
        tally = record_of(ballot).tally
        if tally is None:
            raise AskedWrongly("the proposal was withdrawn, so its ballot is not counted", "nothing is decided")
        return tally
    if now < ballot.opened_at and ballot.closed_at is None:
        raise AskedWrongly(f"the ballot opened on {proposing.plain_moment(ballot.opened_at)}, which is not yet", CLOCK)
    if not over(ballot, now):
        _must_be_complete(ballot)
    if known := _facts(ballot.proposal, now):
        for elector in ballot.electors.select_related("organisation", "person"):
            _bar(elector, ballot, known)
            _bar_by_its_voice(elector, ballot, known)
    ended = ballot.closed_at or (now if over(ballot, now) else recording.after_all_votes(ballot, now))
    ballot.closed_at = ended
    tally = count.tally(record_of(ballot))
    recording.freeze(ballot, ended, tally)
    _conclude(person, ballot, tally, now)
    return tally


def _must_be_complete(ballot: Ballot) -> None:
    silent = [one.elector.name for one in count.standing(record_of(ballot)) if one.stands == "silent"]
    if silent:
        says = (
            f"{plain.counted(len(silent), 'elector')} may still vote, until {proposing.plain_moment(ballot.closes_at)}"
        )
        raise AskedWrongly(says, f"wait for {plain.name(silent[0])}{' and others' if len(silent) > 1 else ''}")


def _conclude(person: Person | None, ballot: Ballot, tally: record.Tally, now: datetime) -> None:
    """The proposal has its outcome, the one that it supersedes too, and the decision is written."""
    one = ballot.proposal
    one.state, one.why = OUTCOMES[tally.outcome], tally.says[: proposing.LONGEST_WORD]
    one.save(update_fields=["state", "why"])
    after = {"state": one.state, "outcome": tally.outcome, "says": tally.says, "record": ballot.record_sha256}
    trail.keep(person, "council.close", proposing.named(one), {"state": State.BALLOT}, after)
    older = one.supersedes
    if older and tally.outcome == "accepted" and older.state in proposing.REPLACEABLE:
        before, older.state, older.why = older.state, State.SUPERSEDED, f"Superseded by proposal {one.pk}"
        older.save(update_fields=["state", "why"])
        trail.keep(person, "council.supersede", proposing.named(older), {"state": before}, {"by": one.pk})
    deciding.decide(ballot, tally, now)
    came = {"accepted": "is accepted", "rejected": "is rejected", "no_quorum": "is not decided"}[tally.outcome]
    _tell(ballot, f"Proposal {one.pk}, {one.title}, {came}: {tally.says}", now)


def _tell(ballot: Ballot, says: str, at: datetime) -> None:
    one = ballot.proposal
    voting = (each.person for each in ballot.electors.select_related("person") if each.person)
    persons = [*proposing.concerned(one.group, at), *voting, one.person]
    telling.tell(persons, says, one.get_absolute_url(), one.slug, at)
