"""Walks into what a source gave: hashes each file while it is read, recognises it, unpacks archives."""

import hashlib
import posixpath
from collections.abc import Iterator

from guildmark import formats
from guildmark.contents import Contents, Ends, InMemory, chunks
from guildmark.errors import GuildmarkError
from guildmark.file import File
from guildmark.formats import Member
from guildmark.limits import Budget
from guildmark.manifest import printable
from guildmark.material import NOT_READ_HERE, Given, Opening

KEPT = 1 << 20
"""Files up to this size are read once, and hashed and recognised in memory."""


class Walk:
    """One walk through one subject, with one budget for all its archives."""

    def __init__(self, opening: Opening) -> None:
        self._progress = opening.progress
        self._limits = opening.limits
        self._hashing = opening.hashing
        self._budget = Budget(opening.limits)
        self._known: dict[str, tuple[str, ...]] = {}

    def take_in(self, given: Given) -> Iterator[File]:
        """The file, then the members of the archive that it may be."""
        if given.link is not None:
            yield File(given.path, 0, f"link:{printable(given.link)}", None, unread=given.unread)
        elif given.contents is None:
            yield File(given.path, given.size, given.published, None, unread=given.unread)
        elif given.remote:
            unread = NOT_READ_HERE if given.published else "not read here, and no digest is published"
            file = File(given.path, given.size, given.published, given.contents, unread=unread)
            yield from self._recognise(file, Ends(given.contents, KEPT), 0)
        else:
            yield from self._read(given.path, given.contents, 0)

    def _read(self, path: str, contents: Contents, depth: int, *, raw: bool = False) -> Iterator[File]:
        try:
            look, sha256 = self._hash(path, contents) if self._is_hashed(raw) else _unhashed(contents, raw)
        except GuildmarkError as error:
            yield File(path, contents.size, None, None, unread=error.says)
            return
        file = File(path, contents.size, sha256, contents, raw=raw)
        if raw:
            yield file
        else:
            yield from self._recognise(file, look, depth)

    def _is_hashed(self, raw: bool) -> bool:
        return self._hashing == "all" or (self._hashing == "named" and not raw)

    def _hash(self, path: str, contents: Contents) -> tuple[Contents, str | None]:
        """What to recognise the format in, and the sha256, of one reading."""
        hasher, done, data = hashlib.sha256(), 0, b""
        for data in chunks(contents, KEPT):
            hasher.update(data)
            done += len(data)
            if self._progress:
                self._progress(path, done, contents.size)
        return (InMemory(data) if contents.size <= KEPT else contents), hasher.hexdigest()

    def _recognise(self, file: File, look: Contents, depth: int) -> Iterator[File]:
        try:
            file.formats = self._formats(file, look)
        except GuildmarkError as error:
            file.unread = error.says
        yield file
        for face in file.formats:
            yield from self._unpack(file, face, depth)

    def _formats(self, file: File, look: Contents) -> tuple[str, ...]:
        """The formats of these bytes; the same bytes, as a wheel and an sdist hold them, are looked at once."""
        if file.sha256 is None or look.size != file.size or isinstance(look, Ends):
            return formats.recognise(look)
        if file.sha256 not in self._known:
            self._known[file.sha256] = formats.recognise(look)
        return self._known[file.sha256]

    def _unpack(self, file: File, face: str, depth: int) -> Iterator[File]:
        found = formats.members(face, file.contents, self._budget)
        if found is None:
            return
        if depth >= self._limits.depth:
            file.unread = f"it is an archive inside {depth} others; the limit is {self._limits.depth}"
            file.cut_short = True
            return
        links: list[Member] = []
        inside: set[str] = set()
        try:
            for member in found:
                self._budget.count_member()
                if member.link:
                    links.append(member)
                else:
                    inside.update(_with_folders(printable(member.name)))
                    yield from self._member(file, member, depth + 1)
        except GuildmarkError as error:
            file.unread, file.cut_short = error.says, True
        for link in links:
            target = printable(link.link)
            unread = "" if target in inside else link.unread
            yield File(f"{file.path}!{printable(link.name)}", 0, f"link:{target}", None, unread=unread)

    def _member(self, file: File, member: Member, depth: int) -> Iterator[File]:
        path = f"{file.path}!{printable(member.name)}"
        if member.contents is None:
            yield File(path, 0, None, None, unread=member.unread, raw=member.raw)
        elif member.raw and file.unread:
            yield File(path, member.contents.size, None, None, unread="not read here", raw=True)
        else:
            yield from self._read(path, member.contents, depth, raw=member.raw)


def _unhashed(contents: Contents, raw: bool) -> tuple[Contents, None]:
    """What to recognise the format in, without reading more than that takes."""
    return (InMemory(contents.at(0, KEPT)) if contents.size <= KEPT and not raw else contents), None


def _with_folders(name: str) -> Iterator[str]:
    """A member's path in its archive, and the folders above it."""
    place = posixpath.normpath(name)
    while place and place not in (".", "/", "//"):
        yield place
        place = posixpath.dirname(place)
