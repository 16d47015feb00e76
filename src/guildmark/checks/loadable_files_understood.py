"""A file in a format that nobody here reads could hold anything: a clean report would mean nothing."""

from collections.abc import Iterator

from guildmark import formats
from guildmark.check import check, failed, passed, unknown, unread
from guildmark.file import File
from guildmark.promises import is_pointer, promised
from guildmark.records import Finding
from guildmark.subject import Subject


@check(
    applies_to="model dataset tool",
    remedy="Offer the same in a format that is read here (safetensors, GGUF, ONNX), or look at the file by hand.",
    bears_on="load",
)
def loadable_files_understood(subject: Subject) -> Iterator[Finding]:
    """Is every file that a loader could load in a format that Guildmark reads?"""
    yield from unread(subject)
    understood = 0
    for file in subject.files():
        if file.unread or file.raw or not file.readable:
            continue
        evidence = file.seen("byte 0", file.contents.at(0, 16).hex(" "))
        if disguise := _disguise(file):
            yield failed(f"{file.path} {disguise}", evidence)
        elif says := _not_understood(file):
            yield unknown(f"{file.path} {says}", evidence)
        else:
            understood += 1
    if understood:
        yield passed(f"{understood} files are in formats that Guildmark reads")


def _disguise(file: File) -> str:
    """What a loadable file is that its name does not say; empty where name and bytes agree."""
    wanted = promised(file)
    loadable = [name for name in file.formats if formats.load(name).HOLDS in ("weights", "objects", "program")]
    if not wanted or not loadable or set(wanted) & set(file.formats):
        return ""
    return f"is named as {wanted[0]} and is {loadable[0]}"


def _not_understood(file: File) -> str:
    """Why a file is an open question; empty where it is none."""
    if is_pointer(file):
        return "is a Git LFS pointer: the file itself is elsewhere"
    if not file.formats:
        return "is in no format that is known here"
    for name in file.formats:
        if formats.load(name).HOLDS in ("weights", "objects") and not formats.reads(name):
            return f"is {name}, which is recognised but not read yet"
    return ""
