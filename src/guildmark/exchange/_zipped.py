"""A zip of JSON members, written in pieces and read within bounds; Inspect packs its own with zstd."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from guildmark.errors import RunError
from guildmark.exchange import LARGEST, MOST, tree

ZSTD = 93
"""The method of a zip's member that Inspect writes since 2026; APPNOTE.TXT 4.4.5."""
PIECE = 1 << 16
BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, EOFError, OSError, ValueError)


class _Pieces(io.RawIOBase):
    """Takes what a zip writes, and hands it on in pieces."""

    def __init__(self) -> None:
        self.held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.held += data
        return len(data)


def packed(members: Iterator[tuple[str, bytes]]) -> Iterator[bytes]:
    """A zip of these; the same bytes for the same members."""
    sink = _Pieces()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
            piece, sink.held = bytes(sink.held), bytearray()
            yield piece
    yield bytes(sink.held)


def unpacked(path: Path, data: bytes) -> tuple[Any, list[Any]]:
    """The header and the samples; raises RunError."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = {each.filename: each for each in archive.infolist()}
            if len(names) > MOST:
                raise RunError(f"{path} has more than {MOST} members", "it is no log of Inspect")
            if "header.json" not in names:
                raise RunError(f"{path} has no header.json", "the evaluation was not finished: finish or recover it")
            head = tree(_member(archive, names["header.json"], data), f"{path}!header.json")
            wanted = [name for name in sorted(names) if name.startswith("samples/") and name.endswith(".json")]
            return head, [*_samples(path, wanted, lambda name: _member(archive, names[name], data))]
    except BROKEN as error:
        raise RunError(f"{path} cannot be unpacked: {error}", "copy it again from where it came") from error


def _samples(path: Path, names: list[str], member: Callable[[str], bytes]) -> Iterator[Any]:
    room = 4 * LARGEST
    for name in names:
        read = member(name)
        room -= len(read)
        if room < 0:
            raise RunError(f"the samples of {path} are larger than {4 * LARGEST >> 20} MB", "split it")
        yield tree(read, f"{path}!{name}")


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, data: bytes) -> bytes:
    if member.flag_bits & 1:
        raise ValueError(f"{member.filename} is locked by a password")
    if member.compress_type != ZSTD:
        with archive.open(member) as opened:
            return opened.read(LARGEST + 1)
    name, extra = struct.unpack_from("<HH", data, member.header_offset + 26)
    at = member.header_offset + 30 + name + extra
    return _unzstd(data[at : at + member.compress_size], member.filename)


def _unzstd(packed: bytes, name: str) -> bytes:
    """All frames of it, or as much as may be."""
    import zstandard  # the extra `eval` brings it

    found, at = bytearray(), 0
    unpacker = zstandard.ZstdDecompressor().decompressobj()
    while at < len(packed) and len(found) <= LARGEST:
        try:
            found += unpacker.decompress(packed[at : at + PIECE])
        except zstandard.ZstdError as error:
            raise ValueError(f"{name}: {error}") from error
        at = min(at + PIECE, len(packed)) - len(unpacker.unused_data)
        if unpacker.eof:
            unpacker = zstandard.ZstdDecompressor().decompressobj()
        elif at >= len(packed):
            raise EOFError(f"{name} is cut")
    return bytes(found)
