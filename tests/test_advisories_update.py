"""`guildmark advisories update` against a server on this machine that answers well, badly, late or elsewhere."""

import hashlib
import io
import json
import lzma
import os
import time
import zipfile
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from tests.sources.servers import Asked, Reply, Server, serving

from guildmark.commands import main
from guildmark.commands.advisories import FETCHED, STALE

advisories, download = import_module("guildmark.advisories"), import_module("guildmark.download")
DATA = "pypa-advisories-2026-07-23.jsonl.xz"


def record(id: str, *packages: str, modified: str = "2026-05-06T07:08:09Z") -> dict[str, Any]:
    """A record about all versions of packages, each `ECOSYSTEM/NAME`."""
    affected = []
    for package in packages:
        ecosystem, _, name = package.partition("/")
        span = {"type": "SEMVER" if ecosystem == "npm" else "ECOSYSTEM", "events": [{"introduced": "0"}]}
        affected.append({"package": {"ecosystem": ecosystem, "name": name}, "ranges": [span]})
    return {"id": id, "modified": modified, "affected": affected}


def archive(*records: dict[str, Any]) -> bytes:
    """As OSV exports an ecosystem: a zip with a file a record, named by its id, at the top."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as written:
        for one in records:
            written.writestr(f"{one['id']}.json", json.dumps(one))
    return packed.getvalue()


PYTHON = archive(
    record("PYSEC-1", "PyPI/wren", modified="2026-06-06T07:08:09Z"), record("GHSA-1", "PyPI/wren", "npm/wren")
)
NODE = archive(
    record("GHSA-2", "npm/tiny-pad", modified="2026-04-01T00:00:00Z"), record("GHSA-1", "PyPI/wren", "npm/wren")
)


class Exports:
    """OSV's exports by ecosystem; before each good answer come as many `troubles`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.archives = {"/PyPI/all.zip": PYTHON, "/npm/all.zip": NODE}
        self.troubles: list[Callable[[bytes], Reply]] = []

    def answer(self, asked: Asked) -> Reply:
        body = self.archives.get(asked.path)
        if body is None:
            return Reply(404)
        return self.troubles.pop(0)(body) if self.troubles else Reply(body=body)

    def kept(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir())

    def ids(self, ecosystem: str, name: str) -> list[str]:
        snapshot = advisories.open_snapshot(self.folder)
        assert snapshot is not None
        return [one.id for one in snapshot.about(ecosystem, [name])]


@pytest.fixture
def exports(tmp_path: Path) -> Exports:
    return Exports(tmp_path / "kept")


