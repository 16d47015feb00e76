"""Reads the operations of a TensorFlow graph (frozen `.pb`, `.meta`), those of its functions included; no weights.

Source: tensorflow/core/framework/{graph,function,node_def,attr_value,tensor}.proto, core/protobuf/meta_graph.proto."""

from collections.abc import Iterator
from functools import lru_cache

import msgspec

from guildmark import late
from guildmark.contents import Contents, InMemory
from guildmark.errors import FormatError, LimitPassed
from guildmark.formats import Fault, Holds
from guildmark.protobuf import BYTES, VARINT, Field, Reader
from guildmark.remembered import remembered

RANK = 11
HOLDS: Holds = "weights"
BEGINS = (
    b"\x0a",
    b"\x12",
    b"\x18",
    b"\x1a",
    b"\x22",
    b"\x2a",
    b"\x32",
    b"\x3a",
    b"\x8a",
    b"\x92",
    b"\x98",
    b"\x9a",
    b"\xa2",
    b"\xaa",
    b"\xb2",
    b"\xba",
)

MOST_FIELDS = 20_000_000
MOST_WORDS = 1000
LONGEST_WORD = 4096
MOST_ELEMENTS = 1 << 36
_MOST_LOOKED_AT = 20_000
_SMALL = 100
_STRING = 7
_OPERATION = late.compile(r"[A-Za-z_][\w.>\-/]*")
_TAGS_AND_VERSIONS = (4, 5, 6)
"""In MetaInfoDef: tags, tensorflow_version, tensorflow_git_version."""
_LAST_OF_META_GRAPH = 7
_KINDS = {1: BYTES, 2: BYTES, 3: VARINT, 4: BYTES, 5: BYTES}
"""In a GraphDef: node, library, version, versions, debug_info."""


_Attribute = tuple[str, tuple[str, ...], tuple[str, ...]]


class Node(msgspec.Struct, frozen=True):
    """A node: its operation, the names of its inputs, its attributes that are text, a constant's strings.

    `scope` is the graph or function that it stands in, `at` its byte."""

    scope: str
    name: str
    operation: str
    inputs: tuple[str, ...]
    words: dict[str, tuple[str, ...]]
    constant: tuple[str, ...]
    at: int


def recognises(contents: Contents) -> bool:
    """A GraphDef whose first node has a name and an operation, or a MetaGraphDef; fields that these do not have are
    skipped, as TensorFlow skips them."""
    if not contents.at(0, 1).startswith(BEGINS):
        return False
    try:
        reader = Reader(contents, _MOST_LOOKED_AT, cut=True)
        if _is_bare_meta_graph(reader):
            return True
        reader = Reader(contents, _MOST_LOOKED_AT, cut=True)
        for field in reader.fields():
            if field.kind != _KINDS.get(field.number, field.kind):
                return False
            if field.number == 1:
                return _is_node(reader, field)
            if field.number == 2 and _is_library(reader, field):
                return True
    except FormatError:
        pass
    return False


@remembered
def nodes(contents: Contents) -> Iterator[Node]:
    """Every node of the graph and of its functions; raises FormatError, LimitPassed."""
    reader = Reader(contents, MOST_FIELDS)
    if _is_bare_meta_graph(Reader(contents, _MOST_LOOKED_AT, cut=True)):
        yield from meta_nodes(reader, None, "")
    else:
        yield from graph_nodes(reader, None, "")


def functions(contents: Contents) -> frozenset[str]:
    """The names of the functions in it, which a node may call by naming them as its operation."""
    reader = Reader(contents, MOST_FIELDS)
    if _is_bare_meta_graph(Reader(contents, _MOST_LOOKED_AT, cut=True)):
        return frozenset(meta_functions(reader, None))
    return frozenset(graph_functions(reader, None))


def faults(contents: Contents) -> Iterator[Fault]:
    """All messages fit into each other, and each node names its operation."""
    yield from faults_of(nodes(contents))


def faults_of(found: Iterator[Node]) -> Iterator[Fault]:
    """What is wrong with these nodes, or with the messages that they are read from."""
    try:
        for node in found:
            if not node.operation:
                yield Fault(f"byte {node.at}", f"the node {node.name[:100]} names no operation")
    except LimitPassed:
        raise
    except FormatError as error:
        yield Fault("graph", error.says)


def is_meta_graph(reader: Reader, meta_graph: Field | None) -> bool:
    """Whether a message begins as a MetaGraphDef: it names a tag or a version (1), or a node (2)."""
    for field in reader.fields(meta_graph):
        if field.kind != BYTES and field.number <= _LAST_OF_META_GRAPH:
            return False
        if field.number == 1 and any(reader.word(field, number) for number in _TAGS_AND_VERSIONS):
            return True
        if field.number == 2 and _has_node(reader, field):
            return True
    return False


