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
├── DataError           published data are nowhere, or have another digest
├── BenchmarkError      a benchmark cannot be put as it is
├── RunError            a run's folder cannot be read or gone on with
├── ModelError          a model does not answer
│   ├── Busy            not now: ask again, after a while that it may name
│   ├── Unanswered      no answer, or nonsense: ask again
│   └── Refused         it will not answer this, however often it is asked
├── ReportError         a report cannot be written
├── ClaimError          a key, a signed statement or a bundle is not what it must be
└── LogError            a transparency log cannot be read or written, or contradicts itself
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


class ClaimError(GuildmarkError):
    """A key, a signed statement or a bundle is not what it must be."""


class LogError(GuildmarkError):
    """A transparency log cannot be read or written, or contradicts itself."""


class DataError(GuildmarkError):
    """Published data are nowhere, or have another digest."""


class BenchmarkError(GuildmarkError):
    """A benchmark cannot be put as it is."""


class RunError(GuildmarkError):
    """A run's folder cannot be read or gone on with."""


class ModelError(GuildmarkError):
    """A model does not answer."""


class Busy(ModelError):
    """Not now: ask again, after `wait` seconds where the server names them."""

    def __init__(self, says: str, hint: str = "", wait: float | None = None) -> None:
        super().__init__(says, hint)
        self.wait = wait


class Unanswered(ModelError):
    """No answer, or nonsense: ask again."""


class Refused(ModelError):
    """It will not answer this, however often it is asked."""
