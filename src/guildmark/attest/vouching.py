"""What people vouch for: of claims about a digest, which reviews and reproductions count now, and whose they are."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Literal

from guildmark.attest import statement, verifying
from guildmark.attest.claim import Claim
from guildmark.attest.life import DECIDERS
from guildmark.attest.statement import About, Decided, Intended, Reproduced, Reviewed, Revoked
from guildmark.records import Outcome, Vouched

_AGAINST = ("disagrees", "differs")
_Known = Mapping[str, list[Claim]]
"""Claims by the statement that they sign: several may sign the same, each in a file of her own."""


def vouched(claims: Iterable[Claim], digest: str, now: datetime) -> tuple[Vouched, ...]:
    """What counts now of what `claims`, whose signatures hold, say of a digest (`sha256:…`).

    Who says it twice counts once, by what was said last; of two things said at one moment, by that which is against."""
    known = _known(claims)
    last: dict[tuple[str, ...], tuple[tuple[datetime, bool, str], Vouched]] = {}
    for voice in (voice for signed in known.values() for claim in signed for voice in _voices(claim)):
        if voice.said is None or _refused(voice, known, digest, now):
            continue
        made = statement.moment(voice.said.made_at)
        for one in _said(voice, digest):
            who = (one.kind, one.organisation, one.by, one.standard, one.version)
            rank = (made, one.outcome in _AGAINST, one.statement)
            if who not in last or rank > last[who][0]:
                last[who] = (rank, one)
    return tuple(one for _, (_, one) in sorted(last.items()))


def refused(claim: Claim, claims: Iterable[Claim], digest: str, now: datetime) -> str:
    """Why a review, a reproduction or a decision counts for nothing here; empty where it counts, or is none of them."""
    known = _known(claims)
    reasons = [_refused(voice, known, digest, now) for voice in _voices(claim)]
    return reasons[0] if all(reasons) else ""


def _known(claims: Iterable[Claim]) -> _Known:
    found: dict[str, list[Claim]] = {}
    for claim in claims:
        found.setdefault(claim.digest, []).append(claim)
    return found


def _voices(claim: Claim) -> Iterator[Claim]:
    """Each signer by herself, so that nobody's word is lost by who signs it too; a decision is of all its signers."""
    if isinstance(claim.said, Decided):
        yield claim
    else:
        yield from (claim._replace(signers=(signer,)) for signer in claim.signers)


def _refused(voice: Claim, known: _Known, digest: str, now: datetime) -> str:
    said = voice.said
    if not isinstance(said, Reviewed | Reproduced | Decided):
        return ""
    if not _names(voice, digest):
        return "it is of other bytes"
    spoken_of = known.get(said.about, ())
    why = _undecided(voice, said, now) if isinstance(said, Decided) else _not_anothers(voice, spoken_of, digest)
    others = tuple(claim for signed in known.values() for claim in signed)
    failed = (point.says for point in verifying.standing(voice, others, now) if point.outcome is Outcome.FAILED)
    return why or next(failed, "")


def _names(claim: Claim, digest: str) -> bool:
    return any(f"sha256:{one.digest.get('sha256')}" == digest for one in claim.statement.subject)


def _undecided(claim: Claim, said: Decided, now: datetime) -> str:
    """Only a release that a group accepted, once that has effect, carries its reviews."""
    if (said.matter, said.outcome) != ("vetting", "accepted"):
        return f"it is a decision of {said.matter}, {said.outcome}, not one that accepts a release"
    if len(set(claim.owners)) < DECIDERS:
        return f"a decision counts where {DECIDERS} sign it, and {', '.join(claim.owners)} alone has"
    later = said.effective_at and statement.moment(said.effective_at) > now
    return f"it has effect from {said.effective_at} on" if later else ""


def _not_anothers(voice: Claim, spoken_of: Iterable[Claim], digest: str) -> str:
    """Why what is spoken of is no finding of another about these bytes, as far as that is known."""
    for one in spoken_of:
        if not set(one.owners).isdisjoint(voice.owners):
            return f"{', '.join(voice.owners)} speaks of a statement of their own"
        found = isinstance(one.said, Decided) or not isinstance(one.said, About | Intended | Revoked)
        if not found or not _names(one, digest):
            return "it speaks of what is no finding about these bytes"
    return ""


def _said(voice: Claim, digest: str) -> Iterator[Vouched]:
    """An organisation says itself what it found; a group's decision tells of each reviewer."""
    said, (owner, *_) = voice.said, voice.owners
    told: list[tuple[Literal["review", "reproduction"], str, str, Literal["agrees", "disagrees", "same", "differs"]]]
    if isinstance(said, Reviewed):
        told = [("review", owner, "", said.outcome)]
    elif isinstance(said, Reproduced):
        told = [("reproduction", owner, "", said.outcome)]
    else:
        reviews = said.reviews if isinstance(said, Decided) else ()
        told = [("review", one.organisation, one.reviewer, one.outcome) for one in reviews]
    by = (said.standard, said.version) if isinstance(said, Reviewed | Decided) else ("", "")
    for kind, organisation, who, outcome in told:
        yield Vouched(
            kind=kind,
            organisation=organisation,
            by=who,
            outcome=outcome,
            digest=digest,
            standard=by[0],
            version=by[1],
            statement=voice.digest,
        )
