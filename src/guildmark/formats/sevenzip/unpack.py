"""Unpacks a folder of a 7z: its coders in turn, each by the standard library, in bounded pieces.

Source: Methods.txt of the LZMA SDK. A branch filter is run behind stored LZMA2, which is how the library takes it."""

import lzma
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from guildmark.contents import Contents, Part, chunks
from guildmark.errors import FormatError
from guildmark.formats.sevenzip.header import Coder, Folder, Streams
from guildmark.inflate import DICTIONARY, PIECE, Bzip2, Decompressor, Deflate, RawLzma

COPY = (b"\x00",)
LZMA, LZMA2, DEFLATE, BZIP2 = b"\x03\x01\x01", b"\x21", b"\x04\x01\x08", b"\x04\x02\x02"
DELTA = b"\x03"
BRANCHES = {
    b"\x04": lzma.FILTER_X86,
    b"\x03\x03\x01\x03": lzma.FILTER_X86,
    b"\x05": lzma.FILTER_POWERPC,
    b"\x03\x03\x02\x05": lzma.FILTER_POWERPC,
    b"\x06": lzma.FILTER_IA64,
    b"\x03\x03\x04\x01": lzma.FILTER_IA64,
    b"\x07": lzma.FILTER_ARM,
    b"\x03\x03\x05\x01": lzma.FILTER_ARM,
    b"\x08": lzma.FILTER_ARMTHUMB,
    b"\x03\x03\x07\x01": lzma.FILTER_ARMTHUMB,
    b"\x09": lzma.FILTER_SPARC,
    b"\x03\x03\x08\x05": lzma.FILTER_SPARC,
}
NOT_READ = {
    b"\x03\x04\x01": "PPMd",
    b"\x03\x03\x01\x1b": "BCJ2",
    b"\x06\xf1\x07\x01": "AES: it is encrypted",
    b"\x04\x01\x09": "Deflate64",
}
_CHUNK = 1 << 16
HEADER_END = 32
"""Where the packed streams are counted from."""


class _Lzma2(RawLzma):
    """LZMA2 by its byte of properties, behind a filter where there is one."""

    def __init__(self, dictionary: int, *filters: dict[str, Any]) -> None:
        chain = [*filters, {"id": lzma.FILTER_LZMA2, "dict_size": max(1 << 12, dictionary)}]
        self._stream = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=chain)
        self._of = self._stream


def pieces(folder: Folder, packed: Contents) -> Iterator[bytes]:
    """The unpacked bytes of a folder; raises FormatError where it is packed in a way that is not read."""
    data: Iterator[bytes] = chunks(packed, PIECE)
    for coder in _in_order(folder):
        data = _decoded(coder, data)
    return _at_most(data, folder.size)


def packed(contents: Contents, streams: Streams) -> Iterator[tuple[Folder, Contents]]:
    """Each folder with its packed bytes; raises FormatError where they are not inside the file."""
    number, begin = 0, HEADER_END + streams.begin
    for folder in streams.folders:
        sizes = streams.sizes[number : number + len(folder.packed)]
        if not sizes or begin + sum(sizes) > contents.size:
            raise FormatError("a folder of the 7z ends beyond the file")
        yield folder, Part(contents, begin, sum(sizes))
        number, begin = number + len(sizes), begin + sum(sizes)


def _in_order(folder: Folder) -> Iterator[Coder]:
    """The coders from the packed stream to the unpacked bytes; each has one stream in and one out."""
    for coder in folder.coders:
        if coder.id in NOT_READ:
            raise FormatError(f"it is packed by {NOT_READ[coder.id]}, which is not read")
        if (coder.inputs, coder.outputs) != (1, 1):
            raise FormatError("a coder of the 7z has several streams, which are not read")
    if len(folder.packed) != 1:
        raise FormatError("a folder of the 7z is packed in several streams, which are not read")
    following = {output: input for input, output in folder.binds}
    place: int | None = folder.packed[0]
    for _ in folder.coders:
        if place is None or place >= len(folder.coders):
            raise FormatError("the coders of the 7z are no chain")
        yield folder.coders[place]
        place = following.get(place)
    if place is not None:
        raise FormatError("the coders of the 7z are no chain")


def _decoded(coder: Coder, data: Iterator[bytes]) -> Iterator[bytes]:
    if coder.id in COPY:
        return data
    if coder.id in BRANCHES or coder.id == DELTA:
        return _fed(lambda: _filter(coder), _stored(data))
    makers: dict[bytes, Callable[[], Decompressor]] = {
        LZMA: lambda: RawLzma(coder.properties),
        LZMA2: lambda: _Lzma2(_dictionary(coder.properties)),
        DEFLATE: lambda: Deflate(-15),
        BZIP2: Bzip2,
    }
    if coder.id not in makers:
        raise FormatError(f"it is packed by the method {coder.id.hex()}, which is not known here")
    return _fed(makers[coder.id], data)


def _filter(coder: Coder) -> Decompressor:
    if coder.id == DELTA:
        distance = coder.properties[0] + 1 if coder.properties else 1
        return _Lzma2(0, {"id": lzma.FILTER_DELTA, "dist": distance})
    return _Lzma2(0, {"id": BRANCHES[coder.id]})


def _dictionary(properties: bytes) -> int:
    if len(properties) != 1 or properties[0] > 40:
        raise FormatError("the 7z has bad LZMA2 properties")
    size = (2 | properties[0] & 1) << (properties[0] // 2 + 11)
    if size > DICTIONARY:
        raise FormatError(f"the 7z needs a dictionary of {size} bytes")
    return size


def _fed(make: Callable[[], Decompressor], data: Iterable[bytes]) -> Iterator[bytes]:
    """What a decompressor makes of `data`, as far as its stream goes."""
    try:
        stream = make()
        for piece in data:
            yield from stream.feed(piece)
            if stream.eof:
                return
    except (lzma.LZMAError, zlib.error, OSError, ValueError, EOFError) as error:
        raise FormatError("the packed bytes are corrupt") from error


def _stored(data: Iterable[bytes]) -> Iterator[bytes]:
    """Bytes as LZMA2 that packs nothing: chunks of at most 64 KiB, then its end mark."""
    control = b"\x01"
    for piece in data:
        for start in range(0, len(piece), _CHUNK):
            part = piece[start : start + _CHUNK]
            yield control + (len(part) - 1).to_bytes(2, "big") + part
            control = b"\x02"
    yield b"\x00"


def _at_most(data: Iterable[bytes], size: int) -> Iterator[bytes]:
    """The first `size` bytes; raises FormatError where there are fewer."""
    for piece in data:
        yield piece[:size]
        size -= len(piece)
        if size <= 0:
            return
    if size:
        raise FormatError(f"a folder of the 7z ends {size} bytes early")
