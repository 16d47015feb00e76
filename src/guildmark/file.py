"""One file of a subject: where it is, what it is, and its bytes on demand."""

from guildmark.contents import Contents
from guildmark.errors import ContentsError
from guildmark.records import Evidence, FileRecord


class File:
    """A file of a subject, or a member of an archive in it (`archive!member`).

    `unread` says why not all of its bytes were read, and is empty where they were. `raw` marks
    bytes that the format around them defines as plain numbers, which no loader interprets.
    `cut_short` marks an archive whose unpacking was stopped, so that some members were not seen."""

    def __init__(
        self,
        path: str,
        size: int,
        sha256: str | None,
        contents: Contents | None,
        formats: tuple[str, ...] = (),
        unread: str = "",
        raw: bool = False,
    ) -> None:
        self.path = path
        self.size = size
        self.sha256 = sha256
        self.formats = formats
        self.unread = unread
        self.raw = raw
        self.cut_short = False
        self._contents = contents

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("!")[2].rpartition("/")[2]

    @property
    def format(self) -> str:
        """The chief format; empty where none is known."""
        return self.formats[0] if self.formats else ""

    @property
    def archive(self) -> str:
        """The path of the archive that holds this file; empty for a subject's own file."""
        return self.path.rpartition("!")[0]

    @property
    def contents(self) -> Contents:
        """The bytes; raises ContentsError where there are none."""
        if self._contents is None:
            raise ContentsError(f"{self.path} was not read: {self.unread}")
        return self._contents

    @property
    def readable(self) -> bool:
        return self._contents is not None

    def text(self, limit: int = 1 << 20) -> str:
        """The first `limit` bytes as UTF-8 text, with U+FFFD where they are not."""
        return self.contents.at(0, limit).decode("utf-8", "replace")

    def seen(self, at: str, seen: str) -> Evidence:
        """Evidence that `seen` stands at a place of this file; at most 500 characters are kept."""
        return Evidence(self.path, self.sha256, at, seen if len(seen) <= 500 else seen[:499] + "…")

    def record(self) -> FileRecord:
        return FileRecord(self.path, self.size, self.sha256)
