"""A scan looks at every file, attributes what it finds to the file, and loses nothing to one that hangs."""

import os
import pickle
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from guildmark import check as shelf
from guildmark import leaves, places
from guildmark.check import Ask, Check, failed, passed, unknown
from guildmark.errors import AskedWrongly
from guildmark.limits import Limits
from guildmark.places import Place
from guildmark.records import Finding, Outcome
from guildmark.scan import Line, Wish, _ours, checks, read_known, scan
from guildmark.subject import Subject

HARMLESS = pickle.dumps({"a": [1, 2, 3]}, protocol=4)
CALLS = b"cos\nsystem\n(S'true'\ntR."
REVISION = "0123456789abcdef0123456789abcdef01234567"


def lines(*paths: object, asked: list[Check] | None = None, **wish: object) -> list[Line]:
    answers = scan([str(path) for path in paths], Wish(**wish), asked)  # type: ignore[arg-type]
    return [line for answer in answers for line in answer.lines]


def outcomes(*paths: object, **wish: object) -> dict[str, str]:
    return {line.path: line.outcome for line in lines(*paths, **wish)}


def question(ask: Ask) -> Check:
    return Check(ask.__name__, "?", "because", ("model", "dataset", "tool"), "mend it", "load", ask)


def bad_names(subject: Subject) -> Iterator[Finding]:
    for file in subject.files():
        yield failed("bad", file.seen("", "bad")) if file.name.startswith("bad") else passed("good")


def hangs_at_slow(subject: Subject) -> Iterator[Finding]:
    if any(file.name.startswith("slow") for file in subject.files()):
        time.sleep(60)
    yield passed("quick")


def dies_at_slow(subject: Subject) -> Iterator[Finding]:
    if any(file.name.startswith("slow") for file in subject.files()):
        os.kill(os.getpid(), signal.SIGKILL)
    yield passed("alive")


def crashes_at_slow(subject: Subject) -> Iterator[Finding]:
    for file in subject.files():
        if file.name.startswith("slow"):
            raise ZeroDivisionError("slow")
    yield passed("whole")


def of_the_whole(subject: Subject) -> Iterator[Finding]:
    yield unknown("shards are missing")


def folder(top: Path, *names: str) -> Path:
    top.mkdir(parents=True, exist_ok=True)
    for name in names:
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_text(f"{name}\n")
    return top


def test_only_checks_that_bear_on_loading_are_asked():
    """What a card says is no question of safety."""
    found = {check.id for check in checks()}
    assert "no_code_in_pickles" in found
    assert not found & {"card_present", "licence_declared", "files_match_published"}


def test_a_finding_stands_at_its_file_also_inside_an_archive(tmp_path: Path):
    """The member is `archive!member`, below the path as the user gave it."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("inner/m.pkl", CALLS)
        archive.writestr("ok.txt", "words\n")
    found = outcomes(tmp_path / "a.zip")
    assert found[f"{tmp_path}/a.zip!inner/m.pkl"] == "failed"
    assert found[f"{tmp_path}/a.zip!ok.txt"] == "passed"
    assert outcomes(tmp_path) == found


def test_what_is_said_of_no_file_is_a_line_of_the_folder(tmp_path: Path):
    """Its path is the folder, as it was given."""
    folder(tmp_path, "a.txt", "b.txt")
    found = lines(tmp_path, asked=[question(of_the_whole)])
    assert (found[0].path, found[0].format, found[0].outcome) == (str(tmp_path), "folder", "unknown")
    assert [line.outcome for line in found[1:]] == ["passed", "passed"]


def test_no_known_format_is_unknown_and_not_understood(tmp_path: Path):
    """Nothing is passed that nobody read."""
    (tmp_path / "x.bin").write_bytes(bytes(range(128, 256)) * 8)
    (line,) = lines(tmp_path / "x.bin")
    assert (line.outcome, line.understood, line.size, line.format) == ("unknown", 0, 1024, "")


def test_an_archive_is_understood_but_for_members_that_are_not(tmp_path: Path):
    """Its size, less the bytes of those members."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("x.bin", bytes(range(128, 256)) * 8)
        archive.writestr("y.txt", "words\n" * 1000)
    archive_line = lines(tmp_path / "a.zip")[0]
    assert archive_line.understood == archive_line.size - 1024


def test_a_file_that_hangs_a_check_is_unknown_and_hides_no_other(tmp_path: Path):
    """The worker is replaced; the other files, and the other checks, still answer."""
    folder(tmp_path, "bad.txt", "good.txt", "slow.txt")
    for broken in (hangs_at_slow, dies_at_slow, crashes_at_slow):
        asked = [question(broken), question(bad_names)]
        found = lines(tmp_path, asked=asked, limits=Limits(seconds=1), jobs=2)
        by_name = {Path(line.path).name: line for line in found if line.format != "folder"}
        assert {name: line.outcome for name, line in by_name.items()} == {
            "bad.txt": "failed",
            "good.txt": "passed",
            "slow.txt": "unknown",
        }
        assert [finding.check for finding in by_name["slow.txt"].findings] == [broken.__name__]


