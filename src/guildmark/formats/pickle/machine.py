"""The pickle machine's stack and memo, which hold symbols in the place of objects."""

from typing import NamedTuple

from guildmark.errors import LimitPassed
from guildmark.formats.pickle import bombs
from guildmark.formats.pickle.values import (
    INT,
    KEEPERS,
    NOT_COUNTED,
    TEXT,
    UNKNOWN,
    Box,
    Global,
    Made,
    Mapping,
    Tuple,
    Value,
)
from guildmark.formats.pickle.window import Window

OPCODES = 20_000_000
ENTRIES = 4_000_000
COUNT_EVERY = 1_000_000
KEPT_STRING = 255  # a longer one is no name
UNCOUNTED = 48
KEPT_CHARACTERS = 100_000_000
KEPT_TUPLE = 16
KEPT_TUPLED = 4_000_000
KEPT_SHAPES = 50_000
KEPT_STATES = 64
KEPT_HELD = 4_000_000
KEPT_PLACES = 100_000
FARTHEST = 1 << 24
"""No memo that is filled in order comes so far within OPCODES; to reach it, `_pickle.c` asks for 256 MB."""
SHOWN = 8
NOWHERE = "?.?"
"""A name that the stream does not show."""


class Name(NamedTuple):
    """An importable name, `module.qualname` as the stream spells it, and the opcode that asks for it.

    `dotted` where its second part walks through attributes."""

    offset: int
    name: str
    opcode: str
    dotted: bool = False


class Call(NamedTuple):
    """What an opcode calls, with which arguments (BUILD: with which state). `named_at` and `named_by`
    say where the called name was asked for, and by which opcode (none: where the called thing was made)."""

    offset: int
    name: str
    opcode: str
    arguments: Value
    named_at: int = -1
    named_by: str = ""
    made: Made | None = None
    """What was made that an opcode changes (BUILD and its kin)."""


class Use(NamedTuple):
    """A name that is put somewhere as a value, and is not called here: in a dictionary under `key`, else in a list."""

    offset: int
    name: str
    opcode: str
    key: str


class Bomb(NamedTuple):
    """A value that unfolds to far more objects than the stream has opcodes; or (`opcode` is not STOP) one that is
    kept so far behind all others that a memo which is an array, as in `_pickle.c`, asks for as many places."""

    offset: int
    objects: int
    opcode: str = "STOP"


Event = Name | Call | Use | Bomb


class Tally:
    """What all machines that read one file have used together. `explains`: lists keep their first items."""

    def __init__(self, opcodes: int = OPCODES, *, explains: bool = False) -> None:
        self.given = opcodes
        self.left = opcodes
        self.kept = 0
        self.tupled = 0
        self.held = 0
        self.explains = explains
        self.places = 0
        self.shapes: dict[tuple[Value, ...], Tuple] = {}

    def keep(self, text: str) -> None:
        if len(text) > UNCOUNTED:
            self.kept += len(text)
        if self.kept > KEPT_CHARACTERS:
            raise LimitPassed(f"the pickle's strings are more than {KEPT_CHARACTERS} characters")

    def keeps_place(self) -> bool:
        """Whether one more place of bytes, or list of items, is kept for pyarrow's arrays."""
        self.places -= self.places > 0
        return self.places > 0

    def hold(self, box: Box, value: Value) -> None:
        """Note that `value` lies in `box`; raises LimitPassed where too much lies in too much."""
        self.held += box.hold(value)
        if self.held > KEPT_HELD:
            raise LimitPassed(f"the pickle nests more than {KEPT_HELD} values")

    def tuple_of(self, items: list[Value]) -> Tuple:
        """A tuple; those beyond the bound on memory are shared by all that look alike."""
        if len(items) > KEPT_TUPLE:
            self.held += len(items)
            return Tuple(items, keep=False)
        self.tupled += len(items)
        if self.tupled <= KEPT_TUPLED:
            return Tuple(items, keep=True)
        shape = tuple(_shape(item) for item in items)
        if shape not in self.shapes:
            if len(self.shapes) >= KEPT_SHAPES:
                return Tuple(items, keep=False)
            self.shapes[shape] = Tuple(list(shape), keep=True)
        return self.shapes[shape]


def _shape(item: Value) -> Value:
    if isinstance(item, int) and not isinstance(item, bool):
        return INT
    return TEXT if isinstance(item, str) and len(item) > KEPT_TUPLE else item


