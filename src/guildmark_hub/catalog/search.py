"""Finding entries by words, behind one small interface: SQLite's FTS5 now, PostgreSQL's later.

No stemming, no ranking by the engine: it says which entries have a word, and the order is ours. The tokenizer is
`ascii`, which divides at ASCII's blanks only, for `words.cut` has folded and cut the text already, by one rule
for both sides; `unicode61` would cut again, by the tables of an older Unicode."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple, Protocol

from django.db import connection

_PLAIN = re.compile(r"\w+")


class Document(NamedTuple):
    """An entry as it is searched: its number, the words of its names, the words of the rest."""

    number: int
    names: str
    rest: str


class Search(Protocol):
    """An index of one edition."""

    def make(self) -> None:
        """Make it anew, empty."""

    def add(self, documents: Iterable[Document]) -> None:
        """Put entries in."""

    def having(self, word: str, *, begins: bool, names: bool) -> Iterator[int]:
        """The numbers of the entries that have a word, or one that begins so; in their names, or anywhere."""

    def drop(self) -> None:
        """Take it away."""


class Fts5:
    """A table of SQLite's FTS5 for each edition: it keeps no text, and dropping it costs nothing."""

    def __init__(self, edition: int) -> None:
        self._table = f"catalog_words_{edition:d}"

    def make(self) -> None:
        """Make the table anew; in the same transaction as all else."""
        self.drop()
        shape = "names, rest, content='', columnsize=0, detail=column, tokenize='ascii', prefix='1 2 3'"
        self._do(f"CREATE VIRTUAL TABLE {self._table} USING fts5({shape})")

    def add(self, documents: Iterable[Document]) -> None:
        """Put entries in; row 1 is number 0."""
        rows = [(one.number + 1, one.names, one.rest) for one in documents]
        with connection.cursor() as cursor:
            cursor.executemany(f"INSERT INTO {self._table} (rowid, names, rest) VALUES (%s, %s, %s)", rows)

    def having(self, word: str, *, begins: bool, names: bool) -> Iterator[int]:
        """The numbers; a word is letters and digits as `words.cut` gives them, so nothing in it is syntax."""
        if not _PLAIN.fullmatch(word):
            return
        phrase = f'{"names : " if names else ""}"{word}"{" *" if begins else ""}'
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT rowid FROM {self._table} WHERE {self._table} MATCH %s", [phrase])
            while rows := cursor.fetchmany(10_000):
                for (row,) in rows:
                    yield row - 1

    def drop(self) -> None:
        """Take the table away, where it is there."""
        self._do(f"DROP TABLE IF EXISTS {self._table}")

    def _do(self, statement: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)