@pytest.mark.parametrize("jobs", [1, 3])
def test_the_order_is_that_of_the_paths_whatever_the_jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: int):
    """Then by path; also where a folder is divided."""
    monkeypatch.setattr(places, "MOST_FILES", 2)
    folder(tmp_path / "b", *(f"{number}.txt" for number in range(5)), "sub/1.txt", "sub/2.txt")
    folder(tmp_path / "a", "x.txt")
    found = [os.path.relpath(line.path, tmp_path) for line in lines(tmp_path / "b", tmp_path / "a", jobs=jobs)]
    assert found == [*(f"b/{number}.txt" for number in range(5)), "b/sub/1.txt", "b/sub/2.txt", "a/x.txt"]


def cache(tmp_path: Path) -> Path:
    """A hub's cache of one repository, with one blob that no snapshot has, and a link out of it."""
    top = tmp_path / "hub" / "models--org--name"
    snapshot = folder(top / "snapshots" / REVISION, "direct.txt")
    folder(top / "blobs", "one", "unreached")
    (top / "blobs" / "two").write_bytes(CALLS)
    (snapshot / "config.txt").symlink_to("../../blobs/one")
    (snapshot / "model.pkl").symlink_to("../../blobs/two")
    (snapshot / "out.txt").symlink_to("/etc/hostname")
    return top


def test_in_a_hubs_cache_links_are_followed_inside_the_cache_only(tmp_path: Path):
    """Each snapshot is a subject; blobs that none has are files of their own."""
    top = cache(tmp_path)
    snapshot = f"{top}/snapshots/{REVISION}"
    expected = {
        f"{snapshot}/config.txt": "passed",
        f"{snapshot}/direct.txt": "passed",
        f"{snapshot}/model.pkl": "failed",
        f"{snapshot}/out.txt": "unknown",
    }
    apart = {f"{top}/blobs/unreached": "passed"}
    assert outcomes(snapshot) == outcomes(f"{top}/snapshots") == expected
    assert outcomes(top) == outcomes(tmp_path / "hub") == expected | apart


def test_a_folder_of_many_files_is_divided_by_its_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """No place has more files than the bound, and every file is in one."""
    monkeypatch.setattr(places, "MOST_FILES", 3)
    folder(tmp_path, *(f"{number}" for number in range(4)), "a/1", "a/2", "b/1", "b/2", "b/3", "b/c/4")
    found = list(places.places([str(tmp_path)]))
    assert [(os.path.relpath(place.shown, tmp_path), len(place.paths)) for place in found] == [
        (".", 3),
        (".", 1),
        ("a", 2),
        ("b", 3),
        ("b/c", 1),
    ]


def test_git_is_left_out_and_a_pipe_is_not_opened(tmp_path: Path):
    """What is no file is unknown, and is not waited for."""
    folder(tmp_path, ".git/config", "a.txt")
    os.mkfifo(tmp_path / "pipe")
    assert outcomes(tmp_path) == {f"{tmp_path}/a.txt": "passed", f"{tmp_path}/pipe": "unknown"}


def test_a_path_with_nothing_there_is_refused_before_anything_is_looked_at():
    """The command ends with 2."""
    with pytest.raises(AskedWrongly):
        list(scan(["/no/such/path"], Wish()))


def test_without_hashes_the_verdict_is_the_same(tmp_path: Path):
    """sha256 is null."""
    (tmp_path / "m.pkl").write_bytes(CALLS)
    (line,) = lines(tmp_path / "m.pkl", hashed=False)
    assert (line.sha256, line.outcome) == (None, "failed")


def test_files_that_passed_and_are_as_they_were_are_left_out(tmp_path: Path):
    """A failed one is looked at again, and so is one that holds a failed one."""
    text = '{"path":"d/a.pkl","sha256":"%s","format":"pickle","size":1,"understood":1,"outcome":"%s","findings":[]}\n'
    good, bad = "a" * 64, "b" * 64
    inside = text.replace("d/a.pkl", "d/b.zip!x") % (bad, "failed")
    assert read_known(text % (good, "passed"), "m") == {("a.pkl", good)}
    assert read_known(text % (good, "failed"), "m") == frozenset()
    assert read_known(text.replace("d/a.pkl", "d/b.zip") % (good, "passed") + inside, "m") == frozenset()
    assert read_known(f"{good}  d/a.pkl\n\n", "m") == {("a.pkl", good)}
    with pytest.raises(AskedWrongly, match="line 1"):
        read_known("nonsense\n", "m")
    (tmp_path / "a.pkl").write_bytes(HARMLESS)
    (before,) = lines(tmp_path / "a.pkl")
    known = frozenset({("a.pkl", str(before.sha256))})
    assert lines(tmp_path / "a.pkl", known=known) == []
    (tmp_path / "a.pkl").write_bytes(CALLS)
    assert [line.outcome for line in lines(tmp_path / "a.pkl", known=known)] == [Outcome.FAILED]


