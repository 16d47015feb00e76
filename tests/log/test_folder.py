"""A log in a folder: what is appended stays, whatever stops the writing."""

import fcntl
import threading
from pathlib import Path

import pytest

pytest.importorskip("cryptography", reason="signatures need guildmark[sign]")

from guildmark import keys
from guildmark.errors import LogError
from guildmark.log import folder, merkle, proof, tiles
from guildmark.log.tiles import CHECKPOINT, Served
from guildmark.output import write_whole

KEY = keys.new("example.org/log")
TRUSTED = {KEY.public: "example.org/log"}


class Killed(BaseException):
    """Stands for a kill: nothing after it is done."""


def begun(path: Path, *entries: bytes) -> Path:
    folder.begin(path, "example.org/log", KEY)
    if entries:
        folder.append(path, entries, KEY)
    return path


def entries(count: int, name: str = "entry") -> list[bytes]:
    return [f"{name} {number}".encode() for number in range(count)]


def held(path: Path) -> list[bytes]:
    served = folder.opened(path, TRUSTED)
    folder.check(served)
    return [*served.entries()]


@pytest.mark.parametrize("sizes", [(0,), (1,), (255, 1), (256,), (257, 300), (100, 100, 100), (1, 511, 3)])
def test_a_log_holds_what_was_appended_in_its_order(tmp_path: Path, sizes: tuple[int, ...]) -> None:
    log, wanted = begun(tmp_path / "log"), []
    for turn, size in enumerate(sizes):
        new = entries(size, f"turn {turn}")
        wanted += new
        assert folder.append(log, new, KEY).places == tuple(range(len(wanted) - size, len(wanted)))
    assert held(log) == wanted


def test_what_stands_in_a_log_is_not_logged_twice(tmp_path: Path) -> None:
    log = begun(tmp_path / "log", *entries(300))
    again = folder.append(log, [b"entry 7", b"new", b"new"], KEY)
    assert again.places == (7, 300, 300)
    assert held(log) == [*entries(300), b"new"]


