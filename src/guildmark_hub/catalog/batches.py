"""Rows are written many at a time, and never so many that they fill the memory."""

from collections.abc import Callable
from typing import Generic, TypeVar

from django.db.models import Model

Row = TypeVar("Row", bound=Model)
MOST, HEAVIEST = 500, 20_000


class Batch(Generic[Row]):
    """Waiting rows of one table; `after` is told of those that were written, with their keys."""

    def __init__(self, table: type[Row], after: Callable[[list[Row]], None] = lambda rows: None) -> None:
        self._table = table
        self._after = after
        self._rows: list[Row] = []
        self._weight = 0
        self.written = 0

    def add(self, row: Row, weight: int = 1) -> None:
        """One more row, that weighs so many small ones."""
        self._rows.append(row)
        self._weight += weight
        if len(self._rows) >= MOST or self._weight >= HEAVIEST:
            self.write()

    def write(self) -> None:
        """Write what waits."""
        if not self._rows:
            return
        rows, self._rows, self._weight = self._rows, [], 0
        self._table._default_manager.bulk_create(rows)
        self.written += len(rows)
        self._after(rows)
