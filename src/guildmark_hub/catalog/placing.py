"""Where reported claims put a model on the two axes, source by source; what nobody checked is told as such. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from guildmark import licences, records
from guildmark.openness import eu, mof
from guildmark_hub.catalog.axes import CLOSED, OPEN, SPECIAL, named
from guildmark_hub.catalog.shown import Axes

LICENCE, ACCESS = "fact.licence", "fact.access"
CLOSED_ACCESS, OPEN_ACCESS = ("limited", "closed"), "open"
KEPT = ("proprietary", "undisclosed")
"""So a source writes that a maker keeps the weights."""
PARTS = tuple(
    f"openness.{id}" for id in ("final_parameters", "inference_code", "training_code", "data_card", "datasets")
)
CELLS = tuple(
    f"index.{eu.OF}.{cell}"
    for cell in ("weights_endmodel", "code", "trainingcode", "datasheet", "datasources_basemodel")
)
"""In both, the steps of the second axis in order: weights, code that runs them, training code, a description of
the data, the data. What a source only partly finds counts as there, but for the data themselves."""


class Claim(Protocol):
    """A reported claim, as an edition or the database holds it."""

    @property
    def of(self) -> str: ...
    @property
    def value(self) -> Any: ...
    @property
    def reported_by(self) -> str: ...


class Placed(NamedTuple):
    """Where the claims of one reporter put a model."""

    by: str
    axes: Axes


def places(claims: Sequence[Claim], digest: Callable[[Any], str] = records.digest) -> tuple[Placed, ...]:
    """The place by each reporter that says enough for one, in the order of their first claims."""
    by_reporter: dict[str, dict[str, Claim]] = {}
    for claim in claims:
        by_reporter.setdefault(claim.reported_by, {}).setdefault(claim.of, claim)
    found = []
    for by, said in by_reporter.items():
        used = [claim for of, claim in said.items() if of in (*PARTS, *CELLS, LICENCE, ACCESS)]
        freedom, reached = _place({claim.of: claim.value for claim in used})
        if freedom is not None or reached is not None:
            told = dict.fromkeys(map(digest, (claim for claim in used if claim.value is not None)))
            found.append(Placed(by, named(freedom, reached, told, reported=True)))
    return tuple(found)


def disputed(found: Sequence[Placed], claims: Sequence[Claim]) -> bool:
    """Whether one reporter says that nobody can have the weights, and another that they can be had."""
    freedoms = {one.axes.freedom for one in found} - {None}
    had = any(claim.of == ACCESS and claim.value == OPEN_ACCESS for claim in claims)
    return CLOSED in freedoms and (len(freedoms) > 1 or had)


def _place(said: Mapping[str, Any]) -> tuple[int | None, int | None]:
    """Freedom and completeness; a gap says nothing of either."""
    if said.get(ACCESS) in CLOSED_ACCESS:
        return CLOSED, 0
    if said.get(CELLS[0]) is not None:
        if said[CELLS[0]] == 0:
            return CLOSED, 0
        return _freedom(said.get(LICENCE)), _reached([_share(said.get(cell)) for cell in CELLS])
    if str(said.get(PARTS[0])).strip().casefold() in KEPT:
        return CLOSED, 0
    if said.get(PARTS[0]) is not None:
        return _freedom(said[PARTS[0]]), _reached([said.get(part) is not None for part in PARTS])
    return _freedom(said.get(LICENCE)), None


def _reached(steps: Iterable[bool | float]) -> int:
    *before, data = steps
    there = [*map(bool, before), float(data) >= 1]
    return next((number for number, is_there in enumerate(there) if not is_there), len(there))


def _share(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _freedom(licence: Any) -> int | None:
    """By a licence's name: what is not known to be open is a special one; no name tells nothing."""
    if not isinstance(licence, str) or not licence.strip() or licence.strip().casefold() == mof.UNLICENSED:
        return None
    if licences.refuses(licence):
        return None
    return OPEN if licences.judge(licence).open else SPECIAL
