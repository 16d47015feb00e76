"""A small archive can unpack to more than a disk or a memory holds; whoever unpacks it stops working."""

from collections.abc import Iterator

from guildmark import formats
from guildmark.check import check, failed, not_applicable, passed, unknown
from guildmark.errors import GuildmarkError
from guildmark.file import File
from guildmark.formats import compressed, npy, zip
from guildmark.limits import ARRAYS, SMALL, ZEROS, Limits
from guildmark.manifest import printable
from guildmark.plain import size
from guildmark.records import Finding
from guildmark.subject import Subject

RATIO = Limits().ratio
"""Bytes that one packed byte may become; what programs and weights become is far below it."""
NESTED = "it is an archive inside"
"""How the reason begins for which an archive in archives is not unpacked; honest ones lie two or three deep."""
LIMITS_PASSED = ("it unpacks to over", "archives unpack to more than", "it unpacks to more than", "more than")
"""How the reasons begin for which the budget stops unpacking."""


@check(
    applies_to="model dataset tool",
    remedy="Do not unpack it; ask its maker for the files themselves.",
    bears_on="load",
)
def archives_bounded(subject: Subject) -> Iterator[Finding]:
    """Does every archive unpack to a size that its own size lets one expect?"""
    by_path = {file.path: file for file in subject.files()}
    asked = False
    for file in subject.files():
        if file.archive:
            yield from _of_member(file, by_path)
        if any(formats.load(name).HOLDS == "members" for name in file.formats) and file.readable:
            asked = True
            findings = list(_of_archive(file))
            yield from findings
            if not findings:
                yield passed(f"{file.path} unpacks to what its size lets one expect", file.seen("", size(file.size)))
    if not asked:
        yield not_applicable("no file is an archive")


def _of_archive(file: File) -> Iterator[Finding]:
    """What an archive's own directory says of its members."""
    try:
        if _is_zip(file):
            yield from _of_zip(file)
    except GuildmarkError as error:
        yield unknown(f"{file.path}: its members cannot be listed: {error.says}", file.seen("", error.says))
    if file.cut_short and file.unread.startswith(NESTED) and file.path.count("!") >= Limits().depth:
        yield failed(f"{file.path} is hidden too deep: {file.unread}", file.seen("", file.unread))
    elif file.cut_short:
        yield unknown(f"{file.path} was not unpacked whole: {file.unread}", file.seen("", file.unread))


def _is_zip(file: File) -> bool:
    return "zip" in file.formats or any(getattr(formats.load(name), "REFINES", "") == "zip" for name in file.formats)


def _of_zip(file: File) -> Iterator[Finding]:
    entries = zip.directory(file.contents)
    for entry in entries:
        if entry.size > SMALL and entry.size > RATIO * max(1, entry.packed) and not _is_array(file, entry):
            says = f"{size(entry.size)} from {size(entry.packed)}"
            yield failed(f"{file.path}!{entry.name[:200]} unpacks to {says}", file.seen(entry.name[:200], says))
            return
    whole = sum(entry.size for entry in entries)
    packed = sum(entry.packed for entry in entries)
    if packed > file.size:
        says = f"members of {size(packed)} packed, in a file of {size(file.size)}"
        yield failed(f"{file.path} uses the same bytes for several members: {says}", file.seen("directory", says))
    elif whole > ZEROS and whole > RATIO * file.size:
        says = f"{size(whole)} from {size(file.size)}"
        yield failed(f"{file.path} unpacks to {says}", file.seen("directory", says))


def _is_array(file: File, entry: "zip.Entry") -> bool:
    """Whether a member begins as an array or a pickle, whose numbers may be all zeros, and is of a bearable size."""
    if entry.size > ZEROS:
        return False
    try:
        return next(iter(zip.pieces(file.contents, entry)), b"").startswith(ARRAYS)
    except GuildmarkError:
        return False


def _of_member(file: File, by_path: dict[str, File]) -> Iterator[Finding]:
    """A member that the budget stopped, or that is one of the archives around it."""
    around = file.archive
    while around and file.sha256 and not file.sha256.startswith("link:"):
        if by_path[around].sha256 == file.sha256 and file.size:
            yield failed(f"{file.path} is the archive that holds it: it never ends", file.seen("", around))
            return
        around = by_path[around].archive
    if file.readable or not file.unread.startswith(LIMITS_PASSED):
        return
    if file.unread.startswith(LIMITS_PASSED[0]) and not _holds_array(by_path[file.archive], file):
        yield failed(f"{file.path}: {file.unread}", file.seen("", file.unread))
    else:
        yield unknown(f"{file.path}: {file.unread}", file.seen("", file.unread))


def _holds_array(archive: File, member: File) -> bool:
    """Whether a packed stream begins as an array of numbers; a pickle that is as large holds more than honest ones."""
    if _is_zip(archive):
        name = member.path.rpartition("!")[2]
        return any(
            printable(entry.name) == name and _is_array(archive, entry) for entry in zip.directory(archive.contents)
        )
    inflation = compressed.unpacked(archive.contents)
    return inflation is not None and compressed.first(inflation).startswith(npy.MAGIC)
