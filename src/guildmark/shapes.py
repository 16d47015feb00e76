"""Whether what is known of a pickle's values fits the shapes of arguments that `inert.toml` writes down."""

from collections.abc import Callable, Sequence
from functools import cache

from guildmark import late
from guildmark.formats.pickle.values import (
    BUFFER,
    BYTES,
    FLOAT,
    INT,
    KEPT_ENTRIES,
    LOADS_BYTES,
    LOOSE,
    METHODS,
    PERSISTENT,
    TEXT,
    UNKNOWN,
    Box,
    Global,
    Made,
    Mapping,
    Plain,
    Span,
    Tuple,
    Value,
)

SortOf = Callable[[str], str]
"""The sort of a listed name; empty where it is not listed."""

CONTAINERS = ("list", "set", "frozenset", "dict", "tuple")
BYTES_MADE = ("_codecs.encode", "builtins.bytes", "builtins.bytearray", "__builtin__.bytes", "__builtin__.bytearray")
RANGES = ("builtins.range", "__builtin__.range", "__builtin__.xrange")
"""Few bytes that stand for any number of numbers."""
RATIO = late.compile(r"-?\d{1,4000}(/\d{1,4000})?")
ZONE = late.compile(
    r"((Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Brazil|Canada|Chile|Etc|Europe|Indian|Mexico|Pacific|US)"
    r"/([A-Z][A-Za-z_-]{0,30}/)?)?[A-Z][A-Za-z0-9_+-]{0,30}"
)
"""The names of the time zones in the tz database: a region, at most one part of it, and a place."""
REBUILT = late.compile(r"torch\._(utils|tensor)\._rebuild_[a-z0-9_]+")
"""The functions whose calls make torch's tensors."""


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
    return (
        value is BYTES
        or value is LOOSE
        or isinstance(value, Span)
        or (isinstance(value, Made) and value.of in BYTES_MADE)
    )


def _plain(value: Value) -> bool:
    return value is None or isinstance(value, (str, int, Plain)) or _is_scalar(value) or _bytes(value)


def _of_kinds(*kinds: str) -> Callable[[Value, SortOf], bool]:
    return lambda value, sort_of: isinstance(value, Box) and value.kind in kinds and _names_no_function(value, sort_of)


def _names_no_function(value: Box, sort_of: SortOf) -> bool:
    return not isinstance(value, Tuple) or all(sort_of(each.name) in ("class", "type", "value") for each in value.named)


def _sorted(*sorts: str) -> Callable[[Value, SortOf], bool]:
    return lambda value, sort_of: isinstance(value, Global) and sort_of(value.name) in sorts


def _thing(value: Value) -> bool:
    return isinstance(value, Made) and value.of != PERSISTENT and value.of not in RANGES


def _are_labels(value: Value, sort_of: SortOf) -> bool:
    if not isinstance(value, Mapping):
        return False
    return not any(isinstance(each, Made) and each.of in RANGES for each in (value.known or {}).values())


def _is_state(value: Value, sort_of: SortOf) -> bool:
    """Attributes that are set one by one: texts name them, none of which Python itself asks for."""
    if isinstance(value, Tuple) and value.items is not None and len(value.items) == 2:
        return all(part is None or (isinstance(part, Mapping) and _is_state(part, sort_of)) for part in value.items)
    if not isinstance(value, Mapping):
        return value is None
    return value.sure and not any(key.startswith("__") or key in METHODS for key in value.known or ())


def _is_partial(value: Value, sort_of: SortOf) -> bool:
    """The state of functools.partial: a listed value; a tuple, a dictionary and attributes that hold no function."""
    if not isinstance(value, Tuple) or value.items is None or len(value.items) != 4:
        return False
    function, arguments, named, attributes = value.items
    if not (isinstance(function, Global) and sort_of(function.name) == "value" and isinstance(arguments, Tuple)):
        return False
    plain = isinstance(named, Mapping) and named.sure and _names_no_function(arguments, sort_of)
    return plain and (attributes is None or _is_state(attributes, sort_of))


def _is_emptied(value: Value, sort_of: SortOf) -> bool:
    """What numpy's `_reconstruct` takes: the class of an array, no elements, and a letter."""
    if not isinstance(value, Tuple) or value.items is None or len(value.items) != 3:
        return False
    of, shape, letter = value.items
    of_numpy = isinstance(of, Global) and of.name.startswith("numpy.") and sort_of(of.name) == "class"
    return of_numpy and isinstance(shape, Tuple) and shape.items == (0,) and (_bytes(letter) or _str(letter))


def _is_twister(value: Value, sort_of: SortOf) -> bool:
    """A state of random.Random: of version 3, whose numbers must stand in a tuple."""
    items = value.items if isinstance(value, Tuple) else None
    if items is None or len(items) != 3:
        return False
    return items[0] == 3 and isinstance(items[1], Tuple) and (items[2] is None or items[2] is FLOAT)


def shows_keys(state: Mapping) -> bool:
    """Whether every value in it that could act is known, with its key."""
    return state.sure and len(state.known or ()) < KEPT_ENTRIES


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
    "tensor": lambda value, _: isinstance(value, Made) and REBUILT.fullmatch(value.of) is not None,
    "state": _is_state,
    "labels": _are_labels,
    "twister": _is_twister,
    "partial": _is_partial,
    "zone": lambda value, _: isinstance(value, str) and ZONE.fullmatch(value) is not None,
    "empty": lambda value, _: isinstance(value, Tuple) and value.items == (0,),
    "emptied": _is_emptied,
    "persistent": lambda value, _: isinstance(value, Made) and value.of in (PERSISTENT, LOADS_BYTES),
    "any": _any,
    "sibling": lambda value, _: (
        isinstance(value, str) and bool(value) and not set(value) & set("/\\:\0") and value != ".."
    ),
}
"""What the words of a shape mean; `sibling` is the plain name of a file, `zone` that of a time zone."""
