"""A bundle: a signed statement, what it speaks of, and the proof that a log holds it, in one file of one form."""

from typing import Any, NamedTuple

import msgspec

from guildmark import strict
from guildmark.attest import envelope as envelopes
from guildmark.attest.envelope import Envelope
from guildmark.errors import ClaimError
from guildmark.records import canonical

LARGEST = 256 << 20
EVIDENCE = ("assessment", "run")
"""What a statement may speak of by its digest, and a bundle may carry."""
PROOF = "proof"


class Bundle(NamedTuple):
    """A signed statement; which evidence is with it, and its canonical JSON; the text of a log's proof.

    Nothing of it is verified."""

    envelope: Envelope
    kind: str = ""
    evidence: bytes = b""
    proof: str = ""


def write_bundle(bundle: Bundle) -> bytes:
    """A bundle's one form: canonical JSON and a newline."""
    parts = {"envelope": canonical(bundle.envelope)}
    if bundle.kind:
        parts[bundle.kind] = bundle.evidence
    if bundle.proof:
        parts[PROOF] = canonical(bundle.proof)
    return b"{" + b",".join(canonical(name) + b":" + parts[name] for name in sorted(parts)) + b"}\n"


def read_bundle(data: bytes) -> Bundle:
    """A bundle of `write_bundle`; any other spelling of it was not written here. Raises ClaimError."""
    strict.loads(data, "the bundle", LARGEST)
    try:
        parts = msgspec.json.decode(data, type=dict[str, msgspec.Raw])
        kinds = [name for name in parts if name in EVIDENCE]
        if "envelope" not in parts or len(kinds) > 1 or parts.keys() - {"envelope", PROOF, *EVIDENCE}:
            raise ClaimError(f"it is no bundle: it holds {', '.join(parts)[:200]}", "give what `attest` wrote")
        proof: Any = msgspec.json.decode(parts[PROOF], type=str) if PROOF in parts else ""
    except msgspec.MsgspecError as error:
        raise ClaimError(f"it is no bundle: {error}", "give what `guildmark attest` wrote") from error
    kind = kinds[0] if kinds else ""
    found = Bundle(envelopes.read(bytes(parts["envelope"])), kind, bytes(parts[kind]) if kind else b"", proof)
    if write_bundle(found) != data:
        raise ClaimError("the bundle is not in its canonical form", "it was changed: fetch it again")
    return found
