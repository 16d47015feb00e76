"""Whether a version is one that an advisory is about: OSV's rule, with each ecosystem's own order of versions."""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any, Literal, NamedTuple

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from guildmark import late, semver
from guildmark.advisories.osv import Advisory, Affected, Event, Range

PYTHON, NODE = "PyPI", "npm"
ORDERED = ("ECOSYSTEM", "SEMVER")

Answer = Literal["yes", "no", "unclear"]

_SHORT = late.compile(r"\d{1,18}(?:\.\d{1,18})?")
_FIRST = late.compile(r"v?\d{1,9}(?:\.\d{1,9}){0,9}")


class Match(NamedTuple):
    """An advisory that is about a version, or of which nobody can say whether it is (`unclear`)."""

    advisory: Advisory
    affected: Affected
    answer: Answer


class _Point(NamedTuple):
    """A version that an event names. `exact` is False where only its first numbers could be read."""

    key: Any
    exact: bool
    local: bool


def of_name(ecosystem: str, name: str) -> str:
    """The one spelling of a package's name (for Python: PEP 503)."""
    return canonicalize_name(name) if ecosystem == PYTHON else name


def affects(advisory: Advisory, ecosystem: str, name: str, version: str) -> Match | None:
    """What the advisory says of a version; None where it is about others, or withdrawn."""
    if advisory.withdrawn is not None:
        return None
    unclear: Match | None = None
    for one in about(advisory, ecosystem, name):
        answer = _answer(one, ecosystem, version)
        if answer == "yes":
            return Match(advisory, one, answer)
        if answer == "unclear" and unclear is None:
            unclear = Match(advisory, one, answer)
    return unclear


def about(advisory: Advisory, ecosystem: str, name: str) -> Iterator[Affected]:
    """The parts of an advisory that name this package."""
    wanted = of_name(ecosystem, name)
    for one in advisory.affected:
        package = one.package
        if package is None or package.ecosystem.partition(":")[0] != ecosystem:
            continue
        if of_name(ecosystem, package.name) == wanted:
            yield one


def fixes(match: Match, ecosystem: str, version: str) -> tuple[str, ...]:
    """The versions that mend it and are newer, the next one first."""
    point = _reader(ecosystem)
    here = point(version)
    said = {event.fixed for span in _ordered(match.affected.ranges) for event in span.events if event.fixed}
    points = sorted((read.key, fixed) for fixed in said if (read := point(fixed)) is not None)
    return tuple(fixed for key, fixed in points if here is None or key > here.key)


def ranges_in_words(one: Affected) -> str:
    """`>=1.0,<1.2 or >=2.0,<2.1`; the first of the listed versions where there is no range."""
    said = [words for span in _ordered(one.ranges) for words in _spans(span.events)]
    if said:
        return " or ".join(said[:12]) + (" or more" if len(said) > 12 else "")
    if not one.versions:
        return "versions that it does not name"
    return ", ".join(one.versions[:5]) + (f" and {len(one.versions) - 5} more" if len(one.versions) > 5 else "")


def _spans(events: Iterable[Event]) -> Iterator[str]:
    opened = ""
    for event in events:
        if event.introduced is not None:
            if opened:
                yield opened
            opened = "all" if event.introduced == "0" else f">={event.introduced}"
        elif event.fixed is not None or event.last_affected is not None:
            end = f"<{event.fixed}" if event.fixed is not None else f"<={event.last_affected}"
            yield end if opened in ("", "all") else f"{opened},{end}"
            opened = ""
    if opened:
        yield opened


def _ordered(ranges: Iterable[Range]) -> Iterator[Range]:
    return (span for span in ranges if span.type in ORDERED)


def _answer(one: Affected, ecosystem: str, version: str) -> Answer:
    """OSV's evaluation: among the listed versions, or within a range that is not closed before it."""
    point = _reader(ecosystem)
    here = point(version)
    spelled = {version, *(_spellings(here) if here is not None and here.exact else ())}
    for listed in one.versions:
        if listed in spelled or (here is not None and _same(point(listed), here)):
            return "yes"
    spans = list(_ordered(one.ranges))
    if not spans:
        return "no" if one.versions else "unclear"
    if here is None or not here.exact:
        return "unclear"
    answers = [_within(span, here, point) for span in spans]
    return "yes" if "yes" in answers else "unclear" if "unclear" in answers else "no"


def _spellings(here: _Point) -> tuple[str, ...]:
    return (str(here.key), str(here.key.public)) if isinstance(here.key, Version) else ()


def _same(listed: _Point | None, here: _Point) -> bool:
    if listed is None or not listed.exact:
        return False
    return bool(listed.key == (here.key if listed.local else _public(here.key)))


def _within(span: Range, here: _Point, point: Callable[[str], _Point | None]) -> Answer:
    """Whether the range is open at a version: its events in their order, the last that is not behind it counts.

    A local version stands for the release that it was built of, unless an event names one too."""
    limits = [event.limit for event in span.events if event.limit is not None]
    if limits and "*" not in limits and not any(_before(here, point(limit)) for limit in limits):
        return "no"
    answer: Answer = "yes" if any(event.introduced == "0" for event in span.events) else "no"
    steps: list[tuple[_Point, Event]] = []
    for event in span.events:
        if event.limit is None and event.introduced != "0":
            read = point(event.introduced or event.fixed or event.last_affected or "")
            if read is None:
                return "unclear"
            steps.append((read, event))
    steps.sort(key=lambda step: (step[0].key, _turn(step[1])))
    for read, event in steps:
        answer = _after(answer, read, event, _seen(here, read))
    return answer


def _turn(event: Event) -> int:
    """Which of two events at one version comes first: what closes a range, what opens one, what closes it behind."""
    return 0 if event.fixed is not None else 1 if event.introduced is not None else 2


def _after(before: Answer, read: _Point, event: Event, seen: Any) -> Answer:
    """The answer once an event is taken into account."""
    if event.introduced is not None:
        return "yes" if seen >= read.key else before
    if event.last_affected is not None:
        return "no" if seen > read.key else before
    if seen < read.key or before == "no":
        return before
    return "no" if read.exact or seen > read.key else "unclear"


def _before(here: _Point, limit: _Point | None) -> bool:
    return limit is None or bool(_seen(here, limit) < limit.key)


def _seen(here: _Point, event: _Point) -> Any:
    return here.key if event.local else _public(here.key)


def _public(key: Any) -> Any:
    return _pep_440(key.public) if isinstance(key, Version) and key.local else key


def _reader(ecosystem: str) -> Callable[[str], _Point | None]:
    return _python_point if ecosystem == PYTHON else _semantic_point


@cache
def _pep_440(words: str) -> Version:
    return Version(words)


@cache
def _python_point(words: str) -> _Point | None:
    """PEP 440; of what is no such version the numbers that it begins with (`2.6.0-NA`: 2.6.0)."""
    try:
        version = _pep_440(words)
    except InvalidVersion:
        first = _FIRST.match(words)
        return _Point(_pep_440(first[0]), False, False) if first and "." in first[0] else None
    return _Point(version, True, version.local is not None)


@cache
def _semantic_point(words: str) -> _Point | None:
    """A semantic version; advisories write `1` and `1.2` too, for 1.0.0 and 1.2.0."""
    short = _SHORT.fullmatch(words.strip())
    found = semver.key(short[0] + ".0" * (2 - short[0].count(".")) if short else words)
    return _Point(found, True, False) if found else None
