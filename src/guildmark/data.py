"""Published data, named by address and digest: found in the cache, in a mirror, else at their address."""

import csv
import gzip
import hashlib
import io
import os
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec

from guildmark.errors import AskedWrongly, DataError
from guildmark.output import write_whole
from guildmark.records import Record, Sha256

LARGEST = 1 << 30
MOST_FILES = 200_000
"""A mirror of more files than this is not searched to its end."""


BESIDE = Path("..", "shared", "data")
"""The mirror that is looked in where none is named."""


class Data(Record, frozen=True):
    """One published file: its name there, its address, the digest that it must have, and its licence."""

    name: str
    address: str
    sha256: Sha256
    licence: str


class Places(Record, frozen=True):
    """Where data may be found: folders of mirrors, a cache, and whether the network may be asked."""

    mirrors: tuple[str, ...] = ()
    cache: str = ""
    network: bool = False


class Opened(Record, frozen=True):
    """The bytes of a data file, of the right digest, and how they are read."""

    data: Data
    body: bytes

    def text(self) -> str:
        """The text, unpacked where the file is gzip; raises DataError."""
        try:
            body = gzip.decompress(self.body) if self.data.name.endswith(".gz") else self.body
            return body.decode("utf-8-sig")
        except (OSError, EOFError, UnicodeDecodeError) as error:
            raise DataError(f"{self.data.name} cannot be read: {error}") from error

    def rows(self) -> Iterator[dict[str, str]]:
        """The rows of a table with a head, comma-separated; tabs where the name says so."""
        tabs = self.data.name.removesuffix(".gz").endswith(".tsv")
        yield from csv.DictReader(io.StringIO(self.text(), newline=""), delimiter="\t" if tabs else ",")

    def lines(self) -> Iterator[dict[str, Any]]:
        """The objects of JSON Lines."""
        for number, line in enumerate(self.text().splitlines(), 1):
            if line.strip():
                try:
                    yield msgspec.json.decode(line, type=dict[str, Any])
                except msgspec.MsgspecError as error:
                    raise DataError(f"{self.data.name}, line {number}: {error}") from error


def open_data(data: Data, places: Places) -> Opened:
    """The file of that digest; raises DataError where it is nowhere, or where its address has other bytes."""
    others: list[str] = []
    kept = Path(places.cache, "data", data.sha256) if places.cache else None
    if kept and (body := _of_digest(kept, data)) is not None:
        return Opened(data, body)
    for folder in places.mirrors:
        for path in _named(Path(folder), PurePosixPath(data.name)):
            if (body := _of_digest(path, data)) is not None:
                return Opened(data, body)
            others.append(str(path))
    if not places.network:
        raise DataError(
            f"{data.name} (sha256 {data.sha256[:12]}…) is in no mirror"
            + (f": {', '.join(others[:3])} has other bytes, or cannot be read" if others else ""),
            f"set GUILDMARK_MIRROR to a folder that has it, or let it be fetched from {data.address}",
        )
    body = _fetched(data)
    if kept:
        kept.parent.mkdir(parents=True, exist_ok=True)
        write_whole(kept, body)
    return Opened(data, body)


def mirrors(named: str) -> tuple[str, ...]:
    """The folders of a path list, else the mirror beside, where there is one; raises AskedWrongly."""
    if not named:
        return (str(BESIDE),) if BESIDE.is_dir() else ()
    folders = tuple(filter(None, named.split(os.pathsep)))
    for folder in folders:
        if not Path(folder).is_dir():
            raise AskedWrongly(f"there is no mirror at {folder}", "GUILDMARK_MIRROR lists folders of published data")
    return folders


def digest_of(opened: Sequence[Opened]) -> str:
    """One digest of all data files of a benchmark, by their own digests."""
    return hashlib.sha256("".join(each.data.sha256 for each in opened).encode()).hexdigest()


def _named(folder: Path, wanted: PurePosixPath) -> Iterator[Path]:
    """Files below a folder whose path ends so; the one that lies there by its whole path comes first."""
    whole = Path(folder, wanted)
    if whole.is_file():
        yield whole
    seen = 0
    for here, folders, files in os.walk(folder):
        folders.sort()
        seen += len(files)
        path = Path(here, wanted.name)
        if wanted.name in files and path != whole and path.parts[-len(wanted.parts) :] == wanted.parts:
            yield path
        if seen > MOST_FILES:
            return


def _of_digest(path: Path, data: Data) -> bytes | None:
    try:
        if path.stat().st_size > LARGEST:
            return None
        body = path.read_bytes()
    except OSError:
        return None
    return body if hashlib.sha256(body).hexdigest() == data.sha256 else None


def _fetched(data: Data) -> bytes:
    body = _of_release(data.address) if data.address.startswith("pkg:") else _of_address(data.address)
    found = hashlib.sha256(body).hexdigest()
    if found != data.sha256:
        raise DataError(
            f"{data.address} now has other bytes: sha256 {found[:12]}…, not {data.sha256[:12]}…",
            "the benchmark is pinned: find the old file for a mirror, or write a new version of the benchmark",
        )
    return body


def _of_address(address: str) -> bytes:
    from guildmark.download import Door  # the network is for those who ask for it

    return Door(limit=LARGEST).page(address, limit=LARGEST).body


def _of_release(address: str) -> bytes:
    """A file inside a published release, named by a purl and its subpath."""
    from guildmark.material import Opening
    from guildmark.subject import open_subject

    purl, _, path = address.partition("#")
    for file in open_subject(purl, Opening(network=True)).files():
        if file.readable and file.path.endswith(f"!{path}"):
            return file.contents.at(0, min(file.size, LARGEST))
    raise DataError(f"{purl} holds no {path}", "the release is not the one that the benchmark names")
