"""Recognises tables and records: Parquet, Arrow, SQLite, Avro; nothing in them is read yet."""

from guildmark.contents import Contents
from guildmark.formats import Holds

RANK = 80
HOLDS: Holds = "data"

_AT_BOTH_ENDS = {b"PAR1": "Parquet", b"PARE": "Parquet", b"FEA1": "Feather", b"ARROW1": "Arrow"}
_AT_THE_START = {b"SQLite format 3\0": "SQLite", b"Obj\1": "Avro"}


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
    return ""
