"""`import` should give names; a module that connects or starts programs acts before its user asked for anything."""

from collections.abc import Iterator

from guildmark import tool_code
from guildmark.check import check, failed, not_applicable, passed, unknown
from guildmark.records import Finding
from guildmark.subject import Subject


@check(
    applies_to="model dataset tool",
    remedy="Connect and start programs in functions that the user calls, not as the module is imported.",
    bears_on="origin",
)
def no_network_at_import(subject: Subject) -> Iterator[Finding]:
    """Does importing it neither connect to another machine nor start a program?"""
    asked = told = 0
    for file, role in tool_code.code(subject):
        if role != "import":
            continue
        asked += 1
        read = tool_code.read(file, role)
        for sign in read.signs:
            if sign.when != "import" or sign.act not in ("network", "process") or told >= tool_code.MOST_TOLD:
                continue
            told += 1
            says = f"{file.path}, as it is imported: {sign.says}"
            yield (failed if sign.sure else unknown)(says, file.seen(f"line {sign.line}", sign.seen))
        if read.unread and told < tool_code.MOST_TOLD:
            told += 1
            yield unknown(f"{file.path} was not read: {read.unread}", file.seen("", read.unread))
    if not asked:
        yield not_applicable("there is no Python that could be imported")
    elif not told:
        yield passed(f"importing it connects to nothing and starts nothing ({asked} files)")
