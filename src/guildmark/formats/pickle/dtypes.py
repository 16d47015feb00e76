"""What a pickle says of numpy's dtypes: whether their elements are objects, and whether their flags say so."""

from guildmark import late
from guildmark.formats.pickle.values import DTYPE, INT, KEPT_ENTRIES, Global, Made, Mapping, Tuple, Value

HAS_OBJECT = 1  # numpy's NPY_ITEM_REFCOUNT
AS_LIST = 2  # NPY_LIST_PICKLE: without it an array's bytes would be taken for its pointers
FLAGS = 7
"""Its place in a state: (version, byte order, subarray, names, fields, size, alignment[, flags[, metadata]])."""
FIRST_WITH_FLAGS = 3
"""The first version that says flags; before it numpy finds them itself."""
WITHOUT_A_VERSION = 5
DEEPEST = 8

_ASKED = late.compile(r"[<>|=]?([A-Za-z?])\d*")


def items(value: Value) -> tuple[Value, ...] | None:
    """What is in a tuple; None for what is none, or is not kept."""
    return value.items if isinstance(value, Tuple) else None


def flags(state: Value) -> int | None:
    """The flags in a dtype's state."""
    said = items(state) or ()
    found = said[FLAGS] if len(said) > FLAGS else None
    return found if isinstance(found, int) else None


def contradicts(dtype: Made, state: Value) -> bool:
    """Whether numpy, which believes a state's flags, would take numbers for pointers to objects, or the reverse.

    Source: `arraydescr_setstate` in numpy's descriptor.c: from version 3 on, the flags are taken as they are."""
    said = items(state)
    if said is None:
        return not isinstance(state, Tuple)
    if len(said) == WITHOUT_A_VERSION:
        return False
    version, flag = said[0] if said else None, said[FLAGS] if len(said) > FLAGS else None
    if flag is INT or (isinstance(version, int) and version < FIRST_WITH_FLAGS):
        return False
    if not isinstance(flag, int) or not _letter(dtype):
        return True
    holds = _holds_objects(dtype, said)
    return bool(flag & HAS_OBJECT) != holds or (holds and not flag & AS_LIST)


def _holds_objects(dtype: Made, state: tuple[Value, ...], depth: int = 0) -> bool:
    letter = _letter(dtype)
    if letter != "V" or depth > DEEPEST:
        return letter in ("O", "V", "")
    parts: list[Value] = []
    for said in state[:FLAGS]:  # a record's fields, or the dtype and the shape of a subarray
        known = (said.known or {}) if isinstance(said, Mapping) else {}
        if isinstance(said, Mapping) and (not said.sure or len(known) >= KEPT_ENTRIES):
            return True
        parts += [part[0] for part in map(items, (said, *known.values())) if part]
    return any(are_objects(part, depth + 1) for part in parts)


def are_objects(dtype: Value, depth: int = 0) -> bool:
    """Whether a dtype's elements are objects, or could be: by its letter, its flags or its own parts."""
    if not isinstance(dtype, Made) or dtype.of != DTYPE:
        return isinstance(dtype, Made)
    if _letter(dtype) in ("O", ""):
        return True
    if any((flags(state) or 0) & HAS_OBJECT for state in dtype.state):
        return True
    return any(_holds_objects(dtype, items(state) or (), depth) for state in dtype.state)


def _letter(dtype: Made) -> str:
    """What a dtype was asked for: `V` for records, whose fields say the rest; empty for what numpy never pickles."""
    asked = items(dtype.arguments)
    if asked and isinstance(asked[0], Global):
        return "V" if asked[0].name.endswith(".record") else "O" if asked[0].name.endswith("object_") else ""
    found = _ASKED.fullmatch(asked[0]) if asked and isinstance(asked[0], str) else None
    return found[1] if found else ""
