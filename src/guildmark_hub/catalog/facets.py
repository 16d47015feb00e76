"""By what entries are narrowed down: the facets, their titles, and the counts of every value within a result.

Values of one facet widen, facets narrow: (tool) and (red-teaming or guardrails). The count of a value says how many
there would be if it were chosen as well, so a facet's own choice does not count against its other values."""

from collections.abc import Iterator, Mapping, Sequence

from guildmark import standard
from guildmark.openness.axes import FREEDOM
from guildmark.records import Record
from guildmark_hub.catalog import axes, languages, owners

LEVEL = "level."
VETTED = "vetted"
WITHIN = {"30": "the last 30 days", "90": "the last 90 days", "365": "the last year"}
NO_LEVEL = "none"
LONGEST = 200
"""No value of a facet is longer."""

TITLES = {
    "kind": "Kind",
    "category": "What it is for",
    "basis": "Evidence or reported",
    "freedom": "Licence",
    "completeness": "How much is there",
    "modality": "Works with",
    "language": "Language",
    "supported_by": "Who answers for it",
    "offers": "Offered by members",
    VETTED: "Vetted within",
}
LABELS = {
    "kind": {"tool": "Tool", "model": "Model", "dataset": "Data set"},
    "basis": {
        "evidence": "Evidence: we looked at its files",
        "reported": "Reported by others, not checked by us",
        "listed": "Listed only",
    },
    "freedom": {str(place): word.capitalize() for place, word in enumerate(FREEDOM)} | {"unknown": "Cannot tell"},
    "completeness": {str(place): word.capitalize() for place, word in enumerate(axes.HELD)}
    | {"unknown": "Cannot tell"},
    "supported_by": {check: words.capitalize() for check, (words, _) in owners.SUPPORT.items()},
    "offers": {"support": "Support", "review": "A review"},
    VETTED: {days: words.capitalize() for days, words in WITHIN.items()},
}


class Choice(Record, frozen=True):
    """A value of a facet: how many there would be with it, and whether it is chosen."""

    value: str
    label: str
    count: int
    chosen: bool


class Facet(Record, frozen=True):
    """A facet with those of its values that some entry of the result has, and those that are chosen."""

    id: str
    title: str
    choices: tuple[Choice, ...]

    @property
    def chosen(self) -> tuple[Choice, ...]:
        """Its chosen values."""
        return tuple(choice for choice in self.choices if choice.chosen)


Bits = Mapping[str, Mapping[str, tuple[str, int]]]
"""Facet, value: its label and the set of the entries that have it, in the order in which they are shown."""
Chosen = Mapping[str, Sequence[str]]


def title(facet: str) -> str:
    """What a facet is called; a standard's is the standard's title, of one that only this hub has its id in words."""
    if not facet.startswith(LEVEL):
        return TITLES.get(facet, facet)
    id = facet.removeprefix(LEVEL)
    return standard.load(id).title if id in standard.ids() else id.replace("_", " ").capitalize()


def label(facet: str, value: str) -> str:
    """What a value is called; a level is `licensed or better`."""
    if facet.startswith(LEVEL):
        return "No level" if value == NO_LEVEL else f"{value.replace('_', ' ').capitalize()} or better"
    if facet == "language":
        return languages.spoken(value)
    return LABELS.get(facet, {}).get(value, value.replace("-", " ").replace("_", " ").capitalize())


def place(facet: str) -> tuple[int, str]:
    """Where a facet stands among the others."""
    known = list(TITLES)
    return (known.index(facet) if facet in known else len(known), facet)


def narrowed(base: int, bits: Bits, chosen: Chosen) -> int:
    """The part of `base` that has a chosen value in every facet that is chosen."""
    for facet, values in chosen.items():
        base &= _any(bits, facet, values)
    return base


def counted(base: int, bits: Bits, chosen: Chosen) -> Iterator[Facet]:
    """Every facet, with the counts within `base` narrowed by the other facets."""
    wanted = {facet: _any(bits, facet, values) for facet, values in chosen.items()}
    whole = base
    for members in wanted.values():
        whole &= members
    for facet, values in bits.items():
        within = whole
        if facet in wanted:
            within = base
            for other, members in wanted.items():
                within &= members if other != facet else -1
        mine = frozenset(chosen.get(facet, ()))
        choices = tuple(
            Choice(value, words, count, value in mine)
            for value, (words, members) in values.items()
            if (count := (within & members).bit_count()) or value in mine
        )
        if choices:
            yield Facet(facet, title(facet), choices)


def _any(bits: Bits, facet: str, values: Sequence[str]) -> int:
    known, found = bits.get(facet, {}), 0
    for value in values:
        if value in known:
            found |= known[value][1]
    return found
