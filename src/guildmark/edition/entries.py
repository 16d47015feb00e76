"""Reads the catalog's folder: its taxonomy, and an entry a file."""

import tomllib
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import msgspec

from guildmark.edition.records import Category, Entry
from guildmark.errors import AskedWrongly
from guildmark.records import Record

TAXONOMY = "taxonomy.toml"
SHELVES = {"tools": "tool", "models": "model"}
LARGEST = 64 << 10
"""No file of the folder is larger."""
LONGEST_SAYS = 400

_R = TypeVar("_R", bound=Record)


class Catalog(NamedTuple):
    """The folder's content; the entries sorted by their ids."""

    version: str
    categories: tuple[Category, ...]
    entries: tuple[Entry, ...]


class _Taxonomy(Record, frozen=True):
    version: str
    category: tuple[Category, ...]


def read(folder: Path | str) -> Catalog:
    """The catalog in `folder`; raises AskedWrongly, which names all files and keys that do not fit."""
    folder = Path(folder)
    if not folder.is_dir():
        raise AskedWrongly(f"there is no folder {folder}", "give the folder of the catalog: --catalog DIR")
    taxonomy = _convert(folder / TAXONOMY, {}, _Taxonomy)
    entries: list[Entry] = []
    wrong: list[str] = []
    for shelf, kind in SHELVES.items():
        for path in sorted((folder / shelf).glob("*.toml")):
            try:
                entries.append(_entry(path, kind))
            except AskedWrongly as error:
                wrong.append(error.says)
    wrong += _misfits(taxonomy.category, entries)
    if wrong:
        raise AskedWrongly("\n  ".join(wrong), "see docs/how-to/the-catalog.md, which shows an entry")
    return Catalog(taxonomy.version, taxonomy.category, tuple(sorted(entries, key=lambda entry: entry.id)))


def _entry(path: Path, kind: str) -> Entry:
    entry = _convert(path, {"id": path.stem}, Entry)
    if entry.kind != kind:
        raise AskedWrongly(f"{_place(path)}: `kind` must be {kind!r} in the folder {path.parent.name}")
    if not 0 < len(entry.says) <= LONGEST_SAYS:
        raise AskedWrongly(f"{_place(path)}: `says` must have 1 to {LONGEST_SAYS} characters")
    if not entry.releases:
        raise AskedWrongly(f"{_place(path)}: `releases` names none")
    if why := _wrong_purl(entry.purl):
        raise AskedWrongly(f"{_place(path)}: `purl` {why}")
    return entry


def _convert(path: Path, given: dict[str, Any], into: type[_R]) -> _R:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise AskedWrongly(f"{path} cannot be read: {error.strerror}", "give the folder of the catalog") from error
    if len(data) > LARGEST:
        raise AskedWrongly(f"{_place(path)} is larger than {LARGEST} bytes", "an entry is a few lines")
    try:
        table = tomllib.loads(data.decode())
        if again := given.keys() & table.keys():
            raise AskedWrongly(f"{_place(path)}: `{again.pop()}` is the file's name and does not stand in it")
        return msgspec.convert({**given, **table}, into)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError, RecursionError) as error:
        raise AskedWrongly(f"{_place(path)}: {error}", "see docs/how-to/the-catalog.md") from error


def _place(path: Path) -> str:
    return path.name if path.name == TAXONOMY else f"{path.parent.name}/{path.name}"


def _wrong_purl(purl: str) -> str:
    from packageurl import PackageURL

    try:
        parsed = PackageURL.from_string(purl)
    except ValueError:
        return f"{purl!r} is no purl, as pkg:pypi/garak is one"
    return "must be without a version: `releases` names them" if parsed.version else ""


def _misfits(categories: Sequence[Category], entries: Iterable[Entry]) -> list[str]:
    """What does not fit between files, a sentence each."""
    entries = list(entries)
    kinds = {category.id: category.kinds for category in categories}
    known = Counter(entry.id for entry in entries)
    named = Counter(category.id for category in categories)
    wrong = [f"{TAXONOMY}: the category {id} stands twice" for id, times in named.items() if times > 1]
    wrong += [f"the id {id} is used by a tool and by a model" for id, times in sorted(known.items()) if times > 1]
    for entry in entries:
        if entry.kind not in kinds.get(entry.category, ()):
            wrong.append(f"{entry.id}: `category` {entry.category!r} is none of {TAXONOMY} for a {entry.kind}")
        if strange := [id for id in entry.alternatives if id not in known or id == entry.id]:
            wrong.append(f"{entry.id}: `alternatives` names {', '.join(strange)}, which is no other entry")
        if len(set(entry.releases)) < len(entry.releases):
            wrong.append(f"{entry.id}: a release stands twice in `releases`")
    return wrong
