"""Decompresses a stretch of contents in bounded pieces, and says how far it got."""

import zlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Protocol

from guildmark.contents import Contents

if TYPE_CHECKING:  # each is loaded where a stream is packed so
    from bz2 import BZ2Decompressor
    from lzma import LZMADecompressor

PIECE = 1 << 18
LONGEST_MAGIC = 8
DICTIONARY = 1 << 28
"""The most memory that a stream's dictionary may take."""


class Decompressor(Protocol):
    """One stream. `unused` is what follows its end."""

    @property
    def eof(self) -> bool: ...

    @property
    def unused(self) -> bytes: ...

    def feed(self, data: bytes) -> Iterator[bytes]: ...


class _Stream:
    """What the standard library's decompressors tell alike."""

    def __init__(self, stream: "zlib._Decompress | BZ2Decompressor | LZMADecompressor") -> None:
        self._of = stream

    @property
    def eof(self) -> bool:
        return self._of.eof

    @property
    def unused(self) -> bytes:
        return self._of.unused_data


class Deflate(_Stream):
    """zlib's formats, by their `wbits` (31 gzip, 15 zlib, -15 raw)."""

    def __init__(self, wbits: int) -> None:
        self._stream = zlib.decompressobj(wbits)
        super().__init__(self._stream)

    def feed(self, data: bytes) -> Iterator[bytes]:
        while not self._stream.eof:
            piece = self._stream.decompress(data, PIECE)
            data = self._stream.unconsumed_tail
            if piece:
                yield piece
            elif not data:
                return


class _Fed(_Stream):
    def __init__(self, stream: "BZ2Decompressor | LZMADecompressor") -> None:
        self._stream = stream
        super().__init__(stream)

    def feed(self, data: bytes) -> Iterator[bytes]:
        while not self._stream.eof:
            piece = self._stream.decompress(data, PIECE)
            data = b""
            if piece:
                yield piece
            if self._stream.needs_input:
                return


class Bzip2(_Fed):
    def __init__(self) -> None:
        import bz2

        super().__init__(bz2.BZ2Decompressor())


class _Lzma(_Fed):
    def feed(self, data: bytes) -> Iterator[bytes]:
        import lzma

        try:
            yield from super().feed(data)
        except lzma.LZMAError as error:
            raise ValueError(str(error)) from error


class Lzma(_Lzma):
    """xz or .lzma, as its first bytes say."""

    def __init__(self) -> None:
        import lzma

        super().__init__(lzma.LZMADecompressor(lzma.FORMAT_AUTO, memlimit=DICTIONARY))


class RawLzma(_Lzma):
    """LZMA as zip keeps it, by its five bytes of properties; raises ValueError where they are bad."""

    def __init__(self, properties: bytes) -> None:
        import lzma

        if len(properties) != 5 or properties[0] >= 225 or int.from_bytes(properties[1:], "little") > DICTIONARY:
            raise ValueError("bad LZMA properties")
        rest, lc = divmod(properties[0], 9)
        pb, lp = divmod(rest, 5)
        dictionary = max(1 << 12, int.from_bytes(properties[1:], "little"))
        chain = [{"id": lzma.FILTER_LZMA1, "dict_size": dictionary, "lc": lc, "lp": lp, "pb": pb}]
        try:
            super().__init__(lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=chain))
        except lzma.LZMAError as error:  # liblzma keeps fewer bits of context than the format can ask for
            raise ValueError("bad LZMA properties") from error


class Inflation:
    """The unpacked bytes of `size` packed ones from `begin` on; streams that follow one another are one.

    Once iterated, `broken` says why they end early, or what follows them, and is empty where all is
    well; `whole` is whether they came to their own end; `corrupt` whether they cannot be unpacked."""

    def __init__(
        self,
        contents: Contents,
        make: Callable[[], Decompressor],
        begin: int = 0,
        size: int | None = None,
        magic: tuple[bytes, ...] = (),
    ) -> None:
        self._contents = contents
        self._make = make
        self._begin = begin
        self._end = contents.size if size is None else min(contents.size, begin + size)
        self._magic = magic
        self._clear()

    def _clear(self) -> None:
        self.broken = ""
        self.whole = False
        self.corrupt = False

    def __iter__(self) -> Iterator[bytes]:
        self._clear()
        try:
            yield from self._streams()
        except (zlib.error, OSError, ValueError, EOFError):  # their words differ from machine to machine
            self.broken = "the packed bytes are corrupt"
            self.corrupt = True

    def _streams(self) -> Iterator[bytes]:
        place, data, stream = self._begin, b"", self._make()
        while True:
            if not data:
                data = self._contents.at(place, min(PIECE, self._end - place))
                place += len(data)
            if not data:
                self.broken = "the packed bytes end early"
                return
            yield from stream.feed(data)
            data = b""
            if stream.eof:
                self.whole = True
                data = stream.unused
                rest = place - len(data)
                if not self._contents.at(rest, LONGEST_MAGIC).startswith(self._magic):
                    break
                stream = self._make()
        if not self._only_padding(rest):
            self.broken = f"{self._end - rest} bytes follow the packed ones"

    def _only_padding(self, place: int) -> bool:
        return self._end - place < PIECE and not any(self._contents.at(place, self._end - place))
