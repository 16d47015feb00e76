"""A release that its maker took back, or an index that warns of a project, is the plainest word there is."""

from collections.abc import Iterator

from guildmark import release
from guildmark.check import check, failed, passed, unknown
from guildmark.records import Finding
from guildmark.subject import Subject


@check(
    applies_to="tool",
    remedy="Take a release that was not yanked, the newest one; where the whole project is quarantined, do not use it.",
    bears_on="origin",
)
def release_not_yanked(subject: Subject) -> Iterator[Finding]:
    """Does its index still offer this release: not yanked, and the project not quarantined (PEP 592, PEP 792)?"""
    page = release.of(subject)
    if page is None:
        yield unknown("no package index was asked whether it still offers this release")
        return
    status = page.status
    if status and status.status == "quarantined":
        says = f"the index holds {page.name} in quarantine: {status.reason or 'no reason given'}"
        yield failed(says, page.seen("project-status", status.status))
        return
    if not page.files:
        yield unknown(f"the index's page lists no file of {page.name} {page.version}", page.seen("files", "none"))
        return
    yanked = [file for file in page.files if file.yanked is not None]
    for file in yanked:
        reason = file.yanked or "no reason given"
        yield failed(f"{file.filename} was yanked: {reason}", page.seen(file.filename, f"yanked: {reason}"))
    if not yanked:
        yield passed(f"the index offers {page.name} {page.version}", page.seen(page.files[0].filename, "not yanked"))
