"""Run as a program: what every check says of every file and folder in the folders that are named, a line of JSON each.

It opens and asks in this process, so that whatever the machine adds to it is seen."""

import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from guildmark import check
from guildmark.errors import GuildmarkError
from guildmark.limits import Limits
from guildmark.material import Opening
from guildmark.subject import open_subject
from guildmark.vet import ask

LIMITS = Limits(members=1_000, expansion=64 << 20, findings=100)


def lines(where: str) -> Iterator[object]:
    """How each file was taken, then the findings of all checks; or why it could not be opened."""
    try:
        subject = open_subject(where, Opening(network=False, limits=LIMITS))
    except GuildmarkError as error:
        yield error.says
        return
    for file in subject.files():
        yield [file.path, file.sha256, file.formats, file.unread]
    for id in check.ids():
        yield from ask(subject, check.load(id), LIMITS)


def main(folders: list[str]) -> None:
    """Print in the order of the names, in bytes that no locale changes."""
    for folder in folders:
        for place in sorted(Path(folder).iterdir()):
            sys.stdout.buffer.write(b"%b\n" % place.name.encode("utf-8", "surrogateescape"))
            for line in lines(str(place)):
                sys.stdout.buffer.write(b"  " + msgspec.json.encode(line) + b"\n")


if __name__ == "__main__":
    main(sys.argv[1:])
