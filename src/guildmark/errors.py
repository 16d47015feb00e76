"""The error tree: what happened, then what to do.

GuildmarkError
├── AskedWrongly        an option, an id or a file that the user named does not fit
├── SubjectError        the subject cannot be opened
│   ├── NotFound        there is no such path, release, repository or revision
│   └── Unreachable     a place did not answer, or may not be asked (`--no-network`)
├── FormatError         bytes are not what their format promises
│   └── LimitPassed     reading on would pass a bound; what is unread stays unknown
├── ContentsError       bytes cannot be read: vanished, changed, refused
├── StandardError       a standard's TOML cannot be read
└── ReportError         a report cannot be written
"""


class GuildmarkError(Exception):
    """What happened (`says`) and what to do about it (`hint`)."""

    def __init__(self, says: str, hint: str = "") -> None:
        super().__init__(says)
        self.says = says
        self.hint = hint


class AskedWrongly(GuildmarkError):
    """An option, an id or a file that the user named does not fit."""


class SubjectError(GuildmarkError):
    """The subject cannot be opened."""


class NotFound(SubjectError):
    """There is no such path, release, repository or revision."""


class Unreachable(SubjectError):
    """A place did not answer, or may not be asked."""


class FormatError(GuildmarkError):
    """Bytes are not what their format promises."""


class LimitPassed(FormatError):
    """Reading on would pass a bound, so what is unread stays unknown."""


class ContentsError(GuildmarkError):
    """Bytes cannot be read: the file vanished, changed or is refused."""


class StandardError(GuildmarkError):
    """A standard's TOML cannot be read."""


class ReportError(GuildmarkError):
    """A report cannot be written."""
