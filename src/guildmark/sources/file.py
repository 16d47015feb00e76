"""One file on this machine: a model's weights, a wheel, an archive, a list of requirements."""

import os
from contextlib import suppress

from guildmark import pins
from guildmark.contents import OnDisk
from guildmark.errors import ContentsError, FormatError, LimitPassed, NotFound, SubjectError
from guildmark.manifest import printable
from guildmark.material import Given, Held, Material, Opening

TITLE = "A file on this machine"
EXAMPLE = "./model.safetensors"


def deliver(rest: str, opening: Opening) -> Material:
    """The one file at a path; a link that the user names is followed.

    What a requirements file includes comes as listings: it is judged with it, and has no part in its digest."""
    path = os.path.realpath(rest)
    if not os.path.lexists(path):
        raise NotFound(f"there is nothing at {printable(rest)}", "give a path, or pypi:NAME, hf:ORG/NAME, git:URL")
    try:
        contents = OnDisk(path)
    except ContentsError as error:
        raise SubjectError(f"{printable(rest)}: {error.says}", "give a file that you may read") from error
    name = printable(os.path.basename(os.path.normpath(rest)))
    listings = tuple(_included(path, contents)) if pins.may_include(os.path.basename(path)) else ()
    return Material(name, None, (Given(name, contents, contents.size),), listings, is_file=True)


def from_purl(purl: str) -> str | None:
    """No purl names a file on this machine."""
    return None


def _included(path: str, contents: OnDisk) -> list[Held]:
    """The files in the same folder, or below it, that a requirements file includes."""
    import hashlib  # only these lists need them

    from guildmark.download import now
    from guildmark.records import Listing

    folder = os.path.dirname(path)
    found: dict[str, Held] = {}

    def beside(where: str) -> bytes:
        real = os.path.realpath(os.path.join(folder, where))
        if not real.startswith(os.path.join(folder, "")):
            raise ContentsError("it leads out of the folder")
        included = OnDisk(real)
        if included.size > pins.LARGEST:
            raise LimitPassed(f"a list of over {pins.LARGEST} bytes")
        body = included.at(0, included.size)
        digest = hashlib.sha256(body).hexdigest()
        found[where] = Held(Listing(pins.INCLUDED, printable(where), now(), len(body), digest), body)
        return body

    with suppress(FormatError, ContentsError):  # who reads the pins tells it
        pins.read(os.path.basename(path), contents.at(0, pins.LARGEST + 1), pins.Ask(beside=beside))
    return [*found.values()]
