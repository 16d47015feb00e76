"""Reads what Lua Torch saved (`.t7`, `.net`), binary or ASCII: classes, and functions, which are dumped bytecode.

Source: torch7's File.lua (readObject), Tensor.lua and doc/serialization.md."""

import re
import struct
from collections.abc import Iterator

from guildmark import late
from guildmark.contents import Contents
from guildmark.errors import FormatError, LimitPassed
from guildmark.formats import Built, Fault, Holds
from guildmark.formats._objects import DEEPEST, MOST_STEPS, Cursor, broken_by, told, unfitting

RANK = 50
HOLDS: Holds = "objects"
BEGINS = (
    b"\x03\0\0\0",
    b"\x04\0\0\0",
    b"\x06\0\0\0",
    b"\x07\0\0\0",
    b"\x08\0\0\0",
    b"3\n",
    b"4\n",
    b"6\n",
    b"7\n",
    b"8\n",
)

_NIL, _NUMBER, _STRING, _TABLE, _TORCH, _BOOLEAN, _FUNCTION, _OLD_FUNCTION, _RECURSIVE = range(9)
_BINARY = late.compile(rb"[\x03\x04\x06\x07\x08]\0\0\0", re.S)
_ASCII = late.compile(rb"([34678])\n-?\d{1,10}\n\d{1,10}\n")
_BYTECODE = late.compile(rb"\x1b(Lua|LJ)")
_TENSOR = late.compile(r"torch\.(Cuda)?(Byte|Char|Short|Int|Long|Float|Double|Half)?(Tensor|Storage)")
_KNOWN = late.compile(r"(nn|cudnn|nngraph|graph|tnt|rnn|cunn)\.[A-Za-z]\w*|torch\.(Timer|CmdLine|Generator)", re.ASCII)
_WIDTHS = {"Byte": 1, "Char": 1, "Short": 2, "Half": 2, "Int": 4, "Long": 8, "Float": 4, "Double": 8}
_LOOKED_AT = 3000
_MOST_DIMENSIONS = 64


def recognises(contents: Contents) -> bool:
    """An object, a table or a function with an index, in which all that is looked at fits."""
    head = contents.at(0, 64)
    if _BINARY.match(head):
        if head[0] >= _FUNCTION:
            return bool(_BYTECODE.search(head))
    elif not (begins := _ASCII.match(head)) or (int(begins[1]) >= _FUNCTION and not _BYTECODE.search(head)):
        return False  # a list of numbers, one a line, begins alike
    walk = _Walk(contents, _LOOKED_AT)
    error = broken_by(walk)
    return isinstance(error, LimitPassed) or bool(walk.built) or (error is None and walk.values > 1)


def builds(contents: Contents) -> Iterator[Built]:
    """Functions, and classes that are none of Torch's own; raises FormatError, LimitPassed."""
    return told(_Walk(contents))


def faults(contents: Contents) -> Iterator[Fault]:
    """All values fit into each other, and into the file."""
    return unfitting(_Walk(contents))


class _Walk:
    """One walk; an object that is referred to again by its index is not walked again."""

    def __init__(self, contents: Contents, steps: int = MOST_STEPS) -> None:
        self._cursor = Cursor(contents, 0, steps)
        self._ascii = not _BINARY.match(contents.at(0, 4))
        self._seen: set[int] = set()
        self.built: list[Built] = []
        self.values = 0

    def walk(self) -> None:
        """The objects that follow one another in the file."""
        while self._cursor.left > 0:
            self._object(0)

    def _object(self, depth: int) -> None:
        if depth > DEEPEST:
            raise LimitPassed(f"its values are nested over {DEEPEST} deep")
        at, kind = self._cursor.place, self._int()
        self.values += 1
        if kind == _NUMBER:
            self._number()
        elif kind == _BOOLEAN:
            if self._int() not in (0, 1):
                raise FormatError(f"the boolean at byte {at} is neither")
        elif kind == _STRING:
            self._string()
        elif kind == _FUNCTION:
            self._function(at, depth)
        elif kind in (_TABLE, _TORCH, _OLD_FUNCTION, _RECURSIVE):
            if self._is_new():
                {_TABLE: self._table, _TORCH: self._torch}.get(kind, self._function)(at, depth)
        elif kind != _NIL:
            raise FormatError(f"the value at byte {at} is of no known kind")

    def _is_new(self) -> bool:
        index = self._int()
        new = index not in self._seen
        self._seen.add(index)
        return new

    def _function(self, at: int, depth: int) -> None:
        self.built.append(Built("function", at, "holds a function, whose bytecode is loaded unchecked"))
        self._string()
        self._object(depth + 1)

    def _table(self, at: int, depth: int) -> None:
        for _ in range(self._cursor.fits(self._int(), 2)):
            self._object(depth + 1)
            self._object(depth + 1)

    def _torch(self, at: int, depth: int) -> None:
        name = self._string()
        if name.startswith("V "):
            name = self._string()
        if found := _TENSOR.fullmatch(name):
            self._tensor(depth) if found[3] == "Tensor" else self._storage(_WIDTHS[found[2] or "Float"])
            return
        if not _KNOWN.fullmatch(name):
            self.built.append(Built(name, at, f"makes an object of the class {name[:100]}", acts=False))
        self._object(depth + 1)

    def _tensor(self, depth: int) -> None:
        dimensions = self._int()
        if not 0 <= dimensions <= _MOST_DIMENSIONS:
            raise FormatError(f"a tensor of {dimensions} dimensions")
        for _ in range(2 * dimensions + 1):
            self._long()
        self._object(depth + 1)

    def _storage(self, width: int) -> None:
        count = self._long()
        if self._ascii:
            for _ in range(self._cursor.fits(count)):
                self._word()
        else:
            self._cursor.skip(count * width)

    def _string(self) -> str:
        length = self._int()
        if length > self._cursor.left:
            raise FormatError(f"a text of {length} bytes at byte {self._cursor.place} ends beyond the file")
        data = self._cursor.take(min(max(0, length), 200))
        self._cursor.skip(length - len(data))
        if self._ascii and self._cursor.left:
            self._cursor.skip(1)
        return data.decode("utf-8", "replace")

    def _int(self) -> int:
        return self._whole() if self._ascii else int.from_bytes(self._cursor.take(4), "little", signed=True)

    def _long(self) -> int:
        return self._whole() if self._ascii else int.from_bytes(self._cursor.take(8), "little", signed=True)

    def _number(self) -> None:
        if self._ascii:
            self._word()
        else:
            struct.unpack("<d", self._cursor.take(8))

    def _whole(self) -> int:
        word = self._word()
        if not re.fullmatch(rb"-?\d{1,20}", word):
            raise FormatError(f"no number stands before byte {self._cursor.place}")
        return int(word)

    def _word(self) -> bytes:
        """The next word of an ASCII file, and the one blank behind it."""
        found = bytearray()
        while self._cursor.left and not (byte := self._cursor.take(1)).isspace():
            found += byte
            if len(found) > 100:
                raise FormatError(f"no number stands at byte {self._cursor.place}")
        return bytes(found)
