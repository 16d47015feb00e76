"""The tensors that a checkpoint of torch names, their types and places: read off its pickle, of which nothing is made.

Only what `torch.save` writes of a dictionary of tensors is followed; at anything else the reader gives up."""

import pickletools
from collections.abc import Callable
from math import prod
from typing import Any, NamedTuple

from guildmark.errors import FormatError

LARGEST = 16 << 20
MOST_OPCODES = 4_000_000
MOST_DIMENSIONS = 64
_TYPES = {
    "Float": "F32",
    "Half": "F16",
    "BFloat16": "BF16",
    "Double": "F64",
    "Long": "I64",
    "Int": "I32",
    "Short": "I16",
    "Char": "I8",
    "Byte": "U8",
    "Bool": "BOOL",
}
"""The type of a storage's numbers, as safetensors spells it."""
_DTYPES = {
    "float32": "F32",
    "float16": "F16",
    "bfloat16": "BF16",
    "float64": "F64",
    "int64": "I64",
    "int32": "I32",
    "int16": "I16",
    "int8": "I8",
    "uint8": "U8",
    "bool": "BOOL",
}
_INNER = ("state_dict", "model_state_dict", "model")
"""Where training frameworks keep the dictionary of tensors."""


class Tensor(NamedTuple):
    """A tensor: in which storage (the record `data/KEY`), from which element on; `plain`: its numbers lie in order."""

    dtype: str
    shape: tuple[int, ...]
    key: str
    offset: int
    plain: bool


class _Global(NamedTuple):
    name: str


class _Storage(NamedTuple):
    dtype: str
    key: str


_MARK = object()
_OTHER = object()
"""A value that says nothing of a tensor."""


def tensors(data: bytes) -> dict[str, Tensor]:
    """The tensors by name; raises FormatError where the pickle is no dictionary of tensors that is understood."""
    if len(data) > LARGEST:
        raise FormatError(f"the pickle has {len(data)} bytes")
    try:
        top = _Machine().run(data)
    except (ValueError, IndexError, KeyError, TypeError, RecursionError, OverflowError) as error:
        raise FormatError("it is no plain dictionary of tensors") from error
    while isinstance(top, dict) and not any(isinstance(value, Tensor) for value in top.values()):
        top = next((top[key] for key in _INNER if isinstance(top.get(key), dict)), None)
    if not isinstance(top, dict):
        raise FormatError("it is no dictionary of tensors")
    return {name: value for name, value in top.items() if isinstance(name, str) and isinstance(value, Tensor)}


class _Machine:
    """A pickle's stack, on which only dictionaries, tuples, texts, numbers and tensors stand."""

    def __init__(self) -> None:
        self._stack: list[Any] = []
        self._memo: dict[int, Any] = {}

    def run(self, data: bytes) -> Any:
        for count, (opcode, argument, _) in enumerate(pickletools.genops(data)):
            if count == MOST_OPCODES:
                raise ValueError("it has too many opcodes")
            name = opcode.name
            if name == "STOP":
                return self._stack.pop()
            if name in _PUSHES:
                self._stack.append(argument)
            elif name in ("PUT", "BINPUT", "LONG_BINPUT", "MEMOIZE"):
                self._memo[len(self._memo) if argument is None else argument] = self._stack[-1]
            elif name in ("GET", "BINGET", "LONG_BINGET"):
                self._stack.append(self._memo[int(str(argument))])
            elif name == "GLOBAL":
                self._stack.append(_Global(str(argument).replace(" ", ".", 1)))
            elif name not in ("PROTO", "FRAME"):
                _ACTS[name](self)
        raise ValueError("it does not end")

    def push(self, value: Any) -> None:
        self._stack.append(value)

    def pop(self) -> Any:
        return self._stack.pop()

    def above_mark(self) -> list[Any]:
        items: list[Any] = []
        while (item := self._stack.pop()) is not _MARK:
            items.append(item)
        return items[::-1]

    def fill(self, items: list[Any]) -> None:
        """Set items of the dictionary on top; of anything else they are left out."""
        into = self._stack[-1]
        if isinstance(into, dict):
            into.update((key, value) for key, value in zip(items[::2], items[1::2], strict=True) if type(key) is str)


