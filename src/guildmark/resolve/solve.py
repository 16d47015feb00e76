"""The search for versions that fit together, by resolvelib (the library that pip uses for it)."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from packaging.utils import canonicalize_name

from guildmark.errors import FormatError
from guildmark.metadata import Metadata
from guildmark.resolve.asking import Bounds
from guildmark.resolve.index import Index
from guildmark.resolve.needs import PYTHON, Need, Needs, Problem
from guildmark.resolve.provider import NEVER, TOLD, Candidate, Key, Provider, Unfit

if TYPE_CHECKING:
    from resolvelib.structs import DirectedGraph

ROUNDS = 5_000
MISSING = "resolving needs a package more: pip install 'guildmark[tools]'"


class Root(NamedTuple):
    """The release whose needs are asked for, and what its metadata say of them."""

    name: str
    version: str
    requires: tuple[str, ...]
    extras: frozenset[str] = frozenset()


def resolve(root: Root, index: Index, bounds: Bounds = Bounds()) -> Needs:  # noqa: B008
    """The set at the newest allowed versions; what stands in its way is among the problems, and nothing is raised."""
    environment = {key: value for key, value in index.environment.markers().items() if value}
    of = f"{root.name}=={root.version}"
    try:
        import resolvelib  # an extra
    except ImportError:
        return Needs(of, "none", environment, (), (Problem("unread", root.name, MISSING),))
    provider = Provider(index, bounds)
    wanted = list(provider.wanted(root.name, root.requires, root.extras))
    provider.ahead(wanted)
    try:
        search: Any = resolvelib.Resolver(cast(Any, provider), resolvelib.BaseReporter())
        found = search.resolve(wanted, max_rounds=ROUNDS)
    except resolvelib.ResolutionImpossible as error:
        return Needs(of, "resolved", environment, (), (*provider.problems(), _conflict(error.causes, provider)))
    except resolvelib.ResolutionTooDeep:
        problem = Problem("limit", root.name, f"no set was found in {ROUNDS} rounds")
        return Needs(of, "resolved", environment, (), (*provider.problems(), problem))
    except Unfit as error:
        return Needs(of, "resolved", environment, (), (*provider.problems(), error.problem))
    packages = tuple(_needs(root, found.mapping, found.graph, provider, index.url))
    names = {need.name for need in packages}
    problems = [problem for problem in provider.problems() if problem.package in names or problem.package == root.name]
    return Needs(of, "resolved", environment, packages, (*problems, *_cycles(found.graph)))


def _needs(
    root: Root, mapping: Mapping[Key, Candidate], graph: "DirectedGraph[Key | None]", provider: Provider, where: str
) -> Iterator[Need]:
    ways = _ways(root.name, graph)
    for key in sorted(mapping, key=lambda key: (key[0], sorted(key[1]))):
        if key[1]:
            continue  # an extra is no package of its own
        release = mapping[key].release
        data = provider.metadata(release)
        yield Need(
            PYTHON,
            release.name,
            str(release.version),
            ways.get(release.name, ()),
            where,
            data.license_expression if data else "",
            _licences(data) if data else (),
            (release.file.sha256,) if release.file.sha256 else (),
            release.yanked,
        )


def installed(data: Metadata, where: str) -> Need:
    """A package as the metadata that were installed with it tell; raises FormatError where they name none."""
    if not data.name or not data.version:
        raise FormatError("the metadata name no package and version")
    return Need(PYTHON, canonicalize_name(data.name), data.version, (), where, data.license_expression, _licences(data))


def _licences(data: Metadata) -> tuple[str, ...]:
    """What stands for a licence where no expression does: trove classifiers, and a field that is a name, no text."""
    named = [one for one in data.classifiers if one.startswith("License ::") and one != "License :: OSI Approved"]
    free = data.license.strip()
    if free and "\n" not in free and len(free) <= TOLD and free.upper() != "UNKNOWN":
        named.append(free)
    return tuple(dict.fromkeys(named))


def _ways(root: str, graph: "DirectedGraph[Key | None]") -> dict[str, tuple[str, ...]]:
    """A shortest way to each package, as names; the first by name where there are several."""
    ways: dict[str, tuple[str, ...]] = {}
    seen: set[Key | None] = {None}
    waiting: deque[tuple[Key | None, tuple[str, ...]]] = deque([(None, (root,))])
    while waiting:
        key, way = waiting.popleft()
        children = [child for child in graph.iter_children(key) if child is not None and child not in seen]
        for child in sorted(children, key=lambda child: (child[0], sorted(child[1]))):
            seen.add(child)
            ways.setdefault(child[0], way)
            waiting.append((child, way if way[-1] == child[0] else (*way, child[0])))
    return ways


def _cycles(graph: "DirectedGraph[Key | None]") -> Iterator[Problem]:
    """Packages that need themselves, one cycle each at most told; a package and its own extras are none."""
    children: dict[str, set[str]] = {}
    for key in graph:
        if key is not None:
            named = {child[0] for child in graph.iter_children(key) if child is not None}
            children.setdefault(key[0], set()).update(named - {key[0]})
    done: set[str] = set()
    for start in sorted(children):
        if start in done:
            continue
        way = _way_back(start, children)
        if way:
            done.update(way)
            yield Problem("cycle", start, " needs ".join((*way, start)))


def _way_back(start: str, children: dict[str, set[str]]) -> tuple[str, ...]:
    """The shortest way from a package to itself; empty where there is none."""
    waiting: deque[tuple[str, ...]] = deque([(start,)])
    seen: set[str] = set()
    while waiting:
        way = waiting.popleft()
        for child in sorted(children.get(way[-1], ())):
            if child == start:
                return way
            if child not in seen:
                seen.add(child)
                waiting.append((*way, child))
    return ()


def _conflict(causes: Iterable[Any], provider: Provider) -> Problem:
    """What cannot be had together, in one sentence."""
    asked = sorted(
        {(cause.requirement, _asker(cause.parent)) for cause in causes}, key=lambda one: (one[0].words, one[1])
    )
    name = asked[0][0].name.removeprefix(NEVER).partition(" ")[0] if asked else ""
    said = ", ".join(f"{by or 'the release itself'} wants {wanted.words}" for wanted, by in asked[:6])
    if len({wanted.name for wanted, _ in asked}) == 1 and not provider.exists(asked[0][0].name):
        return Problem("missing", name, f"the index has nothing for this machine that would do: {said}")
    return Problem("conflict", name, f"no versions fit together: {said}")


def _asker(parent: Candidate | None) -> str:
    return f"{parent.release.name} {parent.release.version}" if parent is not None else ""
