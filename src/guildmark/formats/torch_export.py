"""What torch.export saves (`.pt2`): a zip of programs in JSON, weights as plain bytes, and compiled libraries.

Source: torch/export/pt2_archive/constants.py and _package.py; before torch 2.8 torch/_export/serde/serialize.py."""

from collections.abc import Iterator

from guildmark import late
from guildmark.contents import Contents
from guildmark.formats import Fault, Holds, Member, pickle, zip
from guildmark.limits import Budget

RANK = 10
HOLDS: Holds = "weights"
CASE_OF = "zip"
REFINES = "zip"

_MARKS = late.compile(r"([^/]+/)?(archive_format|serialized_exported_program\.json)")
_RAW = late.compile(
    r"([^/]+/)?(data/(weights|constants)/(weight|tensor)_\d+|archive_(format|version)|byteorder|version|"
    r"\.data/(version|serialization_id)|\.format_version|\.storage_alignment)"
)
"""Records that are numbers, or a short line of text."""


def recognises(contents: Contents) -> bool:
    """The record that says what the archive is, or the program under its old name."""
    return zip.recognises(contents) and any(_MARKS.fullmatch(name) for name in zip.names(contents))


def members(contents: Contents, budget: Budget) -> Iterator[Member]:
    """The zip's; weights are raw, but for those that are pickled or are archives of torch.save."""
    for member in zip.members(contents, budget):
        is_raw = bool(_RAW.fullmatch(str(member.name))) and member.contents is not None
        if is_raw and member.contents is not None:
            is_raw = not pickle.recognises(member.contents) and not zip.recognises(member.contents)
        yield member._replace(raw=is_raw)


def faults(contents: Contents) -> Iterator[Fault]:
    """The zip's."""
    return zip.faults(contents)