def test_a_log_that_is_killed_at_any_write_checks_and_goes_on(tmp_path: Path) -> None:
    """Each write in turn is the last: before it, and with nothing of it done, and with half of its file there."""
    writes = 0

    def count(path: Path, data: bytes) -> None:
        nonlocal writes
        writes += 1
        write_whole(path, data)

    folder.append(begun(tmp_path / "whole", *entries(250)), entries(400, "more"), KEY, count)
    assert writes > 6
    for last in range(writes):
        for half in (False, True):
            log = begun(tmp_path / f"{last}{half}", *entries(250))
            done = 0

            def die(path: Path, data: bytes, last: int = last, half: bool = half) -> None:
                nonlocal done
                if done == last:
                    if half:  # what a rename had not yet put in its place
                        path.with_name(f".{path.name}.half").write_bytes(data[: len(data) // 2])
                    raise Killed
                done += 1
                write_whole(path, data)

            with pytest.raises(Killed):
                folder.append(log, entries(400, "more"), KEY, die)
            assert held(log) == entries(250)
            folder.append(log, entries(10, "other"), KEY)
            assert held(log) == [*entries(250), *entries(10, "other")]


def test_a_log_is_not_begun_over_another(tmp_path: Path) -> None:
    log = begun(tmp_path / "log", b"one")
    with pytest.raises(LogError, match="holds a log already"):
        folder.begin(log, "example.org/log", KEY)
    assert held(log) == [b"one"]


@pytest.mark.parametrize("origin", ["", "two words", "a+b", "line\nbreak"])
def test_an_origin_that_notes_cannot_carry_is_refused(tmp_path: Path, origin: str) -> None:
    with pytest.raises(LogError, match="cannot name a log"):
        folder.begin(tmp_path / "log", origin, KEY)


@pytest.mark.parametrize("entry", [b"", b"x" * 65_536])
def test_an_entry_that_a_log_cannot_hold_is_refused_and_the_log_stays(tmp_path: Path, entry: bytes) -> None:
    log = begun(tmp_path / "log", b"one")
    with pytest.raises(LogError, match="an entry of"):
        folder.append(log, [b"two", entry], KEY)
    assert held(log) == [b"one"]


def test_another_key_appends_nothing(tmp_path: Path) -> None:
    log = begun(tmp_path / "log", b"one")
    with pytest.raises(LogError, match="no key that you trust"):
        folder.append(log, [b"two"], keys.new("example.org/log"))


def test_every_file_that_is_changed_is_found(tmp_path: Path) -> None:
    """One bit in any byte of any tile, bundle or checkpoint."""
    log = begun(tmp_path / "log", *entries(600))
    partial = {".p" in path.parent.name for path in log.rglob("*") if path.is_file()}
    assert partial == {True, False}
    for path in [path for path in log.rglob("*") if path.is_file() and path.name != folder.LOCK]:
        data = path.read_bytes()
        for at in {0, len(data) // 2, len(data) - 1}:
            path.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
            with pytest.raises(LogError):
                folder.check(folder.opened(log, TRUSTED))
            path.write_bytes(data[:at])
            with pytest.raises(LogError):
                folder.check(folder.opened(log, TRUSTED))
        path.write_bytes(data)
    assert folder.check(folder.opened(log, TRUSTED)) == 600


def forged(served: dict[str, bytes], number: int, width: int) -> dict[str, bytes]:
    """The first entry of a bundle is another one, and the tile of hashes says so too."""
    where, hashes = tiles.path(tiles.ENTRIES, number, width), tiles.path(0, number, width)
    changed = [b"forged", *tiles.bundle(served[where], where)[1:]]
    tile = merkle.leaf(b"forged") + served[hashes][32:]
    return served | {where: tiles.bundled(changed), hashes: tile}


def test_a_full_tile_that_was_changed_with_its_entries_is_found_by_the_tile_above(tmp_path: Path) -> None:
    log = begun(tmp_path / "log", *entries(300))
    served = {str(path.relative_to(log)): path.read_bytes() for path in log.rglob("*") if path.is_file()}
    changed = forged(served, 0, 256)
    found = folder.served(lambda path, most: changed[path], TRUSTED)
    with pytest.raises(LogError, match="tile/0/000 is not what the tile above says"):
        list(found.entries())


def test_what_a_log_serves_later_is_held_against_the_same_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the log is so large that most tiles are asked for again: here more than two are."""
    monkeypatch.setattr(tiles, "MOST_KEPT", 2)
    log = begun(tmp_path / "log", *entries(1_100))
    served = {str(path.relative_to(log)): path.read_bytes() for path in log.rglob("*") if path.is_file()}
    found = folder.served(lambda path, most: served[path], TRUSTED)
    read = found.entries()
    assert next(read) == b"entry 0"
    served = forged(served, 4, 76)
    with pytest.raises(LogError, match=r"entries/004\.p/76 holds other entries than the tree says"):
        list(read)


def test_one_appends_while_the_others_wait(tmp_path: Path) -> None:
    """Who begins in the middle of it, in this process or another, finds the log locked, and appends after it."""
    log = begun(tmp_path / "log")
    other = threading.Thread(target=folder.append, args=(log, [b"two"], KEY))

    def write(path: Path, data: bytes) -> None:
        if other.ident is None:
            other.start()
            with open(log / folder.LOCK) as lock, pytest.raises(BlockingIOError):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        write_whole(path, data)

    folder.append(log, [b"one"], KEY, write)
    other.join(60)
    assert held(log) == [b"one", b"two"]


def test_a_proof_shows_an_entry_without_the_log(tmp_path: Path) -> None:
    log = begun(tmp_path / "log", *entries(300))
    text = proof.made(folder.opened(log, TRUSTED), b"entry 7")
    shown = proof.holds(proof.read(text), b"entry 7", TRUSTED)
    assert (shown.place, shown.checkpoint.size) == (7, 300)
    with pytest.raises(LogError, match="does not lead to the root"):
        proof.holds(proof.read(text), b"entry 8", TRUSTED)
    with pytest.raises(LogError, match="does not hold this statement"):
        proof.made(folder.opened(log, TRUSTED), b"entry 300")


def test_what_a_proof_carries_besides_is_refused_and_named(tmp_path: Path) -> None:
    """C2SP tlog-proof lets a line `extra` stand there, for which no signature vouches."""
    text = proof.made(folder.opened(begun(tmp_path / "log", b"one"), TRUSTED), b"one")
    with pytest.raises(LogError, match="`extra` is not vouched for"):
        proof.read(text.replace("\n", "\nextra AAAA\n", 1))


def test_a_proof_of_another_log_shows_nothing(tmp_path: Path) -> None:
    """Also where the same key signs both: a key signs for the origin that the reader names."""
    path = tmp_path / "other"
    folder.begin(path, "example.org/other", KEY)
    folder.append(path, [b"one"], KEY)
    text = proof.made(folder.opened(path, {KEY.public: ""}), b"one")
    with pytest.raises(LogError, match="which is another log"):
        proof.holds(proof.read(text), b"one", TRUSTED)


def test_no_byte_of_a_proof_can_be_changed(tmp_path: Path) -> None:
    log = begun(tmp_path / "log", *entries(5))
    data = proof.made(folder.opened(log, TRUSTED), b"entry 3").encode()
    for at in range(len(data)):
        for changed in (data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :], data[:at], data[:at] + data[at + 1 :]):
            with pytest.raises((LogError, UnicodeDecodeError)):
                proof.holds(proof.read(changed.decode()), b"entry 3", TRUSTED)


def test_a_full_tile_stands_in_for_a_partial_one_that_is_gone(tmp_path: Path) -> None:
    """A server may take partial tiles away once the full one is there (C2SP tlog-tiles)."""
    log = begun(tmp_path / "log", *entries(200))
    old = (log / CHECKPOINT).read_bytes()
    folder.append(log, entries(100, "more"), KEY)
    for path in log.rglob("*.p/200"):
        path.unlink()
    served = folder.served(lambda path, most: old if path == CHECKPOINT else read(log, path), TRUSTED)
    assert isinstance(served, Served)
    assert [*served.entries()] == entries(200)


def read(log: Path, path: str) -> bytes:
    try:
        return (log / path).read_bytes()
    except OSError as error:
        raise LogError(str(error)) from error
