"""Which code of a release is run, and what is told of it."""

import json
from pathlib import Path

import pytest

from guildmark.check import Check
from guildmark.checks.no_harmful_acts import no_harmful_acts
from guildmark.checks.no_obfuscated_code import no_obfuscated_code
from guildmark.checks.no_secrets_taken import no_secrets_taken
from guildmark.javascript_code import LARGEST
from guildmark.material import Opening
from guildmark.subject import Subject, open_subject
from guildmark.tool_code import scripts

ASKED = [no_harmful_acts, no_obfuscated_code, no_secrets_taken]


def _package(folder: Path, script: bytes) -> Subject:
    (folder / "package.json").write_text(json.dumps({"name": "wren", "version": "1.0.0"}))
    (folder / "main.js").write_bytes(script)
    (folder / "test").mkdir()
    (folder / "test" / "main.js").write_bytes(script)
    return open_subject(str(folder), Opening(network=False))


@pytest.mark.parametrize("asked", ASKED)
def test_a_script_that_is_too_large_to_read_is_unknown(asked: Check, tmp_path: Path) -> None:
    subject = _package(tmp_path, b"x" * (LARGEST + 1))
    assert [(each.outcome, each.says) for each in asked.ask(subject)] == [("unknown", "main.js was not read")]


def test_the_scripts_of_a_package_are_those_that_its_tests_are_not(tmp_path: Path) -> None:
    assert [file.path for file in scripts(_package(tmp_path, b""))] == ["main.js"]
