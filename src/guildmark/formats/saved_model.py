"""Recognises TensorFlow SavedModels (`saved_model.pb`); nothing in them is read yet.

Source: tensorflow/core/protobuf/saved_model.proto, meta_graph.proto; tensorflow/core/framework/graph.proto."""

from guildmark.contents import Contents
from guildmark.errors import FormatError
from guildmark.formats import Holds
from guildmark.protobuf import BYTES, VARINT, Field, Reader

RANK = 10
HOLDS: Holds = "weights"

_MOST_LOOKED_AT = 20_000
_TAGS_AND_VERSIONS = (4, 5, 6)
"""In MetaInfoDef: tags, tensorflow_version, tensorflow_git_version."""


def recognises(contents: Contents) -> bool:
    """Nothing but a schema version (1) of 1 and meta graphs (2), one of which names a node, a tag or a version."""
    reader = Reader(contents, _MOST_LOOKED_AT, cut=True)
    found = False
    try:
        for field in reader.fields():
            if (field.number, field.kind) == (2, BYTES):
                found = found or _is_meta_graph(reader, field)
            elif (field.number, field.kind, field.value) != (1, VARINT, 1):
                return False
    except FormatError:
        return False
    return found


def _is_meta_graph(reader: Reader, meta_graph: Field) -> bool:
    for field in reader.fields(meta_graph):
        if field.kind != BYTES or not 1 <= field.number <= 7:
            return False
        if field.number == 1 and any(reader.word(field, number) for number in _TAGS_AND_VERSIONS):
            return True
        if field.number == 2 and _has_node(reader, field):
            return True
    return False


def _has_node(reader: Reader, graph: Field) -> bool:
    """Whether the first node (1) of a GraphDef names its operation (2)."""
    for field in reader.fields(graph):
        if field.number == 1:
            return field.kind == BYTES and bool(reader.word(field, 2))
    return False
