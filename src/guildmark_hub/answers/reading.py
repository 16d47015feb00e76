"""Reads the words of proof in the newest release of a package; a process of its own, bounded, that knows no database.

`python -m guildmark_hub.answers.reading PURL FOLDER` prints JSON: the words and the version, or what was wrong."""

import json
import os
import re
import sys
from collections.abc import Iterator

from guildmark import bounds, papers
from guildmark.errors import GuildmarkError
from guildmark.file import File
from guildmark.limits import Limits
from guildmark.material import Opening
from guildmark.subject import Subject, open_subject
from guildmark_hub.answers import proof

LIMITS = Limits(depth=1, members=50_000, expansion=300_000_000)
MEMORY, SECONDS = 1_000_000_000, 300
TEXT = 1 << 20
MOST = 100
_PAPERS = re.compile(r"METADATA|PKG-INFO|README(\.\w{1,10})?", re.IGNORECASE)
_APART = re.compile(r"[-_.]+")


def words(subject: Subject) -> Iterator[str]:
    """The words in the papers that the release's own makers put at its top; what is vendored speaks for others."""
    for file in subject.files():
        if file.readable and _is_own(file, subject.record.name):
            yield from proof.words(file.text(TEXT))


def _is_own(file: File, name: str) -> bool:
    """Whether a file is a proof file or a paper at the top of an archive, or in the folder that has the name."""
    inside = papers.inside(file.path)
    folder, _, last = inside.rpartition("/")
    if file.archive.count("!") or not file.archive or not (last == proof.FILE or _PAPERS.fullmatch(last)):
        return False
    plain_name, plain_folder = (_APART.sub("-", one.rpartition("/")[2].lower()) for one in (name, folder))
    named = plain_folder in (plain_name, "package") or plain_folder.startswith(f"{plain_name}-")
    return not folder or ("/" not in folder and named)


def main(purl: str, folder: str) -> None:
    """Print what was found; ends with the process that waits for it, which holds the other end of our input."""
    bounds.bind_to_parent(0)
    bounds.bound_memory(MEMORY, SECONDS)
    for name in [name for name in os.environ if name.startswith("GUILDMARK_HUB_")]:
        del os.environ[name]
    try:
        subject = open_subject(purl, Opening(limits=LIMITS, cache=folder))
        found = {"words": sorted(set(words(subject)))[:MOST], "release": subject.record.purl or purl}
    except GuildmarkError as error:
        found = {"says": error.says}
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
