"""A subject: its files (also inside archives), its listings, its digest."""

import os
from collections.abc import Iterable, Iterator

from guildmark import formats, leaves
from guildmark.errors import AskedWrongly, SubjectError, Unreachable
from guildmark.file import File
from guildmark.kind import kind_of
from guildmark.manifest import digest
from guildmark.material import Held, Material, Opening
from guildmark.records import Kind, SubjectRecord
from guildmark.walk import Walk

LOCAL = ("file", "folder")


class Subject:
    """What is being looked at. `aside` names what its source did not look at, and why; `whole` says that
    it is a repository as its makers keep it.

    `allowed` are the names that a user lets pickles use, besides the reviewed list (`inert.py`)."""

    def __init__(
        self,
        record: SubjectRecord,
        files: Iterable[File],
        listings: tuple[Held, ...] = (),
        aside: tuple[tuple[str, str], ...] = (),
        whole: bool = False,
    ) -> None:
        self.record = record
        self.listings = listings
        self.aside = aside
        self.whole = whole
        self.allowed: frozenset[str] = frozenset()
        self._files = tuple(files)

    @property
    def kind(self) -> Kind:
        return self.record.kind

    def files(self, *, format: str = "", holds: str = "") -> Iterator[File]:
        """The files whose bytes have `format`, or hold what is asked (`formats.Holds`); else all.

        Files without bytes are among them only where neither is asked."""
        for file in self._files:
            wanted = not format or format in file.formats
            if wanted and (not holds or any(holds == formats.load(name).HOLDS for name in file.formats)):
                yield file

    def own_files(self) -> Iterator[File]:
        """The files that the digest covers: no members of archives."""
        return (file for file in self._files if "!" not in file.path)

    def named(self, *names: str) -> Iterator[File]:
        """Readable files whose name is one of `names`, whatever their case, the outermost first."""
        wanted = {name.lower() for name in names}
        found = (file for file in self._files if file.readable and file.name.lower() in wanted)
        return iter(sorted(found, key=lambda file: (file.path.count("!"), file.path.count("/"), file.path)))

    def unseen(self) -> Iterator[File]:
        """Files that could hold anything: bytes not read that no format vouches for, archives not unpacked whole."""
        return (file for file in self._files if file.unread and not file.raw and self._is_open_question(file))

    @staticmethod
    def _is_open_question(file: File) -> bool:
        holds = {formats.load(name).HOLDS for name in file.formats}
        return not holds or (file.cut_short and bool(holds & {"members", "objects", "weights"}))

    def published(self) -> dict[str, str]:
        """The sha256 of each file that a listing states, by the file's path."""
        return {
            path: sha256
            for held in self.listings
            for path, sha256 in formats.published(held.listing.name, held.body).items()
        }


def open_subject(where: str, opening: Opening | None = None) -> Subject:
    """Open `where`: a path, `pypi:NAME[==VERSION]`, `npm:NAME[@VERSION]`, `hf:…`, `git:…` or a purl.

    Raises SubjectError where it cannot be opened, AskedWrongly where `where` makes no sense."""
    opening = opening or Opening()
    source, rest = _place(where)
    if source not in LOCAL and not opening.network:
        raise Unreachable(f"{where} is on the network, which --no-network forbids", "give a local path")
    material: Material = leaves.load("sources", source).deliver(rest, opening)
    return take_in(material, opening)


def _place(where: str) -> tuple[str, str]:
    """The source's id and what it is asked for."""
    if where.startswith("pkg:"):
        for name in leaves.names("sources"):
            rest = leaves.load("sources", name).from_purl(where)
            if rest is not None:
                return name, rest
        raise AskedWrongly(f"no source serves {where}", "see `guildmark list sources`")
    prefix, colon, rest = where.partition(":")
    if colon and prefix in leaves.names("sources"):
        return prefix, rest
    return ("folder" if os.path.isdir(where) else "file"), where


def take_in(material: Material, opening: Opening) -> Subject:
    """Hash, recognise and unpack what a source delivered."""
    if not material.files:
        raise SubjectError(f"{material.name} holds no file", "give a file, or a folder that has some")
    walk = Walk(opening)
    files = tuple(file for given in material.files for file in walk.take_in(given))
    own = tuple(file.record() for file in files if "!" not in file.path)
    record = SubjectRecord(
        name=material.name,
        purl=material.purl,
        kind=opening.kind or kind_of(files),
        digest=digest(own, is_file=material.is_file),
        files=tuple(file.record() for file in files),
    )
    return Subject(record, files, material.listings, material.aside, material.whole)
