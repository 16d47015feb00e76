"""One file on this machine: a model's weights, a wheel, an archive."""

import os

from guildmark.contents import OnDisk
from guildmark.errors import ContentsError, NotFound, SubjectError
from guildmark.manifest import printable
from guildmark.material import Given, Material, Opening

TITLE = "A file on this machine"
EXAMPLE = "./model.safetensors"


def deliver(rest: str, opening: Opening) -> Material:
    """The one file at a path; a link that the user names is followed."""
    path = os.path.realpath(rest)
    if not os.path.lexists(path):
        raise NotFound(f"there is nothing at {printable(rest)}", "give a path, or pypi:NAME, hf:ORG/NAME, git:URL")
    try:
        contents = OnDisk(path)
    except ContentsError as error:
        raise SubjectError(f"{printable(rest)}: {error.says}", "give a file that you may read") from error
    name = printable(os.path.basename(os.path.normpath(rest)))
    return Material(name, None, (Given(name, contents, contents.size),), is_file=True)


def from_purl(purl: str) -> str | None:
    """No purl names a file on this machine."""
    return None
