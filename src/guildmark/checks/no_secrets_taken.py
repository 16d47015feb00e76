"""Stolen keys are what most malicious packages are written for: they read credentials, and send them away."""

from collections.abc import Iterator

from guildmark import javascript_code, tool_code
from guildmark.check import check, failed, not_applicable, passed, unknown
from guildmark.records import Finding
from guildmark.subject import Subject

MOST_TOLD = 20


@check(
    applies_to="model dataset tool",
    remedy="Send no credentials and no environment; ask the user for the one key that is needed.",
    bears_on="origin",
)
def no_secrets_taken(subject: Subject) -> Iterator[Finding]:
    """Does the code send no credentials away, and seek none that are not its own?"""
    asked = told = 0
    for file, role in tool_code.code(subject):
        asked += 1
        read = tool_code.read(file, role)
        for sign in read.signs:
            if sign.act in ("sent", "collected") and told < MOST_TOLD:
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
            if found.act == "sent" and told < MOST_TOLD:
                told += 1
                yield failed(f"{file.path}: {found.says}", file.seen(f"line {found.line}", found.seen))
    if not asked:
        yield not_applicable("there is no code that would be run")
    elif not told:
        yield passed(f"no code sends credentials away ({asked} files)")
