"""Which regular expressions can take exponential time: a repetition whose body can divide one text in many ways.

Read as Oniguruma and Python read them, and judged by their shape; nothing is matched. Two shapes are told: a repeated
group whose body is a repetition with nothing firm beside it (`(a+)+`), and one whose branches begin alike and are one
character each (`(a|a)*`). Possessive and atomic parts do not go back, and are left out."""

import re
import unicodedata
from functools import cache
from typing import NamedTuple

from guildmark import late
from guildmark.errors import FormatError

MOST = 10_000
"""Characters of an expression that is read."""
DEEPEST = 50
MANY = 16
"""So many repetitions are as good as endless."""
_SAMPLE = "".join(map(chr, range(1, 128))) + "éÉßжЖ中あ한אع٣Ⅷ²\u0301\u0903\u00a0\u3000\u2028\u200b€«“–😀"
"""Characters of every kind: an atom stands for those of them that it matches."""
_ALL = frozenset(_SAMPLE)
_REPEATED = late.compile(r"(\*|\+|\?|\{(\d*)(,?)(\d*)\})([+?]?)")
_PROPERTY = late.compile(r"([pP])\{(\^?)([\w ]+)(?:=\w+)?\}")
_OPENS = late.compile(
    r"\?(?:(?P<look><?[=!])|(?P<atomic>>)|#[^)]*|(?P<name>P?<\w+>|'\w+')|[a-zA-Z-]*:|(?P<flags>[a-zA-Z-]+\)))"
)
_POSIX = late.compile(r"\[:(\^?)(\w+):\]")
_NUMBER = late.compile(r"\{[0-9A-Fa-f]+\}|[0-9A-Fa-f]{2,4}")
_CATEGORY = {"alpha": "L", "upper": "Lu", "lower": "Ll", "digit": "Nd", "punct": "P", "space": "Z"}


class _Part(NamedTuple):
    """A piece of an expression: the characters that it can begin with, or (a single atom) all that it matches.

    `nothing`: it may match none. `loop`: the characters over which it repeats without end and without a fixed end."""

    chars: frozenset[str]
    nothing: bool
    loop: frozenset[str] = frozenset()
    single: bool = False


def explodes(expression: str) -> str:
    """The piece for which an expression can take exponential time, else empty; raises FormatError."""
    if len(expression) > MOST:
        raise FormatError(f"it has {len(expression)} characters")
    reader = _Reader(expression)
    reader.branches(0)
    if reader.place < len(expression):
        raise FormatError(f"a bracket at {reader.place} was never opened")
    return reader.found


