"""Finds the modules of a shelf: the one discovery rule, also for leaves that other packages bring."""

import importlib
import pkgutil
from functools import cache
from types import ModuleType

PACKAGE = "guildmark"


@cache
def names(shelf: str) -> tuple[str, ...]:
    """The ids on a shelf (`checks`, `formats`, …), sorted; nothing is imported but the shelf.

    A module whose name begins with `_` is what the leaves of a shelf share, and no leaf."""
    package = importlib.import_module(f"{PACKAGE}.{shelf}")
    own = {leaf.name for leaf in pkgutil.iter_modules(package.__path__) if leaf.name[0] != "_"}
    return tuple(sorted(own | set(_outside(shelf))))


@cache
def load(shelf: str, name: str) -> ModuleType:
    """The module of one leaf; raises KeyError where the shelf has no such leaf."""
    outside = _outside(shelf)
    if name in outside:
        return importlib.import_module(outside[name])
    if name not in names(shelf):
        raise KeyError(name)
    return importlib.import_module(f"{PACKAGE}.{shelf}.{name}")


@cache
def _outside(shelf: str) -> dict[str, str]:
    """Leaves of other packages: entry points of the group `guildmark.<shelf>`, id to module."""
    from importlib.metadata import entry_points

    return {point.name: point.module for point in entry_points(group=f"{PACKAGE}.{shelf}")}
