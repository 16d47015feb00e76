"""What the opcodes push that stand for themselves: numbers, text, bytes."""

import codecs
import struct
import warnings
from collections.abc import Callable

from guildmark.formats.pickle.machine import KEPT_STRING, Machine
from guildmark.formats.pickle.values import BYTES, FLOAT, INT, LOOSE, TEXT, Span, Value
from guildmark.formats.pickle.window import WINDOW, Broken


def skip(length: int) -> Callable[[Machine], None]:
    def act(machine: Machine) -> None:
        machine.window.take(length)
        machine.push(FLOAT)

    return act


def constant(value: Value) -> Callable[[Machine], None]:
    return lambda machine: machine.push(value)


def number(layout: str) -> Callable[[Machine], None]:
    reader = struct.Struct(layout)

    def act(machine: Machine) -> None:
        machine.push(reader.unpack(machine.window.take(reader.size))[0])

    return act


def read_length(machine: Machine, layout: str) -> int:
    size = struct.calcsize(layout)
    if size == 1:
        return machine.window.byte()
    (length,) = struct.unpack(layout, machine.window.take(size))
    if length < 0:
        raise Broken(machine.window.place - size, f"{machine.opcode} has a length of {length}")
    return int(length)


def payload(layout: str, encoding: str = "") -> Callable[[Machine], None]:
    """Bytes after their length; text where there is an encoding, kept where it could be a name."""

    def act(machine: Machine) -> None:
        length = read_length(machine, layout)
        if not encoding or length > WINDOW:
            at = machine.window.place
            machine.window.skip(length)
            kept = Span(at, length) if not encoding and machine.tally.keeps_place() else BYTES
            return machine.push(TEXT if encoding == "utf-8" else LOOSE if encoding else kept)
        data = machine.window.take(length)
        if encoding == "ascii" and not data.isascii():
            return machine.push(LOOSE)
        machine.push_text(data.decode(encoding, "surrogatepass"))

    return act


def long_number(layout: str) -> Callable[[Machine], None]:
    def act(machine: Machine) -> None:
        length = read_length(machine, layout)
        if length > KEPT_STRING:
            machine.window.skip(length)
            return machine.push(INT)
        machine.push(int.from_bytes(machine.window.take(length), "little", signed=True))

    return act


def read_line(machine: Machine) -> bytes:
    """A number's text; where it has a NUL, what is before that: `_pickle.c` reads no further."""
    line = machine.window.line()
    if line is None:
        raise Broken(machine.at, f"{machine.opcode} has a number of more than {WINDOW} digits")
    return line if line.startswith(b"\0") else line.partition(b"\0")[0]


def int_text(machine: Machine) -> None:
    line = read_line(machine)
    if line.startswith(b"\0"):
        return machine.push(0)  # what C's strtol makes of no digits
    try:
        machine.push(int(line, 0))
    except ValueError:
        machine.push(int(line, 8))  # C's strtol reads a leading 0 as octal


def long_text(machine: Machine) -> None:
    machine.push(int(read_line(machine).removesuffix(b"L"), 0))


def float_text(machine: Machine) -> None:
    float(read_line(machine))
    machine.push(FLOAT)


def string(machine: Machine) -> None:
    quote = machine.window.byte()
    line = machine.window.line() if quote in b"'\"" else b""
    if line is None:
        return machine.push(LOOSE)
    if not line or line[-1] != quote:
        raise Broken(machine.at, "STRING has no quotes")
    with warnings.catch_warnings(action="ignore"):  # an escape that Python does not know
        data = codecs.escape_decode(line[:-1])[0]
    if not data.isascii():
        return machine.push(LOOSE)
    machine.push_text(data.decode("ascii"))


def unicode(machine: Machine) -> None:
    line = machine.window.line()
    if line is None:
        return machine.push(TEXT)
    machine.push_text(line.decode("raw-unicode-escape"))
