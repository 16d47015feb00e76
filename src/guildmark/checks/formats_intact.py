"""A file whose headers, offsets and sizes disagree is cut, damaged, or made to be read in two ways."""

from collections.abc import Iterator

from guildmark import formats
from guildmark.check import check, failed, not_applicable, passed, unknown
from guildmark.errors import GuildmarkError, LimitPassed
from guildmark.file import File
from guildmark.formats import pickle
from guildmark.promises import is_pointer, promised
from guildmark.records import Finding
from guildmark.subject import Subject

SHORTEST_PICKLE = 64
"""In bytes: below it a pickle without a protocol may be as good as any word."""
MOST_FAULTS = 10
"""Faults told of one file; the rest are counted."""


@check(
    applies_to="model dataset tool",
    remedy="Download the file again; if it is still so, ask its maker for a whole one.",
    bears_on="load",
)
def formats_intact(subject: Subject) -> Iterator[Finding]:
    """Do the headers, offsets and sizes of every file agree with its bytes?"""
    whole = 0
    for file in subject.files():
        findings = list(_of_file(file))
        yield from findings
        whole += not findings
    if whole:
        yield passed(f"{whole} files are what their headers promise")
    else:
        yield not_applicable("no file has a structure to check")


def _of_file(file: File) -> Iterator[Finding]:
    """What is wrong with a file, or not known of it; nothing where it is whole."""
    if file.unread:
        yield unknown(f"{file.path}: {file.unread}", file.seen("", file.unread))
    if not file.readable or file.raw:
        return
    if promised(file) and not set(promised(file)) & set(file.formats) and not _is_short(file):
        # An archive's name over a text deceives nobody: every reader of archives refuses it.
        answer = unknown if promised(file)[0] in ("zip", "tar") and "text" in file.formats else failed
        yield answer(f"{file.path} is no {promised(file)[0]}", file.seen("byte 0", file.contents.at(0, 16).hex(" ")))
    for name in file.formats:
        found, told = formats.faults(name, file.contents), 0
        try:
            for fault in found or ():
                told += 1
                if told <= MOST_FAULTS:
                    answer = unknown if fault.only_words else failed
                    yield answer(f"{file.path} is not a whole {name}: {fault.says}", file.seen(fault.at, fault.says))
        except LimitPassed as error:
            yield unknown(f"{file.path} was not checked to its end: {error.says}", file.seen("", error.says))
        except GuildmarkError as error:
            yield failed(f"{file.path} is not a whole {name}: {error.says}", file.seen("", error.says))
        if told > MOST_FAULTS:
            more = f"{told - MOST_FAULTS} more faults"
            yield failed(f"{file.path} has {more}", file.seen("", more))


def _is_short(file: File) -> bool:
    """A pointer to the real file, or a pickle of one number, which is too short to be told from text by its bytes."""
    if "pickle" not in promised(file) or file.contents.size > SHORTEST_PICKLE:
        return is_pointer(file)
    return next(pickle.faults(file.contents), None) is None
