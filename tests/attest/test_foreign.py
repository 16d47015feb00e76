"""Signatures that others' programs made hold for the files they name; what they left out may not be loadable."""

import base64
import hashlib
import json
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("cryptography", reason="signatures need guildmark[sign]")

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from tests.attest.test_files import FILES, model

from guildmark.attest import files, foreign, making
from guildmark.attest.envelope import PAYLOAD, encoded
from guildmark.attest.foreign import Faith
from guildmark.attest.making import OPENSSF
from guildmark.errors import AskedWrongly
from guildmark.records import Outcome

CURVES = {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1(), "P-521": ec.SECP521R1()}
DIGESTS = {"P-256": hashes.SHA256(), "P-384": hashes.SHA384(), "P-521": hashes.SHA512()}
KEY = ec.generate_private_key(CURVES["P-256"])


def pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def statement(named: Mapping[str, bytes], algorithm: str = "sha256") -> bytes:
    """As model-signing 1.1 writes it: its predicate v1.0."""
    digests = {name: hashlib.new(algorithm.partition("-")[0], data).hexdigest() for name, data in sorted(named.items())}
    return stated([{"name": name, "algorithm": algorithm, "digest": digest} for name, digest in digests.items()])


def stated(resources: list[dict[str, str]]) -> bytes:
    whole = hashlib.sha256(b"".join(bytes.fromhex(one["digest"]) for one in resources)).hexdigest()
    said = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "model", "digest": {"sha256": whole}}],
        "predicateType": OPENSSF,
        "predicate": {"resources": resources, "serialization": {"method": "files", "ignore_paths": ["evil.py"]}},
    }
    return json.dumps(said).encode()


def bundle(payload: bytes, key: ec.EllipticCurvePrivateKey = KEY, curve: str = "P-256", **material: Any) -> bytes:
    signature = key.sign(encoded(PAYLOAD, payload), ec.ECDSA(DIGESTS[curve]))
    envelope = {"payload": text(payload), "payloadType": PAYLOAD, "signatures": [{"sig": text(signature), "keyid": ""}]}
    said = {
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": material or {"publicKey": {"hint": ""}, "tlogEntries": []},
        "dsseEnvelope": envelope,
    }
    return json.dumps(said).encode()


def text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def whole() -> dict[str, bytes]:
    return {name: data.encode() for name, data in FILES.items()}


def told(data: bytes, where: Path, faith: Faith) -> list[tuple[Outcome, str]]:
    verification, _ = files.foreign_signature(data, files.here(where), faith)
    return [(point.outcome, point.says) for point in verification.points]


BY_KEY = Faith(public_keys=(pem(KEY),))
SIGNED = (Outcome.PASSED, "signed by the key that you named")


@pytest.mark.parametrize("curve", CURVES)
def test_a_model_signed_by_a_key_holds(tmp_path: Path, curve: str) -> None:
    key = ec.generate_private_key(CURVES[curve])
    found = told(bundle(statement(whole()), key, curve), model(tmp_path / "a"), Faith(public_keys=(pem(key),)))
    assert found == [SIGNED, (Outcome.PASSED, "3 files here: each is the one signed")]


def test_a_loadable_file_that_the_signer_left_out_fails_whatever_the_ignore_list_says(tmp_path: Path) -> None:
    there = model(tmp_path / "a", **{"evil.py": "import os", ".github/run.sh": "sh", "NOTES.md": "read me"})
    assert told(bundle(statement(whole())), there, BY_KEY) == [
        SIGNED,
        (Outcome.FAILED, ".github/run.sh, evil.py could be loaded, and were not signed"),
        (Outcome.UNKNOWN, "NOTES.md was not signed"),
    ]


def test_a_file_that_was_changed_or_removed_fails(tmp_path: Path) -> None:
    there = model(tmp_path / "a", **{"README.md": "# Another"})
    (there / "config.json").unlink()
    assert [says for outcome, says in told(bundle(statement(whole())), there, BY_KEY) if outcome is Outcome.FAILED] == [
        "README.md is not the one that was signed",
        "config.json was signed, and is not here",
    ]


