"""What time, and what its statements come to, make of a case that was decided: the next step, if there is one; pure."""

from datetime import datetime, timedelta
from typing import NamedTuple

WARNING = timedelta(days=45)
"""So long before its end people are told, and it may be renewed."""
RUNS = ("active", "expiring")
HELD = (*RUNS, "suspended", "appealed")
"""States in which time goes on for a case."""
TIME, ENDS_SOON, COUNTS_AGAIN = "its time is over", "its time is over soon", "what it rests on counts again"


class Facts(NamedTuple):
    """What is known of a case's statements: until when it counts, why its decision fell, why its assessment does not
    count just now; empty where nothing is wrong."""

    expires_at: datetime | None
    revoked: str = ""
    suspended: str = ""


class Step(NamedTuple):
    """Where a case goes, by which verb of `cases.states`; the same state where only `before` changes."""

    verb: str
    to: str
    why: str
    before: str = ""


def step(state: str, before: str, facts: Facts, now: datetime) -> Step | None:
    """The next step of a case in a state of HELD; None where it stays. Nothing leads back when a clock is set back."""
    if state not in HELD or (state == "appealed" and before == "rejected"):
        return None
    if facts.revoked:
        return Step("revoke", "revoked", facts.revoked)
    if facts.expires_at and facts.expires_at <= now:
        return Step("expire", "expired", TIME)
    if state == "appealed":
        return _appealed(before, facts, now)
    if state == "suspended":
        return None if facts.suspended else Step("resume", _back(before, facts, now), COUNTS_AGAIN)
    if facts.suspended:
        return Step("suspend", "suspended", facts.suspended, state)
    return Step("expire_soon", "expiring", ENDS_SOON) if state == "active" and _soon(facts, now) else None


def _appealed(before: str, facts: Facts, now: datetime) -> Step | None:
    """An appealed case stays one; what it goes back to follows what happens meanwhile."""
    if before == "suspended" and not facts.suspended:
        return Step("", "appealed", COUNTS_AGAIN, _back("active", facts, now))
    if before in RUNS and facts.suspended:
        return Step("", "appealed", facts.suspended, "suspended")
    return None


def _back(before: str, facts: Facts, now: datetime) -> str:
    return "expiring" if before == "expiring" or _soon(facts, now) else "active"


def _soon(facts: Facts, now: datetime) -> bool:
    return facts.expires_at is not None and facts.expires_at - WARNING <= now
