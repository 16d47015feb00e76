"""Recognises tables and records: Parquet, Arrow, SQLite, Avro; of what they hold only pickles are looked for.

CVE-2023-47248: pyarrow until 14.0.0 unpickles the type that a column's metadata keeps, raw or in base64."""

import re
import struct
from collections.abc import Iterator

from guildmark import late
from guildmark.contents import Contents, InMemory, Part
from guildmark.formats import Holds, Member, _carve
from guildmark.limits import Budget

RANK = 80
HOLDS: Holds = "data"

_AT_BOTH_ENDS = {b"PAR1": "Parquet", b"PARE": "Parquet", b"FEA1": "Feather", b"ARROW1": "Arrow"}
_AT_THE_START = {b"SQLite format 3\0": "SQLite", b"Obj\1": "Avro"}
_MESSAGE = b"\xff\xff\xff\xff"
_END = _MESSAGE + bytes(4)
_OF_SCHEMA = 1
"""What an Arrow message is, by the second field of its table (Message.fbs)."""
_SCHEMA = late.compile(rb"ARROW:schema.{0,16}?([A-Za-z0-9+/]{64,}={0,2})", re.S)
_LOOKED_AT = 4 << 20
"""How much of the start and of the end is searched: there the schema stands."""


def recognises(contents: Contents) -> bool:
    return bool(kind(contents))


def kind(contents: Contents) -> str:
    """What it is, such as `Parquet`; empty where it is none of these."""
    head = contents.at(0, 16)
    for magic, name in _AT_THE_START.items():
        if head.startswith(magic):
            return name
    for magic, name in _AT_BOTH_ENDS.items():
        whole = contents.size >= 2 * len(magic) and head.startswith(magic)
        if whole and contents.at(contents.size - len(magic), len(magic)) == magic:
            return name
    return "Arrow" if _is_stream(contents, head) else ""


def _is_stream(contents: Contents, head: bytes) -> bool:
    """Arrow's messages without a file around them, as data sets of Hugging Face are: a schema first, and an end."""
    if not head.startswith(_MESSAGE) or contents.size < 32 or contents.at(contents.size - 8, 8) != _END:
        return False
    length, root = struct.unpack_from("<II", head, 4)
    message = contents.at(8, min(length, _LOOKED_AT))
    if not 4 <= root <= len(message) - 4:
        return False
    table = root - struct.unpack_from("<i", message, root)[0]
    if not 0 <= table <= len(message) - 8:
        return False
    size, _, _, place = struct.unpack_from("<4H", message, table)
    return bool(size >= 8 and 0 < place < len(message) - root and message[root + place] == _OF_SCHEMA)


def members(contents: Contents, budget: Budget) -> Iterator[Member]:
    """Pickles in the schema, or near it."""
    del budget
    tail = max(_LOOKED_AT, contents.size - _LOOKED_AT)
    for part in (Part(contents, 0, _LOOKED_AT), Part(contents, tail, contents.size - tail)):
        yield from _carve.pickles(part)
        for schema in _schemas(part):
            yield from _carve.pickles(InMemory(schema))


def _schemas(part: Contents) -> Iterator[bytes]:
    """What Parquet's metadata keep of an Arrow schema."""
    import base64  # only columns need it

    for found in _SCHEMA.finditer(part.at(0, part.size)):
        try:
            yield base64.b64decode(found[1])
        except ValueError:
            continue
