"""`guildmark scan`: exit codes, formats, nothing half-written."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from guildmark.commands import main

EXAMPLES = Path(__file__).parent.parent / "checks"
PROJECT = Path(__file__).parent.parent.parent
GOOD = EXAMPLES / "formats_intact" / "passed" / "whole_safetensors"
BAD = EXAMPLES / "no_code_in_pickles" / "failed" / "os_system"
OPEN = EXAMPLES / "loadable_files_understood" / "unknown" / "unknown_bytes"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ([str(GOOD)], 0),
        ([str(BAD)], 1),
        ([str(OPEN)], 3),
        ([str(GOOD), str(OPEN), str(BAD)], 1),
        ([str(GOOD), str(OPEN), "--no-hash"], 3),
        (["no/such/path", str(GOOD)], 2),
        ([str(GOOD), "--limit", "depth=deep"], 2),
        ([str(GOOD), "--jobs", "-1"], 2),
        ([str(GOOD), "--allow", "no/such/file"], 2),
        ([str(GOOD), "--changed-since", "no/such/file"], 2),
        ([str(GOOD), "--changed-since", str(PROJECT / "pyproject.toml")], 2),
        ([str(GOOD), "--changed-since", "x", "--no-hash"], 2),
    ],
)
def test_the_exit_code_tells_the_answer(arguments: list[str], code: int, capfdbinary: pytest.CaptureFixture[bytes]):
    """0 all passed, 1 something failed, 2 asked wrongly, 3 nothing failed and something is unknown."""
    assert main(["scan", "--quiet", *arguments]) == code
    told = capfdbinary.readouterr()
    if code == 2:
        assert told.out == b""
        assert told.err.startswith(b"guildmark: ")


def test_text_has_a_line_a_file_that_did_not_pass_and_a_summary(tmp_path: Path):
    """What passed is only counted."""
    assert main(["scan", str(GOOD), str(OPEN), str(BAD), "--quiet", "-o", str(tmp_path / "out")]) == 1
    *told, summary = (tmp_path / "out").read_text().splitlines()
    assert [line.split()[0] for line in told] == ["UNKNOWN", "FAILED"]
    assert summary.startswith("3 files: 1 failed, 1 unknown, 1 passed; ")


def test_jsonl_is_the_same_whatever_the_jobs(tmp_path: Path):
    """One object a file, with the agreed fields."""
    for jobs in ("1", "3"):
        main(
            [
                "scan",
                str(EXAMPLES / "no_code_in_pickles"),
                "--format",
                "jsonl",
                "--jobs",
                jobs,
                "--quiet",
                "-o",
                str(tmp_path / jobs),
            ]
        )
    assert (tmp_path / "1").read_bytes() == (tmp_path / "3").read_bytes()
    found = [json.loads(line) for line in (tmp_path / "1").read_text().splitlines()]
    fields = ["path", "sha256", "format", "size", "understood", "outcome", "findings"]
    assert all(list(each) == fields for each in found)
    assert {finding["outcome"] for each in found for finding in each["findings"]} <= {"failed", "unknown"}


def test_sarif_is_one_run_with_the_paths_of_this_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A code host shows the finding at the file."""
    monkeypatch.chdir(BAD.parent)
    main(["scan", "./os_system", "--format", "sarif", "--quiet", "-o", str(tmp_path / "out")])
    (run,) = json.loads((tmp_path / "out").read_text())["runs"]
    uris = {
        place["physicalLocation"]["artifactLocation"]["uri"] for each in run["results"] for place in each["locations"]
    }
    assert uris == {"os_system/m.pkl"}
    assert {each["level"] for each in run["results"]} == {"error"}


def test_a_scan_that_is_refused_leaves_no_file(tmp_path: Path):
    """Whole or not at all."""
    assert main(["scan", "no/such/path", "--quiet", "-o", str(tmp_path / "out")]) == 2
    assert list(tmp_path.iterdir()) == []


def test_what_is_as_it_was_is_left_out(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]):
    """The summary says how many."""
    main(["scan", str(GOOD), "--format", "jsonl", "--quiet", "-o", str(tmp_path / "before")])
    assert main(["scan", str(GOOD), "--quiet", "--changed-since", str(tmp_path / "before")]) == 0
    assert b"0 files: 0 failed, 0 unknown, 0 passed, 1 unchanged and left out" in capfdbinary.readouterr().out


def test_the_hook_and_the_action_call_this_command():
    """They are read by others' programs."""
    (hook,) = yaml.safe_load((PROJECT / ".pre-commit-hooks.yaml").read_text())
    assert hook["entry"].startswith("guildmark scan ")
    action = yaml.safe_load((PROJECT / "action.yml").read_text())
    assert 'guildmark" scan ' in action["runs"]["steps"][1]["run"]


def test_a_name_that_the_user_allows_is_told_in_every_format(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]):
    """The file is read as `vet` reads it; the names that it let through are said to whoever reads on."""
    allowed, model = tmp_path / "allow.toml", tmp_path / "m.pkl"
    allowed.write_text('[[name]]\nname = "ours.Model"\nwhy = "it is ours"\n')
    model.write_bytes(b"\x80\x02cours\nModel\n)\x81.")
    assert main(["scan", "--quiet", str(model)]) == 1
    capfdbinary.readouterr()
    for format in ("text", "jsonl", "sarif"):
        assert main(["scan", "--quiet", str(model), "--allow", str(allowed), "--format", format]) == 0
        assert b"what the user lets it name: ours.Model" in capfdbinary.readouterr().out


def test_a_program_that_ends_at_once_has_written_all_it_said(tmp_path):
    for number in range(200):
        (tmp_path / f"{number}.txt").write_text("words")
    program = [sys.executable, "-m", "guildmark", "scan", str(tmp_path), "--format", "jsonl"]
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    ended = subprocess.run(program, capture_output=True, check=False, timeout=60, env=buffered)
    assert (ended.returncode, len(ended.stdout.splitlines())) == (0, 200)
