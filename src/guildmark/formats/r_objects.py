"""Reads R's serialised objects (`.rds`, `.rda`, `.RData`): functions, promises and calls among the plain values.

Source: R Internals, 1.8 Serialization Formats; R's src/main/serialize.c. CVE-2024-27322: a promise runs when it is
looked at. Packed files (gzip, bzip2, xz) are unpacked before."""

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
BEGINS = (b"RD", b"X", b"A", b"B")

_START = late.compile(rb"(?:RD[XAB][23]\n)?\n?([XAB]).", re.S)
"""What R's InFormat takes: it looks at the letter, and at no byte behind it."""
_AS_WRITTEN = late.compile(rb"(?:RD[XAB][23]\n)?[XAB]\n")
_NUMBER = late.compile(rb"[+-]?\d{1,11}")
_SPACE = b" \t\n\v\f\r"
_OCTALS = frozenset(b"%d" % digit for digit in range(8))
_ESCAPES = {b"n": b"\n", b"t": b"\t", b"v": b"\v", b"b": b"\b", b"r": b"\r", b"f": b"\f", b"a": b"\a"}
_LONGEST_NUMBER = 127
_LONGEST_KEPT = 200
_NIL, _SYMBOL, _PAIRS, _CLOSURE, _ENVIRONMENT, _PROMISE, _CALL, _SPECIAL, _BUILTIN, _TEXT = range(10)
_DOTS, _POINTER, _WEAK, _S4, _ALTREP = 17, 22, 23, 25, 238
_WIDTHS = {10: 4, 13: 4, 14: 8, 15: 16, 24: 1}
_LISTS = {16, 19, 20}
_BYTECODE = 21
_REFERENCE, _NAMESPACE, _PACKAGE, _PERSISTENT = 255, 249, 248, 247
_CONSTANTS = {254, 253, 252, 251, 250, 242, 241}
_HAS_ATTRIBUTES, _HAS_TAG = 1 << 9, 1 << 10
_LOOKED_AT = 100
_LOOKED_AT_FOR_CODE = 200_000
_FIRST_R = 0x010000
_PAIRED = (_PAIRS, _CALL, _DOTS)
_CODE = {
    _CLOSURE: ("function", "holds a function"),
    _PROMISE: ("promise", "holds a promise, whose code runs when it is looked at"),
    _BYTECODE: ("bytecode", "holds bytecode, which is loaded unchecked"),
    _PERSISTENT: ("hook", "holds an object that its reader's own hook makes"),
}
_FORMULA = late.compile(
    r"[~+\-*/^:|(\[$@{,<>=!&]+|\[\[|%\w*%|I|log\w*|exp|sqrt|abs|poly|ns|bs|s|te|ti|factor|as\.\w+|offset|scale|c|cbind|"
    r"list|data\.frame|lm|glm|gam|nls|loess|aov|coxph|survreg|Surv|rpart|randomForest|ranger|train\w*|multinom|svm\w*|"
    r"glmnet|cv\.glmnet|gbm|nnet\w*|kmeans|prcomp|princomp|hclust|dist|arima|ets|lmer|glmer|strata|family|binomial|"
    r"gaussian|poisson|xgb\.\w+|lgb\.\w+|kernlab|ksvm|naiveBayes|lda|qda|knn\w*|step\w*|optim|numeric|character|logical|"
    r"integer|min|max|mean|sum|rep|seq\w*|length|nrow|ncol|is\.na|ifelse|paste0?|round|matrix|structure|is\.\w+",
    re.ASCII,
)
"""Heads of calls that models keep as data: formulas, and the call that fitted them. R runs none of them on loading."""


