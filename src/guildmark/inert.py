"""The names that a pickle may hold and how each may be used: `inert.toml`, and what a user adds for a run.

Sources: the reduce methods of the standard library, numpy's `ndarray.__reduce__`, torch's list for
`weights_only` loading (torch/_weights_only_unpickler.py), joblib/numpy_pickle.py, the `__setstate__`
methods of scikit-learn 1.9, pandas 3, xgboost 3 and lightgbm 4."""

import os
import re
from functools import cache
from typing import Any, Literal

import msgspec

from guildmark import late
from guildmark.errors import AskedWrongly
from guildmark.file import File
from guildmark.formats import torch_zip
from guildmark.formats.pickle import NOWHERE, PERSISTENT, Bomb, Call, Event, Name, Use, arrays, arrow, dtypes, legacy
from guildmark.formats.pickle.machine import CALLING
from guildmark.formats.pickle.values import (
    DTYPE,
    LOADS_BYTES,
    METHODS,
    Box,
    Global,
    Made,
    Mapping,
    Tuple,
    Unknown,
    Value,
)
from guildmark.shapes import fits, is_of, shows_keys
from guildmark.subject import Subject

Sort = Literal["function", "class", "type", "value", "storage"]

_TORCHSCRIPT = late.compile(
    r"__torch__(\.\w+)+|torch\.jit\._pickle\.(build_(bool|double|int|tensor)list|build_tensor_from_id|restore_type_tag)"
)
_DICTIONARIES = ("builtins.dict", "__builtin__.dict", "collections.OrderedDict", "collections.defaultdict")
_LOOKED_INTO = (arrow.RESTORES, LOADS_BYTES, *arrays.SCALARS)
"""What these are called with is looked into where they are called themselves."""
_FIELD = late.compile(r"^(\w+) = (.+(?:\n .+)*)", re.MULTILINE)
_NAMED, _QUOTED = late.compile(r"(\w+) = "), r'"\1":'
LIST = os.path.join(os.path.dirname(__file__), "inert.toml")
_MODULE_IDS = ("'module' class str|none str|none",)
_STORAGE_IDS = ("'storage' storage str|int str int|none none|tuple?",)


LETS = "but what the user lets it name: "
"""How a finding says that a pickle passes by the user's own names, which stand behind it."""


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One entry of the list; the head of `inert.toml` says what each field means."""

    writes: str
    why: str
    sort: Sort
    names: tuple[str, ...] = ()
    pattern: str = ""
    call: tuple[str, ...] = ()
    new: tuple[str, ...] | None = None
    keys: dict[str, str] = {}
    slots: tuple[str, ...] = ()
    state: str = ""
    fills: bool = False
    applies: int = 0
    bases: bool = False


class List(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole list."""

    name: tuple[Entry, ...]


