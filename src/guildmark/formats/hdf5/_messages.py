"""What an HDF5 object's header messages say: shape, type, layout, attributes, links, files outside.

Source: HDF5 File Format Specification 3.0, IV.A.2."""

from collections.abc import Iterator
from typing import NamedTuple

from guildmark.errors import FormatError, LimitPassed
from guildmark.formats.hdf5._bytes import Piece, Source
from guildmark.formats.hdf5._heaps import LONGEST_STRING, LocalHeap, global_object

DATASPACE, LINK_INFO, DATATYPE, LINK, EXTERNAL, LAYOUT = 0x1, 0x2, 0x3, 0x6, 0x7, 0x8
ATTRIBUTE, CONTINUATION, SYMBOL_TABLE, ATTRIBUTE_INFO = 0xC, 0x10, 0x11, 0x15

MOST_MESSAGES = 100_000
MOST_DIMENSIONS = 32
MOST_STRINGS = 100_000
FIXED, FLOAT, STRING, OPAQUE, VARIABLE = 0, 1, 3, 5, 9
_SHARED = 2

Value = str | bytes | int | float | tuple[str | bytes, ...] | None


class Message(NamedTuple):
    """A header message: its kind, its bytes, and whether they only point to where it is kept."""

    kind: int
    data: bytes
    shared: bool


class Type(NamedTuple):
    """A datatype: its class, its version, its flags, the size of an element, what follows."""

    kind: int
    flags: int
    size: int


class Link(NamedTuple):
    """A name in a group: the address of an object, or where a soft or external link leads."""

    name: str
    address: int | None
    soft: str = ""
    outside: tuple[str, str] | None = None


class Layout(NamedTuple):
    """How a dataset lies: `compact`, `contiguous`, `chunked`, `virtual`; where, and how many bytes if it says."""

    kind: str
    address: int | None = None
    size: int | None = None


def messages(source: Source, address: int | None) -> list[Message]:
    """The messages of the object at an address; raises FormatError where it is none."""
    head = source.upto(address, 16, "an object")
    if head.data[:4] == b"OHDR":
        found = _newer(source, address or 0)
    elif head.data[:1] == b"\x01":
        found = _older(source, address or 0)
    else:
        raise FormatError(f"there is no object at {address}")
    out: list[Message] = []
    for message in found:
        source.step()
        out.append(message)
        if len(out) > MOST_MESSAGES:
            raise LimitPassed("an object's header has more messages than are read")
    return out


def _older(source: Source, address: int) -> Iterator[Message]:
    head = source.at(address, 16, "an object's header")
    head.take(8)
    blocks, seen = [(address + 16, head.number(4))], set()
    while blocks:
        start, size = blocks.pop(0)
        if start in seen:
            raise FormatError("an object's header continues in itself")
        seen.add(start)
        piece = source.at(start, size, "an object's header")
        while piece.left >= 8:
            kind, length, flags = piece.number(2), piece.number(2), piece.number(1)
            piece.take(3)
            data = piece.take(length)
            if kind == CONTINUATION:
                more = Piece(data, source.offsets, source.lengths)
                blocks.append((more.address() or 0, more.length()))
            elif kind:
                yield Message(kind, data, bool(flags & _SHARED))


def _newer(source: Source, address: int) -> Iterator[Message]:
    head = source.upto(address, 34, "an object's header")
    if head.take(5)[4] != 2:
        raise FormatError(f"the object at {address} has an unknown version")
    flags = head.number(1)
    head.take((16 if flags & 0x20 else 0) + (4 if flags & 0x10 else 0))
    size = head.number(1 << (flags & 3))
    blocks, seen = [(address + head.place, size)], set()
    while blocks:
        start, size = blocks.pop(0)
        if start in seen:
            raise FormatError("an object's header continues in itself")
        seen.add(start)
        piece = source.at(start, size, "an object's header")
        while piece.left >= (6 if flags & 4 else 4):
            kind, length, marks = piece.number(1), piece.number(2), piece.number(1)
            piece.take(2 if flags & 4 else 0)
            data = piece.take(length)
            if kind == CONTINUATION:
                more = Piece(data, source.offsets, source.lengths)
                begin, length = more.address(), more.length()
                if source.signed(begin, max(8, length), b"OCHK"):
                    blocks.append(((begin or 0) + 4, length - 8))
            elif kind:
                yield Message(kind, data, bool(marks & _SHARED))


def resolved(source: Source, message: Message) -> bytes:
    """The message's own bytes, also where they are kept in another object; raises LimitPassed where in a heap."""
    if not message.shared:
        return message.data
    piece = Piece(message.data, source.offsets, source.lengths)
    version, kind = piece.number(1), piece.number(1)
    if version == 1:
        piece.take(6)
    if version == 3 and kind == 1:
        raise LimitPassed("a message is kept in a shared heap, which is not read here")
    for other in messages(source, piece.address()):
        if other.kind == message.kind and not other.shared:
            return other.data
    raise FormatError("a message is kept in an object that does not have it")


def dataspace(data: bytes, lengths: int) -> tuple[int, ...] | None:
    """The shape; None for the null dataspace."""
    piece = Piece(data, 8, lengths)
    version, dimensions = piece.number(1), piece.number(1)
    piece.take(1)
    kind = piece.number(1)
    if version == 1:
        piece.take(4)
    elif version != 2:
        raise FormatError(f"a dataspace has the version {version}")
    if dimensions > MOST_DIMENSIONS:
        raise FormatError(f"a dataspace has {dimensions} dimensions")
    if version == 2 and kind == 2:
        return None
    return tuple(piece.length() for _ in range(dimensions))


