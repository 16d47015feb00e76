"""What a registry of npm says of packages and their releases: versions, tags, and what each release asks for.

The abbreviated form of its answers is asked for, and the full one taken where there is no other."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any, NamedTuple
from urllib.parse import quote

import msgspec

from guildmark import npm_lock, npm_registry
from guildmark.download import Door, Page
from guildmark.errors import FormatError, LimitPassed, NotFound
from guildmark.resolve import edges, ranges
from guildmark.resolve.asking import Asking, Bounds
from guildmark.resolve.edges import Edge
from guildmark.semver import key
from guildmark.structured import DEEPEST_DECODED, shallow, told

ACCEPT = "application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8"
LARGEST = 64 << 20
ALL_BYTES = 1 << 30
"""Of all answers for one set together."""
RELEASES = 50_000
SIDE_BY_SIDE = 12
"""Answers are large: of so many at a time all are held in memory."""


class Machine(NamedTuple):
    """For which Node, on which system, a set is resolved: stated, and never the one that Guildmark runs on."""

    node: str = "22.20.0"
    npm: str = "10.9.3"
    os: str = npm_lock.HERE["os"]
    cpu: str = npm_lock.HERE["cpu"]
    libc: str = npm_lock.HERE["libc"]

    def runs(self, manifest: dict[str, Any]) -> bool:
        """Whether npm would install a release here, by the systems that it states."""
        stated = (("os", self.os), ("cpu", self.cpu), ("libc", self.libc))
        return all(npm_lock.runs_on(manifest.get(key), value) for key, value in stated)

    def meets(self, manifest: dict[str, Any]) -> bool:
        """Whether the engines that a release states let this Node and this npm in."""
        engines = manifest.get("engines")
        for engine, version in (("node", self.node), ("npm", self.npm)):
            words = engines.get(engine) if isinstance(engines, dict) else None
            if isinstance(words, str) and words:
                span, here = ranges.read(words), key(version)
                if span is None or here is None or not span.holds(here):
                    return False
        return True


class _Version(msgspec.Struct, omit_defaults=True, rename="camel"):
    """What is kept of a release, as it stands: strangers wrote these in every form there is."""

    dependencies: msgspec.Raw = msgspec.Raw()
    optional_dependencies: msgspec.Raw = msgspec.Raw()
    peer_dependencies: msgspec.Raw = msgspec.Raw()
    peer_dependencies_meta: msgspec.Raw = msgspec.Raw()
    bundle_dependencies: msgspec.Raw = msgspec.Raw()
    bundled_dependencies: msgspec.Raw = msgspec.Raw()
    os: msgspec.Raw = msgspec.Raw()
    cpu: msgspec.Raw = msgspec.Raw()
    libc: msgspec.Raw = msgspec.Raw()
    engines: msgspec.Raw = msgspec.Raw()
    deprecated: msgspec.Raw = msgspec.Raw()
    license: msgspec.Raw = msgspec.Raw()
    licenses: msgspec.Raw = msgspec.Raw()


class _Page(msgspec.Struct, rename="kebab"):
    versions: dict[str, _Version]
    dist_tags: dict[str, str] = {}


class Package:
    """A package's releases. `order` has the versions that are any, the newest first."""

    def __init__(self, name: str, tags: dict[str, str], kept: dict[str, bytes]) -> None:
        self.name = name
        self.tags = tags
        self._kept = kept
        self._read: dict[str, dict[str, Any]] = {}
        keyed = [(found, version) for version in kept if (found := key(version)) is not None]
        self.order = tuple(sorted(keyed, reverse=True))
        self._keys = {version: found for found, version in keyed}

    def manifest(self, version: str) -> dict[str, Any]:
        """What a release states; raises KeyError where there is none."""
        if version not in self._read:
            self._read[version] = msgspec.json.decode(self._kept[version])
        return self._read[version]

    def fits(self, version: str, edge: Edge) -> bool:
        """Whether a release is what an edge asks for; for a tag npm takes what is there."""
        if edge.range is None:
            return True
        found = self._keys.get(version)
        return found is not None and edge.range.holds(found)

    def pick(self, edge: Edge, machine: Machine, beside: Sequence[Edge] = ()) -> str | None:
        """The version that npm would take (`npm-pick-manifest`): what `latest` names, where it fits; else the newest
        that fits, and one that is deprecated or wants another Node only where there is no other. It must fit what is
        asked `beside` too."""
        if edge.range is None:
            tagged = self.tags.get(edge.tag, "")
            return tagged if tagged in self._kept else None
        latest = self.tags.get("latest", "")
        spans = [one.range for one in (edge, *beside) if one.range is not None]
        here = self._keys.get(latest)
        if here is not None and all(span.holds(here) for span in spans) and self._rank(latest, machine) == 0:
            return latest
        best: tuple[int, str] | None = None
        for found, version in self.order:
            if all(span.holds(found) for span in spans):
                rank = self._rank(version, machine)
                if best is None or rank < best[0]:
                    best = rank, version
                if rank == 0:
                    break
        return best[1] if best else None

    def _rank(self, version: str, machine: Machine) -> int:
        """0 for what nothing speaks against; 1 for what is deprecated, 2 for what wants another Node, 3 for both."""
        manifest = self.manifest(version)
        return (1 if manifest.get("deprecated") else 0) + (0 if machine.meets(manifest) else 2)


