"""Who said what about which digest, and whether it holds now: point by point, by the reader's own trust."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Literal

from guildmark.attest import evidence, life, statement
from guildmark.attest.bundle import Bundle
from guildmark.attest.claim import Claim, opened
from guildmark.attest.statement import Decided, Resource
from guildmark.attest.trust import Trust
from guildmark.errors import ClaimError, GuildmarkError, LogError
from guildmark.log import proof
from guildmark.records import Outcome, Record, canonical, worst

AHEAD = timedelta(minutes=5)
"""So much may a signer's clock be ahead of ours."""


class Point(Record, frozen=True):
    """One question to a claim, and its answer."""

    of: Literal["signature", "key", "time", "evidence", "log", "life", "files"]
    outcome: Outcome
    says: str


class Verification(Record, frozen=True):
    """What was found of a claim: who signed it (owners of keys), what it says of which digests, and each point.

    `statement` is the sha256 of what was signed; `says` is the predicate, in a line."""

    signers: tuple[str, ...]
    statement: str
    kind: str
    subjects: tuple[Resource, ...]
    made_at: str
    says: str
    points: tuple[Point, ...]

    @property
    def outcome(self) -> Outcome:
        """The worst of all points."""
        return worst(point.outcome for point in self.points)


def verify(bundle: Bundle, trust: Trust, now: datetime, others: Iterable[Claim] = ()) -> Verification:
    """Verify a claim: `others` are claims that may speak of it, or of its signers' keys.

    What nobody who is trusted has signed is not repeated: it says nothing."""
    try:
        claim = opened(bundle.envelope, trust)
    except ClaimError as error:
        refused = Point(of="signature", outcome=Outcome.FAILED, says=error.says)
        return Verification((), "", "", (), "", "nothing that counts", (refused,))
    others = tuple(others)
    points = (
        _signed(claim),
        *_keys(claim, others, now),
        *_times(claim, now),
        *_evidence(bundle, claim),
        *_log(bundle, trust),
        *_life(claim, others),
    )
    kind, subjects = claim.statement.predicateType, claim.statement.subject
    made_at = claim.said.made_at if claim.said else ""
    return Verification(
        claim.owners, claim.digest, kind, subjects, made_at, evidence.in_short(claim.statement, claim.said), points
    )


def _signed(claim: Claim) -> Point:
    """A decision that one alone has signed may be nobody's but her own."""
    who = f"signed by {', '.join(claim.owners)}"
    if isinstance(claim.said, Decided) and len(set(claim.owners)) < life.DECIDERS:
        alone = f"{who} alone, of those that you trust: a decision counts where {life.DECIDERS} have"
        return Point(of="signature", outcome=Outcome.UNKNOWN, says=alone)
    return Point(of="signature", outcome=Outcome.PASSED, says=who)


def standing(claim: Claim, others: tuple[Claim, ...], now: datetime) -> tuple[Point, ...]:
    """What there is to say of a claim whose signature holds, but for its evidence and its place in a log."""
    return (*_keys(claim, others, now), *_times(claim, now), *_life(claim, others))


def _life(claim: Claim, others: tuple[Claim, ...]) -> Iterator[Point]:
    for outcome, says in life.of(claim, others):
        yield Point(of="life", outcome=outcome, says=says)


def _keys(claim: Claim, others: tuple[Claim, ...], now: datetime) -> Iterator[Point]:
    """Whether each signer's key counted when it says that it signed."""
    at = statement.moment(claim.said.made_at) if claim.said else now
    for known in claim.signers:
        why = known.refused(at) or life.revoked(known, others, at)
        counts = f"the key of {known.owner} ({known.key.name}) counts"
        yield Point(of="key", outcome=Outcome.FAILED if why else Outcome.PASSED, says=why or counts)


def _times(claim: Claim, now: datetime) -> Iterator[Point]:
    said = claim.said
    if said is None:
        yield Point(of="time", outcome=Outcome.UNKNOWN, says="a statement of this kind does not say when it was made")
        return
    made = statement.moment(said.made_at)
    if made > now + AHEAD:
        ahead = f"it says it was made on {said.made_at}, and now is {now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        yield Point(of="time", outcome=Outcome.FAILED, says=f"{ahead}: one of the two clocks is wrong")
    elif said.expires_at and statement.moment(said.expires_at) <= now:
        yield Point(of="time", outcome=Outcome.FAILED, says=f"it was to be relied on until {said.expires_at}")
    else:
        until = f"to be relied on until {said.expires_at}" if said.expires_at else "and names no end"
        yield Point(of="time", outcome=Outcome.PASSED, says=f"made on {said.made_at}, {until}")


def _evidence(bundle: Bundle, claim: Claim) -> Iterator[Point]:
    """Whether what the bundle carries is what was signed."""
    wanted = evidence.named(claim.said)
    if wanted is None:
        if bundle.kind:
            yield Point(of="evidence", outcome=Outcome.FAILED, says=f"the statement speaks of no {bundle.kind}")
        return
    kind, sha256 = wanted
    if not bundle.kind:
        outcome = Outcome.NOT_APPLICABLE if bundle.proof else Outcome.UNKNOWN  # a proof is of the statement alone
        yield Point(of="evidence", outcome=outcome, says=f"the {kind} {sha256[:16]}… is not with it")
    elif bundle.kind != kind or hashlib.sha256(bundle.evidence).hexdigest() != sha256:
        yield Point(of="evidence", outcome=Outcome.FAILED, says=f"the {bundle.kind} with it is not the one signed")
    else:
        yield from _fits(bundle, claim, kind)


def _fits(bundle: Bundle, claim: Claim, kind: str) -> Iterator[Point]:
    """Whether the statement says of its evidence what stands there."""
    try:
        wrong = evidence.contradicted(bundle.evidence, claim.statement, claim.said)
    except GuildmarkError as error:
        yield Point(of="evidence", outcome=Outcome.UNKNOWN, says=f"the {kind} cannot be read: {error.says}")
        return
    outcome = Outcome.FAILED if wrong else Outcome.PASSED
    yield Point(of="evidence", outcome=outcome, says=wrong or f"the {kind} with it is the one that was signed")


def _log(bundle: Bundle, trust: Trust) -> Iterator[Point]:
    """Whether the proof that is with it holds."""
    if not bundle.proof:
        return
    try:
        proven = proof.holds(proof.read(bundle.proof), canonical(bundle.envelope), trust.logs())
    except LogError as error:
        yield Point(of="log", outcome=Outcome.FAILED, says=error.says)
        return
    says = f"entry {proven.place} of {proven.checkpoint.size} in the log {proven.checkpoint.origin}"
    yield Point(of="log", outcome=Outcome.PASSED, says=says)
