"""Reads what Keras wrote of the layers of a SavedModel: `keras_metadata.pb`, JSON inside protobuf.

Source: keras/protobuf/saved_metadata.proto (Keras 2.5 to 2.15)."""

from collections.abc import Iterator

from guildmark import late
from guildmark.contents import Contents
from guildmark.errors import FormatError
from guildmark.formats import Fault, Holds, broken
from guildmark.protobuf import BYTES, Reader

RANK = 10
HOLDS: Holds = "weights"
BEGINS = (b"\n", b"\x8a")

MOST_FIELDS = 10_000_000
_MOST_LOOKED_AT = 2_000
_CLASS = late.compile(r"^\s*\{.*\"class_name\"\s*:")


def recognises(contents: Contents) -> bool:
    """Nodes (1), one of which has an identifier (4) of Keras or the JSON (5) of a class: it makes what that JSON says
    whatever the identifier is."""
    reader = Reader(contents, _MOST_LOOKED_AT, cut=True)
    try:
        for field in reader.fields():
            if (field.number, field.kind) != (1, BYTES):
                return False
            if reader.word(field, 4).startswith("_tf_keras_") or _CLASS.search(reader.word(field, 5)):
                return True
    except FormatError:
        pass
    return False


def layers(contents: Contents) -> Iterator[tuple[int, str]]:
    """The metadata (5) of each node, as JSON, and its byte; raises FormatError, LimitPassed."""
    reader = Reader(contents, MOST_FIELDS)
    for node in reader.fields():
        if (node.number, node.kind) == (1, BYTES):
            for field in reader.fields(node):
                if (field.number, field.kind) == (5, BYTES):
                    yield field.start, reader.text(field)


def faults(contents: Contents) -> Iterator[Fault]:
    """All messages fit into each other."""
    return broken(lambda: layers(contents), "nodes")
