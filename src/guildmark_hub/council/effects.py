"""What accepting a proposal means, by its kind: whether it may be asked at all, what is stated of it, what follows.

A shelf: who knows a kind registers its effect when its app is ready."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from guildmark.attest.statement import Resource, Review
from guildmark.errors import AskedWrongly
from guildmark_hub.council.models import Decision, Proposal


class Facts(NamedTuple):
    """What a decision's statement says besides what its ballot says.

    `about` is the sha256 of the statement spoken of, bare; `effective_at` is None where it has effect at once, and
    `expires_at` where it has no end."""

    subject: Resource
    about: str = ""
    standard: str = ""
    version: str = ""
    reviews: tuple[Review, ...] = ()
    waivers: tuple[str, ...] = ()
    effective_at: datetime | None = None
    expires_at: datetime | None = None


class Effect(NamedTuple):
    """Of one kind of proposals. `check` raises AskedWrongly where a wording cannot be decided upon; `impact` says in
    lines what accepting would change, None where that is not known (yet).

    `take` and `refuse` are called in the transaction in which an accepted or a rejected decision was signed."""

    check: Callable[[Proposal, str], None]
    facts: Callable[[Proposal], Facts]
    impact: Callable[[Proposal], str | None]
    take: Callable[[Decision], None]
    refuse: Callable[[Decision], None]


_SHELF: dict[str, Effect] = {}


def register(kind: str, effect: Effect) -> None:
    """From now on proposals of a kind have this effect."""
    _SHELF[str(kind)] = effect


def of(kind: str) -> Effect:
    """The effect of a kind; raises AskedWrongly where nobody registered one."""
    if str(kind) not in _SHELF:
        raise AskedWrongly(f"nothing here knows what a proposal of the kind {kind} would do", "choose another kind")
    return _SHELF[str(kind)]


def check(proposal: Proposal, document: str) -> None:
    """Whether a wording of a proposal, which need not be kept yet, can be decided upon; raises AskedWrongly."""
    of(proposal.kind).check(proposal, document)


def impact(proposal: Proposal) -> str | None:
    """What accepting it as it is worded now would change, in lines; None where that is not known (yet)."""
    return of(proposal.kind).impact(proposal)


def nothing(decision: Decision) -> None:
    """The effect of what stands by being decided: the record is all."""


def unknown(proposal: Proposal) -> None:
    """The impact of what changes no claim."""
