"""JSON and YAML of strangers as bounded trees, in which a key that is said twice stands twice.

Nothing is built but text, numbers, lists and mappings: a YAML tag is kept beside its value. An alias of a text is
that text; one of more is not expanded, for what it names stands in the tree already."""

import re
from collections.abc import Iterator
from itertools import accumulate
from typing import Any

import msgspec

from guildmark import late
from guildmark.errors import FormatError, LimitPassed

LARGEST_JSON = 8 << 20
LARGEST_YAML = 512 << 10
DEEPEST = 64
DEEPEST_DECODED = 200
"""How deep a JSON text may be where a decoder recurses: Pythons differ in where theirs gives up."""
MOST_NODES = 500_000
MOST_EXPANDED = 1 << 62
"""Where the count of what aliases stand for stops."""

_STRINGS = late.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_STEPS = bytes.maketrans(b"[{]}", b"\x01\x01\xff\xff")
_NO_BRACKETS = bytes(set(range(256)) - set(b"[{]}"))
_PIECES = late.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)
_FOR_PEOPLE = late.compile(
    r"(?i)abstract|answer|body|chosen|code|comment|completion|content|description|details?|error|examples?|explanation|"
    r"input|instructions?|log|messages?|notes?|output|prompt|question|rationale|readme|reason|rejected|response|snippet|"
    r"solution|source|stderr|stdout|summary|text|title|traceback"
)
"""Keys of what people read or wrote: an answer, a report's message, a piece of a program that is told of."""

_FEW = 32
"""So many entries are searched one by one; of more an index is kept, for every entry may ask for its neighbours."""


class Mapping(list[tuple[str, Any]]):
    """A mapping's entries in their order."""

    _index: dict[str, list[Any]]
    _indexed = 0

    def all_of(self, key: str) -> list[Any]:
        """Every value that is said of a key."""
        if len(self) < _FEW:
            return [value for said, value in self if said == key]
        if self._indexed != len(self):  # a mapping only grows
            self._index = {}
            for said, value in self:
                self._index.setdefault(said, []).append(value)
            self._indexed = len(self)
        return [*self._index.get(key, ())]


class Tagged(msgspec.Struct, frozen=True):
    """A YAML value with a tag of its own."""

    tag: str
    value: Any


class Alias(msgspec.Struct, frozen=True):
    """A YAML alias, not expanded."""

    name: str


class Entry(msgspec.Struct, frozen=True):
    """A key with its value, anywhere in a tree; `within` is the mapping that holds it, `place` the keys on the way."""

    place: str
    key: str
    value: Any
    within: Mapping


def json(data: bytes) -> Any:
    """The tree of a JSON text; raises FormatError where it is none, LimitPassed beyond the bounds."""
    import json as standard_json  # where no JSON is read, a start need not wait for it

    if len(data) > LARGEST_JSON:
        raise LimitPassed(f"a JSON text of over {LARGEST_JSON} bytes")
    try:
        text = data.decode(standard_json.detect_encoding(data))
        _bound(text)
        return standard_json.loads(text, object_pairs_hook=Mapping)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"it is no JSON: {told(error)}") from error


def shallow(data: bytes) -> bytes:
    """The JSON text itself, for a decoder that recurses; raises RecursionError where it is nested too deep."""
    brackets = _STRINGS.sub(b"", data).translate(_STEPS, _NO_BRACKETS)
    if max(accumulate(memoryview(brackets).cast("b")), default=0) > DEEPEST_DECODED:
        raise RecursionError
    return data


def told(error: Exception) -> str:
    """Why a decoder gave up, in words that are the same on every Python: where it is one of the standard library's,
    what kind of fault it found, and not what it says of it."""
    if isinstance(error, UnicodeDecodeError):
        return f"byte {error.start} is not {error.encoding}"
    if isinstance(error, RecursionError):
        return "it is nested too deep"
    return str(error) if isinstance(error, msgspec.MsgspecError) else "its syntax is broken"


def _bound(text: str) -> None:
    depth = 0
    for piece in _PIECES.finditer(text):
        bracket = piece.group()
        depth += (bracket in "[{") - (bracket in "]}")
        if depth > DEEPEST:
            raise LimitPassed(f"a JSON text that is nested over {DEEPEST} deep")


def yaml(data: bytes) -> list[Any]:
    """The trees of a YAML text's documents; raises FormatError where it is none, LimitPassed beyond the bounds."""
    return _built(data).documents


def toml(data: bytes) -> Any:
    """The tree of a TOML text; raises FormatError where it is none, LimitPassed beyond the bounds."""
    import tomllib  # few files that could name code are TOML

    if len(data) > LARGEST_YAML:
        raise LimitPassed(f"a TOML text of over {LARGEST_YAML} bytes")
    try:
        return _as_tree(tomllib.loads(data.decode()), 0)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"it is no TOML: {told(error)}") from error


def _as_tree(value: Any, depth: int) -> Any:
    if depth > DEEPEST:
        raise LimitPassed(f"a text that is nested over {DEEPEST} deep")
    if isinstance(value, dict):
        return Mapping((key, _as_tree(each, depth + 1)) for key, each in value.items())
    return [_as_tree(each, depth + 1) for each in value] if isinstance(value, list) else value


