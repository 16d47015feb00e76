"""Run as a program: feed streams from standard input to CPython's own unpicklers; print the names asked for and called.

Nothing is imported and nothing runs: every name is an inert class, and memory and time are bounded."""

import io
import json
import pickle
import resource
import sys
import warnings
from contextlib import suppress
from typing import Any


class Inert:
    """Stands in for anything that a pickle may import, call, make or change."""

    def __new__(cls, *_: Any, **__: Any) -> "Inert":
        return object.__new__(cls)

    def __init__(self, *_: Any, **__: Any) -> None:
        pass

    def __setstate__(self, _: Any) -> None:
        pass

    def append(self, _: Any) -> None:
        pass

    extend = add = update = append

    def __setitem__(self, _: Any, __: Any) -> None:
        pass


class Recording:
    """Asks for names and gets classes that note when an instance is made."""

    names: list[str]
    called: list[str]

    def find_class(self, module: str, name: str) -> Any:
        spelled, called = f"{module}.{name}", self.called
        self.names.append(spelled)

        def note(cls: type, *_: Any, **__: Any) -> Any:
            called.append(spelled)
            return object.__new__(cls)

        return type("Named", (Inert,), {"__new__": note})

    def persistent_load(self, _: Any) -> Inert:
        return Inert()


class InPython(Recording, pickle._Unpickler):
    """`pickle.py`."""


class InC(Recording, pickle.Unpickler):
    """`_pickle.c`."""


def names(data: bytes) -> tuple[list[str], list[str]]:
    """What one stream asks either unpickler for, and what it calls, before it ends or breaks."""
    found: list[str] = []
    called: list[str] = []
    for unpickler in (InPython, InC):
        recording = unpickler(io.BytesIO(data))
        recording.names, recording.called = found, called
        with suppress(Exception):  # a mutated stream breaks in every way that CPython knows
            recording.load()
    return found, called


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
    resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
    json.dump([names(bytes.fromhex(line)) for line in sys.stdin.read().split("\n")], sys.stdout)