@pytest.fixture
def server(exports: Exports, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(download, "PAUSE", 0.0)
    monkeypatch.setenv("GUILDMARK_ADVISORIES", str(exports.folder))
    with serving(exports.answer) as running:
        monkeypatch.setattr(advisories, "SOURCE", running.url + "/{}/all.zip")
        yield running


def update(*words: str) -> int:
    return main(["advisories", "update", "--quiet", *words])


def cut(body: bytes) -> Reply:
    return Reply(body=body[: len(body) // 2], promised=len(body))


def busy(body: bytes) -> Reply:
    return Reply(503)


def test_the_default_address_is_osvs_export_of_python(server: Server, exports: Exports) -> None:
    assert update() == 0
    assert server.paths() == ["/PyPI/all.zip"]
    assert exports.ids("PyPI", "wren") == ["GHSA-1", "PYSEC-1"]
    assert len(exports.kept()) == 2, "the index and its pin, and nothing of what was fetched"


def test_one_snapshot_holds_several_ecosystems_and_an_update_keeps_them(
    server: Server, exports: Exports, capsys: pytest.CaptureFixture[str]
) -> None:
    assert update("--ecosystem", "PyPI", "--ecosystem", "npm") == 0
    assert exports.ids("npm", "tiny-pad") == ["GHSA-2"]
    said = capsys.readouterr().out
    assert "3 advisories about 3 packages of PyPI, npm" in said
    assert "data of 2026-05-06" in said, "as old as the older of the two"
    exports.archives["/npm/all.zip"] = archive(record("GHSA-3", "npm/tiny-pad"))
    assert update() == 0
    assert exports.ids("npm", "tiny-pad") == ["GHSA-3"]
    assert server.paths() == ["/PyPI/all.zip", "/npm/all.zip"] * 2


def test_what_pythons_export_says_of_npm_is_not_all_that_is_known(server: Server, exports: Exports) -> None:
    """A record about packages of both is in each export; one export alone does not cover the other."""
    assert update() == 0
    snapshot = advisories.open_snapshot(exports.folder)
    assert snapshot is not None
    assert snapshot.pin.ecosystems == ("PyPI",)


@pytest.mark.parametrize("trouble", [cut, busy])
def test_a_place_that_breaks_off_or_is_busy_is_asked_again(
    server: Server, exports: Exports, trouble: Callable[[bytes], Reply]
) -> None:
    exports.troubles = [trouble, trouble]
    assert update() == 0
    assert server.paths() == ["/PyPI/all.zip"] * 3
    assert exports.ids("PyPI", "wren") == ["GHSA-1", "PYSEC-1"]


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (cut, "did not answer"),
        (busy, "answered 503"),
        (lambda body: Reply(404), "there is nothing at"),
        (lambda body: Reply(body=body[: len(body) // 2]), "the zip has no directory"),
        (lambda body: Reply(body=b"<html>sign in</html>"), "there is no OSV record"),
        (lambda body: Reply(body=archive()), "there is no OSV record"),
        (lambda body: Reply(302, headers={"Location": "/PyPI/all.zip"}), "leads nowhere"),
    ],
)
def test_where_nothing_usable_comes_the_old_snapshot_stays(
    server: Server,
    exports: Exports,
    trouble: Callable[[bytes], Reply],
    said: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """And the error says what came."""
    assert update() == 0
    before = {path.name: path.read_bytes() for path in exports.folder.iterdir()}
    exports.troubles = [trouble] * 20
    assert update() == 2
    assert said in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in exports.folder.iterdir()} == before


def test_of_several_places_one_that_fails_leaves_the_old_snapshot(server: Server, exports: Exports) -> None:
    """Half of what was asked for would pass for all of it."""
    assert update("--ecosystem", "npm") == 0
    del exports.archives["/npm/all.zip"]
    assert update("--ecosystem", "PyPI", "--ecosystem", "npm") == 2
    assert exports.ids("npm", "tiny-pad") == ["GHSA-2"]
    assert exports.ids("PyPI", "wren") == ["GHSA-1"]


def test_a_place_that_sends_a_drop_at_a_time_is_given_up(
    server: Server, exports: Exports, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is slower than the slowest that is waited for."""
    monkeypatch.setattr(download, "GRACE", 0.0)
    monkeypatch.setattr(download, "SLOWEST", 1 << 60)
    assert update() == 2
    assert "bytes a second" in capsys.readouterr().err
    assert exports.kept() == []


def test_a_redirect_is_followed(server: Server, exports: Exports) -> None:
    exports.archives["/elsewhere.zip"] = PYTHON
    exports.troubles = [lambda body: Reply(302, headers={"Location": "/elsewhere.zip"})]
    assert update() == 0
    assert server.paths() == ["/PyPI/all.zip", "/elsewhere.zip"]


def test_data_of_another_digest_than_was_asked_for_are_refused(
    server: Server, exports: Exports, capsys: pytest.CaptureFixture[str]
) -> None:
    place = f"{server.url}/PyPI/all.zip"
    assert update("--from", f"{place}#sha256={hashlib.sha256(PYTHON).hexdigest()}") == 0
    before = exports.kept()
    assert update("--from", f"{place}#sha256={'0' * 64}") == 2
    assert "its sha256 is another" in capsys.readouterr().err
    assert exports.kept() == before
    exports.archives["/PyPI/all.zip"] = archive(record("PYSEC-9", "PyPI/wren"))
    assert update() == 0, "a later update is not held to the digest of the first"
    assert exports.ids("PyPI", "wren") == ["PYSEC-9"]


def test_a_record_whose_bytes_are_harmed_is_told(
    server: Server, exports: Exports, capsys: pytest.CaptureFixture[str]
) -> None:
    """The rest is kept, and the snapshot says that it is incomplete."""
    body = bytearray(PYTHON)
    place = body.index(b"PYSEC-1.json") + len(b"PYSEC-1.json") + 8
    body[place] ^= 0xFF
    exports.archives["/PyPI/all.zip"] = bytes(body)
    assert update() == 0
    assert exports.ids("PyPI", "wren") == ["GHSA-1"]
    assert "incomplete: 1 records could not be read\n  PYSEC-1.json: " in capsys.readouterr().out


def test_what_a_killed_update_left_is_dropped_a_day_later(server: Server, exports: Exports) -> None:
    """That of an update that still runs stays."""
    old, running = exports.folder / f"{FETCHED}old", exports.folder / f"{FETCHED}running"
    for left in (old, running):
        (left / "files").mkdir(parents=True)
    os.utime(old, (time.time() - STALE - 60,) * 2)
    assert update() == 0
    assert [path.name for path in exports.folder.glob(f"{FETCHED}*")] == [running.name]


def test_the_real_database_in_osvs_layout_is_read_whole(server: Server, exports: Exports, mirror: Path) -> None:
    path = mirror / "advisories" / DATA
    if not path.is_file():
        pytest.skip("the mirror has no PyPA database")
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        exports.archives["/PyPI/all.zip"] = archive(*map(json.loads, lines))
    assert update() == 0
    snapshot = advisories.open_snapshot(exports.folder)
    assert snapshot is not None
    assert (snapshot.pin.advisories, snapshot.pin.withdrawn, snapshot.pin.skipped) == (7080, 269, 0)
