"""What is made when it is first used, regular expressions and modules: a run uses few, and each costs a start."""

import re
import sys
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


def module(name: str) -> ModuleType:
    """The module of this name, which is run when something of it is first asked for; raises ModuleNotFoundError."""
    if name in sys.modules:
        return sys.modules[name]
    from importlib import import_module
    from importlib.util import LazyLoader, find_spec, module_from_spec

    spec = find_spec(name)
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(name)
    if spec.submodule_search_locations is not None:  # a late package would run its submodules twice: two of each class
        return import_module(name)
    spec.loader = LazyLoader(spec.loader)
    found = sys.modules[name] = module_from_spec(spec)
    spec.loader.exec_module(found)
    return found
