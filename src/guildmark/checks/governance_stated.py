"""Who decides, how to take part, and where to report a hole: without it an open licence is a gift, not a project."""

import re
from collections.abc import Iterator

from guildmark import care, late, papers
from guildmark.check import check, passed
from guildmark.records import Finding
from guildmark.subject import Subject

_NAME = late.compile(
    r"(governance|contributing|code[-_]of[-_]conduct|security|maintainers|codeowners|owners|support|steering|charter)"
    r"(\.(md|rst|txt|adoc))?",
    re.IGNORECASE,
)


@check(
    applies_to="tool",
    remedy="Ship CONTRIBUTING.md (how to take part), SECURITY.md (where to report a hole) and GOVERNANCE.md or"
    " MAINTAINERS.md (who decides), at the top or in docs/ or .github/.",
)
def governance_stated(subject: Subject) -> Iterator[Finding]:
    """Do the files say who decides and how to take part?"""
    found = [file for file in subject.files() if _NAME.fullmatch(file.name) and _is_own(file.path) and file.size]
    if found:
        shown = ", ".join(file.path for file in found[:4])
        yield passed(f"it is stated in {shown}", *(file.seen("", "a file of governance") for file in found[:4]))
    else:
        yield from care.missing(subject, "no file says who decides, how to take part or where to report a hole")


def _is_own(path: str) -> bool:
    return papers.inside(path).count("/") <= 2 and not re.search(r"node_modules|vendor|third_?party", path)
