"""What the long counts begin from: small whole files of every format, and the examples of the checks."""

from collections.abc import Iterable
from pathlib import Path

from guildmark import formats, leaves
from guildmark.contents import InMemory
from guildmark.errors import GuildmarkError
from guildmark.limits import Budget, Limits

EXAMPLES = Path(__file__).resolve().parent.parent / "tests" / "checks"
LIMITS = Limits(members=1_000, expansion=64 << 20, findings=100)
SMALL = 1 << 16
"""Longer files are left out of a whole walk's seeds."""
SMALLEST = 1 << 13
"""Longer files are left out of a reader's seeds: a mutation that hits nothing is an execution lost."""


def made() -> list[bytes]:
    """A file of each format, made by code."""
    from tests.formats import seeds as plain
    from tests.formats import seeds_containers as containers
    from tests.formats import seeds_more as others

    return list({**plain.seeds(), **containers.seeds(), **others.seeds()}.values())


def examples(more: Iterable[Path] = ()) -> list[bytes]:
    """The examples of the checks, and the files of the folders in `more`; each once, in the order of their paths."""
    files = sorted(path for path in EXAMPLES.glob("*/*/**/*") if path.is_file() and not path.is_symlink())
    files += [path for folder in more for path in sorted(folder.rglob("*")) if path.is_file()]
    return list(dict.fromkeys(path.read_bytes() for path in files if path.stat().st_size <= SMALL))


def whole(more: Iterable[Path] = ()) -> list[bytes]:
    """The seeds of whole walks; what code made weighs as much as the examples."""
    small, found = made(), examples(more)
    return small * (len(found) // len(small) + 1) + found


def by_format(more: Iterable[Path] = ()) -> dict[str, list[bytes]]:
    """The seeds of each reader: the files, and what archives among them hold, that are of its format."""
    found: dict[str, dict[bytes, None]] = {face: {} for face in leaves.names("formats")}
    for data in [*made(), *examples(more)]:
        for inner in [data, *_inside(data)]:
            if len(inner) <= SMALLEST:
                for face in _faces(inner):
                    found[face][inner] = None
    return {face: list(seeds) or [b""] for face, seeds in found.items()}


def _faces(data: bytes) -> list[str]:
    """Every format that takes the bytes for its own, also those that another refines."""
    return [face for face in leaves.names("formats") if formats.load(face).recognises(InMemory(data))]


def _inside(data: bytes) -> list[bytes]:
    """The members of the archive that the bytes may be."""
    inner: list[bytes] = []
    budget = Budget(LIMITS)
    for face in _faces(data):
        try:
            for member in formats.members(face, InMemory(data), budget) or ():
                if member.contents and not member.raw:
                    inner.append(member.contents.at(0, SMALLEST + 1))
        except GuildmarkError:
            continue
    return inner
