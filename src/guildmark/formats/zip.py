"""Zip: the central directory, and members unpacked in bounded pieces (PKWARE's APPNOTE 6.3.10)."""

import posixpath
import struct
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from weakref import WeakKeyDictionary

import msgspec

from guildmark.contents import Contents, Part, chunks
from guildmark.errors import ContentsError, FormatError, LimitPassed
from guildmark.formats import Fault, Member
from guildmark.inflate import Bzip2, Decompressor, Deflate, Inflation, RawLzma
from guildmark.limits import Budget, Limits
from guildmark.manifest import printable

RANK = 20
HOLDS = "members"

LOCAL, CENTRAL, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
LOCATOR_64, END_64 = b"PK\x06\x07", b"PK\x06\x06"
DIRECTORY = 64 << 20
CHECKED = 64 << 20
"""A member up to this size has its CRC checked, as long as all of them stay under CHECKED_IN_ALL."""
CHECKED_IN_ALL = 256 << 20
GAP = 1 << 12
"""So many bytes between two members are looked at."""
APPENDED = (".zattrs", ".zgroup", ".zarray", ".zmetadata", "zarr.json")
"""What zarr writes again behind the members as an array grows; each copy is read, and none is run."""
ENTRIES = Limits().members
"""So many entries are looked at for names and faults."""
STORED, DEFLATED, BZIPPED, LZMAED = 0, 8, 12, 14
ENCRYPTED, DESCRIPTOR, UTF8 = 0x1, 0x8, 0x800
PATCHED, STRONG = 0x20, 0x40
UNIX, LINK, TYPE = 3, 0o120000, 0o170000


class Entry(msgspec.Struct, frozen=True):
    """A member as the central directory describes it; `offset` is where its local header is."""

    name: str
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    offset: int
    is_link: bool
    raw_name: bytes


class _End(msgspec.Struct, frozen=True):
    begin: int
    size: int
    entries: int
    shift: int
    behind: int
    """Where the file should end."""


_directories: WeakKeyDictionary[Contents, tuple[Entry, ...]] = WeakKeyDictionary()


def recognises(contents: Contents) -> bool:
    """A local header at the start, or an end record whose directory is where it says."""
    if contents.at(0, 4) == LOCAL:
        return True
    try:
        end = _end(contents)
    except FormatError:
        return False
    if end.size == 0:
        return contents.at(0, 4) == END
    return contents.at(end.begin, 4) == CENTRAL


def names(contents: Contents) -> tuple[str, ...]:
    """The names in the directory; none where it cannot be read."""
    try:
        return tuple(entry.name for entry in directory(contents))
    except FormatError:
        return ()


def directory(contents: Contents) -> tuple[Entry, ...]:
    """The entries of the central directory; raises FormatError, LimitPassed."""
    if contents not in _directories:
        _directories[contents] = tuple(entries(contents, ENTRIES))
    return _directories[contents]


def members(contents: Contents, budget: Budget) -> Iterator[Member]:
    """Each member, duplicates too; raises FormatError where there is no directory, LimitPassed."""
    for entry in entries(contents, budget.limits.members):
        if not (entry.name.endswith("/") and entry.size == entry.packed == 0):
            yield _member(contents, entry, budget)


def read(contents: Contents, name: str, limit: int) -> bytes:
    """The first `limit` bytes of the last member of that name; raises FormatError where there is none."""
    for entry in reversed(directory(contents)):
        if entry.name == name:
            data = b""
            for piece in pieces(contents, entry):
                data += piece[: limit - len(data)]
                if len(data) >= limit:
                    break
            return data
    raise FormatError(f"the zip has no {name}")


def pieces(contents: Contents, entry: Entry) -> Iterator[bytes]:
    """A member's bytes; raises FormatError where its method or its place is not known."""
    begin = _begin(contents, entry)
    if entry.method == STORED:
        return chunks(Part(contents, begin, entry.packed))
    return iter(_inflation(contents, entry, begin))


def stored(contents: Contents, entry: Entry) -> Contents:
    """The bytes of a member that is not packed; raises FormatError where its place is not known."""
    return Part(contents, _begin(contents, entry), entry.packed)


def faults(contents: Contents) -> Iterator[Fault]:
    """Headers that disagree, names that leave the folder or come twice, bytes that do not match their CRC."""
    try:
        entries = directory(contents)
        yield from _double_faults(entries)
        yield from _hidden_faults(contents, entries)
        checked, sealed = 0, 0
        for entry in entries:
            yield from _header_faults(contents, entry)
            if _is_sealed(contents, entry):
                sealed += 1
            elif entry.size <= CHECKED and checked + entry.size <= CHECKED_IN_ALL:
                checked += entry.size
                yield from _content_faults(contents, entry)
        if sealed:
            raise LimitPassed(f"{sealed} of its members are encrypted")
    except LimitPassed:
        raise
    except FormatError as error:
        yield Fault("directory", error.says)


