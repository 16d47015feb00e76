"""What the sources of releases say of them now, asked by Guildmark's own sources; no release is fetched.

Run as a program it answers an order of the hub in a process of its own, which knows no database: an answer a line, in
the order in which places answer."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import UTC
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar
from urllib.parse import quote, urldefrag, urljoin

import msgspec
from packaging.version import InvalidVersion, Version

from guildmark import advisories, distributions, licences, npm_registry, pip_index, release, semver
from guildmark.advisories import Snapshot, affects, open_snapshot
from guildmark.contents import Contents, InMemory
from guildmark.download import Door, now
from guildmark.errors import AskedWrongly, GuildmarkError, NotFound, SubjectError, Unreachable
from guildmark.formats import core_metadata, index_page, packument, zip
from guildmark.formats.index_page import IndexFile
from guildmark.metadata import Metadata
from guildmark.records import Record
from guildmark.remote import Remote, Traffic
from guildmark_hub.vetting.drift import LONGEST, Facts, Hit, Offered

if TYPE_CHECKING:
    from guildmark.sources import hf

Found = TypeVar("Found")
AT_ONCE = 8
"""So many places are asked side by side."""
RELEASES, FILES, HITS = 200, 10_000, 100
"""Of each at most so many: the newest releases, the files of a repository, advisories."""
PARTS = 4 << 20
"""Bytes of a wheel that may be fetched for its metadata."""
ECOSYSTEMS = {"pypi": "PyPI", "npm": "npm"}
_ACCEPT = {"Accept": "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1"}
_PAPERS = (".gitattributes", ".gitignore", "readme.md")
_PICTURES = (".gif", ".jpeg", ".jpg", ".png", ".svg", ".webp")


class Asked(Record, frozen=True):
    """A question: what is said now of the release that `purl` names; `id` comes back with the answer."""

    id: int
    purl: str


class Order(Record, frozen=True):
    """What a process is asked, and where advisories lie, if anywhere."""

    advisories: str
    questions: tuple[Asked, ...]


class Told(Record, frozen=True):
    """An answer."""

    id: int
    facts: Facts


class Place(Protocol):
    """One project at its source, asked once; raises GuildmarkError."""

    def facts(self, version: str, asked_at: str) -> Facts:
        """What it says of one release."""


class _Purl(NamedTuple):
    """A purl that names a source: which, which project there, which release."""

    type: str
    project: str
    version: str


def gather(
    questions: Sequence[Asked], door: Door, snapshot: Snapshot | None, clock: Callable[[], str] = now
) -> Iterator[Told]:
    """An answer to each question, as they come; each project is asked once, several at a time."""
    purls = {one.id: _read(one.purl) for one in questions}
    projects: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for id, purl in purls.items():
        if purl is None:
            yield Told(id, Facts(clock(), "none"))
        else:
            projects.setdefault((purl.type, purl.project), []).append((id, purl.version))

    def ask(project: tuple[str, str]) -> list[Told]:
        place = PLACES[project[0]](door, project[1])
        return [Told(id, _facts(place, version, clock)) for id, version in projects[project]]

    pool = ThreadPoolExecutor(AT_ONCE)
    try:
        asked = {pool.submit(ask, project): project for project in projects}
        for answer in as_completed(asked):
            # what one place sent may trip a fault of ours: that must not keep the others from being told
            fault = answer.exception()
            told = (
                [Told(id, _unread(fault, clock())) for id, _ in projects[asked[answer]]] if fault else answer.result()
            )
            for one in told:
                purl = purls[one.id]
                found = hits(snapshot, purl) if purl else None
                yield msgspec.structs.replace(one, facts=msgspec.structs.replace(one.facts, advisories=found))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _unread(fault: BaseException, asked_at: str) -> Facts:
    return Facts(asked_at, "silent", f"what it says could not be read: {type(fault).__name__}")


def _facts(place: Place, version: str, clock: Callable[[], str]) -> Facts:
    """What a place says, or how it did not answer."""
    asked_at = clock()
    try:
        return place.facts(version, asked_at)
    except AskedWrongly as error:
        return Facts(asked_at, "none", error.says[:LONGEST])
    except NotFound as error:
        return Facts(asked_at, "gone", error.says[:LONGEST])
    except GuildmarkError as error:
        return Facts(asked_at, "silent", error.says[:LONGEST])


def hits(snapshot: Snapshot | None, purl: _Purl) -> tuple[Hit, ...] | None:
    """The advisories that are about a release; None where nobody can say."""
    ecosystem = ECOSYSTEMS.get(purl.type)
    if snapshot is None or ecosystem not in snapshot.pin.ecosystems or not purl.version:
        return None
    found = []
    for advisory in snapshot.about(ecosystem, [purl.project]):
        match = affects(advisory, ecosystem, purl.project, purl.version)
        if match is not None and match.answer == "yes":
            found.append(Hit(advisory.id, tuple(advisory.aliases[:20]), advisory.summary[:LONGEST]))
    return tuple(found[:HITS])


def _read(purl: str) -> _Purl | None:
    """The source that a purl names; None where there is none that can be asked."""
    from packageurl import PackageURL

    try:
        read = PackageURL.from_string(purl)
    except ValueError:
        return None
    if read.type not in PLACES or not read.name or read.qualifiers or read.subpath:
        return None
    name = advisories.of_name("PyPI", read.name) if read.type == "pypi" else read.name
    return _Purl(read.type, f"{read.namespace}/{name}" if read.namespace else name, read.version or "")


class _OnIndex:
    """A project on the package index that pip is configured with."""

    def __init__(self, door: Door, name: str) -> None:
        self._door, self._name = door, name
        self._licences: dict[Version, str | None] = {}

    def facts(self, version: str, asked_at: str) -> Facts:
        """The files of the release, and what is the newest that a person would be given."""
        here, newest = _version(version), self._newest()
        files = self._releases.get(newest, []) if newest else []
        dates = sorted(filter(None, (_moment(file.uploaded_at) for file in files)))
        return Facts(
            asked_at=asked_at,
            source="answered",
            files=None if here is None else tuple(map(_listed, self._releases.get(here, [])))[:FILES],
            barred=self._barred,
            releases=tuple(map(str, self._releases))[:RELEASES],
            newest=str(newest or ""),
            newest_at=dates[0] if dates else "",
            licence=self._licence(here),
            newest_licence=self._licence(newest),
        )

    @cached_property
    def _page(self) -> tuple[str, bytes]:
        index = self._door.sign_in(_configured(pip_index.url))
        page = self._door.page(f"{index}/{self._name}/", _ACCEPT)
        return page.base, page.body

    @cached_property
    def _barred(self) -> str:
        status = index_page.status(self._page[1])
        if status is None or status.status != "quarantined":
            return ""
        return f"quarantined: {status.reason or 'no reason is given'}"[:LONGEST]

    @cached_property
    def _releases(self) -> dict[Version, list[IndexFile]]:
        """The files of each release, the newest first."""
        found: dict[Version, list[IndexFile]] = {}
        for file in index_page.files(self._page[1]):
            version = distributions.version(self._name, file.filename)
            if version is not None:
                found.setdefault(version, []).append(file)
        if not found and not self._page[1].lstrip().startswith(b"{"):
            raise Unreachable(f"the page of {self._name} lists none of its files")  # as a page that asks to sign in
        return {version: found[version] for version in sorted(found, reverse=True)}

    def _newest(self) -> Version | None:
        """The newest release that is neither yanked nor preliminary; a preliminary one where there is no other."""
        offered = [version for version, files in self._releases.items() if any(map(_is_offered, files))]
        final = [version for version in offered if not version.is_prerelease]
        return next(iter(final or offered), None)

    def _licence(self, version: Version | None) -> str | None:
        """What the metadata of a release's wheel state; None where they cannot be read."""
        if version is None:
            return None
        if version not in self._licences:
            wheels = [one for one in self._releases.get(version, ()) if one.filename.endswith(".whl")]
            wheels.sort(key=lambda one: (one.yanked is not None, one.metadata is None, one.filename))
            self._licences[version] = self._stated(wheels[0]) if wheels else None
        return self._licences[version]

    def _stated(self, wheel: IndexFile) -> str | None:
        base = self._page[0]
        joined = urljoin(base.rstrip("/") + "/" if base.startswith("file:") else base, wheel.url)
        address = self._door.sign_in(urldefrag(joined)[0])
        if not address.startswith(("https:", "http:")) and not base.startswith("file:"):
            return None
        try:
            held = self._beside(wheel, address) or self._inside(wheel, address)
            return _of_metadata(core_metadata.read(held)) if held else None
        except GuildmarkError:
            return None

    def _beside(self, wheel: IndexFile, address: str) -> Contents | None:
        """The file with the metadata (PEP 658), where the page says that there is one."""
        if wheel.metadata is None:
            return None
        if wheel.metadata:
            return self._door.file(f"{address}.metadata", wheel.filename, wheel.metadata)
        return InMemory(self._door.page(f"{address}.metadata", limit=core_metadata.LIMIT).body)

    def _inside(self, wheel: IndexFile, address: str) -> Contents | None:
        """METADATA of the wheel itself, of which only the parts are fetched that lead there."""
        if wheel.size is None or not address.startswith(("https:", "http:")):
            return None
        remote = Remote(self._door, address, wheel.size, Traffic(PARTS).allow(0), {})
        names = [name for name in zip.names(remote) if name.endswith(".dist-info/METADATA") and name.count("/") == 1]
        return InMemory(zip.read(remote, names[0], core_metadata.LIMIT)) if len(names) == 1 else None


