"""What each opcode does to the pickle machine (CPython's `pickletools`, PEP 307, PEP 3154, PEP 574)."""

import struct
from collections.abc import Callable

from guildmark.formats.pickle.literals import (
    constant,
    float_text,
    int_text,
    long_number,
    long_text,
    number,
    payload,
    read_length,
    read_line,
    skip,
    string,
    unicode,
)
from guildmark.formats.pickle.machine import FARTHEST, KEPT_STATES, NOWHERE, SHOWN, Bomb, Machine
from guildmark.formats.pickle.values import (
    BUFFER,
    LOADS_BYTES,
    NOT_COUNTED,
    PERSISTENT,
    UNKNOWN,
    Box,
    Global,
    Made,
    Mapping,
    Tuple,
    Value,
    make,
)
from guildmark.formats.pickle.window import Broken

HIGHEST_PROTOCOL = 5
MODULE = "module"
"""`("module", class, its file, its source)`: for that `torch.load` gives the class (files of PyTorch before 1.6)."""
INSTANTIATOR = "_instantiator"
"""Lightning imports and calls what stands under this key in a checkpoint's `hyper_parameters` (core/saving.py)."""
TELLING = frozenset((INSTANTIATOR, "algo_bytes"))
"""Keys whose values a loader imports, or unpickles (MONAI's auto3dseg, GHSA-89gg-p5r5-q6r4)."""
OWN_INSTANTIATORS = ("lightning.pytorch.cli.instantiate_module", "pytorch_lightning.cli.instantiate_module")


def _proto(machine: Machine) -> None:
    if machine.window.byte() > HIGHEST_PROTOCOL:
        raise Broken(machine.at, "the protocol is newer than 5")


def _frame(machine: Machine) -> None:
    length = read_length(machine, "<Q")
    machine.frame_end = max(machine.frame_end, machine.window.place + length)


def _persid(machine: Machine) -> None:
    _ask_loader(machine, (machine.window.line() or b"").decode("ascii"))


def _persistent(machine: Machine) -> None:
    _ask_loader(machine, machine.stack.pop())


def _ask_loader(machine: Machine, pid: Value) -> None:
    machine.call(Global(PERSISTENT, machine.at, machine.opcode), pid)
    items = pid.items if isinstance(pid, Tuple) else None
    if items and len(items) > 1 and items[0] == MODULE and isinstance(items[1], Global):
        machine.push(items[1])
    else:
        machine.push(Made(PERSISTENT, pid, machine.at))


def _global(machine: Machine) -> None:
    machine.push(_named(machine))


def _named(machine: Machine) -> Value:
    module, name = machine.window.line(), machine.window.line()
    if module is None or name is None:
        return machine.name(NOWHERE)
    try:
        dotted = f"{module.decode()}.{name.decode()}"
    except UnicodeDecodeError:
        machine.name(NOWHERE)
        raise
    return machine.name(dotted, dotted=b"." in name)


def _stack_global(machine: Machine) -> None:
    name, module = machine.stack.pop(), machine.stack.pop()
    if isinstance(name, str) and isinstance(module, str):
        machine.push(machine.name(f"{module}.{name}", dotted="." in name))
    elif any(isinstance(part, (int, Tuple, Mapping)) or part is None for part in (name, module)) or (
        machine.is_fork and any(isinstance(part, (Box, Global)) for part in (name, module))
    ):  # the main machine has told the names, and those that could be texts are known by theirs
        raise Broken(machine.at, "STACK_GLOBAL needs two strings")
    else:  # a Global too: BUILD may have put a string in its place
        machine.push(machine.name(NOWHERE))


def _extension(layout: str) -> Callable[[Machine], None]:
    def act(machine: Machine) -> None:
        machine.window.take(struct.calcsize(layout))
        machine.push(machine.name(NOWHERE))

    return act


def _inst(machine: Machine) -> None:
    _make(machine, _named(machine), machine.tally.tuple_of(machine.pop_mark()))


def _obj(machine: Machine) -> None:
    items = machine.pop_mark()
    _make(machine, items[0], machine.tally.tuple_of(items[1:]))


def _call(machine: Machine) -> None:
    arguments, of = machine.stack.pop(), machine.stack.pop()
    _make(machine, of, arguments)


def _newobj_ex(machine: Machine) -> None:
    keywords, arguments, of = machine.stack.pop(), machine.stack.pop(), machine.stack.pop()
    items = arguments.items if isinstance(arguments, Tuple) and arguments.items is not None else (UNKNOWN,)
    _make(machine, of, machine.tally.tuple_of([*items, keywords]))


