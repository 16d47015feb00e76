"""Takes in what a reporter says: verified, merged by names, kept as an edition of its own until one is built."""

from collections.abc import Iterable
from pathlib import Path

from guildmark import leaves
from guildmark.edition.mirror import Mirror
from guildmark.edition.names import Names, merge
from guildmark.edition.reading import read
from guildmark.edition.records import SCHEMA, Category, End, Entry, Header, Part, Reported, Source
from guildmark.edition.writing import write
from guildmark.errors import AskedWrongly, ReportError
from guildmark.version import MADE_BY

SHELF = "reporters"
REPORTED = Category("reported", "Reported only", "Models that others report on, not looked at by us.", ("model",))
"""Where models stand that a catalog has no entry for; a taxonomy that has the category says it in its own words."""


def take_in(reporter: str, mirror: Mirror, names: Names, folder: Path, made_at: str) -> tuple[int, int]:
    """Write what a reporter says into `folder`; gives how many models and how many values there are.

    Raises AskedWrongly where there is no such reporter, DataError where a published file is missing or another."""
    if reporter not in leaves.names(SHELF):
        raise AskedWrongly(f"there is no reporter {reporter}", f"they are {', '.join(leaves.names(SHELF))}")
    leaf = leaves.load(SHELF, reporter)
    sources = tuple(file.source for file in leaf.published())
    entries, reported = merged(leaf.read(mirror, names))
    path = _path(folder, reporter)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ReportError(f"{folder} cannot be made: {error.strerror}", "give --into a folder you may write") from error
    write(path, Header(SCHEMA, reporter, MADE_BY, made_at), (REPORTED, *sources, *entries, *reported))
    return len(entries), len(reported)


def merged(said: Iterable[Entry | Reported]) -> tuple[list[Entry], list[Reported]]:
    """The models, each once, and all that is said of them: what disagrees stands side by side."""
    entries: dict[str, Entry] = {}
    reported: list[Reported] = []
    for one in said:
        if isinstance(one, Reported):
            reported.append(one)
        else:
            entries[one.id] = merge(entries[one.id], one) if one.id in entries else one
    return sorted(entries.values(), key=lambda entry: entry.id), sorted(reported, key=_place)


def kept(folder: Path) -> tuple[list[Source], list[Entry], list[Reported]]:
    """What was taken in, of all reporters; raises FormatError where a file is broken."""
    parts: list[Header | Part | End] = []
    for reporter in leaves.names(SHELF):
        path = _path(folder, reporter)
        if path.exists():
            parts += read(path)
    entries, reported = merged(part for part in parts if isinstance(part, Entry | Reported))
    return [part for part in parts if isinstance(part, Source)], entries, reported


def _path(folder: Path, reporter: str) -> Path:
    return folder / "reported" / f"{reporter}.jsonl.gz"


def _place(one: Reported) -> tuple[str, str, str, str]:
    return one.entry, one.of, one.source, one.at
