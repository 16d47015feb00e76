"""Only a source that is named can be read, and only one that belongs to the tool says anything about it."""

import re
from collections.abc import Iterator

from guildmark import care, late, papers, release
from guildmark.care import Source
from guildmark.check import check, failed, passed, unknown
from guildmark.records import Finding
from guildmark.subject import Subject

_SAMPLES = {
    ("pypa", "sampleproject"),
    ("user", "repo"),
    ("username", "repo"),
    ("owner", "repo"),
    ("example", "example"),
}
_PLACEHOLDER = late.compile(
    r"^(your[-_]?\w*|example|my[-_]?(org|name|user\w*)|username|yourusername|foo)$", re.IGNORECASE
)


@check(
    applies_to="tool",
    remedy="Name the repository under [project.urls] as `Source` or `Repository`, with the tracker beside it in the"
    " same place, and tag each release there.",
)
def source_named(subject: Subject) -> Iterator[Finding]:
    """Do the metadata name one repository as the source, and does it look like this project's?"""
    found = care.sources(subject)
    samples = [one for one in found if _is_sample(one)]
    if samples:
        yield failed(f"the source that is named is a template's: {samples[0].seen.seen}", samples[0].seen)
    elif not found:
        yield from papers.missing(subject, "the metadata name no repository as the source")
    elif len(owners := sorted({(one.host, one.owner) for one in found})) > 1:
        names = ", ".join(map("/".join, owners[:5]))
        yield unknown(f"the metadata name repositories of several owners: {names}", *(one.seen for one in found[:5]))
    else:
        yield _plausible(subject, found)


def _plausible(subject: Subject, found: list[Source]) -> Finding:
    """`passed`; `unknown` where no part of the project's name stands in the repository's."""
    name, version = release.identity(subject)
    address = "/".join(found[0][:3])
    words = {word for word in re.split(r"[^a-z0-9]+", name) if len(word) > 2} or {name}
    spelt = re.sub(r"[-_.]", "", f"{found[0].owner}{found[0].repository}".lower())
    if name and not any(word in spelt for word in words):
        return unknown(f"{address} is named as the source, and nothing of {name} stands in its name", found[0].seen)
    return passed(
        f"{address} is named as the source; whether it has {version or 'the version'} was not asked", found[0].seen
    )


def _is_sample(one: Source) -> bool:
    return (one.owner, one.repository) in _SAMPLES or bool(_PLACEHOLDER.match(one.owner))
