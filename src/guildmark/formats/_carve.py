"""Finds the pickles that stand inside bytes of another format, wherever they begin: what its loader may unpickle."""

import re
from collections.abc import Iterator
from itertools import islice

from guildmark import late
from guildmark.contents import Contents, Part
from guildmark.errors import FormatError, LimitPassed
from guildmark.formats import Member
from guildmark.formats.pickle.machine import Call, Machine, Name, Tally
from guildmark.formats.pickle.run import BY_CODE, run
from guildmark.formats.pickle.window import Window

SEARCHED = 1 << 30
"""How far bytes are searched."""
MOST_PICKLES = 2000
_CHUNK = 1 << 20
_OVERLAP = 512
_MOST_OPCODES = 1_000_000
_OPCODES_OF_A_TRY = 100
_OPCODES_EACH = 50_000
_LONGEST_BROKEN = 1 << 20
_LOOKED_BACK = 1 << 12
_MOST_BEGINNINGS = 64
_PROTOCOL = b"\x80"
_TEXT = late.compile(rb"[\n\r\t -~]{0,4096}")
_OPENING = frozenset(b"(])}c")
_WORD = rb"[A-Za-z_][\w.]{0,120}"
_BEGINS = (
    late.compile(rb"(?s)\x80[\x02-\x05][" + re.escape(bytes(BY_CODE)) + rb"]"),
    late.compile(rb"c" + _WORD + rb"\n" + _WORD + rb"\n(?=[\x00-\x7f\x80-\x98])"),
    late.compile(rb"\(i" + _WORD + rb"\n" + _WORD + rb"\n"),
    late.compile(rb"\x8c[\x01-\x7e]" + _WORD + rb"\x94?\x8c[\x01-\x7e]" + _WORD + rb"\x94?\x93"),
)
"""A stream that says its protocol; GLOBAL, INST and STACK_GLOBAL of one that does not."""
_IS_NAME = late.compile(r"[A-Za-z_][\w.]{0,200}", re.ASCII)


def pickles(contents: Contents, searched: int = SEARCHED) -> Iterator[Member]:
    """Every pickle that names something, by where it begins; raises LimitPassed where there is more to search."""
    tally, behind, found = Tally(_MOST_OPCODES), 0, 0
    for place in _candidates(contents, min(searched, contents.size)):
        if place < behind:
            continue
        start, end = _around(contents, place, behind, tally)
        if end:
            found += 1
            if found > MOST_PICKLES:
                raise LimitPassed(f"more than {MOST_PICKLES} pickles stand in it")
            yield Member(f"byte {start}", Part(contents, start, end - start))
            behind = end
    if contents.size > searched:
        raise LimitPassed(f"it was searched for pickles up to byte {searched}")


def any_pickle(contents: Contents) -> bool:
    """Whether at least one pickle that names something stands there, as far as it is searched."""
    try:
        return next(pickles(contents), None) is not None
    except LimitPassed:
        return False


def _candidates(contents: Contents, end: int) -> Iterator[int]:
    """Places where a pickle may begin, in order."""
    done = -1
    for start in range(0, end, _CHUNK):
        data = contents.at(start, min(_CHUNK + _OVERLAP, contents.size - start))
        places = {start + found.start() for begin in _of(data) for found in begin.finditer(data)}
        for place in sorted(places):
            if place > done:
                done = place
                yield place


def _of(data: bytes) -> Iterator[re.Pattern[bytes]]:
    """The patterns that can be there at all: the first is quick, the others need what few bytes have."""
    yield _BEGINS[0]
    if data.count(b"\n") > 1:
        yield from _BEGINS[1:3]
    if b"\x8c" in data and b"\x93" in data:
        yield _BEGINS[3]


def _around(contents: Contents, place: int, behind: int, tally: Tally) -> tuple[int, int]:
    """Where the pickle begins and ends that names something at `place`: one that does not say its protocol may
    have begun before, among the text that stands there; (0, 0) where there is none."""
    if contents.at(place, 1) != _PROTOCOL:
        base = max(behind, place - _LOOKED_BACK)
        text = _TEXT.match(contents.at(base, place - base)[::-1])
        opened = text[0][::-1] if text else b""
        begins = (place - len(opened) + at for at, byte in enumerate(opened) if byte in _OPENING)
        for start in islice(begins, _MOST_BEGINNINGS):
            end, whole = _end(contents, start, tally)
            if whole and end > place:
                return start, end
    return place, _end(contents, place, tally)[0]


def _end(contents: Contents, place: int, tally: Tally) -> tuple[int, bool]:
    """Where the pickle that begins here ends, and whether it is whole; 0 where there is none that names something."""
    if tally.left <= 0:
        raise LimitPassed("more places look like a pickle than are followed")
    own = Tally(min(_OPCODES_EACH, tally.left))
    given = own.left
    machine, named, called = Machine(Window(contents, place), own), False, False
    broken = min(contents.size, place + _LONGEST_BROKEN)
    try:
        for event in run(machine):
            if isinstance(event, Name):
                module, _, name = event.name.rpartition(".")
                if not _IS_NAME.fullmatch(module) or not _IS_NAME.fullmatch(name):
                    return 0, False
                named = True
            called = called or isinstance(event, Call)
    except LimitPassed:
        if given < _OPCODES_EACH:
            raise
        return (broken if named and called else 0), False
    except FormatError:
        return (broken if named and called else 0), False
    finally:
        tally.left -= given - max(0, own.left) + _OPCODES_OF_A_TRY
    return (machine.window.place if named else 0), True
