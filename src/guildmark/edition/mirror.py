"""Published files on this machine: found in a mirror, and read only where they have the digest that we know."""

import hashlib
import os
from pathlib import Path
from typing import NamedTuple

from guildmark.data import BESIDE
from guildmark.edition.records import Source
from guildmark.errors import AskedWrongly, ContentsError

VARIABLE = "GUILDMARK_MIRROR"
LARGEST = 64 << 20


class Published(NamedTuple):
    """A file: its path in a mirror, and what it is."""

    path: str
    source: Source


class Mirror:
    """Folders that hold published files under one layout; the first that has a file gives it."""

    def __init__(self, *folders: Path) -> None:
        self._folders = folders

    def read(self, published: Published) -> bytes:
        """The file's bytes; raises ContentsError where it is not there, or is another."""
        for folder in self._folders:
            try:
                with (folder / published.path).open("rb") as file:
                    data = file.read(LARGEST + 1)
            except FileNotFoundError:
                continue
            except OSError as error:
                raise ContentsError(f"{folder / published.path} cannot be read: {error.strerror}") from error
            if hashlib.sha256(data).hexdigest() == published.source.sha256:
                return data
            raise ContentsError(
                f"{folder / published.path} is not the file that was published: its sha256 is another",
                f"get it from {published.source.address} as it was when its sha256 was {published.source.sha256}",
            )
        places = os.pathsep.join(str(folder) for folder in self._folders)
        raise ContentsError(
            f"the mirror at {places} has no {published.path}",
            f"get it from {published.source.address}, or name another mirror: {VARIABLE}",
        )


def find(named: str | None) -> Mirror:
    """The mirror of a path list, else the one beside the repository; raises AskedWrongly where there is none."""
    folders = [Path(folder) for folder in named.split(os.pathsep) if folder] if named else [BESIDE]
    there = [folder for folder in folders if folder.is_dir()]
    if not there:
        raise AskedWrongly(
            f"there is no mirror at {os.pathsep.join(str(folder) for folder in folders)}",
            f"name the folder of the published data: {VARIABLE}=FOLDER",
        )
    return Mirror(*there)
