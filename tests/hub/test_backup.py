"""A hub goes into one file and comes out of it whole, or not at all."""

import gzip
import hashlib
import json
import os
import random
import signal
import sqlite3
import stat
import subprocess
import sys
import tarfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.hub.test_settings import program

from guildmark.errors import AskedWrongly, GuildmarkError
from guildmark_hub import backup

APPLIED = ("people.0001_initial",)


def hub(folder: Path) -> Path:
    """A little hub: a database like ours, and both keys."""
    folder.mkdir(mode=0o700)
    with sqlite3.connect(folder / backup.DATABASE) as base:
        base.execute("pragma journal_mode = wal")
        base.execute("create table django_migrations (app text, name text)")
        base.execute("insert into django_migrations values ('people', '0001_initial')")
        base.execute("create table one (n integer)")
        base.execute("create table other (n integer)")
    base.close()
    for name in backup.KEYS:
        (folder / name).write_bytes(name.encode() * 8)
    return folder


def rows(database: Path) -> dict[str, list[Any]]:
    """Every row of every table; the index of words keeps its own in tables too."""
    with sqlite3.connect(database) as base:
        names = [name for (name,) in base.execute("select name from sqlite_master where sql like 'create table%'")]
        found = {name: sorted(base.execute(f'select * from "{name}"'), key=repr) for name in names}
    base.close()
    return found


def restored(path: Path, folder: Path) -> Path:
    with backup.restoring(path, folder) as staged:
        assert not folder.exists() or not any(folder.iterdir())
        assert staged.parent == folder.parent
    return folder


def test_a_restored_hub_is_the_first_one(tmp_path: Path) -> None:
    first, path = hub(tmp_path / "first"), tmp_path / "hub.tar.gz"
    with sqlite3.connect(first / backup.DATABASE) as base:
        base.executemany("insert into one values (?)", [(n,) for n in range(1000)])
    base.close()
    manifest = backup.write(first, path)
    second = restored(path, tmp_path / "second")
    assert rows(second / backup.DATABASE) == rows(first / backup.DATABASE)
    assert sorted(os.listdir(second)) == sorted([backup.DATABASE, *backup.KEYS])
    assert all((second / name).read_bytes() == (first / name).read_bytes() for name in backup.KEYS)
    assert [one.name for one in manifest.files] == [backup.DATABASE, *backup.KEYS]
    assert manifest.migrations == APPLIED
    assert sorted(os.listdir(tmp_path)) == ["first", "hub.tar.gz", "second"]


def test_nobody_else_may_read_a_backup_or_what_comes_of_it(tmp_path: Path) -> None:
    path = tmp_path / "hub.tar.gz"
    path.write_text("an older backup, which anybody may read")
    backup.write(hub(tmp_path / "first"), path)
    second = restored(path, tmp_path / "second")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(second.stat().st_mode) == 0o700
    assert {stat.S_IMODE(one.stat().st_mode) for one in second.iterdir()} == {0o600}


def test_any_tar_can_read_a_backup(tmp_path: Path) -> None:
    """Who has lost Guildmark has not lost the hub."""
    backup.write(hub(tmp_path / "first"), tmp_path / "hub.tar.gz")
    with tarfile.open(tmp_path / "hub.tar.gz") as archive:
        held = json.load(archive.extractfile("manifest.json"))  # type: ignore[arg-type]
        for one in held["files"]:
            data = archive.extractfile(one["name"]).read()  # type: ignore[union-attr]
            assert hashlib.sha256(data).hexdigest() == one["sha256"]


def test_a_backup_is_of_one_moment_while_others_write(tmp_path: Path) -> None:
    """The writer keeps two tables alike; so are they in every backup."""
    first, ended = hub(tmp_path / "first"), threading.Event()

    def work() -> None:
        base = sqlite3.connect(first / backup.DATABASE, timeout=30, isolation_level=None)
        n = 0
        while not ended.is_set():
            base.execute("begin immediate")
            base.execute("insert into one values (?)", (n,))
            base.execute("insert into other values (?)", (n,))
            base.execute("commit")
            n += 1
        base.close()

    writer = threading.Thread(target=work)
    writer.start()
    try:
        for turn in range(10):
            backup.write(first, tmp_path / f"{turn}.tar.gz")
    finally:
        ended.set()
        writer.join()
    found = [rows(restored(tmp_path / f"{turn}.tar.gz", tmp_path / str(turn)) / backup.DATABASE) for turn in range(10)]
    assert all(one["one"] == one["other"] for one in found)
    assert len(found[-1]["one"]) > len(found[0]["one"])


