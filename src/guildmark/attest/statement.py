"""What is signed: an in-toto Statement v1 about digests, and what ours say besides; each kind is named by an address.

Ours have a JSON Schema in docs/schema, printed from these records."""

from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

from guildmark import strict
from guildmark.attest.envelope import LARGEST_PAYLOAD
from guildmark.errors import ClaimError
from guildmark.records import Record, Sha256, canonical

TYPE = "https://in-toto.io/Statement/v1"
OURS = "https://guildmark/"
"""No host: a name of our own, as OpenSSF's https://model_signing/ is one (decision 0015)."""
MOST_SUBJECTS = 1000
LARGEST = 16 << 20
"""Of statements of others."""


class Resource(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something by its digests (a ResourceDescriptor of in-toto); `annotations` say what a digest is of.

    What others say besides is left aside, as in-toto asks."""

    digest: dict[str, str] = {}
    name: str = ""
    uri: str = ""
    annotations: dict[str, Any] = {}


class Statement(msgspec.Struct, frozen=True):
    """Something said about subjects: which kind of thing is said, and what."""

    subject: tuple[Resource, ...]
    predicateType: str  # noqa: N815  # in-toto's own name
    predicate: dict[str, Any]
    type: str = msgspec.field(default=TYPE, name="_type")


class Said(Record, frozen=True, omit_defaults=True):
    """What all our statements say: by which program, when, and until when they may be relied on (RFC 3339, UTC)."""

    made_by: str
    made_at: str
    expires_at: str = ""


class Level(Record, frozen=True):
    """A verdict in short: the level of a standard that is reached, and the next."""

    standard: str
    version: str
    level: str | None
    next: str | None


class Assessed(Said, frozen=True, omit_defaults=True):
    """A subject was looked at: the sha256 of the canonical assessment, and the verdicts that follow from it."""

    assessment: Sha256 = ""
    verdicts: tuple[Level, ...] = ()
    intent: Sha256 | None = None


class Scored(Record, frozen=True):
    """A score of a run, with the bounds of its interval at a confidence."""

    score: str
    value: float
    n: int
    low: float | None
    high: float | None
    confidence: float | None


class Measured(Said, frozen=True, omit_defaults=True):
    """A benchmark was put to a model: the sha256 of the canonical manifest and result, and the scores."""

    run: Sha256 = ""
    benchmark: str = ""
    version: str = ""
    scores: tuple[Scored, ...] = ()
    intent: Sha256 | None = None


class Intended(Said, frozen=True, omit_defaults=True):
    """What will be looked at or measured, said before it is done: a result that names it cannot have been chosen."""

    plan: str = ""


class About(Said, frozen=True, omit_defaults=True):
    """Something said about another statement, which is named by the sha256 of its payload."""

    about: Sha256 = ""
    says: str = ""


class Reviewed(About, frozen=True, omit_defaults=True):
    """People looked at a claim, and agree with it or not; where they answered a standard's checklist, which one."""

    outcome: Literal["agrees", "disagrees"] = "agrees"
    standard: str = ""
    version: str = ""


class Reproduced(About, frozen=True, omit_defaults=True):
    """The same was done again, and the same came out or not; `result` is the statement of what came out."""

    outcome: Literal["same", "differs"] = "same"
    result: Sha256 | None = None


class Rebutted(About, frozen=True, omit_defaults=True):
    """An answer to findings, which stands beside them and changes nothing."""

    findings: tuple[str, ...] = ()


class Retracted(About, frozen=True):
    """Who said it takes it back."""


class Superseded(About, frozen=True, omit_defaults=True):
    """Who said it says it anew: `by` is the statement that counts now."""

    by: Sha256 = ""


class Review(Record, frozen=True):
    """What one reviewer of an organisation found, as a decision tells it."""

    organisation: str
    reviewer: str
    outcome: Literal["agrees", "disagrees"]


class Decided(About, frozen=True, kw_only=True, omit_defaults=True):
    """A group decided by a ballot, which is named by the sha256 of its canonical record.

    `proposal` is its number and title; `about` the statement spoken of, empty where there is none. The statement's
    subject is a release, a standard by the sha256 of its TOML (named `standard:ID@VERSION`), or a document."""

    matter: Literal[
        "vetting", "appeal", "standard", "benchmark", "charter", "election", "revocation", "policy", "waiver"
    ]
    outcome: Literal["accepted", "rejected"]
    group: str
    proposal: str
    ballot: Sha256
    standard: str = ""
    version: str = ""
    reviews: tuple[Review, ...] = ()
    waivers: tuple[str, ...] = ()
    effective_at: str = ""


class Marked(Said, frozen=True, kw_only=True, omit_defaults=True):
    """A release stands on a level of vetting: one claim a level; `basis` names the statements that it rests on."""

    level: Literal[
        "listed", "publisher_verified", "self_attested", "machine_checked", "peer_reviewed", "independently_reproduced"
    ]
    basis: tuple[Sha256, ...] = ()
    standard: str = ""
    version: str = ""
    says: str = ""


class Revoked(Said, frozen=True, omit_defaults=True):
    """A key, named as `PublicKey.id`, counts no more: what it signed from then on; all of it, where it was stolen."""

    key: Sha256 = ""
    at: str = ""
    because: Literal["retired", "compromised"] = "retired"


NAMES: dict[str, type[Said]] = {
    "assessment": Assessed,
    "run": Measured,
    "intent": Intended,
    "review": Reviewed,
    "reproduction": Reproduced,
    "rebuttal": Rebutted,
    "retraction": Retracted,
    "supersession": Superseded,
    "revocation": Revoked,
    "decision": Decided,
    "mark": Marked,
}
"""Our kinds of statements."""
KINDS = {f"{OURS}{name}/v1": kind for name, kind in NAMES.items()}
"""The same, by their addresses."""
TYPES = {kind: address for address, kind in KINDS.items()}


def stated(subjects: tuple[Resource, ...], said: Said) -> bytes:
    """The canonical bytes of a statement of ours; raises ClaimError where it is too large for a log."""
    return written(subjects, TYPES[type(said)], msgspec.to_builtins(said))


def written(subjects: tuple[Resource, ...], kind: str, predicate: dict[str, Any]) -> bytes:
    """The canonical bytes of a statement of any kind; raises ClaimError."""
    data = canonical(Statement(subjects, kind, predicate))
    if len(data) > LARGEST_PAYLOAD:
        raise ClaimError(
            f"the statement has {len(data):,} bytes, and may have {LARGEST_PAYLOAD:,}", "say less: name fewer standards"
        )
    return data


def read(body: bytes) -> Statement:
    """A statement; raises ClaimError. Of ours every field is held against its record."""
    strict.loads(body, "the statement", LARGEST)
    try:
        found = msgspec.json.decode(body, type=Statement)
    except msgspec.MsgspecError as error:
        raise ClaimError(f"it is no statement of in-toto: {error}", "was it made by a newer Guildmark?") from error
    if found.type != TYPE or not 0 < len(found.subject) <= MOST_SUBJECTS:
        raise ClaimError(f"it is {found.type[:80]!r} about {len(found.subject)} subjects", f"{TYPE} is read")
    if found.predicateType.startswith(OURS) and found.predicateType not in KINDS:
        raise ClaimError(f"{found.predicateType[:80]} is not known here", "was it made by a newer Guildmark?")
    if said(found) and canonical(found) != body:
        raise ClaimError("the statement is not in its canonical form", "ask its signer for one that Guildmark made")
    return found


def said(statement: Statement) -> Said | None:
    """What a statement of ours says; None for those of others. Raises ClaimError."""
    kind = KINDS.get(statement.predicateType)
    if kind is None:
        return None
    try:
        found = msgspec.convert(statement.predicate, kind)
    except msgspec.MsgspecError as error:
        raise ClaimError(f"the {kind.__name__.lower()} statement is not whole: {error}", "ask its signer") from error
    moment(found.made_at)
    for text in (found.expires_at, found.effective_at if isinstance(found, Decided) else ""):
        if text:
            moment(text)
    if isinstance(found, Revoked) and found.because == "retired":
        moment(found.at)
    return found


def moment(text: str) -> datetime:
    """A time of RFC 3339 in UTC; raises ClaimError."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise ClaimError(f"{text[:40]!r} is no time", "write it as 2026-11-22T12:00:00Z") from error
    if not text.endswith("Z") or found.tzinfo is None:
        raise ClaimError(f"{text[:40]!r} is not in UTC", "write it as 2026-11-22T12:00:00Z")
    return found.astimezone(UTC)
