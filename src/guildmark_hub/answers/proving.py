"""Looks at a place of proof: fetches its file, or has the newest release read in a process of its own."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from guildmark import plain
from guildmark.errors import FormatError, GuildmarkError, NotFound, Unreachable
from guildmark_hub import guarded
from guildmark_hub.answers import proof

SECONDS, LONGEST = 15.0, 600.0
"""For a file, and for a release."""
ANSWER = 1 << 16


class Seen(NamedTuple):
    """What stands at a place: the words, and where exactly they were read."""

    words: frozenset[str]
    where: str


def look(where: str) -> Seen:
    """The words of proof that stand at a place; raises GuildmarkError, which says why none could be read."""
    return _released(where) if where.startswith("pkg:") else _filed(where)


def _filed(where: str) -> Seen:
    answer = guarded.get(where, proof.LARGEST, SECONDS)
    if answer.status != 200:
        says = f"{plain.name(answer.address, 160)} answers {answer.status}: the file is not there"
        raise NotFound(says, "put it there, and see in a browser that everybody can read it")
    return Seen(proof.words_of_file(answer.body), answer.address)


def _released(purl: str) -> Seen:
    """Read in a child: what is in a release was written by others, and the child knows nothing of this hub."""
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "found").open("w+b") as found:
        given = [sys.executable, "-m", "guildmark_hub.answers.reading", purl, folder]
        with subprocess.Popen(given, stdin=subprocess.PIPE, stdout=found, stderr=subprocess.DEVNULL) as child:
            try:
                child.wait(LONGEST)
            except subprocess.TimeoutExpired as error:
                child.kill()
                raise Unreachable(f"{purl} could not be read in {LONGEST:.0f} seconds", "try again later") from error
        found.seek(0)
        return _said(purl, found.read(ANSWER))


def _said(purl: str, data: bytes) -> Seen:
    try:
        said = json.loads(data)
    except ValueError as error:
        raise FormatError(f"reading {purl} broke off", "its newest release may be too large: use a file") from error
    if "says" in said:
        raise GuildmarkError(said["says"], "look whether the release is there, or show it by a file at its source")
    return Seen(frozenset(said["words"]), said["release"])
