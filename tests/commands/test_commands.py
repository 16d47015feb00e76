"""The program: exit codes, formats, clear errors, nothing half-written."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from guildmark.commands import main
from guildmark.records import Report

EXAMPLES = Path(__file__).parent.parent / "checks"
GOOD = EXAMPLES / "formats_intact" / "passed" / "whole_safetensors"
BAD = EXAMPLES / "no_code_in_pickles" / "failed" / "os_system"
OPEN = EXAMPLES / "loadable_files_understood" / "unknown" / "unknown_bytes"


def test_the_program_alone_prints_three_examples(capsys: pytest.CaptureFixture[str]):
    """A newcomer sees what to type."""
    assert main([]) == 0
    assert capsys.readouterr().out.count("  guildmark ") == 3


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ([str(GOOD)], 0),
        ([str(BAD)], 1),
        ([str(OPEN)], 3),
        ([str(GOOD), "--level", "safe_files:published"], 3),
        ([str(BAD), "--check", "files_match_published"], 3),
        ([str(GOOD), "--check", "formats_intact"], 0),
        ([str(GOOD), "--standard", "documented_model"], 1),
        ([str(GOOD), "--standard", "safe_files@2026.1", "--level", "safe_files:inert"], 0),
        (["no/such/path"], 2),
        ([str(GOOD), "--standard", "nonsense"], 2),
        ([str(GOOD), "--standard", "documented_tool"], 2),
        ([str(GOOD), "--check", "nonsense"], 2),
        ([str(GOOD), "--level", "safe_files"], 2),
        ([str(GOOD), "--level", "safe_files:top"], 2),
        ([str(GOOD), "--limit", "depth=deep"], 2),
        (["pypi:x", "--no-network"], 2),
    ],
)
def test_the_exit_code_tells_the_answer(arguments: list[str], code: int, capsys: pytest.CaptureFixture[str]):
    """0 met, 1 barred by a failure, 2 asked wrongly, 3 could not tell."""
    assert main(["vet", *arguments, "--quiet"]) == code
    if code == 2:
        told = capsys.readouterr()
        assert told.out == ""
        assert told.err.startswith("guildmark: ")
        assert len(told.err.splitlines()) == 2


def test_a_standard_that_is_not_named_turns_no_build_red(capsys: pytest.CaptureFixture[str]):
    """documented_model is shown, and only safe_files decides."""
    assert main(["vet", str(GOOD), "--quiet", "--format", "json"]) == 0
    report = msgspec.json.decode(capsys.readouterr().out, type=Report)
    assert {verdict.standard: verdict.level for verdict in report.verdicts}["documented_model"] is None


def test_the_json_has_the_published_shape(capsys: pytest.CaptureFixture[str]):
    """The fields of the issue, no more and no fewer."""
    main(["vet", str(GOOD), "--quiet", "--format", "json"])
    report = json.loads(capsys.readouterr().out)
    assert list(report) == ["assessment", "verdicts"]
    assert list(report["assessment"]) == [
        *("subject", "listings", "findings", "measurements", "made_by", "made_at"),
    ]
    assert list(report["assessment"]["subject"]) == ["name", "purl", "kind", "digest", "files"]
    assert list(report["assessment"]["subject"]["files"][0]) == ["path", "size", "sha256"]
    assert list(report["verdicts"][0]) == ["standard", "version", "level", "next", "bars"]


def test_judging_again_needs_no_subject(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """The same assessment gives the same verdicts after the subject is gone, also by a standard of one's own."""
    subject = shutil.copytree(BAD, tmp_path / "subject")
    assert main(["vet", str(subject), "--format", "json", "-o", str(tmp_path / "a.json"), "--quiet"]) == 1
    shutil.rmtree(subject)
    assert main(["judge", str(tmp_path / "a.json"), "--standard", "safe_files", "--format", "json"]) == 1
    assert json.loads(capsys.readouterr().out) == json.loads((tmp_path / "a.json").read_text())
    own = tmp_path / "own" / "1.toml"
    own.parent.mkdir()
    own.write_text(
        'title = "Own"\nversion = "1"\napplies_to = ["model"]\n'
        '[[level]]\nid = "whole"\nmeans = "Whole."\nrequire = ["no_remote_code"]\n'
    )
    assert main(["judge", str(tmp_path / "a.json"), "--standard", str(own)]) == 0


@pytest.mark.parametrize("text", ["", "[]", "{", '{"assessment": 1}', "[" * 100_000])
def test_what_is_no_assessment_is_refused(tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]):
    """Exit 2, a message, no traceback."""
    (tmp_path / "a.json").write_text(text)
    assert main(["judge", str(tmp_path / "a.json")]) == 2
    assert "is no assessment" in capsys.readouterr().err