def _make(machine: Machine, of: Value, arguments: Value) -> None:
    machine.call(of, arguments)
    made = make(of, arguments, machine.at)
    if isinstance(made, Box):
        machine.tally.hold(made, arguments)
    if isinstance(made, Made) and made.of == LOADS_BYTES:
        machine.loads = made
    machine.push(made)


def _build(machine: Machine) -> None:
    state, instance = machine.stack.pop(), machine.stack[-1]
    if isinstance(instance, Global):  # its attributes change, so names are no longer what they say
        machine.name(NOWHERE)
    elif isinstance(instance, Made):
        machine.call(instance, state)
        machine.tally.hold(instance, state)
        if instance.is_read_on():
            _keep_state(instance, state)
    elif instance is UNKNOWN:
        machine.call(UNKNOWN, state)


def _keep_state(instance: Made, state: Value) -> None:
    if len(instance.state) < KEPT_STATES:
        instance.state.append(state)
    else:
        instance.state[-1] = UNKNOWN


def _mark(machine: Machine) -> None:
    machine.outer.append(machine.stack)
    machine.stack = []
    machine.grow()


def _pop(machine: Machine) -> None:
    machine.drop([machine.stack.pop()] if machine.stack else machine.pop_mark())


def _pop_mark(machine: Machine) -> None:
    machine.drop(machine.pop_mark())


def _dup(machine: Machine) -> None:
    machine.push(machine.stack[-1])


def _stop(machine: Machine) -> None:
    machine.result = machine.stack.pop()
    machine.end()


def _put_text(machine: Machine) -> None:
    _put(machine, int(read_line(machine)))


def _put(machine: Machine, place: int) -> None:
    if place < 0:
        raise Broken(machine.at, f"{machine.opcode} has a negative place")
    machine.memo[place] = machine.stack[-1]
    if place >= FARTHEST:
        machine.found.append(Bomb(machine.at, place, machine.opcode))
    machine.grow()


def _get_text(machine: Machine) -> None:
    machine.push(machine.memo[int(read_line(machine))])


def _memo(act: Callable[[Machine, int], None], layout: str) -> Callable[[Machine], None]:
    return lambda machine: act(machine, read_length(machine, layout))


def _get(machine: Machine, place: int) -> None:
    machine.push(machine.memo[place])


def _memoize(machine: Machine) -> None:
    _put(machine, len(machine.memo))


def _boxed(kind: str) -> Callable[[Machine], None]:
    return lambda machine: machine.push(_empty(machine, kind))


def _empty(machine: Machine, kind: str) -> Box:
    """An empty container; a list whose items are kept from the start where pyarrow's arrays are made of them."""
    box = Box(kind)
    if kind == "list" and machine.tally.keeps_place():
        box.shown = []
    return box


def _gather(kind: str) -> Callable[[Machine], None]:
    def act(machine: Machine) -> None:
        items = machine.pop_mark()
        machine.push(_empty(machine, kind))
        _put_in(machine, items)

    return act


def _put_in(machine: Machine, items: list[Value]) -> None:
    """Into the container on top; something made is asked to take them by a method of its own."""
    into = machine.stack[-1]
    if not isinstance(into, Box) or isinstance(into, Made):
        machine.call(into, UNKNOWN)
    if isinstance(into, Box) and into.count != NOT_COUNTED:
        into.count += len(items)
    for item in items:
        machine.use(item)
        if isinstance(into, Box):
            machine.tally.hold(into, item)
        if machine.opcode in HASHING:
            machine.hashed(item)
    if isinstance(into, Box) and (machine.tally.explains or into.shown is not None):
        into.shown = ((into.shown or []) + items)[:SHOWN]


def _dict(machine: Machine) -> None:
    items = machine.pop_mark()
    machine.push(Mapping())
    _put_items(machine, items)


def _put_items(machine: Machine, items: list[Value]) -> None:
    into = machine.stack[-1]
    if not isinstance(into, Mapping):
        machine.call(into, UNKNOWN)
    for key, value in zip(items[::2], items[1::2], strict=True):
        machine.use(key)
        machine.use(value, key)
        machine.hashed(key)
        if isinstance(key, str) and key in TELLING:
            _tell_of_loader(machine, key, value)
        if isinstance(into, Mapping):
            into.put(key, value)
        if isinstance(into, Box):
            machine.tally.hold(into, key)
            machine.tally.hold(into, value)
    if isinstance(into, Box) and (machine.tally.explains or into.shown is not None):
        into.shown = ((into.shown or []) + items)[: 2 * SHOWN]


