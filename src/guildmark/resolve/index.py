"""What an index says of projects and their releases: pages, and the metadata of wheels; nothing is installed.

Metadata come from the file that stands beside a wheel (PEP 658), else from the wheel's end by range requests. Pages
are asked side by side, and everything is bounded: requests, bytes, silence."""

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from typing import Any, NamedTuple
from urllib.parse import urldefrag, urljoin

from packaging.utils import InvalidWheelFilename, parse_wheel_filename
from packaging.version import Version

from guildmark import distributions
from guildmark.contents import Contents, InMemory, OnDisk
from guildmark.download import Door, Page
from guildmark.errors import FormatError, NotFound, Unreachable
from guildmark.formats import core_metadata, index_page
from guildmark.formats import zip as zip_format
from guildmark.formats.index_page import IndexFile
from guildmark.metadata import Metadata
from guildmark.remote import Remote, Traffic
from guildmark.resolve.asking import Asking, Bounds
from guildmark.resolve.environment import Environment

ACCEPT = {"Accept": "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1"}
SIDE_BY_SIDE = 24
ALL_TRAFFIC = 512 << 20


class Release(NamedTuple):
    """A version of a project as the environment would get it: its best wheel, else its sdist."""

    name: str
    version: Version
    base: str
    file: IndexFile
    is_wheel: bool
    yanked: str | None


