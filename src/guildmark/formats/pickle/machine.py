"""The pickle machine's stack and memo, which hold symbols in the place of objects."""

from typing import NamedTuple

from guildmark.errors import LimitPassed
from guildmark.formats.pickle.values import UNKNOWN, Made, Mapping, Value
from guildmark.formats.pickle.window import Window

OPCODES = 20_000_000
ENTRIES = 4_000_000
COUNT_EVERY = 1_000_000
KEPT_STRING = 255  # a longer one is no name, and stands for any
UNCOUNTED = 48
KEPT_CHARACTERS = 100_000_000
KEPT_TUPLE = 16
KEPT_TUPLED = 2_000_000
KEPT_STATES = 64
NOWHERE = "?.?"
"""A name that the stream does not show."""


class Name(NamedTuple):
    """An importable name, `module.qualname` as the stream spells it, and the opcode that asks for it."""

    offset: int
    name: str
    opcode: str


class Tally:
    """What all machines that read one file have used together."""

    def __init__(self, opcodes: int = OPCODES) -> None:
        self.left = opcodes
        self.kept = 0
        self.tupled = 0

    def keep(self, text: str) -> None:
        if len(text) > UNCOUNTED:
            self.kept += len(text)
        if self.kept > KEPT_CHARACTERS:
            raise LimitPassed(f"the pickle's strings are more than {KEPT_CHARACTERS} characters")


class Machine:
    """Where one stream stands, and what it holds. `plain`: as for `pickle.load`, not `joblib.load`."""

    def __init__(self, window: Window, tally: Tally, *, plain: bool = False) -> None:
        self.window = window
        self.tally = tally
        self.plain = plain
        self.memo: dict[int, Value] = {}
        self.stack: list[Value] = []
        self.outer: list[list[Value]] = []
        self.result: Value = UNKNOWN
        self.found: list[Name] = []
        self.calls = 0
        self.frame_end = 0
        self.at = 0
        self.opcode = ""
        self._grown = 0

    def name(self, name: str) -> None:
        """The stream asks for an importable name."""
        self.found.append(Name(self.at, name, self.opcode))

    def names(self) -> list[Name]:
        """The names since the last time."""
        found, self.found = self.found, []
        return found

    def as_plain(self) -> "Machine":
        """Another machine that stands at the same place and shares nothing that can change."""
        other = Machine(Window(self.window.contents, self.window.place), self.tally, plain=True)
        other.memo = {place: _fixed(value) for place, value in self.memo.items()}
        other.stack = [_fixed(value) for value in self.stack]
        other.outer = [[_fixed(value) for value in part] for part in self.outer]
        return other

    def push(self, value: Value) -> None:
        self.stack.append(value)
        self.grow()

    def grow(self) -> None:
        """One more value is held; raises LimitPassed where they are too many."""
        self._grown += 1
        if self._grown < COUNT_EVERY:
            return
        self._grown = 0
        held = len(self.memo) + len(self.stack) + len(self.outer) + sum(len(part) for part in self.outer)
        if held > ENTRIES:
            raise LimitPassed(f"the pickle keeps more than {ENTRIES} values")

    def push_text(self, text: str) -> None:
        if len(text) > KEPT_STRING:
            return self.push(UNKNOWN)
        self.tally.keep(text)
        self.push(text)

    def push_tuple(self, items: list[Value]) -> None:
        self.tally.tupled += len(items)
        if len(items) > KEPT_TUPLE or self.tally.tupled > KEPT_TUPLED:
            return self.push(UNKNOWN)
        self.push(tuple(UNKNOWN if isinstance(item, (tuple, Mapping, Made)) else item for item in items))

    def pop_mark(self) -> list[Value]:
        items, self.stack = self.stack, self.outer.pop()
        return items


def _fixed(value: Value) -> Value:
    """The value, or UNKNOWN for one that opcodes can change."""
    return UNKNOWN if isinstance(value, (Mapping, Made)) else value
