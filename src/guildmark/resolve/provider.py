"""What resolvelib asks of us: which releases fit what is wanted, and what each of them needs."""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from guildmark.errors import ContentsError, FormatError, LimitPassed, NotFound, Unreachable
from guildmark.metadata import Metadata
from guildmark.resolve.asking import Bounds
from guildmark.resolve.index import Index, Release
from guildmark.resolve.needs import Problem, Trouble

AHEAD = 16
"""So many releases are asked side by side once the newest of a project did not fit."""
TOLD = 200
NEVER = "\0"
"""Before the name of what no release can satisfy: a release that needs it can never be had."""

Key = tuple[str, frozenset[str]]


class Wanted(NamedTuple):
    """A requirement, with the name and the extras of what it asks for in their one spelling."""

    name: str
    extras: frozenset[str]
    specifier: SpecifierSet
    words: str


class Candidate(NamedTuple):
    release: Release
    extras: frozenset[str]


class Unfit(Exception):
    """The search ended without a set."""

    def __init__(self, kind: Trouble, package: str, says: str) -> None:
        super().__init__(says)
        self.problem = Problem(kind, package, says)


class _Fitting(NamedTuple):
    """The releases of a project that fit what is wanted, and of them those that are no pre-releases."""

    every: tuple[Release, ...]
    final: tuple[Release, ...]


class _Spelt:
    """A specifier, with what is asked of it over and over."""

    def __init__(self, specifier: SpecifierSet) -> None:
        self.specifier = specifier
        self.asks_early = bool(specifier.prereleases)
        self.operators = frozenset(part.operator for part in specifier)
        self.is_exact = any(part.operator in ("==", "===") and "*" not in part.version for part in specifier)


