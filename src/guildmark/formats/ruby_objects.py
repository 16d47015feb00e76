"""Reads what Ruby's Marshal wrote: plain values, and objects whose own methods its reader calls.

Source: Ruby's doc/marshal.rdoc (format 4.8)."""

from collections.abc import Iterator

from guildmark.contents import Contents
from guildmark.errors import FormatError, LimitPassed
from guildmark.formats import Built, Fault, Holds
from guildmark.formats._objects import DEEPEST, MOST_STEPS, Cursor, broken_by, told, unfitting

RANK = 60
HOLDS: Holds = "objects"
BEGINS = (b"\x04\x08",)

MAGIC = b"\x04\x08"
_LOOKED_AT = 3000
_CLASSES = {"o": "makes an object of", "S": "makes a structure of", "C": "makes a value of", "e": "extends a value by"}
_CALLS = {"u": "calls _load of", "U": "calls marshal_load of", "d": "calls _load_data of"}


def recognises(contents: Contents) -> bool:
    """The version, and one value that ends where the file does, as far as that is looked at."""
    if contents.at(0, 2) != MAGIC or contents.size < 4:
        return False
    walk = _Walk(contents, _LOOKED_AT)
    error = broken_by(walk)
    return error is None or isinstance(error, LimitPassed) or bool(walk.built)


def builds(contents: Contents) -> Iterator[Built]:
    """Objects, and methods that reading calls; raises FormatError, LimitPassed."""
    return told(_Walk(contents))


def faults(contents: Contents) -> Iterator[Fault]:
    """All values fit into each other, and into the file."""
    return unfitting(_Walk(contents))


class _Walk:
    def __init__(self, contents: Contents, steps: int = MOST_STEPS) -> None:
        self._cursor = Cursor(contents, len(MAGIC), steps)
        self._symbols: list[str] = []
        self.built: list[Built] = []

    def walk(self) -> None:
        self._value(0)
        if self._cursor.left:
            raise FormatError(f"{self._cursor.left} bytes follow")

    def _value(self, depth: int) -> str:
        """A value; gives a symbol's word."""
        if depth > DEEPEST:
            raise LimitPassed(f"its values are nested over {DEEPEST} deep")
        at, kind = self._cursor.place, chr(self._cursor.byte())
        if kind in _CLASSES or kind in _CALLS:
            self._object(kind, at, depth)
        elif kind in ":;":
            return self._symbol(kind)
        elif kind in "[{}":
            self._values(self._count() * (1 if kind == "[" else 2) + (kind == "}"), depth)
        elif kind == "I":
            self._value(depth + 1)
            self._values(2 * self._count(), depth)
        elif kind in '"fcmM/l':
            length = self._count() if kind != "l" else self._cursor.byte() and 2 * self._count()
            self._cursor.skip(length + (kind == "/"))
        elif kind in "i@":
            self._number()
        elif kind not in "0TF":
            raise FormatError(f"the value at byte {at} is of no known kind")
        return ""

    def _object(self, kind: str, at: int, depth: int) -> None:
        name = self._value(depth + 1)
        if not name:
            raise FormatError(f"the object at byte {at} is of no class")
        says = f"{_CLASSES.get(kind) or _CALLS[kind]} {name[:100]}"
        self.built.append(Built(name, at, says))
        if kind in "oS":
            self._values(2 * self._count(), depth)
        elif kind == "u":
            self._cursor.skip(self._count())
        else:
            self._value(depth + 1)

    def _symbol(self, kind: str) -> str:
        number = self._number()
        if kind == ":":
            word = self._cursor.text(self._cursor.fits(number))
            self._symbols.append(word)
            return word
        if not 0 <= number < len(self._symbols):
            raise FormatError(f"a symbol before byte {self._cursor.place} does not stand before")
        return self._symbols[number]

    def _values(self, count: int, depth: int) -> None:
        for _ in range(self._cursor.fits(count)):
            self._value(depth + 1)

    def _count(self) -> int:
        return self._cursor.fits(self._number())

    def _number(self) -> int:
        """Marshal's packed number: small ones in a byte, else the count of the bytes that follow."""
        first = int.from_bytes(self._cursor.take(1), "little", signed=True)
        if first == 0:
            return 0
        if abs(first) > 4:
            return first - 5 if first > 0 else first + 5
        value = int.from_bytes(self._cursor.take(abs(first)), "little")
        return value if first > 0 else value - (1 << (8 * -first))
