"""Published files of others on this machine: each named by its path in a mirror, and read where it has its digest."""

from pathlib import Path
from typing import NamedTuple

from guildmark import data
from guildmark.edition.records import Source
from guildmark.errors import AskedWrongly

VARIABLE = "GUILDMARK_MIRROR"


class Published(NamedTuple):
    """A file: its path in a mirror, and what it is."""

    path: str
    source: Source


class Mirror:
    """Folders that hold published files under one layout; the first that has the file gives it."""

    def __init__(self, *folders: Path) -> None:
        self._places = data.Places(mirrors=tuple(map(str, folders)))

    def read(self, published: Published) -> bytes:
        """The file's bytes; raises DataError where no folder has it, or where it is another."""
        source = published.source
        wanted = data.Data(published.path, source.address, source.sha256, source.licence)
        return data.open_data(wanted, self._places).body


def find(named: str | None) -> Mirror:
    """The mirror of a path list, else the one beside the repository; raises AskedWrongly where there is none."""
    folders = data.mirrors(named or "")
    if not folders:
        raise AskedWrongly(
            f"there is no mirror at {data.BESIDE}", f"name the folder of published data: {VARIABLE}=FOLDER"
        )
    return Mirror(*map(Path, folders))
