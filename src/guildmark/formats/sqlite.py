"""Reads the rows of an SQLite database, and finds the pickles that shelves, caches and dictionaries keep in them.

Source: https://www.sqlite.org/fileformat2.html (1.3 the header, 1.6 b-tree pages, 2.1 records)."""

from collections.abc import Iterator

from guildmark import late
from guildmark.contents import Contents, InMemory
from guildmark.errors import FormatError, LimitPassed
from guildmark.formats import Built, Fault, Holds, Member, pickle
from guildmark.limits import Budget

RANK = 50
HOLDS: Holds = "data"
REFINES = "data"
BEGINS = (b"SQLite format 3\0",)

MAGIC = b"SQLite format 3\0"
MOST_PAGES = 200_000
MOST_PICKLES = 2000
LARGEST = 64 << 20
_TABLE_LEAF, _INDEX_LEAF, _INDEX_INNER = 13, 10, 2
_WIDTHS = {0: 0, 1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8, 7: 8, 8: 0, 9: 0}
_SHORTEST = 4
_MOST_READ = 4
"""Records may be so many times as long as the file: rows and the keys of their indices."""
_NAMED = tuple(b"\x80c(}]")
_OF_SCHEMA = ", column 4"
"""Where a row of the schema (2.6) holds the text of its definition."""
_DEFINES = late.compile(rb"(?is)\s*create\s+(temp\s+|temporary\s+)?(trigger|view|table|index|virtual\s)")
_ACTS = late.compile(rb"(?i)\b(load_extension|writefile|readfile|edit|fts3_tokenizer|fsdir|shell)\s*\(")
"""Functions of SQLite and its shell that load a library, and read and write files."""


def recognises(contents: Contents) -> bool:
    """The magic, and a page's size that SQLite has."""
    return contents.at(0, 16) == MAGIC and _page_size(contents) > 0


def members(contents: Contents, budget: Budget) -> Iterator[Member] | None:
    """Values that are pickles, by page and cell."""
    del budget
    return _pickles(contents) if recognises(contents) else None


def builds(contents: Contents) -> Iterator[Built]:
    """Triggers, views and tables whose definition loads a library or uses files, which a query then does."""
    size, spent = _page_size(contents), 0
    for number in range(1, min(-(-contents.size // size), MOST_PAGES) + 1):
        page = _Page(contents, number, size)
        for place, value in page.values():
            if place.endswith(_OF_SCHEMA) and _DEFINES.match(value) and (found := _ACTS.search(value)):
                name = found[1].decode().lower()
                yield Built(name, (number - 1) * size, f"has a definition ({place}) that calls {name}")
        spent += page.read
        if spent > _MOST_READ * contents.size:
            raise LimitPassed("its records lie in each other")


def faults(contents: Contents) -> Iterator[Fault]:
    """It has as many pages as its header says, where the header was kept."""
    head, size = contents.at(0, 100), _page_size(contents) or 512
    if len(head) < 100 or contents.size % size:
        yield Fault("header", f"it has {contents.size} bytes, which are no whole pages of {size}")
    elif head[24:28] == head[92:96] and int.from_bytes(head[28:32], "big") * size > contents.size:
        yield Fault("header", f"it says that it has {int.from_bytes(head[28:32], 'big')} pages of {size} bytes")


def _page_size(contents: Contents) -> int:
    size = int.from_bytes(contents.at(16, 2), "big")
    size = 65536 if size == 1 else size
    return size if 512 <= size <= 65536 and size & (size - 1) == 0 else 0


def _pickles(contents: Contents) -> Iterator[Member]:
    size, found, spent = _page_size(contents), 0, 0
    pages = -(-contents.size // size)
    for number in range(1, min(pages, MOST_PAGES) + 1):
        page = _Page(contents, number, size)
        for place, value in page.values():
            if value[:1] and value[0] in _NAMED and len(value) >= _SHORTEST:
                inside = InMemory(value)
                if pickle.recognises(inside):
                    found += 1
                    if found > MOST_PICKLES:
                        raise LimitPassed(f"more than {MOST_PICKLES} pickles stand in it")
                    yield Member(place, inside)
        spent += page.read
        if spent > _MOST_READ * contents.size:
            raise LimitPassed("its records lie in each other")
    if pages > MOST_PAGES:
        raise LimitPassed(f"it has more than {MOST_PAGES} pages")


class _Page:
    """One page, read as a leaf of rows or of keys; any other has no values."""

    def __init__(self, contents: Contents, number: int, size: int) -> None:
        self._contents = contents
        self._number, self._size = number, size
        self._usable = size - int.from_bytes(contents.at(20, 1))
        self._data = contents.at((number - 1) * size, size)
        self._head = 100 if number == 1 else 0
        self.read = 0

    def values(self) -> Iterator[tuple[str, bytes]]:
        """The texts and blobs of every cell, by where they stand."""
        kind = self._data[self._head] if len(self._data) > self._head + 8 else 0
        if kind not in (_TABLE_LEAF, _INDEX_LEAF, _INDEX_INNER):
            return
        pointers = self._head + (12 if kind == _INDEX_INNER else 8)
        count = int.from_bytes(self._data[self._head + 3 : self._head + 5], "big")
        for number in range(min(count, self._size // 4)):
            start = int.from_bytes(self._data[pointers + 2 * number : pointers + 2 * number + 2], "big")
            try:
                record = self._payload(kind, start)
                self.read += len(record)
                if self.read > _MOST_READ * self._contents.size:
                    break
                for column, value in enumerate(_columns(record)):
                    if value:
                        yield f"page {self._number}, cell {number}, column {column}", value
            except FormatError:  # a page that is no leaf any more, or is damaged: SQLite would refuse it
                continue

    def _payload(self, kind: int, place: int) -> bytes:
        """A cell's record, with the pages that it overflows to."""
        if kind == _INDEX_INNER:
            place += 4
        length, place = _varint(self._data, place)
        if kind == _TABLE_LEAF:
            _, place = _varint(self._data, place)
        if length > min(LARGEST, self._contents.size):
            raise FormatError("a record that is longer than the file")
        usable = self._usable
        most = usable - 35 if kind == _TABLE_LEAF else (usable - 12) * 64 // 255 - 23
        if length <= most:
            return self._data[place : place + length]
        least = (usable - 12) * 32 // 255 - 23
        local = least + (length - least) % (usable - 4)
        local = local if local <= most else least
        whole = bytearray(self._data[place : place + local])
        following = int.from_bytes(self._data[place + local : place + local + 4], "big")
        while following and len(whole) < length:
            data = self._contents.at((following - 1) * self._size, usable)
            if len(data) < usable:
                raise FormatError("a record goes on beyond the file")
            following = int.from_bytes(data[:4], "big")
            whole += data[4 : 4 + length - len(whole)]
        return bytes(whole)


def _columns(record: bytes) -> Iterator[bytes]:
    """The columns of a record: the bytes of texts and blobs, nothing for numbers."""
    end, place = _varint(record, 0)
    start = end
    while place < min(end, len(record)):
        kind, place = _varint(record, place)
        length = (kind - 12) // 2 if kind >= 12 else _WIDTHS.get(kind, 0)
        yield record[start : start + length] if kind >= 12 else b""
        start += length


def _varint(data: bytes, place: int) -> tuple[int, int]:
    value = 0
    for number in range(9):
        if place >= len(data):
            raise FormatError("a number ends beyond its page")
        byte, place = data[place], place + 1
        if number == 8:
            return value << 8 | byte, place
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            break
    return value, place
