"""Which files belong together: paths on this machine, divided into places that are each looked at as one subject.

- A file that is named is a place of its own.
- A folder is one place, for what a repository would do when it is loaded shows only in files beside each other. With
  more than MOST_FILES below it, each of its folders is divided in the same way, and the files that lie in it directly
  are places of at most MOST_FILES each, in the order of their names; so no folder is too large for memory.
- In a hub's cache (`models--ORG--NAME/snapshots/REVISION`, whose entries are links into `../../blobs`) each snapshot
  is one place, whose links are followed inside that repository of the cache only. Blobs that no snapshot has, and
  what else lies there, are places of one file each.
- `.git` is left out."""

import os
import re
import stat
from collections.abc import Iterator

import msgspec

from guildmark import late
from guildmark.contents import OnDisk
from guildmark.errors import AskedWrongly, ContentsError
from guildmark.manifest import printable
from guildmark.material import Given, Material

MOST_FILES = 1_000
_CACHED = late.compile(rb"(models|datasets|spaces)--.+", re.DOTALL)


class Place(msgspec.Struct, frozen=True):
    """Files that are one subject: `top` is where they are, `shown` how the user named that, `paths` are below it.

    `within` is the folder inside which links are followed; empty where none is. `refused` says why a folder below
    `top` was not opened. `is_file`: `top` is itself the one file."""

    shown: str
    top: bytes
    paths: tuple[bytes, ...]
    within: bytes = b""
    refused: tuple[tuple[bytes, str], ...] = ()
    is_file: bool = False
    lost: dict[str, str] = {}
    """Checks that gave no answer here before, and why: they are not asked again."""

    def material(self) -> Material:
        """The files, to be opened."""
        if self.is_file:
            name = os.path.basename(os.path.normpath(os.fsencode(self.shown)))
            return Material(printable(name), None, (_given(printable(name), self.top),), is_file=True)
        given = [self._below(path) for path in self.paths]
        given.extend(Given(printable(path) + "/", None, 0, unread=why) for path, why in self.refused)
        given.sort(key=lambda one: one.path.encode())
        return Material(printable(os.path.basename(self.top)) or "folder", None, tuple(given))

    def apart(self) -> "list[Place]":
        """Each file as a place of its own, still below the same top."""
        return [msgspec.structs.replace(self, paths=(path,), refused=(), lost={}) for path in self.paths]

    def path(self, inside: str) -> str:
        """The path, as the user would name it, of a file that the subject calls `inside`."""
        if self.is_file:
            return self.shown + inside[len(self.material_name()) :]
        return os.path.join(self.shown, inside)

    def material_name(self) -> str:
        return printable(os.path.basename(os.path.normpath(os.fsencode(self.shown))))

    def _below(self, path: bytes) -> Given:
        whole = os.path.join(self.top, path)
        try:
            target = os.readlink(whole)
        except OSError:
            return _given(printable(path), whole)
        real = os.path.realpath(whole)
        if self.within and _is_below(real, self.within):
            return _given(printable(path), real)
        beside = _is_below(real, self.top) and b"/.git/" not in real and os.path.isfile(real)
        unread = "" if beside else f"a link to {printable(target)}, not followed"
        return Given(printable(path), None, 0, unread=unread, link=os.fsdecode(target))


def places(paths: "list[str]") -> Iterator[Place]:
    """What is below each path, divided; raises AskedWrongly, before anything is looked at, where there is nothing."""
    for path in paths:
        if not os.path.lexists(path):
            raise AskedWrongly(f"there is nothing at {printable(path)}", "give files, folders or a hub's cache")
    return (place for path in paths for place in _at(path))


def _at(path: str) -> Iterator[Place]:
    shown, top = _without_end(path), os.path.realpath(os.fsencode(path))
    if not os.path.isdir(top):
        yield Place(shown, top, (b"",), is_file=True)
    elif (repository := _repository_of(top)) and top != repository:
        yield from _divided(shown, top, repository)
    elif repository:
        yield from _cached(shown, top)
    else:
        yield from _divided(shown, top)


def _without_end(path: str) -> str:
    return path.rstrip("/") or "/"


def _repository_of(top: bytes) -> bytes:
    """The repository in a hub's cache that this folder is, or in whose snapshots it is; empty where it is neither."""
    if _is_cached(top):
        return top
    folder = top.rpartition(b"/snapshots")[0] if top.endswith(b"/snapshots") else top.rpartition(b"/snapshots/")[0]
    return folder if folder and _is_cached(folder) else b""


