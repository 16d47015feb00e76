"""What checks about dependencies share: the set that a tool is shipped with, and why it may not be whole."""

from collections.abc import Iterator
from typing import NamedTuple

from guildmark import release, resolve
from guildmark.check import unknown
from guildmark.errors import FormatError
from guildmark.records import Evidence, Finding
from guildmark.resolve import NODE, PYTHON, Need, Needs
from guildmark.subject import Subject

UNASKED = "what it needs was not asked for: `guildmark vet` does so for a release on an index (pypi:NAME, npm:NAME)"
COPED = ("cycle", "peer")
"""Problems with which installers cope: the set is known all the same."""


class Known(NamedTuple):
    """The set, and the sha256 and address of the listing that it is from."""

    needs: Needs
    sha256: str
    asked_at: str

    def seen(self, at: str, seen: str) -> Evidence:
        """Evidence in the listing."""
        return Evidence(resolve.LISTING, self.sha256, at, seen)


def known(subject: Subject) -> Known | None:
    """The set that came with a subject; None where there is none, or it cannot be read."""
    try:
        found = resolve.of(subject)
    except FormatError:
        return None
    return Known(found[0], found[1].listing.sha256, found[1].listing.asked_at) if found else None


def itself(subject: Subject) -> Need | None:
    """The tool as one of the set; None where nothing states its name and version."""
    purl = subject.record.purl or ""
    if purl.startswith("pkg:npm/"):
        name, _, version = purl.removeprefix("pkg:npm/").replace("%40", "@").rpartition("@")
        return Need(NODE, name, version) if name and version else None
    name, version = release.identity(subject)
    return Need(PYTHON, name, version) if name and version else None


def gaps(found: Known | None) -> Iterator[Finding]:
    """An `unknown` for what keeps the set from being whole; none where it is."""
    if found is None:
        yield unknown(UNASKED)
        return
    for problem in found.needs.problems:
        if problem.kind not in COPED:
            yield unknown(f"the set is not whole: {problem.says}", found.seen(problem.package, problem.says))


def way(need: Need) -> str:
    """`, needed by a → b`; empty for what nothing is known to need."""
    return f", needed by {' → '.join(need.by)}" if need.by else ""