def test_without_a_hub_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(AskedWrongly, match="there is no hub"):
        backup.write(tmp_path, tmp_path / "hub.tar.gz")
    assert os.listdir(tmp_path) == []


def test_a_backup_that_cannot_be_written_leaves_the_one_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, path = hub(tmp_path / "first"), tmp_path / "hub.tar.gz"
    path.write_bytes(b"the one before")

    def full(*words: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup, "_pack", full)
    with pytest.raises(GuildmarkError, match="No space left"):
        backup.write(first, path)
    assert path.read_bytes() == b"the one before"
    assert sorted(os.listdir(tmp_path)) == ["first", "hub.tar.gz"]


def test_a_hub_is_restored_only_where_nothing_is(tmp_path: Path) -> None:
    first, path = hub(tmp_path / "first"), tmp_path / "hub.tar.gz"
    backup.write(first, path)
    (tmp_path / "empty").mkdir()
    restored(path, tmp_path / "empty")
    for used in (first, path):
        before = rows(first / backup.DATABASE)
        with pytest.raises(AskedWrongly, match="is not empty"):
            restored(path, used)
        assert rows(first / backup.DATABASE) == before


def test_where_the_block_fails_nothing_is_put_there(tmp_path: Path) -> None:
    backup.write(hub(tmp_path / "first"), tmp_path / "hub.tar.gz")
    with pytest.raises(ZeroDivisionError), backup.restoring(tmp_path / "hub.tar.gz", tmp_path / "second"):
        _ = 1 / 0
    assert sorted(os.listdir(tmp_path)) == ["first", "hub.tar.gz"]


def test_two_are_not_restored_beside_each_other_at_once(tmp_path: Path) -> None:
    path = tmp_path / "hub.tar.gz"
    backup.write(hub(tmp_path / "first"), path)
    with backup.restoring(path, tmp_path / "second"), pytest.raises(AskedWrongly, match="is being kept or restored"):
        restored(path, tmp_path / "second")
    assert (tmp_path / "second" / backup.DATABASE).exists()


KILLED = """
import os, signal, sys
from pathlib import Path
from guildmark_hub import backup
name = sys.argv[1]
found = getattr(backup, name)
def dies(*words):
    if name == "_put" or words[-1].name == backup.KEYS[0]:
        os.kill(os.getpid(), signal.SIGKILL)
    return found(*words)
setattr(backup, name, dies)
with backup.restoring(Path(sys.argv[2]), Path(sys.argv[3])):
    pass
"""


def test_a_kill_while_it_is_written_leaves_the_backup_before_and_the_next_one_succeeds(tmp_path: Path) -> None:
    first, path = hub(tmp_path / "first"), tmp_path / "hub.tar.gz"
    path.write_bytes(b"the one before")
    program = "import os, signal, sys; from pathlib import Path; from guildmark_hub import backup\n"
    program += "backup._pack = lambda *words: os.kill(os.getpid(), signal.SIGKILL)\n"
    program += "backup.write(Path(sys.argv[1]), Path(sys.argv[2]))"
    ran = subprocess.run([sys.executable, "-c", program, str(first), str(path)], check=False)
    assert ran.returncode == -signal.SIGKILL
    assert path.read_bytes() == b"the one before"
    backup.write(first, path)
    restored(path, tmp_path / "second")
    assert sorted(os.listdir(tmp_path)) == ["first", "hub.tar.gz", "second"]


@pytest.mark.parametrize("name", ["_take", "_keep", "_put"])
def test_a_kill_in_the_middle_leaves_no_half_hub_and_the_next_one_succeeds(tmp_path: Path, name: str) -> None:
    path, second = tmp_path / "hub.tar.gz", tmp_path / "second"
    backup.write(hub(tmp_path / "first"), path)
    ran = subprocess.run([sys.executable, "-c", KILLED, name, str(path), str(second)], check=False)
    assert ran.returncode == -signal.SIGKILL
    assert not second.exists()
    restored(path, second)
    assert sorted(os.listdir(tmp_path)) == ["first", "hub.tar.gz", "second"]


Parts = list[tuple[Any, bytes]]


def member(name: str, data: bytes, **told: Any) -> tuple[Any, bytes]:
    header = tarfile.TarInfo(name)
    header.size = len(data)
    for field, value in told.items():
        setattr(header, field, value)
    return header, data


def parts(tmp_path: Path) -> Parts:
    """The members of a good backup, the manifest first."""
    path = tmp_path / "good.tar.gz"
    backup.write(hub(tmp_path / "first"), path)
    with tarfile.open(path) as archive:
        return [member(one.name, archive.extractfile(one).read()) for one in archive]  # type: ignore[union-attr]


