"""Pickle: streams of opcodes that rebuild objects, and the names that they import to do so."""

from collections.abc import Iterator
from typing import NamedTuple
from weakref import WeakKeyDictionary

from guildmark import late
from guildmark.contents import Contents
from guildmark.errors import LimitPassed
from guildmark.formats import Fault
from guildmark.formats.pickle import legacy
from guildmark.formats.pickle.machine import NOWHERE, Bomb, Call, Event, Machine, Name, Tally, Use
from guildmark.formats.pickle.run import Forgotten, run
from guildmark.formats.pickle.values import PERSISTENT, Global, Tuple, Value
from guildmark.formats.pickle.window import Broken, Cut, Window

__all__ = [
    "NOWHERE",
    "PERSISTENT",
    "Bomb",
    "Call",
    "Event",
    "Fault",
    "Name",
    "Stream",
    "Use",
    "calls",
    "events",
    "faults",
    "names",
    "recognises",
    "streams",
]

RANK = 30
HOLDS = "objects"

PROTO = 0x80
ZIP = b"PK"
"""The start of a zip is a PERSID too; no loader that serves persistent ids would take it for one."""
SHELF_BLOCK = 512
LINE_END = b"\r\n"
"""What a person's editor or version control leaves at the end of a file."""
FIRST_OPCODES = 64
"""A stream that says its protocol is believed after so many opcodes."""
MANY_OPCODES = 20_000
"""So many opcodes without a mistake are no text."""
FEW_OPCODES = 3
_FAULTS: WeakKeyDictionary[Contents, tuple[Fault, ...]] = WeakKeyDictionary()
"""Of what was followed to its end."""


class Stream(NamedTuple):
    """One whole pickle, from its first byte to behind its STOP."""

    begin: int
    end: int


def recognises(contents: Contents) -> bool:
    """A stream that says its protocol, or bytes that are opcodes to the end or until they call a name."""
    head = contents.at(0, 2)
    if len(head) == 2 and head[0] == PROTO:
        return head[1] <= 5 and _begins_well(contents)
    return bool(head) and head != ZIP and _is_all_opcodes(contents)


def names(contents: Contents) -> Iterator[Name]:
    """Every name that loading could import, as the stream spells it (Python 2's `__builtin__` too).

    One that the stream does not show is `?.?`. Raises LimitPassed where the stream is too long to follow."""
    return (found for found in _read(contents) if isinstance(found, Name))


def calls(contents: Contents) -> Iterator[Call]:
    """Every call that loading could make, with what is known of its arguments; raises LimitPassed."""
    return (found for found in _read(contents) if isinstance(found, Call))


def events(contents: Contents, *, explained: bool = False) -> Iterator[Event | Fault | Stream]:
    """All that loading would do, in order; raises LimitPassed. `explained`: lists show their first items."""
    return _read(contents, explained=explained)


def faults(contents: Contents) -> Iterator[Fault]:
    """Where the streams break off, and bytes behind them that are no stream."""
    if contents in _FAULTS:
        return iter(_FAULTS[contents])
    return (found for found in _read(contents) if isinstance(found, Fault))


def streams(contents: Contents) -> tuple[Stream, ...]:
    """The whole pickles that follow one another; raises LimitPassed."""
    return tuple(found for found in _read(contents) if isinstance(found, Stream))


def _read(contents: Contents, *, explained: bool = False) -> Iterator[Event | Fault | Stream]:
    found: list[Fault] = []
    for each in _follow(contents, explained=explained):
        if isinstance(each, Fault):
            found.append(each)
        yield each
    _FAULTS[contents] = tuple(found)


def _follow(contents: Contents, *, explained: bool) -> Iterator[Event | Fault | Stream]:
    tally, place, number, is_torch = Tally(explains=explained), 0, 0, False
    frame_end, broken = 0, False
    memory: dict[int, Value] = {}
    while place < contents.size and not (is_torch and number == legacy.STREAMS):
        machine = Machine(Window(contents, place), tally)
        try:
            try:
                yield from run(machine)
            except Forgotten:
                if not memory:
                    raise
                machine = Machine(Window(contents, place), tally)
                machine.memo = memory  # a loader that keeps one Unpickler keeps its memo
                yield from run(machine)
        except Broken as error:
            if not broken:
                what = "the stream breaks off" if not number else "the bytes behind STOP are no whole pickle"
                yield Fault(f"byte {error.at}", f"{what}: {error.says}")
            if frame_end <= place:
                return
            place, broken = frame_end, True  # where an unpickler that reads frames whole has left the file
            continue
        is_torch = is_torch or (number == 0 and machine.result == legacy.MAGIC)
        memory |= machine.memo
        yield Stream(place, machine.window.place)
        frame_end = max(frame_end, machine.frame_end)
        place, number = _behind(contents, machine.window.place), number + 1
    if not broken and (not number or (is_torch and number < legacy.STREAMS)):
        yield Fault(f"byte {contents.size}", f"the file ends after {number} pickles")


def _behind(contents: Contents, end: int) -> int:
    """Where the next stream may begin: dbm.dumb, and so shelve, fills its blocks with NULs; a text ends with a line."""
    if contents.size - end <= len(LINE_END) and contents.at(end, len(LINE_END)) in LINE_END:
        return contents.size
    filling = contents.at(end, -end % SHELF_BLOCK)
    return end + len(filling) if not filling.strip(b"\0") else end


def _begins_well(contents: Contents) -> bool:
    named = False
    try:
        for event in run(Machine(Window(contents), Tally(FIRST_OPCODES))):
            named = named or isinstance(event, Name)
    except (LimitPassed, Cut):
        return True
    except Broken:
        return named
    return True


_NO_NAME = late.compile(r"""[=;(){}"']""")
"""What stands in code (`const x = require("y");` begins as a GLOBAL does) and in the name of no module."""


def _is_all_opcodes(contents: Contents) -> bool:
    """Text begins with letters that are opcodes too, but seldom prepares a call of a name that it
    imports, and never ends with STOP having made one thing or imported a name."""
    tally, place, named, sound, calls = Tally(MANY_OPCODES), 0, False, False, 0
    remembers = False
    while place < contents.size:
        machine = Machine(Window(contents, place), tally)
        try:
            for event in run(machine):
                named = named or isinstance(event, Name)
                sound = sound or (isinstance(event, Name) and not _NO_NAME.search(event.name))
                calls += (
                    isinstance(event, Call) and event.name != PERSISTENT
                )  # a P, as texts begin with, asks its loader
        except LimitPassed:
            return True
        except Broken as error:
            goes_on = remembers and isinstance(error, Forgotten)  # with a loader that keeps its memo
            return goes_on or (sound and (calls > 0 or _prepares_a_call(machine)))
        if machine.frame_end > machine.window.place:
            return True
        remembers = remembers or bool(machine.memo)
        if (machine.stack or machine.outer) and (named or not remembers):
            return sound or (named and calls > 0)
        place = machine.window.place
    return named or MANY_OPCODES - tally.left >= FEW_OPCODES


def _prepares_a_call(machine: Machine) -> bool:
    """A name, then an open or empty tuple: the first opcodes of every call."""
    before = [part[-1] for part in machine.outer if part]
    top = machine.stack[-1] if machine.stack else None
    if isinstance(top, Tuple) and top.items == ():
        before += machine.stack[-2:-1]
    return any(isinstance(value, Global) for value in before)
