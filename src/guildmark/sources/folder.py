"""A folder on this machine: everything below it but `.git`, and no link followed out of it."""

import os
import stat
from collections.abc import Iterator

from guildmark.contents import OnDisk
from guildmark.errors import ContentsError, NotFound, SubjectError
from guildmark.manifest import printable
from guildmark.material import Given, Material, Opening

TITLE = "A folder on this machine"
EXAMPLE = "./model"


def deliver(rest: str, opening: Opening) -> Material:
    """The files below a folder, sorted by the bytes of their paths."""
    top = os.fsencode(os.path.realpath(rest))
    if not os.path.isdir(top):
        raise NotFound(f"there is no folder at {printable(rest)}", "give the folder that holds the files")
    try:
        os.listdir(top)
    except OSError as error:
        says = f"{printable(rest)} cannot be read: {error.strerror}"
        raise SubjectError(says, "give a folder that you may read") from error
    files = sorted(_below(top, b""), key=lambda given: given.path.encode())
    name = printable(os.path.basename(top)) or "folder"
    return Material(name, None, tuple(files), whole=os.path.exists(os.path.join(top, b".git")))


def from_purl(purl: str) -> str | None:
    """No purl names a folder on this machine."""
    return None


def _below(top: bytes, inside: bytes) -> Iterator[Given]:
    try:
        with os.scandir(os.path.join(top, inside)) as entries:
            found = list(entries)
    except OSError as error:
        yield Given(printable(inside) + "/", None, 0, unread=f"the folder could not be opened: {error.strerror}")
        return
    for entry in found:
        path = os.path.join(inside, entry.name)
        if entry.is_dir(follow_symlinks=False):
            if entry.name != b".git":
                yield from _below(top, path)
        else:
            yield _given(top, path)


def _given(top: bytes, path: bytes) -> Given:
    whole = os.path.join(top, path)
    try:
        status = os.lstat(whole)
        if stat.S_ISLNK(status.st_mode):
            return _link(top, path, os.readlink(whole))
        contents = OnDisk(whole)
    except OSError as error:
        return Given(printable(path), None, 0, unread=f"the file could not be read: {error.strerror}")
    except ContentsError as error:
        return Given(printable(path), None, status.st_size, unread=error.says)
    return Given(printable(path), contents, contents.size)


def _link(top: bytes, path: bytes, target: bytes) -> Given:
    """A link to a file of the same folder is that file, which is read as itself; any other is not read."""
    real = os.path.realpath(os.path.join(top, path))
    inside = real.startswith(top.rstrip(b"/") + b"/") and b"/.git/" not in real and os.path.isfile(real)
    unread = "" if inside else f"a link to {printable(target)}, not followed"
    return Given(printable(path), None, 0, unread=unread, link=os.fsdecode(target))
