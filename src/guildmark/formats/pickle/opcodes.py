"""What each opcode does to the pickle machine (CPython's `pickletools`, PEP 307, PEP 3154, PEP 574)."""

import codecs
import struct
import warnings
from collections.abc import Callable

from guildmark.formats.pickle.machine import KEPT_STATES, KEPT_STRING, NOWHERE, Machine
from guildmark.formats.pickle.values import UNKNOWN, Global, Made, Mapping, Value, make
from guildmark.formats.pickle.window import WINDOW, Broken

HIGHEST_PROTOCOL = 5


def _skip(length: int) -> Callable[[Machine], None]:
    def act(machine: Machine) -> None:
        machine.window.take(length)
        machine.push(UNKNOWN)

    return act


def _constant(value: Value) -> Callable[[Machine], None]:
    return lambda machine: machine.push(value)


def _number(layout: str) -> Callable[[Machine], None]:
    reader = struct.Struct(layout)

    def act(machine: Machine) -> None:
        machine.push(reader.unpack(machine.window.take(reader.size))[0])

    return act


def _length(machine: Machine, layout: str) -> int:
    at = machine.window.place
    (length,) = struct.unpack(layout, machine.window.take(struct.calcsize(layout)))
    if length < 0:
        raise Broken(at, f"{machine.opcode} has a length of {length}")
    return int(length)


def _payload(layout: str, encoding: str = "") -> Callable[[Machine], None]:
    """Bytes after their length; text where there is an encoding, kept where it could be a name."""

    def act(machine: Machine) -> None:
        length = _length(machine, layout)
        if not encoding or length > WINDOW:
            machine.window.skip(length)
            return machine.push(UNKNOWN)
        data = machine.window.take(length)
        if encoding == "ascii" and not data.isascii():
            return machine.push(UNKNOWN)  # the loader chooses how to read it
        machine.push_text(data.decode(encoding, "surrogatepass"))

    return act


def _long(layout: str) -> Callable[[Machine], None]:
    def act(machine: Machine) -> None:
        length = _length(machine, layout)
        if length > KEPT_STRING:
            machine.window.skip(length)
            return machine.push(UNKNOWN)
        machine.push(int.from_bytes(machine.window.take(length), "little", signed=True))

    return act


def _line(machine: Machine) -> bytes:
    line = machine.window.line()
    if line is None:
        raise Broken(machine.at, f"{machine.opcode} has a number of more than {WINDOW} digits")
    return line


def _int(machine: Machine) -> None:
    line = _line(machine)
    try:
        machine.push(int(line, 0))
    except ValueError:
        machine.push(int(line, 8))  # C's strtol reads a leading 0 as octal


def _long_text(machine: Machine) -> None:
    machine.push(int(_line(machine).removesuffix(b"L"), 0))


def _float(machine: Machine) -> None:
    float(_line(machine))
    machine.push(UNKNOWN)


def _string(machine: Machine) -> None:
    quote = machine.window.byte()
    line = machine.window.line() if quote in b"'\"" else b""
    if line is None:
        return machine.push(UNKNOWN)
    if not line or line[-1] != quote:
        raise Broken(machine.at, "STRING has no quotes")
    with warnings.catch_warnings(action="ignore"):  # an escape that Python does not know
        data = codecs.escape_decode(line[:-1])[0]
    if not data.isascii():
        return machine.push(UNKNOWN)
    machine.push_text(data.decode("ascii"))


def _unicode(machine: Machine) -> None:
    line = machine.window.line()
    if line is None:
        return machine.push(UNKNOWN)
    machine.push_text(line.decode("raw-unicode-escape"))


def _proto(machine: Machine) -> None:
    if machine.window.byte() > HIGHEST_PROTOCOL:
        raise Broken(machine.at, "the protocol is newer than 5")


def _frame(machine: Machine) -> None:
    length = _length(machine, "<Q")
    machine.frame_end = max(machine.frame_end, machine.window.place + length)


def _persid(machine: Machine) -> None:
    (machine.window.line() or b"").decode("ascii")
    machine.push(UNKNOWN)


def _global(machine: Machine) -> None:
    machine.push(_named(machine))


def _named(machine: Machine) -> Value:
    module, name = machine.window.line(), machine.window.line()
    if module is None or name is None:
        machine.name(NOWHERE)
        return UNKNOWN
    try:
        dotted = f"{module.decode()}.{name.decode()}"
    except UnicodeDecodeError:
        machine.name(NOWHERE)
        raise
    machine.name(dotted)
    return Global(dotted)


