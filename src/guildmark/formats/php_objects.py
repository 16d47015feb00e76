"""Reads what PHP's serialize wrote: plain values, and objects whose `__wakeup` and `__destruct` its reader calls.

Source: PHP's ext/standard/var.c and var_unserializer.re."""

import re
from collections.abc import Iterator

from guildmark import late
from guildmark.contents import Contents
from guildmark.errors import FormatError, LimitPassed
from guildmark.formats import Built, Fault, Holds
from guildmark.formats._objects import DEEPEST, MOST_STEPS, Cursor, broken_by, told, unfitting

RANK = 60
HOLDS: Holds = "objects"
REFINES = "text"
BEGINS = (b"a:", b"O:", b"C:", b"E:")

_START = late.compile(rb'a:\d{1,10}:\{|[OCE]:\+?\d{1,10}:"')
_LOOKED_AT = 20_000
_PLAIN = {"i": rb"[+-]?\d{1,20}", "b": rb"[01]", "d": rb"[\w.+-]{1,400}", "r": rb"\d{1,20}", "R": rb"\d{1,20}"}


def recognises(contents: Contents) -> bool:
    """An array or an object that ends where the file does, as far as that is looked at."""
    if not _START.match(contents.at(0, 20)):
        return False
    walk = _Walk(contents, _LOOKED_AT)
    error = broken_by(walk)
    return error is None or isinstance(error, LimitPassed) or bool(walk.built)


def builds(contents: Contents) -> Iterator[Built]:
    """Objects; raises FormatError, LimitPassed."""
    return told(_Walk(contents))


def faults(contents: Contents) -> Iterator[Fault]:
    """All values fit into each other, and into the file."""
    return unfitting(_Walk(contents))


class _Walk:
    def __init__(self, contents: Contents, steps: int = MOST_STEPS) -> None:
        self._cursor = Cursor(contents, 0, steps)
        self.built: list[Built] = []

    def walk(self) -> None:
        self._value(0)
        if self._cursor.left and self._cursor.take(min(2, self._cursor.left)).strip():
            raise FormatError(f"bytes follow at byte {self._cursor.place}")

    def _value(self, depth: int) -> None:
        if depth > DEEPEST:
            raise LimitPassed(f"its values are nested over {DEEPEST} deep")
        at, kind = self._cursor.place, chr(self._cursor.byte())
        if kind == "N":
            self._expect(b";")
            return
        self._expect(b":")
        if kind in _PLAIN:
            if not re.fullmatch(_PLAIN[kind], self._until(b";")):
                raise FormatError(f"the value at byte {at} is none of its kind")
        elif kind == "s":
            self._word()
            self._expect(b";")
        elif kind == "a":
            self._body(2, depth)
        elif kind in ("O", "C", "E"):
            self._object(kind, at, depth)
        else:
            raise FormatError(f"the value at byte {at} is of no known kind")

    def _object(self, kind: str, at: int, depth: int) -> None:
        name = self._word()
        self.built.append(Built(name, at, f"makes an object of the class {name[:100]}"))
        if kind == "E":
            self._expect(b";")
            return
        self._expect(b":")
        if kind == "O":
            self._body(2, depth)
        else:
            length = self._count()
            self._expect(b"{")
            self._cursor.skip(length)
            self._expect(b"}")

    def _body(self, each: int, depth: int) -> None:
        count = self._count()
        self._expect(b"{")
        for _ in range(self._cursor.fits(each * count, 2)):
            self._value(depth + 1)
        self._expect(b"}")

    def _word(self) -> str:
        length = self._count()
        self._expect(b'"')
        self._cursor.fits(length)
        kept = self._cursor.text(min(length, 200))
        self._cursor.skip(length - min(length, 200))
        self._expect(b'"')
        return kept

    def _count(self) -> int:
        number = self._until(b":").lstrip(b"+")
        if not re.fullmatch(rb"\d{1,12}", number):
            raise FormatError(f"no number stands before byte {self._cursor.place}")
        return self._cursor.fits(int(number))

    def _until(self, end: bytes) -> bytes:
        found = bytearray()
        while (byte := self._cursor.take(1)) != end:
            found += byte
            if len(found) > 400:
                raise FormatError(f"no value ends near byte {self._cursor.place}")
        return bytes(found)

    def _expect(self, byte: bytes) -> None:
        if self._cursor.take(1) != byte:
            raise FormatError(f"{byte.decode()} is missing before byte {self._cursor.place}")
