"""Who published a file, as a package index says it (PEP 740): bundles of attestations, not verified here."""

import base64
from typing import Any, NamedTuple

import msgspec

from guildmark.contents import Contents
from guildmark.errors import FormatError
from guildmark.formats import Holds
from guildmark.structured import shallow, told

RANK = 50
HOLDS: Holds = "text"
REFINES = "text"
BEGINS = (b"{",)

LARGEST = 16 << 20
ATTESTATIONS = 100
"""Of one bundle; a real one has one or two."""
HEAD = 1 << 12


class _Bundle(msgspec.Struct):
    publisher: dict[str, Any]
    attestations: list[msgspec.Raw]


class _Provenance(msgspec.Struct):
    version: int
    attestation_bundles: list[_Bundle]


class _Envelope(msgspec.Struct):
    statement: str


class _Attestation(msgspec.Struct):
    envelope: _Envelope


class _Subject(msgspec.Struct):
    name: str = ""
    digest: dict[str, str] = {}


class _Stated(msgspec.Struct, rename="camel"):
    predicate_type: str
    subject: list[_Subject]


def recognises(contents: Contents) -> bool:
    head = contents.at(0, HEAD).lstrip()
    if not head.startswith(b"{") or contents.size > LARGEST:
        return False
    if b'"attestation_bundles"' not in head + contents.at(max(0, contents.size - HEAD), HEAD):
        return False
    try:
        publishers(contents.at(0, contents.size))
    except FormatError:
        return False
    return True


def publishers(body: bytes) -> tuple[dict[str, Any], ...]:
    """The publisher of each bundle, as the index states it (`kind`, `repository`, …); raises FormatError."""
    return tuple(bundle.publisher for bundle in _provenance(body).attestation_bundles)


def _provenance(body: bytes) -> _Provenance:
    try:
        return msgspec.json.decode(shallow(body), type=_Provenance)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise FormatError(f"it is not the provenance of a published file: {told(error)}") from error


class Statement(NamedTuple):
    """What one attestation states: of which file, by name and sha256, and by which kind of statement (in-toto)."""

    publisher: dict[str, Any]
    predicate_type: str
    subjects: tuple[tuple[str, str], ...]


def statements(body: bytes) -> tuple[Statement, ...]:
    """What each attestation states, as it stands in its envelope and unverified; raises FormatError."""
    found = _provenance(body)
    return tuple(
        _statement(bundle.publisher, attestation)
        for bundle in found.attestation_bundles
        for attestation in bundle.attestations[:ATTESTATIONS]
    )


def _statement(publisher: dict[str, Any], attestation: bytes) -> Statement:
    try:
        envelope = msgspec.json.decode(attestation, type=_Attestation).envelope
        stated = msgspec.json.decode(shallow(base64.b64decode(envelope.statement, validate=True)), type=_Stated)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise FormatError(f"an attestation holds no statement: {told(error)}") from error
    subjects = tuple((one.name, one.digest.get("sha256", "").lower()) for one in stated.subject)
    return Statement(publisher, stated.predicate_type, subjects)
