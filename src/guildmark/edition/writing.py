"""Writes an edition's file: the same records give the same bytes, whole or not at all."""

import hashlib
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from guildmark.edition.lines import encode
from guildmark.edition.order import Order
from guildmark.edition.records import End, Header, Part
from guildmark.output import write_whole

_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
"""gzip without a name and without a time (RFC 1952, 2.3)."""


def write(path: Path | str, header: Header, parts: Iterable[Part]) -> End:
    """Write `header`, `parts` and the end to `path`; gives the end, whose sha256 names the edition.

    Raises FormatError, and leaves no file, where the parts do not fit each other (`order.Order`), ReportError
    where it cannot be written."""
    lines = _Lines(header, parts)
    write_whole(Path(path), packed(lines))
    return lines.end


class _Lines:
    """The lines of an edition; iterated once. `end` is the last one's record."""

    def __init__(self, header: Header, parts: Iterable[Part]) -> None:
        self._header = header
        self._parts = parts

    def __iter__(self) -> Iterator[bytes]:
        order, hashed, count = Order(), hashlib.sha256(), 1
        line = encode(self._header)
        hashed.update(line)
        yield line
        for part in self._parts:
            order.take(part)
            line = encode(part)
            hashed.update(line)
            count += 1
            yield line
        self.end = End(count, hashed.hexdigest())
        yield encode(self.end)


def packed(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The file's bytes, piece by piece; the same lines give the same bytes."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    check = size = 0
    yield _HEAD
    for line in lines:
        check, size = zlib.crc32(line, check), size + len(line)
        yield packer.compress(line)
    yield packer.flush()
    yield check.to_bytes(4, "little") + (size & 0xFFFFFFFF).to_bytes(4, "little")
