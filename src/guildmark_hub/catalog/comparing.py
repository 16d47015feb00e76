"""What a comparison holds: up to four entries, open and closed, on the same axes, and what nobody tells of each."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.urls import reverse

from guildmark_hub.catalog import asked, beside, charts, finding, shown, stored
from guildmark_hub.catalog.models import Edition, Entry

LETTERS = "ABCD"
OFFERS = 8
MOST_LINES = 40
EXAMPLE = ("gpt-4", "llama-3-70b-instruct", "olmo-7b", "pythia-12b")
"""Well-known models from closed to open: whoever wants to see what openness is begins here."""


class Together(NamedTuple):
    """Entries that are worth a look side by side, and the address where they stand so."""

    names: tuple[str, ...]
    to: str


def together(names: Sequence[tuple[str, str]]) -> Together | None:
    """Entries by their ids and names; none where there are not two."""
    if len(names) < 2:
        return None
    to = asked.together(reverse("catalog:compare"), [id for id, _ in names])
    return Together(tuple(name for _, name in names[: asked.MOST_COMPARED]), to)


def example(edition: Edition) -> Together | None:
    """The example, of those of its models that an edition has."""
    known = dict(Entry.objects.filter(edition=edition, slug__in=EXAMPLE).values_list("slug", "name"))
    return together([(id, known[id]) for id in EXAMPLE if id in known])


def compare(edition: Edition, cards: Sequence[Entry], q: str) -> dict[str, Any]:
    """Up to four entries side by side, and what could stand beside them."""
    chosen = [one.card for one in cards]
    ids = [card.id for card in chosen]
    told = stored.claims_of(cards) if cards else []
    to = reverse("catalog:compare")
    lines = [(id, title, beside.across(told, id), beside.whence(told, id)) for id, (title, _) in beside.TOPICS.items()]
    marks = [
        charts.Mark(f"{LETTERS[place]}{' (reported)' if card.axes.reported else ''}", *_axes(card), f"own s{place}")
        for place, card in enumerate(chosen)
    ]
    return {
        "edition": edition,
        "cards": chosen,
        "letters": LETTERS,
        "card_without": {id: asked.together(to, [one for one in ids if one != id]) for id in ids},
        "q": q,
        "offers": [(card, asked.together(to, [*ids, card.id])) for card in _offers(edition, chosen, q)],
        "example": None if chosen or q else example(edition),
        "models": any(card.kind == "model" for card in chosen),
        "picture": charts.axes(marks),
        "ladders": _levels(chosen),
        "untold": [beside.untold(claims) for claims in told],
        "topics": [line for line in lines if line[2]],
        "most_lines": MOST_LINES,
    }


def _axes(card: shown.Card) -> tuple[int | None, int | None]:
    return card.axes.freedom, card.axes.completeness


def _levels(cards: Sequence[shown.Card]) -> list[tuple[str, str, list[tuple[shown.Card, shown.Reached | None]]]]:
    titles = {level.standard: level.title for card in cards for level in card.levels}
    by_card = [{level.standard: level for level in card.levels} for card in cards]
    return [
        (id, title, [(card, levels.get(id)) for card, levels in zip(cards, by_card, strict=True)])
        for id, title in titles.items()
    ]


def _offers(edition: Edition, chosen: Sequence[shown.Card], q: str) -> list[shown.Card]:
    """What a question finds; without one, the alternatives of what is chosen."""
    there = {card.id for card in chosen}
    if q:
        found: Iterable[Entry] = finding.find(finding.Asked(q), OFFERS).entries
    else:
        named = [id for card in chosen for id in card.alternatives if id not in there]
        found = Entry.objects.filter(edition=edition, slug__in=named[:OFFERS]) if named else ()
    return [one.card for one in found if one.slug not in there]
