"""People's claims on the command line: reviewed by a checklist, signed by several, judged from files alone."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

pytest.importorskip("cryptography", reason="signatures need guildmark[sign]")

from guildmark import keys, standard
from guildmark.attest import Bundle, making, read_bundle, sign, statement, write_bundle
from guildmark.attest.statement import Decided, Review
from guildmark.commands import main
from guildmark.download import now
from guildmark.records import Assessment, FileRecord, Finding, Outcome, Report, SubjectRecord, canonical

EXAMPLES = Path(__file__).parent.parent / "checks"
GOOD = EXAMPLES / "formats_intact" / "passed" / "whole_safetensors"
WHO = ("acme", "borg", "cern")
TRUST = ["--trust", "acme.key.pub", "--trust", "borg.key.pub", "--trust", "cern.key.pub"]
REVIEW = ["attest", "claim.json", "--as", "review", "--outcome", "agrees"]
OURS = """
title = "Ours"
version = "1.0"
applies_to = ["model", "tool"]

[[level]]
id = "whole"
means = "Nothing is broken."
require = ["formats_intact"]

[[level]]
id = "reviewed"
means = "Two looked at it."

[[level.review]]
reviewers = 2
organisations = 2
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keys of three organisations, a standard of ours, a real subject's report and Acme's claim about it."""
    folder = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name in WHO:
            words = ["keys", "new", f"{name}.example/ai", "-o", f"{name}.key", "--organisation", name.title()]
            assert main([*words, "--no-password", "--purpose", "statements"]) == 0
        (folder / "ours").mkdir()
        (folder / "ours" / "1.0.toml").write_text(OURS)
        assert main(["vet", str(GOOD), "--quiet", "--format", "json", "-o", "a.json"]) == 0
        assert main(["attest", "a.json", "--key", "acme.key", "-o", "claim.json"]) == 0
    return folder


@pytest.fixture
def at(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same in a folder of the test's own."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def reviewed(who: str, outcome: str = "agrees", against: str = "ours/1.0.toml") -> list[str]:
    """Sign a review of Acme's claim; the words that give it to `judge`."""
    words = ["attest", "claim.json", "--as", "review", "--outcome", outcome, "--standard", against, "--quiet"]
    assert main([*words, "--key", f"{who}.key", "-o", f"{who}.json"]) == 0
    return ["--claims", f"{who}.json"]


def judge(*words: str) -> int:
    return main(["judge", "a.json", "--standard", "ours/1.0.toml", "--level", "ours:reviewed", *words])


