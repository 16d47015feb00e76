"""Who ships a tool ships what it needs: the terms of all of it must be met together, or it may not be shipped."""

from collections.abc import Iterator
from itertools import combinations, combinations_with_replacement, islice, product
from typing import TYPE_CHECKING, NamedTuple

from guildmark import needed, obligations, papers
from guildmark.check import check, failed, passed, unknown
from guildmark.records import Evidence, Finding
from guildmark.subject import Subject

if TYPE_CHECKING:
    from guildmark.needed import Known
    from guildmark.obligations import Family
    from guildmark.resolve import Need

DIFFERENT = 500
"""So many different licences are held against each other."""
TOLD = 30
"""So many packages whose licence is not known are named."""
MOST = 1_000
"""So many pairs that cannot be shipped as one are told."""


class _Part(NamedTuple):
    """Something that is shipped, the words of its licence, the least that it asks, and where it is said."""

    name: str
    licence: str
    family: "Family"
    way: str
    seen: Evidence


@check(
    applies_to="tool",
    remedy="Replace the dependency, make it an extra that users choose, ask its maker for another licence, or put the"
    " tool under a licence with which all of them can be met.",
    bears_on="ship",
)
def licences_compatible(subject: Subject) -> Iterator[Finding]:
    """Can the licences of the tool and of all that it needs be met together, when they are shipped as one?"""
    found = needed.known(subject)
    own = list(_own(subject))
    if not own:
        yield unknown("which licence the tool itself is under is not declared, or not known")
    if found is None:
        yield unknown(needed.UNASKED)
        return
    parts = [_part(need, found) for need in found.needs.packages]
    bad = list(_clashes(own, [part for part in parts if part]))
    yield from bad
    questions = [*_open_questions(found, parts), *needed.gaps(found)]
    yield from questions
    if not bad and not questions and own:
        count = len(found.needs.packages)
        with_it = f" and those of {count} packages that it needs" if count else ""
        weak = sorted(part.name for part in parts if part and part.family == "weak")
        besides = f"; of {', '.join(weak[:5])} changes to their own files must be given on" if weak else ""
        yield passed(f"its licence ({own[0].licence}){with_it} can be met together{besides}", own[0].seen)


def _own(subject: Subject) -> Iterator[_Part]:
    """The tool itself, by each licence that its papers declare; a text and a tag that say the same count once."""
    said: set[str] = set()
    for one in papers.declared_licences(subject):
        choices = obligations.choices(one.value)
        if choices and one.value not in said:
            said.add(one.value)
            least = min((obligations.family(ids) for ids in choices), key=_WEIGHT.__getitem__)
            yield _Part("the tool", one.value, least, "", one.evidence())


_WEIGHT: "dict[Family, int]" = {
    "permissive": 0,
    "weak": 1,
    "strong": 2,
    "network": 3,
    "unknown": 4,
    "closed": 5,
}


def _part(need: "Need", found: "Known") -> _Part | None:
    """A package with its licence; None where none is stated that is known."""
    words = [need.licence] if need.licence else list(need.licences)
    read = [(one, obligations.choices(one)) for one in words]
    known = [(one, [obligations.family(ids) for ids in choices]) for one, choices in read if choices]
    if not known:
        return None
    # classifiers and a field say the same in other words, or offer a choice: what asks least stands for all
    best = min(known, key=lambda one: min(map(_WEIGHT.__getitem__, one[1])))
    least = min(best[1], key=_WEIGHT.__getitem__)
    return _Part(f"{need.name} {need.version}", best[0], least, needed.way(need), found.seen(need.name, best[0]))


def _clashes(own: list[_Part], parts: list[_Part]) -> Iterator[Finding]:
    tool = own[0] if own else None
    for part in parts:
        if part.family == "closed":
            yield failed(
                f"{part.name} is under {part.licence}, which does not let everybody ship it{part.way}", part.seen
            )
        elif tool is not None and part.family in ("strong", "network") and tool.family in ("permissive", "weak"):
            whole = f"the tool says {tool.licence}, and shipped with {part.name} all of it is under {part.licence}"
            yield failed(f"{whole}{part.way}", part.seen, tool.seen)
    for one, other, why in _pairs([*own[:1], *parts]):
        says = f"{one.name} ({one.licence}) and {other.name} ({other.licence}) cannot be shipped as one: {why}"
        yield failed(f"{says}{one.way or other.way}", one.seen, other.seen)


def _pairs(parts: list[_Part]) -> list[tuple[_Part, _Part, str]]:
    """Those that cannot be met together, in their order: each pair of licences is looked at once, however many
    packages are under them."""
    under: dict[str, list[int]] = {}
    for number, part in enumerate(parts):
        under.setdefault(part.licence, []).append(number)
    found: list[tuple[int, int, str]] = []
    for one, other in combinations_with_replacement([*under][:DIFFERENT], 2):
        clash = obligations.clash(one, other)
        if clash is not None:
            both = combinations(under[one], 2) if one == other else product(under[one], under[other])
            found += [(min(pair), max(pair), clash.why) for pair in islice(both, MOST - len(found))]
    return [(parts[one], parts[other], why) for one, other, why in sorted(found)]


def _open_questions(found: "Known", parts: list[_Part | None]) -> Iterator[Finding]:
    """An `unknown` for packages whose licence is not stated, or in no list."""
    lost = [need for need, part in zip(found.needs.packages, parts, strict=True) if part is None]
    odd = [part for part in parts if part and part.family == "unknown"]
    for need in lost[:TOLD]:
        said = "; ".join((need.licence, *need.licences)).strip("; ") or "nothing"
        yield unknown(
            f"which licence {need.name} {need.version} is under is not known{needed.way(need)}",
            found.seen(need.name, said),
        )
    for part in odd[:TOLD]:
        yield unknown(f"what {part.licence} asks of who ships {part.name} is not known{part.way}", part.seen)
    if len({part.licence for part in parts if part}) >= DIFFERENT:
        yield unknown(
            f"it needs packages under {DIFFERENT} licences or more: not all of them were held against each other"
        )
    left = len(lost) + len(odd) - len(lost[:TOLD]) - len(odd[:TOLD])
    if left:
        yield unknown(f"the licences of {left} more packages are not known")
