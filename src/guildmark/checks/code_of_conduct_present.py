"""People stay where they know how they will be treated, and whom to tell when it goes wrong."""

import re
from collections.abc import Iterator

from guildmark import care, late
from guildmark.check import check, passed
from guildmark.records import Finding
from guildmark.subject import Subject

_NAME = late.compile(r"code[-_ ]?of[-_ ]?conduct(\.(md|rst|txt|adoc))?", re.IGNORECASE)
_WORDS = late.compile(r"\bcode[-_ ]of[-_ ]conduct\b", re.IGNORECASE)


@check(
    applies_to="tool",
    remedy="Ship CODE_OF_CONDUCT.md with an address to write to (the Contributor Covenant is the usual one), or link it"
    " from the README.",
)
def code_of_conduct_present(subject: Subject) -> Iterator[Finding]:
    """Is there a code of conduct?"""
    seen = [file.seen("", "a code of conduct") for file in care.files(subject, _NAME)]
    seen += [*care.addresses(subject, _WORDS), *care.lines(subject, _WORDS)]
    if seen:
        yield passed(f"there is one, in {seen[0].path}", *seen[:2])
    else:
        yield from care.missing(subject, "nothing names a code of conduct")
