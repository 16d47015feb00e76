"""What the pages of proposals and ballots hold, read from the database; nothing here writes."""

from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet

from guildmark import plain, standard
from guildmark.errors import AskedWrongly, GuildmarkError
from guildmark.standard import Standard
from guildmark_hub.catalog import published
from guildmark_hub.catalog.models import StandardVersion
from guildmark_hub.council import balloting, count, differing, documents, effects, powers, proposing, record, recording
from guildmark_hub.council.models import Ballot, Elector, Group, Proposal, Revision, Vote
from guildmark_hub.people import roles
from guildmark_hub.people.models import Person

PAGE, MOST_REMARKS = 50, 100
ENDED = (Proposal.State.ACCEPTED, Proposal.State.REJECTED, Proposal.State.WITHDRAWN, Proposal.State.SUPERSEDED)
STANDS = {**dict(Vote.Position.choices), "silent": "Has not voted", "barred": "Barred: a conflict of interest"}
STANDS["capped"] = "Does not vote: others of the same employer do"
LOOKS = {"yes": "passed", "discuss": "failed"}


class Row(NamedTuple):
    """An elector, how it stands, and what was cast for it last."""

    elector: record.Elector
    stands: str
    look: str
    says: str
    by: str
    at: str
    counts: bool


class Cast(NamedTuple):
    """A vote of those that were kept."""

    number: int
    elector: str
    stands: str
    says: str
    by: str
    at: str


class Shown(NamedTuple):
    """A ballot: its record, who stands how, its numbers as of now or for good, and where it stands."""

    ballot: Ballot
    record: record.Ballot
    rows: list[Row]
    votes: list[Cast]
    tally: record.Tally | None
    where: str
    """`open`, `ended` (and not counted yet), `counted`, `withdrawn`."""


class May(NamedTuple):
    """What the reader may do with a proposal now; `why_not` is why she may not vote, where that is worth a word."""

    revise: bool = False
    last_call: bool = False
    open: bool = False
    close: bool = False
    withdraw: bool = False
    remark: bool = False
    elector: Elector | None = None
    why_not: str = ""


class Difference(NamedTuple):
    """A wording held against an older one; `words` only of standards."""

    against: str
    words: tuple[str, ...]
    lines: tuple[differing.Line, ...]


def listed(state: str, kind: str, group: str) -> QuerySet[Proposal]:
    """Proposals, the newest first; `open` are all that have not ended."""
    found = Proposal.objects.select_related("group", "person", "organisation")
    if state == "open":
        found = found.exclude(state__in=ENDED)
    elif state in Proposal.State.values:
        found = found.filter(state=state)
    if kind in Proposal.Kind.values:
        found = found.filter(kind=kind)
    return found.filter(group__slug=group) if group else found


def proposal(one: Proposal, reader: Person | None, now: datetime, before: int | None) -> dict[str, Any]:
    """A proposal's page; `before` is the remark before which the discussion is shown."""
    revisions = list(one.revisions.select_related("person").order_by("-number"))
    said = one.remarks.select_related("person", "organisation", "answers__person").order_by("-pk")
    shown = list((said.filter(pk__lt=before) if before else said)[: MOST_REMARKS + 1])
    ballot = getattr(one, "ballot", None)
    return {
        "proposal": one,
        "revision": ballot.revision if ballot else revisions[0],
        "revisions": revisions,
        "difference": difference(one, revisions[0], ballot),
        "impact": _impact(one),
        "rules": rules_in_words(one, ballot),
        "until": balloting.waits_until(one),
        "waited": _waited(one, now),
        "remarks": shown[:MOST_REMARKS][::-1],
        "earlier": shown[MOST_REMARKS - 1].pk if len(shown) > MOST_REMARKS else None,
        "shown": of_ballot(ballot, now) if ballot else None,
        "may": may(one, reader, now),
        "replaced_by": one.superseded_by.filter(state=Proposal.State.ACCEPTED).first(),
    }


def difference(one: Proposal, revision: Revision, ballot: Ballot | None) -> Difference | None:
    """What a wording changes: of a standard against the version that counts now, or counted when the ballot opened;
    else against the wording before."""
    if one.kind == Proposal.Kind.STANDARD:
        return _of_standard(revision, ballot)
    before = one.revisions.filter(number__lt=revision.number).order_by("-number").first()
    if before is None:
        return None
    return Difference(f"revision {before.number}", (), differing.lines(before.document, revision.document))


def between(older: Revision, newer: Revision) -> Difference:
    """Two wordings of one proposal."""
    return Difference(f"revision {older.number}", (), differing.lines(older.document, newer.document))


def of_ballot(ballot: Ballot, now: datetime) -> Shown:
    """A ballot as its record says it, which is what anybody counts again."""
    held = balloting.record_of(ballot)
    persons = Person.objects.in_bulk({int(one.by.removeprefix("person:")) for one in held.votes})
    names = {f"person:{key}": str(person) for key, person in persons.items()}
    electors = {one.id: one.name for one in held.electors}
    rows = [_row(one, names) for one in count.standing(held)]
    votes = [
        Cast(one.number, electors[one.elector], STANDS[one.position], one.says, names.get(one.by, ""), one.at)
        for one in held.votes
    ]
    tally = held.tally if ballot.record else count.tally(held)
    return Shown(ballot, held, rows, votes[::-1], tally, _where(ballot, held, now))


