"""The search for versions that fit together, by resolvelib (the library that pip uses for it)."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from guildmark.errors import ContentsError, FormatError, LimitPassed, NotFound, Unreachable
from guildmark.metadata import Metadata
from guildmark.resolve.index import Bounds, Index, Release
from guildmark.resolve.needs import PYTHON, Need, Needs, Problem, Trouble

if TYPE_CHECKING:
    from resolvelib.structs import DirectedGraph

ROUNDS = 5_000
AHEAD = 16
"""So many releases are asked side by side once the newest of a project did not fit."""
TOLD = 200
MISSING = "resolving needs a package more: pip install 'guildmark[tools]'"

_NEVER = "\0"

Key = tuple[str, frozenset[str]]


class Root(NamedTuple):
    """The release whose needs are asked for, and what its metadata say of them."""

    name: str
    version: str
    requires: tuple[str, ...]
    extras: frozenset[str] = frozenset()


class _Wanted(NamedTuple):
    """A requirement, with the name and the extras of what it asks for in their one spelling."""

    name: str
    extras: frozenset[str]
    specifier: SpecifierSet
    words: str


class _Candidate(NamedTuple):
    release: Release
    extras: frozenset[str]


class _Unfit(Exception):
    """The search ended without a set."""

    def __init__(self, kind: Trouble, package: str, says: str) -> None:
        super().__init__(says)
        self.problem = Problem(kind, package, says)


def resolve(root: Root, index: Index, bounds: Bounds = Bounds()) -> Needs:  # noqa: B008
    """The set at the newest allowed versions; what stands in its way is among the problems, and nothing is raised."""
    environment = {key: value for key, value in index.environment.markers().items() if value}
    of = f"{root.name}=={root.version}"
    try:
        import resolvelib  # an extra
    except ImportError:
        return Needs(of, "none", environment, (), (Problem("unread", root.name, MISSING),))
    provider = _provider(resolvelib)(index, bounds)
    wanted = list(provider.wanted(root.name, root.requires, root.extras))
    provider.ahead(wanted)
    try:
        found = resolvelib.Resolver(provider, resolvelib.BaseReporter()).resolve(wanted, max_rounds=ROUNDS)
    except resolvelib.ResolutionImpossible as error:
        return Needs(of, "resolved", environment, (), (*provider.problems(), _conflict(error.causes, provider)))
    except resolvelib.ResolutionTooDeep:
        problem = Problem("limit", root.name, f"no set was found in {ROUNDS} rounds")
        return Needs(of, "resolved", environment, (), (*provider.problems(), problem))
    except _Unfit as error:
        return Needs(of, "resolved", environment, (), (*provider.problems(), error.problem))
    packages = tuple(_needs(root, found.mapping, found.graph, provider, index.url))
    names = {need.name for need in packages}
    problems = [problem for problem in provider.problems() if problem.package in names or problem.package == root.name]
    return Needs(of, "resolved", environment, packages, (*problems, *_cycles(found.graph)))


def _needs(
    root: Root, mapping: Mapping[Key, _Candidate], graph: "DirectedGraph[Key | None]", provider: Any, where: str
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


def _conflict(causes: Iterable[Any], provider: Any) -> Problem:
    """What cannot be had together, in one sentence."""
    asked = sorted(
        {(cause.requirement, _asker(cause.parent)) for cause in causes}, key=lambda one: (one[0].words, one[1])
    )
    name = asked[0][0].name.removeprefix(_NEVER).partition(" ")[0] if asked else ""
    said = ", ".join(f"{by or 'the release itself'} wants {wanted.words}" for wanted, by in asked[:6])
    if len({wanted.name for wanted, _ in asked}) == 1 and not provider.exists(asked[0][0].name):
        return Problem("missing", name, f"the index has nothing for this machine that would do: {said}")
    return Problem("conflict", name, f"no versions fit together: {said}")


def _asker(parent: _Candidate | None) -> str:
    return f"{parent.release.name} {parent.release.version}" if parent is not None else ""


def _provider(resolvelib: Any) -> Any:
    """The class that answers resolvelib's questions; made once its package is here."""

    class Provider(resolvelib.AbstractProvider):  # type: ignore[misc]
        def __init__(self, index: Index, bounds: Bounds) -> None:
            self._index = index
            self._packages = bounds.packages
            self._asked: set[str] = set()
            self._begun: set[str] = set()
            self._said: dict[tuple[str, str], Problem] = {}

        def problems(self) -> tuple[Problem, ...]:
            return tuple(self._said[key] for key in sorted(self._said))

        def identify(self, requirement_or_candidate: Any) -> Key:
            one = requirement_or_candidate
            return (one.release.name if isinstance(one, _Candidate) else one.name), one.extras

        def get_preference(
            self, identifier: Key, resolutions: Any, candidates: Any, information: Any, backtrack_causes: Any
        ) -> Any:
            """What leaves the least choice first, as pip has it; what the last dead end was about before all."""
            causes = {cause.requirement.name for cause in backtrack_causes}
            causes |= {cause.parent.release.name for cause in backtrack_causes if cause.parent is not None}
            asked = list(information[identifier])
            operators = {part.operator for one in asked for part in one.requirement.specifier}
            return (
                identifier[0] not in causes,
                all(one.parent is not None for one in asked),
                not operators & {"==", "==="},
                not operators & {"<", "<=", "~="},
                not operators,
                identifier[0],
                sorted(identifier[1]),
            )

        def find_matches(self, identifier: Key, requirements: Any, incompatibilities: Any) -> list[_Candidate]:
            name, extras = identifier
            wanted: list[_Wanted] = list(requirements[identifier])
            barred = {candidate.release.version for candidate in incompatibilities[identifier]}
            fitting = [one for one in self._of(name) if one.version not in barred and _fits(one, wanted)]
            final = [one for one in fitting if not one.version.is_prerelease]
            chosen = fitting if _asks_early(wanted) else final or fitting
            if barred:
                self._index.ahead(chosen[:AHEAD])
            return [_Candidate(one, extras) for one in chosen]

        def is_satisfied_by(self, requirement: _Wanted, candidate: _Candidate) -> bool:
            return requirement.specifier.contains(candidate.release.version, prereleases=True)

        def get_dependencies(self, candidate: _Candidate) -> list[_Wanted]:
            release, extras = candidate
            own = (
                [_Wanted(release.name, frozenset(), SpecifierSet(f"=={release.version}"), release.name)]
                if extras
                else []
            )
            data = self.metadata(release)
            if data is None:
                if release.is_wheel is False:
                    self._tell(
                        "unread", release.name, f"{release.name} {release.version} has no wheel for this machine"
                    )
                return own
            wanted = [*own, *self.wanted(release.name, data.requires_dist, extras)]
            self.ahead(wanted)
            for one in wanted:
                if not any(_fits(other, [one]) for other in self._of(one.name)):
                    # The release can never be had; said of the package that is wanting, it would blame all who want it.
                    return [one._replace(name=f"{_NEVER}{release.name} {release.version}", extras=frozenset())]
            return wanted

        def ahead(self, wanted: Iterable[_Wanted]) -> None:
            """Ask already for what is wanted, for what that wants, and so on."""
            for one in wanted:
                if one.name not in self._begun and len(self._begun) < self._packages:
                    self._begun.add(one.name)
                    self._index.soon(one.name, partial(_fits_alone, one), partial(self._further, one))

        def _further(self, one: _Wanted, data: Metadata) -> None:
            self.ahead(self.wanted(one.name, data.requires_dist, one.extras))

        def metadata(self, release: Release) -> Metadata | None:
            try:
                return self._index.metadata(release)
            except LimitPassed as error:
                raise _Unfit("limit", release.name, error.says) from error
            except Unreachable as error:
                raise _Unfit("unreachable", release.name, error.says) from error
            except (NotFound, FormatError, ContentsError) as error:
                self._tell("unread", release.name, f"{release.name} {release.version}: {error.says}")
                return None

        def wanted(self, of: str, requires: Iterable[str], extras: frozenset[str]) -> Iterator[_Wanted]:
            """What metadata ask for in this environment, with these extras."""
            for words in requires:
                try:
                    requirement = Requirement(words)
                    applies = requirement.marker is None or any(
                        requirement.marker.evaluate(dict(self._index.environment.markers(extra)))
                        for extra in extras or {""}
                    )
                except (InvalidRequirement, ValueError, KeyError) as error:
                    self._tell("unread", of, f"{of} asks for {words[:TOLD]!r}, which is no requirement: {error}"[:500])
                    continue
                if not applies:
                    continue
                if requirement.url:
                    self._tell("unread", of, f"{of} takes {requirement.name} from an address: {requirement.url[:TOLD]}")
                    continue
                named = frozenset(canonicalize_name(extra) for extra in requirement.extras)
                name = canonicalize_name(requirement.name)
                yield _Wanted(name, named, requirement.specifier, f"{requirement.name}{requirement.specifier}")

        def exists(self, name: str) -> bool:
            return bool(self._of(name))

        def _of(self, name: str) -> Sequence[Release]:
            if name.startswith(_NEVER):
                return ()
            self._asked.add(name)
            if len(self._asked) > self._packages:
                raise _Unfit("limit", name, f"it needs more than {self._packages} packages")
            try:
                return self._index.releases(name)
            except NotFound:
                return ()
            except LimitPassed as error:
                raise _Unfit("limit", name, error.says) from error
            except (Unreachable, FormatError, ContentsError) as error:
                raise _Unfit("unreachable", name, error.says) from error

        def _tell(self, kind: Trouble, package: str, says: str) -> None:
            self._said[package, says] = Problem(kind, package, says)

    return Provider


def _fits(release: Release, wanted: Iterable[_Wanted]) -> bool:
    """Whether a release is within every specifier; a yanked one only where it is named exactly (PEP 592)."""
    exact = release.yanked is None
    for one in wanted:
        if not one.specifier.contains(release.version, prereleases=True):
            return False
        exact = exact or any(part.operator in ("==", "===") and "*" not in part.version for part in one.specifier)
    return exact


def _fits_alone(one: _Wanted, release: Release) -> bool:
    return _fits(release, [one]) and (not release.version.is_prerelease or _asks_early([one]))


def _asks_early(wanted: Iterable[_Wanted]) -> bool:
    """Whether a specifier names a pre-release, and so lets them in."""
    return any(one.specifier.prereleases for one in wanted)