def test_a_real_report_reaches_a_level_of_people_by_their_claims_alone(
    at: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = [*reviewed("borg"), *reviewed("cern"), "--claims", "claim.json", *TRUST]
    capsys.readouterr()
    assert judge("--format", "json") == 3
    before = json.loads(capsys.readouterr().out)
    assert [one["level"] for one in before["verdicts"] if one["standard"] == "ours"] == ["whole"]
    assert "claims" not in before
    assert judge("--format", "json", *given) == 0
    after = json.loads(capsys.readouterr().out)
    assert [one["level"] for one in after["verdicts"] if one["standard"] == "ours"] == ["reviewed"]
    assert [(one["organisation"], one["outcome"], one["standard"]) for one in after["claims"]] == [
        ("Borg", "agrees", "ours"),
        ("Cern", "agrees", "ours"),
    ]
    assert after["assessment"] == before["assessment"]


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_the_report_tells_which_claims_counted(at: Path, form: str, capsys: pytest.CaptureFixture[str]) -> None:
    given = reviewed("borg")
    capsys.readouterr()
    assert judge("--format", form, *given, *TRUST) == 3
    told = capsys.readouterr().out
    assert "Claims that count" in told
    assert "Borg reviewed it and agrees, by ours 1.0" in told.replace("\n  ", " ")


def test_what_does_not_count_is_told_beside_the_report(at: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of one whom nobody trusts, and of one who speaks of herself."""
    given = [*reviewed("acme"), *reviewed("cern")]
    capsys.readouterr()
    assert judge(*given, "--trust", "acme.key.pub", "--trust", "borg.key.pub") == 3
    told = capsys.readouterr().err
    assert "acme.json" not in told, "what it speaks of is not at hand"
    assert "cern.json does not count: no key that you trust has signed it" in told
    assert judge(*given, "--claims", "claim.json", *TRUST) == 3
    told = capsys.readouterr().err
    assert "acme.json does not count: Acme speaks of a statement of their own" in told
    assert "cern.json" not in told


def test_dissent_fails_and_an_older_word_of_the_same_counts_no_more(at: Path) -> None:
    agree = [*reviewed("borg"), *reviewed("cern")]
    assert judge(*agree, *TRUST) == 0
    assert judge(*agree, *TRUST, "--at", "2020-01-01T00:00:00Z") == 3
    shutil.copy("borg.json", "before.json")
    assert judge(*reviewed("cern"), *reviewed("borg", "disagrees"), "--claims", "before.json", *TRUST) == 1


def test_a_review_against_another_standard_does_not_count(at: Path) -> None:
    assert judge(*reviewed("borg"), *reviewed("cern", against="safe_files@2026.5"), *TRUST) == 3


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["judge", "a.json", "--trust", "acme.key.pub"], "there are none"),
        (["judge", "a.json", "--claims", "claim.json"], "no keys are named that you trust"),
        (["judge", "a.json", "--claims", "nowhere.json", *TRUST], "cannot be read"),
        (
            [*REVIEW, "--standard", "safe_files", "--standard", "checked_tool", "--key", "borg.key", "-o", "x"],
            "against one standard",
        ),
        (["attest", "a.json", "--as", "cosignature", "--key", "borg.key", "-o", "x"], "no bundle"),
        (["attest", "claim.json", "--as", "cosignature", "--key", "acme.key", "-o", "x"], "has signed it already"),
    ],
)
def test_what_is_asked_wrongly_is_said_and_nothing_is_written(
    at: Path, words: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert main(words) == 2
    told = capsys.readouterr()
    assert why in told.err
    assert told.out == ""
    assert not Path("x").exists()


def cosign(what: str, who: str, to: str, *words: str) -> int:
    return main(["attest", what, "--as", "cosignature", "--key", f"{who}.key", "-o", to, *words])


def test_a_second_key_signs_the_very_same_statement(at: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert cosign("claim.json", "borg", "both.json", *TRUST) == 0
    assert "you sign: it was assessed: " in capsys.readouterr().err
    before, after = (read_bundle(Path(name).read_bytes()) for name in ("claim.json", "both.json"))
    assert (after.envelope.payload, after.evidence) == (before.envelope.payload, before.evidence)
    assert after.envelope.signatures[:1] == before.envelope.signatures
    assert main(["verify", "both.json", *TRUST]) == 0
    assert "signed by Acme, Borg" in capsys.readouterr().out
    assert main(["verify", "both.json", "--trust", "borg.key.pub"]) == 0
    assert cosign("both.json", "borg", "x", *TRUST) == 2


def test_a_signature_that_does_not_hold_gets_no_second_beside_it(at: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is seen by who names whom she trusts; to the others it is said that nobody looked."""
    bundle = read_bundle(Path("claim.json").read_bytes())
    (own,) = bundle.envelope.signatures
    forged = msgspec.structs.replace(own, sig=sign(b"{}", keys.new("x.example/x")).signatures[0].sig)
    envelope = msgspec.structs.replace(bundle.envelope, signatures=(forged,))
    Path("forged.json").write_bytes(write_bundle(bundle._replace(envelope=envelope)))
    capsys.readouterr()
    assert cosign("forged.json", "borg", "x", *TRUST) == 2
    assert "the signature of acme.example/ai does not hold" in capsys.readouterr().err
    assert not Path("x").exists()
    assert cosign("claim.json", "borg", "both.json") == 0
    assert "were not verified" in capsys.readouterr().err


def test_the_proof_of_a_log_is_of_the_statement_as_it_was_signed_then(
    at: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["keys", "new", "log.example/log", "-o", "log.key", "--purpose", "log", "--no-password"]
    assert main(words) == 0
    assert main(["log", "init", "log", "--origin", "log.example/log", "--key", "log.key"]) == 0
    assert main(["log", "append", "log", "claim.json", "--key", "log.key"]) == 0
    assert main(["log", "prove", "log", "claim.json", "-o", "proof.json", "--trust", "log.key.pub"]) == 0
    capsys.readouterr()
    assert cosign("proof.json", "borg", "both.json", *TRUST) == 0
    assert "log it anew" in capsys.readouterr().err
    assert read_bundle(Path("both.json").read_bytes()).proof == ""


def _vetted(id: str) -> Report:
    """A report in which machines passed all that the standard asks of them."""
    found = standard.load(id)
    kind = found.applies_to[0]
    subject = SubjectRecord("m.whl", "pkg:pypi/m@1", kind, f"sha256:{'ab' * 32}", (FileRecord("m.whl", 3, "ab" * 32),))
    findings = [Finding(check, Outcome.PASSED, "it is so") for level in found.level for check in level.require]
    return Report(Assessment(subject, (), tuple(findings), (), "guildmark 0.1.0", "2026-11-20T00:00:00Z"), ())


@pytest.mark.parametrize("id", ["vetted_tool", "vetted_model"])
def test_a_decision_verifies_offline_and_makes_a_release_peer_reviewed(
    id: str, at: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The hub signs it, the chair signs the same, and who has the file and both keys needs nothing else."""
    report = _vetted(id)
    Path("a.json").write_bytes(canonical(report))
    said = Decided(
        "guildmark 0.1.0",
        now(),
        matter="vetting",
        outcome="accepted",
        group="Tools group",
        proposal="7 Vet m",
        ballot="12" * 32,
        standard=id,
        version="2026.1",
        reviews=(Review("Dora", "Ada", "agrees"), Review("Ems", "Bea", "agrees")),
    )
    acme = keys.read_private(Path("acme.key").read_bytes(), lambda: b"")
    envelope = sign(statement.stated(making.named(report.assessment.subject), said), acme)
    Path("alone.json").write_bytes(write_bundle(Bundle(envelope)))
    assert main(["verify", "alone.json", *TRUST]) == 3
    assert cosign("alone.json", "borg", "decision.json", *TRUST) == 0
    capsys.readouterr()
    assert main(["verify", "decision.json", *TRUST]) == 0
    assert "Tools group, by ballot 1212121212121212…: accepted 7 Vet m" in capsys.readouterr().out
    wanted: list[Any] = ["judge", "a.json", "--standard", id, "--level", f"{id}:peer_reviewed"]
    assert main([*wanted, "--claims", "alone.json", *TRUST]) == 3
    assert "a decision counts where 2 sign it, and Acme alone has" in capsys.readouterr().err
    assert main([*wanted, "--claims", "decision.json", *TRUST]) == 0
    assert "Dora (Ada) reviewed it and agrees" in capsys.readouterr().out
    assert main([*wanted[:4], "--level", f"{id}:independently_reproduced", "--claims", "decision.json", *TRUST]) == 3


def test_a_real_wheel_is_judged_by_people_as_by_machines(
    real: Callable[[str], Path], at: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What machines could not tell of it bars it still, whoever agrees."""
    words = ["vet", str(real("modelscan")), "--no-network", "--quiet", "--format", "json", "-o", "a.json"]
    assert main(words) == 0
    assert main(["attest", "a.json", "--key", "acme.key", "-o", "claim.json"]) == 0
    given = [*reviewed("borg"), *reviewed("cern"), *TRUST]
    assert judge("--quiet", "-o", "r.txt") == 3
    assert judge("--quiet", "-o", "r.txt", *given) == 0
    vetted = [*reviewed("borg", against="vetted_tool"), *reviewed("cern", against="vetted_tool"), *TRUST]
    capsys.readouterr()
    level = ["--standard", "vetted_tool", "--level", "vetted_tool:peer_reviewed"]
    assert main(["judge", "a.json", *level, *vetted, "--format", "json"]) in (1, 3)
    (verdict,) = (one for one in json.loads(capsys.readouterr().out)["verdicts"] if one["standard"] == "vetted_tool")
    assert all(bar["requires"] == "check" for bar in verdict["bars"])
