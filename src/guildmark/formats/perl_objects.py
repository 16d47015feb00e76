"""Reads what Perl's Storable wrote to a file: plain values; blessed ones, hooks and code, which its reader runs.

Source: Storable.xs (SX_ codes) of Perl 5; perldoc Storable, Security Warning."""

from collections.abc import Iterator

from guildmark.contents import Contents
from guildmark.errors import FormatError, LimitPassed
from guildmark.formats import Built, Fault, Holds
from guildmark.formats._objects import DEEPEST, MOST_STEPS, Cursor, told, unfitting

RANK = 50
HOLDS: Holds = "objects"
BEGINS = (b"pst0",)

MAGIC = b"pst0"
_OBJECT, _LONG_TEXT, _ARRAY, _HASH, _REF, _UNDEF, _INTEGER, _DOUBLE, _BYTE, _NET_INTEGER, _TEXT = range(11)
_BLESS, _INDEXED_BLESS, _HOOK, _OVERLOAD = 17, 18, 19, 20
_FLAG_HASH, _CODE, _WEAK_OVERLOAD, _REGEXP, _LARGE = 25, 26, 28, 32, 33
_EMPTY = (_UNDEF, 14, 15, 16, 31, 34, 35)
_SHORT_TEXTS, _LONG_TEXTS = (_TEXT, 23), (_LONG_TEXT, 24)
_REFERENCES = (_REF, 27)
_ACTS = {11: "a tied array", 12: "a tied hash", 13: "a tied value", 21: "a tied key", 22: "a tied index"}


def recognises(contents: Contents) -> bool:
    """The magic and a version that Perl 5 wrote."""
    head = contents.at(0, 5)
    return head[:4] == MAGIC and len(head) == 5 and head[4] >> 1 in (1, 2, 3)


def builds(contents: Contents) -> Iterator[Built]:
    """Blessed values, hooks and code; raises FormatError, LimitPassed."""
    return told(_Walk(contents))


def faults(contents: Contents) -> Iterator[Fault]:
    """All values fit into each other, and into the file."""
    return unfitting(_Walk(contents))


class _Walk:
    def __init__(self, contents: Contents) -> None:
        self._cursor = Cursor(contents, len(MAGIC), MOST_STEPS)
        self._order: str = "big"
        self._integer = self._double = 8
        self.built: list[Built] = []

    def walk(self) -> None:
        is_network = self._cursor.byte() & 1
        minor = self._cursor.byte()
        if not is_network:
            order = self._cursor.take(self._cursor.byte())
            self._order = "little" if order[:1] == b"1" else "big"
            self._integer = len(order)
            self._cursor.skip(3)
            self._double = self._cursor.byte() if minor >= 2 else 8
        self._value(0)

    def _value(self, depth: int) -> None:
        if depth > DEEPEST:
            raise LimitPassed(f"its values are nested over {DEEPEST} deep")
        at, kind = self._cursor.place, self._cursor.byte()
        if kind in _SHORT_TEXTS or kind in _LONG_TEXTS:
            self._cursor.skip(self._cursor.byte() if kind in _SHORT_TEXTS else self._number())
        elif kind == _ARRAY:
            for _ in range(self._cursor.fits(self._number())):
                self._value(depth + 1)
        elif kind in (_HASH, _FLAG_HASH):
            self._hash(kind, depth)
        elif kind in _REFERENCES:
            self._value(depth + 1)
        elif kind in (_INTEGER, _DOUBLE):
            self._cursor.skip(self._integer if kind == _INTEGER else self._double)
        elif kind in (_BYTE, _NET_INTEGER, _OBJECT):
            self._cursor.skip(1 if kind == _BYTE else 4)
        elif kind not in _EMPTY:
            self._acting(kind, at, depth)

    def _hash(self, kind: int, depth: int) -> None:
        if kind == _FLAG_HASH:
            self._cursor.skip(1)
        for _ in range(self._cursor.fits(self._number(), 2)):
            self._value(depth + 1)
            if kind == _FLAG_HASH:
                self._cursor.skip(1)
            self._cursor.skip(self._number())

    def _acting(self, kind: int, at: int, depth: int) -> None:
        if kind == _BLESS:
            length = self._cursor.byte()
            name = self._cursor.text(self._number() if length & 0x80 else length)
            self.built.append(Built(name, at, f"makes an object of the package {name[:100]}"))
        elif kind in (_INDEXED_BLESS, _OVERLOAD, _WEAK_OVERLOAD):
            if kind == _INDEXED_BLESS and self._cursor.byte() & 0x80:
                self._number()
            if kind != _INDEXED_BLESS:
                self.built.append(Built("overload", at, "holds a value whose operators are code"))
        elif kind in _ACTS:
            self.built.append(Built("tie", at, f"holds {_ACTS[kind]}, which code stands behind"))
        elif kind == _CODE:
            self.built.append(Built("CODE", at, "holds the source of a function"))
        elif kind == _HOOK:
            self.built.append(Built("STORABLE_thaw", at, "calls a package's STORABLE_thaw"))
            raise LimitPassed("the values behind a hook are not read")
        elif kind in (_REGEXP, _LARGE):
            raise LimitPassed(f"a value of the kind {kind} at byte {at} is not read")
        else:
            raise FormatError(f"the value at byte {at} is of no known kind")
        self._value(depth + 1)

    def _number(self) -> int:
        data = self._cursor.take(4)
        return int.from_bytes(data, "big" if self._order == "big" else "little")
