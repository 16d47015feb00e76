"""Reads the operations of a TensorFlow SavedModel (`saved_model.pb`), and what Keras wrote beside them.

Source: tensorflow/core/protobuf/saved_model.proto, meta_graph.proto, saved_object_graph.proto."""

from collections.abc import Iterator

from guildmark.contents import Contents
from guildmark.errors import FormatError
from guildmark.formats import Fault, Holds, graph_def
from guildmark.formats.graph_def import MOST_FIELDS, Node
from guildmark.protobuf import BYTES, VARINT, Field, Reader
from guildmark.remembered import remembered

RANK = 10
HOLDS: Holds = "weights"
BEGINS = (b"\x08", b"\x12", b"\x88", b"\x92")

_MOST_LOOKED_AT = 20_000


def recognises(contents: Contents) -> bool:
    """A schema version (1) of 1 and meta graphs (2), one of which names a node, a tag or a version; with another
    version, which its readers do not look at, the first has a graph of nodes. Fields of other numbers are skipped."""
    if not contents.at(0, 1).startswith(BEGINS):
        return False
    reader = Reader(contents, _MOST_LOOKED_AT, cut=True)
    found, plain = False, True
    first: Field | None = None
    try:
        for field in reader.fields():
            if (field.number, field.kind) == (2, BYTES):
                found = found or graph_def.is_meta_graph(reader, field)
                first = first or field
            elif field.number in (1, 2) and field.kind != VARINT:
                return False
            elif field.number == 1:
                plain = plain and field.value == 1
        return found if plain else first is not None and graph_def.has_nodes(reader, first)
    except FormatError:
        return False


@remembered
def nodes(contents: Contents) -> Iterator[Node]:
    """Every node of its graphs and of their functions; raises FormatError, LimitPassed."""
    reader = Reader(contents, MOST_FIELDS)
    for index, field in enumerate(_meta_graphs(reader)):
        yield from graph_def.meta_nodes(reader, field, str(index))


def functions(contents: Contents) -> frozenset[str]:
    """The names of the functions in it."""
    reader = Reader(contents, MOST_FIELDS)
    return frozenset(name for field in _meta_graphs(reader) for name in graph_def.meta_functions(reader, field))


@remembered
def layers(contents: Contents) -> Iterator[tuple[int, str]]:
    """What Keras wrote of each layer before 2.5, as JSON, and its byte: object_graph_def (7), nodes (1),
    user_object (4), metadata (3)."""
    reader = Reader(contents, MOST_FIELDS)
    for field in _meta_graphs(reader):
        for metadata in _inner(reader, field, (7, 1, 4, 3)):
            if metadata.end > metadata.start:
                yield metadata.start, reader.text(metadata)


def assets(contents: Contents) -> Iterator[tuple[int, str]]:
    """The files in `assets/` that its graphs read: asset_file_def (6), filename (2), with the byte."""
    reader = Reader(contents, MOST_FIELDS)
    for field in _meta_graphs(reader):
        for name in _inner(reader, field, (6, 2)):
            yield name.start, reader.text(name)


def fed(contents: Contents) -> frozenset[str]:
    """The constants of its graphs in whose place the loader puts an asset's path: asset_file_def (6), tensor_info
    (1), name (1)."""
    reader = Reader(contents, MOST_FIELDS)
    names = (_inner(reader, field, (6, 1, 1)) for field in _meta_graphs(reader))
    return frozenset(reader.text(name).partition(":")[0] for found in names for name in found)


def faults(contents: Contents) -> Iterator[Fault]:
    """All messages fit into each other, and each node names its operation."""
    yield from graph_def.faults_of(nodes(contents))


def _meta_graphs(reader: Reader) -> Iterator[Field]:
    return (field for field in reader.fields() if (field.number, field.kind) == (2, BYTES))


def _inner(reader: Reader, message: Field, path: tuple[int, ...]) -> Iterator[Field]:
    for field in reader.fields(message):
        if (field.number, field.kind) == (path[0], BYTES):
            if path[1:]:
                yield from _inner(reader, field, path[1:])
            else:
                yield field