class _Reader:
    """Reads one expression from left to right."""

    def __init__(self, text: str) -> None:
        self.text, self.place, self.found, self.inside = text, 0, "", 0

    def branches(self, depth: int) -> _Part:
        """Alternatives, to the closing bracket or the end."""
        if depth > DEEPEST:
            raise FormatError("its brackets lie too deep")
        found = [self._sequence(depth)]
        while self._next("|"):
            found.append(self._sequence(depth))
        if len(found) == 1:
            return found[0]
        alike, seen = set[str](), set[str]()
        for part in found:
            if part.single:
                alike |= part.chars & seen
                seen |= part.chars
        chars: frozenset[str] = frozenset().union(*(part.chars for part in found))
        loop: frozenset[str] = frozenset(alike).union(*(part.loop for part in found))
        return _Part(chars, any(part.nothing for part in found), loop)

    def _sequence(self, depth: int) -> _Part:
        parts: list[_Part] = []
        while self.place < len(self.text) and self.text[self.place] not in "|)":
            begin = self.place
            part = self._atom(depth)
            if part is not None:
                parts.append(self._times(part, begin))
        chars = frozenset[str]()
        for part in parts:
            chars |= part.chars
            if not part.nothing:
                break
        nothing = all(part.nothing for part in parts)
        single = len(parts) == 1 and parts[0].single
        return _Part(chars, nothing, _loop(parts), single)

    def _times(self, part: _Part, begin: int) -> _Part:
        """A part with the repetition behind it."""
        while said := _REPEATED.match(self.text, self.place):
            if said[1][0] == "{" and not (said[2] or said[4]):
                break
            self.place = said.end()
            least = {"*": 0, "+": 1, "?": 0}.get(said[1], int(said[2] or 0))
            endless = said[1] in "*+" or (said[1][0] == "{" and bool(said[3]) and (not said[4] or int(said[4]) >= MANY))
            nothing = part.nothing or least == 0
            if said[5] == "+" and said[1][0] != "{":
                part = _Part(part.chars, nothing)
            elif not endless:
                part = _Part(part.chars, nothing, part.loop)
            else:
                if part.loop and not self.found:
                    self.found = self.text[begin : self.place][:200]
                part = _Part(part.chars, nothing, part.chars if part.single else part.loop)
        return part

    def _atom(self, depth: int) -> _Part | None:
        sign = self.text[self.place]
        self.place += 1
        if sign == "(":
            return self._group(depth)
        if sign == "[":
            return _Part(self._class(), False, single=True)
        if sign == "\\":
            return self._escaped()
        if sign in "^$":
            return None
        return _Part(_ALL - {"\n"} if sign == "." else frozenset(sign), False, single=True)

    def _group(self, depth: int) -> _Part | None:
        said = _OPENS.match(self.text, self.place)
        if said is None and self.text.startswith("?", self.place):
            raise FormatError(f"the group at {self.place} is of no kind that is known here")
        if said is not None:
            self.place = said.end()
            if said["flags"]:
                return None
        inner = self.branches(depth + 1)
        if not self._next(")"):
            raise FormatError("a bracket is never closed")
        if said is not None and (said["look"] or said[0].startswith("?#")):
            return None
        return _Part(inner.chars, inner.nothing) if said is not None and said["atomic"] else inner

    def _escaped(self) -> _Part | None:
        chars = self._escape()
        return None if chars is None else _Part(chars, False, single=True)

    def _escape(self) -> frozenset[str] | None:
        """What a backslash and what follows match; None for a place between characters."""
        if found := _PROPERTY.match(self.text, self.place):
            self.place = found.end()
            chars = _of_category(found[3])
            return _ALL - chars if (found[1] == "P") != bool(found[2]) else chars
        sign = self.text[self.place : self.place + 1]
        if not sign:
            raise FormatError("it ends in a backslash")
        self.place += 1
        if sign in "bBAzZGyY":
            return None
        if sign in "sSdDwWhH":
            return _ALL - _of_letter(sign.lower()) if sign.isupper() else _of_letter(sign)
        if sign in "RX":
            return frozenset("\r\n") if sign == "R" else _ALL
        if sign in "xu" and (found := _NUMBER.match(self.text, self.place)):
            self.place = found.end()
            number = int(found[0].strip("{}"), 16)
            return frozenset(chr(number)) if number < 0x110000 else frozenset()
        return frozenset({"n": "\n", "r": "\r", "t": "\t", "f": "\f", "v": "\v"}.get(sign, sign))

    def _class(self) -> frozenset[str]:
        """What stands in square brackets."""
        self.inside += 1
        if self.inside > DEEPEST:
            raise FormatError("its square brackets lie too deep")
        turned = self._next("^")
        chars = frozenset[str]()
        first = True
        while first or not self.text.startswith("]", self.place):
            if self.place >= len(self.text):
                raise FormatError("a square bracket is never closed")
            if self.text.startswith("&&", self.place):
                self.place += 2
                chars &= self._rest_of_class()
                break
            if posix := _POSIX.match(self.text, self.place):
                self.place = posix.end()
                kind = _of_category(_CATEGORY.get(posix[2], "Any"))
                chars |= _ALL - kind if posix[1] else kind
            else:
                chars |= self._range()
            first = False
        self.place += 1
        self.inside -= 1
        return _ALL - chars if turned else chars

    def _rest_of_class(self) -> frozenset[str]:
        chars = frozenset[str]()
        while self.place < len(self.text) and not self.text.startswith("]", self.place):
            chars |= self._range()
        return chars

    def _range(self) -> frozenset[str]:
        """A character, a kind of them, a class in a class, or from one to another."""
        begin = self._member()
        if self.text.startswith("-", self.place) and not self.text.startswith("-]", self.place) and len(begin) <= 1:
            self.place += 1
            end = self._member()
            if begin and len(end) == 1:
                return frozenset(each for each in _ALL | begin | end if min(begin) <= each <= min(end))
            return begin | end | {"-"}
        return begin

    def _member(self) -> frozenset[str]:
        sign = self.text[self.place : self.place + 1]
        self.place += 1
        if sign == "[":
            return self._class()
        return (self._escape() or frozenset("\b")) if sign == "\\" else frozenset(sign)

    def _next(self, sign: str) -> bool:
        if self.text.startswith(sign, self.place):
            self.place += 1
            return True
        return False


def _loop(parts: list[_Part]) -> frozenset[str]:
    """Over which characters a sequence can repeat with nothing firm between two rounds of it."""
    firm = [number for number, part in enumerate(parts) if not part.nothing]
    for number, part in enumerate(parts):
        shared = part.loop
        for other in firm:
            if not shared:
                break
            if other != number:
                shared &= parts[other].chars if parts[other].single or parts[other].loop else frozenset()
        if shared:
            return shared
    return frozenset()


@cache
def _of_letter(letter: str) -> frozenset[str]:
    """The sample's characters of `\\s`, `\\d` or `\\w`; `\\h` is a blank."""
    pattern = re.compile(r"\s" if letter == "h" else f"\\{letter}")
    return frozenset(each for each in _SAMPLE if pattern.match(each))


@cache
def _of_category(name: str) -> frozenset[str]:
    """The sample's characters of a property; of one that is not known here, all."""
    short = name.replace(" ", "").replace("_", "")
    if len(short) <= 2:
        return frozenset(each for each in _SAMPLE if unicodedata.category(each).startswith(short))
    words = {"Letter": "L", "Number": "N", "Punctuation": "P", "Separator": "Z", "Mark": "M", "Symbol": "S"}
    if short in words:
        return _of_category(words[short])
    script = {"Han": "CJK", "Hiragana": "HIRAGANA", "Katakana": "KATAKANA", "Hangul": "HANGUL", "Latin": "LATIN"}
    if short in script:
        return frozenset(each for each in _SAMPLE if unicodedata.name(each, "").startswith(script[short]))
    return _ALL
