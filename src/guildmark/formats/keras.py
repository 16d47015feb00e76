"""Reads the configuration of a `.keras` file: a zip of `config.json`, `metadata.json` and HDF5 weights.

Source: keras/src/saving/saving_lib.py (format version 3)."""

import json
from collections.abc import Iterator

from guildmark.contents import Contents
from guildmark.errors import FormatError, LimitPassed
from guildmark.formats import Fault, Holds, Member, zip
from guildmark.limits import Budget

RANK = 10
HOLDS: Holds = "weights"
REFINES = "zip"
CASE_OF = "zip"

CONFIG, METADATA = "config.json", "metadata.json"
LONGEST = 64 << 20


def recognises(contents: Contents) -> bool:
    """A `config.json` at the top, and metadata or weights as Keras names them."""
    if not zip.recognises(contents):
        return False
    names = set(zip.names(contents))
    beside = (METADATA, "model.weights.h5", "model.weights.npz", "model.weights.json")
    return CONFIG in names and any(name in names for name in beside)


def members(contents: Contents, budget: Budget) -> Iterator[Member]:
    """The zip's."""
    return zip.members(contents, budget)


def configurations(contents: Contents) -> Iterator[str]:
    """The text of every `config.json`, also where there are several; raises FormatError, LimitPassed."""
    for entry in zip.directory(contents):
        if entry.name == CONFIG:
            yield _text(contents, entry)


def faults(contents: Contents) -> Iterator[Fault]:
    """The zip's, and files of JSON that are none."""
    yield from zip.faults(contents)
    for entry in zip.directory(contents):
        if entry.name in (CONFIG, METADATA):
            try:
                json.loads(_text(contents, entry))
            except LimitPassed:
                raise
            except (ValueError, RecursionError, FormatError):
                yield Fault(entry.name, "it is not JSON")


def _text(contents: Contents, entry: zip.Entry) -> str:
    data = bytearray()
    for piece in zip.pieces(contents, entry):
        data += piece
        if len(data) > LONGEST:
            raise LimitPassed(f"its {entry.name} is larger than is read")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FormatError(f"its {entry.name} is not UTF-8") from error
