"""Who published a file, as a package index says it (PEP 740): bundles of attestations, not verified here."""

from typing import Any

import msgspec

from guildmark.contents import Contents
from guildmark.errors import FormatError
from guildmark.formats import Holds

RANK = 50
HOLDS: Holds = "text"
REFINES = "text"

LARGEST = 16 << 20
HEAD = 1 << 12


class _Bundle(msgspec.Struct):
    publisher: dict[str, Any]
    attestations: list[msgspec.Raw]


class _Provenance(msgspec.Struct):
    version: int
    attestation_bundles: list[_Bundle]


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
    try:
        found = msgspec.json.decode(body, type=_Provenance)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise FormatError(f"it is not the provenance of a published file: {error}") from error
    return tuple(bundle.publisher for bundle in found.attestation_bundles)
