"""What the worker does of vetting: it looks, signs what was found, and takes that into the catalog."""

import time

from django.db import transaction

from guildmark.errors import ClaimError
from guildmark_hub.catalog import acts as catalog
from guildmark_hub.jobs import acts as jobs
from guildmark_hub.jobs.models import Job
from guildmark_hub.vetting import fresh, looking, signing
from guildmark_hub.vetting.acts import KIND
from guildmark_hub.vetting.models import Submission

BETWEEN = 2.0
"""Seconds between two words of how far it is."""


def vet(job: Job) -> None:
    """Look at what was asked; the claim, the submission's end and the job's are written in one transaction."""
    assessment = looking.look(job.given["purl"], _Telling(job))
    jobs.progress(job, "What was found is being signed and taken in.")
    try:
        data = signing.signed(assessment)
        with transaction.atomic():
            submission = Submission.objects.select_related("person").get(job=job)
            taken = catalog.take_in(data, submission.person)
            Submission.objects.filter(pk=submission.pk).update(claim=taken.claim)
            jobs.done(job, {"address": taken.address, "statement": taken.claim.statement})
    except ClaimError as error:
        raise jobs.Hopeless(f"it was looked at, and cannot be published: {error.says}", error.hint) from error


class _Telling:
    """Says how far a job is, not too often; raises LeaseLost where the job is another's."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._said = 0.0

    def __call__(self, says: str) -> None:
        if time.monotonic() - self._said >= BETWEEN:
            self._said = time.monotonic()
            jobs.progress(self._job, says)


HANDLERS = {KIND: vet, **fresh.HANDLERS}
SCHEDULE = fresh.SCHEDULE
