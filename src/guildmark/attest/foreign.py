"""Signatures that others' programs made: OpenSSF model signing (by key, by certificate, by Sigstore), PEP 740.

Source: the Sigstore bundle format 0.3, model-signing 1.1's predicate v1.0, PEP 740. Sigstore's own are verified by
its library, offline, against the root of trust that the reader gives, or the one that the library ships."""

import base64
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, NamedTuple

from guildmark import strict
from guildmark.attest import envelope as envelopes
from guildmark.attest.envelope import LARGEST, MOST_SIGNATURES, PAYLOAD
from guildmark.attest.making import OPENSSF
from guildmark.errors import AskedWrongly, ClaimError
from guildmark.keys import EXTRA

Kind = Literal["sigstore", "attestation", ""]
SIGSTORE = "guildmark[attestations]"
MOST_CERTIFICATES = 10
MOST_RESOURCES = 1_000_000


class Faith(NamedTuple):
    """What a reader trusts of others: public keys and roots as PEM; an identity, its issuer, and Sigstore's root."""

    public_keys: tuple[bytes, ...] = ()
    certificates: tuple[bytes, ...] = ()
    identity: str = ""
    issuer: str = ""
    root: Path | None = None


class Signed(NamedTuple):
    """Who signed it, as the reader's trust shows, and the payload."""

    by: str
    payload: bytes


class Resource(NamedTuple):
    """A file, or a piece of one, that was signed; `end` is None where it is the whole file."""

    path: str
    algorithm: str
    digest: bytes
    start: int = 0
    end: int | None = None


def kind_of(data: bytes) -> Kind:
    """Which program's signature this is; empty where it is not one of these."""
    head = data[:LARGEST]
    if b"application/vnd.dev.sigstore.bundle" in head:
        return "sigstore"
    return "attestation" if b'"verification_material"' in head and b'"envelope"' in head else ""


def opened(data: bytes, faith: Faith) -> Signed:
    """The payload of a Sigstore bundle that somebody whom the reader trusts signed; raises ClaimError."""
    bundle = strict.loads(data, "the signature", LARGEST)
    try:
        material, envelope = bundle["verificationMaterial"], bundle["dsseEnvelope"]
        payload = base64.b64decode(envelope["payload"], validate=True)
        signatures = [base64.b64decode(one["sig"], validate=True) for one in envelope["signatures"]]
        if envelope["payloadType"] != PAYLOAD or not 0 < len(signatures) <= MOST_SIGNATURES:
            raise ClaimError("the signature is over something else than a statement of in-toto", "it is not read here")
        chain = [
            base64.b64decode(one["rawBytes"])
            for one in material.get("x509CertificateChain", {}).get("certificates", ())
        ]
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ClaimError(f"it is no bundle of Sigstore's: {type(error).__name__} {error}", "fetch it again") from error
    message = envelopes.encoded(PAYLOAD, payload)
    if "certificate" in material or material.get("tlogEntries"):
        return _keyless(data, faith)
    if chain:
        return Signed(_by_certificate(chain, signatures[0], message, faith), payload)
    return Signed(_by_key(signatures[0], message, faith), payload)


def _by_key(signature: bytes, message: bytes, faith: Faith) -> str:
    if not faith.public_keys:
        raise AskedWrongly("it is signed by a key, and no public key is named", "give it: --public-key FILE")
    serialization = _library().hazmat.primitives.serialization
    for pem in faith.public_keys:
        try:
            key = serialization.load_pem_public_key(pem)
        except ValueError as error:
            raise AskedWrongly(f"a public key cannot be read: {error}", "give it as PEM") from error
        if _holds(key, signature, message):
            return "the key that you named"
    raise ClaimError("the signature is by none of the keys that you named", "it was changed, or signed by another")


