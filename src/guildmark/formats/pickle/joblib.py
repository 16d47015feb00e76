"""The bytes of an array that joblib writes between two opcodes (`joblib.numpy_pickle`)."""

import re
from typing import NamedTuple

from guildmark.formats.pickle.values import DTYPE, UNKNOWN, WRAPPER, Made, Mapping, Value

SIZES = {
    "b": {1}, "i": {1, 2, 4, 8}, "u": {1, 2, 4, 8}, "f": {2, 4, 8, 12, 16}, "c": {8, 16, 24, 32}, "M": {8}, "m": {8}
}  # fmt: skip
HAS_OBJECT = 1  # numpy's NPY_ITEM_REFCOUNT
STATE_BEFORE_FLAGS = 7


class Array(NamedTuple):
    """`size` bytes, after one byte of padding length where `padded`; None: a pickle of its objects."""

    size: int | None
    padded: bool


def is_wrapper(value: Value) -> bool:
    """Whether joblib's unpickler reads an array when it has set the state of `value`."""
    return isinstance(value, Made) and value.of.endswith(WRAPPER)


def array(value: Value) -> Array | None:
    """The array that follows; None where the stream does not show its size."""
    if not isinstance(value, Made) or value.arguments != ():
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
    if not isinstance(shape, tuple):
        return None
    count = 1
    for length in shape:
        if not isinstance(length, int) or length < 0:
            return None
        count *= length
    return count


def _item_size(dtype: Value) -> int | None:
    """Bytes of an element; -1 for objects, None where it is not known."""
    if not isinstance(dtype, Made) or dtype.of != DTYPE or not isinstance(dtype.arguments, tuple):
        return None
    found = re.fullmatch(r"[<>|=]?([biufcMmSUVO])(\d{1,9})?", str(dtype.arguments[0])) if dtype.arguments else None
    if found is None:
        return None
    letter, digits = found[1], found[2]
    if letter == "O":
        return -1 if all(_flags(state) is not None for state in dtype.state) else None
    size = int(digits or 0) * (4 if letter == "U" else 1)
    if size not in SIZES.get(letter, {size}) or not size:
        return None
    return size if all(_keeps(state, letter, size) for state in dtype.state) else None


def _keeps(state: Value, letter: str, size: int) -> bool:
    """Whether numpy's dtype is still of `size` plain bytes after setting `state`.

    It is (version, byte order, subarray, names, fields, size, alignment, flags[, metadata])."""
    flags = _flags(state)
    if flags is None or flags & HAS_OBJECT or not isinstance(state, tuple):
        return False
    return letter not in "SUV" or (state[2:5] == (None, None, None) and state[5] == size)


def _flags(state: Value) -> int | None:
    if not isinstance(state, tuple) or len(state) <= STATE_BEFORE_FLAGS or state[2:5] != (None, None, None):
        return None
    flags = state[STATE_BEFORE_FLAGS]
    return flags if isinstance(flags, int) else None