def recognises(contents: Contents) -> bool:
    """A way of writing, and a version of the format that there is; where R would read it and never writes it so, a
    whole value with code besides, for else it may be any text."""
    start = contents.at(0, 8)
    if not _START.match(start) or contents.size < 14:
        return False
    if _AS_WRITTEN.match(start):
        walk = _Walk(contents, _LOOKED_AT)
        broken_by(walk)
        if not walk.began or walk.dated:
            return walk.began
    walk = _Walk(contents, _LOOKED_AT_FOR_CODE)
    broken_by(walk)
    return walk.fits and any(built.acts for built in walk.built)


def builds(contents: Contents) -> Iterator[Built]:
    """Functions, promises and calls; raises FormatError, LimitPassed."""
    return told(_Walk(contents))


def faults(contents: Contents) -> Iterator[Fault]:
    """All values fit into each other, and into the file."""
    return unfitting(_Walk(contents))


class _Walk:
    """One walk through the one value that a file holds."""

    def __init__(self, contents: Contents, steps: int = MOST_STEPS) -> None:
        start = _START.match(contents.at(0, 8))
        self._cursor = Cursor(contents, start.end() if start else 0, steps)
        self._way = start[1] if start else b""
        self.built: list[Built] = []
        self.began = self.dated = self.whole = self.opaque = False

    @property
    def fits(self) -> bool:
        """Whether one value was read to its end, or to bytecode, which words may seem to be."""
        return self.whole or (self.opaque and self._way != b"A")

    def walk(self) -> None:
        version = self._int()
        writer, oldest = self._int(), self._int()
        self.began = version in (2, 3)
        self.dated = _FIRST_R <= oldest <= writer < 1 << 24  # R reads on where they are of no R
        if not self.began:
            raise FormatError(f"its version is {version}")
        if version == 3:
            self._word(self._int())
        self._value(0)
        self.whole = True
        ends = self._way == b"A" and self._cursor.contents.at(self._cursor.place, 16).isspace()
        if self._cursor.left and not ends:
            raise FormatError(f"{self._cursor.left} bytes follow")

    def _value(self, depth: int) -> str:
        """A value; gives a symbol's or a text's own word."""
        at = self._cursor.place
        return self._body(self._int(), at, depth)

    def _body(self, flags: int, at: int, depth: int) -> str:
        """The value whose flags were read."""
        if depth > DEEPEST:
            raise LimitPassed(f"its values are nested over {DEEPEST} deep")
        kind = flags & 0xFF
        if kind in _CODE:
            name, says = _CODE[kind]
            self.built.append(Built(name, at, says))
        if kind in (*_PAIRED, _CLOSURE, _PROMISE):
            self._pairs(flags, depth)
            return ""
        return "" if kind in _CONSTANTS else self._other(kind, flags, depth)

    def _other(self, kind: int, flags: int, depth: int) -> str:
        word = ""
        if kind == _TEXT:
            word = self._word(self._int())
        elif kind == _SYMBOL:
            return self._value(depth + 1)
        elif kind == _REFERENCE:
            if not flags >> 8:
                self._int()
            return ""
        elif kind in (_NAMESPACE, _PACKAGE, _PERSISTENT):
            self._int()
            for _ in range(self._cursor.fits(self._int(), 4)):
                self._value(depth + 1)
            return ""
        elif kind == _ENVIRONMENT:
            self._int()
            self._values(4, depth)
            return ""
        elif kind in (_SPECIAL, _BUILTIN):
            word = self._word(self._int())
        else:
            self._vector(kind, depth)
        if flags & _HAS_ATTRIBUTES:
            self._value(depth + 1)
        return word

    def _vector(self, kind: int, depth: int) -> None:
        if kind in _WIDTHS:
            self._numbers(kind, self._length())
        elif kind in _LISTS:
            self._values(self._cursor.fits(self._length(), 2), depth)
        elif kind == _POINTER:
            self._values(2, depth)
        elif kind == _ALTREP:
            self._values(3, depth)
        elif kind == _BYTECODE:
            self.opaque = True
            raise LimitPassed("the values behind its bytecode are not read")
        elif kind not in (_S4, _WEAK):
            raise FormatError(f"a value before byte {self._cursor.place} is of no known kind ({kind})")

    def _pairs(self, flags: int, depth: int) -> None:
        """A list of pairs, a call, or one of the kinds of code, all of which are such lists."""
        if flags & 0xFF == _CALL:
            self._call(flags, depth)
            return
        while True:
            at = self._head(flags, depth)[0]
            is_list, flags = flags & 0xFF in _PAIRED, self._int()
            if not is_list or flags & 0xFF not in (_PAIRS, _DOTS):
                self._body(flags, at, depth + 1)
                return

    def _call(self, flags: int, depth: int) -> None:
        begin = self._cursor.place
        at, word = self._head(flags, depth)
        if word and not _FORMULA.fullmatch(word):
            self.built.append(Built(word, begin, f"holds a call of {word[:100]}", acts=False))
        self._body(self._int(), at, depth + 1)

    def _head(self, flags: int, depth: int) -> tuple[int, str]:
        """What stands before the rest of a pair: attributes, a tag, the value; the place behind them, and its word."""
        for mark in (_HAS_ATTRIBUTES, _HAS_TAG):
            if flags & mark:
                self._value(depth + 1)
        word = self._value(depth + 1)
        return self._cursor.place, word

    def _values(self, count: int, depth: int) -> None:
        for _ in range(count):
            self._value(depth + 1)

    def _numbers(self, kind: int, count: int) -> None:
        if self._way != b"A":
            self._cursor.skip(count * _WIDTHS[kind])
            return
        for _ in range(self._cursor.fits(count * (2 if kind == 15 else 1))):
            self._number()

    def _length(self) -> int:
        length = self._int()
        if length == -1:  # a long vector: the two halves follow
            high, low = self._int(), self._int()
            length = (high << 32) + (low & 0xFFFFFFFF)
        return self._cursor.fits(length) if length else 0

    def _word(self, length: int) -> str:
        if length < 0:  # NA
            return ""
        if self._way == b"A":
            return self._escaped(length)
        kept = self._cursor.text(min(length, _LONGEST_KEPT))
        self._cursor.skip(length - min(length, _LONGEST_KEPT))
        return kept

    def _int(self) -> int:
        if self._way == b"A":
            word = self._number()
            if word == b"NA":
                return -(1 << 31)
            if not (digits := _NUMBER.match(word)):
                raise FormatError(f"no number stands before byte {self._cursor.place}")
            return int(digits[0])
        found: int = struct.unpack(">i" if self._way == b"X" else "<i", self._cursor.take(4))[0]
        return found

    def _visible(self) -> bytes:
        """The next byte that is no white space."""
        while (byte := self._cursor.take(1)) in _SPACE:
            pass
        return byte

    def _number(self) -> bytes:
        """The word up to the next white space, as R's InWord takes it."""
        word = bytearray()
        byte = self._visible()
        while byte not in _SPACE:
            word += byte
            if len(word) > _LONGEST_NUMBER:
                raise FormatError(f"no number stands before byte {self._cursor.place}")
            byte = self._cursor.take(1)
        return bytes(word)

    def _escaped(self, length: int) -> str:
        """A text of `length` bytes once its escapes are read, as R's InString takes it."""
        kept = bytearray()
        for count in range(length):
            byte = self._cursor.take(1) if count else self._visible()
            if byte == b"\\":
                byte = self._escape()
            if len(kept) < _LONGEST_KEPT:
                kept += byte
        return kept.decode("utf-8", "replace")

    def _escape(self) -> bytes:
        byte = self._cursor.take(1)
        if byte not in _OCTALS:
            return _ESCAPES.get(byte, byte)
        digits = byte
        while len(digits) < 3 and self._cursor.contents.at(self._cursor.place, 1) in _OCTALS:
            digits += self._cursor.take(1)
        return bytes((int(digits, 8) & 0xFF,))
