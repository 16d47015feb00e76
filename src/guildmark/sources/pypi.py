"""Releases on a package index, read by its standard pages; never installed, never executed.

The index is the one that pip is configured with, else pip's own default. `extra-index-url` is not
asked: a name could then be answered by an index that its owner does not know (dependency confusion).
`requires-python` is ignored, so that the answer is the same on every machine."""

import re
from collections import defaultdict
from collections.abc import Callable
from functools import cache
from typing import NamedTuple
from urllib.parse import urldefrag, urljoin

from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.utils import InvalidName, InvalidWheelFilename, canonicalize_name, parse_wheel_filename
from packaging.version import InvalidVersion, Version

from guildmark import distributions, pip_index
from guildmark.contents import Contents
from guildmark.download import Door, Page, now
from guildmark.errors import AskedWrongly, FormatError, NotFound, SubjectError, Unreachable
from guildmark.formats import index_page
from guildmark.formats.index_page import IndexFile
from guildmark.manifest import printable
from guildmark.material import Given, Held, Material, Opening

TITLE = "A release on the package index that pip is configured with"
EXAMPLE = "pypi:silero-vad==6.2.3"

_ACCEPT = {"Accept": "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1"}
_GLIBC = [f"manylinux_2_{minor}_x86_64" for minor in range(50, 4, -1)]
_PLATFORMS = [*_GLIBC, "manylinux2014_x86_64", "manylinux2010_x86_64", "manylinux1_x86_64"]


class _Release(NamedTuple):
    """One version of a project, and the files of it that may be taken."""

    version: Version
    files: tuple[IndexFile, ...]

    @property
    def offered(self) -> tuple[IndexFile, ...]:
        return tuple(file for file in self.files if file.yanked is None)


def deliver(rest: str, opening: Opening, *, clock: Callable[[], str] = now) -> Material:
    """The sdist and one wheel of a release, and the index's page as a listing.

    Without a version it is the newest release that is neither yanked nor a pre-release."""
    from packageurl import PackageURL

    name, version = _asked(rest)
    door = Door(cache=opening.cache, progress=opening.progress, limit=opening.limits.expansion, clock=clock)
    page = _page(door, door.sign_in(pip_index.url()), name)
    release = _release(name, version, page.body)
    taken, aside = _choose(release, version is not None, opening.all_files)
    _check_size(f"{name} {release.version}", taken, opening.limits.expansion)
    given, listings = [], [Held(page.listing("index_page"), page.body)]
    for file in taken:
        contents = _fetch(door, page.base, file)
        given.append(Given(printable(file.filename), contents, contents.size, published=file.sha256))
        if file.provenance:
            listing = _provenance(door, page.base, file.provenance)
            listings += [listing] if listing else []
    purl = PackageURL("pypi", None, name, str(release.version)).to_string()
    return Material(name, purl, tuple(given), tuple(listings), aside)


def from_purl(purl: str) -> str | None:
    """`NAME==VERSION` of a `pkg:pypi` purl that names no other index and no single file."""
    from packageurl import PackageURL

    try:
        asked = PackageURL.from_string(purl)
    except ValueError:
        return None
    if asked.type != "pypi" or asked.namespace or asked.qualifiers or asked.subpath:
        return None
    return f"{asked.name}=={asked.version}" if asked.version else asked.name


def _asked(rest: str) -> tuple[str, Version | None]:
    name, equals, version = (part.strip() for part in rest.partition("=="))
    try:
        return canonicalize_name(name, validate=True), Version(version) if equals else None
    except (InvalidName, InvalidVersion) as error:
        raise AskedWrongly(f"pypi:{rest} names no release: {error}", f"write it like {EXAMPLE}") from error


def _page(door: Door, index: str, name: str) -> Page:
    """The index's page of a project, which can be read."""
    try:
        page = door.page(f"{index}/{name}/", _ACCEPT)
        index_page.files(page.body)
    except NotFound as error:
        raise NotFound(f"{index} has no project {name}", "check the spelling, and which index pip asks") from error
    except FormatError as error:
        raise SubjectError(f"{index} gave no usable page: {error.says}", "check which index pip asks") from error
    return page


def _releases(name: str, files: tuple[IndexFile, ...]) -> dict[Version, _Release]:
    found: dict[Version, list[IndexFile]] = defaultdict(list)
    for file in files:
        version = distributions.version(name, file.filename)
        if version is not None:
            found[version].append(file)
    return {version: _Release(version, tuple(files)) for version, files in found.items()}


