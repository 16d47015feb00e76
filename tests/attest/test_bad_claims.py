"""What is not a bundle, a statement, a key or a list of whom to trust is refused in clear words."""

import base64
from pathlib import Path

import pytest

pytest.importorskip("cryptography", reason="signatures need guildmark[sign]")

from tests.claims import OURS, claim

from guildmark import keys, strict
from guildmark.attest import envelope, read_bundle, read_trust, statement, write_bundle
from guildmark.errors import AskedWrongly, ClaimError
from guildmark.records import canonical

WHOLE = write_bundle(claim())


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "is not JSON"),
        (b"{}", "no bundle"),
        (b"[" * 10_000 + b"]" * 10_000, "nested too deep"),
        (b'{"envelope":{},"envelope":{}}', "says 'envelope' twice"),
        (b'{"envelope":{"payload":"","payloadType":"","signatures":[]},"more":1}\n', "no bundle"),
        (WHOLE[:-1], "canonical form"),
        (WHOLE.replace(b":", b": ", 1), "canonical form"),
        (b"\xff\xfe", "is not JSON"),
        (b'{"a":NaN}', "is not JSON"),
    ],
)
def test_what_is_no_bundle_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(ClaimError, match=why):
        read_bundle(data)


def test_a_text_larger_than_its_bound_is_not_read() -> None:
    with pytest.raises(ClaimError, match="at most 10 are read"):
        strict.loads(b"[1,2,3,4,5,6]", "it", 10)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "example.org",
        "a+b",
        "example.org+00000000+AAAA",
        OURS.public.line[:-4],
        OURS.public.line.replace("org", "com"),
    ],
    ids=["nothing", "a name", "two parts", "no key", "cut", "renamed"],
)
def test_what_is_no_public_key_is_refused(line: str) -> None:
    with pytest.raises(ClaimError):
        keys.read_public(line)


def test_a_private_key_reads_back_with_its_password_and_no_other() -> None:
    written = OURS.written(b"secret")
    assert keys.read_private(written, lambda: b"secret").public == OURS.public
    assert keys.public_of(written) == OURS.public
    with pytest.raises(ClaimError, match="the password is not right"):
        keys.read_private(written, lambda: b"Secret")
    assert keys.read_private(OURS.written(None), lambda: b"never asked").public == OURS.public


def test_a_key_of_another_kind_is_refused() -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    other = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with pytest.raises(ClaimError, match="not of Ed25519"):
        keys.read_private(OURS.public.line.encode() + b"\n" + other, lambda: b"")
    mixed = keys.new("example.org/ai").written(None).partition(b"\n")[2]
    with pytest.raises(ClaimError, match="names another key"):
        keys.read_private(OURS.public.line.encode() + b"\n" + mixed, lambda: b"")


@pytest.mark.parametrize("name", ["", "two words", "a+b", "a\nb", "é" * 201])
def test_a_name_that_notes_cannot_carry_names_no_key(name: str) -> None:
    with pytest.raises(AskedWrongly, match="cannot name a key"):
        keys.new(name)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[[key]]\npublic = 'x'\n", "no public key"),
        ("[[key]]\nmore = 1\n", "does not say whom you trust"),
        ("not toml", "does not say whom you trust"),
        (f"[[key]]\npublic = '{OURS.public.line}'\nvalid_from = 2026-11-22T00:00:00\n", "names no zone"),
    ],
)
def test_what_does_not_say_whom_to_trust_is_refused(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "trust.toml").write_text(text)
    with pytest.raises(ClaimError, match=why):
        read_trust([tmp_path / "trust.toml"])


def test_a_statement_that_would_not_fit_into_a_log_is_not_made() -> None:
    said = statement.Intended("guildmark", "2026-11-22T00:00:00Z", "", "x" * 20_000)
    with pytest.raises(ClaimError, match="may have 16,384"):
        statement.stated((statement.Resource({"sha256": "ab" * 32}),), said)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"predicateType": "https://guildmark/assessment/v9"}, "not known here"),
        ({"_type": "https://in-toto.io/Statement/v0.1"}, "Statement/v0.1"),
        ({"subject": []}, "about 0 subjects"),
        ({"predicate": {"made_by": "x"}}, "not whole"),
        ({"predicate": {"made_by": "x", "made_at": "yesterday"}}, "is no time"),
        ({"predicate": {"made_by": "x", "made_at": "2026-11-22T00:00:00+01:00"}}, "not in UTC"),
        ({"more": 1}, "canonical form"),
    ],
)
def test_a_statement_of_ours_that_is_not_whole_is_refused(change: dict[str, object], why: str) -> None:
    import json

    body = json.loads(claim().envelope.body) | change
    with pytest.raises(ClaimError, match=why):
        statement.read(canonical(body))


def test_what_is_signed_as_something_else_is_no_statement() -> None:
    """A key that signs other things too has not said what they would say as a statement."""
    body = claim().envelope.body
    signature = base64.b64encode(OURS.sign(envelope.encoded("text/plain", body))).decode()
    signed = envelope.Envelope(
        base64.b64encode(body).decode(), "text/plain", (envelope.Signature(OURS.public.id, signature),)
    )
    with pytest.raises(ClaimError, match="'text/plain', not a statement"):
        envelope.verified(signed, [OURS.public])


def test_an_envelope_holds_one_to_sixteen_signatures() -> None:
    found = envelope.sign(b"{}", *[keys.new(f"example.org/{number}") for number in range(17)])
    with pytest.raises(ClaimError, match="17 signatures"):
        envelope.verified(found, [])