def _stack_global(machine: Machine) -> None:
    name, module = machine.stack.pop(), machine.stack.pop()
    if isinstance(name, str) and isinstance(module, str):
        machine.name(f"{module}.{name}")
        machine.push(Global(f"{module}.{name}"))
    elif any(isinstance(part, (int, tuple, Mapping)) or part is None for part in (name, module)):
        raise Broken(machine.at, "STACK_GLOBAL needs two strings")
    else:  # a Global too: BUILD may have put a string in its place
        machine.name(NOWHERE)
        machine.push(UNKNOWN)


def _extension(layout: str) -> Callable[[Machine], None]:
    def act(machine: Machine) -> None:
        machine.window.take(struct.calcsize(layout))
        machine.name(NOWHERE)
        machine.push(UNKNOWN)

    return act


def _inst(machine: Machine) -> None:
    of = _named(machine)
    arguments = machine.pop_mark()
    machine.calls += 1
    machine.push(make(of, UNKNOWN if arguments else ()))


def _obj(machine: Machine) -> None:
    items = machine.pop_mark()
    machine.calls += 1
    machine.push(make(items[0], UNKNOWN if items[1:] else ()))


def _call(machine: Machine) -> None:
    arguments, of = machine.stack.pop(), machine.stack.pop()
    machine.calls += 1
    machine.push(make(of, arguments))


def _newobj_ex(machine: Machine) -> None:
    machine.stack.pop()
    _call(machine)


def _build(machine: Machine) -> None:
    state, instance = machine.stack.pop(), machine.stack[-1]
    machine.calls += 1
    if isinstance(instance, Global):  # its attributes change, so names are no longer what they say
        machine.name(NOWHERE)
    elif isinstance(instance, Made):
        if len(instance.state) < KEPT_STATES:
            instance.state.append(state)
        else:
            instance.state[-1] = UNKNOWN


def _mark(machine: Machine) -> None:
    machine.outer.append(machine.stack)
    machine.stack = []
    machine.grow()


def _pop(machine: Machine) -> None:
    if machine.stack:
        machine.stack.pop()
    else:
        machine.pop_mark()


def _pop_mark(machine: Machine) -> None:
    machine.pop_mark()


def _dup(machine: Machine) -> None:
    machine.push(machine.stack[-1])


def _stop(machine: Machine) -> None:
    machine.result = machine.stack.pop()


def _put_text(machine: Machine) -> None:
    _put(machine, int(_line(machine)))


def _put(machine: Machine, place: int) -> None:
    if place < 0:
        raise Broken(machine.at, f"{machine.opcode} has a negative place")
    machine.memo[place] = machine.stack[-1]
    machine.grow()


def _get_text(machine: Machine) -> None:
    machine.push(machine.memo[int(_line(machine))])


def _memo(act: Callable[[Machine, int], None], layout: str) -> Callable[[Machine], None]:
    return lambda machine: act(machine, _length(machine, layout))


def _get(machine: Machine, place: int) -> None:
    machine.push(machine.memo[place])


def _memoize(machine: Machine) -> None:
    _put(machine, len(machine.memo))


def _gather(machine: Machine) -> None:
    machine.pop_mark()
    machine.push(UNKNOWN)


def _dict(machine: Machine) -> None:
    items, mapping = machine.pop_mark(), Mapping()
    _put_items(mapping, items)
    machine.push(mapping)


def _put_items(mapping: Value, items: list[Value]) -> None:
    for key, value in zip(items[::2], items[1::2], strict=True):
        if isinstance(mapping, Mapping):
            mapping.put(key, value)


def _set_item(machine: Machine) -> None:
    value, key = machine.stack.pop(), machine.stack.pop()
    _put_items(machine.stack[-1], [key, value])


def _set_items(machine: Machine) -> None:
    items = machine.pop_mark()
    _put_items(machine.stack[-1], items)


def _append(machine: Machine) -> None:
    machine.stack.pop()
    _into_top(machine)


def _appends(machine: Machine) -> None:
    machine.pop_mark()
    _into_top(machine)


def _into_top(machine: Machine) -> None:
    if not machine.stack:
        raise IndexError("there is nothing to add to")


def _tuple(machine: Machine) -> None:
    machine.push_tuple(machine.pop_mark())


