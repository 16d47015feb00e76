"""The set that npm would install a release with, found out from a registry's answers alone."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from guildmark import plain
from guildmark.errors import FormatError, LimitPassed, NotFound, SubjectError
from guildmark.formats import package_json
from guildmark.resolve import edges, tree
from guildmark.resolve.asking import Bounds
from guildmark.resolve.edges import Edge
from guildmark.resolve.needs import NODE, Need, Needs, Problem, Trouble
from guildmark.resolve.registry import Package, Registry, unlicensed
from guildmark.resolve.tree import Place, Queue

PLACES, DEEPEST = 10_000, 100
CIRCLES, TOLD = 20, 10
RULE = "what is there and fits is used again, else the newest release that fits, as near to the top as can be (npm)"


class Release(NamedTuple):
    """The release whose needs are asked for, and what the registry or its package.json says of them.

    `brought` are packages that lie in its own files (`bundleDependencies`)."""

    name: str
    version: str
    manifest: dict[str, Any]
    brought: tuple[Need, ...] = ()


def resolve_node(root: Release, registry: Registry, bounds: Bounds = Bounds()) -> Needs:  # noqa: B008
    """The set; what stands in its way is among the problems, and nothing is raised."""
    search = _Search(registry, bounds)
    top = Place("", "", "", {}, None)
    tool = Place(root.name, root.name, root.version, root.manifest, top)
    top.children[root.name] = tool
    search.runs_here(tool)
    try:
        search.grow(tool)
        found = [(place, way) for place, way in tree.reached(tool) if place is not tool]
        search.licences([place for place, _ in found])
    except _Unfit as error:
        return Needs(f"{root.name}@{root.version}", "resolved", search.environment(), (), search.problems(error))
    for count, way in enumerate(tree.circles(tool)):
        if count < CIRCLES:
            search.tell("cycle", way[0], " needs ".join(way))
    packages = {(need.name, need.version): need for need in root.brought}
    for place, way in found:
        packages.setdefault((place.package, place.version), search.need(place, way))
    ordered = tuple(packages[key] for key in sorted(packages))
    return Needs(f"{root.name}@{root.version}", "resolved", search.environment(), ordered, search.problems())


class _Unfit(Exception):
    """The search ended without a set."""

    def __init__(self, kind: Trouble, package: str, says: str) -> None:
        super().__init__(says)
        self.problem = Problem(kind, package, says)


class _Search:
    """One search: the tree grows in order, and what was left out or stood in the way is kept."""

    def __init__(self, registry: Registry, bounds: Bounds) -> None:
        self._registry = registry
        self._packages = bounds.packages
        self._asked: set[str] = set()
        self._places = 0
        self._wanted_beside: dict[Place, dict[str, list[Edge]]] = {}
        self._queue = Queue()
        self._said: dict[tuple[str, str], Problem] = {}
        self._left_out: dict[str, None] = {}
        self._deprecated: dict[str, None] = {}
        self._licences: dict[tuple[str, str], dict[str, Any]] = {}

    def grow(self, tool: Place) -> None:
        """Put all that is needed into the tree."""
        self._registry.ahead(tuple(tool.edges.values()))
        self._queue.put(tool)
        for place in self._queue:
            for edge in sorted(place.edges.values(), key=lambda edge: tree.order(edge.name)):
                self._settle(place, edge, place)
            self._brings(place, tool)

    def _settle(self, place: Place, edge: Edge, source: Place) -> None:
        """See that an edge finds what it asks for. `source` is who brought its peers: what that asks for itself, a
        peer is taken from where it fits both."""
        there = place.to(edge)
        if edge.elsewhere:
            self._trouble(place, edge, "unread", f"{_of(place)} needs {edge.name}: {edge.elsewhere}")
            return
        if there is not None and self._fits(there, edge):
            self._is_needed(there, place, edge)
            return
        picked = self._pick(place, edge, source)
        if picked is None:
            return
        package, version = picked
        where = self._where(place, edge, package, version)
        if where is None:
            there = place.to(edge) or place.start(edge).children.get(edge.name)
            has = f"{there.version} is there" if there is not None else "something else is"
            says = f"{_of(place)} wants {edge.name} {edge.words} beside it, and {has}, with which npm goes on"
            self.tell("peer", edge.package, says)
            return
        self._put(place, edge, package, version, where)

    def _put(self, place: Place, edge: Edge, package: Package, version: str, where: Place) -> None:
        self._places += 1
        if self._places > PLACES or where.depth > DEEPEST:
            raise _Unfit("limit", edge.package, f"its tree has more than {PLACES} places, or is {DEEPEST} deep")
        manifest = package.manifest(version)
        put = Place(edge.name, package.name, version, manifest, where)
        if not self._runs(put, edge, place):
            return
        where.children[edge.name] = put
        put.is_optional = edge.kind == "optional" or place.is_optional
        put.found_by.append((place, edge))
        if manifest.get("deprecated"):
            self._deprecated[f"{package.name} {version}"] = None
        self._queue.put(put)
        self._registry.ahead(tuple(put.edges.values()))
        for peer in put.edges.values():
            if peer.kind == "peer":
                self._settle(put, peer, place)

    def runs_here(self, tool: Place) -> None:
        if not self._registry.machine.runs(tool.manifest):
            self.tell("conflict", tool.package, f"{_of(tool)} is for other systems: {_systems(tool.manifest)}")

    def _runs(self, put: Place, edge: Edge, by: Place) -> bool:
        """Whether a release is for this system; where somebody needs it, npm stops there."""
        if self._registry.machine.runs(put.manifest):
            return True
        if edge.kind == "optional" or by.is_optional:
            self._left_out[f"{_of(put)} ({_systems(put.manifest)})"] = None
            return False
        says = f"{_of(by)} needs {_of(put)}, which is for other systems: {_systems(put.manifest)}"
        self.tell("conflict", put.package, says)
        return True

    def _pick(self, place: Place, edge: Edge, source: Place) -> tuple[Package, str] | None:
        """The package and the version that an edge gets where nothing that is there fits; None where there is none."""
        package = self._package(place, edge)
        if package is None:
            return None
        beside = self._beside(source).get(edge.name, ()) if edge.kind == "peer" else ()
        if beside and (version := package.pick(edge, self._registry.machine, beside)) is not None:
            return package, version
        version = package.pick(edge, self._registry.machine)
        if version is None:
            says = f"{_of(place)} needs {edge.name} {edge.words}, and the registry has no such release"
            self._trouble(place, edge, "missing", says)
            return None
        return package, version

    def _beside(self, source: Place) -> dict[str, list[Edge]]:
        """What a package, and all that it needs, want beside them, by name: npm looks for one that fits them all."""
        if source not in self._wanted_beside:
            found: dict[str, list[Edge]] = {}
            self._wanted_beside[source] = found
            for edge in source.edges.values():
                package = None if edge.elsewhere else self._package(source, edge)
                version = package.pick(edge, self._registry.machine) if package else None
                peers = edges.of(package.manifest(version)) if package and version else ()
                for one in (edge, *(peer for peer in peers if peer.kind == "peer")):
                    found.setdefault(one.name, []).append(one)
        return self._wanted_beside[source]

    def _package(self, place: Place, edge: Edge) -> Package | None:
        self._asked.add(edge.package)
        if len(self._asked) > self._packages:
            raise _Unfit("limit", edge.package, f"it needs more than {self._packages} packages")
        try:
            return self._registry.package(edge.package)
        except NotFound:
            self._trouble(
                place, edge, "missing", f"{_of(place)} needs {edge.package}, and the registry has no such package"
            )
        except LimitPassed as error:
            raise _Unfit("limit", edge.package, error.says) from error
        except (SubjectError, FormatError) as error:
            self.tell("unreachable", edge.package, f"{_of(place)} needs {edge.package}: {error.says}")
        return None

    def _where(self, place: Place, edge: Edge, package: Package, version: str) -> Place | None:
        """The highest place that is free of anything that speaks against it, looked for from below."""
        found = None
        start = place.start(edge) if edge.kind == "peer" else place
        for target in start.up():
            wanted = target.edges.get(edge.name)
            if target.parent is not None and wanted is not None and wanted.kind == "peer":
                continue
            if not self._is_free(target, edge, package, version):
                break
            found = target
        return found

    def _is_free(self, target: Place, edge: Edge, package: Package, version: str) -> bool:
        wanted = target.edges.get(edge.name)
        if wanted is not None and wanted is not edge and not _is_what(wanted, package, version):
            return False
        if edge.name in target.children:
            return False
        above = target.find(edge.name)
        if above is not None:
            for by, asked in above.found_by:
                is_below = any(one is target for one in by.up()) and by.to(asked) is above
                if is_below and by is not target and not _is_what(asked, package, version):
                    return False
        return all(self._peer_fits(target, peer) for peer in edges.of(package.manifest(version)) if peer.kind == "peer")

    def _peer_fits(self, target: Place, peer: Edge) -> bool:
        """Whether what a package wants beside it can be there, where that is put at a target."""
        there = target.children.get(peer.name)
        return there is None or self._fits(there, peer)

    def _fits(self, there: Place, edge: Edge) -> bool:
        if there.package != edge.package:
            return False
        if edge.elsewhere or edge.range is None:
            return not edge.elsewhere
        return there.key is not None and edge.range.holds(there.key)

    def _is_needed(self, there: Place, by: Place, edge: Edge) -> None:
        """Keep who finds a package; what was optional is not, once somebody needs it."""
        there.found_by.append((by, edge))
        if there.is_optional and edge.kind != "optional" and not by.is_optional:
            waiting = [there]
            while waiting:
                place = waiting.pop()
                place.is_optional = False
                children = [(place.to(one), one.kind) for one in place.edges.values()]
                waiting += [child for child, kind in children if child and child.is_optional and kind != "optional"]

    def _brings(self, place: Place, tool: Place) -> None:
        """Packages that lie in the tarball of another, whose versions only that tells."""
        names = edges.bundled(place.manifest)
        if names and place is not tool:
            says = f"{_of(place)} brings packages along in its tarball, which was not read: {', '.join(names[:TOLD])}"
            self.tell("unread", place.package, says)

    def _trouble(self, place: Place, edge: Edge, kind: Trouble, says: str) -> None:
        """What an edge does not find; where it is optional npm goes on without."""
        if edge.kind == "optional" or place.is_optional:
            self._left_out[f"{edge.name} ({says})"] = None
        else:
            self.tell(kind, edge.package, says)

    def tell(self, kind: Trouble, package: str, says: str) -> None:
        self._said[package, says] = Problem(kind, package, says[:500])

    def problems(self, last: _Unfit | None = None) -> tuple[Problem, ...]:
        return (*(self._said[key] for key in sorted(self._said)), *((last.problem,) if last else ()))

    def environment(self) -> dict[str, str]:
        """For what the set is, by which rule, and what is left out or given up by its makers."""
        machine = self._registry.machine
        said = {"node_version": machine.node, "os": machine.os, "cpu": machine.cpu, "libc": machine.libc, "rule": RULE}
        if self._left_out:
            said["left_out"] = _counted(self._left_out, "optional package", "left out")
        if self._deprecated:
            said["deprecated"] = _counted(self._deprecated, "package", "deprecated by the makers")
        return said

    def licences(self, places: Sequence[Place]) -> None:
        """Ask for the licences of releases of which the registry's short answers say none."""
        silent = sorted({(place.package, place.version) for place in places if unlicensed(place.manifest)})
        self._registry.licences_ahead(silent)
        for name, version in silent:
            try:
                self._licences[name, version] = self._registry.licence(name, version)
            except (SubjectError, FormatError) as error:
                self.tell("unreachable", name, f"what {name} {version} says of its licence: {error.says}")

    def need(self, place: Place, way: tuple[str, ...]) -> Need:
        manifest = self._licences.get((place.package, place.version), place.manifest)
        where = self._registry.url(place.package)
        return Need(NODE, place.package, place.version, way, where, *package_json.licence(manifest))


def _counted(of: Iterable[str], noun: str, said: str) -> str:
    """`2 packages deprecated by the makers: a 1.0; b 2.0`, the first of them by name."""
    names = sorted(of)
    more = " …" if len(names) > TOLD else ""
    return f"{plain.counted(len(names), noun)} {said}: {'; '.join(names[:TOLD])[:2_000]}{more}"


def _is_what(edge: Edge, package: Package, version: str) -> bool:
    """Whether a release is what an edge asks for."""
    return edge.package == package.name and not edge.elsewhere and package.fits(version, edge)


def _of(place: Place) -> str:
    return f"{place.package} {place.version}"


def _systems(manifest: dict[str, Any]) -> str:
    stated = (f"{key} {manifest[key]}" for key in ("os", "cpu", "libc") if manifest.get(key))
    return ", ".join(stated)[: edges.TOLD]
