"""Reads Java's serialised objects: every class that reading them makes, which its own `readObject` may misuse.

Source: Java Object Serialization Specification, 6 (Object Serialization Stream Protocol)."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from guildmark import late
from guildmark.contents import Contents
from guildmark.errors import FormatError, LimitPassed
from guildmark.formats import Built, Fault, Holds
from guildmark.formats._objects import DEEPEST, MOST_STEPS, Cursor, told, unfitting

RANK = 50
HOLDS: Holds = "objects"
BEGINS = (b"\xac\xed\0\x05",)

MAGIC = b"\xac\xed\0\5"
_NULL, _REFERENCE, _CLASS_DESC, _OBJECT, _STRING, _ARRAY, _CLASS = range(0x70, 0x77)
_BLOCK, _END, _RESET, _LONG_BLOCK, _EXCEPTION, _LONG_STRING, _PROXY, _ENUM = range(0x77, 0x7F)
_FIRST_HANDLE = 0x7E0000
_WRITES, _SERIALISES, _EXTERNALISES, _BLOCKS = 1, 2, 4, 8
_WIDTHS = {"B": 1, "C": 2, "D": 8, "F": 4, "I": 4, "J": 8, "S": 2, "Z": 1}

INERT = late.compile(
    r"\[*[BCDFIJSZ]|"
    r"(\[*L)?java\.(lang\.(Object|String|Number|Integer|Long|Double|Float|Short|Byte|Boolean|Character|Enum|"
    r"StringBuilder|StringBuffer)|"
    r"math\.(BigInteger|BigDecimal|MathContext|RoundingMode)|"
    r"time\.Ser|"
    r"util\.(AbstractList|AbstractMap|ArrayList|LinkedList|Vector|Stack|ArrayDeque|HashMap|LinkedHashMap|TreeMap|"
    r"Hashtable|Properties|IdentityHashMap|HashSet|LinkedHashSet|TreeSet|Date|BitSet|UUID|Locale|Random|Optional|"
    r"CollSer|EnumMap|EnumSet\$SerializationProxy|Arrays\$ArrayList|AbstractMap\$Simple(Immutable)?Entry|"
    r"(Gregorian)?Calendar|SimpleTimeZone|TimeZone|"
    r"Collections\$(Empty|Singleton|Unmodifiable|Synchronized|Reverse)\w*|"
    r"concurrent\.(ConcurrentHashMap(\$Segment)?|CopyOnWriteArrayList|atomic\.Atomic(Integer|Long|Boolean)|"
    r"locks\.ReentrantLock(\$(Nonfair|Fair)?Sync)?|locks\.Abstract(Queued|Ownable)Synchronizer)));?",
    re.ASCII,
)
"""The Java library's own values and collections: their readers call `hashCode`, `equals` and `compare` of what they
hold, so they are inert with each other, and no class outside of the list stands in the stream."""


class _Class(NamedTuple):
    name: str
    flags: int
    fields: tuple[str, ...]
    above: "_Class | None"


def recognises(contents: Contents) -> bool:
    """The magic, the version, and a first value of some kind."""
    head = contents.at(0, 5)
    return head[:4] == MAGIC and (len(head) == 4 or _NULL <= head[4] <= _ENUM)


def builds(contents: Contents) -> Iterator[Built]:
    """Classes that are not on the list, and proxies; raises FormatError, LimitPassed."""
    return told(_Walk(contents))


def faults(contents: Contents) -> Iterator[Fault]:
    """All values fit into each other, and into the file."""
    return unfitting(_Walk(contents))


class _Walk:
    def __init__(self, contents: Contents) -> None:
        self._cursor = Cursor(contents, len(MAGIC), MOST_STEPS)
        self._handles: list[_Class | None] = []
        self.built: list[Built] = []

    def walk(self) -> None:
        while self._cursor.left:
            self._content(0)

    def _content(self, depth: int) -> int:
        """A value; gives its kind."""
        if depth > DEEPEST:
            raise LimitPassed(f"its values are nested over {DEEPEST} deep")
        at, kind = self._cursor.place, self._cursor.byte()
        if kind in (_CLASS_DESC, _PROXY):
            self._description(kind, at, depth)
        elif kind in (_OBJECT, _ARRAY, _ENUM, _CLASS):
            self._made(kind, depth)
        elif kind in (_STRING, _LONG_STRING):
            self._handles.append(None)
            self._cursor.skip(self._number(2 if kind == _STRING else 8))
        elif kind in (_BLOCK, _LONG_BLOCK):
            self._cursor.skip(self._number(1 if kind == _BLOCK else 4))
        elif kind == _REFERENCE:
            self._number(4)
        elif kind in (_RESET, _EXCEPTION):
            self._handles.clear()
            if kind == _EXCEPTION:
                self._content(depth + 1)
                self._handles.clear()
        elif kind not in (_NULL, _END):
            raise FormatError(f"the value at byte {at} is of no known kind")
        return kind

    def _made(self, kind: int, depth: int) -> None:
        of = self._class(depth + 1)
        self._handles.append(of)
        if kind == _ENUM:
            self._content(depth + 1)
        elif kind == _ARRAY:
            self._array(of, depth)
        elif kind == _OBJECT:
            self._data(of, depth)

    def _array(self, of: "_Class | None", depth: int) -> None:
        element = of.name[1:2] if of is not None and of.name.startswith("[") else ""
        count = self._number(4)
        if element in _WIDTHS:
            self._cursor.skip(count * _WIDTHS[element])
        elif element in ("L", "["):
            for _ in range(self._cursor.fits(count)):
                self._content(depth + 1)
        else:
            raise FormatError(f"an array before byte {self._cursor.place} is of no known kind")

    def _data(self, of: "_Class | None", depth: int) -> None:
        """The fields of an object, from its topmost class down."""
        line: list[_Class] = []
        while of is not None:
            line.append(of)
            of = of.above
        for each in reversed(line):
            if each.flags & _SERIALISES:
                for field in each.fields:
                    self._field(field, depth)
            elif each.flags & _EXTERNALISES and not each.flags & _BLOCKS:
                raise LimitPassed(f"only the class {each.name[:100]} knows how long its values are")
            if (each.flags & _WRITES and each.flags & _SERIALISES) or each.flags & _EXTERNALISES:
                self._annotations(depth)

    def _field(self, kind: str, depth: int) -> None:
        if kind in _WIDTHS:
            self._cursor.skip(_WIDTHS[kind])
        else:
            self._content(depth + 1)

    def _annotations(self, depth: int) -> None:
        while self._content(depth + 1) != _END:
            pass

    def _class(self, depth: int) -> "_Class | None":
        if depth > DEEPEST:
            raise LimitPassed(f"its classes are nested over {DEEPEST} deep")
        at, kind = self._cursor.place, self._cursor.byte()
        if kind == _NULL:
            return None
        if kind == _REFERENCE:
            index = self._number(4) - _FIRST_HANDLE
            if not 0 <= index < len(self._handles):
                raise FormatError(f"byte {at} refers to what does not stand before")
            return self._handles[index]
        if kind not in (_CLASS_DESC, _PROXY):
            raise FormatError(f"no class stands at byte {at}")
        return self._description(kind, at, depth)

    def _description(self, kind: int, at: int, depth: int) -> _Class:
        place = len(self._handles)
        if kind == _PROXY:
            self._handles.append(None)
            names = [self._word() for _ in range(self._cursor.fits(self._number(4), 2))]
            shown = ", ".join(names)[:100]
            self.built.append(Built("java.lang.reflect.Proxy", at, f"makes a proxy of {shown}"))
            name, flags, fields = "a proxy", _SERIALISES, list[str]()
        else:
            name = self._word()
            if not INERT.fullmatch(name):
                self.built.append(Built(name, at, f"makes an object of the class {name[:100]}"))
            self._cursor.skip(8)
            self._handles.append(None)
            flags, fields = self._cursor.byte(), []
            for _ in range(self._cursor.fits(self._number(2), 3)):
                fields.append(chr(self._cursor.byte()))
                self._word()
                if fields[-1] in "[L":
                    self._content(depth + 1)
        self._annotations(depth)
        found = _Class(name, flags, tuple(fields), self._class(depth + 1))
        if place < len(self._handles):
            self._handles[place] = found
        return found

    def _word(self) -> str:
        length = self._number(2)
        return self._cursor.text(length)

    def _number(self, width: int) -> int:
        return int.from_bytes(self._cursor.take(width), "big")
