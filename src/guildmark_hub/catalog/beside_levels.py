"""On which levels of vetting a release stands, to be shown on its entry's page; who keeps them registers here.

The catalog shows them and knows nothing of who keeps them: `cases` registers a teller when it is ready. Pure."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple


class Row(NamedTuple):
    """A level: its name, what was done for it, how it stands (an outcome and a sentence), the page of its claim, until
    when it holds."""

    name: str
    means: str
    look: str
    says: str
    address: str = ""
    until: datetime | None = None


class Panel(NamedTuple):
    """The levels of one release, and where to read how they came about."""

    version: str
    rows: tuple[Row, ...]
    to: str


Teller = Callable[[str, str], Panel | None]
_tellers: list[Teller] = []


def register(teller: Teller) -> None:
    """From now on `teller(slug, digest)` is asked how a release stands; in one query or two, for every page."""
    if teller not in _tellers:
        _tellers.append(teller)


def levels_of(slug: str, digest: str = "") -> Panel | None:
    """The levels of an entry's release by its digest, of another of its releases where that has none; None: no release
    of it was ever accepted by a group."""
    return next((found for teller in _tellers if (found := teller(slug, digest))), None)