class Index(Asking):
    """A package index; raises NotFound, Unreachable, LimitPassed and FormatError."""

    def __init__(
        self,
        door: Door,
        url: str,
        environment: Environment,
        bounds: Bounds = Bounds(),  # noqa: B008
        cache: str | None = None,
    ) -> None:
        super().__init__(bounds, "index", SIDE_BY_SIDE)
        self._cache = cache
        self.url = door.sign_in(url)
        self.environment = environment
        self._door = door
        self._traffic = Traffic(ALL_TRAFFIC)
        self._served = 0
        self._bare: set[str] = set()
        self._unsaid = True  # whether metadata may lie beside wheels of which the page does not say so

    def releases(self, name: str) -> tuple[Release, ...]:
        """The releases that the environment can use, the newest first; yanked ones too."""
        found: tuple[Release, ...] = self._once(("page", name), lambda: tuple(self._releases(name)))
        return found

    def metadata(self, release: Release) -> Metadata | None:
        """What a release's wheel says; None where there is only an sdist, which would have to be built."""
        if not release.is_wheel:
            return None
        found: Metadata = self._once(("metadata", release.file.url), lambda: self._metadata(release))
        return found

    def soon(self, name: str, fits: Callable[[Release], bool], then: Callable[[Metadata], None]) -> None:
        """Ask already for what will probably be wanted: a project's page, its newest release that fits, and `then`."""

        def look(page: "Future[tuple[Release, ...]]") -> None:
            found = () if page.cancelled() or page.exception() else page.result()
            release = next(filter(fits, found), None)
            if release is not None and release.is_wheel:
                key = "metadata", release.file.url
                self._start(key, lambda: self._metadata(release)).add_done_callback(follow)

        def follow(metadata: "Future[Metadata]") -> None:
            if not metadata.cancelled() and metadata.exception() is None:
                then(metadata.result())

        self._start(("page", name), lambda: tuple(self._releases(name))).add_done_callback(look)

    def ahead(self, releases: Iterable[Release]) -> None:
        """Ask already for the metadata of these releases."""
        for release in releases:
            if release.is_wheel:
                self._start(("metadata", release.file.url), lambda release=release: self._metadata(release))  # type: ignore[misc]

    def _releases(self, name: str) -> Iterator[Release]:
        self._spend()
        page = self._door.page(f"{self.url}/{name}/", ACCEPT)
        status = index_page.status(page.body)
        if status and status.status == "quarantined":
            raise NotFound(f"{name} is quarantined by the index")
        by_version: dict[Version, list[IndexFile]] = {}
        for file in index_page.files(page.body):
            version = distributions.version(name, file.filename)
            if version is not None and self.environment.allows(file.requires_python):
                by_version.setdefault(version, []).append(file)
        for version in sorted(by_version, reverse=True):
            release = self._release(name, version, page, by_version[version])
            if release is not None:
                yield release

    def _release(self, name: str, version: Version, page: Page, files: list[IndexFile]) -> Release | None:
        usable = [file for file in files if file.yanked is None] or files
        ranks = self.environment.ranks()
        wheels = [(rank, file.filename, file) for file in usable if (rank := _rank(file.filename, ranks)) is not None]
        sdists = [file for file in usable if file.filename.lower().endswith(distributions.SDISTS)]
        if wheels:
            file = min(wheels)[2]
        elif sdists:
            file = sdists[0]
        else:
            return None
        return Release(name, version, page.base, file, bool(wheels), file.yanked)

    def _metadata(self, release: Release) -> Metadata:
        kept = self._kept(release)
        if kept is not None and os.path.exists(kept):
            return core_metadata.read(OnDisk(kept))
        address = self._address(release)
        contents = self._beside(release, address) or InMemory(self._inside(release, address))
        metadata = core_metadata.read(contents)
        if kept is not None:
            _keep(kept, contents.at(0, contents.size))
        return metadata

    def _kept(self, release: Release) -> str | None:
        """Where the metadata of a wheel are kept: by the wheel's digest, which they never outlive."""
        if self._cache is None or release.file.sha256 is None:
            return None
        return os.path.join(self._cache, f"{release.file.sha256}.metadata")

    def _beside(self, release: Release, address: str) -> Contents | None:
        stated = release.file.metadata
        if stated is None and (not self._unsaid or release.name in self._bare):
            return None
        self._spend()
        try:
            if stated:
                return self._door.file(f"{address}.metadata", release.file.filename, stated)
            beside = InMemory(self._door.page(f"{address}.metadata", limit=core_metadata.LIMIT).body)
            self._served += 1
            return beside
        except NotFound:
            self._unsaid = self._served > 0  # an index that has none is not asked again and again
            self._bare.add(release.name)
            return None

    def _inside(self, release: Release, address: str) -> bytes:
        """`METADATA` of the wheel itself, by its central directory."""
        wheel: Contents
        if release.file.size is None or address.startswith("file:"):
            self._spend()
            wheel = self._door.file(address, release.file.filename, release.file.sha256)
        else:
            allowance = self._traffic.allow(0)
            wheel = Remote(self._door, address, release.file.size, allowance, {})
        names = [
            name for name in zip_format.names(wheel) if name.endswith(".dist-info/METADATA") and name.count("/") == 1
        ]
        if len(names) != 1:
            raise FormatError(f"{release.file.filename} holds METADATA {len(names)} times")
        self._spend()
        return zip_format.read(wheel, names[0], core_metadata.LIMIT)

    def _address(self, release: Release) -> str:
        """A link of the page in full; an index elsewhere may not point at files of this machine."""
        base = release.base
        joined = urljoin(base.rstrip("/") + "/" if base.startswith("file:") else base, release.file.url)
        address = self._door.sign_in(urldefrag(joined)[0])
        local = address.startswith("file:") and base.startswith("file:")
        if not address.startswith(("https:", "http:")) and not local:
            raise Unreachable(f"the index points at {address}, which is no address on the network")
        return address


def _keep(path: str, data: bytes) -> None:
    """Keep a file for the next time, whole or not at all; without room it is asked for again."""
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        descriptor, part = tempfile.mkstemp(suffix=".part", dir=os.path.dirname(path))
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        os.replace(part, path)
    except OSError:
        return


def _rank(filename: str, ranks: dict[Any, int]) -> int | None:
    """How well a wheel fits, the best 0; None for what is no wheel, or one for other machines."""
    if not filename.endswith(".whl"):
        return None
    try:
        tags = parse_wheel_filename(filename)[3]
    except InvalidWheelFilename:
        return None
    return min((ranks[tag] for tag in tags if tag in ranks), default=None)
