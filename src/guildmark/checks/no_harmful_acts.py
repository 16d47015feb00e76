"""Backdoors, programs that are fetched and run, places from which programs start again, miners, and deletion."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from guildmark import tool_code
from guildmark.check import check
from guildmark.records import Finding
from guildmark.subject import Subject

if TYPE_CHECKING:
    from guildmark.python_code.signs import Sign

ALWAYS = ("shell", "miner", "native", "wiped", "weakened")
"""What no honest package does, whenever it would happen."""
UNASKED = ("fetched", "startup")
"""What a package may do when its user asks for it, and not as it is imported or installed."""


@check(
    applies_to="model dataset tool",
    remedy="Do not use it; report it to the index and to whoever runs machines on which it was installed.",
    bears_on="origin",
)
def no_harmful_acts(subject: Subject) -> Iterator[Finding]:
    """Is there no backdoor, no fetched program that runs unasked, no foothold, miner or deletion in the code?"""
    yield from tool_code.findings(
        subject, is_harmful, frozenset((*ALWAYS, *UNASKED)), "no code does harm that is known"
    )


def is_harmful(sign: "Sign") -> bool:
    """Whether an act is harm by itself, or by when it happens."""
    at_once = sign.act == "fetched" and (
        sign.says.startswith(("exec", "eval", "compile")) or sign.says.endswith("what it fetches")
    )
    return sign.act in ALWAYS or at_once or (sign.act in UNASKED and sign.when == "import")
