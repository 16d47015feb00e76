"""A key on a token signs as one in a file does, and does not leave it; the token is SoftHSM's."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

pytest.importorskip("cryptography", reason="signatures need guildmark[sign]")
pytest.importorskip("pkcs11", reason="keys on tokens need guildmark[token]")

from guildmark.commands import main
from guildmark.errors import AskedWrongly, ClaimError
from guildmark.token_key import TokenKey

MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")
ED25519 = bytes.fromhex("130c656477617264733235353139")
"""The curve's name as PKCS #11 2.40's vendors write it: "edwards25519"."""


@pytest.fixture(scope="module")
def uri(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A token with an Ed25519 pair, made for these tests."""
    if not MODULE.exists() or not shutil.which("softhsm2-util"):
        pytest.skip("the tests' token is SoftHSM: install softhsm2")
    import pkcs11

    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")
    words = ["--init-token", "--free", "--label", "guild", "--pin", "1234", "--so-pin", "5678"]
    subprocess.run(["softhsm2-util", *words], check=True, capture_output=True, timeout=60)
    token = pkcs11.lib(str(MODULE)).get_token(token_label="guild")
    with token.open(user_pin="1234", rw=True) as session:
        curve = {pkcs11.Attribute.EC_PARAMS: ED25519}
        parameters = session.create_domain_parameters(pkcs11.KeyType.EC_EDWARDS, curve, local=True)
        made = pkcs11.Mechanism.EC_EDWARDS_KEY_PAIR_GEN
        parameters.generate_keypair(mechanism=made, store=True, label="example.org/ai")
    return f"pkcs11:token=guild;object=example.org%2Fai?module-path={MODULE}"


def test_a_token_signs_and_its_public_key_verifies(uri: str) -> None:
    key = TokenKey(uri, lambda: b"1234")
    assert key.public.name == "example.org/ai"
    assert key.public.verifies(key.sign(b"message"), b"message")
    assert not key.public.verifies(key.sign(b"message"), b"another")


def test_a_wrong_pin_signs_nothing(uri: str) -> None:
    with pytest.raises(ClaimError, match="does not give"):
        TokenKey(uri, lambda: b"4321").sign(b"message")


def test_a_key_that_is_not_there_is_told(uri: str) -> None:
    for wrong in (uri.replace("guild", "other"), uri.replace("%2Fai", "%2Fother"), uri.replace("libsoft", "nolib")):
        with pytest.raises(ClaimError, match="does not give"):
            TokenKey(wrong, lambda: b"1234")
    with pytest.raises(AskedWrongly, match="does not say its object"):
        TokenKey("pkcs11:token=guild?module-path=x", bytes)


def test_a_claim_signed_on_a_token_is_verified_as_any_other(
    uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GUILDMARK_KEY_PASSWORD", "1234")
    (tmp_path / "m.txt").write_text("a model")
    assert main(["attest", "m.txt", "--as", "intent", "--says", "it", "--key", uri, "-o", "claim.json", "--quiet"]) == 0
    assert main(["keys", "show", uri]) == 0
    (tmp_path / "trust.toml").write_text(f'[[key]]\npublic = "{capsys.readouterr().out.splitlines()[0]}"\n')
    assert main(["verify", "m.txt", "--bundle", "claim.json", "--trust", "trust.toml"]) == 0
