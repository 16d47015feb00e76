"""What torch.package writes: a zip of Python source, and of pickles whose classes are in that source.

Its importer runs a module of the archive where a pickle, or whoever asks, names it; only modules that the record
`extern_modules` lists come from the machine. Source: torch/package/package_exporter.py and package_importer.py."""

from collections.abc import Iterator

from guildmark import late
from guildmark.contents import Contents
from guildmark.formats import Built, Fault, Holds, Member, zip
from guildmark.limits import Budget

RANK = 11
HOLDS: Holds = "weights"
CASE_OF = "zip"
REFINES = "zip"

_MARK = late.compile(r"([^/]+/)?\.data/extern_modules")
_RAW = late.compile(
    r"([^/]+/)?(\.data/([^/]+\.storage|version|extern_modules|python_version|serialization_id)|byteorder)"
)
"""Records that are numbers, or a short text."""


def recognises(contents: Contents) -> bool:
    """The record that lists which modules are not in the archive."""
    return zip.recognises(contents) and any(_MARK.fullmatch(name) for name in zip.names(contents))


def members(contents: Contents, budget: Budget) -> Iterator[Member]:
    """The zip's; tensors are raw."""
    for member in zip.members(contents, budget):
        yield member._replace(raw=_RAW.fullmatch(str(member.name)) is not None)


def faults(contents: Contents) -> Iterator[Fault]:
    """The zip's."""
    return zip.faults(contents)


def builds(contents: Contents) -> Iterator[Built]:
    """Each module of the archive that is more than comments: importing it runs it; raises FormatError, LimitPassed."""
    for entry in zip.directory(contents):
        if entry.name.endswith(".py") and any(_is_code(piece) for piece in zip.pieces(contents, entry)):
            yield Built(entry.name, entry.offset, f"runs its module {entry.name[-160:]} where it is imported")


def _is_code(source: bytes) -> bool:
    return any(line.strip() and not line.lstrip().startswith(b"#") for line in source.splitlines())
