"""Which state of a vetting case leads to which, and who brings it there; pure, and the only table of it."""

from typing import Literal, NamedTuple

Who = Literal["submitter", "screener", "reviewer", "subject", "member", "chair", "hub"]


class Move(NamedTuple):
    """A case goes from one state to another; `verb` is what is done, `who` does it."""

    verb: str
    of: str
    to: str
    who: Who


BEGIN = "draft"
OPEN = ("submitted", "screening", "review", "clarification", "recommendation", "decision")
"""Somebody works on it; a release has at most one such case for a standard's version."""
_WITHDRAWN = tuple(Move("withdraw", of, "withdrawn", "submitter") for of in ("draft", *OPEN[:-1]))
_UNTIL_REVOKED = ("active", "expiring", "suspended", "appealed")
MOVES: frozenset[Move] = frozenset(
    (
        Move("submit", "draft", "submitted", "submitter"),
        Move("screen", "submitted", "screening", "screener"),
        Move("send_back", "submitted", "draft", "screener"),
        Move("send_back", "screening", "draft", "screener"),
        Move("draw", "screening", "review", "hub"),
        Move("ask", "review", "clarification", "reviewer"),
        Move("answer", "clarification", "review", "subject"),
        Move("wait_no_more", "clarification", "review", "hub"),
        Move("recommend", "review", "recommendation", "hub"),
        Move("propose", "recommendation", "decision", "hub"),
        Move("no_decision", "decision", "recommendation", "hub"),
        Move("accept", "decision", "active", "chair"),
        Move("reject", "decision", "rejected", "chair"),
        Move("expire_soon", "active", "expiring", "hub"),
        Move("expire", "expiring", "expired", "hub"),
        Move("expire", "active", "expired", "hub"),
        Move("expire", "suspended", "expired", "hub"),
        Move("suspend", "active", "suspended", "hub"),
        Move("suspend", "expiring", "suspended", "hub"),
        Move("resume", "suspended", "active", "hub"),
        Move("resume", "suspended", "expiring", "hub"),
        *(Move("supersede", of, "superseded", "hub") for of in ("active", "expiring", "suspended")),
        *(Move("revoke", of, "revoked", "chair") for of in _UNTIL_REVOKED),
        *(Move("appeal", of, "appealed", "member") for of in ("active", "expiring", "suspended", "rejected")),
        *(Move("dismiss", "appealed", to, "chair") for to in ("active", "expiring", "suspended", "rejected")),
        Move("uphold", "appealed", "rejected", "chair"),
        Move("uphold", "appealed", "active", "chair"),
        Move("expire", "appealed", "expired", "hub"),
        *_WITHDRAWN,
    )
)


def may(verb: str, of: str, to: str) -> bool:
    """Whether a verb leads from one state to another."""
    return any((one.verb, one.of, one.to) == (verb, of, to) for one in MOVES)


def following(of: str) -> frozenset[str]:
    """The states that a state leads to."""
    return frozenset(one.to for one in MOVES if one.of == of)
