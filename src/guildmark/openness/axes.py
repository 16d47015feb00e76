"""The two axes that every ladder mixes: how free the licence of the weights is, and how much of the whole is there.

RAIL-licensed models (BLOOM, StarCoder) are complete and restricted, Mistral's are free and bare: one ladder
cannot hold both. `landmarks.toml` places well-known models, each with its source."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import msgspec

from guildmark.openness.licensing import Licensed
from guildmark.records import Record

FREEDOM = ("closed", "special licence", "open licence")
COMPLETENESS = ("nothing", "weights", "and code to run", "and training code", "and data described", "and the data")
_STEPS = ("final_parameters", "inference_code", "training_code", "data_card", "datasets")


class Place(Record, frozen=True):
    """Where a model stands: an index into FREEDOM and one into COMPLETENESS."""

    freedom: int
    completeness: int


class Landmark(Record, frozen=True):
    """A well-known model's place, why it stands there, and where that can be read."""

    name: str
    freedom: int
    completeness: int
    why: str
    source: str


def place(parts: Mapping[str, Licensed]) -> Place:
    """The place of a model by its components: the data themselves, or a paper, describe the data as well."""
    held = {id for id, one in parts.items() if one.part.state == "present"}
    if held & {"datasets", "technical_report", "research_paper"}:
        held.add("data_card")
    reached = next((number for number, id in enumerate(_STEPS) if id not in held), len(_STEPS))
    weights = parts["final_parameters"]
    if weights.part.state != "present":
        return Place(0, reached)
    return Place(2 if weights.open else 1, reached)


@cache
def landmarks() -> tuple[Landmark, ...]:
    """The well-known models, in the order of the file."""
    data = tomllib.loads(Path(__file__).with_name("landmarks.toml").read_text("utf-8"))
    return tuple(msgspec.convert(one, Landmark) for one in data["landmark"])
