"""What the queue does for itself."""

from datetime import timedelta

from django.db import transaction

from guildmark_hub.jobs import acts
from guildmark_hub.jobs.models import Job
from guildmark_hub.people import forgetting


def forget(job: Job) -> None:
    """Delete what ended long ago."""
    with transaction.atomic():
        acts.done(job, {"forgotten": acts.forget()})


def forget_people(job: Job) -> None:
    """Delete sessions that have expired, and accounts whose address was never proved."""
    with transaction.atomic():
        acts.done(job, forgetting.forget())


HANDLERS = {"jobs.forget": forget, "people.forget": forget_people}
SCHEDULE = {"jobs.forget": timedelta(days=1), "people.forget": timedelta(days=1)}
