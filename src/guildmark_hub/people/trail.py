"""The trail of every act. Whoever writes calls `keep` in the transaction of the write."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from django.utils import timezone

from guildmark_hub.people.models import Act, Person

HUB = "this hub"
_dated: ContextVar[datetime | None] = ContextVar("dated", default=None)


def keep(person: Person | None, did: str, of: str, before: Any = None, after: Any = None) -> Act:
    """Keep a line of the trail; `person` is None where the hub acts by itself, `before` and `after` are JSON."""
    who = str(person) if person else HUB
    at = _dated.get() or timezone.now()
    return Act.objects.create(at=at, person=person, who=who, did=did, of=of, before=before, after=after)


@contextmanager
def dated(at: datetime) -> Iterator[None]:
    """What is kept in this block is of that moment; for an example, whose past is invented as the rest of it is."""
    token = _dated.set(at)
    try:
        yield
    finally:
        _dated.reset(token)


def of(person: Person) -> str:
    """How the trail names a person that something was done to."""
    return f"person:{person.pk}"