def _tell_of_loader(machine: Machine, key: str, value: Value) -> None:
    """Lightning imports what is named for it; MONAI unpickles bytes inside what it unpickled."""
    if key != INSTANTIATOR:
        machine.name("pickle.loads")
    elif isinstance(value, str) and value not in OWN_INSTANTIATORS:
        machine.name(value)


def _set_item(machine: Machine) -> None:
    value, key = machine.stack.pop(), machine.stack.pop()
    _put_items(machine, [key, value])


def _set_items(machine: Machine) -> None:
    _put_items(machine, machine.pop_mark())


def _append(machine: Machine) -> None:
    item = machine.stack.pop()
    _put_in(machine, [item])


def _appends(machine: Machine) -> None:
    _put_in(machine, machine.pop_mark())


def _read_only(machine: Machine) -> None:
    if not machine.stack:
        raise IndexError("there is no buffer")


def _tuple(machine: Machine) -> None:
    machine.push(machine.tally.tuple_of(machine.pop_mark()))


def _tuple_of(length: int) -> Callable[[Machine], None]:
    def act(machine: Machine) -> None:
        items = [machine.stack.pop() for _ in range(length)]
        machine.push(machine.tally.tuple_of(items[::-1]))

    return act


def _empty_dict(machine: Machine) -> None:
    machine.push(Mapping())


HASHING = ("ADDITEMS", "FROZENSET")

ACTS: dict[bytes, tuple[str, Callable[[Machine], None]]] = {
    b"(": ("MARK", _mark),
    b".": ("STOP", _stop),
    b"0": ("POP", _pop),
    b"1": ("POP_MARK", _pop_mark),
    b"2": ("DUP", _dup),
    b"F": ("FLOAT", float_text),
    b"I": ("INT", int_text),
    b"J": ("BININT", number("<i")),
    b"K": ("BININT1", number("<B")),
    b"L": ("LONG", long_text),
    b"M": ("BININT2", number("<H")),
    b"N": ("NONE", constant(None)),
    b"P": ("PERSID", _persid),
    b"Q": ("BINPERSID", _persistent),
    b"R": ("REDUCE", _call),
    b"S": ("STRING", string),
    b"T": ("BINSTRING", payload("<i", "ascii")),
    b"U": ("SHORT_BINSTRING", payload("<B", "ascii")),
    b"V": ("UNICODE", unicode),
    b"X": ("BINUNICODE", payload("<I", "utf-8")),
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
    b"l": ("LIST", _gather("list")),
    b"]": ("EMPTY_LIST", _boxed("list")),
    b"o": ("OBJ", _obj),
    b"p": ("PUT", _put_text),
    b"q": ("BINPUT", _memo(_put, "<B")),
    b"r": ("LONG_BINPUT", _memo(_put, "<I")),
    b"s": ("SETITEM", _set_item),
    b"t": ("TUPLE", _tuple),
    b")": ("EMPTY_TUPLE", _tuple_of(0)),
    b"u": ("SETITEMS", _set_items),
    b"G": ("BINFLOAT", skip(8)),
    b"B": ("BINBYTES", payload("<I")),
    b"C": ("SHORT_BINBYTES", payload("<B")),
    b"\x80": ("PROTO", _proto),
    b"\x81": ("NEWOBJ", _call),
    b"\x82": ("EXT1", _extension("<B")),
    b"\x83": ("EXT2", _extension("<H")),
    b"\x84": ("EXT4", _extension("<i")),
    b"\x85": ("TUPLE1", _tuple_of(1)),
    b"\x86": ("TUPLE2", _tuple_of(2)),
    b"\x87": ("TUPLE3", _tuple_of(3)),
    b"\x88": ("NEWTRUE", constant(True)),
    b"\x89": ("NEWFALSE", constant(False)),
    b"\x8a": ("LONG1", long_number("<B")),
    b"\x8b": ("LONG4", long_number("<i")),
    b"\x8c": ("SHORT_BINUNICODE", payload("<B", "utf-8")),
    b"\x8d": ("BINUNICODE8", payload("<Q", "utf-8")),
    b"\x8e": ("BINBYTES8", payload("<Q")),
    b"\x8f": ("EMPTY_SET", _boxed("set")),
    b"\x90": ("ADDITEMS", _appends),
    b"\x91": ("FROZENSET", _gather("frozenset")),
    b"\x92": ("NEWOBJ_EX", _newobj_ex),
    b"\x93": ("STACK_GLOBAL", _stack_global),
    b"\x94": ("MEMOIZE", _memoize),
    b"\x95": ("FRAME", _frame),
    b"\x96": ("BYTEARRAY8", payload("<Q")),
    b"\x97": ("NEXT_BUFFER", constant(BUFFER)),
    b"\x98": ("READONLY_BUFFER", _read_only),
}