def _tuple_of(length: int) -> Callable[[Machine], None]:
    def act(machine: Machine) -> None:
        items = [machine.stack.pop() for _ in range(length)]
        machine.push_tuple(items[::-1])

    return act


def _empty_dict(machine: Machine) -> None:
    machine.push(Mapping())


def _persistent(machine: Machine) -> None:
    machine.stack.pop()
    machine.push(UNKNOWN)


ACTS: dict[bytes, tuple[str, Callable[[Machine], None]]] = {
    b"(": ("MARK", _mark),
    b".": ("STOP", _stop),
    b"0": ("POP", _pop),
    b"1": ("POP_MARK", _pop_mark),
    b"2": ("DUP", _dup),
    b"F": ("FLOAT", _float),
    b"I": ("INT", _int),
    b"J": ("BININT", _number("<i")),
    b"K": ("BININT1", _number("<B")),
    b"L": ("LONG", _long_text),
    b"M": ("BININT2", _number("<H")),
    b"N": ("NONE", _constant(None)),
    b"P": ("PERSID", _persid),
    b"Q": ("BINPERSID", _persistent),
    b"R": ("REDUCE", _call),
    b"S": ("STRING", _string),
    b"T": ("BINSTRING", _payload("<i", "ascii")),
    b"U": ("SHORT_BINSTRING", _payload("<B", "ascii")),
    b"V": ("UNICODE", _unicode),
    b"X": ("BINUNICODE", _payload("<I", "utf-8")),
    b"a": ("APPEND", _append),
    b"b": ("BUILD", _build),
    b"c": ("GLOBAL", _global),
    b"d": ("DICT", _dict),
    b"}": ("EMPTY_DICT", _empty_dict),
    b"e": ("APPENDS", _appends),
    b"g": ("GET", _get_text),
    b"h": ("BINGET", _memo(_get, "<B")),
    b"i": ("INST", _inst),
    b"j": ("LONG_BINGET", _memo(_get, "<I")),
    b"l": ("LIST", _gather),
    b"]": ("EMPTY_LIST", _constant(UNKNOWN)),
    b"o": ("OBJ", _obj),
    b"p": ("PUT", _put_text),
    b"q": ("BINPUT", _memo(_put, "<B")),
    b"r": ("LONG_BINPUT", _memo(_put, "<I")),
    b"s": ("SETITEM", _set_item),
    b"t": ("TUPLE", _tuple),
    b")": ("EMPTY_TUPLE", _tuple_of(0)),
    b"u": ("SETITEMS", _set_items),
    b"G": ("BINFLOAT", _skip(8)),
    b"B": ("BINBYTES", _payload("<I")),
    b"C": ("SHORT_BINBYTES", _payload("<B")),
    b"\x80": ("PROTO", _proto),
    b"\x81": ("NEWOBJ", _call),
    b"\x82": ("EXT1", _extension("<B")),
    b"\x83": ("EXT2", _extension("<H")),
    b"\x84": ("EXT4", _extension("<i")),
    b"\x85": ("TUPLE1", _tuple_of(1)),
    b"\x86": ("TUPLE2", _tuple_of(2)),
    b"\x87": ("TUPLE3", _tuple_of(3)),
    b"\x88": ("NEWTRUE", _constant(True)),
    b"\x89": ("NEWFALSE", _constant(False)),
    b"\x8a": ("LONG1", _long("<B")),
    b"\x8b": ("LONG4", _long("<i")),
    b"\x8c": ("SHORT_BINUNICODE", _payload("<B", "utf-8")),
    b"\x8d": ("BINUNICODE8", _payload("<Q", "utf-8")),
    b"\x8e": ("BINBYTES8", _payload("<Q")),
    b"\x8f": ("EMPTY_SET", _constant(UNKNOWN)),
    b"\x90": ("ADDITEMS", _appends),
    b"\x91": ("FROZENSET", _gather),
    b"\x92": ("NEWOBJ_EX", _newobj_ex),
    b"\x93": ("STACK_GLOBAL", _stack_global),
    b"\x94": ("MEMOIZE", _memoize),
    b"\x95": ("FRAME", _frame),
    b"\x96": ("BYTEARRAY8", _payload("<Q")),
    b"\x97": ("NEXT_BUFFER", _constant(UNKNOWN)),
    b"\x98": ("READONLY_BUFFER", _into_top),
}
