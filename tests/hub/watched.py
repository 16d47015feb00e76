"""What the tests of watching share: changes that happen, and a worker that does what is due. Needs a database."""

from typing import Any

from django.utils import timezone

from guildmark.errors import GuildmarkError
from guildmark_hub.catalog.models import Change
from guildmark_hub.jobs import acts as jobs
from guildmark_hub.jobs.models import Job
from guildmark_hub.watching import telling, work


def change(slug: str = "guard", kind: str = "level", says: str = "", **given: Any) -> Change:
    """Something happened to an entry."""
    return Change.objects.create(at=timezone.now(), kind=kind, slug=slug, says=says or f"its {kind} changed", **given)


def read() -> None:
    """Make all notices, as the job does."""
    while telling.read_changes():
        pass


def work_off(most: int = 100) -> list[Job]:
    """Do what is due, one job after the other, as a worker does; no job waits for notices to gather."""
    ended = []
    for _ in range(most):
        job = jobs.lease()
        if job is None:
            return ended
        try:
            work.HANDLERS[job.kind](job)
        except GuildmarkError as error:
            jobs.failed(job, error)
        job.refresh_from_db()
        ended.append(job)
    raise AssertionError("the queue does not get empty")


def hurry() -> None:
    """No job waits any longer; whoever had one is believed dead, and it waits no longer either."""
    before = timezone.now() - 2 * jobs.LEASE
    Job.objects.filter(state="running").update(state="waiting", token="", leased_until=None)
    Job.objects.filter(state="waiting").update(not_before=before, waits_since=before)
