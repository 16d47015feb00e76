"""Reads the header of a NumPy array file, and finds the pickle in one that holds objects.

Source: numpy/lib/_format_impl.py (format versions 1 to 3)."""

import ast
import warnings
from collections.abc import Iterator
from math import prod
from typing import Any, NamedTuple

from guildmark import late
from guildmark.contents import Contents, Part
from guildmark.errors import FormatError, LimitPassed
from guildmark.formats import Fault, Holds, Member
from guildmark.limits import Budget

RANK = 10
HOLDS: Holds = "weights"
BEGINS = (b"\x93NUMPY",)

MAGIC = b"\x93NUMPY"
MOST_HEADER = 1 << 16
MOST_DIMENSIONS = 64
"""NPY_MAXDIMS."""

_PLAIN = late.compile(r"[<>=|]?([?bBiufcSaUVmM])(\d{0,9})(\[[^\]]*\])?")
_OBJECT = late.compile(r"[<>=|]?O\d*")
_LONG_OF_PYTHON_2 = late.compile(r"(?<=\d)L\b")


class Header(NamedTuple):
    """What the header says: the type's description, the order, the shape, and where the data start."""

    description: Any
    fortran_order: bool
    shape: tuple[int, ...]
    start: int


def recognises(contents: Contents) -> bool:
    return contents.at(0, len(MAGIC)) == MAGIC


def header(contents: Contents) -> Header:
    """What the header says; raises FormatError where it is not a literal of the three that it should hold."""
    version = contents.at(len(MAGIC), 1)
    width = {b"\x01": 2, b"\x02": 4, b"\x03": 4}.get(version)
    if width is None:
        raise FormatError(f"the format's version {version.hex()} is not known")
    start = len(MAGIC) + 2 + width
    length = int.from_bytes(contents.at(start - width, width), "little")
    if start + length > contents.size:
        raise FormatError(f"the header would end at byte {start + length}; the file has {contents.size}")
    if length > MOST_HEADER:
        raise LimitPassed(f"the header is {length} bytes long; {MOST_HEADER} are read")
    found = _literal(contents.at(start, length).decode("utf-8" if version == b"\x03" else "latin-1", "replace"))
    if not isinstance(found, dict) or found.keys() != {"descr", "fortran_order", "shape"}:
        raise FormatError("the header does not hold exactly descr, fortran_order and shape")
    shape = found["shape"]
    if not isinstance(shape, tuple) or len(shape) > MOST_DIMENSIONS or not all(map(_is_length, shape)):
        raise FormatError("the shape is no tuple of lengths")
    return Header(found["descr"], found["fortran_order"] is True, shape, start + length)


def has_objects(contents: Contents) -> bool:
    """Whether NumPy would unpickle the data: they are objects, or of a type that is not known to be plain."""
    return any(_size(name) is None for name, _ in _types(header(contents).description))


def pickle_offset(contents: Contents) -> int | None:
    """Where the pickle of an array of objects starts; None where the data are plain."""
    return header(contents).start if has_objects(contents) else None


def members(contents: Contents, budget: Budget) -> Iterator[Member] | None:
    """The pickle of an array of objects, as a file of its own; None where the data are plain."""
    try:
        offset = pickle_offset(contents)
    except FormatError:  # `faults` tells it
        return None
    if offset is None:
        return None
    return iter((Member("objects.pkl", Part(contents, offset, contents.size - offset)),))


def faults(contents: Contents) -> Iterator[Fault]:
    """The data have the size of their type and shape; objects have a pickle."""
    try:
        read = header(contents)
        types = tuple(_types(read.description))
    except LimitPassed:
        raise
    except FormatError as error:
        yield Fault("header", error.says)
        return
    rest = contents.size - read.start
    strange = [name for name, _ in types if _size(name) is None and not _OBJECT.fullmatch(name)]
    yield from (Fault("header", f"the type {name[:100]} is not known") for name in strange[:10])
    sizes = [(_size(name) or 0) * count for name, count in types if _size(name) is not None]
    if strange:
        return
    if len(sizes) < len(types):
        if not rest:
            yield Fault(f"byte {read.start}", "it holds objects, but nothing follows the header")
    elif rest != sum(sizes) * prod(read.shape):
        yield Fault(f"byte {read.start}", f"the data should be {sum(sizes) * prod(read.shape)} bytes, and are {rest}")


def _literal(text: str) -> object:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes in a stranger's strings
            try:
                return ast.literal_eval(text.strip())
            except SyntaxError:
                return ast.literal_eval(_LONG_OF_PYTHON_2.sub("", text).strip())
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError) as error:
        raise FormatError("the header is no Python literal") from error


def _is_length(value: object) -> bool:
    return type(value) is int and 0 <= value < 1 << 63


def _types(description: Any, count: int = 1) -> Iterator[tuple[str, int]]:
    """The plain types that a type is made of, and how many of each; raises FormatError for what is no type."""
    if isinstance(description, str):
        yield description, count
    elif isinstance(description, tuple) and len(description) == 2:
        yield from _types(description[0], count * _times(description[1]))
    elif isinstance(description, list):
        for field in description:
            if not isinstance(field, tuple) or len(field) not in (2, 3):
                raise FormatError("a field of the type is not (name, type) or (name, type, shape)")
            yield from _types(field[1], count * (_times(field[2]) if len(field) == 3 else 1))
    else:
        raise FormatError("descr describes no type")


def _times(shape: object) -> int:
    lengths = shape if isinstance(shape, tuple) else (shape,)
    if len(lengths) > MOST_DIMENSIONS or not all(map(_is_length, lengths)):
        raise FormatError("the shape of a field is no tuple of lengths")
    return prod(lengths)


def _size(name: str) -> int | None:
    """Bytes of one plain value; None for objects, and for types that are not known."""
    plain = _PLAIN.fullmatch(name)
    if not plain:
        return None
    letter, digits, _ = plain.groups()
    if letter in "mM":
        return 8
    if letter == "?" or (letter in "bB" and not digits):
        return 1
    return int(digits) * (4 if letter == "U" else 1) if digits else None
