"""Advisories about packages of npm: which releases they are about, from OSV's records to the report."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from guildmark import advisories
from guildmark.advisories import Place, Snapshot
from guildmark.commands import main
from guildmark.contents import OnDisk

HERE = Path(__file__).parent
DATA = HERE / "npm_advisories.jsonl"
EXPECTED = tomllib.loads((HERE / "npm_advisories_expected.toml").read_text("utf-8"))["pair"]
NOW = "2026-11-22T00:00:00Z"


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    folder = tmp_path_factory.mktemp("npm")
    advisories.make([Place("data", OnDisk(str(DATA)))], folder, NOW, lambda done: None)
    found = advisories.open_snapshot(folder)
    assert found is not None
    return found


@pytest.mark.parametrize("pair", EXPECTED, ids=lambda pair: f"{pair['package']}@{pair['version']}")
def test_every_advisory_about_a_release_is_found_and_no_other(snapshot: Snapshot, pair: dict[str, Any]) -> None:
    """The expected ids were written down by reading the records."""
    matches = [
        advisories.affects(one, "npm", pair["package"], pair["version"])
        for one in snapshot.about("npm", [pair["package"]])
    ]
    assert sorted((one.advisory.id, one.answer) for one in matches if one) == [(id, "yes") for id in pair["ids"]]


def test_the_expected_pairs_are_of_every_kind(snapshot: Snapshot) -> None:
    """Scopes, pre-releases, lists of versions, ranges that open again, releases that nothing is about."""
    assert snapshot.pin.advisories >= 12
    assert any(pair["package"].startswith("@") for pair in EXPECTED)
    assert any("-" in pair["version"] and pair["ids"] for pair in EXPECTED)
    assert sum(not pair["ids"] for pair in EXPECTED) >= 10


@pytest.mark.parametrize("version", ["1.x", "latest", "4.17.020"])
def test_a_version_that_has_no_place_in_the_order_is_unclear(snapshot: Snapshot, version: str) -> None:
    (record,) = [one for one in snapshot.about("npm", ["lodash"]) if one.id == "GHSA-35jh-r3h4-6jhm"]
    match = advisories.affects(record, "npm", "lodash", version)
    assert match is not None
    assert match.answer == "unclear"


@pytest.mark.parametrize(("fixed", "before"), [("2", "1.9.9"), ("2.1", "2.0.9")])
def test_an_advisory_may_write_fewer_numbers(fixed: str, before: str) -> None:
    """`2` is 2.0.0, whose pre-releases are below it."""
    span = {"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": fixed}]}
    affected = [{"package": {"ecosystem": "npm", "name": "pad"}, "ranges": [span]}]
    record = advisories.read(json.dumps({"id": "GHSA-1", "affected": affected}).encode())
    whole = f"{fixed}.0" if "." in fixed else f"{fixed}.0.0"
    affects = [advisories.affects(record, "npm", "pad", one) is not None for one in (before, f"{whole}-rc.1", whole)]
    assert affects == [True, True, False]


@pytest.fixture
def lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A lock of an installation: its own project, two packages, and one of them again at another version below it."""
    monkeypatch.setenv("GUILDMARK_ADVISORIES", str(tmp_path / "kept"))
    monkeypatch.setenv("GUILDMARK_CACHE", str(tmp_path / "cache"))
    packages = {
        "": {"name": "shop", "version": "1.0.0", "dependencies": {"lodash": "^4.17.0"}},
        "node_modules/lodash": {"version": "4.17.21"},
        "node_modules/@babel/traverse": {"version": "7.23.1", "dev": True},
        "node_modules/old/node_modules/minimist": {"version": "0.2.2"},
    }
    folder = tmp_path / "shop"
    folder.mkdir()
    lock = folder / "package-lock.json"
    lock.write_text(json.dumps({"name": "shop", "lockfileVersion": 3, "packages": packages}))
    return lock


def vetted(subject: Path, capsys: Any) -> list[dict[str, Any]]:
    capsys.readouterr()
    words = ["--kind", "tool", "--check", "no_known_vulnerabilities", "--no-network", "--format", "json", "--quiet"]
    main(["vet", str(subject), *words])
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["assessment"]["findings"]
    return found


def test_a_lock_of_npm_is_held_against_the_advisories(lock: Path, capsys: Any) -> None:
    assert main(["advisories", "update", "--quiet", "--from", str(DATA)]) == 0
    found = [one for one in vetted(lock, capsys) if one["outcome"] == "failed"]
    assert sorted(one["says"].partition(":")[0] for one in found) == [
        "@babel/traverse 7.23.1, mended in 7.23.2",
        "minimist 0.2.2, mended in 0.2.4",
    ]
    assert {one["evidence"][0]["path"] for one in found} == {
        "pkg:npm/%40babel/traverse@7.23.1",
        "pkg:npm/minimist@0.2.2",
    }


def test_data_about_python_alone_say_nothing_of_npm(lock: Path, tmp_path: Path, capsys: Any) -> None:
    """One finding for all packages, which says how to get the data."""
    affected = [{"package": {"ecosystem": "PyPI", "name": "wren"}, "versions": ["1"]}]
    (tmp_path / "osv.jsonl").write_text(json.dumps({"id": "PYSEC-1", "affected": affected}))
    assert main(["advisories", "update", "--quiet", "--from", str(tmp_path / "osv.jsonl")]) == 0
    (finding,) = [one for one in vetted(lock, capsys) if "npm" in one["says"]]
    assert finding["outcome"] == "unknown"
    assert finding["says"] == (
        "the advisories say nothing of packages of npm (lodash and 2 more):"
        " run `guildmark advisories update --ecosystem PyPI --ecosystem npm`"
    )
