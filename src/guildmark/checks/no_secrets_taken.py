"""Stolen keys are what most malicious packages are written for: they read credentials, and send them away."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from guildmark import tool_code
from guildmark.check import check
from guildmark.records import Finding
from guildmark.subject import Subject

if TYPE_CHECKING:
    from guildmark.python_code.signs import Sign


@check(
    applies_to="model dataset tool",
    remedy="Send no credentials and no environment; ask the user for the one key that is needed.",
    bears_on="origin",
)
def no_secrets_taken(subject: Subject) -> Iterator[Finding]:
    """Does the code send no credentials away, and seek none that are not its own?"""
    yield from tool_code.findings(subject, is_taking, frozenset(("sent",)), "no code sends credentials away")


def is_taking(sign: "Sign") -> bool:
    """Whether credentials are sent away, or sought in many places."""
    return sign.act in ("sent", "collected")