def datatype(data: bytes) -> Type:
    """The class and size of an element."""
    piece = Piece(data)
    kind, flags, size = piece.number(1), piece.number(3), piece.number(4)
    return Type(kind & 15, flags, size)


def layout(source: Source, data: bytes) -> Layout:
    """Where a dataset's bytes lie."""
    piece = Piece(data, source.offsets, source.lengths)
    version = piece.number(1)
    if version in (1, 2):
        dimensions, kind = piece.number(1), piece.number(1)
        piece.take(5)
        if kind == 0:
            piece.take(4 * dimensions)
            return Layout("compact", None, piece.number(4))
        return Layout("contiguous" if kind == 1 else "chunked", piece.address())
    if version not in (3, 4, 5):
        raise FormatError(f"a data layout has the version {version}")
    kind = piece.number(1)
    if kind == 0:
        size = piece.number(2)
        return Layout("compact", None, len(piece.take(size)))
    if kind == 1:
        return Layout("contiguous", piece.address(), piece.length())
    if kind == 2:
        return Layout("chunked", _chunk_index(piece, source.offsets) if version > 3 else _after(piece, 1))
    if kind == 3:
        return Layout("virtual", piece.address(), piece.number(4))
    raise FormatError(f"a data layout has the class {kind}")


def _after(piece: Piece, skipped: int) -> int | None:
    piece.take(skipped)
    return piece.address()


def _chunk_index(piece: Piece, offsets: int) -> int | None:
    """The address of a chunk index, which ends the message."""
    tail = Piece(piece.data[len(piece.data) - offsets :], offsets)
    return tail.address()


def external_files(source: Source, data: bytes) -> Iterator[str]:
    """The names of the files outside that hold a dataset's bytes."""
    piece = Piece(data, source.offsets, source.lengths)
    piece.take(6)
    used = piece.number(2)
    heap = LocalHeap(source, piece.address())
    for _ in range(used):
        name = piece.length()
        piece.take(2 * source.lengths)
        yield heap.word(name).decode("utf-8", "replace")


def virtual_files(source: Source, found: Layout) -> Iterator[str]:
    """The first file that a virtual dataset maps; "." is this one."""
    if found.address is None:
        return
    piece = Piece(global_object(source, found.address, found.size or 0), source.offsets, source.lengths)
    version, entries = piece.number(1), piece.length()
    if entries and version == 0:
        yield piece.word().decode("utf-8", "replace")
    elif entries:
        yield "?"


def link(source: Source, data: bytes) -> Link:
    """A link of a new group."""
    piece = Piece(data, source.offsets, source.lengths)
    version, flags = piece.number(1), piece.number(1)
    if version != 1:
        raise FormatError(f"a link has the version {version}")
    kind = piece.number(1) if flags & 8 else 0
    piece.take((8 if flags & 4 else 0) + (1 if flags & 0x10 else 0))
    name = piece.take(piece.number(1 << (flags & 3))).decode("utf-8", "replace")
    if kind == 0:
        return Link(name, piece.address())
    value = piece.take(piece.number(2))
    if kind == 1:
        return Link(name, None, value.decode("utf-8", "replace"))
    file, _, place = value[1:].partition(b"\0")
    return Link(name, None, outside=(file.decode("utf-8", "replace"), place.rstrip(b"\0").decode("utf-8", "replace")))


def attribute(source: Source, data: bytes) -> tuple[str, Value]:
    """An attribute's name and its value: strings as text or bytes, small numbers; None for anything else."""
    piece = Piece(data, source.offsets, source.lengths)
    version, flags = piece.number(1), piece.number(1)
    if version not in (1, 2, 3):
        raise FormatError(f"an attribute has the version {version}")
    sizes = [piece.number(2) for _ in range(3)]
    if version == 3:
        piece.take(1)
    parts = []
    for size in sizes:
        parts.append(piece.take(size))
        if version == 1:
            piece.take(-size % 8)
    name = parts[0].partition(b"\0")[0].decode("utf-8", "replace")
    shared = flags if version > 1 else 0
    kind = datatype(resolved(source, Message(DATATYPE, parts[1], bool(shared & 1))))
    shape = dataspace(resolved(source, Message(DATASPACE, parts[2], bool(shared & 2))), source.lengths)
    return name, None if shape is None else _value(source, kind, shape, piece)


def _value(source: Source, kind: Type, shape: tuple[int, ...], piece: Piece) -> Value:
    count = 1
    for length in shape:
        count *= length
    if kind.kind == VARIABLE and kind.flags & 15 == 1:
        if count > MOST_STRINGS:
            raise LimitPassed("an attribute has more strings than are read")
        found: tuple[str | bytes, ...] = tuple(_variable(source, piece) for _ in range(count))
    elif kind.kind == STRING:
        if count > MOST_STRINGS or kind.size > LONGEST_STRING:
            raise LimitPassed("an attribute has more strings than are read")
        found = tuple(_text(piece.take(kind.size).rstrip(b"\0")) for _ in range(count))
    elif kind.kind == OPAQUE and count == 1 and kind.size <= LONGEST_STRING:
        return piece.take(kind.size)
    elif kind.kind == FIXED and count == 1 and 0 < kind.size <= 8:
        return piece.number(kind.size)
    else:
        return None
    return found if shape else found[0]


def _variable(source: Source, piece: Piece) -> str | bytes:
    length, address, index = piece.number(4), piece.address(), piece.number(4)
    if length == 0 or not address:
        return ""
    return _text(global_object(source, address, index)[:length])


def _text(data: bytes) -> str | bytes:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data
