"""A file that differs from the one that was published may have been changed on its way."""

import hashlib
from collections.abc import Iterator

from guildmark.check import check, failed, passed, unknown
from guildmark.contents import chunks
from guildmark.file import File
from guildmark.formats import packument
from guildmark.material import NOT_READ_HERE
from guildmark.records import Finding
from guildmark.subject import Subject


@check(
    applies_to="model dataset tool",
    remedy="Do not use the file: fetch it again from where it was published, and tell its maker if it still differs.",
    bears_on="origin",
)
def files_match_published(subject: Subject) -> Iterator[Finding]:
    """Is every file, byte for byte, the one that its place says it published?"""
    published, by_others = subject.published(), _by_other_digests(subject)
    if not published and not by_others:
        yield unknown("no place was asked what it published: nothing to compare with")
        return
    for file in subject.own_files():
        stated = published.get(file.path)
        if stated is None and file.path in by_others and file.readable:
            yield _held_against(file, *by_others[file.path])
        elif stated is None:
            yield unknown(f"no digest is published for {file.path}", file.seen("", "not in the listing"))
        elif file.unread == NOT_READ_HERE:
            yield unknown(f"{file.path}: {NOT_READ_HERE}", file.seen("sha256", stated))
        elif file.sha256 is None:
            yield unknown(f"{file.path} was not read: {file.unread}", file.seen("", file.unread))
        elif file.sha256 != stated:
            evidence = file.seen("sha256", f"published {stated}, read {file.sha256}")
            yield failed(f"{file.path} is not the file that was published", evidence)
        else:
            yield passed(f"{file.path} is the file that was published", file.seen("sha256", stated))


def _by_other_digests(subject: Subject) -> dict[str, tuple[str, str]]:
    """What a registry of npm states, which does not state a SHA-256: an algorithm and a digest, by path."""
    listed = (held.body for held in subject.listings if held.listing.name == "packument")
    return {path: digest for body in listed for path, digest in packument.stated(body).items()}


def _held_against(file: File, algorithm: str, stated: str) -> Finding:
    hasher = hashlib.new(algorithm, usedforsecurity=False)
    for piece in chunks(file.contents):
        hasher.update(piece)
    read = hasher.hexdigest()
    if read != stated:
        evidence = file.seen(algorithm, f"published {stated}, read {read}")
        return failed(f"{file.path} is not the file that was published", evidence)
    if algorithm == "sha1":
        return unknown(f"{file.path} fits what is published, by SHA-1 alone, which is broken", file.seen("sha1", read))
    return passed(f"{file.path} is the file that was published", file.seen(algorithm, stated))
