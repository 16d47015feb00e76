"""What a pickle says of numpy's arrays: whether an array of objects has as many as its shape asks for.

Source: `array_setstate` and `_setlist_pkl` in numpy's methods.c: they walk through the shape and the list side by side
and ask nowhere how long the list is; bytes, and their number, they hold against the shape themselves."""

from guildmark.formats.pickle.dtypes import items
from guildmark.formats.pickle.values import ARRAY, INT, NOT_COUNTED, UNKNOWN, Box, Made, Tuple, Value

MADE_BY = (
    *(ARRAY, "numpy.ma.core._mareconstruct"),
    *("numpy.core.numeric._frombuffer", "numpy._core.numeric._frombuffer"),
)
"""The names whose calls make arrays, which BUILD gives a state."""
SCALARS = ("numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar")
DILL = "dill._dill._create_array"
"""Its third argument is an array's state."""
WITHOUT_A_VERSION = 4
"""([version], shape, dtype, order, data[, mask, what stands for masked])."""
DATA = 3


def contradiction(state: Value) -> str:
    """Why an array would reach behind its objects, or cannot be held against them; empty where it would not."""
    parts = items(state)
    if parts is None:  # a tuple that is not kept says nothing, and nothing else is a state of numpy's
        return "" if isinstance(state, Tuple) else "a state that the stream does not show"
    said = parts if len(parts) == WITHOUT_A_VERSION else parts[1:]
    if len(said) <= DATA or not isinstance(data := said[DATA], Box) or data.kind == "tuple":
        return "a state that the stream does not show" if len(said) > DATA and said[DATA] is UNKNOWN else ""
    if isinstance(data, Made):
        return "objects in a list that the stream does not show" if data.of.endswith(".list") else ""
    wanted = _elements(said[0])
    if wanted is None or NOT_COUNTED in (wanted, data.count) or wanted == data.count:
        return "" if wanted is not None else "a shape that the stream does not show"
    return f"{data.count} objects for a shape of {wanted}"


def _elements(shape: Value) -> int | None:
    """How many elements a shape has; NOT_COUNTED where its numbers are not kept, None where it is no plain shape."""
    count, lengths = 1, items(shape)
    if lengths is None:
        return None
    for length in lengths:
        if length is INT:
            return NOT_COUNTED
        if not isinstance(length, int) or length < 0:
            return None
        count *= length
    return count
