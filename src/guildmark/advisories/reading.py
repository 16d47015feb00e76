"""The records in a file or a folder: JSON lines (also packed), one record, a zip of records, a checkout."""

import gzip
import lzma
import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, NamedTuple

from guildmark.advisories import osv
from guildmark.contents import Contents, as_file
from guildmark.errors import ContentsError, FormatError, LimitPassed
from guildmark.formats import zip as zip_format

RECORDS = 1_000_000
ALL = 4 << 30
"""So many bytes of records are read from one place."""
_XZ, _GZIP = b"\xfd7zXZ\x00", b"\x1f\x8b"


class Found(NamedTuple):
    """A record, or why there is none at this place (`skipped`)."""

    where: str
    advisory: osv.Advisory | None
    skipped: str = ""


def records(place: Contents | Path) -> Iterator[Found]:
    """Every record in a file or below a folder, the unreadable ones told; raises FormatError where there is none,
    LimitPassed."""
    done, size = 0, 0
    for where, data in _of_folder(place) if isinstance(place, Path) else _of_file(place):
        done, size = done + 1, size + len(data)
        if done > RECORDS or size > ALL:
            raise LimitPassed(f"there are more than {RECORDS} records, or {ALL} bytes of them")
        try:
            reader = osv.read_yaml if where.endswith((".yaml", ".yml")) else osv.read
            yield Found(where, reader(data))
        except (FormatError, ContentsError) as error:
            yield Found(where, None, error.says)
    if not done:
        raise FormatError("there is no OSV record")


def _of_file(contents: Contents) -> Iterator[tuple[str, bytes]]:
    head = contents.at(0, 8)
    if head.startswith(b"PK"):
        yield from _of_zip(contents)
        return
    packed: Any = lzma.open if head.startswith(_XZ) else gzip.open if head.startswith(_GZIP) else None
    try:
        with packed(as_file(contents)) if packed else as_file(contents) as lines:
            yield from _of_lines(lines)
    except (lzma.LZMAError, zlib.error, EOFError, gzip.BadGzipFile) as error:
        raise FormatError("the data break off, or are packed wrongly") from error


def _of_lines(file: IO[bytes]) -> Iterator[tuple[str, bytes]]:
    """A record a line; where the first line is no whole record, the file is one."""
    for number in range(1, RECORDS + 2):
        line = rest = file.readline(osv.LARGEST + 1)
        while len(rest) > osv.LARGEST and not rest.endswith(b"\n"):
            rest = file.readline(osv.LARGEST + 1)
        if not line:
            return
        if number == 1 and not line.rstrip().endswith(b"}"):
            yield "the file", line + file.read(osv.LARGEST)
            return
        if line.strip():
            yield f"line {number}", line


def _of_zip(contents: Contents) -> Iterator[tuple[str, bytes]]:
    for entry in zip_format.entries(contents, RECORDS):
        if not _is_record(entry.name) or entry.is_link:
            continue
        data = b""
        try:
            for piece in zip_format.pieces(contents, entry):
                data += piece
                if len(data) > osv.LARGEST:
                    break
        except (FormatError, ContentsError):
            data = b""  # which is no record, and is told as one that cannot be read
        yield entry.name, data


def _of_folder(path: Path) -> Iterator[tuple[str, bytes]]:
    for folder, folders, files in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            place = Path(folder, name)
            if _is_record(name) and not place.is_symlink():
                try:
                    with place.open("rb") as file:
                        data = file.read(osv.LARGEST + 1)
                except OSError:
                    data = b""
                yield str(place.relative_to(path)), data


def _is_record(name: str) -> bool:
    hidden = any(part.startswith(".") for part in name.split("/"))
    return name.endswith((".json", ".yaml", ".yml")) and not hidden
