"""One execution of a campaign: hostile bytes go through the whole walk, or to one format's reader.

What may come out is an answer or a GuildmarkError. Anything else is a failure, and is raised."""

import hashlib
import itertools
from collections.abc import Iterable
from typing import NamedTuple

from races.seeds import LIMITS

from guildmark import check, formats
from guildmark.contents import Contents, InMemory, chunks
from guildmark.errors import GuildmarkError
from guildmark.file import File
from guildmark.limits import Budget
from guildmark.material import Given, Material, Opening
from guildmark.records import FileRecord, SubjectRecord
from guildmark.subject import Subject, take_in
from guildmark.vet import ask

NAMES = ("model.bin", "README.md", "pyproject.toml", "config.json", "METADATA", "model.py")
LISTED = 1 << 20
WORDS = ("text", "data")
"""What such a format holds any check may read; of other files those that bear on loading."""


class Case(NamedTuple):
    """Bytes, the name that they go by, and the format whose reader gets them (none: the whole walk)."""

    face: str
    name: str
    data: bytes


def execute(case: Case) -> bool:
    """Put one case through; whether its format took the bytes for its own. Raises what must not come out."""
    return read(case) if case.face else walk(case)


def walk(case: Case) -> bool:
    """All that a vet does: the file is recognised, unpacked, read as all that it is, and asked all checks."""
    given = Given(case.name, InMemory(case.data), len(case.data))
    subject = take_in(Material(case.name, None, (given,)), Opening(limits=LIMITS))
    for file in subject.files():
        for face in file.formats:
            _faults(face, file.contents)
    _ask_all(subject)
    return any(file.formats for file in subject.files())


def read(case: Case) -> bool:
    """One format's recogniser, its reader, its unpacking, and the checks that ask about such a file."""
    contents = InMemory(case.data)
    format = formats.load(case.face)
    if not format.recognises(contents):
        return False
    _faults(case.face, contents)
    _drain(case.face, contents)
    digest = hashlib.sha256(case.data).hexdigest()
    file = File(case.name, contents.size, digest, contents, (case.face,))
    files = (FileRecord(case.name, contents.size, digest),)
    subject = Subject(SubjectRecord(case.name, None, "model", f"sha256:{digest}", files), (file,))
    _ask_all(subject, to_load=format.HOLDS not in WORDS)
    return True


def _faults(face: str, contents: Contents) -> None:
    try:
        _exhaust(itertools.islice(formats.faults(face, contents) or (), LIMITS.findings))
        formats.published(face, contents.at(0, LISTED))
    except GuildmarkError:
        return


def _drain(face: str, contents: Contents) -> None:
    """Unpack all members and read their bytes."""
    try:
        for member in formats.members(face, contents, Budget(LIMITS)) or ():
            if member.contents:
                _exhaust(chunks(member.contents))
    except GuildmarkError:
        return


def _exhaust(items: Iterable[object]) -> None:
    for _ in items:
        pass


def _ask_all(subject: Subject, *, to_load: bool = False) -> None:
    for id in check.ids():
        asked = check.load(id)
        if to_load and asked.bears_on != "load":
            continue
        for finding in ask(subject, asked, LIMITS):
            if finding.says.startswith(("the check crashed", "it needs more than")):
                raise AssertionError(f"{id}: {finding.says}")