class _OnRegistry:
    """A package on the registry that npm is configured with."""

    def __init__(self, door: Door, name: str) -> None:
        self._door, self._name = door, name

    def facts(self, version: str, asked_at: str) -> Facts:
        """The tarball of the release; one that is deprecated counts as taken back."""
        body = self._body
        said = packument.read(body)
        newest = said.tags.get("latest", "")
        here, last = said.releases.get(version), said.releases.get(newest)
        order = sorted(said.releases, key=lambda one: (semver.key(one) is not None, semver.key(one), one), reverse=True)
        return Facts(
            asked_at=asked_at,
            source="answered",
            files=() if here is None else (_offered(here),),
            releases=tuple(order)[:RELEASES],
            newest=newest if last else "",
            newest_at=_moment(last.published_at) if last else "",
            licence=_of_manifest(body, version),
            newest_licence=_of_manifest(body, newest),
        )

    @cached_property
    def _body(self) -> bytes:
        scope, slash, _ = self._name.partition("/")
        registry = _configured(lambda: npm_registry.find(scope if slash else ""))
        signed = {"Authorization": f"Bearer {registry.token}"} if registry.token else {}
        url = f"{registry.url}/{quote(self._name, safe='@')}"
        return self._door.page(url, {"Accept": "application/json", **signed}).body


