"""Another's log is mirrored; what was seen must still stand, and a fork is kept and told."""

from pathlib import Path

import pytest

pytest.importorskip("cryptography", reason="signatures need guildmark[sign]")

from tests.log.test_folder import KEY, TRUSTED, begun, entries, held, read

from guildmark.errors import LogError
from guildmark.log import folder, following, merkle
from guildmark.log.note import Checkpoint
from guildmark.log.tiles import CHECKPOINT


def follow(log: Path, mirror: Path) -> following.Followed:
    return following.follow(lambda path, most: read(log, path), mirror, TRUSTED, lambda entry: "")


def test_a_mirror_holds_what_the_log_holds_and_is_a_log_itself(tmp_path: Path) -> None:
    log, mirror = begun(tmp_path / "log", *entries(300)), tmp_path / "mirror"
    assert follow(log, mirror).before == 0
    folder.append(log, entries(300, "more"), KEY)
    found = follow(log, mirror)
    assert (found.before, found.checkpoint.size, found.refused) == (300, 600, ())
    assert held(mirror) == held(log)
    again = follow(mirror, tmp_path / "mirror of the mirror")
    assert again.checkpoint == found.checkpoint


def test_an_entry_that_says_nothing_valid_is_told_and_kept(tmp_path: Path) -> None:
    log = begun(tmp_path / "log", *entries(3))
    found = following.follow(
        lambda path, most: read(log, path),
        tmp_path / "mirror",
        TRUSTED,
        lambda entry: "no statement" if entry == b"entry 1" else "",
    )
    assert found.refused == ((1, "no statement"),)
    assert held(tmp_path / "mirror") == entries(3)


@pytest.mark.parametrize("size", [1, 200, 299, 300, 301, 600])
def test_two_histories_are_a_fork_and_both_checkpoints_are_kept(tmp_path: Path, size: int) -> None:
    mirror = tmp_path / "mirror"
    follow(begun(tmp_path / "log", *entries(300)), mirror)
    seen = (mirror / CHECKPOINT).read_bytes()
    other = begun(tmp_path / "other", *entries(size, "other"))
    with pytest.raises(following.Forked, match="two histories that contradict"):
        follow(other, mirror)
    kept = {path.read_bytes() for path in (mirror / following.FORKS).iterdir()}
    assert kept == {seen, (other / CHECKPOINT).read_bytes()}
    assert held(mirror) == entries(300)


def test_an_old_checkpoint_takes_nothing_back(tmp_path: Path) -> None:
    log, mirror = begun(tmp_path / "log", *entries(300)), tmp_path / "mirror"
    old = (log / CHECKPOINT).read_bytes()
    folder.append(log, entries(10, "more"), KEY)
    follow(log, mirror)
    with pytest.raises(LogError, match="serves an old checkpoint: 300 entries, and 310 were seen"):
        following.follow(lambda path, most: old if path == CHECKPOINT else read(log, path), mirror, TRUSTED, str)
    assert len(held(mirror)) == 310


@pytest.mark.parametrize("missing", ["tile/0/000", "tile/entries/000", "tile/1/000.p/1", "checkpoint"])
def test_a_log_with_a_missing_file_leaves_the_mirror_as_it_was(tmp_path: Path, missing: str) -> None:
    log, mirror = begun(tmp_path / "log", *entries(300)), tmp_path / "mirror"
    follow(log, mirror)
    folder.append(log, entries(10, "more"), KEY)
    if missing in ("tile/0/000", "tile/entries/000"):  # what was followed before is not asked again
        mirror = tmp_path / "new"
    before = held(mirror) if mirror.exists() else []
    (log / missing).unlink()
    with pytest.raises(LogError):
        follow(log, mirror)
    assert (held(mirror) if before else []) == before


def test_stale_tiles_under_a_new_checkpoint_are_refused(tmp_path: Path) -> None:
    log, mirror = begun(tmp_path / "log", *entries(10)), tmp_path / "mirror"
    other = begun(tmp_path / "other", *entries(10, "other"))
    new = (other / CHECKPOINT).read_bytes()
    with pytest.raises(LogError, match="do not make its checkpoint's root"):
        following.follow(lambda path, most: new if path == CHECKPOINT else read(log, path), mirror, TRUSTED, str)


def test_a_mirror_that_would_not_come_out_as_signed_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Should our own growing of a tree ever be wrong: the signature of others does not come to stand over it."""
    log, mirror = begun(tmp_path / "log", *entries(3)), tmp_path / "mirror"
    follow(log, mirror)
    folder.append(log, entries(2, "more"), KEY)
    wrong = Checkpoint("example.org/log", 5, merkle.EMPTY)
    monkeypatch.setattr(folder, "grow", lambda *given: wrong)
    with pytest.raises(LogError, match="does not make the root that is signed"):
        follow(log, mirror)
    assert held(mirror) == entries(3)
