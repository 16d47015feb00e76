"""What signatures of a registry of npm say of a tarball: attestations (Sigstore bundles), and the registry's own.

Specifications: SLSA provenance v1 and npm's publish v0.1 as in-toto statements in DSSE envelopes; npm's documentation,
"ECDSA registry signatures". Nothing is asked for here: Sigstore's root of trust is the one that is bundled."""

import base64
import re
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

import msgspec

from guildmark.errors import FormatError
from guildmark.structured import shallow, told

ATTESTATIONS, KEYS = "npm_attestations", "npm_keys"
"""The listings of a registry's answers."""
EXTRA = "guildmark[attestations]"
MOST = 20
PUBLISH = "https://github.com/npm/attestation/"
PROVENANCE = "https://slsa.dev/provenance/v1"
LOGGED = (("dsse", "0.0.1"), ("hashedrekord", "0.0.2"))
"""The kinds of log entries that Sigstore's library for Python verifies."""
_TYPE = b"application/vnd.in-toto+json"
_ISSUERS = {
    "https://github.com/": "https://token.actions.githubusercontent.com",
    "https://gitlab.com/": "https://gitlab.com",
}


class Answer(NamedTuple):
    """`holds` and `broken` are verdicts on the tarball; `unclear` is none. `source` is the repository that a
    verified provenance names."""

    outcome: Literal["holds", "broken", "unclear"]
    says: str
    source: str = ""


class Signed(NamedTuple):
    """What is signed: a release, by its purl, the SHA-512 of its tarball, and what the registry signs of it."""

    purl: str
    sha512: str
    message: bytes


class _Signature(msgspec.Struct):
    sig: str
    keyid: str = ""


class _Envelope(msgspec.Struct, rename="camel"):
    payload: str
    payload_type: str
    signatures: list[_Signature]


class _Bundle(msgspec.Struct, rename="camel"):
    dsse_envelope: _Envelope
    verification_material: dict[str, Any]


class _Attestation(msgspec.Struct, rename="camel"):
    predicate_type: str
    bundle: msgspec.Raw


class _Page(msgspec.Struct):
    attestations: list[_Attestation]


class _Subject(msgspec.Struct):
    name: str = ""
    digest: dict[str, str] = {}


class _Statement(msgspec.Struct, rename="camel"):
    predicate_type: str
    subject: list[_Subject]
    predicate: Any = None


class _Key(msgspec.Struct):
    keyid: str
    key: str


class _Keys(msgspec.Struct):
    keys: list[_Key]


def keys(body: bytes) -> dict[str, bytes]:
    """The public keys of a registry by their ids, as DER; raises FormatError."""
    try:
        found = msgspec.json.decode(shallow(body), type=_Keys).keys
        return {one.keyid: base64.b64decode(one.key, validate=True) for one in found[:MOST]}
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise FormatError(f"the registry's keys cannot be read: {told(error)}") from error


def attestations(body: bytes, signed: Signed, known: dict[str, bytes]) -> Iterator[Answer]:
    """What each attestation comes to; raises FormatError where the answer holds none that can be read."""
    try:
        page = msgspec.json.decode(shallow(body), type=_Page)
        bundles = [(one, msgspec.json.decode(one.bundle, type=_Bundle)) for one in page.attestations[:MOST]]
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise FormatError(f"an attestation cannot be read: {told(error)}") from error
    for one, bundle in bundles:
        try:
            payload = base64.b64decode(bundle.dsse_envelope.payload, validate=True)
            statement = msgspec.json.decode(shallow(payload), type=_Statement)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError) as error:
            raise FormatError(f"an attestation holds no statement: {told(error)}") from error
        named = {(subject.name, subject.digest.get("sha512", "").lower()) for subject in statement.subject}
        if named != {(signed.purl, signed.sha512)}:
            other = ", ".join(sorted(name for name, _ in named))[:200]
            yield Answer("broken", f"an attestation speaks of other bytes ({other or 'of nothing'})")
        elif bundle.dsse_envelope.payload_type.encode() != _TYPE:
            yield Answer("unclear", "an attestation is no statement that is known")
        elif statement.predicate_type.startswith(PUBLISH):
            yield _published(bundle, payload, known)
        elif statement.predicate_type == PROVENANCE:
            yield _built(bytes(one.bundle), bundle, statement)
        else:
            yield Answer("unclear", f"an attestation is of a kind that is not known: {statement.predicate_type[:100]}")


def by_registry(signed: Signed, stated: tuple[tuple[str, str], ...], known: dict[str, bytes]) -> Iterator[Answer]:
    """What each of the registry's own signatures of a release comes to."""
    for keyid, signature in stated[:MOST]:
        yield _by_key(keyid, signature, signed.message, known, "the registry's signature")


