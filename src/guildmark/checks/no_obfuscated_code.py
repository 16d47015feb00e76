"""Code that is packed, or written so that a reader sees other code than the interpreter, has something to hide."""

from collections.abc import Iterator

from guildmark import javascript_code, tool_code
from guildmark.check import check, failed, not_applicable, passed, unknown
from guildmark.records import Finding
from guildmark.subject import Subject

MOST_TOLD = 20


@check(
    applies_to="model dataset tool",
    remedy="Ship the source as it was written: run no text that is first decoded, and use no packer.",
    bears_on="origin",
)
def no_obfuscated_code(subject: Subject) -> Iterator[Finding]:
    """Does all code stand there as it is run, neither packed nor disguised?"""
    asked = told = 0
    for file, role in tool_code.code(subject):
        asked += 1
        read = tool_code.read(file, role)
        for sign in read.signs:
            if sign.act == "hidden" and told < MOST_TOLD:
                told += 1
                yield failed(f"{file.path}: {sign.says}", file.seen(f"line {sign.line}", sign.seen))
        if read.unread and told < MOST_TOLD:
            told += 1
            yield unknown(f"{file.path} was not read: {read.unread}", file.seen("", read.unread))
    for file in subject.files():
        if not file.name.endswith((".js", ".cjs", ".mjs")) or not tool_code.of_npm(subject, file):
            continue
        asked += 1
        if not file.readable or file.size > javascript_code.LARGEST:
            told += 1
            yield unknown(f"{file.path} was not read", file.seen("", file.unread or f"{file.size} bytes"))
            continue
        for found in javascript_code.signs(file.text(javascript_code.LARGEST)):
            if found.act == "hidden" and told < MOST_TOLD:
                told += 1
                yield failed(f"{file.path}: {found.says}", file.seen(f"line {found.line}", found.seen))
    if not asked:
        yield not_applicable("there is no code that would be run")
    elif not told:
        yield passed(f"all code stands there as it is run ({asked} files)")
