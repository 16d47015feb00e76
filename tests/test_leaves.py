"""A leaf is found by its file's name alone, and an outsider's by its entry point."""

import importlib.metadata
import types

import pytest

from guildmark import leaves


@pytest.fixture(autouse=True)
def _forget():
    """Discovery is kept for the process; a test that changes what is installed asks anew."""
    yield
    for found in (leaves.names, leaves.load, leaves._outside):
        found.cache_clear()


def test_what_leaves_share_is_no_leaf():
    """A module whose name begins with `_` is not listed."""
    assert "_progress" not in leaves.names("commands")
    assert "vet" in leaves.names("commands")


def test_a_leaf_that_is_not_there_is_a_key_error():
    """A command turns it into a message with the ids that are."""
    with pytest.raises(KeyError):
        leaves.load("checks", "no_such_check")


def test_another_package_adds_a_leaf_by_an_entry_point(monkeypatch: pytest.MonkeyPatch):
    """Nothing of ours is edited."""
    foreign = importlib.metadata.EntryPoint("their_check", "json", "guildmark.checks")
    monkeypatch.setattr(
        importlib.metadata, "entry_points", lambda *, group: [foreign] if group == "guildmark.checks" else []
    )
    for found in (leaves.names, leaves.load, leaves._outside):
        found.cache_clear()
    assert "their_check" in leaves.names("checks")
    assert isinstance(leaves.load("checks", "their_check"), types.ModuleType)