def test_pieces_of_a_file_must_cover_all_of_it(tmp_path: Path) -> None:
    """model-signing's sharded form: `name:start:end`."""
    where = tmp_path / "a"
    where.mkdir()
    (where / "w.bin").write_bytes(b"abcdef")

    def pieces(*bounds: tuple[int, int]) -> bytes:
        return bundle(
            stated(
                [
                    {
                        "name": f"w.bin:{start}:{end}",
                        "algorithm": "sha256-sharded-3",
                        "digest": hashlib.sha256(b"abcdef"[start:end]).hexdigest(),
                    }
                    for start, end in bounds
                ]
            )
        )

    assert told(pieces((0, 3), (3, 6)), where, BY_KEY)[1][0] is Outcome.PASSED
    for bounds in ([(0, 3)], [(3, 6)], [(0, 3), (4, 6)], [(0, 3), (3, 9)]):
        assert told(pieces(*bounds), where, BY_KEY)[1][0] is Outcome.FAILED


def test_a_digest_that_is_not_taken_here_is_unknown(tmp_path: Path) -> None:
    resources = json.loads(statement(whole()))["predicate"]["resources"]
    resources[0]["algorithm"] = "blake3"
    found = told(bundle(stated(resources)), model(tmp_path / "a"), BY_KEY)
    assert found[1] == (Outcome.UNKNOWN, "README.md has a digest that is not taken here")
    assert told(bundle(statement(whole(), "blake2b")), tmp_path / "a", BY_KEY)[1][0] is Outcome.PASSED


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"subject": [{"name": "m", "digest": {"sha256": "00" * 32}}]}, "not that of the files"),
        ({"predicateType": "https://example.org/other"}, "a statement of"),
        ({"predicate": {}}, "names no files"),
        ({"predicate": []}, "names no files"),
    ],
)
def test_a_statement_that_contradicts_itself_says_nothing(tmp_path: Path, change: dict[str, Any], why: str) -> None:
    payload = json.dumps(json.loads(statement(whole())) | change).encode()
    ((outcome, says),) = told(bundle(payload), model(tmp_path / "a"), BY_KEY)
    assert outcome is Outcome.FAILED
    assert why in says


def test_a_signature_by_another_key_or_over_other_bytes_says_nothing(tmp_path: Path) -> None:
    where = model(tmp_path / "a")
    other = Faith(public_keys=(pem(ec.generate_private_key(CURVES["P-256"])),))
    assert told(bundle(statement(whole())), where, other)[0][0] is Outcome.FAILED
    data = json.loads(bundle(statement(whole())))
    data["dsseEnvelope"]["payload"] = text(statement(whole() | {"more.py": b""}))
    assert told(json.dumps(data).encode(), where, BY_KEY)[0][0] is Outcome.FAILED


@pytest.mark.parametrize("data", [b"{}", b"[]", b'{"verificationMaterial": {}}', b"\xff", b'{"a":1,"a":2}'])
def test_what_is_no_signature_says_nothing(tmp_path: Path, data: bytes) -> None:
    assert told(data, model(tmp_path / "a"), BY_KEY)[0][0] is Outcome.FAILED


def test_without_anybody_to_trust_nothing_is_verified(tmp_path: Path) -> None:
    with pytest.raises(AskedWrongly, match="no public key is named"):
        told(bundle(statement(whole())), model(tmp_path / "a"), Faith())


NOW = datetime.now(UTC).replace(microsecond=0)


def certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: tuple[x509.Certificate, ec.EllipticCurvePrivateKey] | None = None,
    *,
    authority: bool = False,
    signs: bool = True,
    issues: bool = True,
    days: tuple[int, int] = (-2, 300),
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    made = x509.CertificateBuilder().subject_name(subject).public_key(key.public_key()).serial_number(7)
    made = made.issuer_name(issuer[0].subject if issuer else subject)
    begins, ends = (NOW + timedelta(days=day) for day in days)
    made = made.not_valid_before(begins).not_valid_after(ends)
    made = made.add_extension(x509.BasicConstraints(authority, None), critical=True)
    usage = x509.KeyUsage(signs, False, False, False, False, authority and issues, False, False, False)
    return made.add_extension(usage, critical=True).sign(issuer[1] if issuer else key, hashes.SHA256())