class Machine:
    """Where one stream stands, and what it holds. `plain`: as for `pickle.load`, not `joblib.load`."""

    def __init__(self, window: Window, tally: Tally, *, plain: bool = False) -> None:
        self.window = window
        self.tally = tally
        self.plain = plain
        self.is_fork = False
        self.is_inner = False
        self.loads: Made | None = None
        self.memo: dict[int, Value] = {}
        self.stack: list[Value] = []
        self.outer: list[list[Value]] = []
        self.result: Value = UNKNOWN
        self.found: list[Event] = []
        self.calls = 0
        self.frame_end = 0
        self.dropped = Box("dropped")
        self.at = 0
        self.opcode = ""
        self._grown = 0

    def name(self, name: str, *, dotted: bool = False) -> Global:
        """The stream asks for an importable name."""
        self.found.append(Name(self.at, name, self.opcode, dotted))
        if name in KEEPERS and not self.tally.places:
            self.tally.places = KEPT_PLACES
        return Global(name, self.at, self.opcode, dotted)

    def call(self, of: Value, arguments: Value) -> None:
        """The stream calls `of`: a name, something made (BUILD and its kin), or what nobody can say."""
        self.calls += 1
        if isinstance(of, Global):
            self.found.append(Call(self.at, of.name, self.opcode, arguments, of.at, of.opcode))
        elif isinstance(of, Made) and self.opcode not in CALLING:
            self.found.append(Call(self.at, of.of, self.opcode, arguments, of.at, "", of))
        else:
            made_at = of.at if isinstance(of, Made) else -1
            self.found.append(Call(self.at, NOWHERE, self.opcode, arguments, made_at))

    def use(self, value: Value, key: Value = "") -> None:
        """A value is put somewhere; the names in it are told."""
        named = (value,) if isinstance(value, Global) else value.named if isinstance(value, Tuple) else ()
        for each in named:
            self.found.append(Use(self.at, each.name, self.opcode, key if isinstance(key, str) else NOWHERE))

    def hashed(self, key: Value) -> None:
        """A key of a dictionary or set: hashing a tuple walks through all tuples in it."""
        if isinstance(key, Tuple) and key.weight > bombs.OBJECTS:
            self._tell_bomb(key.weight)

    def drop(self, values: list[Value]) -> None:
        """The stream takes these away again; what they were made of was walked through all the same."""
        for value in values:
            self.tally.hold(self.dropped, value)

    def end(self) -> None:
        """What comes out at the end and what was made beside it: whoever walks through it meets this many objects."""
        left = [value for part in (self.stack, *self.outer) for value in part]
        if not left and self.dropped.inside is None:
            return self._tell_bomb(bombs.unfolded(self.result))
        self.drop([*left, self.result])
        self._tell_bomb(bombs.unfolded(self.dropped))

    def _tell_bomb(self, objects: int) -> None:
        if bombs.is_bomb(objects, self.tally.given - self.tally.left):
            self.found.append(Bomb(self.at, objects))

    def events(self) -> list[Event]:
        """What was found since the last time."""
        found, self.found = self.found, []
        return found

    def as_plain(self) -> "Machine":
        """Another machine that stands at the same place and shares nothing that can change."""
        other = Machine(Window(self.window.contents, self.window.place), self.tally, plain=True)
        other.is_fork = True
        other.memo = {place: _fixed(value) for place, value in self.memo.items()}
        other.stack = [_fixed(value) for value in self.stack]
        other.outer = [[_fixed(value) for value in part] for part in self.outer]
        return other

    def push(self, value: Value) -> None:
        self.stack.append(value)
        self._grown += 1
        if self._grown >= COUNT_EVERY:
            self._count()

    def grow(self) -> None:
        """One more value is held; raises LimitPassed where they are too many."""
        self._grown += 1
        if self._grown >= COUNT_EVERY:
            self._count()

    def _count(self) -> None:
        self._grown = 0
        held = len(self.memo) + len(self.stack) + len(self.outer) + sum(len(part) for part in self.outer)
        if held > ENTRIES:
            raise LimitPassed(f"the pickle keeps more than {ENTRIES} values")

    def push_text(self, text: str) -> None:
        if len(text) > KEPT_STRING:
            return self.push(TEXT)
        self.tally.keep(text)
        self.push(text)

    def pop_mark(self) -> list[Value]:
        items, self.stack = self.stack, self.outer.pop()
        return items


TEXT_MADE = (".str", ".unicode", ".scalar", ".encode", ".decode")
"""Ends of names whose calls can give a text."""
CALLING = ("REDUCE", "NEWOBJ", "NEWOBJ_EX", "INST", "OBJ")
"""The opcodes that call what is on the stack; BUILD and its kin call a method of it."""


def _fixed(value: Value) -> Value:
    """The value, or for one that opcodes can change another that says as little as is sure."""
    if isinstance(value, Tuple):
        return value if value.items is not None and not value.held() else Box("tuple")
    if isinstance(value, Mapping):
        fixed = Mapping()
        fixed.sure = False
        return fixed
    if isinstance(value, Made):
        return UNKNOWN if value.of.endswith(TEXT_MADE) else Made(value.of, UNKNOWN, value.at)
    return Box(value.kind, NOT_COUNTED) if isinstance(value, Box) else value
