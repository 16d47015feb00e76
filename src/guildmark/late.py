"""What is made when it is first used, regular expressions and modules: a run uses few, and each costs a start."""

import os
import re
import sys
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any, AnyStr, cast

_MADE = ("match", "search", "fullmatch", "finditer", "findall", "sub", "subn", "split", "pattern", "flags", "groups")


class _Pattern:
    """A pattern that is not compiled yet; from its first use on, what it is asked is the compiled one's own."""

    def __init__(self, text: str | bytes, flags: int) -> None:
        self._text, self._flags = text, flags

    def __getattr__(self, name: str) -> Any:
        if name not in _MADE:
            raise AttributeError(name)
        compiled = re.compile(self._text, self._flags)
        self.__dict__.update({made: getattr(compiled, made) for made in _MADE})
        return self.__dict__[name]


def compile(text: AnyStr, flags: int = 0) -> "re.Pattern[AnyStr]":
    """As `re.compile`; a mistake in the expression shows at its first use (a test uses each)."""
    return cast("re.Pattern[AnyStr]", _Pattern(text, flags))


class _Module(ModuleType):
    """Stands for a module; what it is asked is asked of the module itself, which is run when that is first done."""

    def __getattribute__(self, name: str) -> Any:
        """Not `__getattr__`: a module that misses a name first looks why, which costs more than many a check.

        A module that another thread runs just now is waited for."""
        own = ModuleType.__getattribute__(self, "__name__")
        found = sys.modules.get(own)
        if found is None or found.__spec__._initializing:  # type: ignore[union-attr]  # not in typeshed
            found = import_module(own)
        return getattr(found, name)

    def __setattr__(self, name: str, value: object) -> None:
        setattr(import_module(self.__name__), name, value)

    def __delattr__(self, name: str) -> None:
        delattr(import_module(self.__name__), name)


def module(name: str) -> ModuleType:
    """The module of this name, which is run when something of it is first asked for; raises ModuleNotFoundError."""
    package, _, last = name.rpartition(".")
    if name not in sys.modules and last not in _beside(package):
        raise ModuleNotFoundError(name)
    return sys.modules.get(name) or _Module(name)


@cache
def _beside(package: str) -> frozenset[str]:
    """The modules of a package of ours, which lies in a folder."""
    return frozenset(each.partition(".")[0] for each in os.listdir(sys.modules[package].__path__[0]))