def chained(*certificates: x509.Certificate) -> dict[str, Any]:
    raw = [{"rawBytes": text(one.public_bytes(serialization.Encoding.DER))} for one in certificates]
    return {"x509CertificateChain": {"certificates": raw}, "tlogEntries": []}


ROOT_KEY, MIDDLE_KEY = ec.generate_private_key(CURVES["P-256"]), ec.generate_private_key(CURVES["P-256"])
ROOT = certificate("Root", ROOT_KEY, authority=True)
MIDDLE = certificate("Middle", MIDDLE_KEY, (ROOT, ROOT_KEY), authority=True)
LEAF = certificate("Maker", KEY, (MIDDLE, MIDDLE_KEY))
BY_ROOT = Faith(certificates=(ROOT.public_bytes(serialization.Encoding.PEM),))


def test_a_certificate_that_leads_to_a_named_root_signs(tmp_path: Path) -> None:
    found = told(bundle(statement(whole()), **chained(LEAF, MIDDLE)), model(tmp_path / "a"), BY_ROOT)
    assert found[0] == (Outcome.PASSED, "signed by CN=Maker")


OTHER_KEY = ec.generate_private_key(CURVES["P-256"])
OTHER = certificate("Root", OTHER_KEY, authority=True)


def middle(*days: int) -> x509.Certificate:
    return certificate("Middle", MIDDLE_KEY, (ROOT, ROOT_KEY), authority=True, days=(days[0], days[1]))


@pytest.mark.parametrize(
    ("chain", "why"),
    [
        ([LEAF], "leads to none of the roots"),
        ([certificate("Maker", KEY, (OTHER, OTHER_KEY)), OTHER], "leads to none of the roots"),
        ([certificate("Maker", KEY)], "leads to none of the roots"),
        ([certificate("Maker", KEY, (LEAF, KEY)), LEAF, MIDDLE], "may not issue certificates"),
        ([certificate("Maker", KEY, (MIDDLE, MIDDLE_KEY), signs=False), MIDDLE], "not one to sign with"),
        ([certificate("Maker", OTHER_KEY, (MIDDLE, MIDDLE_KEY)), MIDDLE], "not that of its certificate"),
        (
            [LEAF, certificate("Middle", MIDDLE_KEY, (ROOT, ROOT_KEY), authority=True, issues=False)],
            "may not issue certificates",
        ),
        ([LEAF] * 11, "chain of 11"),
        ([LEAF, middle(-1, 300)], "CN=Middle was not valid when it was used"),
        ([LEAF, middle(-9, -3)], "CN=Middle was not valid when it was used"),
    ],
)
def test_a_certificate_that_does_not_signs_nothing(tmp_path: Path, chain: list[x509.Certificate], why: str) -> None:
    found = told(bundle(statement(whole()), **chained(*chain)), model(tmp_path / "a"), BY_ROOT)
    assert found[0][0] is Outcome.FAILED
    assert why in found[0][1]


@pytest.mark.parametrize("days", [(-1, 300), (-9, -3)])
def test_a_root_vouches_for_what_was_signed_while_it_was_valid(tmp_path: Path, days: tuple[int, int]) -> None:
    root = certificate("Root", ROOT_KEY, authority=True, days=days)
    faith = Faith(certificates=(root.public_bytes(serialization.Encoding.PEM),))
    found = told(bundle(statement(whole()), **chained(LEAF, MIDDLE)), model(tmp_path / "a"), faith)
    assert found == [(Outcome.FAILED, "the root that you named was not valid then")]


