"""The jobs: when a version of a standard that a decision published begins to count, all is judged by it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from django.db import transaction

from guildmark_hub.catalog import published, rejudging
from guildmark_hub.catalog.models import Edition
from guildmark_hub.catalog.whole import whole
from guildmark_hub.jobs import acts as jobs
from guildmark_hub.jobs.models import Job

STANDARDS = "catalog.standards"


def standards(job: Job) -> None:
    """Judge all anew where a version counts since the last time; killed, the next try goes on where this one was."""
    now = datetime.now(UTC)
    judged = published.due(now)
    if judged and Edition.objects.filter(current=True).exists():
        rejudging.rejudge(lambda says: jobs.progress(job, f"It is judged anew: {says}."), now)
    elif judged:
        with whole():
            published.mark(published.look(now), now)
    with transaction.atomic():
        jobs.done(job, {"judged": judged})


HANDLERS: dict[str, Callable[[Job], None]] = {STANDARDS: standards}
SCHEDULE = {STANDARDS: timedelta(minutes=5)}