class _OnHub:
    """A repository on the model hub that huggingface_hub is configured with."""

    def __init__(self, door: Door, name: str) -> None:
        self._name = name

    def facts(self, version: str, asked_at: str) -> Facts:
        """Its commit as the one file, and the newest commit that changes more than papers and pictures."""
        from guildmark.sources import hf

        head = hf.look(self._name, FILES)
        try:
            vetted = hf.look(f"{self._name}@{version}", FILES) if version else head
        except NotFound:
            vetted = None
        same = vetted is not None and _contents(vetted) == _contents(head)
        newest = version if same and version else head.tree.sha
        return Facts(
            asked_at=asked_at,
            source="answered",
            files=() if vetted is None else (Offered("its commit", vetted.tree.sha),),
            releases=(newest,),
            newest=newest,
            newest_at=_moment(head.tree.last_modified),
            licence=head.licence if same else vetted.licence if vetted else None,
            newest_licence=head.licence,
        )


PLACES: dict[str, Callable[[Door, str], Place]] = {"pypi": _OnIndex, "npm": _OnRegistry, "huggingface": _OnHub}
"""Who is asked, by the type of the purl."""


def main() -> None:
    """Answer the order that the first word is, a line each, as they come."""
    order = msgspec.json.decode(sys.argv[1], type=Order)
    folder = Path(order.advisories)
    snapshot = open_snapshot(folder) if order.advisories and folder.is_dir() else None
    for told in gather(order.questions, Door(limit=core_metadata.LIMIT), snapshot):
        sys.stdout.buffer.write(msgspec.json.encode(told) + b"\n")
        sys.stdout.buffer.flush()
    os._exit(0)  # a thread may still wait for a place that is silent


def _version(stated: str) -> Version | None:
    try:
        return Version(stated)
    except InvalidVersion:
        return None


def _moment(stated: str | None) -> str:
    """A moment as all are written here; empty where it is none."""
    found = release.moment(stated or "")
    return f"{found.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if found else ""


def _listed(file: IndexFile) -> Offered:
    return Offered(file.filename, file.sha256 or "", file.yanked)


def _configured(find: Callable[[], Found]) -> Found:
    """Where a place is; raises AskedWrongly where this machine does not know: then nobody is silent."""
    try:
        return find()
    except SubjectError as error:
        raise AskedWrongly(error.says, error.hint) from error


def _is_offered(file: IndexFile) -> bool:
    return file.yanked is None and file.filename.lower().endswith((".whl", *distributions.SDISTS))


def _of_metadata(says: Metadata) -> str:
    """The licence: the expression, a short name that is one, the classifiers, whatever stands there, a text."""
    words = " ".join(says.license.split())
    classified = [one for one in says.classifiers if one.startswith("License :: ") and licences.judge(one).ids]
    if says.license_expression:
        return says.license_expression[:LONGEST]
    if len(words) <= LONGEST and licences.judge(words).ids:
        return words
    if classified:
        return ", ".join(sorted(id for one in classified for id in licences.judge(one).ids))
    if len(words) <= LONGEST:
        return words
    return licences.read(says.license).licence or words[:LONGEST]


def _of_manifest(body: bytes, version: str) -> str | None:
    """The licence that the registry states of a version: a word, or an object of the old form."""
    stated = msgspec.json.decode(body)["versions"].get(version)
    if not isinstance(stated, dict):
        return None
    found = stated.get("license") or stated.get("licenses") or ""
    several = found if isinstance(found, list) else [found]
    words = [one.get("type") if isinstance(one, dict) else one for one in several]
    return ", ".join(one for one in words if isinstance(one, str))[:LONGEST]


def _offered(one: packument.Release) -> Offered:
    digest = next((f"{algorithm}:{value}" for algorithm, value in one.digests.items()), "")
    return Offered(f"{one.version}.tgz", digest, one.deprecated or None)


def _contents(look: "hf.Look") -> set[tuple[str, str]]:
    """What a repository holds besides papers and pictures, by path and digest."""
    files = ((one.path, one.lfs.oid if one.lfs else one.oid) for one in look.tree.tree)
    return {(path, digest) for path, digest in files if not path.lower().endswith((*_PAPERS, *_PICTURES))}


if __name__ == "__main__":
    main()
