"""The race of clean files: its lists are whole, and the part of it whose wheels are here passes in `make test`."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from races.clean_list import Pinned

from guildmark.records import Outcome
from races import clean, clean_list

REAL = ("alt_profanity_check", "garak", "presidio_analyzer", "silero_vad")
"""Of the wheels that `make` fetches for the tests, the small ones that the list takes files from."""


def test_the_list_pins_enough_files_of_enough_packages_and_none_twice():
    files = clean_list.read()
    counted = Counter(file.package for file in files)
    assert len(files) - sum(counted[one] for one in clean_list.ONE) >= 1_000
    assert (len(counted) >= 40, max(counted.values()) <= clean_list.MOST) == (True, True)
    assert len({(file.wheel, file.path) for file in files}) == len(files)
    assert all(len(file.sha256) == len(file.wheel_sha256) == 64 for file in files)


def test_what_is_explained_is_on_the_list():
    assert clean.explained().keys() <= {(file.package, file.path) for file in clean_list.read()}


def test_no_real_clean_file_here_fails_unexplained(real: Callable[[str], Path], record_property: Callable[..., None]):
    wheels = {path.name: path for path in map(real, REAL)}
    files = clean_list.read()
    here = [file for file in files if file.wheel in wheels]
    record_property("part of the race", f"{len(here)} of {len(files)} files")
    assert len(here) >= 80
    found = [one for (wheel, _), some in clean.by_wheel(here).items() for one in clean.results(wheels[wheel], some)]
    failed = {(one.file.package, one.file.path) for one in found if one.outcome is Outcome.FAILED}
    assert failed - clean.explained().keys() == set()
    assert sum(one.outcome is Outcome.UNKNOWN for one in found) <= clean.MOST_UNKNOWN * len(found)


def test_a_file_that_is_not_the_pinned_one_stops_the_race(real: Callable[[str], Path], tmp_path: Path):
    wheel = real("silero_vad")
    file = Pinned("silero-vad", "0", wheel.name, "", "silero_vad/__init__.py", "0" * 64)
    with pytest.raises(SystemExit, match="is not the file that the list pins"):
        list(clean.take_out(wheel, [file], tmp_path))


def result(outcome: Outcome, path: str) -> clean.Result:
    return clean.Result(Pinned("a", "1", "", "", path, ""), outcome, ("why",))


@pytest.mark.parametrize(
    ("failed", "unknown", "good"), [(0, 0, True), (0, 10, True), (0, 11, False), (1, 0, True), (2, 0, False)]
)
def test_a_race_is_good_enough_up_to_its_bounds(monkeypatch, failed, unknown, good):
    monkeypatch.setattr(clean, "explained", lambda: {("a", f"f{number}"): "it is so" for number in range(failed)})
    found = [result(Outcome.FAILED, f"f{number}") for number in range(failed)]
    found += [result(Outcome.UNKNOWN, "u")] * unknown
    found += [result(Outcome.PASSED, "p")] * (200 - len(found))
    assert clean.tell(found)[1] is good


def test_a_failed_file_that_nobody_explains_is_not_good_enough(monkeypatch):
    monkeypatch.setattr(clean, "explained", dict)
    found = [result(Outcome.FAILED, "f"), *[result(Outcome.PASSED, "p")] * 999]
    assert clean.tell(found)[1] is False
