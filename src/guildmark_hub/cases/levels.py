"""The six levels: what was done to know each of a release, on what it rests, until when it holds; pure."""

import calendar
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from guildmark_hub.catalog.beside_levels import Row

PEER = "peer_reviewed"
"""The level that a group decides."""
REPRODUCED_FOR, ACCEPTED_FOR = 18, 12
"""Months for which a reproduction and a group's decision count."""
_SHARED = ("revoked", "superseded", "expired", "suspended")
_WORST = ("revoked", "superseded", "retracted", "withdrawn", "expired", "suspended")
"""States of claims, as the catalog has them, that bring down what rests on them."""
LEVELS: dict[str, tuple[str, str, str]] = {
    "listed": ("Listed", "The catalog has an entry of it.", "no entry of the catalog shows it now"),
    "publisher_verified": (
        "Publisher verified",
        "Somebody showed that they control the place where it is published; shown again every 90 days.",
        "nobody has shown in the last 90 days that they control where it is published",
    ),
    "self_attested": (
        "Self-attested",
        "An organisation that owns it signed an assessment of these very bytes.",
        "no organisation that owns it has signed an assessment of these bytes that counts now",
    ),
    "machine_checked": (
        "Machine-checked",
        "This hub itself looked at these very bytes, in the last 30 days.",
        "this hub has signed no assessment of these bytes that counts now",
    ),
    PEER: (
        "Peer-reviewed",
        "Independent people reviewed it, and a group decided by a ballot; for 12 months.",
        "no group has accepted it",
    ),
    "independently_reproduced": (
        "Independently reproduced",
        "Another organisation did again what was found, and the same came out; for 18 months.",
        "no other organisation has signed that the same came out",
    ),
}
"""Of each its name, what was done for it, and what is missing where it does not hold."""


class Ground(NamedTuple):
    """Why a level holds: in words, by which statements (sha256, bare), until when."""

    says: str
    basis: tuple[str, ...] = ()
    until: datetime | None = None


class Issued(NamedTuple):
    """A mark as it was signed, and what became of it: `state` as the catalog has it."""

    level: str
    state: str
    address: str
    until: datetime | None = None
    why: str = ""


def best(grounds: Iterable[Ground], now: datetime) -> Ground | None:
    """The ground that carries a level the longest, of those whose time has not come."""
    left = [one for one in grounds if one.until is None or one.until > now]
    return max(left, key=_carries, default=None)


def _carries(one: Ground) -> tuple[bool, float, tuple[str, ...]]:
    return one.until is None, one.until.timestamp() if one.until else 0.0, one.basis


def fallen(basis: Iterable[tuple[str, str]], level: str) -> tuple[str, str]:
    """What becomes of a mark that nothing carries any more, and why, by the states of the claims on which it rests
    (each with its own reason): it is what the worst of them is."""
    known = dict(basis)
    for state in _WORST:
        if state in known:
            return state if state in _SHARED else "withdrawn", known[state] or f"what it rests on is {state}"
    return "withdrawn", LEVELS[level][2]


def earliest(*ends: datetime | None) -> datetime | None:
    """The first of several ends; None where none of them is one."""
    return min((end for end in ends if end), default=None)


def months_on(at: datetime, months: int) -> datetime:
    """The same day of the month so many months later; the month's last where it has no such day."""
    year, month = divmod(at.year * 12 + at.month - 1 + months, 12)
    return at.replace(year=year, month=month + 1, day=min(at.day, calendar.monthrange(year, month + 1)[1]))


def rows(issued: Iterable[Issued], now: datetime) -> tuple[Row, ...]:
    """All six levels by the newest mark of each, the lowest first; `issued` has the oldest first."""
    newest: Mapping[str, Issued] = {one.level: one for one in issued}
    return tuple(_row(level, newest.get(level), now) for level in LEVELS)


def _row(level: str, one: Issued | None, now: datetime) -> Row:
    name, means, missing = LEVELS[level]
    if one is None:
        return Row(name, means, "not_applicable", f"Not so: {missing}")
    over = one.until is not None and one.until <= now
    if one.state == "active" and not over:
        return Row(name, means, "passed", "Holds", one.address, one.until)
    if one.state == "suspended" and not over:
        return Row(name, means, "unknown", f"Suspended: {one.why or 'what it rests on is suspended'}", one.address)
    ended = "its time is over" if over or one.state == "expired" else one.why or missing
    return Row(name, means, "not_applicable", f"No more: {ended}", one.address)
