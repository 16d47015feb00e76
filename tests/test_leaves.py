"""A leaf is found by its file's name alone, and an outsider's by its entry point."""

from pathlib import Path

import pytest

from guildmark import leaves


def forget() -> None:
    """Discovery is kept for the process; a test that changes what is installed asks anew."""
    for found in (leaves.names, leaves.load, leaves._outside, leaves._entry_points):
        found.cache_clear()


@pytest.fixture(autouse=True)
def _forget():
    yield
    forget()


def test_what_leaves_share_is_no_leaf():
    """A module whose name begins with `_` is not listed."""
    assert "_progress" not in leaves.names("commands")
    assert "vet" in leaves.names("commands")


def test_a_leaf_that_is_not_there_is_a_key_error():
    """A command turns it into a message with the ids that are."""
    with pytest.raises(KeyError):
        leaves.load("checks", "no_such_check")


def test_another_package_adds_a_leaf_by_an_entry_point(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Nothing of ours is edited: it is enough that the package is installed."""
    installed = tmp_path / "theirs-1.0.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: theirs\nVersion: 1.0\n")
    points = "[console_scripts]\ntheirs = a:b\n\n[guildmark.checks]\n# ours\ntheir_check = their_module:check [all]\n"
    (installed / "entry_points.txt").write_text(points)
    (tmp_path / "their_module.py").write_text('"""Theirs."""\n')
    monkeypatch.syspath_prepend(str(tmp_path))
    forget()
    assert "their_check" in leaves.names("checks")
    assert leaves.load("checks", "their_check").__doc__ == "Theirs."
    assert leaves.title("checks", "their_check") == "Theirs."
    assert "their_check" not in leaves.names("commands")
