"""What members say of an entry, to stand beside what was found of it; who keeps what is said registers it here.

The catalog shows it and knows nothing of who keeps it: `answers` registers a teller when it is ready. Pure."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import NamedTuple


class Beside(NamedTuple):
    """Something that was said of an entry. `finding` is the digest of the finding that it answers, as the page names
    it, and `check` the check's id, by which it stands beside the finding of another release too; both empty for what
    is said of the entry as a whole. `to` is the page where all of it stands, in every wording."""

    kind: str
    title: str
    """What it is, in words: `An answer to a finding`."""
    says: str
    who: str
    at: datetime
    finding: str = ""
    check: str = ""
    organisation: str = ""
    """For whom it is said, by name; empty for a person's own word."""
    until: date | None = None
    statement: str = ""
    """The signed statement behind it, where there is one."""
    to: str = ""


Teller = Callable[[str], Iterable[Beside]]
_tellers: list[Teller] = []


def register(teller: Teller) -> None:
    """From now on `teller(slug)` is asked what is said of an entry; in one query, for it is asked for every page."""
    if teller not in _tellers:
        _tellers.append(teller)


def said_of(slug: str) -> tuple[Beside, ...]:
    """All that is said of an entry, the oldest first."""
    found = [one for teller in _tellers for one in teller(slug)]
    return tuple(sorted(found, key=lambda one: one.at))
