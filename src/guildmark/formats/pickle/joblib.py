"""The bytes of an array that joblib writes between two opcodes (`joblib.numpy_pickle`)."""

import re

import msgspec

from guildmark.formats.pickle.dtypes import DEEPEST, HAS_OBJECT, contradicts, flags, items
from guildmark.formats.pickle.values import DTYPE, UNKNOWN, WRAPPER, Made, Mapping, Value

SIZES = {
    "b": {1}, "i": {1, 2, 4, 8}, "u": {1, 2, 4, 8}, "f": {2, 4, 8, 12, 16}, "c": {8, 16, 24, 32}, "M": {8}, "m": {8}
}  # fmt: skip
MOST_FIELDS = 256


class Array(msgspec.Struct, frozen=True):
    """`size` bytes, after one byte of padding length where `padded`; None: a pickle of its objects."""

    size: int | None
    padded: bool


def is_wrapper(value: Value) -> bool:
    """Whether joblib's unpickler reads an array when it has set the state of `value`."""
    return isinstance(value, Made) and value.of.endswith(WRAPPER)


def array(value: Value) -> Array | None:
    """The array that follows; None where the stream does not show its size."""
    if not isinstance(value, Made) or items(value.arguments) != ():
        return None
    entries: dict[str, Value] = {}
    for state in value.state:
        if not isinstance(state, Mapping) or not state.sure:
            return None
        entries |= state.known or {}
    size, count = _item_size(entries.get("dtype", UNKNOWN)), _count(entries.get("shape", UNKNOWN))
    padding = entries.get("numpy_array_alignment_bytes")
    if size is None or count is None or not (padding is None or isinstance(padding, int)):
        return None
    return Array(None, False) if size < 0 else Array(size * count, padding is not None)


def _count(shape: Value) -> int | None:
    lengths = items(shape)
    if lengths is None:
        return None
    count = 1
    for length in lengths:
        if not isinstance(length, int) or length < 0:
            return None
        count *= length
    return count


def _item_size(dtype: Value, depth: int = 0) -> int | None:
    """Bytes of an element; -1 for objects, None where it is not known."""
    arguments = items(dtype.arguments) if isinstance(dtype, Made) and dtype.of == DTYPE else None
    found = re.fullmatch(r"[<>|=]?([biufcMmSUVO])(\d{1,9})?", str(arguments[0])) if arguments else None
    if found is None or not isinstance(dtype, Made):
        return None
    letter, digits = found[1], found[2]
    if letter == "O":
        return -1 if all(flags(state) is not None and _is_one(state) for state in dtype.state) else None
    if letter == "V" and dtype.state and all(_is_of_objects(dtype, state) for state in dtype.state):
        return -1
    size = int(digits or 0) * (4 if letter == "U" else 1)
    if size not in SIZES.get(letter, {size}) or not size:
        return None
    return size if all(_keeps(state, letter, size, depth) for state in dtype.state) else None


def _is_of_objects(dtype: Made, state: Value) -> bool:
    """Whether a record has objects among its fields, so that all of it is pickled."""
    return bool((flags(state) or 0) & HAS_OBJECT) and not contradicts(dtype, state)


def _keeps(state: Value, letter: str, size: int, depth: int) -> bool:
    """Whether numpy's dtype is still of `size` plain bytes after setting `state`."""
    flag, said = flags(state), items(state)
    if flag is None or said is None or flag & HAS_OBJECT:
        return False
    if letter not in "SUV":
        return _is_one(state)
    whole = said[5] == size
    return whole and (_is_one(state) or (letter == "V" and said[2] is None and _are_plain(said[4], depth)))


def _are_plain(fields: Value, depth: int) -> bool:
    """Whether all fields of a record, name: (dtype, offset), are plain bytes, and none a pointer to follow."""
    if not isinstance(fields, Mapping) or not fields.sure or not fields.known or depth > DEEPEST:
        return False
    if len(fields.known) >= MOST_FIELDS:
        return False
    kinds = [(items(field) or (None,))[0] for field in fields.known.values()]
    return all((_item_size(kind, depth + 1) or -1) > 0 for kind in kinds)


def _is_one(state: Value) -> bool:
    """No subarray, no fields."""
    return (items(state) or ())[2:5] == (None, None, None)
