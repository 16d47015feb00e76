"""The race over forty tools tells what two runs say differently."""

from pathlib import Path

import msgspec
from races.forty_tools import LIST, Run, differences

from guildmark.limits import Limits
from guildmark.output import write_whole
from guildmark.records import Assessment, Finding, Outcome, SubjectRecord, canonical
from guildmark.references import read
from guildmark.series import Done, Stamp, Told, Wanted

ONE = Assessment(
    SubjectRecord("one", None, "tool", None, ()),
    (),
    (Finding("identified", Outcome.PASSED, "yes"),),
    (),
    "guildmark 0",
    "2026-01-01T00:00:00Z",
)


def run(folder: Path, assessment: Assessment | None) -> Run:
    """A run of which one answer lies in a folder."""
    import hashlib

    folder.mkdir()
    told = Told(Stamp("x", None, "", "", "", "", ""), error="" if assessment else "broken")
    if assessment:
        data = canonical(assessment)
        write_whole(folder / "one.json", data)
        told = msgspec.structs.replace(told, sha256=hashlib.sha256(data).hexdigest())
    write_whole(folder / "one.told.json", canonical(told))
    return Run(folder, (Done(Wanted("one", "x"), told, folder / "one.json", False),), 1.0, 1.0)


def test_only_times_may_differ(tmp_path: Path) -> None:
    first = run(tmp_path / "first", ONE)
    later = msgspec.structs.replace(ONE, made_at="2027-01-01T00:00:00Z")
    assert [*differences(first, run(tmp_path / "later", later))] == []
    other = msgspec.structs.replace(ONE, findings=(Finding("identified", Outcome.FAILED, "no"),))
    assert [*differences(first, run(tmp_path / "other", other))] == ["one: identified"]
    assert [*differences(first, run(tmp_path / "none", None))] == ["one: only one of the runs has an answer"]


def test_the_list_names_forty_releases_at_exact_versions() -> None:
    wanted = read(str(LIST), Limits()).wanted
    assert len(wanted) == 40
    assert all("==" in one.where for one in wanted)