class Provider:
    """Answers for one search; its methods are those of resolvelib's `AbstractProvider`, which an extra brings."""

    def __init__(self, index: Index, bounds: Bounds) -> None:
        self._index = index
        self._packages = bounds.packages
        self._asked: set[str] = set()
        self._begun: set[str] = set()
        self._said: dict[tuple[str, str], Problem] = {}
        self._read: dict[tuple[str, frozenset[str]], Wanted | str | None] = {}
        self._needed: dict[tuple[str, str, frozenset[str]], list[Wanted]] = {}
        self._satisfied: dict[tuple[_Spelt, Version], bool] = {}
        self._spellings: dict[int, tuple[SpecifierSet, _Spelt]] = {}
        self._specifiers: dict[str, _Spelt] = {}
        self._let_in: dict[tuple[str, _Spelt], tuple[bool, ...]] = {}
        self._known: dict[tuple[str, frozenset[_Spelt]], _Fitting] = {}

    def problems(self) -> tuple[Problem, ...]:
        return tuple(self._said[key] for key in sorted(self._said))

    def identify(self, requirement_or_candidate: Any) -> Key:
        one = requirement_or_candidate
        return (one.release.name if isinstance(one, Candidate) else one.name), one.extras

    def narrow_requirement_selection(self, identifiers: Iterable[Key], *_: Any, **__: Any) -> Iterable[Key]:
        return identifiers

    def get_preference(
        self, identifier: Key, resolutions: Any, candidates: Any, information: Any, backtrack_causes: Any
    ) -> Any:
        """What leaves the least choice first, as pip has it; what the last dead end was about before all."""
        causes = {cause.requirement.name for cause in backtrack_causes}
        causes |= {cause.parent.release.name for cause in backtrack_causes if cause.parent is not None}
        asked = list(information[identifier])
        operators = frozenset().union(*(self._spelt(one.requirement.specifier).operators for one in asked))
        return (
            identifier[0] not in causes,
            all(one.parent is not None for one in asked),
            not operators & {"==", "==="},
            not operators & {"<", "<=", "~="},
            not operators,
            identifier[0],
            sorted(identifier[1]),
        )

    def find_matches(self, identifier: Key, requirements: Any, incompatibilities: Any) -> list[Candidate]:
        name, extras = identifier
        wanted: list[Wanted] = list(requirements[identifier])
        barred = {candidate.release.version for candidate in incompatibilities[identifier]}
        known = self._fitting(name, wanted)
        fitting, final = ([one for one in each if one.version not in barred] for each in known) if barred else known
        early = any(self._spelt(one.specifier).asks_early for one in wanted)
        chosen = fitting if early else final or fitting
        if barred:
            self._index.ahead(chosen[:AHEAD])
        return [Candidate(one, extras) for one in chosen]

    def is_satisfied_by(self, requirement: Wanted, candidate: Candidate) -> bool:
        key = (self._spelt(requirement.specifier), candidate.release.version)
        if key not in self._satisfied:
            self._satisfied[key] = requirement.specifier.contains(candidate.release.version, prereleases=True)
        return self._satisfied[key]

    def get_dependencies(self, candidate: Candidate) -> list[Wanted]:
        """What a candidate needs; a search that turns back comes by the same ones again and again."""
        key = (candidate.release.name, candidate.release.file.url, candidate.extras)
        if key not in self._needed:
            self._needed[key] = self._of_candidate(candidate)
        return self._needed[key]

    def _of_candidate(self, candidate: Candidate) -> list[Wanted]:
        release, extras = candidate
        own = [Wanted(release.name, frozenset(), SpecifierSet(f"=={release.version}"), release.name)] if extras else []
        data = self.metadata(release)
        if data is None:
            if release.is_wheel is False:
                self._tell("unread", release.name, f"{release.name} {release.version} has no wheel for this machine")
            return own
        wanted = [*own, *self.wanted(release.name, data.requires_dist, extras)]
        self.ahead(wanted)
        for one in wanted:
            if not self._fitting(one.name, [one]).every:
                # The release can never be had; said of the package that is wanting, it would blame all who want it.
                return [one._replace(name=f"{NEVER}{release.name} {release.version}", extras=frozenset())]
        return wanted

    def ahead(self, wanted: Iterable[Wanted]) -> None:
        """Ask already for what is wanted, for what that wants, and so on."""
        for one in wanted:
            if one.name not in self._begun and len(self._begun) < self._packages:
                self._begun.add(one.name)
                self._index.soon(one.name, partial(_fits_alone, one), partial(self._further, one))

    def _further(self, one: Wanted, data: Metadata) -> None:
        self.ahead(self.wanted(one.name, data.requires_dist, one.extras))

    def metadata(self, release: Release) -> Metadata | None:
        try:
            return self._index.metadata(release)
        except LimitPassed as error:
            raise Unfit("limit", release.name, error.says) from error
        except Unreachable as error:
            raise Unfit("unreachable", release.name, error.says) from error
        except (NotFound, FormatError, ContentsError) as error:
            self._tell("unread", release.name, f"{release.name} {release.version}: {error.says}")
            return None

    def wanted(self, of: str, requires: Iterable[str], extras: frozenset[str]) -> Iterator[Wanted]:
        """What metadata ask for in this environment, with these extras."""
        for words in requires:
            if (words, extras) not in self._read:
                self._read[words, extras] = self._of_words(words, extras)
            said = self._read[words, extras]
            if isinstance(said, str):
                self._tell("unread", of, f"{of} {said}"[:500])
            elif said is not None:
                yield said

    def _of_words(self, words: str, extras: frozenset[str]) -> Wanted | str | None:
        """What one requirement asks for, which a search puts many times; None where it does not apply, or why not."""
        try:
            requirement = Requirement(words)
            applies = requirement.marker is None or any(
                requirement.marker.evaluate(dict(self._index.environment.markers(extra))) for extra in extras or {""}
            )
        except (InvalidRequirement, ValueError, KeyError) as error:
            return f"asks for {words[:TOLD]!r}, which is no requirement: {error}"
        if not applies:
            return None
        if requirement.url:
            return f"takes {requirement.name} from an address: {requirement.url[:TOLD]}"
        named = frozenset(canonicalize_name(extra) for extra in requirement.extras)
        name = canonicalize_name(requirement.name)
        return Wanted(name, named, requirement.specifier, f"{requirement.name}{requirement.specifier}")

    def _fitting(self, name: str, wanted: Iterable[Wanted]) -> _Fitting:
        """The releases within every specifier; a yanked one only where it is named exactly (PEP 592)."""
        said = frozenset(self._spelt(one.specifier) for one in wanted)
        every = self._of(name)
        if (name, said) not in self._known:
            exact = any(each.is_exact for each in said)
            fits = tuple(
                one
                for one, *within in zip(every, *(self._within(name, each, every) for each in said), strict=True)
                if all(within) and (one.yanked is None or exact)
            )
            self._known[name, said] = _Fitting(fits, tuple(one for one in fits if not one.version.is_prerelease))
        return self._known[name, said]

    def _within(self, name: str, said: _Spelt, every: Sequence[Release]) -> tuple[bool, ...]:
        """For each release of a project whether a specifier lets it in."""
        if (name, said) not in self._let_in:
            found = tuple(said.specifier.contains(one.version, prereleases=True) for one in every)
            self._let_in[name, said] = found
        return self._let_in[name, said]

    def _spelt(self, specifier: SpecifierSet) -> _Spelt:
        """A specifier by its words; those of the same words are one."""
        if id(specifier) not in self._spellings:
            words = str(specifier)
            spelt = self._specifiers.setdefault(words, _Spelt(specifier))
            self._spellings[id(specifier)] = (specifier, spelt)  # it is kept, so that its number stays its own
        return self._spellings[id(specifier)][1]

    def exists(self, name: str) -> bool:
        return bool(self._of(name))

    def _of(self, name: str) -> Sequence[Release]:
        if name.startswith(NEVER):
            return ()
        self._asked.add(name)
        if len(self._asked) > self._packages:
            raise Unfit("limit", name, f"it needs more than {self._packages} packages")
        try:
            return self._index.releases(name)
        except NotFound:
            return ()
        except LimitPassed as error:
            raise Unfit("limit", name, error.says) from error
        except (Unreachable, FormatError, ContentsError) as error:
            raise Unfit("unreachable", name, error.says) from error

    def _tell(self, kind: Trouble, package: str, says: str) -> None:
        self._said[package, says] = Problem(kind, package, says)


def _fits_alone(one: Wanted, release: Release) -> bool:
    if not one.specifier.contains(release.version, prereleases=True):
        return False
    return (release.yanked is None or _Spelt(one.specifier).is_exact) and (
        not release.version.is_prerelease or _asks_early([one])
    )


def _asks_early(wanted: Iterable[Wanted]) -> bool:
    """Whether a specifier names a pre-release, and so lets them in."""
    return any(one.specifier.prereleases for one in wanted)
