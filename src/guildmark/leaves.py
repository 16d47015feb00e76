"""Finds the modules of a shelf: the one discovery rule, also for leaves that other packages bring."""

import importlib
import os
import sys
from collections.abc import Iterator
from functools import cache
from types import ModuleType

PACKAGE = "guildmark"
HEAD = 1 << 16
"""What a leaf says of itself, to be read without importing it, stands in so many bytes."""
_HERE = os.path.dirname(__file__)


@cache
def names(shelf: str) -> tuple[str, ...]:
    """The ids on a shelf (`checks`, `formats`, …), sorted; nothing is imported.

    A module whose name begins with `_` is what the leaves of a shelf share, and no leaf."""
    with os.scandir(os.path.join(_HERE, shelf)) as entries:
        own = {entry.name.removesuffix(".py") for entry in entries if _is_leaf(entry)}
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


def title(shelf: str, name: str) -> str:
    """The first line of a leaf's docstring; one of ours is read without being imported."""
    first = head(shelf, name).partition("\n")[0]
    return first.strip().strip('"') or str(load(shelf, name).__doc__).splitlines()[0]


@cache
def head(shelf: str, name: str) -> str:
    """The first bytes of a leaf of ours, read without importing it; empty for one of another package, or where
    only its byte code is installed."""
    if name in _outside(shelf):
        return ""
    for path in (f"{name}.py", f"{name}/__init__.py"):
        try:
            descriptor = os.open(f"{_HERE}/{shelf}/{path}", os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            continue
        try:
            return os.read(descriptor, HEAD).decode("utf-8", "replace")
        finally:
            os.close(descriptor)
    return ""


def _is_leaf(entry: "os.DirEntry[str]") -> bool:
    if entry.name[0] in "_.":
        return False
    return entry.name.endswith(".py") or os.path.exists(os.path.join(entry.path, "__init__.py"))


@cache
def _outside(shelf: str) -> dict[str, str]:
    """Leaves of other packages: entry points of the group `guildmark.<shelf>`, id to module."""
    return {
        id: module for group, id, module in reversed(_entry_points()) if group == f"{PACKAGE}.{shelf}"
    }  # the first on the path, as an import would take it


@cache
def _entry_points() -> tuple[tuple[str, str, str], ...]:
    """What installed packages say in our groups: group, id, module; to read it costs a tenth of importlib.metadata.

    Specification: packaging.python.org, "Entry points specification"."""
    folders = (folder for folder in sys.path if os.path.isdir(folder))
    return tuple(
        point
        for folder in folders
        for name in sorted(os.listdir(folder))
        if name.endswith((".dist-info", ".egg-info"))
        for point in _said(os.path.join(folder, name))
    )


def _said(distribution: str) -> Iterator[tuple[str, str, str]]:
    try:
        with open(os.path.join(distribution, "entry_points.txt"), "rb") as points:
            text = points.read()
    except OSError:
        return
    if f"[{PACKAGE}.".encode() not in text:
        return
    group = ""
    for line in map(str.strip, text.decode("utf-8", "replace").splitlines()):
        if line.startswith("["):
            group = line.strip("[] ")
        elif "=" in line and not line.startswith(("#", ";")):
            id, _, module = line.partition("=")
            yield group, id.strip(), module.partition(":")[0].partition("[")[0].strip()