_PUSHES = frozenset(
    (
        *("INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT"),
        *("UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8", "STRING", "BINSTRING", "SHORT_BINSTRING"),
        *("BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8"),
    )
)
"""Opcodes that push what stands behind them."""


def _tuple(length: int) -> Callable[[_Machine], None]:
    return lambda machine: machine.push(tuple([machine.pop() for _ in range(length)][::-1]))


def _value(make: Callable[[], Any]) -> Callable[[_Machine], None]:
    return lambda machine: machine.push(make())


def _reduce(machine: _Machine) -> None:
    arguments, of = machine.pop(), machine.pop()
    machine.push(_made(of.name if isinstance(of, _Global) else "", arguments))


def _made(of: str, arguments: Any) -> Any:
    if of == "collections.OrderedDict":
        return {}
    if of.startswith("torch._utils._rebuild_tensor") and isinstance(arguments[0], _Storage):
        storage, offset, shape, stride = arguments[0], arguments[1], _sizes(arguments[2]), _sizes(arguments[3])
        dtype = storage.dtype
        if of.endswith("_v3") and isinstance(arguments[6], _Global):
            dtype = _DTYPES.get(arguments[6].name.removeprefix("torch."), "")
        plain = stride == tuple(prod(shape[place + 1 :]) for place in range(len(shape))) or prod(shape) <= 1
        return Tensor(dtype, shape, storage.key, _sizes((offset,))[0], plain)
    if of.startswith("torch._utils._rebuild_parameter") and isinstance(arguments[0], Tensor):
        return arguments[0]
    return _OTHER


def _sizes(numbers: Any) -> tuple[int, ...]:
    """A shape or a stride; raises ValueError where it is none."""
    if not isinstance(numbers, tuple) or len(numbers) > MOST_DIMENSIONS:
        raise ValueError("a shape is no short tuple")
    if not all(type(number) is int and 0 <= number < 1 << 63 for number in numbers):
        raise ValueError("a shape holds something else than sizes")
    return numbers


def _persistent(machine: _Machine) -> None:
    said = machine.pop()
    if not (isinstance(said, tuple) and len(said) >= 5 and isinstance(said[1], _Global) and isinstance(said[2], str)):
        return machine.push(_OTHER)
    kind = said[1].name.rpartition(".")[2].removesuffix("Storage")
    machine.push(_Storage(_TYPES.get(kind, ""), said[2]))


def _stack_global(machine: _Machine) -> None:
    name, module = machine.pop(), machine.pop()
    if not (isinstance(name, str) and isinstance(module, str)):
        raise ValueError("a name is no text")
    machine.push(_Global(f"{module}.{name}"))


def _set_item(machine: _Machine) -> None:
    value, key = machine.pop(), machine.pop()
    machine.fill([key, value])


def _dropped(machine: _Machine) -> None:
    machine.pop()


def _dropped_above_mark(machine: _Machine) -> None:
    machine.above_mark()


_ACTS: dict[str, Callable[[_Machine], None]] = {
    "MARK": _value(lambda: _MARK),
    "NONE": _value(lambda: None),
    "NEWTRUE": _value(lambda: True),
    "NEWFALSE": _value(lambda: False),
    "EMPTY_DICT": _value(dict),
    "EMPTY_LIST": _value(lambda: _OTHER),
    "EMPTY_TUPLE": _value(tuple),
    "EMPTY_SET": _value(lambda: _OTHER),
    "TUPLE": lambda machine: machine.push(tuple(machine.above_mark())),
    "TUPLE1": _tuple(1),
    "TUPLE2": _tuple(2),
    "TUPLE3": _tuple(3),
    "REDUCE": _reduce,
    "NEWOBJ": _reduce,
    "BUILD": _dropped,
    "POP": _dropped,
    "APPEND": _dropped,
    "APPENDS": _dropped_above_mark,
    "ADDITEMS": _dropped_above_mark,
    "SETITEM": _set_item,
    "SETITEMS": lambda machine: machine.fill(machine.above_mark()),
    "BINPERSID": _persistent,
    "STACK_GLOBAL": _stack_global,
}
