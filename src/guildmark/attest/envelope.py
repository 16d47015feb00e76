"""Envelopes: a statement as bytes, and signatures over exactly these bytes (DSSE v1)."""

import base64
import hashlib
from collections.abc import Iterable

import msgspec

from guildmark import strict
from guildmark.errors import ClaimError
from guildmark.keys import PublicKey, Signer
from guildmark.log.note import exact_base64
from guildmark.records import Record

PAYLOAD = "application/vnd.in-toto+json"
LARGEST_PAYLOAD = 16 << 10
"""Of our own statements, so that each fits into a log's entry."""
LARGEST = 64 << 20
MOST_SIGNATURES = 16


class Signature(Record, frozen=True):
    """A signature, and which key is said to have made it (`PublicKey.id`)."""

    keyid: str
    sig: str


class Envelope(Record, frozen=True):
    """A payload in base64, its media type, and who signed it: nothing of it is verified."""

    payload: str
    payloadType: str  # noqa: N815  # DSSE's own name
    signatures: tuple[Signature, ...]

    @property
    def body(self) -> bytes:
        """The payload's bytes; raises ClaimError."""
        found = exact_base64(self.payload)
        if found is None:
            raise ClaimError("the payload is not base64", "the envelope was changed: fetch it again")
        return found

    @property
    def digest(self) -> str:
        """The sha256 of the payload: the statement's name, whoever signs it."""
        return hashlib.sha256(self.body).hexdigest()


def sign(body: bytes, *keys: Signer) -> Envelope:
    """An envelope over a statement, signed by each key."""
    message = encoded(PAYLOAD, body)
    signatures = tuple(Signature(key.public.id, base64.b64encode(key.sign(message)).decode()) for key in keys)
    return Envelope(base64.b64encode(body).decode(), PAYLOAD, signatures)


def cosigned(envelope: Envelope, key: Signer) -> Envelope:
    """The same statement, signed by one more; raises ClaimError. What others signed is not verified here."""
    if envelope.payloadType != PAYLOAD:
        raise ClaimError(f"the payload is {envelope.payloadType[:80]!r}, not a statement of in-toto", "it is not ours")
    if any(one.keyid == key.public.id for one in envelope.signatures):
        raise ClaimError(f"{key.public.name} has signed it already", "one signature of a key is enough")
    if len(envelope.signatures) >= MOST_SIGNATURES:
        raise ClaimError(f"it has {len(envelope.signatures)} signatures", f"up to {MOST_SIGNATURES} are read")
    own = sign(envelope.body, key)
    return msgspec.structs.replace(own, signatures=(*envelope.signatures, *own.signatures))


def read(data: bytes) -> Envelope:
    """An envelope in the one form that ours have, canonical JSON; raises ClaimError."""
    strict.loads(data, "the envelope", LARGEST)
    try:
        found = msgspec.json.decode(data, type=Envelope)
    except msgspec.MsgspecError as error:
        raise ClaimError(f"it is no signed envelope: {error}", "give what `guildmark attest` wrote") from error
    if msgspec.json.encode(found, order="sorted") != data:  # of base64 and names that is RFC 8785's form
        raise ClaimError("the envelope is not in its canonical form", "it was changed: fetch it again")
    return found


def verified(envelope: Envelope, keys: Iterable[PublicKey]) -> tuple[PublicKey, ...]:
    """Which of these keys signed the envelope; raises ClaimError where one's signature is wrong, or none is theirs."""
    if envelope.payloadType != PAYLOAD:
        raise ClaimError(f"the payload is {envelope.payloadType[:80]!r}, not a statement of in-toto", "it is not ours")
    if not 0 < len(envelope.signatures) <= MOST_SIGNATURES:
        raise ClaimError(f"it has {len(envelope.signatures)} signatures", f"one to {MOST_SIGNATURES} are read")
    by = {key.id: key for key in keys}
    message = encoded(envelope.payloadType, envelope.body)
    found = []
    for one in envelope.signatures:
        key, signature = by.get(one.keyid), exact_base64(one.sig)
        if key and (signature is None or not key.verifies(signature, message)):
            raise ClaimError(f"the signature of {key.name} does not hold", "the statement was changed, or forged")
        if key and key not in found:
            found.append(key)
    if not found:
        raise ClaimError(
            f"no key that you trust has signed it: {', '.join(one.keyid[:16] for one in envelope.signatures)} did",
            "add the signer's key to --trust, if you trust it",
        )
    return tuple(found)


def encoded(kind: str, body: bytes) -> bytes:
    """What is signed: "PAE" of DSSE v1."""
    return b"DSSEv1 %d %b %d %b" % (len(kind.encode()), kind.encode(), len(body), body)
