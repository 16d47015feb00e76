"""What an address asks for, within bounds; the addresses that ask for a little more, or a little less."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from urllib.parse import urlencode

from django.http import QueryDict

from guildmark.errors import AskedWrongly
from guildmark_hub.catalog import facets, finding

MOST_TEXT, MOST_BYTES = 1_000, 8_000
MOST_COMPARED = 4
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,99}")


class Chip(NamedTuple):
    """A value that is chosen, and the address without it."""

    label: str
    without: str


class Shown(NamedTuple):
    """A question as its page shows it: its text, its chosen values, the addresses around it."""

    q: str
    sort: str
    page: int
    chosen: tuple[Chip, ...]
    without_any: str
    before: str
    after: str


def bounded(given: QueryDict, address: str) -> dict[str, list[str]]:
    """The parameters of an address; raises AskedWrongly for those that no form of ours makes."""
    if len(address) > MOST_BYTES:
        raise AskedWrongly(f"the address is {len(address):,} characters long", f"at most {MOST_BYTES:,} are read")
    parameters = {name: [str(value) for value in values] for name, values in given.lists()}
    text = text_of(parameters)
    if len(text) > MOST_TEXT:
        raise AskedWrongly(f"the question is {len(text):,} characters long", "ask for a name, or for a few words")
    if any("\0" in value for values in parameters.values() for value in values):
        raise AskedWrongly("the question holds a character that no text has", "ask for a name, or for a few words")
    return parameters


def text_of(parameters: dict[str, list[str]]) -> str:
    """What stands in the search box."""
    return (parameters.get("q") or [""])[-1]


def ids(parameters: dict[str, list[str]]) -> tuple[str, ...]:
    """The entries to compare, each once; raises AskedWrongly for more than four, and for what is no id."""
    found = tuple(dict.fromkeys(filter(None, parameters.get("e", ()))))
    if len(found) > MOST_COMPARED:
        raise AskedWrongly(f"{len(found):,} entries are too many side by side", f"choose at most {MOST_COMPARED}")
    if not all(map(_ID.fullmatch, found)):
        raise AskedWrongly("that is no entry's id", "choose entries from the search")
    return found


def shown(found: finding.Found, path: str) -> Shown:
    """The question of an answer, with the addresses that differ from it by one step."""
    asked = found.asked
    chips = []
    for facet in found.facets:
        for choice in facet.chosen:
            rest = {**asked.chosen, facet.id: [one for one in asked.chosen[facet.id] if one != choice.value]}
            label = f"{facet.title}: {choice.label}" if facet.id.startswith(facets.LEVEL) else choice.label
            chips.append(Chip(label, address(path, asked._replace(chosen=rest, page=1))))
    return Shown(
        q=asked.text,
        sort=asked.sort,
        page=asked.page,
        chosen=tuple(chips),
        without_any=address(path, asked._replace(chosen={}, page=1)),
        before=address(path, asked._replace(page=asked.page - 1)) if asked.page > 1 else "",
        after=address(path, asked._replace(page=asked.page + 1)) if asked.page < found.pages else "",
    )


def address(path: str, asked: finding.Asked) -> str:
    """The address of a question, the same for the same question."""
    pairs = list(_pairs(asked))
    return f"{path}?{urlencode(pairs)}" if pairs else path


def _pairs(asked: finding.Asked) -> Iterator[tuple[str, str]]:
    if asked.text:
        yield "q", asked.text
    for facet, values in asked.chosen.items():
        yield from ((facet, value) for value in values)
    if asked.sort != "best":
        yield "sort", asked.sort
    if asked.page > 1:
        yield "page", str(asked.page)


def together(path: str, entries: Sequence[str]) -> str:
    """The address of a comparison."""
    return f"{path}?{urlencode([('e', one) for one in entries[:MOST_COMPARED]])}" if entries else path
