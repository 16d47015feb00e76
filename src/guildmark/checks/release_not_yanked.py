"""A release that its maker took back, or an index that warns of a project, is the plainest word there is."""

from collections.abc import Iterator

from guildmark import release
from guildmark.check import check, failed, passed, unknown
from guildmark.records import Finding
from guildmark.release import Registered
from guildmark.subject import Subject


@check(
    applies_to="tool",
    remedy="Take a release that was not yanked, the newest one; where the whole project is quarantined, do not use it.",
    bears_on="origin",
)
def release_not_yanked(subject: Subject) -> Iterator[Finding]:
    """Does its index still offer this release: not yanked or deprecated, none in quarantine (PEP 592, PEP 792)?"""
    page, registered = release.of(subject), release.registered(subject)
    if registered is not None:
        yield _of_npm(registered)
        return
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


def _of_npm(page: Registered) -> Finding:
    """By the registry's word; a release that was taken back is listed no more."""
    listed = page.release
    if listed is None:
        return failed(f"the registry lists no {page.name} {page.version}", page.seen("versions", "not listed"))
    if listed.deprecated:
        says = f"{page.name} {page.version} is deprecated: {listed.deprecated}"
        return failed(says[:300], page.seen(f"versions/{page.version}", f"deprecated: {listed.deprecated}"))
    seen = page.seen(f"versions/{page.version}", "not deprecated")
    return passed(f"the registry offers {page.name} {page.version}", seen)
