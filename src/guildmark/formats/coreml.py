"""Recognises Core ML models (`.mlmodel`); nothing in them is read yet.

Source: https://github.com/apple/coremltools/blob/main/mlmodel/format/Model.proto."""

from guildmark.contents import Contents
from guildmark.errors import FormatError
from guildmark.formats import Holds
from guildmark.protobuf import BYTES, VARINT, Field, Reader

RANK = 10
HOLDS: Holds = "weights"

_MOST_LOOKED_AT = 20_000
_NEWEST = 64
"""The highest specificationVersion that is believed; 10 is the newest of 2025."""
_DESCRIPTION = {1, 10, 11, 12, 13, 20, 21, 50, 100}
_TYPES = range(200, 4000)
"""The fields that hold the model itself, one for each type."""


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


def _is_description(reader: Reader, description: Field) -> bool:
    """Whether a ModelDescription's fields are its own, and an input (1) or output (10) has a name (1)."""
    found = False
    for field in reader.fields(description):
        if field.kind != BYTES or field.number not in _DESCRIPTION:
            return False
        if field.number in (1, 10) and reader.word(field, 1):
            found = True
    return found