class Added(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One name that a user adds for a run, and the user's reason."""

    name: str
    why: str


class Additions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A user's file: `[[name]]` with `name` and `why`."""

    name: tuple[Added, ...]


@cache
def entries() -> tuple[Entry, ...]:
    """The list as it was reviewed."""
    return msgspec.convert(_toml(LIST), List).name


@cache
def find(name: str) -> Entry | None:
    """The entry that a name has; None where it is not listed."""
    exact, patterns = _table(name.partition(".")[0])
    if name in exact:
        return exact[name]
    return next((entry for pattern, entry in patterns if pattern.fullmatch(name)), None)


@cache
def _table(package: str) -> tuple[dict[str, Entry], tuple[tuple[re.Pattern[str], Entry], ...]]:
    """The entries that mention a package: to read all takes as long as all else that a small pickle needs."""
    found = [_read(text) for text in _texts() if package in text]
    exact = {name: entry for entry in found for name in entry.names}
    patterns = tuple((late.compile(entry.pattern, re.ASCII), entry) for entry in found if entry.pattern)
    return exact, patterns


def _read(text: str) -> Entry:
    """An entry. Its values are JSON as they are TOML, but for how an inline table names its own, and a decoder of
    JSON is very much faster than tomllib; a test holds the two against each other."""
    said = ((key, _NAMED.sub(_QUOTED, value) if value[0] == "{" else value) for key, value in _FIELD.findall(text))
    return msgspec.json.decode("{" + ",".join(f'"{key}":{value}' for key, value in said) + "}", type=Entry)


@cache
def _texts() -> tuple[str, ...]:
    """Each entry, as it stands in the file."""
    with open(LIST, encoding="utf-8") as file:
        return tuple(file.read().split("\n[[name]]\n")[1:])


def read_allowed(path: str) -> frozenset[str]:
    """The names in a user's file; raises AskedWrongly where it is no such file."""
    try:
        found = msgspec.convert(_toml(path), Additions)
    except (OSError, ValueError) as error:  # the faults of TOML, of its encoding and of its shape are ValueErrors
        hint = 'write [[name]], name = "package.module.Class" and why = "…" for each'
        raise AskedWrongly(f"--allow {path} cannot be read: {error}", hint) from error
    return frozenset(added.name for added in found.name)


def _toml(path: str) -> dict[str, Any]:
    import tomllib  # a pickle of plain values needs no list

    with open(path, "rb") as file:
        return tomllib.load(file)


class Judge:
    """Judges what a pickle in `file` would do. `added` are the user's names that it met."""

    def __init__(self, file: File, subject: Subject) -> None:
        self._file = file
        self._subject = subject
        self._torchscript: bool | None = None
        self.added: set[str] = set()

    def fault(self, event: Event) -> str:
        """What is wrong with it; empty where it is inert."""
        if isinstance(event, Bomb) and event.opcode != "STOP":
            return "keeps a value so far behind its others that it asks for memory by the gigabyte"
        if isinstance(event, Bomb):
            return f"unfolds to more than {event.objects:.0e} objects".replace("e+", "e")
        if isinstance(event, Name):
            return "" if self._is_listed(event) else f"would call {event.name}"
        if self._is_free(event.name):
            return ""
        if isinstance(event, Use):
            return self._use(event.name, event.key)
        return self._call(event)

    def _is_listed(self, named: Name) -> bool:
        if self._is_free(named.name):
            return True
        entry = find(named.name)
        return entry is not None and (not named.dotted or named.name in entry.names)

    def _is_free(self, name: str) -> bool:
        """Whether it is not held against the list: the user's names; and a TorchScript archive's own
        types, which exist in no Python module: its loader, written in C++, builds them and imports nothing."""
        if name in self._subject.allowed:
            self.added.add(name)
            return True
        return _TORCHSCRIPT.fullmatch(name) is not None and self._is_torchscript()

    def _is_torchscript(self) -> bool:
        if self._torchscript is None:
            around = (one for one in self._subject.files(format="torch_zip") if one.path == self._file.archive)
            self._torchscript = any(torch_zip.is_torchscript(archive.contents) for archive in around)
        return self._torchscript

    def sort_of(self, name: str) -> str:
        """The sort of a name; empty where it is not listed."""
        if self._is_free(name):
            return "class"
        entry = find(name)
        return entry.sort if entry else ""

    def _use(self, name: str, key: str) -> str:
        entry = find(name)
        if entry is None or entry.sort in ("type", "storage") or "*" in entry.slots or key in entry.slots:
            return ""
        if entry.sort == "class" and key in ("subclass", "dtype"):
            return ""
        return f"puts {name} where it could be called" + (f", as {key!r}" if key else "")

    def _call(self, call: Call) -> str:
        if call.name == PERSISTENT:
            return self._ask_loader(call.arguments)
        entry = find(call.name)
        if call.name == NOWHERE or call.opcode not in CALLING:
            return self._method(call, entry)
        if entry is None:
            return ""  # the name itself is told
        items = call.arguments.items if isinstance(call.arguments, Tuple) else None
        if items is None or not self._may_be_called(entry, call.opcode, items):
            return f"calls {call.name} with arguments that it is not listed with"
        if call.name == arrow.RESTORES:
            wrong = arrow.contradiction(items[0], self._file.contents)
            return f"rebuilds an array of pyarrow {wrong}" if wrong else ""
        if call.name == LOADS_BYTES and not legacy.begins(call.arguments, self._file.contents):
            return f"unpickles bytes that are no storage of torch, by {call.name}"
        if call.name in arrays.SCALARS and dtypes.are_objects(items[0]) and not isinstance(items[1], Made):
            return f"gives {call.name} bytes that would be taken for objects"
        return self._array_state(call.name, items[2]) if call.name == arrays.DILL else ""

    def _array_state(self, name: str, state: Value) -> str:
        wrong = arrays.contradiction(state)
        return f"gives {name} {wrong}" if wrong else ""

    def _may_be_called(self, entry: Entry, opcode: str, items: tuple[Value, ...]) -> bool:
        is_new = opcode in ("NEWOBJ", "NEWOBJ_EX")
        signatures = entry.call
        if is_new and entry.sort in ("class", "type"):
            signatures = ("", *entry.call) if entry.new is None else entry.new
        if not any(fits(items, signature, self.sort_of) for signature in signatures):
            return False
        if entry.bases and items[2] is not None:
            return self._may_be_applied(items[1], Tuple([items[2]], keep=True))
        return not entry.applies or self._may_be_applied(items[0], items[entry.applies - 1])

    def _may_be_applied(self, of: Value, arguments: Value) -> bool:
        inner = find(of.name) if isinstance(of, Global) else None
        if (
            inner is None
            or inner.applies
            or any(name in inner.names for name in _LOOKED_INTO)
            or not isinstance(arguments, Tuple)
            or arguments.items is None
        ):
            return False
        return self._may_be_called(inner, "REDUCE", arguments.items)

    def _method(self, call: Call, entry: Entry | None) -> str:
        """BUILD sets the state of something made; the others fill it."""
        if call.name == NOWHERE:
            return "calls what the stream does not show"
        if call.name == PERSISTENT:
            return "changes what its loader gave it"
        if entry is None:
            return ""  # the name itself is told
        if call.opcode == "BUILD":
            if call.made is not None and call.name == DTYPE and dtypes.contradicts(call.made, call.arguments):
                return f"gives {call.name} flags by which numbers would be taken for objects"
            if wrong := call.name in arrays.MADE_BY and self._array_state(call.name, call.arguments):
                return wrong
            return self._state(call.name, entry, call.arguments)
        return "" if entry.fills else f"calls a method of {call.name} to fill it, which it is not listed with"

    def _state(self, name: str, entry: Entry, state: Value) -> str:
        if entry.state and not is_of(state, entry.state, self.sort_of):
            return f"gives {name} a state that it is not listed with"
        if entry.state == "partial":
            return ""
        parts = state.items if isinstance(state, Tuple) and state.items and len(state.items) == 2 else (state,)
        for part in parts:
            if entry.keys and isinstance(part, Mapping) and not shows_keys(part):
                return f"gives {name} a state that does not show all its keys"
            if isinstance(part, Made) and part.of in _DICTIONARIES and not entry.state:
                return f"gives {name} a state that the stream does not show"
            if isinstance(part, (Global, Tuple)):
                named = (part,) if isinstance(part, Global) else part.named
                if any(self.sort_of(each.name) in ("function", "value") for each in named):
                    return f"gives {name} a function as its state"
            for key, value in ((part.known or {}) if isinstance(part, Mapping) else {}).items():
                wrong = self._attribute(name, entry, key, value)
                if wrong:
                    return wrong
        return ""

    def _attribute(self, name: str, entry: Entry, key: str, value: Value) -> str:
        if key in entry.keys:
            listed = fits((value,), entry.keys[key], self.sort_of)
            return "" if listed else f"sets {key} of {name} to something that it is not listed with"
        acts = isinstance(value, (Box, Global, Unknown))
        if acts and (key in METHODS or (key.startswith("__") and key.endswith("__"))):
            return f"sets {key} of {name}"
        return ""

    def _ask_loader(self, pid: Value) -> str:
        """torch's loaders serve ids of storages, and old ones of modules' sources; a number names no code."""
        if isinstance(pid, Tuple) and pid.items is not None:
            if any(fits(pid.items, each, self.sort_of) for each in (*_STORAGE_IDS, *_MODULE_IDS)):
                return ""
        elif (isinstance(pid, int) and not isinstance(pid, bool)) or (isinstance(pid, str) and pid.isdecimal()):
            return ""
        return (
            f"asks its loader for {pid!r} by a persistent id"
            if isinstance(pid, str)
            else ("asks its loader for something by a persistent id")
        )
