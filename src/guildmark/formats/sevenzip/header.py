"""Reads a 7z header: packed streams, folders (chains of coders), files; every count is held against the bytes.

Source: 7zFormat.txt of the LZMA SDK."""

from typing import NamedTuple

from guildmark.errors import FormatError, LimitPassed

END, HEADER, STREAMS, FILES = 0, 1, 4, 5
PACK, UNPACK, SUBSTREAMS, SIZE, CRC, FOLDER = 6, 7, 8, 9, 10, 11
UNPACK_SIZE, COUNTS, EMPTY, NAMES, ATTRIBUTES, PACKED_HEADER = 12, 13, 14, 17, 21, 23
ARCHIVE_PROPERTIES = 2
MOST_CODERS = 32
MOST_FILES = 1 << 20


class Coder(NamedTuple):
    """One way of packing in a chain: its id, its properties, how many streams go in and out."""

    id: bytes
    properties: bytes
    inputs: int
    outputs: int


class Folder(NamedTuple):
    """A chain of coders: which input is which output, which inputs are packed streams, the unpacked sizes."""

    coders: tuple[Coder, ...]
    binds: tuple[tuple[int, int], ...]
    packed: tuple[int, ...]
    sizes: tuple[int, ...] = ()
    has_digest: bool = False

    @property
    def size(self) -> int:
        """The unpacked size of the whole: of the output that nothing takes in."""
        taken = {output for _, output in self.binds}
        return next((size for output, size in enumerate(self.sizes) if output not in taken), 0)


class Streams(NamedTuple):
    """`begin` and `sizes` of the packed streams, the folders, the sizes of the files in each folder."""

    begin: int = 0
    sizes: tuple[int, ...] = ()
    folders: tuple[Folder, ...] = ()
    parts: tuple[tuple[int, ...], ...] = ()


class Listing(NamedTuple):
    """What an archive's header says: `names` of all files, which of them have no bytes, Unix modes."""

    streams: Streams
    names: tuple[str, ...]
    is_empty: tuple[bool, ...]
    modes: tuple[int, ...]


