"""The jobs of the council: ballots whose time is over are counted, decisions logged, what standards change is found."""

import logging
from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from guildmark.errors import GuildmarkError
from guildmark_hub.council import balloting, deciding, impacts, logged
from guildmark_hub.council.models import Ballot, Proposal
from guildmark_hub.jobs import acts as jobs
from guildmark_hub.jobs.models import Job

CLOSE = "council.close"
_log = logging.getLogger("guildmark_hub.council")


def close(job: Job) -> None:
    """Count each ballot that has ended, in a transaction of its own; one that cannot be counted holds up no other."""
    now = timezone.now()
    ended = Ballot.objects.filter(
        Q(closes_at__lte=now) | Q(closed_at__isnull=False), proposal__state=Proposal.State.BALLOT
    )
    counted, failed = [], {}
    for ballot in ended.order_by("pk"):
        try:
            balloting.close(ballot, now)
            counted.append(ballot.proposal_id)
        except GuildmarkError as error:
            _log.warning("the ballot on proposal %s was not counted: %s", ballot.proposal_id, error.says)
            failed[str(ballot.proposal_id)] = f"{error.says}: {error.hint}"
    with transaction.atomic():
        jobs.done(job, {"counted": counted, "failed": failed})


HANDLERS: dict[str, Callable[[Job], None]] = {CLOSE: close, deciding.LOG: logged.log, impacts.JOB: impacts.find}
SCHEDULE = {CLOSE: timedelta(minutes=1), deciding.LOG: timedelta(hours=1), impacts.JOB: impacts.EVERY}
