"""Reads what a Core ML model (`.mlmodel`) would look up: custom classes, linked models, files of weights.

Source: https://github.com/apple/coremltools/blob/main/mlmodel/format/ (Model, NeuralNetwork, MIL, LinkedModel)."""

from collections.abc import Iterator

import msgspec

from guildmark.contents import Contents
from guildmark.errors import FormatError, LimitPassed
from guildmark.formats import Fault, Holds, broken
from guildmark.protobuf import BYTES, VARINT, Field, Reader
from guildmark.remembered import remembered

RANK = 10
HOLDS: Holds = "weights"

_MOST_LOOKED_AT = 20_000
_MOST_FIELDS = 10_000_000
_MOST_NAMED = 100_000
_DEEPEST = 32
_NEWEST = 64
"""The highest specificationVersion that is believed; 10 is the newest of 2025."""
_DESCRIPTION = {1, 10, 11, 12, 13, 20, 21, 50, 100}
_TYPES = range(200, 4000)
"""The fields that hold the model itself, one for each type."""

_PIPELINE, _PIPELINES, _NETWORKS = 202, (200, 201), (303, 403, 500)
_PROGRAM, _CUSTOM_MODEL, _LINKED_MODEL, _CUSTOM_LAYER = 502, 555, 556, 500
_TOLD = {"custom_layer": "class", "cond": "condition", "while_loop": "condition"}
"""Operations of a program that are named, by what they are."""
_BRANCH = 605
_INNER_NETWORKS = {_BRANCH: (1, 2), 615: (3, 4)}
"""Fields of a layer: a branch and a loop, and their fields that are networks."""


class Named(msgspec.Struct, frozen=True):
    """What a model names outside of itself (`kind` is class, model or weights), or a `condition`; `at` where it is."""

    kind: str
    name: str
    at: int


def recognises(contents: Contents) -> bool:
    """A small specificationVersion (1), a description (2) with a named feature, a model of some type."""
    reader = Reader(contents, _MOST_LOOKED_AT, cut=True)
    has_version = has_description = has_type = False
    try:
        for field in reader.fields():
            if (field.number, field.kind) == (1, VARINT) and 0 < field.value <= _NEWEST:
                has_version = True
            elif (field.number, field.kind) == (2, BYTES):
                has_description = has_description or _is_description(reader, field)
            elif field.number in _TYPES and field.kind == BYTES:
                has_type = True
            elif (field.number, field.kind) != (10, VARINT):  # isUpdatable
                return False
    except FormatError:
        return False
    return has_version and has_description and has_type


@remembered
def named(contents: Contents) -> Iterator[Named]:
    """Everything outside that the model names, and its conditions; raises FormatError where messages do not fit."""
    for count, found in enumerate(_Walk(contents).model(None, 0)):
        if count == _MOST_NAMED:
            raise LimitPassed(f"it names more than {_MOST_NAMED} things outside")
        yield found


def faults(contents: Contents) -> Iterator[Fault]:
    """All messages that are read fit into each other."""
    return broken(lambda: named(contents), "header")


def _is_description(reader: Reader, description: Field) -> bool:
    """Whether a ModelDescription's fields are its own, and an input (1) or output (10) has a name (1)."""
    found = False
    for field in reader.fields(description):
        if field.kind != BYTES or field.number not in _DESCRIPTION:
            return False
        if field.number in (1, 10) and reader.word(field, 1):
            found = True
    return found


class _Walk:
    """One walk through one model."""

    def __init__(self, contents: Contents) -> None:
        self._reader = Reader(contents, _MOST_FIELDS)

    def model(self, message: Field | None, depth: int) -> Iterator[Named]:
        if depth > _DEEPEST:
            raise LimitPassed(f"its models are nested more than {_DEEPEST} deep")
        for field in self._reader.fields(message):
            if field.kind != BYTES:
                continue
            if field.number in _PIPELINES:
                for pipeline in self._inside(field, 1):
                    yield from self._pipeline(pipeline, depth)
            elif field.number == _PIPELINE:
                yield from self._pipeline(field, depth)
            elif field.number in _NETWORKS:
                yield from self._network(field, depth)
            elif field.number == _PROGRAM:
                yield from self._program(field, depth)
            elif field.number == _CUSTOM_MODEL:
                yield self._named("class", field, 1)
            elif field.number == _LINKED_MODEL:
                yield from self._linked(field)

    def _pipeline(self, pipeline: Field, depth: int) -> Iterator[Named]:
        for model in self._inside(pipeline, 1):
            yield from self.model(model, depth + 1)

    def _network(self, network: Field, depth: int) -> Iterator[Named]:
        if depth > _DEEPEST:
            raise LimitPassed(f"its networks are nested more than {_DEEPEST} deep")
        for layer in self._inside(network, 1):
            for field in self._reader.fields(layer):
                if field.kind == BYTES and field.number == _CUSTOM_LAYER:
                    yield self._named("class", field, 10)
                elif field.kind == BYTES and field.number in _INNER_NETWORKS:
                    yield Named("condition", "branch" if field.number == _BRANCH else "loop", field.start)
                    for inner in self._inside(field, *_INNER_NETWORKS[field.number]):
                        yield from self._network(inner, depth + 1)

    def _linked(self, linked: Field) -> Iterator[Named]:
        """A LinkedModelFile (1): its name (1) and its search path (2), each with a default value (1)."""
        for file in self._inside(linked, 1):
            for parameter in self._inside(file, 1, 2):
                yield self._named("model", parameter, 1)

    def _program(self, program: Field, depth: int) -> Iterator[Named]:
        for entry in self._inside(program, 2):
            for function in self._inside(entry, 2):
                for specialization in self._inside(function, 3):
                    for block in self._inside(specialization, 2):
                        yield from self._block(block, depth + 1)

    def _block(self, block: Field, depth: int) -> Iterator[Named]:
        if depth > _DEEPEST:
            raise LimitPassed(f"its blocks are nested more than {_DEEPEST} deep")
        for operation in self._inside(block, 3):
            for field in self._reader.fields(operation):
                if field.kind != BYTES:
                    continue
                if field.number == 1 and (name := self._reader.text(field)) in _TOLD:
                    yield Named(_TOLD[name], name, field.start)
                elif field.number == 4:
                    yield from self._block(field, depth + 1)
                elif field.number == 5:
                    for value in self._inside(field, 2):
                        for file in self._inside(value, 5):
                            yield self._named("weights", file, 1)

    def _inside(self, message: Field, *numbers: int) -> Iterator[Field]:
        """The messages of those numbers in a message."""
        return (field for field in self._reader.fields(message) if field.kind == BYTES and field.number in numbers)

    def _named(self, kind: str, message: Field, number: int) -> Named:
        names = [self._reader.text(field) for field in self._inside(message, number)]
        return Named(kind, names[-1] if names else "", message.start)
