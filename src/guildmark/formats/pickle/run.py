"""Runs one pickle stream on symbols: nothing is made or imported, and no name is forgotten.

Where CPython's two unpicklers (`_pickle.c`, `pickle.py`) differ, it goes on if either would."""

from collections.abc import Collection, Iterator

from guildmark.errors import LimitPassed
from guildmark.formats.pickle import joblib, legacy
from guildmark.formats.pickle.machine import NOWHERE, Call, Event, Machine, Name
from guildmark.formats.pickle.opcodes import ACTS
from guildmark.formats.pickle.values import ARRAY, Made
from guildmark.formats.pickle.window import Broken, Window

OF_NUMPY = ("dtype", "scalar")
"""What pickles of arrays of objects call, whose module they may take from their memo."""
ACT_WHEN_IMPORTED = frozenset(
    ("antigravity", "this", "idlelib", "turtledemo", "test", "lib2to3", "__hello__", "__phello__", "__main__")
)
"""Python's own modules that do something as they are imported."""
BY_CODE = {code[0]: opcode for code, opcode in ACTS.items()}


class Forgotten(Broken):
    """The stream asks the memo for what this stream never put there."""


def run(machine: Machine) -> Iterator[Event]:
    """What is named and called, as it comes, up to STOP; raises Broken where the stream cannot go on, LimitPassed."""
    forked = machine.plain
    while machine.opcode != "STOP":
        try:
            _step(machine)
        except KeyError as error:
            raise Forgotten(machine.at, f"{machine.opcode} asks for what the memo does not hold") from error
        except (IndexError, ValueError) as error:
            raise Broken(machine.at, f"{machine.opcode} cannot be carried out") from error
        finally:
            if machine.found:
                yield from machine.events()
        if machine.opcode == "BUILD" and not machine.plain and joblib.is_wrapper(machine.stack[-1]):
            if not forked:
                forked = True
                yield from _run_as_plain(machine)
            yield from _read_array(machine)
        if machine.loads is not None:
            yield from _load_bytes(machine, machine.loads)


def _step(machine: Machine) -> None:
    tally, window = machine.tally, machine.window
    tally.left -= 1
    if tally.left < 0:
        raise LimitPassed("the pickle has more opcodes than are followed here")
    at = machine.at = window.place
    code = window.byte()
    if code not in BY_CODE:
        raise Broken(at, f"there is no opcode 0x{code:02x}")
    machine.opcode, act = BY_CODE[code]
    frame_end = machine.frame_end
    try:
        act(machine)
    finally:
        if at < frame_end < max(window.place, machine.frame_end):
            # _pickle.c loses bytes here when it reads from a file, and goes on
            machine.name(NOWHERE)


def _load_bytes(machine: Machine, made: Made) -> Iterator[Event]:
    """What torch would unpickle of bytes that are a file of its own; in such a file it never writes another one.

    Bytes that break off stop nothing here: what stands behind them is followed all the same."""
    machine.loads = None
    place = legacy.begins(made.arguments, machine.window.contents)
    try:
        if machine.is_inner:
            raise Broken(machine.at, "there are bytes of torch in bytes of torch")
        for _ in range(legacy.STREAMS if place else 0):
            inner = Machine(Window(machine.window.contents, place), machine.tally, plain=True)
            inner.is_inner = True
            yield from run(inner)
            place = inner.window.place
    except Broken:
        yield Name(machine.at, NOWHERE, machine.opcode)


def _read_array(machine: Machine) -> Iterator[Event]:
    """Go past the bytes that joblib reads between two opcodes."""
    array = joblib.array(machine.stack[-1])
    if array is None or machine.window.place < machine.frame_end:
        yield Name(machine.at, NOWHERE, machine.opcode)
        raise Broken(machine.at, "the size of joblib's array is not in the stream")
    machine.stack[-1] = Made(ARRAY, None, machine.at)
    if array.size is None:
        yield from run(Machine(machine.window, machine.tally, plain=True))
        return
    if array.padded:
        machine.window.skip(machine.window.byte())
    machine.window.skip(array.size)


def _run_as_plain(machine: Machine) -> Iterator[Event]:
    """What `pickle.load`, which knows nothing of joblib, would make of the array's bytes and the rest.

    Numbers that look like opcodes name and call nothing that is printable; what they seem to do with
    the names before them is left out."""
    begin, texts = machine.window.place, {value for value in machine.memo.values() if isinstance(value, str)}
    try:
        for event in run(machine.as_plain()):
            here = isinstance(event, Name) or (isinstance(event, Call) and event.named_at >= begin)
            if not here or not isinstance(event, (Name, Call)):
                continue
            if event.name.isprintable() and " " not in event.name and not _is_misread(event.name, texts):
                yield event
    except Broken:
        return


def _is_misread(name: str, texts: Collection[str]) -> bool:
    """Whether a name is `numpy.dtype` or `numpy.core.multiarray.scalar` after a pickle of objects lost its memo.

    That pickle has a memo of its own; `pickle.load` takes the word at the same place of the outer one for the module:
    `Pipeline.dtype`. Where a module has one of these it is a type of numbers: to import it is all that could act."""
    module, _, attribute = name.rpartition(".")
    return attribute in OF_NUMPY and module in texts and module.partition(".")[0] not in ACT_WHEN_IMPORTED
