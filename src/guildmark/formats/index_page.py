"""A page of a package index about one project: PEP 691 JSON or PEP 503 HTML (PEP 592, 700, 740, 792)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from guildmark import late
from guildmark.contents import Contents
from guildmark.errors import FormatError
from guildmark.formats import Holds
from guildmark.manifest import printable
from guildmark.structured import shallow, told

if TYPE_CHECKING:
    from guildmark.formats._anchors import Anchors

RANK = 50
HOLDS: Holds = "text"
REFINES = "text"
BEGINS = (b"{", b"<")

LARGEST = 64 << 20
HEAD = 1 << 12

_SHA256 = late.compile(r"[0-9a-f]{64}")


class IndexFile(NamedTuple):
    """A file that the page lists. `url` may be relative; `yanked` is the reason ("" where none is given).

    `metadata` is the sha256 of the metadata that stand beside a wheel (PEP 658; "" where none is stated)."""

    filename: str
    url: str
    sha256: str | None = None
    size: int | None = None
    yanked: str | None = None
    uploaded_at: str | None = None
    provenance: str | None = None
    requires_python: str | None = None
    metadata: str | None = None


class Status(NamedTuple):
    """What the index says about the project as a whole: active, archived, quarantined, deprecated."""

    status: str
    reason: str


class _File(msgspec.Struct, rename="kebab"):
    filename: str
    url: str
    hashes: dict[str, str] = {}
    size: int | None = None
    yanked: bool | str = False
    upload_time: str | None = None
    provenance: str | None = None
    requires_python: str | None = None
    core_metadata: bool | dict[str, str] = False
    dist_info_metadata: bool | dict[str, str] = False

    def index_file(self) -> IndexFile:
        yanked = None if self.yanked is False else "" if self.yanked is True else self.yanked
        return IndexFile(
            _one_name(self.filename),
            self.url,
            _digest(self.hashes.get("sha256")),
            self.size,
            yanked,
            self.upload_time,
            self.provenance,
            self.requires_python,
            _beside(self.core_metadata or self.dist_info_metadata),
        )


class _Meta(msgspec.Struct, rename="kebab"):
    api_version: str


class _Status(msgspec.Struct):
    status: str = "active"
    reason: str = ""


class _Page(msgspec.Struct, rename="kebab"):
    meta: _Meta
    files: list[_File]
    project_status: _Status | None = None


def recognises(contents: Contents) -> bool:
    """A JSON page by all of it (the version may stand at its end), an HTML page by the version in its head."""
    head = contents.at(0, HEAD).lstrip()
    if head.startswith(b"<"):
        return b'name="pypi:repository-version"' in head
    if not head.startswith(b"{") or contents.size > LARGEST or b'"' not in head:
        return False
    if b'"api-version"' not in head + contents.at(max(0, contents.size - (1 << 20)), 1 << 20):
        return False
    try:
        files(contents.at(0, contents.size))
    except FormatError:
        return False
    return True


def files(body: bytes) -> tuple[IndexFile, ...]:
    """The files that a page lists, in its order; raises FormatError."""
    if body.lstrip().startswith(b"{"):
        return tuple(file.index_file() for file in _page(body).files)
    return tuple(_linked(*link) for link in _anchors(body).links)


def digests(body: bytes) -> dict[str, str]:
    """The sha256 that the page states, by the name of the file; raises FormatError."""
    return {printable(file.filename): file.sha256 for file in files(body) if file.sha256}


def status(body: bytes) -> Status | None:
    """The project's status, where the page states one; raises FormatError."""
    if body.lstrip().startswith(b"{"):
        found = _page(body).project_status
        return None if found is None else Status(found.status, found.reason)
    meta = _anchors(body).meta
    stated = meta.get("pypi:project-status")
    return Status(stated, meta.get("pypi:project-status-reason", "")) if stated else None


def _page(body: bytes) -> _Page:
    try:
        page = msgspec.json.decode(shallow(body), type=_Page)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise FormatError(f"it is not a page of a package index: {told(error)}") from error
    if page.meta.api_version.partition(".")[0] != "1":
        raise FormatError(f"it speaks version {page.meta.api_version} of the index's interface; 1 is known")
    return page


def _anchors(body: bytes) -> "Anchors":
    from guildmark.formats._anchors import Anchors  # heavy; to recognise a page needs no parser

    try:
        return Anchors(body.decode("utf-8", "replace"))
    except (ValueError, AssertionError) as error:  # what html.parser and urllib raise on hostile text
        raise FormatError(f"it is not a page of a package index: {told(error)}") from error


def _linked(filename: str, url: str, fragment: str, stated: Mapping[str, str]) -> IndexFile:
    algorithm, _, digest = fragment.partition("=")
    return IndexFile(
        _one_name(filename),
        url,
        _digest(digest) if algorithm == "sha256" else None,
        yanked=stated.get("data-yanked"),
        provenance=stated.get("data-provenance") or None,
        requires_python=stated.get("data-requires-python") or None,
        metadata=_beside_anchor(stated),
    )


def _beside(stated: bool | dict[str, str]) -> str | None:
    """The digest of the metadata beside a file; empty where they are there without one, None where they are not."""
    if isinstance(stated, dict):
        return _digest(stated.get("sha256")) or ""
    return "" if stated else None


def _beside_anchor(stated: Mapping[str, str]) -> str | None:
    """The same of an anchor, under the attribute's newer or older name (PEP 714)."""
    said = stated.get("data-core-metadata", stated.get("data-dist-info-metadata"))
    if said is None or said == "false":
        return None
    algorithm, _, digest = said.partition("=")
    return (_digest(digest) if algorithm == "sha256" else None) or ""


def _one_name(filename: str) -> str:
    if not filename or filename in (".", "..") or "/" in filename or "\\" in filename or "\0" in filename:
        raise FormatError(f"it lists {filename!r}, which is not the name of a file")
    return filename


def _digest(stated: str | None) -> str | None:
    lowered = (stated or "").lower()
    return lowered if _SHA256.fullmatch(lowered) else None
