"""Tables and records: told by the marks at their ends."""

import base64
import pickle
import sqlite3
import struct

import pytest
from tests.formats.seeds_more import Runs

from guildmark.contents import InMemory, OnDisk, chunks
from guildmark.formats import data
from guildmark.limits import Budget, Limits


@pytest.mark.parametrize(
    ("held", "kind"),
    [
        (b"PAR1" + bytes(20) + b"PAR1", "Parquet"),
        (b"PARE" + bytes(20) + b"PARE", "Parquet"),
        (b"ARROW1\0\0" + bytes(20) + b"ARROW1", "Arrow"),
        (b"FEA1" + bytes(20) + b"FEA1", "Feather"),
        (b"Obj\1" + bytes(20), "Avro"),
    ],
)
def test_tables_are_recognised_with_their_kind(held, kind):
    assert data.kind(InMemory(held)) == kind
    assert data.recognises(InMemory(held))


@pytest.mark.parametrize(
    "held", [b"PAR1", b"PAR1" + bytes(20), b"PAR1 is a mark", b"Object", b"SQLite format 3 is old"]
)
def test_half_a_mark_is_none(held):
    assert data.kind(InMemory(held)) == ""
    assert not data.recognises(InMemory(held))


def test_a_database_is_recognised(tmp_path):
    with sqlite3.connect(tmp_path / "d.db") as database:
        database.execute("create table t (a)")
    database.close()
    assert data.kind(OnDisk(str(tmp_path / "d.db"))) == "SQLite"


def stream(
    kind: int = 1, length: int = 28, root: int = 16, back: int = 12, end: bytes = b"\xff\xff\xff\xff\0\0\0\0"
) -> bytes:
    """An Arrow stream whose first message is of this kind, with an empty body."""
    table = struct.pack("<I6HiHBxI", root, 12, 16, 4, 6, 8, 0, back, 4, kind, 0)
    return b"\xff\xff\xff\xff" + struct.pack("<I", length) + table + end


def test_a_stream_of_arrow_begins_with_a_schema_and_ends():
    assert data.kind(InMemory(stream())) == "Arrow"


@pytest.mark.parametrize(
    "held",
    [
        stream(kind=3),
        stream(length=0),
        stream(root=40),
        stream(root=2**32 - 1),
        stream(back=200),
        stream(back=-(2**31)),
        stream(end=b""),
        stream(end=bytes(8)),
        b"\xff" * 40,
        b"\xff" * 40 + bytes(4),
    ],
)
def test_what_only_begins_like_a_stream_is_none(held):
    assert data.kind(InMemory(held)) == ""


TYPE = pickle.dumps(Runs(), 4)
SCHEMA = base64.b64encode(b"arrow.py_extension_type" + TYPE + bytes(60))


@pytest.mark.parametrize(
    "held",
    [
        b"ARROW1\0\0" + TYPE + bytes(20) + b"ARROW1",
        b"PAR1" + b"ARROW:schema\x18\xf4\x02" + SCHEMA + b"PAR1",
        b"PAR1" + bytes(9 << 20) + TYPE + b"PAR1",
    ],
    ids=["raw", "base64", "far"],
)
def test_a_pickled_type_of_a_column_is_a_member(held):
    """CVE-2023-47248."""
    (member,) = data.members(InMemory(held), Budget(Limits()))
    assert member.contents is not None
    assert b"".join(chunks(member.contents)) == TYPE


def test_tables_without_one_have_no_members():
    assert list(data.members(InMemory(b"PAR1" + bytes(90) + b"PAR1"), Budget(Limits()))) == []