def manifest_of(found: Parts, **told: Any) -> Parts:
    """The same members under a manifest that says something else."""
    held = json.loads(found[0][1]) | told
    return [member("manifest.json", json.dumps(held).encode()), *found[1:]]


def files_of(found: Parts) -> Any:
    return json.loads(found[0][1])["files"]


def stating(found: Parts, place: int, **told: Any) -> Parts:
    files = files_of(found)
    files[place] |= told
    return manifest_of(found, files=files)


def with_database(found: Parts, data: bytes) -> Parts:
    """Another database, which the manifest states rightly."""
    found = [found[0], member(backup.DATABASE, data), *found[2:]]
    return stating(found, 0, size=len(data), sha256=hashlib.sha256(data).hexdigest())


def both(found: Parts, name: str, data: bytes = b"a key", **told: Any) -> Parts:
    """Another member in the place of the first key, which the manifest states rightly."""
    found = [*found[:2], member(name, data, **told), *found[3:]]
    return stating(found, 1, name=name, size=len(data), sha256=hashlib.sha256(data).hexdigest())


def database(tmp_path: Path, *words: str) -> bytes:
    with sqlite3.connect(tmp_path / "hostile.sqlite3") as base:
        for word in words:
            base.execute(word)
    base.close()
    return (tmp_path / "hostile.sqlite3").read_bytes()


def packed(found: Parts, more: bytes = b"") -> bytes:
    whole = b""
    for header, data in found:
        whole += header.tobuf(tarfile.GNU_FORMAT) + data + bytes(-len(data) % 512)
    return gzip.compress(whole + bytes(1024) + more)