def _by_certificate(chain: list[bytes], signature: bytes, message: bytes, faith: Faith) -> str:
    """Whose certificate signed, where it leads to a root that the reader named; valid when it was issued."""
    if not faith.certificates:
        raise AskedWrongly("it is signed with a certificate, and no root is named", "give it: --certificate FILE")
    x509 = _library().x509
    if len(chain) > MOST_CERTIFICATES:
        raise ClaimError(f"a chain of {len(chain)} certificates", f"at most {MOST_CERTIFICATES} are read")
    try:
        certificates = [x509.load_der_x509_certificate(each) for each in chain]
        roots = [root for pem in faith.certificates for root in x509.load_pem_x509_certificates(pem)]
    except ValueError as error:
        raise ClaimError(f"a certificate cannot be read: {error}", "give roots as PEM") from error
    leaf = certificates[0]
    _leads_to(leaf, certificates[1:], roots, leaf.not_valid_before_utc)
    usage = _extension(leaf, x509.KeyUsage)
    extended = _extension(leaf, x509.ExtendedKeyUsage)
    signs = usage is not None and usage.digital_signature
    if not signs and (extended is None or x509.oid.ExtendedKeyUsageOID.CODE_SIGNING not in extended):
        raise ClaimError("the certificate is not one to sign with", "ask its owner for one that is")
    if not _holds(leaf.public_key(), signature, message):
        raise ClaimError("the signature is not that of its certificate", "it was changed, or forged")
    return str(leaf.subject.rfc4514_string())


def _leads_to(leaf: Any, between: list[Any], roots: list[Any], at: datetime) -> None:
    """Whether a chain of valid authorities leads from a certificate to a root; raises ClaimError."""
    from cryptography.exceptions import InvalidSignature

    x509 = _library().x509
    current, left = leaf, [*between]
    while True:
        if not current.not_valid_before_utc <= at <= current.not_valid_after_utc:
            raise ClaimError(f"{current.subject.rfc4514_string()} was not valid when it was used", "ask for a new one")
        for issuer in (*roots, *left):
            try:
                current.verify_directly_issued_by(issuer)
            except (InvalidSignature, ValueError, TypeError):
                continue
            basic, usage = _extension(issuer, x509.BasicConstraints), _extension(issuer, x509.KeyUsage)
            issues = basic is not None and basic.ca and (usage is None or usage.key_cert_sign)
            if not issues and issuer != current:
                raise ClaimError(f"{issuer.subject.rfc4514_string()} may not issue certificates", "it is no authority")
            break
        else:
            raise ClaimError(
                "the certificate leads to none of the roots that you named", "name its root, if you trust it"
            )
        if issuer in roots:
            if not issuer.not_valid_before_utc <= at <= issuer.not_valid_after_utc:
                raise ClaimError("the root that you named was not valid then", "ask for a new one")
            return
        left.remove(issuer)
        current = issuer


def _extension(certificate: Any, kind: Any) -> Any:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except _library().x509.ExtensionNotFound:
        return None


