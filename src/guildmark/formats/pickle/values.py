"""What is known of a value on the pickle machine's stack without making it, in bounded memory.

None, bool, int and short str stand for themselves."""

from typing import Final

import msgspec

KEPT_KEYS = ("shape", "dtype", "numpy_array_alignment_bytes", "subclass", "filename")
"""Keys of joblib's wrappers, whose values say how to read on."""
METHODS = ("append", "extend", "add")
"""What an unpickler calls of an object, besides names that begin with two underscores."""
KEPT_ENTRIES = 256
KEPT_NAMED = 64
MOST = 10**30
NOT_COUNTED = -1
"""The count of a list that is not known."""
WRAPPER = "NumpyArrayWrapper"
DTYPE = "numpy.dtype"
ARRAY = "numpy.ndarray"
ARROW = "pyarrow.lib."
ARROW_ARRAY = "pyarrow.lib._restore_array"
LOADS_BYTES = "torch.storage._load_from_bytes"
"""How a storage of torch is pickled outside `torch.save`: a whole file of torch.save, in bytes."""
KEEPERS = (ARROW_ARRAY, LOADS_BYTES)
"""From where one of these is named, the places of bytes and the items of lists are kept."""
ARROW_KEPT = ("builtins.bytearray", "__builtin__.bytearray")
KEPT_ITEMS = 8
PERSISTENT = "persistent_load"
"""Stands for the loader, which a persistent id asks for an object."""
RECONSTRUCTORS = ("copyreg._reconstructor", "copy_reg._reconstructor", "copyreg.__newobj__", "copy_reg.__newobj__")
ZONE_MAKER = ("zoneinfo.ZoneInfo", "_unpickle")
"""The one method that `getattr` is asked for: how Python pickles a method of a class."""
_GETATTR = ("builtins.getattr", "__builtin__.getattr")
_LOADS_TYPE = "dill._dill._load_type"
"""Gives the type of Python that its argument names."""
_ARRAY_MAKERS = tuple(
    f"numpy.{core}.{module}._reconstruct" for core in ("core", "_core") for module in ("multiarray", "_internal")
)


class Unknown:
    """A value that nothing is known about."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown()


class Plain:
    """A number, text or bytes that is not kept: only its kind is known."""

    __slots__ = ("kind",)

    def __init__(self, kind: str) -> None:
        self.kind = kind


class Span(Plain):
    """Bytes that lie in the stream: where, and how many."""

    __slots__ = ("at", "size")

    def __init__(self, at: int, size: int) -> None:
        super().__init__("bytes")
        self.at = at
        self.size = size


FLOAT, INT, BYTES, BUFFER = Plain("float"), Plain("int"), Plain("bytes"), Plain("buffer")
TEXT = Plain("str")
"""A text too long to be a name."""
LOOSE = Plain("loose")
"""Text or bytes of Python 2: the loader chooses how to read it."""


class Global(msgspec.Struct, frozen=True):
    """An importable name, `module.qualname`, and the opcode that asked for it.

    `dotted` where the second part has a dot, which walks through attributes."""

    name: str
    at: int = 0
    opcode: str = ""
    dotted: bool = False


class Box:
    """A container: of what kind, how many items a list has, and the containers in it. `shown` has its first items
    where they are explained."""

    __slots__ = ("count", "inside", "kind", "shown")

    def __init__(self, kind: str, count: int = 0) -> None:
        self.kind = kind
        self.count = count
        self.inside: list[Box] | None = None
        self.shown: list[Value] | None = None

    def hold(self, value: "Value") -> bool:
        """Note what lies in it; False for a value that holds nothing itself."""
        if not isinstance(value, Box):
            return False
        if self.inside is None:
            self.inside = []
        self.inside.append(value)
        return True

    def held(self) -> "list[Box]":
        """The containers directly in it."""
        return self.inside or []


class Tuple(Box):
    """A tuple: its items where they are few (None: not kept), and all names in it and in its tuples.

    `weight` is how many tuples it unfolds to, which is what hashing it costs."""

    __slots__ = ("items", "named", "weight")

    def __init__(self, items: "list[Value]", *, keep: bool) -> None:
        super().__init__("tuple")
        self.items: tuple[Value, ...] | None = tuple(items) if keep else None
        self.weight = 1
        named: list[Global] = []
        for item in items:
            if isinstance(item, Tuple):
                self.weight = min(MOST, self.weight + item.weight)
                named += item.named
            elif isinstance(item, Global):
                named.append(item)
            if not keep:
                self.hold(item)
        self.named: tuple[Global, ...] = tuple(named[:KEPT_NAMED])

    def held(self) -> list[Box]:
        if self.items is None:
            return super().held()
        return [item for item in self.items if isinstance(item, Box)]


class Mapping(Box):
    """A dictionary; only the entries are kept that say something of what loading does.

    `sure` is False where a key could be any and cannot be known."""

    __slots__ = ("known", "sure")

    def __init__(self) -> None:
        super().__init__("dict")
        self.known: dict[str, Value] | None = None
        self.sure = True

    def put(self, key: "Value", value: "Value") -> None:
        if key is UNKNOWN or key is LOOSE or (isinstance(key, Box) and not isinstance(key, Tuple)):
            self.sure = False
        elif isinstance(key, str) and self._is_telling(key, value):
            self.known = self.known or {}
            self.known[key] = value

    def _is_telling(self, key: str, value: "Value") -> bool:
        if key in KEPT_KEYS:
            return True
        if key.startswith("__") or key in METHODS:
            return isinstance(value, (Box, Global, Unknown))
        acts = isinstance(value, (Made, Global, Unknown, Tuple))
        return acts and (self.known is None or len(self.known) < KEPT_ENTRIES)


class Made(Box):
    """An object that the call at byte `at` of `of` made; arguments and state are kept where reading on needs them."""

    __slots__ = ("arguments", "at", "of", "state")

    def __init__(self, of: str, arguments: "Value", at: int = 0) -> None:
        super().__init__("made")
        self.of = of
        self.at = at
        self.arguments: Value = arguments if self.is_read_on() else UNKNOWN
        self.state: list[Value] = []

    def is_read_on(self) -> bool:
        """Whether a reader asks it how to read on: joblib's and torch's; or pyarrow's arrays are made of it."""
        return (
            self.of in (DTYPE, LOADS_BYTES)
            or self.of.endswith(WRAPPER)
            or self.of.startswith(ARROW)
            or self.of in ARROW_KEPT
        )


Value = str | int | None | Unknown | Plain | Global | Box


def make(of: Value, arguments: Value, at: int) -> Value:
    """What calling `of` with `arguments`, or making an instance of it, gives."""
    if not isinstance(of, Global):
        return UNKNOWN
    items = arguments.items if isinstance(arguments, Tuple) else None
    if of.name in RECONSTRUCTORS:
        if items and isinstance(items[0], Global):
            return Made(items[0].name, Tuple([], keep=True), at)
        return Made(of.name, UNKNOWN, at)
    if of.name in _GETATTR and items and isinstance(items[0], Global) and (items[0].name, *items[1:]) == ZONE_MAKER:
        return Global(".".join(map(str, ZONE_MAKER)), at, "REDUCE", True)
    if of.name == _LOADS_TYPE and items and isinstance(items[0], str):
        return Global(f"builtins.{items[0]}", at, "REDUCE")
    return Made(ARRAY if of.name in _ARRAY_MAKERS else of.name, arguments, at)