class Registry(Asking):
    """The registries that npm is configured with; raises NotFound, Unreachable, SubjectError and FormatError."""

    def __init__(self, door: Door, machine: Machine = Machine(), bounds: Bounds = Bounds()) -> None:  # noqa: B008
        super().__init__(bounds, "registry", SIDE_BY_SIDE)
        self.machine = machine
        self._door = door
        self._bytes = 0
        self._begun: set[str] = set()
        self._names = bounds.packages

    def url(self, name: str) -> str:
        """The address of the registry that is asked for a package."""
        return _registry(name).url

    def package(self, name: str) -> Package:
        found: Package = self._once(name, lambda: self._package(name))
        return found

    def licence(self, name: str, version: str) -> dict[str, Any]:
        """What a release states in full, for licences are left out of the abbreviated form; empty where nobody says."""
        found: dict[str, Any] = self._once((name, version), lambda: self._in_full(name, version))
        return found

    def ahead(self, wanted: tuple[Edge, ...]) -> None:
        """Ask already for what is wanted, for what that wants, and so on."""
        for edge in wanted:
            with self._lock:
                is_new = edge.package not in self._begun and len(self._begun) < self._names
                self._begun.add(edge.package) if is_new else None
            if is_new and not edge.elsewhere:
                self._start(edge.package, self._asker(edge.package)).add_done_callback(self._follower(edge))

    def licences_ahead(self, releases: list[tuple[str, str]]) -> None:
        """Ask already for what these releases state in full."""
        for name, version in releases:
            self._start((name, version), lambda name=name, version=version: self._in_full(name, version))  # type: ignore[misc]

    def _asker(self, name: str) -> Callable[[], Package]:
        return lambda: self._package(name)

    def _follower(self, edge: Edge) -> "Callable[[Future[Package]], None]":
        def follow(page: "Future[Package]") -> None:
            if not page.cancelled() and page.exception() is None:
                package = page.result()
                version = package.pick(edge, self.machine)
                if version is not None:
                    self.ahead(edges.of(package.manifest(version)))

        return follow

    def _package(self, name: str) -> Package:
        body = self._ask(name, "").body
        try:
            page = msgspec.json.decode(body, type=_Page)  # answers are large: it keeps a bound on depth itself
            kept = {version: _shallow(msgspec.json.encode(said)) for version, said in page.versions.items()}
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise FormatError(f"the registry's answer on {name} cannot be read: {told(error)}") from error
        if len(kept) > RELEASES:
            raise LimitPassed(f"{name} has more than {RELEASES} releases")
        return Package(name, page.dist_tags, kept)

    def _in_full(self, name: str, version: str) -> dict[str, Any]:
        try:
            said = msgspec.json.decode(shallow(self._ask(name, f"/{quote(version, safe='')}").body))
        except (NotFound, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return {}
        return said if isinstance(said, dict) else {}

    def _ask(self, name: str, rest: str) -> Page:
        self._spend()
        registry = _registry(name)
        headers = {"Accept": ACCEPT if not rest else "application/json"}
        if registry.token:
            headers["Authorization"] = f"Bearer {registry.token}"
        page = self._door.page(f"{registry.url}/{quote(name, safe='@')}{rest}", headers, LARGEST)
        with self._lock:
            self._bytes += len(page.body)
        if self._bytes > ALL_BYTES:
            raise LimitPassed(f"the registry's answers are more than {ALL_BYTES} bytes")
        return page


def unlicensed(manifest: dict[str, Any]) -> bool:
    """Whether a manifest says nothing of a licence."""
    return not manifest.get("license") and not manifest.get("licenses")


def _shallow(said: bytes) -> bytes:
    """What is kept of a release; raises RecursionError where it is nested too deep."""
    return shallow(said) if said.count(b"[") + said.count(b"{") > DEEPEST_DECODED else said


def _registry(name: str) -> npm_registry.Registry:
    return npm_registry.find(name.partition("/")[0] if name.startswith("@") else "")