def test_a_place_names_files_as_the_user_did():
    """Also the members of a file that was named itself."""
    place = Place("x/a%b.zip", b"/x/a%b.zip", (b"",), is_file=True)
    assert place.path("a%25b.zip!m.pkl") == "x/a%b.zip!m.pkl"


def test_no_worker_outlives_a_scan_that_is_killed(tmp_path: Path):
    """Not even after a SIGKILL."""
    folder(tmp_path, "slow.txt")
    program = (
        "import os, sys; sys.path.insert(0, sys.argv[2])\n"
        "from tests.test_scan import *\n"
        "def tells(subject):\n    print(os.getpid(), flush=True)\n    yield from hangs_at_slow(subject)\n"
        "list(scan([sys.argv[1]], Wish(), [question(tells)]))\n"
    )
    top = str(Path(__file__).parent.parent)
    with subprocess.Popen([sys.executable, "-c", program, str(tmp_path), top], stdout=subprocess.PIPE) as process:
        assert process.stdout
        worker = int(process.stdout.readline())
        process.kill()
        process.wait()
        for _ in range(1000):
            if _is_gone(worker):
                break
            time.sleep(0.01)
        assert _is_gone(worker)


def _is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def test_a_check_that_bears_on_loading_is_asked_whatever_its_source_looks_like():
    """A check that does not say so is not imported; none may be lost by that."""
    assert [check.id for check in checks()] == [id for id in shelf.ids() if shelf.load(id).bears_on == "load"]


def test_a_check_is_asked_only_of_the_formats_that_it_says_it_looks_at():
    """What its source says, which is read without importing it, is what it says once it is."""
    assert {one.id: one.of for one in _ours()} == {check.id: frozenset(check.of) for check in checks()}
    assert any(check.of for check in checks())
    assert {name for check in checks() for name in check.of} <= set(leaves.names("formats"))


def test_archives_beside_each_other_draw_on_a_budget_each(tmp_path: Path):
    """A folder of very many wheels is no bomb; nothing is lost where each is looked at by itself."""
    for number in range(3):
        with zipfile.ZipFile(tmp_path / f"{number}.zip", "w") as archive:
            for member in range(4):
                archive.writestr(f"{member}.txt", "plain words\n")
    found = outcomes(tmp_path, limits=Limits(members=6))
    assert set(found.values()) == {"passed"}
    assert sum("!" in path for path in found) == 12
    assert "unknown" in outcomes(tmp_path, limits=Limits(members=3)).values()


def test_a_repository_whose_archives_hold_too_much_is_unknown_as_a_whole(tmp_path: Path):
    """What two of its files do together was then not looked at."""
    for number in range(3):
        with zipfile.ZipFile(tmp_path / f"{number}.zip", "w") as archive:
            for member in range(4):
                archive.writestr(f"{member}.txt", "plain words\n")
    (tmp_path / "plain.pkl").write_bytes(HARMLESS)
    found = lines(tmp_path, limits=Limits(members=6))
    assert [(line.format, line.outcome) for line in found if line.outcome != "passed"] == [("folder", "unknown")]
    assert "one by one" in found[0].findings[0].says
    assert sum("!" in line.path for line in found) == 12


def test_a_pickle_that_passes_by_the_users_names_says_so(tmp_path: Path):
    """It is no plain pass: a later scan without these names must not take it for one."""
    (tmp_path / "ours.pkl").write_bytes(b"\x80\x02cours\nModel\n)\x81.")
    (tmp_path / "plain.pkl").write_bytes(HARMLESS)
    assert outcomes(tmp_path / "ours.pkl") == {str(tmp_path / "ours.pkl"): "failed"}
    ours, plain = lines(tmp_path, allowed=frozenset({"ours.Model"}))
    assert (ours.outcome, plain.outcome) == ("passed", "passed")
    assert [finding.says for finding in ours.findings] == [
        "ours.pkl names nothing that is not inert but what the user lets it name: ours.Model"
    ]
    assert plain.findings == ()
    told = "".join(msgspec.json.encode(line).decode() + "\n" for line in (ours, plain))
    assert {name for name, _ in read_known(told, "told")} == {"plain.pkl"}
