"""Tables and records: told by the marks at their ends."""

import sqlite3

import pytest

from guildmark.contents import InMemory, OnDisk
from guildmark.formats import data


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
