"""What waits for somebody: each part of the hub says what it has for her, and the page shows what is due first."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from guildmark_hub.people.models import Person


class Waits(NamedTuple):
    """Something that somebody is to do: in a few words, where she does it, and until when; None where it has no end."""

    what: str
    address: str
    due: datetime | None


Asked = Callable[[Person, datetime], Iterable[Waits]]
_ASKED: list[Asked] = []
_NEVER = datetime.max.replace(tzinfo=UTC)


def register(function: Asked) -> None:
    """Ask this function too; once, however often it is registered."""
    if function not in _ASKED:
        _ASKED.append(function)


def of(person: Person, now: datetime) -> list[Waits]:
    """What waits for her, what is due first first; what two say is there once."""
    found = dict.fromkeys(one for ask in _ASKED for one in ask(person, now))
    return sorted(found, key=lambda one: (one.due or _NEVER, one.what, one.address))