def _release(name: str, version: Version | None, body: bytes) -> _Release:
    """The release asked for, else the newest that a person would be given; raises NotFound."""
    status = index_page.status(body)
    if status and status.status == "quarantined":
        raise NotFound(f"{name} is quarantined by the index: {status.reason or 'no reason given'}", "do not use it")
    releases = _releases(name, index_page.files(body))
    if not releases:
        raise NotFound(f"{name} has no file on the index", "check the spelling")
    newest = max(releases)
    if version is not None:
        if version not in releases:
            raise NotFound(f"{name} has no release {version}", f"the newest is {name}=={newest}")
        return releases[version]
    offered = [release for release in releases.values() if any(map(_is_dist, release.offered))]
    if not offered:
        raise NotFound(f"{name} has only yanked releases", f"name one to look at it: pypi:{name}=={newest}")
    final = [release for release in offered if not release.version.is_prerelease]
    return max(final or offered, key=lambda release: release.version)


def _choose(
    release: _Release, named: bool, all_files: bool
) -> tuple[tuple[IndexFile, ...], tuple[tuple[str, str], ...]]:
    """The files to look at, and the others of the release with the reason why not."""
    usable = release.offered or (release.files if named else ())
    wheels = sorted(filter(_is_wheel, usable), key=lambda file: (_wheel_rank(file.filename), file.filename))
    sdists = sorted(filter(_is_sdist, usable), key=lambda file: (not file.filename.endswith(".gz"), file.filename))
    taken = release.files if all_files else (*sdists[:1], *wheels[:1])
    if not taken:
        raise SubjectError(f"the release {release.version} has no sdist and no wheel", "--all-files takes what it has")
    names = {file.filename for file in taken}
    aside = tuple((printable(file.filename), _why(file)) for file in release.files if file.filename not in names)
    return tuple(sorted(taken, key=lambda file: file.filename)), aside


def _check_size(what: str, taken: tuple[IndexFile, ...], most: int) -> None:
    """Refuse what is too large by the index's own word, before anything of it is fetched; raises SubjectError."""
    size = sum(file.size or 0 for file in taken)
    if size > most:
        raise SubjectError(f"{what} holds {size} bytes", "raise --limit expansion=BYTES")


def _why(file: IndexFile) -> str:
    if file.yanked is not None:
        return f"not looked at: yanked, {file.yanked or 'no reason given'} (--all-files takes it)"
    what = "another wheel" if _is_wheel(file) else "another sdist" if _is_sdist(file) else "another file"
    return f"not looked at: {what} of the same release (--all-files takes it)"


def _is_wheel(file: IndexFile) -> bool:
    return file.filename.lower().endswith(".whl")


def _is_sdist(file: IndexFile) -> bool:
    return file.filename.lower().endswith(distributions.SDISTS)


def _is_dist(file: IndexFile) -> bool:
    return _is_wheel(file) or _is_sdist(file)


def _wheel_rank(filename: str) -> tuple[int, ...]:
    """First a wheel that runs anywhere, then as pip of CPython 3.11 on x86_64 Linux prefers them; of the rest those
    for x86_64 Linux, then other Linux, and of these the newest Python."""
    ranks = _preferred()
    try:
        tags = parse_wheel_filename(filename)[3]
    except InvalidWheelFilename:
        return (len(ranks) + 1,)
    return min((_tag_rank(tag, ranks) for tag in tags), default=(len(ranks) + 1,))


def _tag_rank(tag: Tag, ranks: dict[Tag, int]) -> tuple[int, ...]:
    if tag in ranks:
        return (ranks[tag],)
    here = tag.platform == "any" or tag.platform in _PLATFORMS
    platform = 0 if here else 1 if "linux_" in tag.platform and tag.platform.endswith("x86_64") else 2
    platform += platform == 2 and "linux" not in tag.platform
    minor = re.fullmatch(r"\w{2}3(\d{1,3})", tag.interpreter)
    unusual = tag.abi.endswith("t") or not tag.interpreter.startswith(("cp", "py"))
    return (len(ranks), platform, unusual, -int(minor[1]) if minor else 0)


@cache
def _preferred() -> dict[Tag, int]:
    order = [Tag("py3", "none", "any"), *cpython_tags((3, 11), ["cp311"], _PLATFORMS, warn=False)]
    order += compatible_tags((3, 11), "cp311", _PLATFORMS)
    return {tag: rank for rank, tag in reversed(list(enumerate(order)))}


def _fetch(door: Door, base: str, file: IndexFile) -> Contents:
    return door.file(_address(door, base, file.url), file.filename, file.sha256)


def _provenance(door: Door, base: str, url: str) -> Held | None:
    """What the index says about who published a file; None where it does not say it after all."""
    try:
        page = door.page(_address(door, base, url), {"Accept": "application/vnd.pypi.integrity.v1+json"})
    except (NotFound, Unreachable):
        return None
    return Held(page.listing("provenance"), page.body)


def _address(door: Door, base: str, url: str) -> str:
    """A link of the page in full; an index elsewhere may not point at files of this machine."""
    address = door.sign_in(urldefrag(urljoin(base.rstrip("/") + "/" if base.startswith("file:") else base, url))[0])
    local = address.startswith("file:")
    if not address.startswith(("https:", "http:")) and not (local and base.startswith("file:")):
        raise Unreachable(f"the index points at {address}, which is no address on the network", "check the index")
    return address
