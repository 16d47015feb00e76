"""What a pickle says of pyarrow's arrays: whether their lengths, offsets and buffers agree, which pyarrow does not ask.

Source: `_restore_array` in pyarrow's array.pxi, which hands type, length and buffers on as they are; the Arrow
columnar format, "Buffer listing for each layout"."""

from array import array
from collections.abc import Iterator
from sys import byteorder

from guildmark import late
from guildmark.contents import Contents
from guildmark.formats.pickle.values import ARROW, KEPT_ITEMS, Box, Made, Span, Tuple, Value

RESTORES = f"{ARROW}_restore_array"
BUFFER_OF = f"{ARROW}py_buffer"
BYTEARRAYS = ("builtins.bytearray", "__builtin__.bytearray")
PARTS = 7
"""(type, length, count of nulls, offset, buffers, children, dictionary)."""
LONGEST = 1 << 40
CHUNK = 1 << 18
_FIXED = {
    **{"bool": 1, "int8": 8, "uint8": 8, "int16": 16, "uint16": 16, "halffloat": 16, "int32": 32, "uint32": 32},
    **{"float": 32, "int64": 64, "uint64": 64, "double": 64, "date32[day]": 32, "date64[ms]": 64},
}
"""The bits of an element, by the type's name as pyarrow writes it."""
_TIMES = late.compile(r"(time32\[m?s\])|(?:time64\[[un]s\]|(?:timestamp|duration)\[(?:s|[mun]s)\])")
_OFFSETS = {"string": 4, "binary": 4, "large_string": 8, "large_binary": 8}
"""The bytes of an offset."""
_MADE = {"pyarrow.lib.timestamp": 64, "pyarrow.lib.decimal128": 128, "pyarrow.lib.decimal256": 256}


def contradiction(argument: Value, contents: Contents) -> str:
    """Why an array would reach beyond its bytes, or cannot be held against them; empty where all agrees."""
    parts = argument.items if isinstance(argument, Tuple) else None
    if parts is None or len(parts) != PARTS or parts[6] is not None or _listed(parts[5]) != []:
        return "of a kind that is not listed"
    kind, length, nulls, offset = parts[:4]
    numbers = [each for each in (length, nulls, offset) if isinstance(each, int) and not isinstance(each, bool)]
    if len(numbers) != 3 or min(numbers) < 0 or max(numbers) > LONGEST or numbers[1] > numbers[0]:
        return "of a length that cannot be"
    spans = _spans(parts[4])
    bits, width = _bits(kind), _OFFSETS.get(_alias(kind), 0)
    if spans is None or not (bits or width) or len(spans) != (3 if width else 2):
        return "of a kind that is not listed"
    return _reaches(spans, (numbers[0], numbers[1], numbers[2]), (bits, width), contents)


def _reaches(spans: list[Span | None], said: tuple[int, int, int], each: tuple[int, int], contents: Contents) -> str:
    length, nulls, offset = said
    end, shown, first = offset + length, spans[0], spans[1] or Span(0, 0)
    if nulls and shown is None:
        return "whose nulls are not said"
    if shown and (8 * shown.size < end or length - _ones(shown, offset, end, contents) != nulls):
        return "whose nulls are not those that it says"
    bits, width = each
    if bits:
        return "" if 8 * first.size >= bits * end else "that is longer than its bytes"
    if not end and not first.size:
        return ""
    if first.size < width * (end + 1):
        return "that has fewer offsets than elements"
    last = 0
    for numbers in _offsets(first, width, end + 1, contents):
        if numbers[0] < last or numbers != sorted(numbers):
            return "whose offsets go back"
        last = numbers[-1]
    return "" if last <= (spans[2] or Span(0, 0)).size else "whose offsets lead behind its bytes"


def _offsets(span: Span, width: int, count: int, contents: Contents) -> Iterator[list[int]]:
    for begin in range(0, count * width, CHUNK):
        numbers = array("i" if width == 4 else "q", contents.at(span.at + begin, min(CHUNK, count * width - begin)))
        if byteorder == "big":
            numbers.byteswap()
        yield numbers.tolist()


def _ones(span: Span, begin: int, end: int, contents: Contents) -> int:
    """How many bits are set from one to another, the lowest bit of a byte first."""
    ones = 0
    for at in range(begin // 8, (end + 7) // 8, CHUNK):
        bits = int.from_bytes(contents.at(span.at + at, min(CHUNK, (end + 7) // 8 - at)), "little")
        from_bit, to_bit = max(0, begin - 8 * at), min(8 * CHUNK, end - 8 * at)
        ones += ((bits & ((1 << to_bit) - 1)) >> from_bit).bit_count()
    return ones


def _bits(kind: Value) -> int:
    """How many bits an element of a type has; 0 for a type that has no fixed number, or is not listed."""
    name = _alias(kind)
    time = _TIMES.fullmatch(name)
    if time:
        return 32 if time[1] else 64
    return _FIXED.get(name, 0) or (_MADE.get(kind.of, 0) if isinstance(kind, Made) else 0)


def _alias(kind: Value) -> str:
    items = kind.arguments.items if isinstance(kind, Made) and isinstance(kind.arguments, Tuple) else None
    is_alias = isinstance(kind, Made) and kind.of == "pyarrow.lib.type_for_alias"
    return items[0] if is_alias and items and isinstance(items[0], str) else ""


def _spans(buffers: Value) -> list[Span | None] | None:
    """Where the bytes of each buffer lie; None where one is not seen."""
    found: list[Span | None] = []
    for buffer in _listed(buffers) or ():
        inner = _only(buffer) if isinstance(buffer, Made) and buffer.of == BUFFER_OF else buffer
        if isinstance(inner, Made) and inner.of in BYTEARRAYS:
            empty = isinstance(inner.arguments, Tuple) and inner.arguments.items == ()
            inner = Span(0, 0) if empty else _only(inner)
        if inner is not None and not isinstance(inner, Span):
            return None
        found.append(inner)
    return found


def _only(made: Made) -> Value:
    """The one argument of a call; the call itself where it has others."""
    items = made.arguments.items if isinstance(made.arguments, Tuple) else None
    return items[0] if items and len(items) == 1 and items[0] is not None else made


def _listed(value: Value) -> list[Value] | None:
    """The items of a list whose every change is known; None where they are not."""
    shown = value.shown if isinstance(value, Box) and value.kind == "list" else None
    return shown if shown is None or len(shown) < KEPT_ITEMS else None
