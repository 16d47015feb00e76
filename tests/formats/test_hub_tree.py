"""What a hub lists of a repository."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark.contents import InMemory
from guildmark.errors import FormatError
from guildmark.formats import hub_tree
from guildmark.formats.hub_tree import Entry, HubFile, Stored, Tree

WRITTEN = b"""{"id": "org/tiny", "type": "model", "sha": "5f0b", "lastModified": "2026-01-02T03:04:05Z",
 "private": false, "gated": "auto", "tree": [
 {"type": "file", "path": "README.md", "size": 6, "oid": "aa"},
 {"type": "file", "path": "a!b.bin", "size": 9, "oid": "bb", "xetHash": "cc",
  "lfs": {"oid": "%s", "size": 9, "pointerSize": 130}},
 {"type": "file", "path": "bad.bin", "size": 9, "oid": "dd", "lfs": {"oid": "../x", "size": 9}}]}""" % (b"e" * 64)


def test_files_and_their_published_digests_are_read() -> None:
    assert hub_tree.recognises(InMemory(WRITTEN))
    assert hub_tree.files(WRITTEN) == (
        HubFile("README.md", 6, "aa", None),
        HubFile("a!b.bin", 9, "bb", "e" * 64),
        HubFile("bad.bin", 9, "dd", None),
    )
    assert hub_tree.digests(WRITTEN) == {"a%21b.bin": "e" * 64}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b'{"sha": "x", "tree": []}',
        b'{"id": "x", "type": "model", "sha": "x", "tree": [{"type": "folder", "path": "x"}]}',
        b'{"id": "x", "type": "model", "sha": "x", "tree": ' + b"[" * 100_000,
    ],
)
def test_other_text_is_not_a_listing(body: bytes) -> None:
    assert not hub_tree.recognises(InMemory(body))
    with pytest.raises(FormatError):
        hub_tree.files(body)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_listing_or_a_format_error(body: bytes) -> None:
    hub_tree.recognises(InMemory(body))
    hub_tree.recognises(InMemory(b'{"tree" "sha"' + body))
    with pytest.raises(FormatError):
        hub_tree.digests(body)


ENTRIES = st.builds(
    Entry, st.text(), st.integers(0, 1 << 53), st.text(), st.none() | st.builds(Stored, st.text(), st.just(1))
)


@given(st.builds(Tree, st.text(), st.text(), st.text(), st.lists(ENTRIES), st.none() | st.text()))
def test_what_was_written_is_read(tree: Tree) -> None:
    body = hub_tree.write(tree)
    assert hub_tree.recognises(InMemory(body))
    assert hub_tree.read(body) == tree
