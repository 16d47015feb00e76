"""Many subjects vetted in one run: what is told is kept, one that breaks stops no other, a stop loses nothing."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.test_pins import snapshot

from guildmark import series
from guildmark.errors import AskedWrongly, GuildmarkError, ReportError
from guildmark.limits import Limits
from guildmark.records import Assessment, canonical, read_report
from guildmark.series import Done, How, Wanted, read, steady, vet_all

EXAMPLES = Path(__file__).parent / "checks"
GOOD = EXAMPLES / "formats_intact" / "passed" / "whole_safetensors"
BAD = EXAMPLES / "no_code_in_pickles" / "failed" / "os_system"
ASSESS = series.assess


@pytest.fixture
def how(tmp_path: Path) -> How:
    return How(tmp_path / "advisories", str(tmp_path / "cache"), jobs=2, network=False)


@pytest.fixture
def few(tmp_path: Path) -> list[Wanted]:
    """Two local files: their answers hold as long as their bytes stay."""
    found = []
    for name, folder in (("good", GOOD), ("bad", BAD)):
        (file,) = (path for path in folder.iterdir() if path.is_file())
        copy = tmp_path / f"{name}{file.suffix}"
        shutil.copy(file, copy)
        found.append(Wanted(name, str(copy), "model"))
    return found


def done(wanted: list[Wanted], folder: Path, how: How) -> dict[str, Done]:
    return {one.wanted.id: one for one in vet_all(wanted, folder, how)}


def assess_but(id: str, act: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:
    """Of one subject nothing comes but what `act` does."""

    def assess(one: Wanted, *rest: Any) -> Assessment:
        if one.id == id:
            act()
        return ASSESS(one, *rest)

    monkeypatch.setattr("guildmark.series.assess", assess)


def test_each_answer_is_a_canonical_assessment_in_the_folder(tmp_path: Path, few: list[Wanted], how: How) -> None:
    found = done(few, tmp_path / "out", how)
    assert {id: (one.kept, one.error) for id, one in found.items()} == {"good": (False, ""), "bad": (False, "")}
    data = (tmp_path / "out" / "bad.json").read_bytes()
    assessment = read_report(data).assessment
    assert canonical(assessment) == data
    assert assessment == found["bad"].assessment()
    assert assessment.outcome("no_code_in_pickles") == "failed"
    assert sorted(os.listdir(tmp_path / "out")) == ["bad.json", "bad.told.json", "good.json", "good.told.json"]


def test_what_is_known_is_not_vetted_again(
    tmp_path: Path, few: list[Wanted], how: How, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its bytes are not even opened; `anew` opens them."""
    first = done(few, tmp_path / "out", how)
    assess_but("bad", lambda: os.kill(os.getpid(), signal.SIGKILL), monkeypatch)
    again = done(few, tmp_path / "out", how)
    assert {id: one.kept for id, one in again.items()} == {"good": True, "bad": True}
    assert again["bad"].told == first["bad"].told
    assert "SIGKILL" in done(few, tmp_path / "out", how._replace(anew=True))["bad"].error