def _end(contents: Contents) -> _End:
    tail_begin = max(0, contents.size - (1 << 16) - 22)
    tail = contents.at(tail_begin, contents.size - tail_begin)
    found = tail.rfind(END, 0, max(0, len(tail) - 18))
    if found < 0:
        raise FormatError("the zip has no directory; it may be cut short")
    place = tail_begin + found
    count, size, offset, comment = struct.unpack("<10xHLLH", tail[found : found + 22])
    behind = place
    record = contents.at(place - 76, 56) if place >= 76 else b""
    if contents.at(max(0, place - 20), 4) == LOCATOR_64 and record[:4] == END_64:
        count, size, offset = struct.unpack("<32xQQQ", record)
        behind = place - 76
    shift = behind - size - offset
    if shift < 0:
        raise FormatError("the zip's directory is not where its end record says")
    return _End(behind - size, size, count, shift, place + 22 + comment)


def entries(contents: Contents, limit: int) -> Iterator[Entry]:
    """At most `limit` entries of the central directory; raises FormatError, LimitPassed."""
    end = _end(contents)
    if end.entries > limit:
        raise LimitPassed(f"the zip has {end.entries} members, more than {limit}", "raise --limit members=N")
    if end.size > DIRECTORY:
        raise LimitPassed(f"the zip's directory has {end.size} bytes")
    data, place, seen = contents.at(end.begin, end.size), 0, 0
    while place + 46 <= len(data) and seen < limit + 1:
        if data[place : place + 4] != CENTRAL:
            break
        entry, place = _entry(data, place, end.shift)
        seen += 1
        yield entry
    if seen != end.entries and seen <= limit:
        raise FormatError(f"the zip's directory has {seen} members, its end record says {end.entries}")
    if seen > limit:
        raise LimitPassed(f"the zip has more than {limit} members", "raise --limit members=N")


def _entry(data: bytes, place: int, shift: int) -> tuple[Entry, int]:
    fields = struct.unpack("<4xBBHHH4xLLLHHH4xLL", data[place : place + 46])
    _, host, _, flags, method, crc, packed, size, name_size, extra_size, comment_size, attributes, offset = fields
    raw = data[place + 46 : place + 46 + name_size]
    extra = data[place + 46 + name_size : place + 46 + name_size + extra_size]
    size, packed, offset = _zip_64(extra, size, packed, offset)
    is_link = host == UNIX and (attributes >> 16) & TYPE == LINK
    entry = Entry(_decoded(raw, flags), flags, method, crc, packed, size, offset + shift, is_link, raw)
    return entry, place + 46 + name_size + extra_size + comment_size


def _decoded(raw: bytes, flags: int) -> str:
    name = raw.partition(b"\0")[0]  # as Python's zipfile
    return name.decode("utf-8", "surrogateescape") if flags & UTF8 else name.decode("cp437")


def _zip_64(extra: bytes, *values: int) -> tuple[int, ...]:
    while len(extra) >= 4:
        kind, size = struct.unpack("<HH", extra[:4])
        if kind == 1:
            field, wide = extra[4 : 4 + size], []
            for value in values:
                if value == 0xFFFFFFFF and len(field) >= 8:
                    value, field = int.from_bytes(field[:8], "little"), field[8:]
                wide.append(value)
            return tuple(wide)
        extra = extra[4 + size :]
    return values


def _begin(contents: Contents, entry: Entry) -> int:
    """Where a member's bytes begin: behind its local header, whose own lengths count."""
    header = contents.at(entry.offset, 30)
    if len(header) < 30 or header[:4] != LOCAL:
        raise FormatError("its local header is missing")
    name_size, extra_size = struct.unpack("<26xHH", header)
    return int(entry.offset + 30 + name_size + extra_size)


def _inflation(contents: Contents, entry: Entry, begin: int) -> Inflation:
    makers: dict[int, Callable[[], Decompressor]] = {DEFLATED: lambda: Deflate(-15), BZIPPED: Bzip2}
    skipped = 0
    if entry.method == LZMAED:
        properties = contents.at(begin, 9)  # version, length of the properties, properties
        makers[LZMAED], skipped = lambda: RawLzma(properties[4:]), 9
    if entry.method not in makers:
        raise FormatError(f"its method of compression, {entry.method}, is not known here")
    return Inflation(contents, makers[entry.method], begin + skipped, entry.packed - skipped)


def _member(contents: Contents, entry: Entry, budget: Budget) -> Member:
    try:
        if entry.is_link:
            read = b"".join(piece[:4096] for _, piece in zip(range(1), pieces(contents, entry), strict=False))
            link = read.decode("utf-8", "surrogateescape")
            target = posixpath.normpath(posixpath.join(posixpath.dirname(entry.name), link))
            return Member(entry.name, None, f"a link to {printable(link)}, not followed", link=target)
        begin = _begin(contents, entry)
        if entry.method == STORED:
            found: Contents = Part(contents, begin, entry.packed)
        else:
            found = budget.unpack(_inflation(contents, entry, begin), entry.packed)
        if entry.flags & (ENCRYPTED | STRONG) and _crc(chunks(found)) != entry.crc:
            return Member(entry.name, None, "it is encrypted")
        return Member(entry.name, found)
    except FormatError as error:  # a limit too: the other members are looked at all the same
        return Member(entry.name, None, error.says)


