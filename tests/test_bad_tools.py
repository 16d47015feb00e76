"""Releases and data of strangers that break their promises: findings or clear errors, and nothing half-written.

What is held elsewhere: a cycle, a set that cannot be satisfied, metadata in two places, an index that is slow or errs
in `test_resolve.py` and `test_gather.py`; malformed advisories and places that break off in
`test_vulnerabilities.py` and `test_advisories_update.py`; downloads that break off in `commands/test_bad_input.py`."""

import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.formats.seeds_containers import wheel, zipped

from guildmark.commands import main

INFORMATION = b"Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n\n"


def sdist(*members: tarfile.TarInfo, information: bytes = INFORMATION) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, data in (("tiny-1.0/PKG-INFO", information), ("tiny-1.0/tiny.py", b"x = 1\n")):
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
        for member in members:
            archive.addfile(member, io.BytesIO(b"") if member.isfile() else None)
    return packed.getvalue()


def link(name: str, target: str, kind: bytes) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname = kind, target
    return entry


def nested(depth: int) -> bytes:
    inner = sdist()
    for _ in range(depth):
        inner = zipped({"tiny-1.0.zip": inner})
    return inner


BAD: dict[str, tuple[str, Callable[[], bytes], str, str]] = {
    "two dist-info folders": (
        "tiny-1.0-py3-none-any.whl",
        lambda: wheel(**{"evil-2.0__dist-info/METADATA": INFORMATION, "evil-2.0__dist-info/WHEEL": b""}),
        "formats_intact",
        "there are 2 .dist-info folders: evil-2.0.dist-info, tiny-1.0.dist-info",
    ),
    "a RECORD that lies of a file": (
        "tiny-1.0-py3-none-any.whl",
        lambda: wheel(tiny__py=b"import os\n"),
        "formats_intact",
        "its sha256 is not the one in RECORD",
    ),
    "a RECORD that hides a file": (
        "tiny-1.0-py3-none-any.whl",
        lambda: wheel(evil__py=b"import os\n"),
        "formats_intact",
        "RECORD does not list it",
    ),
    "a member at an absolute path": (
        "tiny-1.0.tar.gz",
        lambda: sdist(tarfile.TarInfo("/etc/cron.d/tiny")),
        "no_paths_outside",
        "/etc/cron.d/tiny",
    ),
    "a link out": (
        "tiny-1.0.tar.gz",
        lambda: sdist(link("tiny-1.0/notes", "../../../etc/passwd", tarfile.SYMTYPE)),
        "no_paths_outside",
        "is a link to ../../etc/passwd",
    ),
    "a hard link to an absolute path": (
        "tiny-1.0.tar.gz",
        lambda: sdist(link("tiny-1.0/notes", "/etc/passwd", tarfile.LNKTYPE)),
        "no_paths_outside",
        "/etc/passwd",
    ),
    "metadata of version 99": (
        "tiny-1.0.tar.gz",
        lambda: sdist(information=INFORMATION.replace(b"2.1", b"99.0")),
        "formats_intact",
        "metadata version 99.0 is newer than any that is known",
    ),
}


def vetted(path: Path, capsys: Any, *more: str) -> tuple[int, dict[str, Any]]:
    capsys.readouterr()
    code = main(["vet", str(path), "--kind", "tool", "--no-network", "--format", "json", "--quiet", *more])
    found: dict[str, Any] = json.loads(capsys.readouterr().out)["assessment"]
    return code, found


@pytest.mark.parametrize("what", BAD)
def test_a_release_that_breaks_a_promise_fails_with_what_it_broke(what: str, tmp_path: Path, capsys: Any) -> None:
    name, made, id, said = BAD[what]
    (tmp_path / name).write_bytes(made())
    code, found = vetted(tmp_path / name, capsys, "--check", id)
    assert code == 1
    failed = [one for one in found["findings"] if one["outcome"] == "failed"]
    assert any(said in json.dumps(one) for one in failed), found["findings"]
    assert [path.name for path in tmp_path.iterdir()] == [name], "nothing is unpacked beside it"


@pytest.mark.parametrize("what", BAD)
def test_no_check_is_lost_to_a_release_that_breaks_a_promise(what: str, tmp_path: Path, capsys: Any) -> None:
    """None crashes, none goes past its time: each has an answer of its own."""
    name, made, _, _ = BAD[what]
    (tmp_path / name).write_bytes(made())
    _, found = vetted(tmp_path / name, capsys)
    lost = [one for one in found["findings"] if "worker" in one["says"] or "Error" in one["says"]]
    assert lost == []


def test_archives_in_archives_end_at_a_depth_and_are_told(tmp_path: Path, capsys: Any) -> None:
    path = tmp_path / "tiny-1.0.zip"
    path.write_bytes(nested(12))
    assert vetted(path, capsys, "--check", "archives_bounded")[0] == 1
    path.write_bytes(nested(2))
    assert vetted(path, capsys, "--check", "archives_bounded")[0] == 0