def _other_bytes(few: list[Wanted], how: How, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> How:
    with open(few[1].where, "ab") as file:
        file.write(b" ")
    return how


def _other_version(few: list[Wanted], how: How, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> How:
    monkeypatch.setattr("guildmark.series.MADE_BY", "guildmark 9")
    return how


def _other_advisories(few: list[Wanted], how: How, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> How:
    snapshot(tmp_path)
    return how._replace(snapshot=tmp_path / "kept")


def _other_bounds(few: list[Wanted], how: How, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> How:
    return how._replace(limits=Limits(depth=4))


def _other_checks(few: list[Wanted], how: How, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> How:
    monkeypatch.setattr("guildmark.check.ids", lambda: ("no_code_in_pickles",))
    return how


def _other_reference(few: list[Wanted], how: How, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> How:
    few[:] = [msgspec.structs.replace(one, kind="tool") for one in few]
    return how


def _harmed(few: list[Wanted], how: How, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> How:
    (tmp_path / "out" / "bad.json").write_bytes(b"{}")
    return how


@pytest.mark.parametrize(
    "change",
    [
        _other_bytes,
        _other_version,
        _other_advisories,
        _other_bounds,
        _other_checks,
        _other_reference,
        _harmed,
    ],
)
def test_what_no_longer_holds_is_vetted_anew(
    change: Any, tmp_path: Path, few: list[Wanted], how: How, monkeypatch: pytest.MonkeyPatch
) -> None:
    done(few, tmp_path / "out", how)
    assert done(few, tmp_path / "out", how)["bad"].kept
    assert not done(few, tmp_path / "out", change(few, how, tmp_path, monkeypatch))["bad"].kept
    assert read(tmp_path / "out", "bad") is not None


def test_a_folder_is_always_vetted_anew(tmp_path: Path, how: How) -> None:
    """Only a new look can tell whether it is as it was."""
    wanted = [Wanted("folder", str(BAD))]
    for _ in range(2):
        assert not done(wanted, tmp_path / "out", how)["folder"].kept


def _dies() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _raises() -> None:
    raise ZeroDivisionError("one of ours")


def _refuses() -> None:
    raise GuildmarkError("nothing is there", "look elsewhere")


def _takes_all() -> None:
    raise MemoryError


@pytest.mark.parametrize(
    ("act", "says"),
    [
        (_dies, "the process that vetted it was lost: the worker that asked it died (SIGKILL)"),
        (_raises, "a fault of Guildmark's own: ZeroDivisionError: one of ours"),
        (_refuses, "nothing is there"),
        (_takes_all, "it needs more than 2000000000 bytes of memory to be opened"),
    ],
)
def test_one_that_breaks_is_told_with_its_sentence_and_stops_no_other(
    act: Any, says: str, tmp_path: Path, few: list[Wanted], how: How, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is asked again in the next run, for an error holds for no other."""
    assess_but("bad", act, monkeypatch)
    found = done(few, tmp_path / "out", how)
    assert (found["good"].error, found["bad"].error) == ("", says)
    assert read(tmp_path / "out", "bad") is None
    with pytest.raises(ReportError):
        found["bad"].assessment()
    monkeypatch.setattr("guildmark.series.assess", ASSESS)
    again = done(few, tmp_path / "out", how)
    assert (again["good"].kept, again["bad"].kept, again["bad"].error) == (True, False, "")


def test_one_that_hangs_is_lost_and_stops_no_other(
    tmp_path: Path, few: list[Wanted], how: How, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its silence, or, where it never stops talking, by the longest that one may take."""
    monkeypatch.setattr("guildmark.series.SILENCE", 1)
    assess_but("bad", lambda: time.sleep(600), monkeypatch)
    quick = how._replace(limits=Limits(seconds=1))
    assert done(few[1:], tmp_path / "out", quick)["bad"].error == "nothing was heard of it for 3 seconds"
    monkeypatch.setattr("guildmark.series.LONGEST", 1)
    assert done(few[1:], tmp_path / "out", quick)["bad"].error == "it was not done after 1 seconds"


def test_an_error_takes_no_earlier_answer_away_and_lets_none_pass_for_new(
    tmp_path: Path, few: list[Wanted], how: How, monkeypatch: pytest.MonkeyPatch
) -> None:
    done(few, tmp_path / "out", how)
    before = (tmp_path / "out" / "bad.json").read_bytes()
    assess_but("bad", _refuses, monkeypatch)
    done(few, tmp_path / "out", how._replace(anew=True))
    assert (tmp_path / "out" / "bad.json").read_bytes() == before
    assert read(tmp_path / "out", "bad") is None


def test_two_runs_find_the_same(tmp_path: Path, few: list[Wanted], how: How, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the times differ; a finding that differs shows."""
    first = done(few, tmp_path / "one", how)
    monkeypatch.setattr("guildmark.series.now", lambda: "2031-01-02T03:04:05Z")
    second = done(few, tmp_path / "two", how._replace(jobs=1))
    for id in first:
        one, other = first[id].assessment(), second[id].assessment()
        assert one.made_at != other.made_at
        assert steady(one) == steady(other)
    changed = msgspec.structs.replace(one, findings=one.findings[1:])
    assert steady(changed) != steady(one)


@pytest.mark.parametrize("id", ["", "../x", "a/b", "A", "x.told", ".x", "x\n", "x" * 200])
def test_an_answer_cannot_be_called_what_is_no_plain_name(id: str, tmp_path: Path, how: How) -> None:
    with pytest.raises(AskedWrongly):
        done([Wanted(id, "nowhere")], tmp_path / "out", how)
    assert not (tmp_path / "out").exists()


def test_two_subjects_cannot_have_one_name(tmp_path: Path, few: list[Wanted], how: How) -> None:
    with pytest.raises(AskedWrongly, match="two subjects are called good"):
        done([few[0], few[0]], tmp_path / "out", how)


RUN = """
import sys
from pathlib import Path
from guildmark import series
from guildmark.series import How, Wanted, vet_all
out, subject = Path(sys.argv[1]), sys.argv[2]
wanted = [Wanted(f"s{number}", subject) for number in range(12)]
for one in vet_all(wanted, out, How(out / "none", str(out / "cache"), jobs=2, network=False)):
    print(one.wanted.id, one.kept, one.error, flush=True)
"""


def test_a_run_that_is_killed_loses_nothing_that_was_told(tmp_path: Path, few: list[Wanted], how: How) -> None:
    """kill -9 at several moments: what was printed is there, nothing half-written counts, the rest is made later."""
    script, out = tmp_path / "run.py", tmp_path / "out"
    script.write_text(RUN)
    told: list[str] = []
    for seen in (1, 2, 3):
        with subprocess.Popen(
            [sys.executable, str(script), str(out), few[1].where], stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            lines: list[str] = []
            while len([line for line in lines if " False " in line]) < seen and (line := process.stdout.readline()):
                lines.append(line)
            process.kill()
            lines += process.stdout.readlines()
        assert {line.split()[0] for line in lines} >= {*told}, "what an earlier run told is still known"
        told = [line.split()[0] for line in lines]
        assert all(read(out, id) is not None for id in told)
    last = subprocess.run([sys.executable, str(script), str(out), few[1].where], capture_output=True, check=True)
    found = [line.split() for line in last.stdout.decode().splitlines()]
    assert sorted(one[0] for one in found) == sorted(f"s{number}" for number in range(12))
    assert {one[0] for one in found if one[1] == "True"} >= {*told}
    assert len({steady(answer) for id, *_ in found if (answer := read(out, id))}) == 1


def test_no_process_outlives_a_run_that_is_killed(tmp_path: Path) -> None:
    """A subject is being vetted when its run is killed: its process goes too, and what that one started."""
    script = tmp_path / "run.py"
    script.write_text(
        RUN.replace(
            "wanted =",
            "import os, time\n"
            "def assess(*_):\n"
            "    (out / 'pid').write_text(str(os.getpid()))\n"
            "    time.sleep(600)\n"
            "series.assess = assess\n"
            "out.mkdir()\n"
            "wanted =",
        )
    )
    with subprocess.Popen([sys.executable, str(script), str(tmp_path / "out"), "x"]) as process:
        pid = tmp_path / "out" / "pid"
        _until(lambda: pid.exists() and bool(pid.read_text()))
        process.kill()
    _until(lambda: not _lives(int(pid.read_text())))


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _until(holds: Callable[[], bool]) -> None:
    while not holds():
        time.sleep(0.05)