def _published(bundle: _Bundle, payload: bytes, known: dict[str, bytes]) -> Answer:
    """The registry's word that it published the tarball, in a DSSE envelope under one of its keys."""
    signatures = bundle.dsse_envelope.signatures
    hint = bundle.verification_material.get("publicKey")
    keyid = hint.get("hint") if isinstance(hint, dict) else None
    if len(signatures) != 1 or not isinstance(keyid, str):
        return Answer("unclear", "the registry's attestation names no key of its own")
    message = b" ".join([b"DSSEv1", str(len(_TYPE)).encode(), _TYPE, str(len(payload)).encode(), payload])
    return _by_key(keyid, signatures[0].sig, message, known, "the registry's attestation")


def _by_key(keyid: str, signature: str, message: bytes, known: dict[str, bytes], what: str) -> Answer:
    if keyid not in known:
        return Answer("unclear", f"{what} is under the key {keyid[:80]}, which the registry did not give")
    try:
        from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.hazmat.primitives.serialization import load_der_public_key
    except ImportError:
        return Answer("unclear", f"{what} was not verified: pip install {EXTRA}")
    try:
        key = load_der_public_key(known[keyid])
        if not isinstance(key, ec.EllipticCurvePublicKey):
            return Answer("unclear", f"{what} is under a key of a kind that is not known")
        key.verify(base64.b64decode(signature, validate=True), message, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return Answer("broken", f"{what} does not hold under the key {keyid[:80]}")
    except (ValueError, UnsupportedAlgorithm) as error:
        return Answer("unclear", f"{what} could not be verified: {type(error).__name__}")
    return Answer("holds", f"{what} holds under its key {keyid[:80]}")


def _built(raw: bytes, bundle: _Bundle, statement: _Statement) -> Answer:
    """A workflow's word that it built the tarball: signature, certificate and log, held against Sigstore's root."""
    source = _source(statement.predicate)
    issuer = next((url for home, url in _ISSUERS.items() if source.startswith(home)), "")
    if not issuer:
        return Answer("unclear", f"the provenance names no source whose builds are known ({source[:100] or 'none'})")
    kind = _logged(bundle)
    if kind not in LOGGED:
        return Answer("unclear", f"the provenance is in the log in a form that is not verified here: {'/'.join(kind)}")
    try:
        from sigstore.errors import Error, VerificationError
        from sigstore.models import Bundle, InvalidBundle
        from sigstore.verify import Verifier, policy
    except ImportError:
        return Answer("unclear", f"it has a provenance by {source}, which was not verified: pip install {EXTRA}")
    import logging

    logging.getLogger("sigstore").setLevel(logging.ERROR)  # it says at each verification that it is offline, as asked
    try:
        wanted = policy.AllOf([policy.OIDCIssuerV2(issuer), policy.OIDCSourceRepositoryURI(source)])
        Verifier.production(offline=True).verify_dsse(Bundle.from_json(raw), wanted)
    except VerificationError as error:
        return Answer("broken", f"the provenance does not hold: {' '.join(str(error).split())[:200]}")
    except (Error, InvalidBundle, ValueError) as error:
        return Answer("unclear", f"the provenance could not be verified: {type(error).__name__}")
    return Answer("holds", f"a workflow of {source} signed it: signature, digest and log hold", source)


def _source(predicate: Any) -> str:
    """The repository that a provenance (SLSA v1) says it was built from, without `.git`."""
    for key in ("buildDefinition", "externalParameters", "workflow"):
        predicate = predicate.get(key) if isinstance(predicate, dict) else None
    said = predicate.get("repository") if isinstance(predicate, dict) else None
    return said.removeprefix("git+").removesuffix(".git")[:300] if isinstance(said, str) else ""


def _logged(bundle: _Bundle) -> tuple[str, str]:
    entries = bundle.verification_material.get("tlogEntries")
    entry = entries[0] if isinstance(entries, list) and entries and isinstance(entries[0], dict) else {}
    said = entry.get("kindVersion")
    kind, version = (said.get("kind"), said.get("version")) if isinstance(said, dict) else ("", "")
    return str(kind)[:40], str(version)[:40]


def same_place(one: str, other: str) -> bool:
    """Whether two addresses name one repository, however it is reached."""
    return _place(one) == _place(other) != ""


def _place(url: str) -> str:
    bare = re.sub(r"^(git\+)?[a-z]+://([^@/]*@)?|^git@", "", url.strip().lower()).replace(":", "/")
    return "/".join(bare.partition("#")[0].partition("?")[0].removesuffix("/").removesuffix(".git").split("/")[:3])
