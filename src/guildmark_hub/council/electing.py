"""The table of an election: who is to sit in a group, for which organisation, as what, until when. Pure."""

import tomllib
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from guildmark.errors import AskedWrongly

MOST = 50
LONGEST_TERM = timedelta(days=3 * 366)
ROLES = ("member", "chair")
KEYS = {"person", "organisation", "role", "until"}
HINT = 'write for each: [[seat]] person = 12, organisation = "acme", role = "chair", until = 2027-11-30'


class Elected(NamedTuple):
    """A seat as it is proposed: a person by her number, an organisation by its slug, the last day of the term."""

    person: int
    organisation: str
    role: str
    until: date


def read(document: str, on: date) -> tuple[Elected, ...]:
    """The seats that a table names, looked at on a day; raises AskedWrongly."""
    try:
        given = tomllib.loads(document)
    except (ValueError, RecursionError) as error:  # a number of thousands of digits is a ValueError of its own
        raise AskedWrongly(f"the table of the election cannot be read: {error}", HINT) from error
    rows = given.get("seat")
    if given.keys() != {"seat"} or not isinstance(rows, list) or not rows or len(rows) > MOST:
        raise AskedWrongly(f"an election names between 1 and {MOST} seats, and nothing else", HINT)
    found = tuple(_seats(rows, on))
    if len({one.person for one in found}) != len(found):
        raise AskedWrongly("the same person is named twice", "give each person one seat")
    return found


def _seats(rows: list[Any], on: date) -> Iterator[Elected]:
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict) or row.keys() != KEYS:
            raise AskedWrongly(f"seat {number} does not have the four keys", HINT)
        person, organisation, role, until = (row[key] for key in ("person", "organisation", "role", "until"))
        if type(person) is not int or not 0 < person < 1 << 63:
            raise AskedWrongly(f"seat {number} names no person by a number", HINT)
        if not isinstance(organisation, str) or not 0 < len(organisation) <= 100:
            raise AskedWrongly(f"seat {number} names no organisation by its slug", HINT)
        if role not in ROLES:
            raise AskedWrongly(f"seat {number} has another role than member or chair", HINT)
        if not isinstance(until, date) or isinstance(until, datetime):
            raise AskedWrongly(f"seat {number} does not say until which day", HINT)
        if not on < until <= on + LONGEST_TERM:
            raise AskedWrongly(f"the term of seat {number} is over, or too long", "give a day within the next 3 years")
        yield Elected(person, organisation, role, until)
