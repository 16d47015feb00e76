"""Answers that were had before, by the digest of all that they depend on; several runs at once share one file.

A key holds the version of Guildmark, all that the provider says of the model (name, digest or address, engine, numeric
layout), the messages or the text before the options, the sampling, and which turn it is. The file can be deleted at
any time; nothing depends on it, and whatever is wrong with it, a run goes on without it."""

import hashlib
import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from guildmark.provider import Continuation, Reply, Request, Score
from guildmark.records import Record
from guildmark.run.journal import Line
from guildmark.version import MADE_BY

if TYPE_CHECKING:
    from sqlite3 import Connection

NAME = "answers.sqlite"
MOST = 1 << 30
"""Bytes of answers; beyond them the oldest quarter goes."""
LARGEST = 1 << 22
"""An answer of more bytes is not kept."""
WAIT = 10.0
"""Seconds that another process may hold the file."""
PAUSE = 0.02
SETUP = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=NORMAL",
    "CREATE TABLE IF NOT EXISTS answers (number INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, answer BLOB NOT NULL)",
)


class Answer(Record, frozen=True, omit_defaults=True):
    """What is kept under a key: one of the two."""

    reply: Reply | None = None
    score: Score | None = None


_encode = msgspec.json.Encoder(order="deterministic").encode
_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(Answer).decode


class Cache:
    """The answers of one model. `trouble` says why the file is not used; `hits` counts what was found."""

    def __init__(self, path: Path, model: dict[str, Any]) -> None:
        self.path, self.trouble, self.hits = path, "", 0
        self._model = hashlib.blake2b(_encode([MADE_BY, model]), digest_size=32)
        self._file: Connection | None = None
        self._open()

    def get(self, asked: Request | Continuation, turn: int) -> Reply | Score | None:
        """The answer to that, where there is one."""
        import sqlite3

        if self._file is None:
            return None
        try:
            row = self._file.execute("SELECT answer FROM answers WHERE key = ?", (self._key(asked, turn),)).fetchone()
            found = _unpack(row[0]) if row else Answer()
        except sqlite3.Error as error:
            self._give_up(error)
            return None
        except msgspec.MsgspecError:
            return None
        self.hits += found != Answer()
        return found.reply or found.score

    def keep(self, lines: Iterable[Line]) -> None:
        """Keep the answers of completed samples, in one transaction."""
        import sqlite3

        if self._file is None:
            return
        answers = ((self._key(line.asked, line.turn), _pack(Answer(line.reply, line.score)))
                   for line in lines if not line.cached and not (line.reply and line.reply.before))  # fmt: skip
        rows = [row for row in answers if len(row[1]) <= LARGEST]
        try:
            with self._file as file:
                file.executemany("INSERT OR REPLACE INTO answers (key, answer) VALUES (?, ?)", rows)
                if self._size(file) > MOST:
                    file.execute("DELETE FROM answers WHERE number <= (SELECT number FROM answers ORDER BY number "
                                 "LIMIT 1 OFFSET (SELECT count(*) / 4 FROM answers))")  # fmt: skip
        except sqlite3.Error as error:
            self._give_up(error)

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _open(self) -> None:
        import sqlite3

        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))  # answers are nobody else's business
            self._file = sqlite3.connect(self.path, timeout=WAIT)
            self._set_up(self._file, time.monotonic() + WAIT)
        except (OSError, sqlite3.Error) as error:
            self._give_up(error)

    @staticmethod
    def _set_up(file: "Connection", until: float) -> None:
        """Make the table; where several processes begin a file at once, SQLite may refuse one without waiting."""
        import sqlite3

        for statement in SETUP:
            while True:
                try:
                    file.execute(statement)
                    break
                except sqlite3.OperationalError:
                    if time.monotonic() > until:
                        raise
                    time.sleep(PAUSE)

    def _give_up(self, error: Exception) -> None:
        self.trouble = f"{self.path} is not used: {error}"
        self.close()

    def _key(self, asked: Request | Continuation, turn: int) -> bytes:
        summed = self._model.copy()
        summed.update(_encode([turn, asked]))
        return summed.digest()

    @staticmethod
    def _size(file: "Connection") -> int:
        """Bytes that are in use; pages that were freed are filled again."""
        pages, free, size = (file.execute(f"PRAGMA {name}").fetchone()[0]
                             for name in ("page_count", "freelist_count", "page_size"))  # fmt: skip
        return int((pages - free) * size)
