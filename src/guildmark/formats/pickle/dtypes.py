"""What a pickle says of numpy's dtypes: whether their elements are objects, and whether their flags say so."""

from guildmark import late
from guildmark.formats.pickle.values import DTYPE, INT, KEPT_ENTRIES, Global, Made, Mapping, Tuple, Value

HAS_OBJECT = 1  # numpy's NPY_ITEM_REFCOUNT
SUBARRAY, FIELDS, FLAGS = 2, 4, 7
"""Places in a state: (version, byte order, subarray, names, fields, size, alignment, flags[, metadata])."""
FIRST_WITH_FLAGS = 3
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
    if said is None or len(said) <= FLAGS:
        return False
    version, flag = said[0], said[FLAGS]
    if flag is INT or (isinstance(version, int) and version < FIRST_WITH_FLAGS):
        return False
    return not isinstance(flag, int) or bool(flag & HAS_OBJECT) != _holds_objects(dtype, said)


def _holds_objects(dtype: Made, state: tuple[Value, ...], depth: int = 0) -> bool:
    letter = _letter(dtype)
    if letter != "V" or depth > DEEPEST:
        return letter == "O"
    sub, fields = items(state[SUBARRAY]), state[FIELDS]
    parts = list(sub[:1]) if sub else []
    if isinstance(fields, Mapping):
        known = fields.known or {}
        if not fields.sure or len(known) >= KEPT_ENTRIES:
            return True
        parts += [part[0] for part in map(items, known.values()) if part]
    return any(_is_object(part, depth + 1) for part in parts)


def _is_object(dtype: Value, depth: int) -> bool:
    """Whether a part's elements are objects, by its letter, its flags or its own parts."""
    if not isinstance(dtype, Made) or dtype.of != DTYPE:
        return False
    if _letter(dtype) == "O":
        return True
    states = [(flags(state), items(state) or ()) for state in dtype.state]
    if any((flag or 0) & HAS_OBJECT for flag, _ in states):
        return True
    return any(_holds_objects(dtype, said, depth) for _, said in states if len(said) > FLAGS)


def _letter(dtype: Made) -> str:
    """What a dtype was asked for: `V` for records, whose fields say the rest."""
    asked = items(dtype.arguments)
    if not asked or isinstance(asked[0], Global):
        return "O" if asked and isinstance(asked[0], Global) and asked[0].name.endswith("object_") else "V"
    found = _ASKED.fullmatch(asked[0]) if isinstance(asked[0], str) else None
    return found[1] if found else ""
