"""A signature that holds makes a file attested: its statement, its publisher and its bytes are all held against it.

Only Sigstore's root of trust is replaced, for nobody but Sigstore can sign under it: the certificate is ours."""

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from guildmark import check
from guildmark.contents import InMemory
from guildmark.file import File
from guildmark.material import Held
from guildmark.records import Listing, SubjectRecord
from guildmark.subject import Subject

attestations = pytest.importorskip(
    "pypi_attestations", reason="pypi-attestations is not installed: pip install 'guildmark[attestations]'"
)
x509 = pytest.importorskip("cryptography.x509", reason="needs cryptography, which comes with guildmark[attestations]")

NAME, BYTES = "wren-1.2-py3-none-any.whl", b"the bytes of the wheel"
SHA256 = hashlib.sha256(BYTES).hexdigest()
REPOSITORY, WORKFLOW = "example/wren", "publish.yml"
CLAIMS = {
    8: "https://token.actions.githubusercontent.com",
    12: f"https://github.com/{REPOSITORY}",
    14: "refs/tags/1.2",
    18: f"https://github.com/{REPOSITORY}/.github/workflows/{WORKFLOW}@refs/tags/1.2",
}
"""Fulcio's extensions: issuer, source repository, its ref, the workflow."""
ENTRY = {
    "logIndex": "1",
    "logId": {"keyId": base64.b64encode(bytes(32)).decode()},
    "kindVersion": {"kind": "dsse", "version": "0.0.1"},
    "integratedTime": "1767323045",
    "inclusionPromise": {"signedEntryTimestamp": base64.b64encode(b"promise").decode()},
    "inclusionProof": {
        "logIndex": "1",
        "rootHash": base64.b64encode(bytes(32)).decode(),
        "treeSize": "2",
        "hashes": [base64.b64encode(bytes(32)).decode()],
        "checkpoint": {"envelope": "a log of ours"},
    },
    "canonicalizedBody": base64.b64encode(b"{}").decode(),
}


class Verifier:
    """Verifies as Sigstore does, but for the certificate's chain and the log."""

    @classmethod
    def production(cls, *, offline: bool = False) -> "Verifier":
        assert offline, "a check has no network"
        return cls()

    def verify_dsse(self, bundle: Any, policy: Any) -> tuple[str, bytes]:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec
        from sigstore.errors import VerificationError

        policy.verify(bundle.signing_certificate)
        inner = bundle._inner.dsse_envelope
        try:
            signed = authenticated(inner.payload)
            bundle.signing_certificate.public_key().verify(inner.signatures[0].sig, signed, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature as error:
            raise VerificationError("the signature does not fit") from error
        return inner.payload_type, inner.payload


def authenticated(payload: bytes) -> bytes:
    """What DSSE signs: its pre-authentication encoding."""
    kind = b"application/vnd.in-toto+json"
    return b" ".join([b"DSSEv1", str(len(kind)).encode(), kind, str(len(payload)).encode(), payload])


def provenance(payload: bytes, signed: bytes | None = None, publisher: str = REPOSITORY) -> bytes:
    """What an index serves: a statement, signed by a key whose certificate names the workflow."""
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    begun = datetime(2026, 1, 2, tzinfo=UTC)
    made = x509.CertificateBuilder().subject_name(x509.Name([])).issuer_name(x509.Name([])).public_key(key.public_key())
    made = made.serial_number(7).not_valid_before(begun).not_valid_after(begun + timedelta(minutes=10))
    named = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(CLAIMS[18])])
    issuer = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.57264.1.1"), CLAIMS[8].encode())
    made = made.add_extension(named, critical=False).add_extension(issuer, critical=False)
    for number, said in CLAIMS.items():
        oid = x509.ObjectIdentifier(f"1.3.6.1.4.1.57264.1.{number}")
        value = bytes([0x0C, len(said)]) + said.encode()
        made = made.add_extension(x509.UnrecognizedExtension(oid, value), critical=False)
    certificate = made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    signature = key.sign(authenticated(payload if signed is None else signed), ec.ECDSA(hashes.SHA256()))
    attestation = {
        "version": 1,
        "verification_material": {"certificate": text(certificate), "transparency_entries": [ENTRY]},
        "envelope": {"statement": text(payload), "signature": text(signature)},
    }
    by = {"kind": "GitHub", "repository": publisher, "workflow": WORKFLOW}
    bundle = {"publisher": by, "attestations": [attestation]}
    return json.dumps({"version": 1, "attestation_bundles": [bundle]}).encode()


def text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def statement(sha256: str = SHA256, kind: str = "") -> bytes:
    subject = {"name": NAME, "digest": {"sha256": sha256}}
    kind = kind or attestations.AttestationType.PYPI_PUBLISH_V1.value
    stated = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [subject],
        "predicateType": kind,
        "predicate": None,
    }
    return json.dumps(stated).encode()


@pytest.fixture(autouse=True)
def _our_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pypi_attestations._impl.Verifier", Verifier)


def answer(body: bytes) -> tuple[str, str]:
    file = File(NAME, len(BYTES), SHA256, InMemory(BYTES), ("wheel",))
    listing = Listing("provenance", "https://index.example/wren", "2026-01-03T00:00:00Z", len(body), "0" * 64)
    record = SubjectRecord("wren", "pkg:pypi/wren@1.2", "tool", None, ())
    (finding,) = check.load("provenance_attested").ask(Subject(record, (file,), (Held(listing, body),)))
    return finding.outcome, finding.says


def test_a_file_whose_signature_publisher_and_bytes_hold_is_attested() -> None:
    outcome, says = answer(provenance(statement()))
    assert outcome == "passed", says
    assert says.startswith(f"{NAME} was signed by GitHub ")
    assert says.endswith("signature, digest and log hold")


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (lambda: provenance(statement(), signed=statement() + b" "), "the signature does not fit"),
        (lambda: provenance(statement(), publisher="example/other"), "does not hold"),
        (lambda: provenance(statement("0" * 64)), "speaks of other bytes"),
        (lambda: provenance(statement(kind="https://example.org/mine")), "unknown attestation type"),
    ],
)
def test_what_does_not_hold_fails(body: Any, why: str) -> None:
    outcome, says = answer(body())
    assert outcome == "failed", says
    assert why in says
