"""Whether files here are those that a claim is about, and which of them nobody spoke of."""

import hashlib
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import msgspec

from guildmark import formats, leaves, manifest
from guildmark.attest import foreign, statement
from guildmark.attest.bundle import Bundle
from guildmark.attest.foreign import Faith, Resource
from guildmark.attest.verifying import Point, Verification
from guildmark.contents import CHUNK, Contents, sha256
from guildmark.errors import ClaimError, ContentsError
from guildmark.material import Given, Material, Opening
from guildmark.records import Assessment, FileRecord, Outcome

MOST_NAMED = 20
INERT = ("text", "media")
"""What formats may hold whose files no loader runs; anything else is taken for loadable."""
READ_BY_PEOPLE = (
    ".md",
    ".rst",
    ".txt",
    ".html",
    ".pdf",
    ".csv",
    ".bib",
    ".cff",
    ".svg",
    ".png",
    ".jpg",
    ".jpeg",
    ".gif",
)
"""Endings of files that people read and loaders do not; the same bytes under another name may be code."""
_PAPERS = ("license", "licence", "notice", "readme", "authors", "copying")


class Covering(NamedTuple):
    """What was found, and the files that no signature covers."""

    points: tuple[Point, ...]
    uncovered: tuple[str, ...]


class Here(NamedTuple):
    """The files at a place: their records, what could not be read, and their digest where all could."""

    files: tuple[FileRecord, ...]
    unread: tuple[str, ...]
    digest: str | None
    given: dict[str, Given]


def here(where: Path, aside: Iterable[Path] = ()) -> Here:
    """Read and hash a file, or all files below a folder but those that are left aside, such as the claim itself."""
    source = leaves.load("sources", "folder" if where.is_dir() else "file")
    material: Material = source.deliver(str(where), Opening())
    left = {path.resolve() for path in aside}
    given = {one.path: one for one in material.files if material.is_file or (where / one.path).resolve() not in left}
    with ThreadPoolExecutor(os.cpu_count()) as threads:  # hashing leaves the interpreter to the others
        digests = [*threads.map(_digest, given.values())]
    found = zip(given.values(), digests, strict=True)
    records = [FileRecord(one.path, one.size, digest) for one, digest in found if digest]
    unread = [path for path, digest in zip(given, digests, strict=True) if not digest]
    digest = None if unread else manifest.digest(records, is_file=material.is_file)
    return Here(tuple(records), tuple(unread), digest, given)


def _digest(given: Given) -> str | None:
    """The sha256 of a file, or where a link leads; None for what cannot be read."""
    if given.link is not None:
        return f"link:{given.link}"
    try:
        return sha256(given.contents) if given.contents else None
    except ContentsError:
        return None


def compare(found: Here, subjects: tuple[statement.Resource, ...], bundle: Bundle) -> Covering:
    """Hold files against what was signed: by their digest, else file by file where the assessment is with it."""
    signed = {resource.digest.get("sha256") for resource in subjects}
    if found.digest and found.digest.removeprefix("sha256:") in signed:
        count = f"{len(found.files):,} files" if len(found.files) > 1 else "the file"
        return Covering((_point(Outcome.PASSED, f"{count} here: the digest is the one signed"),), ())
    if bundle.kind != "assessment":
        says = "the files here have another digest than the one signed" if found.digest else _unread(found.unread)
        return Covering((_point(Outcome.FAILED, says),), tuple(file.path for file in found.files))
    known = msgspec.json.decode(bundle.evidence, type=Assessment).subject
    wanted = {file.path: file.sha256 for file in known.files if "!" not in file.path}
    if len(found.files) == 1 and found.files[0].sha256 in wanted.values() and len(wanted) > 1:
        path = next(path for path, digest in wanted.items() if digest == found.files[0].sha256)
        return Covering((_point(Outcome.PASSED, f"the file here is {path} of what was signed"),), ())
    return _by_file(found, wanted)


def compare_signed(found: Here, resources: Iterable[Resource]) -> Covering:
    """Hold files against those that OpenSSF's model signing names, whatever its signer left out on purpose."""
    wanted: dict[str, list[Resource]] = {}
    for one in resources:
        wanted.setdefault(manifest.printable(one.path), []).append(one)
    changed, unknown = [], []
    for path, pieces in wanted.items():
        given = found.given.get(path)
        if given is not None and given.contents is not None and path not in found.unread:
            same = _same(given.contents, pieces)
            changed += [path] if same is False else []
            unknown += [path] if same is None else []
    missing = [path for path in wanted if path not in found.given]
    more = [file.path for file in found.files if file.path not in wanted]
    links = [file.path for file in found.files if file.path in wanted and str(file.sha256).startswith("link:")]
    told = _told(found, sorted(changed + links), sorted(missing), sorted(more), sorted(unknown))
    if not told:
        told = (_point(Outcome.PASSED, f"{len(found.files):,} files here: each is the one signed"),)
    return Covering(told, (*sorted(more), *sorted(found.unread)))


