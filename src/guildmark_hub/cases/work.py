"""The jobs: what time makes of cases, their marks, and of appeals that are open."""

from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from guildmark import plain
from guildmark_hub.cases import acts, appeals, ending, moving
from guildmark_hub.jobs import acts as jobs
from guildmark_hub.jobs.models import Job

GO_ON = "cases.go_on"
EVERY = timedelta(minutes=10)


def go_on(job: Job) -> None:
    """Bring every case and every appeal to where it is now, each in a transaction of its own: killed, it goes on with
    what is left, and one that cannot be brought on holds up no other."""
    now, failed = timezone.now(), dict[str, str]()
    reviewed = acts.go_on(now, failed)
    looked = moved = 0
    for case in ending.due():
        with acts.apart(moving.named(case), failed):
            moved += ending.settle(case, now)
        looked += 1
        jobs.progress(job, f"{plain.counted(looked, 'case')} were looked at.")
    for appeal in appeals.due():
        with acts.apart(appeals.named(appeal), failed):
            appeals.settle(appeal, now)
    with transaction.atomic():
        jobs.done(job, {**reviewed, "looked": looked, "moved": moved, "failed": failed})


HANDLERS: dict[str, Callable[[Job], None]] = {GO_ON: go_on}
SCHEDULE = {GO_ON: EVERY}
