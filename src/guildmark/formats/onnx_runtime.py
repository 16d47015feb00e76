"""Reads the operators of a model in ONNX Runtime's own format (`.ort`), those of inner graphs included; no weights.

Source: onnxruntime/core/flatbuffers/schema/ort.fbs (file_identifier "ORTM")."""

from collections import Counter
from collections.abc import Iterator

from guildmark.contents import Contents
from guildmark.errors import LimitPassed
from guildmark.formats import Fault, Holds, broken
from guildmark.formats._flatbuffers import Tables

RANK = 10
HOLDS: Holds = "weights"

DEEPEST = 32
_MODEL, _GRAPH, _NODES = 1, 7, 2
_DOMAIN, _OPERATOR, _ATTRIBUTES = 2, 5, 10
_INNER, _INNER_GRAPHS = 7, 12


def recognises(contents: Contents) -> bool:
    """The identifier at byte 4, and a root table inside the file."""
    head = contents.at(0, 8)
    return head[4:] == b"ORTM" and 8 <= int.from_bytes(head[:4], "little") < contents.size


def operators(contents: Contents) -> dict[tuple[str, str], int]:
    """How often each operator stands in the model, by domain and name; raises FormatError, LimitPassed."""
    reader, found = Tables(contents), Counter[tuple[str, str]]()
    model = reader.table(reader.root, _MODEL)
    graph = reader.table(model, _GRAPH) if model else 0
    waiting = [(graph, 0)] if graph else []
    while waiting:
        graph, depth = waiting.pop()
        if depth > DEEPEST:
            raise LimitPassed(f"its graphs are nested more than {DEEPEST} deep")
        for node in reader.tables(graph, _NODES):
            found[reader.text(node, _DOMAIN), reader.text(node, _OPERATOR)] += 1
            for attribute in reader.tables(node, _ATTRIBUTES):
                inner = reader.table(attribute, _INNER)
                waiting.extend((each, depth + 1) for each in (*reader.tables(attribute, _INNER_GRAPHS), inner) if each)
    return dict(found)


def faults(contents: Contents) -> Iterator[Fault]:
    """The tables of its graphs lie in the file."""
    return broken(lambda: operators(contents), "tables")
