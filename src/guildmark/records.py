"""The frozen nouns, and the one canonical JSON that every digest is taken of."""

import enum
import hashlib
from collections.abc import Iterable
from typing import Annotated, Any, Literal

import msgspec

Kind = Literal["model", "dataset", "tool"]
KINDS: tuple[Kind, ...] = ("model", "dataset", "tool")

Sha256 = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
Digest = Annotated[str, msgspec.Meta(pattern="^sha256:[0-9a-f]{64}$")]
FileSha256 = Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{64}|link:.*)$")]


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A value that never changes; a change makes a new one (`msgspec.structs.replace`)."""


class Outcome(enum.StrEnum):
    """A check's answer; `worst` compares them, the worst first."""

    FAILED = "failed"
    UNKNOWN = "unknown"
    PASSED = "passed"
    NOT_APPLICABLE = "not_applicable"


_ORDER = {outcome: place for place, outcome in enumerate(Outcome)}


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """The worst of `outcomes`; UNKNOWN where there is none, for silence is not safety."""
    return min(outcomes, key=_ORDER.__getitem__, default=Outcome.UNKNOWN)


class Evidence(Record, frozen=True):
    """What was seen, and where: a file, its digest where it was read, a place in it."""

    path: str
    sha256: FileSha256 | None
    at: str
    seen: str


class Finding(Record, frozen=True):
    """One answer of one check."""

    check: str
    outcome: Outcome
    says: str
    evidence: tuple[Evidence, ...] = ()


class FileRecord(Record, frozen=True):
    """A file of a subject. `sha256` is `link:TARGET` for a link, null for bytes nobody hashed."""

    path: str
    size: int
    sha256: FileSha256 | None


class SubjectRecord(Record, frozen=True):
    """What was looked at. `digest` is null where some file could not be hashed."""

    name: str
    purl: str | None
    kind: Kind
    digest: Digest | None
    files: tuple[FileRecord, ...]


class Listing(Record, frozen=True):
    """What a place says about a subject, by digest; `asked_at` is RFC 3339 in UTC."""

    name: str
    where: str
    asked_at: str
    size: int
    sha256: Sha256


class Interval(Record, frozen=True):
    """Bounds of a value, at a confidence from 0 to 1, by a named method."""

    low: float
    high: float
    confidence: float
    method: str


class Measurement(Record, frozen=True):
    """A number that is never alone: of what, by which score, in which unit, under which conditions."""

    of: str
    score: str
    value: float
    unit: str
    n: int
    interval: Interval | None = None
    conditions: dict[str, Any] = {}
    evidence: tuple[Evidence, ...] = ()


class Assessment(Record, frozen=True):
    """All findings and measurements of one subject."""

    subject: SubjectRecord
    listings: tuple[Listing, ...]
    findings: tuple[Finding, ...]
    measurements: tuple[Measurement, ...]
    made_by: str
    made_at: str

    def outcome(self, check: str) -> Outcome:
        """The worst finding of `check`; UNKNOWN where it was not asked."""
        return worst(finding.outcome for finding in self.findings if finding.check == check)


class Bar(Record, frozen=True):
    """What keeps a subject from a level."""

    requires: Literal["check", "measure", "review", "reproduced"]
    id: str
    outcome: Outcome
    says: str


class Verdict(Record, frozen=True):
    """The level of a standard that an assessment reaches, and what bars the next."""

    standard: str
    version: str
    level: str | None
    next: str | None
    bars: tuple[Bar, ...]


class Vouched(Record, frozen=True, kw_only=True):
    """What a signed claim that counts says of a subject, in short.

    `by` is who of the organisation says it, empty where it speaks itself; `standard` and `version` what was reviewed
    against; `statement` is the sha256 of the statement that says so."""

    kind: Literal["review", "reproduction"]
    organisation: str
    by: str
    outcome: Literal["agrees", "disagrees", "same", "differs"]
    digest: Digest
    standard: str = ""
    version: str = ""
    statement: Sha256


Status = Literal["not_affected", "affected", "fixed", "under_investigation"]


class Rebuttal(Record, frozen=True):
    """What someone else says about findings, in a VEX file: it stands beside them and changes nothing.

    `of` is the vulnerability or the check, `against` the places of the findings in the assessment, from 0."""

    of: str
    status: Status
    says: str
    justification: str
    by: str
    made_at: str
    aliases: tuple[str, ...] = ()
    source: str = ""
    sha256: Sha256 | None = None
    against: tuple[int, ...] = ()


class Report(Record, frozen=True, omit_defaults=True):
    """What `guildmark vet --format json` prints."""

    assessment: Assessment
    verdicts: tuple[Verdict, ...]
    rebuttals: tuple[Rebuttal, ...] = ()
    claims: tuple[Vouched, ...] = ()


def canonical(record: Any) -> bytes:
    """RFC 8785 bytes of a record; raises ValueError for integers beyond ±(2**53 - 1)."""
    import rfc8785  # only digests and JSON reports need it

    return rfc8785.dumps(msgspec.to_builtins(record))


def digest(record: Any) -> str:
    """`sha256:…` of the canonical JSON of a record."""
    return "sha256:" + hashlib.sha256(canonical(record)).hexdigest()


def read_report(data: bytes) -> Report:
    """A report, or a bare assessment, from its JSON; raises msgspec.ValidationError or DecodeError."""
    if "assessment" in msgspec.json.decode(data, type=dict[str, msgspec.Raw]):
        return msgspec.json.decode(data, type=Report)
    return Report(msgspec.json.decode(data, type=Assessment), ())
