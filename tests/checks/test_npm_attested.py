"""A package of npm is attested where a workflow's provenance holds for its tarball; each lie on the way is told.

It is asked from a registry on this machine. Only Sigstore's root of trust is replaced: the certificate is ours."""

import base64
import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.checks.test_provenance_attested import ENTRY, Verifier, authenticated
from tests.sources.servers import Asked, Reply, Server, serving
from tests.test_gather_node import Published

from guildmark import download, npm_signatures
from guildmark.commands import main
from guildmark.errors import FormatError
from guildmark.npm_signatures import Answer, Signed, same_place

pytest.importorskip("sigstore", reason="sigstore is not installed: pip install 'guildmark[attestations]'")
x509 = pytest.importorskip("cryptography.x509", reason="needs cryptography, which comes with guildmark[attestations]")

from cryptography.hazmat.primitives import hashes, serialization  # noqa: E402  (an extra)
from cryptography.hazmat.primitives.asymmetric import ec  # noqa: E402

SOURCE = "https://github.com/kit/tool"
PURL = "pkg:npm/%40kit/tool@1.4.0"
KEYID = "SHA256:ours"


def text(data: bytes) -> str:
    return base64.b64encode(data).decode()


class Signing(Published):
    """A registry that signs what it publishes, and keeps the attestations of others."""

    def __init__(self) -> None:
        super().__init__()
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.attestations: list[dict[str, Any]] = []
        self.source = SOURCE
        self.publish("@kit/tool", "1.4.0", license="MIT", repository={"url": f"git+{SOURCE}.git"})
        self.sha512 = hashlib.sha512(self.tarballs["@kit/tool/-/tool-1.4.0.tgz"]).hexdigest()

    @property
    def dist(self) -> dict[str, Any]:
        stated: dict[str, Any] = self.packages["@kit/tool"]["1.4.0"]["dist"]
        return stated

    def sign(self, message: str = "") -> None:
        """The registry's own signature of the release."""
        said = (message or f"@kit/tool@1.4.0:{self.dist['integrity']}").encode()
        self.dist["signatures"] = [{"keyid": KEYID, "sig": text(self.key.sign(said, ec.ECDSA(hashes.SHA256())))}]

    def attest(self, kind: str, subject: str = PURL, sha512: str = "", **how: Any) -> None:
        """An attestation of one kind: by the registry's key, or by a certificate of the workflow."""
        workflow = {"repository": self.source, "path": ".github/workflows/publish.yml", "ref": "refs/tags/1.4.0"}
        predicate = {"buildDefinition": {"externalParameters": {"workflow": workflow}}}
        statement = {
            "_type": "https://in-toto.io/Statement/v1",
            "subject": [{"name": subject, "digest": {"sha512": sha512 or self.sha512}}],
            "predicateType": kind,
            "predicate": predicate,
        }
        payload = json.dumps(statement).encode()
        key = self.key if kind.startswith(npm_signatures.PUBLISH) else ec.generate_private_key(ec.SECP256R1())
        signature = key.sign(authenticated(how.get("signed", payload)), ec.ECDSA(hashes.SHA256()))
        material: dict[str, Any] = {"tlogEntries": [{**ENTRY, **how.get("entry", {})}]}
        if key is self.key:
            material |= {"publicKey": {"hint": KEYID}}
        else:
            material |= {"certificate": {"rawBytes": text(certificate(key, how.get("certified", self.source)))}}
        envelope = {
            "payload": text(payload),
            "payloadType": "application/vnd.in-toto+json",
            "signatures": [{"sig": text(signature), "keyid": ""}],
        }
        media = "application/vnd.dev.sigstore.bundle.v0.3+json"
        bundle = {"mediaType": media, "verificationMaterial": material, "dsseEnvelope": envelope}
        self.attestations.append({"predicateType": kind, "bundle": bundle})
        self.dist["attestations"] = {"url": "https://elsewhere.invalid/attestations", "provenance": {}}

    def answer(self, asked: Asked) -> Reply:
        if asked.path in self.broken:
            return self.broken[asked.path]
        if asked.path == "/npm/-/npm/v1/attestations/@kit/tool@1.4.0" and self.attestations:
            return Reply(body=json.dumps({"attestations": self.attestations}).encode())
        if asked.path == "/npm/-/npm/v1/keys":
            public = self.key.public_key().public_bytes(
                serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
            )
            return Reply(body=json.dumps({"keys": [{"keyid": KEYID, "key": text(public), "expires": None}]}).encode())
        return super().answer(asked)


