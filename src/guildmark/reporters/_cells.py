"""What reporters share: lists of pinned files, YAML as plain text, and cells as an edition takes them."""

from pathlib import Path
from typing import Any

from guildmark import late
from guildmark.edition.records import LONGEST_TEXT

_CONTROLS = late.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SPACES = late.compile(r"\s+")
_NOT_OF = late.compile(r"[^a-z0-9]+")
_ON_THE_HUB = late.compile(r"https://huggingface\.co/([A-Za-z0-9._-]+)/([A-Za-z0-9._-]+)/?\Z")
_NO_PUBLISHERS = frozenset(["blog", "collections", "datasets", "docs", "organizations", "papers", "spaces", "tasks"])
LONGEST_LINE = 1_000


def pins(leaf: str) -> list[tuple[str, str]]:
    """The path in the mirror and the sha256 of each file in `<leaf>.sha256`, as sha256sum writes them."""
    listed = Path(leaf).with_suffix(".sha256").read_text("utf-8").splitlines()
    return [(line[66:], line[:64]) for line in listed if line]


def tree(data: bytes) -> Any:
    """A YAML text whose leaves are all text, as they were written."""
    import yaml

    return yaml.load(data, getattr(yaml, "CBaseLoader", yaml.BaseLoader))


def text(cell: Any) -> str | None:
    """A cell as text; None where it is empty."""
    if isinstance(cell, list):
        cell = ", ".join(str(part) for part in cell)
    if not isinstance(cell, str):
        return None
    clean: str = _CONTROLS.sub(" ", cell.replace("\r\n", "\n").replace("\r", "\n")).strip()
    return clean[:LONGEST_TEXT] or None


def line(cell: Any) -> str:
    """A cell on one line; empty where it is."""
    return _SPACES.sub(" ", text(cell) or "").strip()[:LONGEST_LINE]


def address(*cells: Any) -> str:
    """The first cell that is an address of the web; empty where none is."""
    return next((found for found in map(line, cells) if found.startswith(("https://", "http://"))), "")


def hub_purl(*cells: Any) -> str:
    """The purl of the first address that is a model on the Hugging Face Hub; empty where none is."""
    for cell in cells:
        found = _ON_THE_HUB.match(line(cell))
        if found and found[1] not in _NO_PUBLISHERS:
            return f"pkg:huggingface/{found[1]}/{found[2]}"
    return ""


def word(name: str) -> str:
    """A column's name as a part of what a value is of."""
    return _NOT_OF.sub("_", name.lower()).strip("_")