def has_nodes(reader: Reader, meta_graph: Field) -> bool:
    """Whether a MetaGraphDef has a graph (2) whose first part is a node with a name and an operation."""
    for field in reader.fields(meta_graph):
        if (field.number, field.kind) == (2, BYTES):
            first = next(reader.fields(field), None)
            return first is not None and (first.number, first.kind) == (1, BYTES) and _is_node(reader, first)
    return False


def _is_bare_meta_graph(reader: Reader) -> bool:
    """Whether a file is a MetaGraphDef with a graph (2), as `tf.train.export_meta_graph` writes it."""
    for field in reader.fields():
        if field.kind != BYTES and field.number <= _LAST_OF_META_GRAPH:
            return False
        if field.number == 2 and _has_node(reader, field):
            return True
    return False


def meta_nodes(reader: Reader, meta_graph: Field | None, scope: str) -> Iterator[Node]:
    """The nodes of a MetaGraphDef's graphs (2)."""
    for field in reader.fields(meta_graph):
        if (field.number, field.kind) == (2, BYTES):
            yield from graph_nodes(reader, field, scope)


def meta_functions(reader: Reader, meta_graph: Field | None) -> Iterator[str]:
    """The names of a MetaGraphDef's functions."""
    for field in reader.fields(meta_graph):
        if (field.number, field.kind) == (2, BYTES):
            yield from graph_functions(reader, field)


def graph_nodes(reader: Reader, graph: Field | None, scope: str) -> Iterator[Node]:
    """The nodes of a GraphDef (1) and of its library's functions (2)."""
    for field in reader.fields(graph):
        if field.kind != BYTES:
            continue
        if field.number == 1:
            yield _node(reader, field, scope)
        elif field.number == 2:
            for function in reader.fields(field):
                if (function.number, function.kind) == (1, BYTES):
                    yield from _function(reader, function, scope)


def graph_functions(reader: Reader, graph: Field | None) -> Iterator[str]:
    """The names of a GraphDef's functions."""
    for field in reader.fields(graph):
        if (field.number, field.kind) == (2, BYTES):
            for function in reader.fields(field):
                if (function.number, function.kind) == (1, BYTES):
                    yield _name(reader, function)


def _name(reader: Reader, function: Field) -> str:
    """The name (1) in a FunctionDef's signature (1)."""
    for field in reader.fields(function):
        if (field.number, field.kind) == (1, BYTES):
            return reader.word(field, 1)
    return ""


def _function(reader: Reader, function: Field, scope: str) -> Iterator[Node]:
    inner = f"{scope}/{_name(reader, function)}"
    for field in reader.fields(function):
        if (field.number, field.kind) == (3, BYTES):
            yield _node(reader, field, inner)


def _node(reader: Reader, node: Field, scope: str) -> Node:
    parts = reader.parts(node)
    return _read_node(reader, node, scope) if parts is None else _small_node(reader, parts, scope, node.start)


def _small_node(reader: Reader, parts: list[tuple[int, int, bytes]], scope: str, at: int) -> Node:
    """As `_read_node`, of what is read at one go: a graph has very many nodes, and nearly all are small."""
    name = operation = ""
    inputs: list[str] = []
    words: dict[str, tuple[str, ...]] = {}
    constant: tuple[str, ...] = ()
    for number, start, payload in parts:
        if number == 5:
            small = _small_attribute(payload) if len(payload) <= _SMALL else None
            key, found, strings = small or _read_attribute(reader, Field(5, BYTES, 0, start, start + len(payload)))
            if found:
                words[key] = found
            if strings and key == "value":
                constant = strings
        elif number == 3:
            inputs.append(reader.decoded(payload))
        elif number == 1:
            name = reader.decoded(payload)
        elif number == 2:
            operation = reader.decoded(payload)
    return Node(scope, name, operation, tuple(inputs), words, constant, at)


def _read_node(reader: Reader, node: Field, scope: str) -> Node:
    name = operation = ""
    inputs: list[str] = []
    words: dict[str, tuple[str, ...]] = {}
    constant: tuple[str, ...] = ()
    for field in reader.fields(node):
        if field.kind != BYTES:
            continue
        if field.number == 1:
            name = reader.text(field)
        elif field.number == 2:
            operation = reader.text(field)
        elif field.number == 3:
            inputs.append(reader.text(field))
        elif field.number == 5:
            key, found, strings = _attribute(reader, field)
            if found:
                words[key] = found
            if strings and key == "value":
                constant = strings
    return Node(scope, name, operation, tuple(inputs), words, constant, node.start)


def _attribute(reader: Reader, entry: Field) -> _Attribute:
    """An attribute's key, its text or texts, and the strings of a tensor that it is."""
    small = _small_attribute(reader.payload(entry)) if entry.end - entry.start <= _SMALL else None
    return small or _read_attribute(reader, entry)


