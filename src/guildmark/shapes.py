"""Whether what is known of a pickle's values fits the shapes of arguments that `inert.toml` writes down."""

import re
from collections.abc import Callable, Sequence
from functools import cache

from guildmark.formats.pickle.values import (
    BUFFER,
    BYTES,
    FLOAT,
    INT,
    LOOSE,
    PERSISTENT,
    TEXT,
    UNKNOWN,
    Box,
    Global,
    Made,
    Plain,
    Tuple,
    Value,
)

SortOf = Callable[[str], str]
"""The sort of a listed name; empty where it is not listed."""

CONTAINERS = ("list", "set", "frozenset", "dict", "tuple")
BYTES_MADE = ("_codecs.encode", "builtins.bytes", "builtins.bytearray", "__builtin__.bytes", "__builtin__.bytearray")
SIBLING = re.compile(r"(?!\.\.?\Z)[^/\\:\0]+")
RATIO = re.compile(r"-?\d{1,4000}(/\d{1,4000})?")


def fits(values: Sequence[Value], signature: str, sort_of: SortOf) -> bool:
    """Whether a list of arguments is one that `signature` allows."""
    left = list(values)
    for kinds, least, most in parsed(signature):
        taken = 0
        while left and taken < most and any(is_of(left[0], kind, sort_of) for kind in kinds):
            left.pop(0)
            taken += 1
        if taken < least:
            return False
    return not left


@cache
def parsed(signature: str) -> tuple[tuple[tuple[str, ...], int, int], ...]:
    """Each place of a signature: its kinds, and how many arguments it takes at least and at most."""
    places = []
    for word in signature.split():
        kinds = tuple(word.removesuffix("...").removesuffix("?").split("|"))
        many, optional = word.endswith("..."), word.endswith("?")
        places.append((kinds, 0 if many or optional else 1, 1 << 30 if many else 1))
    return tuple(places)


def is_of(value: Value, kind: str, sort_of: SortOf) -> bool:
    """Whether a value is of one kind."""
    if kind[0] == "'":
        return value == kind[1:-1]
    if kind[0] == "@":
        return isinstance(value, Global) and value.name == kind[1:]
    if kind.startswith("made:"):
        return isinstance(value, Made) and value.of == kind[5:]
    return KINDS[kind](value, sort_of)


def _int(value: Value) -> bool:
    return isinstance(value, int) or value is INT or _is_scalar(value)


def _float(value: Value) -> bool:
    return value is FLOAT or _is_scalar(value)


def _is_scalar(value: Value) -> bool:
    return isinstance(value, Made) and value.of.endswith(".multiarray.scalar")


def _str(value: Value) -> bool:
    return isinstance(value, str) or value is TEXT or value is LOOSE


def _bytes(value: Value) -> bool:
    return value is BYTES or value is LOOSE or (isinstance(value, Made) and value.of in BYTES_MADE)


def _plain(value: Value) -> bool:
    return value is None or isinstance(value, (str, int, Plain)) or _is_scalar(value) or _bytes(value)


def _of_kinds(*kinds: str) -> Callable[[Value, SortOf], bool]:
    return lambda value, sort_of: isinstance(value, Box) and value.kind in kinds and _names_no_function(value, sort_of)


def _names_no_function(value: Box, sort_of: SortOf) -> bool:
    return not isinstance(value, Tuple) or all(sort_of(each.name) in ("class", "type", "value") for each in value.named)


def _sorted(*sorts: str) -> Callable[[Value, SortOf], bool]:
    return lambda value, sort_of: isinstance(value, Global) and sort_of(value.name) in sorts


def _thing(value: Value) -> bool:
    return isinstance(value, Made) and value.of != PERSISTENT


def _any(value: Value, sort_of: SortOf) -> bool:
    if isinstance(value, Global):
        return sort_of(value.name) in ("class", "type", "value")
    return value is not UNKNOWN and (not isinstance(value, Box) or _names_no_function(value, sort_of))


KINDS: dict[str, Callable[[Value, SortOf], bool]] = {
    "none": lambda value, _: value is None,
    "bool": lambda value, _: isinstance(value, bool),
    "int": lambda value, _: _int(value),
    "float": lambda value, _: _float(value),
    "str": lambda value, _: _str(value),
    "bytes": lambda value, _: _bytes(value),
    "buffer": lambda value, _: value is BUFFER,
    "plain": lambda value, _: _plain(value),
    "ratio": lambda value, _: isinstance(value, str) and RATIO.fullmatch(value) is not None,
    "list": _of_kinds("list"),
    "set": _of_kinds("set", "frozenset"),
    "dict": _of_kinds("dict"),
    "tuple": _of_kinds("tuple"),
    "box": _of_kinds(*CONTAINERS),
    "class": _sorted("class", "type"),
    "type": _sorted("type"),
    "value": _sorted("value"),
    "storage": _sorted("storage"),
    "function": _sorted("function"),
    "thing": lambda value, _: _thing(value),
    "persistent": lambda value, _: isinstance(value, Made) and value.of == PERSISTENT,
    "any": _any,
    "sibling": lambda value, _: (
        isinstance(value, str) and bool(value) and not set(value) & set("/\\:\0") and value != ".."
    ),
}
"""What the words of a shape mean; `sibling` is the plain name of a file."""
