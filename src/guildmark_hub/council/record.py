"""A ballot as a file that anyone can count again: who might vote, by which rules, and what was cast."""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Literal

import msgspec

from guildmark import plain, strict
from guildmark.errors import ClaimError
from guildmark.records import Record, Sha256, canonical

LARGEST = 16 << 20
MENDED = "fetch it again from the hub's page of the ballot; if it says the same, tell those who run the hub"

Position = Literal["yes", "no_objection", "discuss", "abstain", "recuse"]


class Rules(Record, frozen=True):
    """A class of decisions. `hours`: of waiting in last call; `open_hours`: a ballot is open so long at least.

    `quorum` and `threshold` are fractions, `approvals` a number of yes; `cap`: so many of one employer, 0 for all."""

    slug: str
    unit: Literal["organisation", "person"]
    hours: int
    open_hours: int
    approvals: int
    quorum: tuple[int, int]
    threshold: tuple[int, int]
    cap: int = 0
    lazy: bool = False


class Elector(Record, frozen=True):
    """One who may vote, as it was frozen at the opening; `barred` says in a sentence which conflict takes it out.

    `id` is `organisation:SLUG` or `person:NUMBER`. The electorate's order is that of `place`, and of `id` where that is
    the same. `employer` is empty where there is none: then no cap applies."""

    id: str
    name: str
    employer: str = ""
    place: int = 0
    barred: str = ""


class Cast(Record, frozen=True):
    """What was cast for an elector, and by whom; all are kept, and the one with the highest number counts."""

    number: int
    elector: str
    by: str
    position: Position
    at: str
    says: str = ""


class Tally(Record, frozen=True):
    """What came out, by which rule, and its numbers.

    `electorate` = `capped` + `recused` + `net`, and `net` = the four positions + `silent`. `present` took part (in a
    lazy class the silent too). `quorum` and `approvals` are how many were needed."""

    outcome: Literal["accepted", "rejected", "no_quorum"]
    says: str
    electorate: int
    capped: int
    recused: int
    net: int
    present: int
    quorum: int
    approvals: int
    yes: int
    no_objection: int
    discuss: int
    abstain: int
    silent: int


class Ballot(Record, frozen=True):
    """A ballot about one wording of a proposal (`document`); moments are RFC 3339 in UTC, empty where not yet."""

    schema: Literal["guildmark-ballot/1"]
    hub: str
    proposal: int
    title: str
    group: str
    document: Sha256
    rules: Rules
    opened_at: str
    closes_at: str
    closed_at: str
    electors: tuple[Elector, ...]
    votes: tuple[Cast, ...]
    example: bool = False
    tally: Tally | None = None


def read(data: bytes) -> Ballot:
    """A ballot from its JSON; raises ClaimError for what no hub writes, so that nothing of it is counted."""
    value = strict.loads(data, "the ballot", LARGEST)
    try:
        ballot = msgspec.convert(value, Ballot)
        canonical(ballot)
    except (msgspec.ValidationError, ValueError) as error:
        raise ClaimError(f"this is no record of a ballot: {plain.sentence(str(error))}", MENDED) from error
    return checked(ballot)


def digest(ballot: Ballot) -> str:
    """The sha256 of the canonical JSON, in hex."""
    return hashlib.sha256(canonical(ballot)).hexdigest()


def checked(ballot: Ballot) -> Ballot:
    """The same ballot; raises ClaimError with the first thing that contradicts the rules of deciding."""
    for says in _faults(ballot):
        raise ClaimError(f"the ballot cannot be counted: {says}", MENDED)
    return ballot


def closing(ballot: Ballot) -> datetime | None:
    """When nothing was taken any more: when it closed or was to close, whichever came first; None: it is open."""
    return min((datetime.fromisoformat(at) for at in (ballot.closes_at, ballot.closed_at) if at), default=None)


def _faults(ballot: Ballot) -> Iterator[str]:
    yield from _of_rules(ballot.rules)
    yield from _of_moments(ballot)
    yield from _of_electors(ballot)
    yield from _of_votes(ballot)


def _of_rules(rules: Rules) -> Iterator[str]:
    for name, (part, whole) in (("quorum", rules.quorum), ("threshold", rules.threshold)):
        if not 0 <= part <= whole or whole == 0:
            yield f"its {name}, {part}/{whole}, is no fraction from 0 to 1"
    for name, number in (
        ("hours", rules.hours),
        ("open_hours", rules.open_hours),
        ("approvals", rules.approvals),
        ("cap", rules.cap),
    ):
        if number < 0:
            yield f"its {name} is {number}, and nothing is less than 0"


def _of_moments(ballot: Ballot) -> Iterator[str]:
    if not plain.is_moment(ballot.opened_at):
        yield f"it opened at {plain.name(ballot.opened_at) or 'no time'}, which is no moment in UTC"
        return
    for said in (ballot.closes_at, ballot.closed_at):
        if said and not plain.is_moment(said):
            yield f"it closes at {plain.name(said)}, which is no moment in UTC"
        elif said and datetime.fromisoformat(said) < datetime.fromisoformat(ballot.opened_at):
            yield f"it closes at {said}, before it opened at {ballot.opened_at}"


def _of_electors(ballot: Ballot) -> Iterator[str]:
    known = set()
    for elector in ballot.electors:
        kind, _, who = elector.id.partition(":")
        if kind != ballot.rules.unit or not who:
            yield f"{plain.name(elector.id)} is an elector where each is to be one {ballot.rules.unit}"
        if elector.id in known:
            yield f"{plain.name(elector.id)} is an elector twice"
        known.add(elector.id)


def _of_votes(ballot: Ballot) -> Iterator[str]:
    known = {elector.id for elector in ballot.electors}
    opened, end, before = datetime.fromisoformat(ballot.opened_at), closing(ballot), 0
    for cast in ballot.votes:
        vote = f"vote {cast.number}"
        if cast.number <= before:
            yield f"{vote} stands after {f'vote {before}' if before else 'none'}, and numbers rise from 1"
        before = cast.number
        if cast.elector not in known:
            yield f"{vote} is of {plain.name(cast.elector)}, who is no elector"
        if cast.position == "discuss" and not cast.says.strip():
            yield f"{vote} says discuss, and not why"
        if not plain.is_moment(cast.at):
            yield f"{vote} was cast at {plain.name(cast.at) or 'no time'}, which is no moment in UTC"
            return
        at = datetime.fromisoformat(cast.at)
        if at < opened:
            yield f"{vote} was cast at {cast.at}, before the ballot opened at {ballot.opened_at}"
        if end is not None and at >= end:
            yield f"{vote} was cast at {cast.at}, when the ballot was closed"
