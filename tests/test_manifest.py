"""The manifest and the digest of a folder, by vectors that another implementation can use."""

import hashlib
import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from guildmark.manifest import digest, manifest, printable
from guildmark.records import FileRecord

VECTORS = json.loads((Path(__file__).parent / "digest" / "vectors.json").read_text())


def test_every_published_vector_gives_its_manifest_and_digest():
    """tests/digest/vectors.json: files as (path in hexadecimal bytes, sha256 or link)."""
    for vector in VECTORS:
        files = [FileRecord(printable(bytes.fromhex(path)), 0, sha256) for path, sha256 in vector["files"]]
        assert manifest(files).decode() == vector["manifest"], vector["says"]
        assert digest(files, is_file=vector["is_file"]) == vector["digest"], vector["says"]


@given(st.binary(min_size=1))
def test_two_paths_are_never_written_alike(path: bytes):
    """Percent-encoding can be undone, so no two paths share a line."""
    from urllib.parse import unquote_to_bytes

    written = printable(path)
    assert unquote_to_bytes(written) == path
    assert "\n" not in written
    assert "!" not in written


@given(st.lists(st.tuples(st.binary(min_size=1, max_size=8), st.binary(max_size=4)), unique_by=lambda pair: pair[0]))
def test_the_order_of_files_does_not_matter(pairs: list[tuple[bytes, bytes]]):
    """The manifest is sorted by the bytes of the paths."""
    files = [FileRecord(printable(path), 0, hashlib.sha256(data).hexdigest()) for path, data in pairs]
    assert digest(files, is_file=False) == digest(reversed(files), is_file=False)


def test_a_folder_with_a_file_that_was_not_hashed_has_no_digest():
    """A digest that covers only what could be read would vouch for what could not."""
    assert digest([FileRecord("a", 1, None)], is_file=False) is None