TABLE = "create table django_migrations (app text, name text)"
HOSTILE: dict[str, Callable[[Parts, Path], Parts]] = {
    "no manifest": lambda found, _: found[1:],
    "nothing": lambda found, _: [],
    "the manifest is no JSON": lambda found, _: [member("manifest.json", b"{"), *found[1:]],
    "the manifest is deep": lambda found, _: [member("manifest.json", b"[" * 100_000), *found[1:]],
    "the manifest is long": lambda found, _: [member("manifest.json", found[0][1] + b" " * (1 << 20)), *found[1:]],
    "another form": lambda found, _: manifest_of(found, form=2),
    "no files": lambda found, _: manifest_of(found, files=[]),
    "no database": lambda found, _: manifest_of([found[0], *found[2:]], files=files_of(found)[1:]),
    "a file beside": lambda found, _: both(found, "settings.py"),
    "a path that leaves": lambda found, _: both(found, "../secret.key"),
    "a path from the root": lambda found, _: both(found, "/tmp/guildmark-secret.key"),
    "a link": lambda found, _: both(found, "secret.key", type=tarfile.SYMTYPE, linkname="/x"),
    "a hard link": lambda found, _: both(found, "secret.key", type=tarfile.LNKTYPE, linkname="hub.sqlite3"),
    "a folder": lambda found, _: both(found, "secret.key", type=tarfile.DIRTYPE),
    "a device": lambda found, _: both(found, "secret.key", type=tarfile.CHRTYPE),
    "a sparse file": lambda found, _: both(found, "secret.key", type=tarfile.GNUTYPE_SPARSE),
    "a key of a megabyte": lambda found, _: both(found, "secret.key", bytes(1 << 20)),
    "a file twice": lambda found, _: stating(found, 1, name=backup.KEYS[1]),
    "a member that leaves": lambda found, _: [*found[:2], member("../../secret.key", found[2][1]), *found[3:]],
    "a long name": lambda found, _: [member("x", b"a" * 5000, type=tarfile.GNUTYPE_LONGNAME), *found],
    "extended headers": lambda found, _: [member("x", b"11 size=9\n\n", type=tarfile.XHDTYPE), *found],
    "a longer file": lambda found, _: [*found[:2], member("secret.key", found[2][1] + b"x"), *found[3:]],
    "a shorter file": lambda found, _: [*found[:2], member("secret.key", b"x"), *found[3:]],
    "other bytes": lambda found, _: [*found[:2], member("secret.key", found[2][1][::-1]), *found[3:]],
    "a missing member": lambda found, _: found[:3],
    "one more member": lambda found, _: [*found, member("evil", b"x")],
    "a negative size": lambda found, _: stating(found, 1, size=-1),
    "more than there is room": lambda found, _: stating(found, 0, size=1 << 60),
    "no digest": lambda found, _: stating(found, 1, sha256=""),
    "no database in the database": lambda found, _: with_database(found, b"SQLite format 3\0" + b"\xff" * 5000),
    "an empty database": lambda found, _: with_database(found, b""),
    "a database of others": lambda found, at: with_database(found, database(at, "create table one (n integer)")),
    "a database that acts": lambda found, at: with_database(
        found, database(at, TABLE, "create trigger acts after insert on django_migrations begin select 1; end")
    ),
    "a database with a view": lambda found, at: with_database(found, database(at, TABLE, "create view v as select 1")),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_what_is_no_whole_backup_leaves_nothing(tmp_path: Path, case: str) -> None:
    """Not a file in the folder, beside it or above it."""
    path, place = tmp_path / "hostile.tar.gz", tmp_path / "place"
    found = parts(tmp_path)
    place.mkdir()
    path.write_bytes(packed(HOSTILE[case](found, tmp_path)))
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(GuildmarkError, match="there is no room" if case == "more than there is room" else "."):
        restored(path, place / "new")
    assert sorted(tmp_path.rglob("*")) == before


def test_the_same_parts_make_a_good_backup(tmp_path: Path) -> None:
    """What the hostile ones differ from is taken."""
    path, found = tmp_path / "good-again.tar.gz", parts(tmp_path)
    path.write_bytes(packed(found))
    restored(path, tmp_path / "one")
    path.write_bytes(packed(with_database(found, database(tmp_path, TABLE))))
    restored(path, tmp_path / "two")
    for more in (b"x", bytes(2 << 20)):
        path.write_bytes(packed(found, more))
        with pytest.raises(GuildmarkError, match="more than its manifest"):
            restored(path, tmp_path / "three")


def test_a_backup_that_was_cut_or_harmed_is_refused_or_is_whole(tmp_path: Path) -> None:
    first = hub(tmp_path / "first")
    backup.write(first, tmp_path / "good.tar.gz")
    good, chance, bad = (tmp_path / "good.tar.gz").read_bytes(), random.Random(9), tmp_path / "bad.tar.gz"
    places = [chance.randrange(len(good)) for _ in range(60)]
    cut = [good[:place] for place in places]
    harmed = [good[:place] + bytes([good[place] ^ 0x55]) + good[place + 1 :] for place in places]
    refused = 0
    for number, data in enumerate([*cut, *harmed, b"", b"no", gzip.compress(b"")]):
        bad.write_bytes(data)
        try:
            second = restored(bad, tmp_path / f"second{number}")
        except GuildmarkError:
            refused += 1
            assert not (tmp_path / f"second{number}").exists()
        else:
            assert rows(second / backup.DATABASE) == rows(first / backup.DATABASE)
    assert refused > 110
    with pytest.raises(AskedWrongly):
        restored(tmp_path / "none.tar.gz", tmp_path / "second")


@pytest.mark.usefixtures("small")
def test_the_real_hub_goes_out_and_comes_back_by_the_commands(small: Path, tmp_path: Path) -> None:
    """With members and an edition; from an older schema it is brought up to date, from a newer one it is refused."""
    from django.db import connection
    from tests.hub import alliance

    alliance.belongs(alliance.person(), alliance.organisation())
    connection.close()
    folder, path, second = tmp_path / "hub", tmp_path / "hub.tar.gz", tmp_path / "second"
    folder.mkdir()
    small.rename(folder / backup.DATABASE)
    before = rows(folder / backup.DATABASE)
    ran = program("backup", str(path), data=folder)
    assert (ran.returncode, ran.stderr) == (0, "")
    ran = program("restore", str(path), data=second)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert rows(second / backup.DATABASE) == before
    assert before["people_person"]
    ran = program("restore", str(path), data=second)
    assert (ran.returncode, ran.stderr.splitlines()[1]) == (2, "  give another folder: --data FOLDER")

    ran = program("manage", "migrate", "watching", "zero", data=second)
    backup.write(second, path)
    assert "watching_follow" not in rows(second / backup.DATABASE)
    ran = program("restore", str(path), data=tmp_path / "third")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert rows(tmp_path / "third" / backup.DATABASE).keys() == before.keys()

    with sqlite3.connect(second / backup.DATABASE) as base:
        base.execute("insert into django_migrations (app, name, applied) values ('people', '0999_new', '2030-01-01')")
    base.close()
    backup.write(second, path)
    ran = program("restore", str(path), data=tmp_path / "fourth")
    assert ran.returncode == 2
    assert "a newer Guildmark: people.0999_new" in ran.stderr
    assert not (tmp_path / "fourth").exists()