def certificate(key: Any, source: str) -> bytes:
    """As Fulcio makes it for a workflow: the issuer and the source repository are in it."""
    begun = datetime(2026, 1, 2, tzinfo=UTC)
    made = x509.CertificateBuilder().subject_name(x509.Name([])).issuer_name(x509.Name([])).public_key(key.public_key())
    made = made.serial_number(7).not_valid_before(begun).not_valid_after(begun + timedelta(minutes=10))
    for number, said in ((8, "https://token.actions.githubusercontent.com"), (12, source)):
        oid = x509.ObjectIdentifier(f"1.3.6.1.4.1.57264.1.{number}")
        value = bytes([0x0C, len(said)]) + said.encode()
        made = made.add_extension(x509.UnrecognizedExtension(oid, value), critical=False)
    signed: bytes = made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    return signed


@pytest.fixture
def shelf() -> Signing:
    return Signing()


@pytest.fixture
def server(shelf: Signing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr("sigstore.verify.Verifier", Verifier)
    monkeypatch.setattr(download, "PAUSE", 0.0)
    monkeypatch.setenv("GUILDMARK_CACHE", str(tmp_path / "cache"))
    with serving(shelf.answer) as running:
        monkeypatch.setenv("NPM_CONFIG_REGISTRY", f"{running.url}/npm")
        yield running


def answers(capsys: Any) -> list[tuple[str, str]]:
    capsys.readouterr()
    main(["vet", "npm:@kit/tool", "--check", "provenance_attested", "--format", "json", "--quiet"])
    found = json.loads(capsys.readouterr().out)["assessment"]["findings"]
    return [(one["outcome"], one["says"].removeprefix("tool-1.4.0.tgz: ")) for one in found]


def test_a_tarball_whose_provenance_holds_is_attested(server: Server, shelf: Signing, capsys: Any) -> None:
    """With the registry's own signatures, of the release and of the publication."""
    shelf.sign()
    shelf.attest(f"{npm_signatures.PUBLISH}tree/main/specs/publish/v0.1")
    shelf.attest(npm_signatures.PROVENANCE)
    assert answers(capsys) == [
        (
            "passed",
            f"the registry's signature holds under its key {KEYID}; the registry's attestation holds under its key"
            f" {KEYID}; a workflow of {SOURCE} signed it: signature, digest and log hold",
        )
    ]


def test_the_registrys_signature_alone_does_not_tell_who_built_it(server: Server, shelf: Signing, capsys: Any) -> None:
    shelf.sign()
    ((outcome, says),) = answers(capsys)
    assert outcome == "unknown"
    assert "has no attestation of tool-1.4.0.tgz that tells who built it" in says
    assert f"the registry's signature holds under its key {KEYID}" in says


def test_a_release_that_nobody_signed_is_unknown(server: Server, capsys: Any) -> None:
    ((outcome, says),) = answers(capsys)
    assert (outcome, says) == ("unknown", "the registry has no attestation of tool-1.4.0.tgz that tells who built it")


def test_what_the_registry_signed_and_does_not_state_fails(server: Server, shelf: Signing, capsys: Any) -> None:
    shelf.sign("@kit/tool@1.4.0:sha512-other")
    assert answers(capsys) == [("failed", f"the registry's signature does not hold under the key {KEYID}")]


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ({"sha512": "0" * 128}, "an attestation speaks of other bytes"),
        ({"subject": "pkg:npm/%40kit/tool@1.3.0"}, "an attestation speaks of other bytes"),
        ({"signed": b"other"}, "the signature does not fit"),
        ({"certified": "https://github.com/other/tool"}, "the provenance does not hold"),
    ],
)
def test_a_provenance_that_does_not_hold_fails(
    server: Server, shelf: Signing, capsys: Any, how: dict[str, Any], why: str
) -> None:
    shelf.attest(npm_signatures.PROVENANCE, **how)
    ((outcome, says),) = answers(capsys)
    assert outcome == "failed"
    assert why in says


