"""A file that differs from the one that was published may have been changed on its way."""

from collections.abc import Iterator

from guildmark.check import check, failed, passed, unknown
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
    published = subject.published()
    if not published:
        yield unknown("no place was asked what it published: nothing to compare with")
        return
    for file in subject.own_files():
        stated = published.get(file.path)
        if stated is None:
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
