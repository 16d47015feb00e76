"""What becomes of a claim: taken back, said anew, reviewed, done again, decided upon; and keys that count no more."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from guildmark.attest import statement
from guildmark.attest.claim import Claim
from guildmark.attest.statement import (
    About,
    Assessed,
    Decided,
    Marked,
    Rebutted,
    Reproduced,
    Retracted,
    Reviewed,
    Revoked,
    Superseded,
)
from guildmark.attest.trust import Known
from guildmark.records import Outcome

Told = tuple[Outcome, str]
DECIDERS = 2
"""So many owners of keys sign a decision that counts: no chair and no hub decides alone."""
REVOKE = ("revocation", "appeal")
"""Matters of decisions that may count against a claim."""


def of(claim: Claim, others: Iterable[Claim]) -> Iterator[Told]:
    """What other claims say of this one, and whether it was announced as it says."""
    others = tuple(others)
    for other in others:
        if isinstance(other.said, Decided) and other.said.about == claim.digest:
            yield _decided(claim, other, other.said, others)
        elif isinstance(other.said, About) and other.said.about == claim.digest:
            yield from _about(claim, other, other.said)
    intent = getattr(claim.said, "intent", None)
    if intent and claim.said:
        yield _announced(intent, claim, others)


def _about(claim: Claim, other: Claim, said: About) -> Iterator[Told]:
    who = ", ".join(other.owners)
    own = set(claim.owners) & set(other.owners)
    strangers = ", ".join(owner for owner in other.owners if owner not in own)
    because = f": {said.says}" if said.says else ""
    match said:
        case Retracted() if own:
            yield Outcome.FAILED, f"{who} took it back on {said.made_at}{because}"
        case Superseded() if own:
            yield Outcome.FAILED, f"{who} said it anew on {said.made_at}: the statement {said.by[:16]}… counts{because}"
        case Reviewed() | Reproduced() if not strangers:
            yield Outcome.NOT_APPLICABLE, f"{who} speaks of a statement of their own, which counts for nothing"
        case Reviewed():
            agrees = said.outcome == "agrees"
            yield Outcome.PASSED if agrees else Outcome.UNKNOWN, f"{strangers} reviewed it and {said.outcome}{because}"
        case Reproduced():
            same = said.outcome == "same"
            came = "the same came out" if same else "something else came out"
            yield Outcome.PASSED if same else Outcome.UNKNOWN, f"{strangers} did it again, and {came}{because}"
        case Rebutted():
            yield Outcome.NOT_APPLICABLE, f"{who} answers {', '.join(said.findings) or 'it'}{because}"
        case _:
            yield Outcome.NOT_APPLICABLE, f"{who}, who did not say it, would take it back{because}"


def _decided(claim: Claim, other: Claim, said: Decided, others: tuple[Claim, ...]) -> Told:
    """A ballot counts against a claim of its own group, unless another ballot counts against that one."""
    who, by = ", ".join(other.owners), f"by a ballot on {said.made_at}"
    because = f": {said.says}" if said.says else ""
    if not _counts_against(claim, other):
        return Outcome.NOT_APPLICABLE, f"{who} decided of it {by}, {said.matter}: {said.outcome}{because}"
    if any(_stands_against(other, one, others) for one in others):
        return Outcome.NOT_APPLICABLE, f"{who} revoked it {by}, and a later ballot revoked that"
    did = "reversed it on appeal" if said.matter == "appeal" else "revoked it"
    return Outcome.FAILED, f"{who} {did} {by}{because}"


def _stands_against(claim: Claim, other: Claim, others: tuple[Claim, ...]) -> bool:
    return _counts_against(claim, other) and not any(_stands_against(other, one, others) for one in others)


def _counts_against(claim: Claim, other: Claim) -> bool:
    """Whether a decision revokes a claim: two signed it, one of whom signed the claim."""
    said = other.said
    return (
        isinstance(said, Decided)
        and said.about == claim.digest
        and said.matter in REVOKE
        and said.outcome == "accepted"
        and isinstance(claim.said, Decided | Assessed | Marked)
        and len(set(other.owners)) >= DECIDERS
        and not set(claim.owners).isdisjoint(other.owners)
    )


def _announced(intent: str, claim: Claim, others: Iterable[Claim]) -> Told:
    for other in others:
        if other.digest == intent and other.said and claim.said:
            if set(claim.owners).isdisjoint(other.owners):
                return Outcome.FAILED, f"the announcement {intent[:16]}… is by {', '.join(other.owners)}"
            if statement.moment(other.said.made_at) > statement.moment(claim.said.made_at):
                return Outcome.FAILED, f"it was announced on {other.said.made_at}, after it was done"
            return Outcome.PASSED, f"it was announced on {other.said.made_at}, before it was done"
    return Outcome.UNKNOWN, f"it names an announcement, {intent[:16]}…, that is not at hand"


def revoked(known: Known, others: Iterable[Claim], at: datetime) -> str:
    """Why a key does not count for what was signed at a time, as its own organisation says; empty where it does."""
    for other in others:
        said = other.said
        if not isinstance(said, Revoked) or said.key != known.key.id or known.owner not in other.owners:
            continue
        if said.because == "compromised":
            return f"{known.owner} says that the key was stolen: nothing that it signed counts"
        if at >= statement.moment(said.at):
            return f"{known.owner} retired the key on {said.at}, before this was signed"
    return ""
