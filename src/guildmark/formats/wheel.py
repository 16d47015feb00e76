"""Wheel: a zip with one `.dist-info` folder, whose RECORD lists each file with its hash."""

import base64
import csv
import hashlib
import io
from collections.abc import Iterator

from guildmark.contents import Contents
from guildmark.errors import FormatError, LimitPassed
from guildmark.formats import Fault, Member, zip
from guildmark.limits import Budget

RANK = 10
HOLDS = "members"
REFINES = "zip"
CASE_OF = "zip"

METADATA = 4 << 20
RECORD = 16 << 20
HASHED_IN_ALL = 1 << 30
UNLISTED = ("RECORD.jws", "RECORD.p7s")
"""Signatures of RECORD, which RECORD does not list (PEP 427)."""


def recognises(contents: Contents) -> bool:
    """A zip with `*.dist-info/WHEEL` and METADATA beside it."""
    return zip.recognises(contents) and bool(_folders(contents))


def members(contents: Contents, budget: Budget) -> Iterator[Member]:
    """The zip's."""
    return zip.members(contents, budget)


def metadata(contents: Contents) -> bytes:
    """METADATA; raises FormatError where there is none, LimitPassed where it is too long."""
    return _file(contents, "METADATA", METADATA)


def faults(contents: Contents) -> Iterator[Fault]:
    """The zip's, and where the files are not those that RECORD lists (Binary distribution format, PyPA)."""
    yield from zip.faults(contents)
    folders = _folders(contents)
    if not folders:
        yield Fault("directory", "there is no .dist-info folder")
        return
    tops = sorted({name.partition("/")[0] for name in zip.names(contents) if "/" in name})
    if len(several := [top for top in tops if top.endswith(".dist-info")]) > 1:
        yield Fault("directory", f"there are {len(several)} .dist-info folders: {', '.join(several[:5])}")
    try:
        yield from _record_faults(contents, folders[0])
    except LimitPassed:
        raise
    except FormatError as error:
        yield Fault(f"{folders[0]}/RECORD", error.says)


def _folders(contents: Contents) -> list[str]:
    names = zip.names(contents)
    tops = dict.fromkeys(name.partition("/")[0] for name in names)
    held = frozenset(names)
    return [top for top in tops if top.endswith(".dist-info") and {f"{top}/WHEEL", f"{top}/METADATA"} <= held]


def _file(contents: Contents, name: str, limit: int) -> bytes:
    folders = _folders(contents)
    if not folders:
        raise FormatError("the wheel has no .dist-info folder")
    data = zip.read(contents, f"{folders[0]}/{name}", limit + 1)
    if len(data) > limit:
        raise LimitPassed(f"{name} has more than {limit} bytes")
    return data


def _record_faults(contents: Contents, folder: str) -> Iterator[Fault]:
    listed, hashed = _record(contents), 0
    entries = {entry.name: entry for entry in zip.directory(contents) if not entry.name.endswith("/")}
    for name, entry in entries.items():
        said = listed.get(name)
        if name in {f"{folder}/{unlisted}" for unlisted in ("RECORD", *UNLISTED)}:
            continue
        if not said:
            yield Fault(name, "RECORD does not list it" if said is None else "RECORD gives no hash of it")
            continue
        hashed += entry.size
        if hashed > HASHED_IN_ALL:
            raise LimitPassed(f"the wheel unpacks to more than {HASHED_IN_ALL} bytes")
        yield from _hash_faults(contents, entry, said)
    for name in listed:
        if name not in entries:
            yield Fault(name, "RECORD lists it, and it is not there")


def _record(contents: Contents) -> dict[str, str]:
    """The hash by name, as RECORD spells them."""
    text = _file(contents, "RECORD", RECORD).decode("utf-8", "replace")
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline="")) if row]
    except csv.Error as error:
        raise FormatError("RECORD is no CSV") from error
    return {row[0]: row[1] if len(row) > 1 else "" for row in rows}


def _hash_faults(contents: Contents, entry: zip.Entry, said: str) -> Iterator[Fault]:
    algorithm, _, text = said.partition("=")
    if algorithm not in ("sha256", "sha384", "sha512"):
        yield Fault(entry.name, f"RECORD's hash is by {algorithm[:20]}, which is not allowed")
        return
    hasher = hashlib.new(algorithm)
    size = 0
    try:
        for piece in zip.pieces(contents, entry):
            hasher.update(piece)
            size += len(piece)
            if size > HASHED_IN_ALL:
                raise LimitPassed(f"it unpacks to more than {HASHED_IN_ALL} bytes")
    except LimitPassed:
        raise
    except FormatError as error:
        yield Fault(entry.name, error.says)
        return
    if base64.urlsafe_b64encode(hasher.digest()).rstrip(b"=") != text.rstrip("=").encode():
        yield Fault(entry.name, f"its {algorithm} is not the one in RECORD")
