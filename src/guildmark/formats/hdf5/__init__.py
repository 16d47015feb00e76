"""Reads the objects of an HDF5 file (Keras models, MATLAB 7.3): names, attributes, shapes; never a dataset's numbers.

Source: HDF5 File Format Specification 3.0, II.A: the superblock is at 0, 512, 1024, 2048, … bytes."""

from collections.abc import Iterator
from itertools import chain
from math import prod
from typing import NamedTuple

from guildmark.contents import Contents, InMemory
from guildmark.errors import FormatError, LimitPassed
from guildmark.formats import Fault, Holds, Member, _carve, pickle
from guildmark.formats.hdf5 import _messages as said
from guildmark.formats.hdf5._bytes import Piece, Source
from guildmark.formats.hdf5._heaps import FractalHeap, LocalHeap
from guildmark.formats.hdf5._messages import Layout, Link, Message, Value
from guildmark.formats.hdf5._trees import heap_ids, symbols
from guildmark.limits import Budget

RANK = 10
HOLDS: Holds = "weights"
BEGINS = (b"\x89HDF\r\n\x1a\n",)
LATER = True

SIGNATURE = BEGINS[0]
MOST_OBJECTS = 200_000
UNPICKLED_BY = frozenset(("PYTABLES_FORMAT_VERSION", "PSEUDOATOM", "HICKLE_VERSION", "__hickle_version__"))
"""Attributes of writers whose readers unpickle what they find."""
LARGEST_UNSEEN = 1 << 30
MOST_PACKED = 2000
"""A dataset may claim so many times the file's size: deflate reaches 1032, blosc's filters somewhat more."""


class Object(NamedTuple):
    """A group or a dataset. `external` are the files outside that it leads to; `unread` says what of it
    could not be read."""

    path: str
    attributes: dict[str, Value]
    shape: tuple[int, ...] | None
    element: int
    layout: Layout | None
    external: tuple[str, ...]
    unread: str


def recognises(contents: Contents) -> bool:
    return _superblock(contents) is not None


def walk(contents: Contents) -> Iterator[Object]:
    """Every object once, by the first path that leads to it; raises FormatError where there is no root, LimitPassed."""
    yield from _Walk(contents).objects()


def faults(contents: Contents) -> Iterator[Fault]:
    """Addresses lie inside the file, headers can be read, and shapes have the bytes that they need."""
    try:
        for found in walk(contents):
            if found.unread:
                yield Fault(found.path, f"the object {found.path[:100]} cannot be read: {found.unread}")
            yield from _of_data(contents, found)
    except LimitPassed:
        raise
    except FormatError as error:
        yield Fault("superblock", error.says)


def members(contents: Contents, budget: Budget) -> Iterator[Member] | None:
    """Pickles in attributes, which PyTables unpickles as it opens a file, and in what it keeps of objects."""
    del budget
    by_tables, found = False, list[Member]()
    try:
        for each in walk(contents):
            by_tables = by_tables or bool(UNPICKLED_BY & each.attributes.keys())
            found.extend(_in_attributes(each, len(found)))
    except FormatError:  # `faults` tells it
        pass
    if by_tables:
        return chain(found, _carve.pickles(contents))
    return iter(found) if found else None


def _in_attributes(found: Object, before: int) -> Iterator[Member]:
    for number, value in enumerate(found.attributes.values(), before):
        for text in value if isinstance(value, tuple) else (value,):
            data = text.encode() if isinstance(text, str) else text if isinstance(text, bytes) else b""
            data = data.rstrip(b"\0")
            inside = InMemory(data)
            if data[-1:] == b"." and pickle.recognises(inside):
                yield Member(f"attribute {number}", inside)


def _of_data(contents: Contents, found: Object) -> Iterator[Fault]:
    if found.layout is None or found.shape is None:
        return
    needed, kind = prod(found.shape) * found.element, found.layout.kind
    name = f"the dataset {found.path[:100]}"
    if needed > max(LARGEST_UNSEEN, MOST_PACKED * contents.size) and kind != "virtual":
        yield Fault(found.path, f"{name} claims {needed} bytes")
    if kind in ("contiguous", "compact") and not found.external:
        size = needed if found.layout.size is None else found.layout.size
        if size < needed:
            yield Fault(found.path, f"{name} has {size} bytes for {list(found.shape)} of {found.element}")
        if found.layout.address is not None and needed and found.layout.address + size > contents.size:
            yield Fault(found.path, f"{name} lies outside of the file")
    elif kind == "chunked" and found.layout.address is not None and found.layout.address > contents.size:
        yield Fault(found.path, f"{name} lies outside of the file")


def _superblock(contents: Contents) -> int | None:
    offset = 0
    while offset < contents.size:
        if contents.at(offset, len(SIGNATURE)) == SIGNATURE:
            return offset
        offset = 2 * offset or 512
    return None


