"""Backdoors, programs that are fetched and run, places from which programs start again, miners, and deletion."""

from collections.abc import Iterator

from guildmark import javascript_code, tool_code
from guildmark.check import check, failed, not_applicable, passed, unknown
from guildmark.python_code.signs import Sign
from guildmark.records import Finding
from guildmark.subject import Subject

MOST_TOLD = 20
ALWAYS = ("shell", "miner", "native", "wiped")
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
    asked = told = 0
    for file, role in tool_code.code(subject):
        asked += 1
        read = tool_code.read(file, role)
        for sign in read.signs:
            if is_harmful(sign) and told < MOST_TOLD:
                told += 1
                yield failed(f"{file.path}: {sign.says}", file.seen(f"line {sign.line}", sign.seen))
        if read.unread and told < MOST_TOLD:
            told += 1
            yield unknown(f"{file.path} was not read: {read.unread}", file.seen("", read.unread))
    for file in subject.files():
        if not file.name.endswith((".js", ".cjs", ".mjs")) or not tool_code.of_npm(subject, file) or not file.readable:
            continue
        asked += 1
        for found in javascript_code.signs(file.text(javascript_code.LARGEST)):
            if found.act == "wiped" and told < MOST_TOLD:
                told += 1
                yield failed(f"{file.path}: {found.says}", file.seen(f"line {found.line}", found.seen))
    if not asked:
        yield not_applicable("there is no code that would be run")
    elif not told:
        yield passed(f"no code does harm that is known ({asked} files)")


def is_harmful(sign: Sign) -> bool:
    """Whether an act is harm by itself, or by when it happens."""
    at_once = sign.act == "fetched" and (
        sign.says.startswith(("exec", "eval")) or sign.says.endswith("what it fetches")
    )
    return sign.act in ALWAYS or at_once or (sign.act in UNASKED and sign.when == "import")
