"""A write to the catalog is done as a whole or not at all, and says in words why it could not be."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, OperationalError, transaction

from guildmark.errors import AskedWrongly, ReportError


class Locked(AskedWrongly):
    """Somebody else writes just now: ask again."""


@contextmanager
def whole() -> Iterator[None]:
    """All of it or nothing; raises ReportError where the database cannot keep it, Locked where another writes."""
    try:
        with transaction.atomic():
            yield
    except OperationalError as error:
        if "locked" in str(error):
            raise Locked("another load is running", "wait until it has ended") from error
        if "no such table" in str(error):
            raise AskedWrongly("the hub's tables are not there", "run `guildmark hub manage migrate`") from error
        raise ReportError(f"the database cannot keep it: {error}", "make room, or give another folder") from error
    except DatabaseError as error:
        raise ReportError(f"the database cannot keep it: {error}", "is its file whole?") from error
