"""What is known of a value on the pickle machine's stack without making it, in bounded memory."""

from typing import Final

import msgspec


class Unknown:
    """A value that nothing is known about."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown()


class Global(msgspec.Struct, frozen=True):
    """An importable name, `module.qualname`."""

    name: str


class Mapping:
    """A dictionary; only the entries that describe a joblib array are kept.

    `sure` is False where a key could have been one of those and cannot be known."""

    __slots__ = ("known", "sure")

    def __init__(self) -> None:
        self.known: dict[str, Value] | None = None
        self.sure = True

    def put(self, key: "Value", value: "Value") -> None:
        if key is UNKNOWN:
            self.sure = False
        elif isinstance(key, str) and key in KEPT_KEYS:
            self.known = self.known or {}
            self.known[key] = value


class Made:
    """An object of a class whose state matters for reading on: a joblib array or a numpy dtype."""

    __slots__ = ("arguments", "of", "state")

    def __init__(self, of: str, arguments: "Value") -> None:
        self.of = of
        self.arguments = arguments
        self.state: list[Value] = []


Value = str | int | None | tuple["Value", ...] | Unknown | Global | Mapping | Made

KEPT_KEYS = ("shape", "dtype", "numpy_array_alignment_bytes")
WRAPPER = "NumpyArrayWrapper"
DTYPE = "numpy.dtype"


def make(of: Value, arguments: Value) -> Value:
    """What calling `of` with `arguments`, or making an instance of it, gives."""
    if not isinstance(of, Global):
        return UNKNOWN
    if of.name in ("copyreg._reconstructor", "copy_reg._reconstructor", "copyreg.__newobj__", "copy_reg.__newobj__"):
        if isinstance(arguments, tuple) and arguments and isinstance(arguments[0], Global):
            return make(arguments[0], ())
        return UNKNOWN
    if of.name == DTYPE or of.name.endswith(WRAPPER):
        return Made(of.name, arguments)
    return UNKNOWN