@lru_cache(4096)
def _small_attribute(entry: bytes) -> _Attribute | None:
    """The nodes of a graph have the same few attributes again and again. None where it is broken, which is told
    with its place in the file."""
    try:
        return _read_attribute(Reader(InMemory(entry), _MOST_LOOKED_AT), None)
    except FormatError:
        return None


def _read_attribute(reader: Reader, entry: Field | None) -> _Attribute:
    key, words = "", list[str]()
    strings: tuple[str, ...] = ()
    for field in reader.fields(entry):
        if (field.number, field.kind) == (1, BYTES):
            key = reader.text(field)
        elif (field.number, field.kind) == (2, BYTES):
            for value in reader.fields(field):
                if value.kind != BYTES:
                    continue
                if value.number == 2:
                    words.append(_short(reader, value))
                elif value.number == 1:
                    for item in reader.fields(value):
                        if (item.number, item.kind) == (2, BYTES) and len(words) < MOST_WORDS:
                            words.append(_short(reader, item))
                elif value.number == 8:
                    strings = _strings(reader, value)
    return key, tuple(words), strings


def _strings(reader: Reader, tensor: Field) -> tuple[str, ...]:
    """The strings (8) of a tensor of strings, or those in its content (4)."""
    found: list[str] = []
    is_text = True
    for field in reader.fields(tensor):
        if (field.number, field.kind) == (2, BYTES):
            _count(reader, field)
        elif (field.number, field.kind) == (1, VARINT):
            is_text = field.value == _STRING
        elif not is_text:
            continue
        elif (field.number, field.kind) == (8, BYTES) and len(found) < MOST_WORDS:
            found.append(_short(reader, field))
        elif (field.number, field.kind) == (4, BYTES) and field.end - field.start <= LONGEST_WORD:
            found.extend(_packed(reader.payload(field)))
    return tuple(found) if is_text else ()


def _count(reader: Reader, shape: Field) -> None:
    """Raises FormatError where a shape (its dimensions 2, each with a size 1) asks for more than any machine has: one
    number fills a tensor of any shape, so that the file need not be large."""
    elements = 1
    for dimension in reader.fields(shape):
        if (dimension.number, dimension.kind) == (2, BYTES):
            sizes = [size.value for size in reader.fields(dimension) if (size.number, size.kind) == (1, VARINT)]
            elements *= sizes[-1] if sizes else 0
    if elements > MOST_ELEMENTS:
        raise FormatError(f"the tensor at byte {shape.start} claims {elements} elements")


def _packed(data: bytes) -> Iterator[str]:
    """The strings of a tensor's content: the length of each as a varint, then one behind the other
    (tensorflow/core/platform/tensor_coding.cc, DecodeStringList)."""
    lengths, place, value, shift = list[int](), 0, 0, 0
    while place < len(data) and not (lengths and not shift and place + sum(lengths) >= len(data)):
        value, shift = value | (data[place] & 0x7F) << shift, shift + 7
        if data[place] < 0x80:
            lengths.append(value)
            value = shift = 0
        place += 1
    for length in lengths:
        yield data[place : place + length].decode("utf-8", "replace")
        place += length


def _short(reader: Reader, field: Field) -> str:
    return reader.text(msgspec.structs.replace(field, end=min(field.end, field.start + LONGEST_WORD)))


def _has_node(reader: Reader, graph: Field) -> bool:
    """Whether the first node (1) of a GraphDef, or of its library (2), names its operation (2)."""
    for field in reader.fields(graph):
        if field.number == 1:
            return field.kind == BYTES and bool(reader.word(field, 2))
        if (field.number, field.kind) == (2, BYTES) and _is_library(reader, field):
            return True
    return False


def _is_library(reader: Reader, library: Field) -> bool:
    for field in reader.fields(library):
        if field.kind != BYTES or field.number not in (1, 2):
            return False
        if field.number == 1:
            return any(
                (inner.number, inner.kind) == (3, BYTES) and _is_node(reader, inner) for inner in reader.fields(field)
            )
    return False


def _is_node(reader: Reader, node: Field) -> bool:
    """Whether it has a name (1) and an operation (2), and nothing that a node has not."""
    name = operation = ""
    for field in reader.fields(node):
        if field.kind != BYTES or not 1 <= field.number <= 7:
            return False
        if field.number in (1, 2):
            shown = reader.text(msgspec.structs.replace(field, end=min(field.end, field.start + 300)))
            name, operation = (shown, operation) if field.number == 1 else (name, shown)
        if name and operation:
            break
    if name.endswith(".proto") and operation.islower():
        return False  # a FileDescriptorSet, whose files have a name and a package in the same places
    return bool(name) and name.isprintable() and "\ufffd" not in name and _OPERATION.fullmatch(operation) is not None
