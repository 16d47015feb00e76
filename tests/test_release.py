"""What an index's page says of the release that a subject is."""

import hashlib
import json
from datetime import UTC, datetime

import pytest

from guildmark import release
from guildmark.material import Held
from guildmark.records import Listing, SubjectRecord
from guildmark.subject import Subject


def _subject(purl: str | None, body: bytes) -> Subject:
    digest = hashlib.sha256(body).hexdigest()
    listing = Listing("index_page", "https://example.org/wren/", "2026-01-02T03:04:05Z", len(body), digest)
    return Subject(SubjectRecord("wren", purl, "tool", None, ()), (), (Held(listing, body),))


def _page(*files: tuple[str, str]) -> bytes:
    listed = [{"filename": name, "url": name, "hashes": {}, "upload-time": at} for name, at in files]
    return json.dumps({"meta": {"api-version": "1.1"}, "name": "wren", "files": listed}).encode()


TWO = _page(
    ("wren-1.10.tar.gz", "2025-03-01T00:00:00Z"),
    ("wren-1.9-py3-none-any.whl", "2025-02-01T00:00:00Z"),
    ("wren-1.9.tar.gz", "2025-01-01T00:00:00Z"),
    ("other-1.9.tar.gz", "2020-01-01T00:00:00Z"),
)


def test_a_release_has_the_files_of_its_version_however_it_is_spelt() -> None:
    page = release.of(_subject("pkg:pypi/wren@1.9.0", TWO))
    assert page is not None
    assert [file.filename for file in page.files] == ["wren-1.9-py3-none-any.whl", "wren-1.9.tar.gz"]


def test_uploads_are_dated_by_the_first_file_and_the_oldest_comes_first() -> None:
    page = release.of(_subject("pkg:pypi/wren@1.9", TWO))
    assert page is not None
    assert page.uploads() == {"1.9": datetime(2025, 1, 1, tzinfo=UTC), "1.10": datetime(2025, 3, 1, tzinfo=UTC)}
    assert page.now == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize("body", [b"{", b'{"meta": {"api-version": "9"}, "files": []}'])
def test_a_page_that_cannot_be_read_says_nothing(body: bytes) -> None:
    assert release.of(_subject("pkg:pypi/wren@1.9", body)) is None


@pytest.mark.parametrize("stated", ["", "yesterday", "2026-13-01T00:00:00Z"])
def test_what_is_no_time_is_none(stated: str) -> None:
    assert release.moment(stated) is None