def test_model_signing_itself_is_verified_by_us(tmp_path: Path) -> None:
    """The real package signs; what it verifies, and what it lets through, is held against the same files."""
    pytest.importorskip("model_signing", reason="the real package, model-signing, is not installed")
    where = model(tmp_path / "model")
    private = KEY.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "private.pem").write_bytes(private)
    words = ["sign", "key", str(where), "--private_key", str(tmp_path / "private.pem")]
    words += ["--signature", str(tmp_path / "model.sig"), "--ignore-paths", str(where / "evil.py")]
    (where / "evil.py").write_text("import os")
    subprocess.run([sys.executable, "-m", "model_signing", *words], check=True, capture_output=True, timeout=120)
    data = (tmp_path / "model.sig").read_bytes()
    assert told(data, where, BY_KEY) == [SIGNED, (Outcome.FAILED, "evil.py could be loaded, and was not signed")]
    (where / "evil.py").unlink()
    assert told(data, where, BY_KEY)[1][0] is Outcome.PASSED
    payload = json.loads(base64.b64decode(json.loads(data)["dsseEnvelope"]["payload"]))
    ours = making.model_signing(files.here(where).files)
    assert payload["subject"][0]["digest"] == {"sha256": ours}, "a folder has one digest, whoever takes it"


class TestSigstore:
    """Signed by an identity; only Sigstore's root is replaced, for nobody but Sigstore can sign under it."""

    @pytest.fixture(autouse=True)
    def _our_root(self, monkeypatch: pytest.MonkeyPatch) -> None:
        pytest.importorskip("pypi_attestations", reason="needs guildmark[attestations]")
        from tests.checks.test_provenance_attested import Verifier

        monkeypatch.setattr("pypi_attestations._impl.Verifier", Verifier)
        monkeypatch.setattr("sigstore.verify.Verifier", Verifier)

    @staticmethod
    def attested(payload: bytes) -> Any:
        from pypi_attestations import Attestation
        from tests.checks.test_provenance_attested import provenance

        said = json.loads(provenance(payload))["attestation_bundles"][0]["attestations"][0]
        return Attestation.model_validate(said)

    @staticmethod
    def faith(**other: str) -> Faith:
        from tests.checks.test_provenance_attested import CLAIMS

        return Faith(identity=other.get("identity", CLAIMS[18]), issuer=other.get("issuer", CLAIMS[8]))

    def test_a_model_that_an_identity_signed_holds(self, tmp_path: Path) -> None:
        data = self.attested(statement(whole())).to_bundle().to_json().encode()
        assert foreign.kind_of(data) == "sigstore"
        found = told(data, model(tmp_path / "a"), self.faith())
        assert [outcome for outcome, _ in found] == [Outcome.PASSED, Outcome.PASSED]
        wrong = told(data, tmp_path / "a", self.faith(identity="https://github.com/other"))
        assert wrong[0][0] is Outcome.FAILED
        with pytest.raises(AskedWrongly, match="none is named"):
            told(data, tmp_path / "a", Faith())

    def test_what_counts_is_what_sigstore_verified(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """And not what stands in the bundle as we read it: two readers of JSON may differ."""
        data = self.attested(statement(whole())).to_bundle().to_json().encode()
        where, verified = model(tmp_path / "a"), "sigstore.verify.Verifier.verify_dsse"
        monkeypatch.setattr(verified, lambda *given: (PAYLOAD, statement(whole() | {"README.md": b"other"})))
        assert told(data, where, self.faith())[1] == (Outcome.FAILED, "README.md is not the one that was signed")
        monkeypatch.setattr(verified, lambda *given: ("text/plain", statement(whole())))
        said = "the signature is over 'text/plain', not a statement of in-toto"
        assert told(data, where, self.faith()) == [(Outcome.FAILED, said)]

    def test_an_attestation_of_the_index_holds_for_its_file_alone(self, tmp_path: Path) -> None:
        from tests.checks.test_provenance_attested import BYTES, NAME
        from tests.checks.test_provenance_attested import statement as published

        data = self.attested(published()).model_dump_json().encode()
        assert foreign.kind_of(data) == "attestation"
        (tmp_path / NAME).write_bytes(BYTES)
        assert [outcome for outcome, _ in told(data, tmp_path / NAME, self.faith())] == [Outcome.PASSED] * 2
        (tmp_path / NAME).write_bytes(b"other bytes")
        assert told(data, tmp_path / NAME, self.faith())[0][0] is Outcome.FAILED
        assert told(data, tmp_path, self.faith())[0][0] is Outcome.FAILED
