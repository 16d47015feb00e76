"""Code that is packed, or written so that a reader sees other code than the interpreter, has something to hide."""

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
    remedy="Ship the source as it was written: run no text that is first decoded, and use no packer.",
    bears_on="origin",
)
def no_obfuscated_code(subject: Subject) -> Iterator[Finding]:
    """Does all code stand there as it is run, neither packed nor disguised?"""
    yield from tool_code.findings(subject, is_hidden, frozenset(("hidden",)), "all code stands there as it is run")


def is_hidden(sign: "Sign") -> bool:
    """Whether code is packed or disguised."""
    return sign.act == "hidden"