def test_a_report_that_cannot_be_written_leaves_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """No folder, no report, exit 2."""
    assert main(["vet", str(GOOD), "-o", str(tmp_path / "none" / "r.txt"), "--quiet"]) == 2
    assert "cannot be written" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full here to stand for a full disk")
def test_a_full_disk_at_the_report_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys):
    """The old report stays, and no temporary file is left."""
    (tmp_path / "r.txt").write_text("old")
    fdopen = os.fdopen

    def full(descriptor: int, mode: str):
        os.dup2(os.open("/dev/full", os.O_WRONLY), descriptor)
        return fdopen(descriptor, mode)

    monkeypatch.setattr("guildmark.output.os.fdopen", full)
    assert main(["vet", str(GOOD), "-o", str(tmp_path / "r.txt"), "--quiet"]) == 2
    assert "No space left" in capsys.readouterr().err
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"r.txt": "old"}


@pytest.mark.parametrize("shelf", ["checks", "standards", "sources", "formats", "reports"])
def test_every_shelf_can_be_listed(shelf: str, capsys: pytest.CaptureFixture[str]):
    """A line a leaf."""
    assert main(["list", shelf]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines
    assert all("  " in line for line in lines)


def test_a_check_shows_what_it_asks_and_what_requires_it(capsys: pytest.CaptureFixture[str]):
    """Question, why, remedy, standards."""
    assert main(["show", "check", "formats_intact"]) == 0
    shown = capsys.readouterr().out
    assert [word for word in ("Question", "Why", "Remedy", "safe_files: intact") if word not in shown] == []


def test_help_loads_no_heavy_package():
    """Start-up is paid by every user at every call."""
    heavy = ("rich", "jinja2", "yaml", "requests", "detect_secrets", "huggingface_hub", "packaging")
    code = "import sys; from guildmark.commands import main\ntry: main(['--help'])\nexcept SystemExit: pass\n"
    code += f"sys.exit(','.join(set({heavy}) & set(sys.modules)) or 0)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False).returncode == 0


def test_a_pipe_shows_no_progress_and_no_colour():
    """Only a terminal gets either."""
    done = subprocess.run([sys.executable, "-m", "guildmark", "vet", str(GOOD)], capture_output=True, check=False)
    assert done.returncode == 0
    assert b"\x1b" not in done.stdout + done.stderr
    assert done.stderr == b""


def vex(tmp_path: Path, check: str, **said: object) -> str:
    statement = {"vulnerability": {"name": check}, "status": "fixed", "products": [{"@id": BAD.name}], **said}
    document = {"@context": "https://openvex.dev/ns/v0.2.0", "author": "The makers", "statements": [statement]}
    (tmp_path / "vex.json").write_text(json.dumps(document))
    return str(tmp_path / "vex.json")


def test_what_a_maintainer_says_is_shown_and_changes_no_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """The assessment, the verdicts and the exit code are the same; a later `judge` keeps what was said."""
    reports = []
    for more in ([], ["--vex", vex(tmp_path, "guildmark:no_code_in_pickles")]):
        assert main(["vet", str(BAD), "--quiet", "--format", "json", *more]) == 1
        reports.append(json.loads(capsys.readouterr().out))
    without, beside = reports
    beside["assessment"]["made_at"] = without["assessment"]["made_at"]
    (said,) = beside.pop("rebuttals")
    assert beside == without
    against = [without["assessment"]["findings"][place] for place in said["against"]]
    assert {(finding["check"], finding["outcome"]) for finding in against} == {("no_code_in_pickles", "failed")}
    (tmp_path / "a.json").write_text(json.dumps({**without, "rebuttals": [said]}))
    assert main(["judge", str(tmp_path / "a.json")]) == 1
    assert "The makers says of guildmark:no_code_in_pickles: fixed" in capsys.readouterr().out


def test_a_file_that_is_no_vex_is_refused_before_anything_is_looked_at(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    """Half of a statement is worse than none."""
    for path in (vex(tmp_path, "x", status="harmless"), str(tmp_path / "nothing.json")):
        assert main(["vet", "/nowhere", "--vex", path]) == 2
        told = capsys.readouterr()
        assert (told.out, len(told.err.splitlines())) == ("", 2)
        assert "nowhere" not in told.err


@pytest.mark.parametrize("format", ["cyclonedx", "spdx"])
def test_an_inventory_is_written_of_a_folder(format: str, tmp_path: Path):
    """With what the subject's own papers say, which the assessment does not hold."""
    (tmp_path / "tiny").mkdir()
    project = '[project]\nname = "tiny-tool"\nversion = "1"\ndependencies = ["rich"]\n'
    (tmp_path / "tiny" / "pyproject.toml").write_text(project)
    main(["vet", str(tmp_path / "tiny"), "--quiet", "--format", format, "-o", str(tmp_path / "bill.json")])
    text = (tmp_path / "bill.json").read_text()
    assert "tiny-tool" in text
    assert "pkg:pypi/rich" in text
