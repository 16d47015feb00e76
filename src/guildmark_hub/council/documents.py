"""What the documents of proposals say: a standard with its id, a class of decisions, a waiver. Pure."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any, NamedTuple

from guildmark import plain, standard
from guildmark.errors import AskedWrongly, StandardError
from guildmark.standard import Standard

HOW = "docs/how-to/propose-and-vote.md shows how it is written"
LONGEST_WAIVER = timedelta(days=366)
UNITS = ("organisation", "person")
NUMBERS = {"hours": (24, 2160), "open_hours": (24, 2160), "approvals": (1, 100), "cap": (0, 100)}
"""The bounds of a class of decisions: hours of waiting and of a ballot from one day to ninety."""
FRACTIONS = {"quorum": Fraction(1, 10), "threshold": Fraction(1, 2)}
"""The least that a class may ask for."""
CLASS_KEYS = {"slug", "name", "unit", "quorum", "threshold", "lazy", *NUMBERS}
WAIVER_KEYS = {"person", "entry", "until"}
_ID_LINE = re.compile(r'^id[ \t]*=[ \t]*"([a-z][a-z0-9_]{0,99})"[ \t]*(?:#.*)?$\n?', re.MULTILINE)
_SLUG = re.compile(r"[a-z][a-z0-9-]{0,39}")


class Draft(NamedTuple):
    """A standard as it is proposed: its id, the TOML as it would be published, which has no id, and what that says."""

    id: str
    toml: bytes
    standard: Standard


class Class(NamedTuple):
    """A class of decisions as it is proposed; whose quorum and threshold are fractions."""

    slug: str
    name: str
    unit: str
    quorum: Fraction
    threshold: Fraction
    lazy: bool
    hours: int
    open_hours: int
    approvals: int
    cap: int


class Waived(NamedTuple):
    """A waiver as it is proposed: a person by her number, an entry by its slug, and the last day."""

    person: int
    entry: str
    until: date


def read_standard(document: str) -> Draft:
    """The standard of a proposal: TOML as on the shelf, and one line more, `id = "…"`, above all tables.

    That line is taken out before it is published. Raises AskedWrongly."""
    table = _table(document, "the standard")
    id = table.pop("id", None)
    found = _ID_LINE.search(document)
    if found is None or found[1] != id:
        hint = 'write it as a line of its own above all tables, as id = "safe_files": small letters, digits and _'
        raise AskedWrongly("the standard does not say its id in a line that can be taken out", hint)
    toml = document[: found.start()] + document[found.end() :]
    if _table(toml, "the standard") != table:
        raise AskedWrongly("the line of the id is part of something else", "write it above all tables, and once")
    try:
        read = standard.read(toml.encode(), found[1])
    except StandardError as error:
        raise AskedWrongly(error.says, error.hint) from error
    return Draft(found[1], toml.encode(), read)


def read_class(document: str) -> Class | None:
    """The class of decisions that a policy would make anew; None where it is words. Raises AskedWrongly."""
    if not re.search(r"^[ \t]*\[+[ \t]*class[ \t]*\]", document, re.MULTILINE):
        return None
    table = _table(document, "the class of decisions")
    row = table.get("class")
    if table.keys() != {"class"} or not isinstance(row, dict) or row.keys() != CLASS_KEYS:
        raise AskedWrongly(f"a class of decisions has the keys {', '.join(sorted(CLASS_KEYS))}, and nothing else", HOW)
    for says in _faults(row):
        raise AskedWrongly(f"this class of decisions cannot be: {says}", HOW)
    quorum, threshold = (Fraction(*row[name]) for name in ("quorum", "threshold"))
    numbers: dict[str, int] = {name: row[name] for name in NUMBERS}
    return Class(row["slug"], row["name"].strip(), row["unit"], quorum, threshold, row["lazy"], **numbers)


def _faults(row: Mapping[str, Any]) -> Iterator[str]:
    if not isinstance(row["slug"], str) or not _SLUG.fullmatch(row["slug"]):
        yield "its slug is no word of small letters"
    if not isinstance(row["name"], str) or not 0 < len(row["name"].strip()) <= 100 or not row["name"].isprintable():
        yield "its name has 1 to 100 printable characters"
    if row["unit"] not in UNITS:
        yield f"its unit is {' or '.join(UNITS)}"
    for name, (least, most) in NUMBERS.items():
        if type(row[name]) is not int or not least <= row[name] <= most:
            yield f"{name} is a number from {least} to {most}"
    for name, fewest in FRACTIONS.items():
        part = row[name]
        if (
            not isinstance(part, list)
            or len(part) != 2
            or not all(type(one) is int and 0 < one <= 1000 for one in part)
        ):
            yield f"{name} is a fraction, as [1, 2]"
        elif not fewest <= Fraction(*part) <= 1:
            yield f"{name} is from {fewest} to 1"
    if type(row["lazy"]) is not bool:
        yield "lazy is true or false"
    if row["unit"] == "organisation" and row["cap"]:
        yield "where organisations vote, cap is 0"


def read_waiver(document: str, on: date) -> Waived:
    """The waiver that a table asks for, looked at on a day; raises AskedWrongly."""
    row = _table(document, "the waiver")
    if row.keys() != WAIVER_KEYS:
        raise AskedWrongly("a waiver has the keys person, entry and until, and nothing else", HOW)
    person, entry, until = row["person"], row["entry"], row["until"]
    if type(person) is not int or not 0 < person < 1 << 63:
        raise AskedWrongly("the waiver names no person by a number", HOW)
    if not isinstance(entry, str) or not 0 < len(entry) <= 100 or not entry.isprintable():
        raise AskedWrongly("the waiver names no entry by its slug", HOW)
    if not isinstance(until, date) or isinstance(until, datetime):
        raise AskedWrongly("the waiver does not say until which day", "write it as until = 2027-11-30")
    if not on < until <= on + LONGEST_WAIVER:
        raise AskedWrongly("the waiver would be over, or hold for more than twelve months", "name a day before that")
    return Waived(person, entry, until)


def _table(document: str, what: str) -> dict[str, Any]:
    try:
        return tomllib.loads(document)
    except (ValueError, RecursionError) as error:  # also for a number of thousands of digits
        raise AskedWrongly(f"{what} cannot be read: {plain.sentence(str(error))}", HOW) from error