def _is_cached(folder: bytes) -> bool:
    named = _CACHED.fullmatch(os.path.basename(folder))
    return bool(named) and os.path.isdir(os.path.join(folder, b"snapshots"))


def _cached(shown: str, top: bytes) -> Iterator[Place]:
    """A repository of a hub's cache."""
    snapshots = os.path.join(top, b"snapshots")
    reached: set[bytes] = set()
    for name in _names(snapshots):
        snapshot = os.path.join(snapshots, name)
        if os.path.isdir(snapshot) and not os.path.islink(snapshot):
            for place in _divided(os.path.join(shown, "snapshots", os.fsdecode(name)), snapshot, top):
                reached.update(os.path.realpath(os.path.join(place.top, path)) for path in place.paths)
                yield place
        else:
            yield from _one(os.path.join(shown, "snapshots"), snapshots, name)
    for name in _names(top):
        if name != b"snapshots":
            yield from _rest(shown, top, name, reached)


def _rest(shown: str, top: bytes, name: bytes, reached: "set[bytes]") -> Iterator[Place]:
    """What a cache holds besides the snapshots, each file by itself."""
    whole = os.path.join(top, name)
    if os.path.isdir(whole) and not os.path.islink(whole):
        for inner in _names(whole):
            yield from _rest(os.path.join(shown, os.fsdecode(name)), whole, inner, reached)
    elif whole not in reached:
        yield from _one(shown, top, name)


def _one(shown: str, top: bytes, name: bytes) -> Iterator[Place]:
    yield Place(shown, top, (name,))


def _names(folder: bytes) -> "list[bytes]":
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


class _Found:
    """What lies below a folder, as far as it fits one place; caches are apart."""

    def __init__(self, top: bytes) -> None:
        self.paths: list[bytes] = []
        self.refused: list[tuple[bytes, str]] = []
        self.caches: list[bytes] = []
        self.fits = self._fits(top, b"")

    def _fits(self, top: bytes, inside: bytes) -> bool:
        folders, files, why = _listed(os.path.join(top, inside))
        if why:
            self.refused.append((inside, why))
        self.paths.extend(os.path.join(inside, name) for name in files)
        if len(self.paths) + len(self.refused) > MOST_FILES:
            return False
        for name in folders:
            path = os.path.join(inside, name)
            if _is_cached(os.path.join(top, path)):
                self.caches.append(path)
            elif not self._fits(top, path):
                return False
        return True


def _divided(shown: str, top: bytes, within: bytes = b"") -> Iterator[Place]:
    found = _Found(top)
    if found.fits:
        if found.paths or found.refused:
            yield Place(shown, top, tuple(sorted(found.paths)), within, tuple(found.refused))
        for path in sorted(found.caches):
            yield from _cached(os.path.join(shown, os.fsdecode(path)), os.path.join(top, path))
        return
    del found
    folders, files, _ = _listed(top)
    for start in range(0, len(files), MOST_FILES):
        yield Place(shown, top, tuple(files[start : start + MOST_FILES]), within)
    for name in folders:
        whole, told = os.path.join(top, name), os.path.join(shown, os.fsdecode(name))
        yield from _cached(told, whole) if _is_cached(whole) else _divided(told, whole, within)


def _listed(folder: bytes) -> "tuple[list[bytes], list[bytes], str]":
    """The folders in a folder, its files, and why it could not be opened."""
    folders: list[bytes] = []
    files: list[bytes] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if not entry.is_dir(follow_symlinks=False):
                    files.append(entry.name)
                elif entry.name != b".git":
                    folders.append(entry.name)
    except OSError as error:
        return [], [], f"the folder could not be opened: {error.strerror}"
    return sorted(folders), sorted(files), ""


def _given(path: str, whole: bytes) -> Given:
    try:
        contents = OnDisk(whole)
    except ContentsError as error:
        return Given(path, None, _size(whole), unread=error.says)
    return Given(path, contents, contents.size)


def _size(whole: bytes) -> int:
    try:
        status = os.lstat(whole)
    except OSError:
        return 0
    return status.st_size if stat.S_ISREG(status.st_mode) else 0


def _is_below(path: bytes, folder: bytes) -> bool:
    return path.startswith(folder.rstrip(b"/") + b"/")