def _crc(data: Iterator[bytes]) -> int:
    crc = 0
    for piece in data:
        crc = zlib.crc32(piece, crc)
    return crc


def _double_faults(entries: tuple[Entry, ...]) -> Iterator[Fault]:
    for name, count in Counter(entry.name for entry in entries).items():
        if count > 1 and name.rpartition("/")[2] not in APPENDED:
            yield Fault(name, f"{count} members have this name, and readers choose differently")
    end, last = 0, ""
    for entry in sorted(entries, key=lambda entry: entry.offset):
        if entry.offset < end:
            yield Fault(entry.name, f"its bytes are those of {last} too")
        end, last = entry.offset + 30 + len(entry.raw_name) + entry.packed, entry.name


def _hidden_faults(contents: Contents, entries: tuple[Entry, ...]) -> Iterator[Fault]:
    """What lies between, before or behind the members and stands in no directory: other readers may see it."""
    if contents.at(0, 4) != LOCAL:  # a program that unpacks itself, or an archive that holds this one
        return
    end = _end(contents)
    if end.shift:
        yield Fault(f"byte {end.begin}", f"the directory is {end.shift} bytes behind where its end record says")
    if end.behind < contents.size:
        yield Fault(f"byte {end.behind}", f"{contents.size - end.behind} bytes follow the zip")
    place = 0
    for entry in sorted(entries, key=lambda entry: entry.offset):
        if LOCAL in contents.at(place, max(0, min(GAP, entry.offset - place))):
            yield Fault(f"byte {place}", "a member lies here that the directory does not name")
        with suppress(FormatError):  # `_header_faults` tells it
            place = max(place, _begin(contents, entry) + entry.packed)
    if LOCAL in contents.at(place, max(0, min(GAP, end.begin - place))):
        yield Fault(f"byte {place}", "a member lies here that the directory does not name")


def _header_faults(contents: Contents, entry: Entry) -> Iterator[Fault]:
    yield from _name_faults(entry)
    if entry.flags & (ENCRYPTED | PATCHED | STRONG) and not _is_sealed(contents, entry):
        yield Fault(entry.name, f"its flags, 0x{entry.flags:x}, say that it is encrypted or a patch")
    header = contents.at(entry.offset, 30 + len(entry.raw_name))
    if len(header) < 30 or header[:4] != LOCAL:
        yield Fault(entry.name, "its local header is missing")
        return
    flags, method, crc, packed, size, name_size, extra_size = struct.unpack("<6xHH4xLLLHH", header[:30])
    if header[30:] != entry.raw_name or name_size != len(entry.raw_name):
        yield Fault(entry.name, "its local header has another name")
    if method != entry.method or (flags ^ entry.flags) & (ENCRYPTED | DESCRIPTOR):
        yield Fault(entry.name, "its local header says that it is packed in another way")
    if not flags & DESCRIPTOR:
        extra = contents.at(entry.offset + 30 + name_size, extra_size)
        size, packed = _zip_64(extra, size, packed)
        if (size, packed, crc) != (entry.size, entry.packed, entry.crc):
            yield Fault(entry.name, "its local header has another size or CRC")


def _is_sealed(contents: Contents, entry: Entry) -> bool:
    """Whether a member is encrypted in truth: read as if it were not, it has not the size that every reader demands."""
    if entry.flags & (ENCRYPTED | PATCHED | STRONG) != ENCRYPTED or entry.is_link or entry.size > CHECKED:
        return False
    size = 0
    try:
        for piece in pieces(contents, entry):
            size += len(piece)
            if size > entry.size:
                break
    except (FormatError, ContentsError):
        return True
    return size != entry.size


def _name_faults(entry: Entry) -> Iterator[Fault]:
    name = entry.name
    if name.startswith("/") or name[1:2] == ":" or ".." in name.replace("\\", "/").split("/"):
        yield Fault(name, "its name leads out of the folder")
    elif "\\" in name or b"\0" in entry.raw_name:
        yield Fault(name, "its name has a backslash or a zero byte, which readers take differently")


def _content_faults(contents: Contents, entry: Entry) -> Iterator[Fault]:
    if entry.is_link:
        return
    crc, size = 0, 0
    try:
        for piece in pieces(contents, entry):
            crc, size = zlib.crc32(piece, crc), size + len(piece)
            if size > entry.size:
                break
    except (FormatError, ContentsError) as error:
        yield Fault(entry.name, error.says)
        return
    if size != entry.size:
        yield Fault(
            entry.name, f"it has {'more' if size > entry.size else size} bytes, the directory says {entry.size}"
        )
    elif crc != entry.crc:
        yield Fault(entry.name, "its bytes do not match their CRC")
