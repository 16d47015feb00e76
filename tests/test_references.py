"""Which releases a set names, and what is vetted of it."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.sources.servers import Server, serving
from tests.test_pins import snapshot
from tests.test_resolve import Shelf

from guildmark import download, pip_index
from guildmark.commands import main
from guildmark.errors import AskedWrongly
from guildmark.limits import Limits
from guildmark.references import id_of, read

pytest.importorskip("resolvelib", reason="resolvelib is not installed: pip install 'guildmark[tools]'")

EXAMPLES = Path(__file__).parent / "checks"


def names(where: Path) -> list[str]:
    return [one.where for one in read(str(where), Limits()).wanted]


def test_requirements_and_locks_name_the_releases_that_they_pin(tmp_path: Path) -> None:
    """Each once; what a line does not pin is told, and what is for other machines is left out and said."""
    listed = tmp_path / "requirements.txt"
    listed.write_text("One==1.0\none==1.0\ntwo>=2\nthree==3 ; sys_platform == 'win32'\n")
    found = read(str(listed), Limits())
    assert [one.where for one in found.wanted] == ["pypi:one==1.0"]
    assert found.open == ("requirements.txt: line 3 names no exact version: two>=2",)
    assert found.left_out == "1 pin for other environments: line 4: three==3 ; sys_platform == 'win32'"
    lock = tmp_path / "package-lock.json"
    lock.write_text(json.dumps({"packages": {"node_modules/@a/b": {"version": "1.0.0"}}}))
    assert names(lock) == ["npm:@a/b@1.0.0"]


def test_an_environment_names_what_is_installed_in_it(tmp_path: Path) -> None:
    place = tmp_path / "venv" / "lib" / "python3.11" / "site-packages" / "one-1.0.dist-info"
    place.mkdir(parents=True)
    (tmp_path / "venv" / "pyvenv.cfg").write_text("home = /usr/bin\n")
    (place / "METADATA").write_text("Metadata-Version: 2.1\nName: one\nVersion: 1.0\n\n")
    assert names(tmp_path / "venv") == ["pypi:one==1.0"]


def test_a_plain_list_names_subjects_of_any_place(tmp_path: Path) -> None:
    """A path is below the folder of the list."""
    (tmp_path / "m.pkl").write_bytes(b"N.")
    listed = tmp_path / "mine.txt"
    listed.write_text("# remark\npypi:one==1.0\n\nhf:org/name\npkg:npm/two@1.0\nm.pkl\n")
    assert names(listed) == ["pypi:one==1.0", "hf:org/name", "pkg:npm/two@1.0", str(tmp_path / "m.pkl")]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"", "names no subject"),
        (b"# only\n", "names no subject"),
        (b"pypi:one\nno such thing\n", "line 2 of .* names no subject: no such thing"),
        (b"\xff\xfe", "no text"),
    ],
)
def test_what_names_nothing_is_refused(text: bytes, says: str, tmp_path: Path) -> None:
    listed = tmp_path / "mine.txt"
    listed.write_bytes(text)
    with pytest.raises(AskedWrongly, match=says):
        read(str(listed), Limits())


def test_what_is_no_set_is_refused(tmp_path: Path) -> None:
    for where in (tmp_path / "nowhere", tmp_path):
        with pytest.raises(AskedWrongly):
            read(str(where), Limits())


def test_every_reference_has_a_name_of_its_own() -> None:
    found = [id_of(one) for one in ("pypi:a==1", "pypi:A==1", "npm:a@1", "hf:a/b", "hf:a-b", "x" * 500, "é", "..")]
    assert found[0] == "a@1"
    assert len({*found}) == len(found)


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Two releases; no other is on the index."""
    shelf = Shelf()
    shelf.add("one", "1.0", lines=["License-Expression: MIT"])
    shelf.add("two", "2.0")
    monkeypatch.setattr(download, "PAUSE", 0.0)
    monkeypatch.setenv("GUILDMARK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("GUILDMARK_ADVISORIES", str(tmp_path / "advisories"))
    with serving(shelf.answer) as server:
        monkeypatch.setenv("PIP_INDEX_URL", f"{server.url}/simple")
        pip_index._configured.cache_clear()
        yield server
    pip_index._configured.cache_clear()


def each(capfdbinary: Any, where: Path, *more: str) -> tuple[int, bytes]:
    capfdbinary.readouterr()
    code = main(["vet", str(where), "--each", "--quiet", "--jobs", "2", *more])
    return code, capfdbinary.readouterr().out


def test_each_release_of_a_set_is_vetted_by_itself(index: Server, tmp_path: Path, capfdbinary: Any) -> None:
    """A row each in the order of the set; one that is not there is told, and stops no other; again, all is known."""
    listed, into = tmp_path / "requirements.txt", tmp_path / "out"
    listed.write_text("one==1.0\nmissing==1.0\ntwo==2.0\n")
    lines = each(capfdbinary, listed, "--into", str(into))[1].decode().splitlines()
    assert [line.split()[0] for line in lines[:4]] == ["name", "one", "pypi:missing==1.0", "two"]
    assert "could not be vetted" in lines[2]
    assert "checked_tool" in lines[0]
    assert lines[4].endswith("1 could not be vetted, 0 known from before")
    assert sorted(path.name for path in into.iterdir() if "told" not in path.name) == ["one@1.0.json", "two@2.0.json"]
    assert each(capfdbinary, listed, "--into", str(into))[1].decode().endswith("2 known from before\n")


def test_json_has_a_line_a_release(index: Server, tmp_path: Path, capfdbinary: Any) -> None:
    listed = tmp_path / "requirements.txt"
    listed.write_text("one==1.0\nmissing==1.0\nloose\n")
    out = each(capfdbinary, listed, "--format", "json", "--standard", "safe_files")[1]
    found = [json.loads(line) for line in out.splitlines()]
    assert [one["id"] for one in found] == ["one@1.0", "missing@1.0", ""]
    assert found[0]["report"]["verdicts"][0]["standard"] == "safe_files"
    assert found[1]["error"].endswith("has no project missing")
    assert found[2]["error"] == "requirements.txt: line 3 names no exact version: loose"


def test_sarif_is_one_run_that_names_the_list_first(
    index: Server, tmp_path: Path, capfdbinary: Any, monkeypatch: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("requirements.txt").write_text("one==1.0\nmissing==1.0\n")
    out = tmp_path / "out.sarif"
    each(capfdbinary, Path("requirements.txt"), "--format", "sarif", "-o", str(out))
    (run,) = json.loads(out.read_text())["runs"]
    places = {result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in run["results"]}
    assert places == {"requirements.txt"}
    texts = [result["message"]["text"] for result in run["results"]]
    assert any(text.startswith("pypi:missing==1.0 could not be vetted: ") for text in texts)
    assert any(text.startswith("pypi:one==1.0: ") for text in texts)


@pytest.mark.parametrize(
    ("lines", "code"),
    [(["good"], 0), (["good", "bad"], 1), (["good", "pypi:missing==1.0"], 3), (["bad", "pypi:missing==1.0"], 1)],
)
def test_the_exit_code_tells_the_worst_answer(
    lines: list[str], code: int, index: Server, tmp_path: Path, capfdbinary: Any
) -> None:
    """One that could not be vetted is unknown."""
    for name, example in (
        ("good", "formats_intact/passed/whole_safetensors"),
        ("bad", "no_code_in_pickles/failed/os_system"),
    ):
        shutil.copytree(EXAMPLES / example, tmp_path / name)
    (tmp_path / "mine.lst").write_text("\n".join(lines))
    assert each(capfdbinary, tmp_path / "mine.lst")[0] == code


@pytest.mark.parametrize(
    "more",
    [
        ["--each", "--format", "html"],
        ["--each", "--check", "identified"],
        ["--each", "--jobs", "-1"],
        ["--jobs", "2"],
        ["--into", "x"],
        ["--each", "--standard", "none"],
    ],
)
def test_what_makes_no_sense_of_each_is_refused(more: list[str], tmp_path: Path) -> None:
    listed = tmp_path / "requirements.txt"
    listed.write_text("one==1.0\n")
    assert main(["vet", str(listed), "--quiet", *more]) == 2


def test_a_set_is_reported_with_a_table_of_its_members(tmp_path: Path, capfdbinary: Any, monkeypatch: Any) -> None:
    """The worst first; what is left out for other machines is said."""
    snapshot(tmp_path)
    monkeypatch.setenv("GUILDMARK_ADVISORIES", str(tmp_path / "kept"))
    listed = tmp_path / "requirements.txt"
    listed.write_text("zero==3\none==1.0\nwin==1 ; sys_platform == 'win32'\n")
    capfdbinary.readouterr()
    asked = ["--check", "no_known_vulnerabilities", "--check", "dependencies_resolvable"]
    assert main(["vet", str(listed), *asked, "--quiet"]) == 1
    lines = capfdbinary.readouterr().out.decode().splitlines()
    table = lines[lines.index("Members (2)") + 2 :]
    assert [line.split() for line in table[:2]] == [["one", "1.0", "failed", "PYSEC-0000-1"], ["zero", "3", "passed"]]
    main(["vet", str(listed), *asked, "--quiet", "--format", "json"])
    said = json.loads(capfdbinary.readouterr().out)["assessment"]["findings"]
    assert any("1 pin for other environments: line 3: win==1" in one["says"] for one in said)