def multiplied(data: bytes, most: int) -> int:
    """How many values a YAML text stands for with its aliases expanded, at most `most` and 1; raises like `yaml`."""
    return min(_built(data).expanded, most + 1) if b"*" in data and b"&" in data else 0


def _built(data: bytes) -> "_Builder":
    import yaml as library  # heavy; few subjects hold YAML

    if len(data) > LARGEST_YAML:
        raise LimitPassed(f"a YAML text of over {LARGEST_YAML} bytes")
    try:
        builder = _Builder()
        # The pure parser, so that every machine gives the same answer; events only, nothing is constructed.
        for event in library.parse(data, Loader=library.SafeLoader):
            builder.take(event, type(event).__name__)
    except library.YAMLError as error:
        raise FormatError(f"it is no YAML: {str(error).splitlines()[0]}") from error
    except (ValueError, OverflowError, RecursionError) as error:
        raise FormatError(f"it is no YAML: {type(error).__name__}") from error
    return builder


class _Builder:
    """Puts a YAML text's events together."""

    def __init__(self) -> None:
        self.documents: list[Any] = []
        self._open: list[tuple[Any, str]] = []
        self._keys: list[str | None] = []
        self._nodes = 0
        self._anchors: list[str | None] = []
        self._texts: dict[str, str] = {}
        self._sizes: dict[str, int] = {}
        self._begun: list[int] = []
        self.expanded = 0

    def take(self, event: Any, kind: str) -> None:
        if kind == "ScalarEvent":
            if event.anchor:
                self._texts[event.anchor] = event.value
                self._sizes[event.anchor] = 1
            self.expanded += 1
            self._put(event.value, event.tag or "")
        elif kind == "AliasEvent":
            self.expanded = min(self.expanded + self._sizes.get(event.anchor, 1), MOST_EXPANDED)
            text = self._texts.get(event.anchor)
            self._put(Alias(event.anchor) if text is None else text, "")
        elif kind in ("SequenceStartEvent", "MappingStartEvent"):
            if len(self._open) >= DEEPEST:
                raise LimitPassed(f"a YAML text that is nested over {DEEPEST} deep")
            self._open.append(([] if kind == "SequenceStartEvent" else Mapping(), event.tag or ""))
            self._keys.append(None)
            self.expanded += 1
            self._begun.append(self.expanded)
            self._anchors.append(event.anchor)
        elif kind in ("SequenceEndEvent", "MappingEndEvent"):
            value, tag = self._open.pop()
            self._keys.pop()
            begun, anchor = self._begun.pop(), self._anchors.pop()
            if anchor:
                self._texts.pop(anchor, None)
                self._sizes[anchor] = self.expanded - begun + 1
            self._put(value, tag)

    def _put(self, value: Any, tag: str) -> None:
        self._nodes += 1
        if self._nodes > MOST_NODES:
            raise LimitPassed(f"a YAML text of over {MOST_NODES} values")
        whole = Tagged(tag, value) if tag else value
        if not self._open:
            self.documents.append(whole)
            return
        holder = self._open[-1][0]
        if not isinstance(holder, Mapping):
            holder.append(whole)
        elif (key := self._keys[-1]) is None:
            # a key that is no text, or has a tag, stays in the tree as a value
            self._keys[-1] = value if isinstance(value, str) else "?"
            if not isinstance(value, str) or tag:
                holder.append(("?", whole))
        else:
            holder.append((key, whole))
            self._keys[-1] = None


def entries(tree: Any) -> Iterator[Entry]:
    """Every key with its value at any depth, in the order of the text."""
    for place, node in nodes(tree):
        if isinstance(node, Mapping):
            for key, value in node:
                yield Entry(f"{place}.{key}" if place else key, key, plain(value), node)


def nodes(tree: Any) -> Iterator[tuple[str, Any]]:
    """Every value at any depth with its place, in the order of the text; a tagged value, then what it holds."""
    waiting: list[tuple[str, Any]] = [("", tree)]
    while waiting:
        place, node = waiting.pop()
        yield place, node
        if isinstance(node, Tagged):
            waiting.append((place, node.value))
        elif isinstance(node, Mapping):
            waiting.extend((f"{place}.{key}" if place else key, value) for key, value in reversed(node))
        elif isinstance(node, list):
            waiting.extend((f"{place}[{number}]", node[number]) for number in range(len(node) - 1, -1, -1))


def is_of_a_row(entry: Entry) -> bool:
    """Whether it stands in a list that is the whole text: rows of data, and no loader's settings."""
    return entry.place.startswith("[")


def is_for_people(entry: Entry) -> bool:
    """Whether its value is what people read or wrote, be it a program."""
    return is_of_a_row(entry) or _FOR_PEOPLE.fullmatch(entry.key) is not None


def plain(value: Any) -> Any:
    """A value without its tag."""
    return value.value if isinstance(value, Tagged) else value


def as_mappings(tree: Any) -> Any:
    """The tree with plain dictionaries, in which the last of what is said of a key stands; tags are left out."""
    tree = plain(tree)
    if isinstance(tree, Mapping):
        return {key: as_mappings(value) for key, value in tree}
    return [as_mappings(value) for value in tree] if isinstance(tree, list) else tree
