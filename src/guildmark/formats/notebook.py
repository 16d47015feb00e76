"""Reads a Jupyter notebook (`.ipynb`): its cells, what they put out, and what its metadata ask a viewer for.

Source: https://nbformat.readthedocs.io/ (format 4.5, and 3 with its worksheets)."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from guildmark.contents import Contents
from guildmark.errors import FormatError
from guildmark.formats import Fault, Holds, _json

RANK = 85
HOLDS: Holds = "text"
BEGINS = (b"{",)

LARGEST = 128 << 20
_LOOKED_AT = 1 << 12
_MARK = b'"nbformat"'
_ACTIVE = ("text/html", "image/svg+xml", "application/javascript", "text/markdown", "html", "svg", "javascript")


class Cell(NamedTuple):
    """A cell: its number and kind (`code`, `markdown`, …), its source, active outputs by media type, metadata."""

    number: int
    kind: str
    source: str
    outputs: tuple[tuple[str, str], ...]
    metadata: dict[str, Any]


def recognises(contents: Contents) -> bool:
    """JSON that says its notebook format at the start or at the end."""
    head = contents.at(0, _LOOKED_AT)
    if head.lstrip()[:1] != b"{":
        return False
    return _MARK in head or _MARK in contents.at(max(0, contents.size - _LOOKED_AT), _LOOKED_AT)


def cells(contents: Contents) -> Iterator[Cell]:
    """Every cell in order; raises FormatError, LimitPassed."""
    tree = _tree(contents)
    sheets = [tree, *(sheet for sheet in _list(tree.get("worksheets")) if isinstance(sheet, dict))]
    number = 0
    for sheet in sheets:
        for cell in _list(sheet.get("cells")):
            number += 1
            if isinstance(cell, dict):
                yield _cell(number, cell)


def metadata(contents: Contents) -> dict[str, Any]:
    """The notebook's own metadata; raises FormatError, LimitPassed."""
    return _mapping(_tree(contents).get("metadata"))


def faults(contents: Contents) -> Iterator[Fault]:
    """It is JSON, and a mapping."""
    return _json.broken(_tree, contents)


def _cell(number: int, cell: dict[str, Any]) -> Cell:
    outputs: list[tuple[str, str]] = []
    for output in _list(cell.get("outputs")):
        data = {**output, **_mapping(output.get("data"))} if isinstance(output, dict) else {}
        outputs.extend((kind, _text(data[kind])) for kind in _ACTIVE if kind in data)
    for name, attachment in _mapping(cell.get("attachments")).items():
        outputs.extend((kind, name) for kind in _mapping(attachment) if kind in _ACTIVE)
    source = _text(cell.get("source", cell.get("input", "")))
    return Cell(number, str(cell.get("cell_type", "")), source, tuple(outputs), _mapping(cell.get("metadata")))


def _text(value: Any) -> str:
    """Text that may be a list of lines."""
    return "".join(map(str, value)) if isinstance(value, list) else str(value)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _tree(contents: Contents) -> dict[str, Any]:
    tree = _json.tree(contents, LARGEST, "the notebook")
    if not isinstance(tree, dict):
        raise FormatError("the notebook is no mapping")
    return tree