class _Walk:
    """One walk through one file; an object that several links lead to is given once."""

    def __init__(self, contents: Contents) -> None:
        base = _superblock(contents)
        if base is None:
            raise FormatError("it has no superblock")
        head = contents.at(base + 8, 120)
        version = head[0] if head else 255
        if version > 3:
            raise FormatError(f"its superblock has the version {version}")
        widths = head[5:7] if version < 2 else head[1:3]
        if len(widths) < 2 or any(width not in (2, 4, 8) for width in widths):
            raise FormatError(f"its addresses and lengths are of {list(widths)} bytes")
        self._source = Source(contents, base, *widths)
        piece = Piece(head, *widths)
        if version < 2:
            piece.take(20 if version == 1 else 16)
            piece.take(2 * widths[0])
            end = piece.address()
            piece.take(2 * widths[0])
        else:
            piece.take(4)
            own, _, end = piece.address(), piece.address(), piece.address()
        self._root = piece.address()
        if version < 2:
            own = Piece(head[20 if version == 1 else 16 :], *widths).address()
        # A base address that is not where the superblock lies moves the end with it, as in H5Fsuper.c.
        if end is None or end - (own or 0) > self._source.size:
            raise FormatError(f"it ends at {contents.size}, its superblock says {end}")

    def objects(self) -> Iterator[Object]:
        waiting: list[tuple[str, int | None]] = [("/", self._root)]
        seen: set[int | None] = {self._root}
        count = 0
        while waiting:
            path, address = waiting.pop()
            count += 1
            if count > MOST_OBJECTS:
                raise LimitPassed(f"it has more than {MOST_OBJECTS} objects")
            found, links = self._object(path, address)
            yield found
            for link in reversed(links):
                if link.address is not None and link.address not in seen:
                    seen.add(link.address)
                    waiting.append((f"{path.rstrip('/')}/{link.name}", link.address))

    def _object(self, path: str, address: int | None) -> tuple[Object, list[Link]]:
        attributes: dict[str, Value] = {}
        links: list[Link] = []
        external: list[str] = []
        shape: tuple[int, ...] | None = None
        element, layout, unread = 0, None, ""
        try:
            found = said.messages(self._source, address)
        except LimitPassed:
            raise
        except FormatError as error:
            if path == "/":
                raise
            return Object(path, {}, None, 0, None, (), error.says), []
        for message in found:
            try:
                if message.kind == said.DATASPACE:
                    shape = said.dataspace(said.resolved(self._source, message), self._source.lengths)
                elif message.kind == said.DATATYPE:
                    element = said.datatype(said.resolved(self._source, message)).size
                elif message.kind == said.LAYOUT:
                    layout = said.layout(self._source, message.data)
                    if layout.kind == "virtual":
                        files = said.virtual_files(self._source, layout)
                        external.extend(name for name in files if name != ".")
                elif message.kind == said.EXTERNAL:
                    external.extend(said.external_files(self._source, message.data))
                elif message.kind in (said.ATTRIBUTE, said.ATTRIBUTE_INFO):
                    attributes.update(self._attributes(message))
                else:
                    links.extend(self._links(message))
            except LimitPassed:
                raise
            except FormatError as error:
                unread = unread or error.says
        external.extend(link.outside[0] for link in links if link.outside is not None)
        return Object(path, attributes, shape, element, layout, tuple(external), unread), links

    def _attributes(self, message: Message) -> Iterator[tuple[str, Value]]:
        if message.kind == said.ATTRIBUTE:
            yield said.attribute(self._source, said.resolved(self._source, message))
            return
        piece = Piece(message.data, self._source.offsets, self._source.lengths)
        piece.take(1)
        piece.take(2 if piece.number(1) & 1 else 0)
        for data in self._dense(piece):
            yield said.attribute(self._source, data)

    def _links(self, message: Message) -> Iterator[Link]:
        source = self._source
        piece = Piece(message.data, source.offsets, source.lengths)
        if message.kind == said.LINK:
            yield said.link(source, message.data)
        elif message.kind == said.LINK_INFO:
            piece.take(1)
            piece.take(8 if piece.number(1) & 1 else 0)
            for data in self._dense(piece):
                yield said.link(source, data)
        elif message.kind == said.SYMBOL_TABLE:
            tree, heap = piece.address(), LocalHeap(source, piece.address())
            for symbol in symbols(source, tree):
                name = heap.word(symbol.name).decode("utf-8", "replace")
                if symbol.link is None:
                    yield Link(name, symbol.address)
                else:
                    yield Link(name, None, heap.word(symbol.link).decode("utf-8", "replace"))

    def _dense(self, piece: Piece) -> Iterator[bytes]:
        """The links or attributes that are kept in a heap of their own."""
        heap_at, tree = piece.address(), piece.address()
        if heap_at is None:
            return
        heap = FractalHeap(self._source, heap_at)
        for id in heap_ids(self._source, tree, heap.id_length):
            yield heap.read(id)
