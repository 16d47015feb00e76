"""A key that is published with a work opens someone's account to everyone who downloads it.

Looked for are tokens whose shape their issuers document, and private keys; not passwords or random
strings, which cannot be told from data. Nothing is tried out against any service. What is visibly a
sample (repeated or sequential characters, words such as `example`) or stands among tests, examples
and documentation, where dummy keys belong, is told, and does not fail."""

import re
from collections.abc import Iterator

from guildmark import formats, late, papers
from guildmark.check import check, failed, not_applicable, passed, unknown, unread
from guildmark.errors import ContentsError
from guildmark.file import File
from guildmark.records import Evidence, Finding
from guildmark.secrets import SHAPES, Leak, leaks
from guildmark.subject import Subject

FILE_LIMIT = 5 << 20
GOOGLE = "Google API key"
_PAGE = late.compile(r"\s*(<!--.{0,1500}?-->\s*)?<(!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL)


@check(
    applies_to="model dataset tool",
    remedy="Revoke the key at its issuer first, for it is public now; then take it out of the files, read it from"
    " the environment instead, and publish anew.",
    bears_on="ship",
)
def no_secrets(subject: Subject) -> Iterator[Finding]:
    """Are the files free of keys and tokens?"""
    samples: list[Evidence] = []
    looked = 0
    for file in subject.files():
        if not _is_text(file):
            continue
        looked += 1
        if file.size > FILE_LIMIT:
            yield unknown(
                f"{file.path} was looked through to byte {FILE_LIMIT} only", file.seen("", f"{file.size} bytes")
            )
        found, stopped = _leaks(file)
        aside = papers.is_aside(file.path) or file.name.startswith(("test_", "conftest"))
        real = [leak for leak in found if not (leak.is_sample or aside)]
        if open_to_all := [leak for leak in real if _is_for_browsers(file, leak)]:
            says = f"{file.path} is a web page with a key for its readers' browsers: public by design, if its owner"
            says = f"{says} limits it to that page, which cannot be seen here"
            yield unknown(says, *(_evidence(file, leak) for leak in open_to_all[:10]))
            real = [leak for leak in real if leak not in open_to_all]
            found = [leak for leak in found if leak not in open_to_all]
        if real:
            kinds = ", ".join(sorted({leak.kind for leak in real}))
            yield failed(f"{file.path} holds a secret: {kinds}", *(_evidence(file, leak) for leak in real[:10]))
        if stopped:
            yield unknown(f"{file.path} was not looked through: {stopped}", file.seen("", stopped))
        samples += [_evidence(file, leak, "looks like a sample: ") for leak in found if leak not in real][:10]
    yield from unread(subject)
    if not looked:
        yield not_applicable("no file is a text")
        return
    summary = Evidence(subject.record.name, None, "", f"{looked} text files looked through")
    yield passed(f"no secret of {len(SHAPES)} documented kinds was found", summary, *samples[:20])


def _is_for_browsers(file: File, leak: Leak) -> bool:
    """A Google API key in a page of HTML: every reader's browser is given it."""
    return leak.kind == GOOGLE and bool(_PAGE.match(file.text(2_000)))


def _evidence(file: File, leak: Leak, note: str = "") -> Evidence:
    return file.seen(f"line {leak.line}", f"{note}{leak.kind}: {leak.start}…")


def _is_text(file: File) -> bool:
    holds = {formats.load(name).HOLDS for name in file.formats}
    if not file.readable or file.raw or not (holds <= {"text", "data", "program"}):
        return False
    try:
        return b"\0" not in file.contents.at(0, 8_192)
    except ContentsError:
        return False


def _leaks(file: File) -> tuple[list[Leak], str]:
    try:
        return leaks(file.text(FILE_LIMIT))
    except ContentsError as error:
        return [], error.says
