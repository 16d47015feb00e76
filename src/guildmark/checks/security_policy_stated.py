"""Who finds a hole must know whom to tell in private; else it is told in public, or not at all."""

import re
from collections.abc import Iterator

from guildmark import care, late
from guildmark.check import check, passed, unknown
from guildmark.records import Finding
from guildmark.subject import Subject

_NAME = late.compile(r"security(\.(md|rst|txt|adoc)|_contacts)?|security-insights\.ya?ml", re.IGNORECASE)
_LABEL = late.compile(r"^security\b|vulnerabilit|/security/(policy|advisories)|/SECURITY\.md", re.IGNORECASE)
_HEADING = late.compile(
    r"\b(security (policy|issues?|vulnerabilit|disclosures?|contact)|report(ing)? (a |security )?vulnerabilit"
    r"|responsible disclosure|vulnerability (reporting|disclosure))",
    re.IGNORECASE,
)
_REACHES = late.compile(
    r"[\w.+-]{1,64}@[\w-]{1,64}\.[a-z]{2,10}|https?://|private(ly)? (vulnerability )?report|\[at\]", re.IGNORECASE
)


@check(
    applies_to="tool",
    remedy="Ship SECURITY.md with an address for reports in private, and what a reporter may expect.",
)
def security_policy_stated(subject: Subject) -> Iterator[Finding]:
    """Is it said how to report a hole in private?"""
    files = [file for file in care.files(subject, _NAME) if file.readable and not file.name.endswith((".py", ".c"))]
    reached = [file for file in files if _REACHES.search(file.text(1 << 18))]
    said = [*care.addresses(subject, _LABEL), *care.sections(subject, _HEADING)]
    if reached:
        words = _REACHES.search(reached[0].text(1 << 18))
        yield passed(f"{reached[0].path} says how", reached[0].seen("", words[0] if words else ""))
    elif said:
        yield passed(f"the papers say how: {said[0].seen}"[:300], *said[:2])
    elif files:
        yield unknown(f"{files[0].path} names no address", files[0].seen("", "no address"))
    else:
        yield from care.missing(subject, "nothing says how to report a hole")