def may(one: Proposal, reader: Person | None, now: datetime) -> May:
    """What the reader may do; the acts ask again."""
    if reader is None or not roles.has(reader, "member"):
        return May()
    state, mine, leads = one.state, proposing.mine(reader, one), _leads(reader, one)
    before = state in proposing.BEFORE
    ballot = getattr(one, "ballot", None) if state == Proposal.State.BALLOT else None
    ended = ballot is not None and balloting.over(ballot, now)
    elector, why_not = _elector(reader, ballot, now) if ballot and not ended else (None, "")
    voted = ballot is not None and ballot.votes.exists()
    return May(
        revise=mine and before,
        last_call=state == Proposal.State.DRAFT and (mine or leads),
        open=leads and _waited(one, now),
        close=leads and ballot is not None and (ended or _complete(ballot)),
        withdraw=(before or (ballot is not None and not ended)) and (leads or (mine and not voted)),
        remark=True,
        elector=elector,
        why_not=why_not,
    )


def rules_in_words(one: Proposal, ballot: Ballot | None) -> list[tuple[str, str]]:
    """By which rules it is decided: those of its class, or those that the ballot froze."""
    rules = msgspec.convert(ballot.rules, record.Rules) if ballot else recording.rules_of(one.rules, one.group)
    who = (
        "Each organisation with a seat in the group has one vote"
        if rules.unit == "organisation"
        else "Each person with a seat has one vote"
    )
    cap = f", at most {plain.counted(rules.cap, 'person')} of one employer" if rules.cap else ""
    silent = "; who is silent counts as no objection" if rules.lazy else ""
    return [
        ("Class", one.rules.name),
        ("Waiting in last call", plain.counted(rules.hours, "hour")),
        ("Ballot", f"{plain.counted(rules.open_hours, 'hour')}, or until all have voted and a chair has it counted"),
        ("Who votes", f"{who}{cap}"),
        ("Quorum", f"{'/'.join(map(str, rules.quorum))} of those who are not recused{silent}"),
        ("Approvals", f"{rules.approvals}, or all where fewer may vote"),
        ("Threshold", f"{'/'.join(map(str, rules.threshold))} of those who say yes or discuss, and no tie"),
    ]


def groups_of(reader: Person | None, now: datetime) -> list[Group]:
    """The groups in which the reader may propose something."""
    return [seat.group for seat in powers.seats_of(reader, now.date())] if reader else []


def _of_standard(revision: Revision, ballot: Ballot | None) -> Difference | None:
    try:
        draft = documents.read_standard(revision.document)
    except AskedWrongly:  # it was readable when it was proposed, by the rules of that day
        return None
    old = published.newest(draft.id, ballot.opened_at if ballot else None)
    text = _toml(old) if old else ""
    counts = "which counted when the ballot opened" if ballot else "which counts now"
    against = f"{old.id} {old.version}, {counts}" if old else "nothing: there is no such standard yet"
    return Difference(against, differing.standards(old, draft.standard), differing.lines(text, draft.toml.decode()))


def _toml(of: Standard) -> str:
    """A version that counts, as it was written: published by a decision here, or on the shelf."""
    row = StandardVersion.objects.filter(standard=of.id, version=of.version).first()
    return bytes(row.toml).decode() if row else (standard.SHELF / of.id / f"{of.version}.toml").read_text("utf-8")


def _impact(one: Proposal) -> list[str] | None:
    try:
        told = effects.impact(one)
    except GuildmarkError:
        return None
    return told.splitlines() if told is not None else None


def _waited(one: Proposal, now: datetime) -> bool:
    until = balloting.waits_until(one)
    return until is not None and now >= until


def _row(one: count.Stands, names: dict[str, str]) -> Row:
    says = one.elector.barred if one.stands == "barred" else one.last.says if one.last else ""
    by, at = (names.get(one.last.by, ""), one.last.at) if one.last else ("", "")
    look = LOOKS.get(one.stands, "unknown" if one.stands == "silent" else "not_applicable")
    return Row(one.elector, STANDS[one.stands], look, says, by, at, one.stands not in count.OUT)


def _where(ballot: Ballot, held: record.Ballot, now: datetime) -> str:
    if ballot.record:
        return "counted" if held.tally else "withdrawn"
    return "ended" if balloting.over(ballot, now) else "open"


def _leads(reader: Person, one: Proposal) -> bool:
    try:
        powers.must_lead(reader, one)
    except PermissionDenied:
        return False
    return True


def _elector(reader: Person, ballot: Ballot, now: datetime) -> tuple[Elector | None, str]:
    try:
        elector = balloting.elector_of(reader, ballot, now)
        return (None, f"A conflict of interest: {elector.barred}") if elector.barred else (elector, "")
    except PermissionDenied as error:
        sits = powers.seat(reader, ballot.proposal.group, now.date()) or ballot.electors.filter(person=reader).exists()
        return None, str(error) if sits else ""


def _complete(ballot: Ballot) -> bool:
    return all(one.stands != "silent" for one in count.standing(balloting.record_of(ballot)))