def _holds(key: Any, signature: bytes, message: bytes) -> bool:
    """Whether a signature is a key's; of elliptic curves each takes the digest that fits its size, as Sigstore says."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519

    try:
        if isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, message)
            return True
        taken = {256: hashes.SHA256(), 384: hashes.SHA384(), 521: hashes.SHA512()}
        if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.key_size not in taken:
            raise AskedWrongly("the key is neither Ed25519 nor on P-256, P-384 or P-521", "others do not sign models")
        key.verify(signature, message, ec.ECDSA(taken[key.curve.key_size]))
    except InvalidSignature:
        return False
    return True


def _keyless(data: bytes, faith: Faith) -> Signed:
    """Signed by an identity, through Sigstore: its library verifies, without the network, and says what was signed."""
    if not faith.identity or not faith.issuer:
        raise AskedWrongly("it is signed by an identity, and none is named", "give --identity NAME and --issuer URL")
    try:
        from sigstore.errors import Error
        from sigstore.models import Bundle, TrustedRoot
        from sigstore.verify import Verifier, policy
    except ImportError as error:
        raise AskedWrongly("Sigstore's signatures need its library", f"pip install '{SIGSTORE}'") from error
    try:
        given = Verifier(trusted_root=TrustedRoot.from_file(str(faith.root))) if faith.root else None
        verifier = given or Verifier.production(offline=True)
        wanted = policy.Identity(identity=faith.identity, issuer=faith.issuer)
        kind, body = verifier.verify_dsse(Bundle.from_json(data), wanted)
    except (Error, ValueError, OSError) as error:
        said = " ".join(str(error).split())[:200]
        raise ClaimError(
            f"Sigstore's signature does not hold: {said}", "it was changed, or signed by another"
        ) from error
    if kind != PAYLOAD:
        raise ClaimError(f"the signature is over {kind[:80]!r}, not a statement of in-toto", "it is not read here")
    return Signed(f"{faith.identity} ({faith.issuer})", body)


def attestation(data: bytes, name: str, sha256: str, faith: Faith) -> str:
    """Who signed a published file's attestation (PEP 740); raises ClaimError where it does not hold for the file."""
    if not faith.identity or not faith.issuer:
        raise AskedWrongly("it is signed by an identity, and none is named", "give --identity NAME and --issuer URL")
    try:
        from pypi_attestations import Attestation, AttestationError, Distribution
        from sigstore.errors import Error
        from sigstore.verify import policy
    except ImportError as error:
        raise AskedWrongly("attestations need the library pypi-attestations", f"pip install '{SIGSTORE}'") from error
    try:
        wanted = policy.Identity(identity=faith.identity, issuer=faith.issuer)
        found = Attestation.model_validate_json(data)
        kind, _ = found.verify(wanted, Distribution(name=name, digest=sha256), offline=True)
    except (AttestationError, Error, ValueError) as error:
        said = " ".join(str(error).split())[:200]
        raise ClaimError(
            f"the attestation does not hold for {name}: {said}", "it is another file's, or forged"
        ) from error
    return f"{faith.identity} ({faith.issuer}), as {kind}"


def resources(payload: bytes) -> tuple[Resource, ...]:
    """The files that OpenSSF's model signing signed; raises ClaimError where the statement contradicts itself."""
    import hashlib

    found = strict.loads(payload, "the statement", LARGEST)
    try:
        if found["predicateType"] != OPENSSF:
            raise ClaimError(f"it is a statement of {found['predicateType']}", "files are held against model signing's")
        listed = found["predicate"]["resources"]
        if len(listed) > MOST_RESOURCES:
            raise ClaimError(f"it names {len(listed):,} files", f"at most {MOST_RESOURCES:,} are read")
        each = tuple(_resource(one) for one in listed)
        whole = hashlib.sha256(b"".join(one.digest for one in each)).hexdigest()
        if [one["digest"].get("sha256") for one in found["subject"]] != [whole]:
            raise ClaimError("the statement's own digest is not that of the files it names", "it was changed")
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ClaimError(f"the statement names no files: {type(error).__name__} {error}", "ask its signer") from error
    return each


def _resource(said: Mapping[str, Any]) -> Resource:
    name, algorithm, digest = said["name"], str(said["algorithm"]), bytes.fromhex(said["digest"])
    path, colon, bounds = str(name).partition(":")
    if "-sharded-" not in algorithm or not colon:
        return Resource(str(name), algorithm, digest)
    start, end = map(int, bounds.split(":"))
    return Resource(path, algorithm.partition("-")[0], digest, start, end)


def _library() -> ModuleType:
    try:
        import cryptography
        import cryptography.hazmat.primitives.serialization
        import cryptography.x509
    except ImportError as error:
        raise AskedWrongly("signatures need the library cryptography", f"pip install '{EXTRA}'") from error
    return cryptography


def read_pem(paths: Iterable[Path]) -> tuple[bytes, ...]:
    """The bytes of keys or certificates; raises AskedWrongly."""
    try:
        return tuple(path.read_bytes()[: 1 << 20] for path in paths)
    except OSError as error:
        raise AskedWrongly(
            f"{error.filename} cannot be read: {error.strerror}", "give a PEM that you may read"
        ) from error