def test_a_tarball_that_was_built_from_another_source_than_it_names_fails(
    server: Server, shelf: Signing, capsys: Any
) -> None:
    """The workflow's certificate is in order, and the package says that it comes from elsewhere."""
    shelf.source = "https://github.com/other/tool"
    shelf.attest(npm_signatures.PROVENANCE)
    ((outcome, says),) = answers(capsys)
    assert outcome == "failed"
    assert says == f"tool-1.4.0.tgz was built from https://github.com/other/tool, and names {SOURCE}.git as its source"


@pytest.mark.parametrize(
    ("kind", "how", "why"),
    [
        (npm_signatures.PROVENANCE, {"entry": {"kindVersion": {"kind": "intoto", "version": "0.0.2"}}}, "intoto/0.0.2"),
        ("https://example.org/mine", {}, "of a kind that is not known"),
    ],
)
def test_what_cannot_be_verified_is_unknown_with_the_reason(
    server: Server, shelf: Signing, capsys: Any, kind: str, how: dict[str, Any], why: str
) -> None:
    shelf.attest(kind, **how)
    ((outcome, says),) = answers(capsys)
    assert outcome == "unknown"
    assert why in says


def test_a_builder_that_is_not_known_is_unknown(server: Server, shelf: Signing, capsys: Any) -> None:
    shelf.source = "https://forge.example/kit/tool"
    shelf.attest(npm_signatures.PROVENANCE)
    ((outcome, says),) = answers(capsys)
    assert outcome == "unknown"
    assert "names no source whose builds are known" in says


@pytest.mark.parametrize(
    "reply", [Reply(404), Reply(500), Reply(body=b"<html>"), Reply(body=b'{"attestations": [{}]}')]
)
def test_attestations_that_the_registry_does_not_give_are_unknown(
    server: Server, shelf: Signing, capsys: Any, reply: Reply
) -> None:
    shelf.attest(npm_signatures.PROVENANCE)
    shelf.broken["/npm/-/npm/v1/attestations/@kit/tool@1.4.0"] = reply
    assert [outcome for outcome, _ in answers(capsys)] == ["unknown"]


def test_keys_that_the_registry_does_not_give_leave_its_signature_unknown(
    server: Server, shelf: Signing, capsys: Any
) -> None:
    shelf.sign()
    shelf.broken["/npm/-/npm/v1/keys"] = Reply(404)
    ((outcome, says),) = answers(capsys)
    assert (outcome, says) == (
        "unknown",
        f"the registry's signature is under the key {KEYID}, which the registry did not give",
    )


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"attestations": 1}',
        b'{"attestations": [' + b"[" * 5000,
        b'{"attestations": [{"predicateType": "x", "bundle": {}}]}',
        b'{"attestations": [{"predicateType": "x", "bundle": {"dsseEnvelope": {"payload": "%", "payloadType": "x",'
        b' "signatures": []}, "verificationMaterial": {}}}]}',
    ],
)
def test_bytes_that_are_no_attestations_are_a_clear_error(body: bytes) -> None:
    with pytest.raises(FormatError):
        list(npm_signatures.attestations(body, Signed(PURL, "0" * 128, b""), {}))


@pytest.mark.parametrize("key", [b"", b"no key", bytes(91)])
def test_a_key_that_is_none_leaves_a_signature_unclear(key: bytes) -> None:
    signed = Signed(PURL, "0" * 128, b"message")
    (answer,) = npm_signatures.by_registry(signed, ((KEYID, "AAAA"),), {KEYID: key})
    assert answer == Answer("unclear", "the registry's signature could not be verified: ValueError")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("git+https://github.com/Kit/Tool.git", "https://github.com/kit/tool", True),
        ("git@github.com:kit/tool.git", "https://github.com/kit/tool", True),
        ("ssh://git@github.com/kit/tool", "https://github.com/kit/tool/tree/main/packages/a", True),
        ("https://github.com/kit/tool", "https://github.com/other/tool", False),
        ("", "", False),
    ],
)
def test_a_repository_is_the_same_however_it_is_reached(one: str, other: str, same: bool) -> None:
    assert same_place(one, other) is same