def _same(contents: Contents, pieces: list[Resource]) -> bool | None:
    """Whether the bytes have the digests, which cover all of them; None where a digest is of a kind not taken here."""
    at = 0
    for piece in sorted(pieces, key=lambda piece: piece.start):
        end = contents.size if piece.end is None else piece.end
        if piece.algorithm not in ("sha256", "blake2b"):
            return None
        if piece.start != at or not at <= end <= contents.size:
            return False
        hasher = hashlib.new(piece.algorithm)
        for place in range(at, end, CHUNK):
            hasher.update(contents.at(place, min(CHUNK, end - place)))
        if hasher.digest() != piece.digest:
            return False
        at = end
    return at == contents.size


def _by_file(found: Here, wanted: dict[str, str | None]) -> Covering:
    have = {file.path: file.sha256 for file in found.files}
    changed = sorted(path for path, digest in wanted.items() if path in have and have[path] != digest)
    missing = sorted(path for path in wanted if path not in have and path not in found.unread)
    more = sorted(path for path in have if path not in wanted)
    return Covering(_told(found, changed, missing, more), (*more, *sorted(found.unread)))


def _told(
    found: Here, changed: list[str], missing: list[str], more: list[str], unknown: Iterable[str] = ()
) -> tuple[Point, ...]:
    """A point for each way in which files are not those that were signed."""
    loadable = [path for path in more if _is_loadable(found.given[path])]
    points = (
        (Outcome.FAILED, "is not the one that was signed", "are not those that were signed", changed),
        (Outcome.FAILED, "was signed, and is not here", "were signed, and are not here", missing),
        (Outcome.FAILED, "could be loaded, and was not signed", "could be loaded, and were not signed", loadable),
        (Outcome.UNKNOWN, "could not be read", "could not be read", sorted(found.unread)),
        (Outcome.UNKNOWN, "has a digest that is not taken here", "have digests that are not taken here", [*unknown]),
        (Outcome.UNKNOWN, "was not signed", "were not signed", [path for path in more if path not in loadable]),
    )
    return tuple(_point(outcome, _names(paths, one, many)) for outcome, one, many, paths in points if paths)


def _is_loadable(given: Given) -> bool:
    """Whether a loader might take something of it: what is not for people to read, by its name and its bytes."""
    name = given.path.rpartition("/")[2].lower()
    if given.contents is None or name.startswith("requirements"):
        return True
    if not name.endswith(READ_BY_PEOPLE) and name not in _PAPERS:
        return True
    holds = {formats.load(face).HOLDS for face in formats.recognise(given.contents)}
    return not holds or not holds <= set(INERT)


def _names(paths: list[str], one: str, many: str) -> str:
    shown = ", ".join(paths[:MOST_NAMED]) + (
        f" and {len(paths) - MOST_NAMED:,} more" if len(paths) > MOST_NAMED else ""
    )
    return f"{shown} {one if len(paths) == 1 else many}"


def _unread(paths: tuple[str, ...]) -> str:
    return _names(sorted(paths), "could not be read", "could not be read")


def _point(outcome: Outcome, says: str) -> Point:
    return Point(of="files", outcome=outcome, says=says)


def foreign_signature(data: bytes, found: Here, faith: Faith) -> tuple[Verification, Covering]:
    """What a signature that another program made says of the files here, by what the reader trusts of others."""
    try:
        if foreign.kind_of(data) == "attestation":
            signed_by, compared = _attested(data, found, faith)
        else:
            signed = foreign.opened(data, faith)
            signed_by, compared = signed.by, compare_signed(found, foreign.resources(signed.payload))
    except ClaimError as error:
        refused = Point(of="signature", outcome=Outcome.FAILED, says=error.says)
        everything = tuple(file.path for file in found.files)
        return Verification((), "", "", (), "", "nothing that counts", (refused,)), Covering((), everything)
    point = Point(of="signature", outcome=Outcome.PASSED, says=f"signed by {signed_by}")
    says = "files were signed by another program"
    return Verification((signed_by,), "", "", (), "", says, (point, *compared.points)), compared


def _attested(data: bytes, found: Here, faith: Faith) -> tuple[str, Covering]:
    if len(found.files) != 1 or found.digest is None:
        raise ClaimError("an attestation is about one file", "name the wheel or the sdist that it is about")
    (file,) = found.files
    by = foreign.attestation(data, file.path, str(file.sha256), faith)
    return by, Covering((_point(Outcome.PASSED, f"{file.path} is the file that was attested"),), ())
