"""The commands of claims: keys, attest, verify, log, follow; exit codes, and nothing half-written."""

import hashlib
import io
import json
import shutil
from pathlib import Path

import pytest

pytest.importorskip("cryptography", reason="signatures need guildmark[sign]")

from guildmark import keys
from guildmark.attest import read_bundle, statement
from guildmark.commands import main
from guildmark.errors import ClaimError

EXAMPLES = Path(__file__).parent.parent / "checks"
GOOD = EXAMPLES / "formats_intact" / "passed" / "whole_safetensors"
TEST_FIRST = "2020-01-01T00:00:00Z"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a key for statements, one for a log, and a signed assessment: made once, for it takes a while."""
    folder = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("GUILDMARK_KEY_PASSWORD", "secret")
        own = ["keys", "new", "example.org/ai", "-o", "ai.key", "--organisation", "Example", "--purpose", "statements"]
        assert main(own) == 0
        assert main(["keys", "new", "example.org/log", "-o", "log.key", "--purpose", "log"]) == 0
        assert main(["vet", str(GOOD), "--quiet", "--format", "json", "-o", "a.json"]) == 0
        assert main(["attest", "a.json", "--key", "ai.key", "-o", "claim.json", "--days", "30"]) == 0
    return folder


@pytest.fixture
def at(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same in a folder of the test's own."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GUILDMARK_KEY_PASSWORD", "secret")
    return tmp_path


def verify(*words: str) -> int:
    return main(["verify", "--trust", "ai.key.pub", "--trust", "log.key.pub", *words])


def test_a_claim_is_made_and_verified_on_the_files_it_is_about(at: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify(str(GOOD), "--bundle", "claim.json") == 0
    shown = capsys.readouterr().out
    assert "signed by Example" in shown
    assert "the digest is the one signed" in shown


def test_vet_signs_what_it_found(at: Path) -> None:
    words = ["vet", str(GOOD), "--quiet", "-o", "report.txt", "--attest", "signed.json", "--key", "ai.key"]
    assert main(words) == 0
    assert verify(str(GOOD), "--bundle", "signed.json") == 0


def test_other_files_than_those_signed_fail(at: Path) -> None:
    assert verify(str(EXAMPLES / "no_code_in_pickles" / "failed" / "os_system"), "--bundle", "claim.json") == 1


def test_the_private_key_is_its_owners_alone_and_shows_itself_to_nobody(
    at: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (at / "ai.key").stat().st_mode & 0o077 == 0
    assert "BEGIN ENCRYPTED PRIVATE KEY" in (at / "ai.key").read_text()
    capsys.readouterr()
    assert main(["keys", "show", "ai.key"]) == 0
    assert capsys.readouterr().out.startswith("example.org/ai+")


def test_a_key_is_never_written_over(at: Path) -> None:
    before = (at / "ai.key").read_bytes()
    assert main(["keys", "new", "example.org/ai", "-o", "ai.key"]) == 2
    assert (at / "ai.key").read_bytes() == before


def test_in_ci_the_key_stands_in_the_environment(at: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUILDMARK_KEY", (at / "ai.key").read_text())
    assert main(["attest", "a.json", "-o", "again.json"]) == 0
    monkeypatch.delenv("GUILDMARK_KEY")
    assert main(["attest", "a.json", "-o", "third.json"]) == 2
    assert not (at / "third.json").exists()


def test_a_password_is_asked_of_a_person_and_where_there_is_none_the_error_says_so(
    at: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("GUILDMARK_KEY_PASSWORD")
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert main(["attest", "a.json", "--key", "ai.key", "-o", "again.json"]) == 2
    assert "there is no terminal to ask for it" in capsys.readouterr().err
    assert not (at / "again.json").exists()


@pytest.mark.parametrize("form", ["svr", "test-result", "vsa"])
def test_verdicts_are_stated_in_the_fields_own_forms(at: Path, form: str) -> None:
    words = ["attest", "a.json", "--as", form, "--standard", "safe_files", "--key", "ai.key", "-o", "other.json"]
    assert main(words) == 0
    assert verify(str(GOOD), "--bundle", "other.json") == 3, "such a form does not say when it was signed"


def test_a_vsa_is_about_one_standard(at: Path) -> None:
    assert main(["attest", "a.json", "--as", "vsa", "--key", "ai.key", "-o", "other.json"]) == 2


def test_a_bill_of_materials_is_signed_as_it_is(at: Path) -> None:
    assert main(["vet", str(GOOD / "m.safetensors"), "--quiet", "--format", "cyclonedx", "-o", "bom.json"]) == 0
    assert main(["attest", "bom.json", "--key", "ai.key", "-o", "bill.json"]) == 0
    assert verify(str(GOOD / "m.safetensors"), "--bundle", "bill.json") == 3


def test_a_retraction_is_found_among_other_claims_and_in_a_log(at: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        main(["attest", "claim.json", "--as", "retraction", "--says", "wrong", "--key", "ai.key", "-o", "r.json"]) == 0
    )
    assert verify("--bundle", "claim.json") == 0
    assert verify("--bundle", "claim.json", "--with", "r.json") == 1
    assert main(["log", "init", "log", "--origin", "example.org/log", "--key", "log.key"]) == 0
    assert main(["log", "append", "log", "claim.json", "r.json", "--key", "log.key"]) == 0
    assert verify("--bundle", "claim.json", "--log", "log") == 1
    assert "Example took it back" in capsys.readouterr().out


def test_a_proof_is_one_small_file_that_needs_no_log(at: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["log", "init", "log", "--origin", "example.org/log", "--key", "log.key"]) == 0
    assert main(["log", "append", "log", "claim.json", "--key", "log.key"]) == 0
    assert main(["log", "prove", "log", "claim.json", "-o", "proof.json", "--trust", "log.key.pub"]) == 0
    assert (at / "proof.json").stat().st_size < 4096
    assert verify("--bundle", "proof.json", str(GOOD)) == 0
    assert main(["verify", "--bundle", "proof.json", "--trust", "ai.key.pub"]) == 1, "nobody trusts that log"
    assert main(["log", "check", "log", "--trust", "log.key.pub"]) == 0
    assert "1 entries stand" in capsys.readouterr().out


def test_a_key_for_a_log_signs_no_statements(at: Path) -> None:
    assert main(["attest", "a.json", "--key", "log.key", "-o", "other.json"]) == 0
    assert verify("--bundle", "other.json") == 1


def test_a_log_is_followed_and_a_fork_is_told(at: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("log", "other"):
        assert main(["log", "init", name, "--origin", "example.org/log", "--key", "log.key"]) == 0
    assert main(["log", "append", "log", "claim.json", "--key", "log.key"]) == 0
    trust = ["--trust", "ai.key.pub", "--trust", "log.key.pub"]
    assert main(["follow", "log", "--into", "mirror", *trust]) == 0
    assert main(["attest", "a.json", "--key", "ai.key", "-o", "second.json", "--days", "31"]) == 0
    assert main(["log", "append", "other", "second.json", "--key", "log.key"]) == 0
    capsys.readouterr()
    assert main(["follow", "other", "--into", "mirror", *trust]) == 1
    assert "FORK" in capsys.readouterr().err
    assert len(list((at / "mirror" / "forks").iterdir())) == 2


def test_a_log_is_followed_over_http(at: Path) -> None:
    from tests.attest.serving import folder_served

    assert main(["log", "init", "log", "--origin", "example.org/log", "--key", "log.key"]) == 0
    assert main(["log", "append", "log", "claim.json", "--key", "log.key"]) == 0
    with folder_served(at / "log") as url:
        trust = ["--trust", "ai.key.pub", "--trust", "log.key.pub"]
        assert main(["follow", url, "--into", "mirror", *trust]) == 0
        assert main(["follow", url + "/nowhere", "--into", "other", *trust]) == 2


def test_what_was_said_counts_at_the_time_that_is_asked(at: Path) -> None:
    assert verify("--bundle", "claim.json", "--at", TEST_FIRST) == 1
    assert verify("--bundle", "claim.json", "--at", "yesterday") == 2


def test_the_answer_in_json_holds_every_point(at: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert verify("--bundle", "claim.json", "--format", "json") == 0
    told = json.loads(capsys.readouterr().out)
    assert [point["of"] for point in told["claims"][0]["points"]] == ["signature", "key", "time", "evidence"]
    assert told["uncovered"] == []


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["verify"], "no claim is named"),
        (["verify", "--bundle", "claim.json"], "no keys are named that you trust"),
        (["verify", "--bundle", "nowhere.json", "--trust", "ai.key.pub"], "cannot be read"),
        (["verify", "--bundle", "a.json", "--trust", "ai.key.pub"], "no bundle"),
        (["verify", "--bundle", "claim.json", "--trust", "a.json"], "does not say whom you trust"),
        (["attest", "ai.key.pub", "--key", "ai.key", "-o", "x"], "nothing that can be signed"),
        (["attest", "/proc/self/mem", "--as", "intent", "--key", "ai.key", "-o", "x"], "cannot be read"),
        (["attest", "claim.json", "--as", "review", "--key", "ai.key", "-o", "x"], "needs an outcome"),
        (["attest", "claim.json", "--as", "supersession", "--key", "ai.key", "-o", "x"], "is not named"),
        (["attest", "a.json", "--key", "a.json", "-o", "x"], "no key that"),
        (["attest", "a.json", "--key", "ai.key", "-o", "x", "--days", "0"], "relied on for 0 days"),
        (["log", "append", "nowhere", "claim.json", "--key", "log.key"], "cannot be written"),
        (["follow", "nowhere", "--into", "m", "--trust", "log.key.pub"], "there is no log"),
        (["keys", "new", "two words", "-o", "x"], "cannot name a key"),
    ],
)
def test_what_is_asked_wrongly_is_said_and_nothing_is_written(
    at: Path, words: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(at.rglob("*"))
    capsys.readouterr()
    assert main(words) == 2
    told = capsys.readouterr()
    assert why in told.err
    assert told.out == ""
    assert sorted(at.rglob("*")) == before


def test_a_bundle_of_a_gigabyte_is_not_read(at: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with open(at / "large.json", "wb") as file:
        file.truncate(1 << 30)
    assert verify("--bundle", "large.json") == 2
    assert "is larger than" in capsys.readouterr().err


def test_a_key_proves_whom_it_signs_for_and_nobody_else(at: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whom = "acme at https://hub.example.org"
    assert main(["keys", "prove", str(at / "ai.key"), whom]) == 0
    proof = capsys.readouterr().out
    assert keys.read_proved(proof, whom) == keys.public_of((at / "ai.key").read_bytes())
    for text, said in ((proof, "other at https://hub.example.org"), (proof.split()[0], whom)):
        with pytest.raises(ClaimError, match="no proof stands beside"):
            keys.read_proved(text, said)


def test_an_announcement_may_be_about_the_subject_of_a_report(at: Path) -> None:
    """So a release of several files is announced by the report on it; a file is announced as it is."""
    for what, digest in (("a.json", None), ("one.bin", hashlib.sha256(b"one").hexdigest())):
        (at / "one.bin").write_bytes(b"one")
        assert (
            main(["attest", what, "--as", "intent", "--says", "we review it", "--key", "ai.key", "-o", "i.json"]) == 0
        )
        announced = statement.read(read_bundle((at / "i.json").read_bytes()).envelope.body).subject
        said = statement.read(read_bundle((at / "claim.json").read_bytes()).envelope.body).subject
        assert announced == said if digest is None else announced[0].digest == {"sha256": digest}
        (at / "i.json").unlink()
