"""7z archives: plain and packed headers, and what the standard library can unpack; the rest is named and left.

Source: 7zFormat.txt of the LZMA SDK."""

import posixpath
import zlib
from collections.abc import Iterator

from guildmark.contents import Contents, InMemory, Part
from guildmark.errors import FormatError, LimitPassed
from guildmark.formats import Fault, Member
from guildmark.formats.sevenzip.header import END, PACKED_HEADER, Folder, Listing, Words, listing, streams
from guildmark.formats.sevenzip.unpack import packed, pieces
from guildmark.limits import Budget

RANK = 20
HOLDS = "members"
BEGINS = (b"7z\xbc\xaf\x27\x1c",)

MAGIC = b"7z\xbc\xaf\x27\x1c"
START = 32
MOST_HEADER = 32 << 20
MOST_PACKED_TWICE = 4
"""A packed header may hold a packed header."""
LINK, TYPE = 0o120000, 0o170000


def recognises(contents: Contents) -> bool:
    return contents.at(0, len(MAGIC)) == MAGIC


def read(contents: Contents) -> Listing:
    """What the header says, unpacked where it is packed; raises FormatError, LimitPassed."""
    start = contents.at(0, START)
    if len(start) < START:
        raise FormatError("the 7z ends in its first header")
    offset, size = int.from_bytes(start[12:20], "little"), int.from_bytes(start[20:28], "little")
    if START + offset + size > contents.size:
        raise FormatError("the 7z's header is beyond its end; it may be cut short")
    data = _bounded(contents, START + offset, size)
    for _ in range(MOST_PACKED_TWICE):
        if data[:1] != bytes([PACKED_HEADER]):
            break
        found = streams(Words(data[1:]))
        if len(found.folders) != 1 or found.folders[0].size > MOST_HEADER:
            raise LimitPassed("the 7z's packed header is too large")
        ((folder, whole),) = packed(contents, found)
        data = b"".join(pieces(folder, whole))
    return listing(data) if data else listing(bytes([1, END]))


def members(contents: Contents, budget: Budget) -> Iterator[Member]:
    """Each file, and why the files of a folder were not read; raises FormatError where there is no header."""
    found = read(contents)
    files = [
        (name, mode)
        for name, mode, is_empty in zip(found.names, found.modes, found.is_empty, strict=True)
        if not is_empty
    ]
    if len(files) != sum(map(len, found.streams.parts)):
        raise FormatError("the 7z has another number of files than of streams")
    place = 0
    for (folder, whole), sizes in zip(packed(contents, found.streams), found.streams.parts, strict=True):
        own = list(zip(files[place : place + len(sizes)], sizes, strict=True))
        yield from _of_folder(budget, folder, whole, own)
        place += len(sizes)
    for name, is_empty, mode in zip(found.names, found.is_empty, found.modes, strict=True):
        if is_empty and not mode & 0o040000:
            yield Member(name, InMemory(b""))


def faults(contents: Contents) -> Iterator[Fault]:
    """A header that breaks its format or does not match its CRC, names that lead out, folders that cannot be there."""
    try:
        start = contents.at(0, START)
        if len(start) == START and zlib.crc32(start[12:]) != int.from_bytes(start[8:12], "little"):
            yield Fault("byte 12", "the first header does not match its CRC")
        found = read(contents)
    except LimitPassed:
        raise
    except FormatError as error:
        if "not read" not in error.says:
            yield Fault("header", error.says)
        return
    for name in found.names:
        if name.startswith(("/", "\\")) or name[1:2] == ":" or ".." in name.replace("\\", "/").split("/"):
            yield Fault(name[:200], "its name leads out of the folder")


def _of_folder(
    budget: Budget, folder: Folder, packed: Contents, files: list[tuple[tuple[str, int], int]]
) -> Iterator[Member]:
    """The files of one folder, each with its mode and its size."""
    try:
        whole = budget.unpack(pieces(folder, packed), packed.size)
    except FormatError as error:  # a limit too: the other folders are looked at all the same
        yield from (Member(name, None, error.says) for (name, _), _ in files)
        return
    place = 0
    for (name, mode), size in files:
        part = Part(whole, place, size)
        place += size
        if mode & TYPE == LINK:
            link = part.at(0, 4096).decode("utf-8", "surrogateescape")
            target = posixpath.normpath(posixpath.join(posixpath.dirname(name), link))
            yield Member(name, None, f"a link to {link}, not followed", link=target)
        else:
            yield Member(name, part)


def _bounded(contents: Contents, offset: int, size: int) -> bytes:
    if size > MOST_HEADER:
        raise LimitPassed(f"the 7z's header has {size} bytes")
    return contents.at(offset, size)
