"""Reads an edition's file, line by line and bounded."""

import hashlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from guildmark.contents import OnDisk
from guildmark.edition.lines import decode
from guildmark.edition.order import Order
from guildmark.edition.records import End, Header, Part
from guildmark.errors import FormatError, LimitPassed
from guildmark.inflate import Deflate, Inflation

LONGEST_LINE = 64 << 20
MOST_LINES = 20_000_000
MOST_BYTES = 64 << 30
"""Unpacked. A line is one assessment at most, so memory is bounded by the longest line."""

HINT = "get the file again, or write it with `guildmark catalog build`"
_GZIP = b"\x1f\x8b"


def read(path: Path | str) -> Iterator[Header | Part | End]:
    """The records of an edition, in the file's order: the header, the parts, and the end, whose sha256 names it.

    Nothing that was given counts until the end was: a file may turn out broken on its last line. Raises
    FormatError (LimitPassed past a bound) with the line, ContentsError where the file cannot be read."""
    hashed = hashlib.sha256()
    order, number = Order(), 0
    end: End | None = None
    for number, line in enumerate(_lines(Path(path)), 1):
        if end is not None:
            raise _broken(number, "more follows the end")
        try:
            record = decode(line)
        except FormatError as error:
            raise _broken(number, error.says, error.hint) from error
        if isinstance(record, Header) != (number == 1):
            raise _broken(number, "the first line, and no other, must be `edition`")
        if isinstance(record, End):
            if (record.lines, record.sha256) != (number - 1, hashed.hexdigest()):
                raise _broken(number, "the end does not fit the lines before it: the file was cut or changed")
            end = record
            continue
        hashed.update(line + b"\n")
        if not isinstance(record, Header):
            try:
                order.take(record)
            except FormatError as error:
                raise _broken(number, error.says, error.hint) from error
        yield record
    if end is None:
        raise FormatError(f"the edition has no end after line {number}: the file was cut short", HINT)
    yield end


def _broken(number: int, why: str, hint: str = "") -> FormatError:
    return FormatError(f"line {number} of the edition: {why}", hint or HINT)


def _lines(path: Path) -> Iterator[bytes]:
    """The unpacked lines, without their ends; raises FormatError where the packing is broken."""
    contents = OnDisk(str(path))
    if contents.at(0, len(_GZIP)) != _GZIP:
        raise FormatError(f"{path.name} is no edition: it is not packed with gzip", HINT)
    pieces = Inflation(contents, partial(Deflate, 31))
    waiting: list[bytes] = []
    held = total = count = 0
    for piece in pieces:
        total += len(piece)
        if total > MOST_BYTES:
            raise LimitPassed(f"the edition unpacks to more than {MOST_BYTES} bytes", HINT)
        *whole, rest = piece.split(b"\n")
        for line in whole:
            waiting.append(line)
            count += 1
            _check_bounds(held + len(line), count)
            yield b"".join(waiting)
            waiting, held = [], 0
        waiting.append(rest)
        held += len(rest)
        _check_bounds(held, count)
    if pieces.broken:
        raise FormatError(f"the edition cannot be unpacked: {pieces.broken}", HINT)
    if held:
        raise FormatError(f"line {count + 1} of the edition does not come to its end", HINT)


def _check_bounds(length: int, count: int) -> None:
    if length > LONGEST_LINE:
        raise LimitPassed(f"line {count + 1} of the edition is longer than {LONGEST_LINE} bytes", HINT)
    if count > MOST_LINES:
        raise LimitPassed(f"the edition has more than {MOST_LINES} lines", HINT)