class Words:
    """The bytes of a header, read in order; raises FormatError where they end."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._place = 0

    @property
    def left(self) -> int:
        return len(self._data) - self._place

    def take(self, count: int) -> bytes:
        if count > self.left:
            raise FormatError("the 7z header ends early")
        data = self._data[self._place : self._place + count]
        self._place += count
        return data

    def byte(self) -> int:
        return self.take(1)[0]

    def number(self) -> int:
        """A number of one to nine bytes; the ones at the top of the first say how many follow."""
        first, mask, value = self.byte(), 0x80, 0
        for shift in range(0, 64, 8):
            if not first & mask:
                return value | (first & (mask - 1)) << shift
            value |= self.byte() << shift
            mask >>= 1
        return value

    def count(self, most: int | None = None) -> int:
        """A number of things that take at least a bit each of what is left, or are at most `most`."""
        value = self.number()
        if value > (8 * self.left if most is None else most):
            raise FormatError(f"the 7z header counts {value} things where there is no room for them")
        if value > MOST_FILES:
            raise LimitPassed(f"the 7z header counts {value} things")
        return value

    def bits(self, count: int) -> tuple[bool, ...]:
        data = self.take((count + 7) // 8)
        return tuple(bool(data[place >> 3] & (0x80 >> (place & 7))) for place in range(count))

    def defined(self, count: int) -> tuple[bool, ...]:
        """Which of `count` things are there: all of them, or those of a list of bits."""
        return (True,) * count if self.byte() else self.bits(count)

    def skip_digests(self, count: int) -> tuple[bool, ...]:
        """Passes the CRCs of `count` things; which of them have one."""
        there = self.defined(count)
        self.take(4 * sum(there))
        return there

    def expect(self, kind: int) -> None:
        if self.byte() != kind:
            raise FormatError(f"the 7z header has no part {kind} where one belongs")


def listing(data: bytes) -> Listing:
    """What a plain header says."""
    words = Words(data)
    words.expect(HEADER)
    kind = words.byte()
    if kind == ARCHIVE_PROPERTIES:
        while words.byte() != END:
            words.take(words.number())
        kind = words.byte()
    found = Streams()
    if kind == 3:  # additional streams, which no writer makes
        streams(words)
        kind = words.byte()
    if kind == STREAMS:
        found = streams(words)
        kind = words.byte()
    if kind != FILES:
        return Listing(found, (), (), ())
    return _files(words, found)


def streams(words: Words) -> Streams:
    """The packed streams and the folders that unpack them."""
    begin, sizes, folders, parts = 0, tuple[int, ...](), tuple[Folder, ...](), None
    while (kind := words.byte()) != END:
        if kind == PACK:
            begin, sizes = _pack(words)
        elif kind == UNPACK:
            folders = _unpack(words)
        elif kind == SUBSTREAMS:
            parts = _substreams(words, folders)
        else:
            raise FormatError(f"the 7z header has the unknown part {kind}")
    if parts is None:
        parts = tuple((folder.size,) for folder in folders)
    return Streams(begin, sizes, folders, parts)


def _pack(words: Words) -> tuple[int, tuple[int, ...]]:
    begin, count, sizes = words.number(), words.count(), tuple[int, ...]()
    while (kind := words.byte()) != END:
        if kind == SIZE:
            sizes = tuple(words.number() for _ in range(count))
        elif kind == CRC:
            words.skip_digests(count)
        else:
            raise FormatError(f"the 7z header has the unknown part {kind}")
    return begin, sizes


def _unpack(words: Words) -> tuple[Folder, ...]:
    words.expect(FOLDER)
    count = words.count()
    if words.byte():
        raise FormatError("the 7z header keeps its folders elsewhere")
    folders = [_folder(words) for _ in range(count)]
    words.expect(UNPACK_SIZE)
    for place, folder in enumerate(folders):
        outputs = sum(coder.outputs for coder in folder.coders)
        folders[place] = folder._replace(sizes=tuple(words.number() for _ in range(outputs)))
    while (kind := words.byte()) != END:
        if kind != CRC:
            raise FormatError(f"the 7z header has the unknown part {kind}")
        there = words.skip_digests(count)
        folders = [folder._replace(has_digest=has) for folder, has in zip(folders, there, strict=True)]
    return tuple(folders)


def _folder(words: Words) -> Folder:
    coders = []
    for _ in range(words.count(MOST_CODERS)):
        flags = words.byte()
        id, inputs, outputs = words.take(flags & 15), 1, 1
        if flags & 0x10:
            inputs, outputs = words.count(MOST_CODERS), words.count(MOST_CODERS)
        coders.append(Coder(id, words.take(words.number()) if flags & 0x20 else b"", inputs, outputs))
    inputs, outputs = sum(coder.inputs for coder in coders), sum(coder.outputs for coder in coders)
    binds = tuple((words.number(), words.number()) for _ in range(outputs - 1))
    packed = inputs - len(binds)
    if packed < 1:
        raise FormatError("a folder of the 7z has no packed stream")
    if packed > 1:
        return Folder(tuple(coders), binds, tuple(words.number() for _ in range(packed)))
    bound = {input for input, _ in binds}
    return Folder(tuple(coders), binds, tuple(input for input in range(inputs) if input not in bound)[:1])


def _substreams(words: Words, folders: tuple[Folder, ...]) -> tuple[tuple[int, ...], ...]:
    counts, kind = [1] * len(folders), words.byte()
    if kind == COUNTS:
        counts = [words.count(MOST_FILES) for _ in folders]
        if sum(counts) > MOST_FILES:
            raise LimitPassed(f"the 7z has more than {MOST_FILES} files")
        kind = words.byte()
    has_sizes = kind == SIZE
    parts = []
    for folder, count in zip(folders, counts, strict=True):
        sizes = [words.number() for _ in range(count - 1)] if has_sizes else []
        last = folder.size - sum(sizes)
        if last < 0 or (count > 1 and not has_sizes):
            raise FormatError("the files of a 7z are longer than their folder")
        parts.append((*sizes, last) if count else ())
    kind = words.byte() if has_sizes else kind
    while kind != END:
        if kind != CRC:
            raise FormatError(f"the 7z header has the unknown part {kind}")
        pairs = zip(folders, counts, strict=True)
        words.skip_digests(sum(count for folder, count in pairs if count != 1 or not folder.has_digest))
        kind = words.byte()
    return tuple(parts)


def _files(words: Words, found: Streams) -> Listing:
    count = words.count()
    names: tuple[str, ...] = ()
    is_empty = (False,) * count
    modes = (0,) * count
    while (kind := words.byte()) != END:
        part = Words(words.take(words.number()))
        if kind == EMPTY:
            is_empty = part.bits(count)
        elif kind == NAMES:
            if part.byte():
                raise FormatError("the 7z header keeps its names elsewhere")
            names = tuple(_names(part.take(part.left), count))
        elif kind == ATTRIBUTES:
            there = part.defined(count)
            if part.byte() == 0:
                values = (int.from_bytes(part.take(4), "little") if is_there else 0 for is_there in there)
                modes = tuple(value >> 16 if value & 0x8000 else 0 for value in values)
    return Listing(found, names or tuple(f"file {number}" for number in range(count)), is_empty, modes)


def _names(data: bytes, count: int) -> list[str]:
    names = data.decode("utf-16-le", "surrogatepass" if len(data) % 2 == 0 else "replace").split("\0")
    if len(names) != count + 1 or names[-1]:
        raise FormatError(f"the 7z header has {len(names) - 1} names for {count} files")
    return names[:-1]
