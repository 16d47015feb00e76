"""Every write to the queue: asked, leased in a fair order, kept alive, done once, tried again, given up.

Two rules carry it. Who ends a job shows its lease's token in the transaction of the effect, so a worker that was
believed dead ends nothing. And of the clock only lengths are believed: no lease ends later than LEASE from now, and a
wait that began after now begins anew, so a clock that is set back neither holds a job nor doubles one."""

import random
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, Min, Q, QuerySet
from django.utils import timezone

from guildmark.errors import AskedWrongly, GuildmarkError
from guildmark_hub.jobs.models import Job
from guildmark_hub.people import trail
from guildmark_hub.people.models import Person

LEASE = timedelta(minutes=2)
"""A worker that says nothing for so long is believed dead."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=15), timedelta(hours=1)
"""Before the second try, and before any; between them each pause is twice the one before, less up to half by chance."""
KEPT, KEPT_OWN = timedelta(days=90), timedelta(days=7)
"""How long a job that ended well is kept: somebody's, and one that the hub asked itself."""
WORDS = 1000
OPEN = (Job.State.WAITING, Job.State.RUNNING)
now = timezone.now


class LeaseLost(GuildmarkError):
    """Another worker has the job, or nobody wants it any more: what was begun is not to be kept."""


class Hopeless(GuildmarkError):
    """It will not work however often it is tried."""


def ask(
    kind: str,
    key: str,
    given: Mapping[str, Any],
    *,
    person: Person | None = None,
    not_before: datetime | None = None,
    most_tries: int = 5,
) -> Job:
    """Ask for a job, once: the open job of that key where there is one."""
    with transaction.atomic():
        found = Job.objects.filter(key=key, state__in=OPEN).first()
        if found:
            return found
        at = now()
        begin = {"asked_at": at, "waits_since": at, "not_before": not_before or at}
        return Job.objects.create(
            kind=kind, key=key, given=dict(given), person=person, most_tries=most_tries, says="It waits.", **begin
        )


def lease() -> Job | None:
    """The job whose turn it is, now this caller's; None where nothing is to be done now.

    It is the oldest of the person with the fewest running, among those whoever was served longest ago; what the hub
    asks by itself counts as one person's. Reaps first."""
    at = now()
    if not Job.objects.filter(_due(at) | _strayed(at) | _expired(at)).exists():
        return None
    with transaction.atomic():
        at = now()
        _set_right(at)
        for lost in Job.objects.filter(_expired(at)):
            _try_again(lost, "The worker that did it died", "", at)
        chosen = _next(Job.objects.filter(_due(at)))
        if chosen is None:
            return None
        last: int = Job.objects.aggregate(last=Max("turn"))["last"]
        chosen.turn = last + 1
        chosen.state, chosen.token, chosen.leased_until = Job.State.RUNNING, secrets.token_hex(16), at + LEASE
        chosen.began_at, chosen.ended_at = at, None
        chosen.tries += 1
        chosen.says, chosen.hint, chosen.part = "It has begun.", "", None
        chosen.save()
        return chosen


def progress(job: Job, says: str, part: float | None = None) -> None:
    """Say how far it is, and keep the lease; raises LeaseLost."""
    _write(job, says=says[:WORDS], part=part, leased_until=now() + LEASE)


def keep(job: Job) -> None:
    """Keep the lease; raises LeaseLost."""
    _write(job, leased_until=now() + LEASE)


def done(job: Job, gave: Any = None) -> None:
    """End it well, inside the transaction of its effect; raises LeaseLost, and then the effect must not be kept."""
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("a job is done in the transaction of its effect")
    _write(job, **_ended(Job.State.DONE), says="It is done.", hint="", part=1.0, gave=gave)


def failed(job: Job, error: GuildmarkError) -> None:
    """Try it again later, or give it up where that is hopeless or was the last try; raises LeaseLost."""
    with transaction.atomic():
        held = Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, token=job.token).first()
        if held is None:
            raise _lost(job)
        if isinstance(error, Hopeless):
            _give_up(held, error.says, error.hint)
        else:
            _try_again(held, error.says, error.hint, now())


def give_back(job: Job) -> None:
    """Let another worker do it, at once, and count this as no try; raises LeaseLost."""
    at = now()
    waits = {"state": Job.State.WAITING, "waits_since": at, "not_before": at}
    _write(job, **waits, tries=max(0, job.tries - 1), token="", leased_until=None, says="It waits.", part=None)


def cancel(job: Job, person: Person | None) -> None:
    """End a job that nobody wants; what works on it finds out at its next word. Raises AskedWrongly."""
    with transaction.atomic():
        held = Job.objects.get(pk=job.pk)
        if held.state not in (*OPEN, Job.State.DEAD):
            raise AskedWrongly("this job has ended", "nothing is left to give up")
        before = held.state
        Job.objects.filter(pk=job.pk).update(
            **_ended(Job.State.CANCELLED), says=f"It was given up: {held.says}"[:WORDS]
        )
        trail.keep(person, "jobs.cancel", f"job:{job.pk}", before, Job.State.CANCELLED)


def again(job: Job, person: Person) -> None:
    """Try a dead job again, as if it were new; raises AskedWrongly."""
    with transaction.atomic():
        held = Job.objects.get(pk=job.pk)
        if held.state != Job.State.DEAD:
            raise AskedWrongly("only a job that was given up can be tried again", "look at it again")
        if Job.objects.filter(key=held.key, state__in=OPEN).exists():
            raise AskedWrongly("the same was asked again since", "wait for that job")
        at = now()
        waits = {"state": Job.State.WAITING, "waits_since": at, "not_before": at, "ended_at": None}
        Job.objects.filter(pk=job.pk).update(**waits, tries=0, says="It waits.", hint="")
        trail.keep(person, "jobs.again", f"job:{job.pk}", Job.State.DEAD, Job.State.WAITING)


def ask_scheduled(kind: str, every: timedelta) -> Job | None:
    """Ask the job of this period, unless the last one of this kind is of this period, or has not ended."""
    with transaction.atomic():
        key = f"{kind}@{int(now().timestamp() // every.total_seconds())}"
        last = Job.objects.filter(kind=kind, key__startswith=f"{kind}@").order_by("-pk").first()
        if last and (last.open or last.key == key):
            return None
        return ask(kind, key, {})


def forget(most: int = 20_000) -> int:
    """Delete jobs that ended well long ago and that nothing speaks of; how many."""
    at = now()
    ended = Q(person=None, ended_at__lt=at - KEPT_OWN) | Q(ended_at__lt=at - KEPT)
    old = Job.objects.filter(ended, state__in=(Job.State.DONE, Job.State.CANCELLED))
    for relation in Job._meta.related_objects:
        old = old.filter(**{f"{relation.name}__isnull": True})
    with transaction.atomic():
        found = list(old.order_by("pk").values_list("pk", flat=True)[:most])
        return Job.objects.filter(pk__in=found).delete()[0]


def _due(at: datetime) -> Q:
    return Q(state=Job.State.WAITING, not_before__lte=at)


def _strayed(at: datetime) -> Q:
    """What a clock wrote that stood ahead of this one."""
    ahead = Q(state=Job.State.RUNNING, leased_until__gt=at + LEASE)
    return ahead | Q(state=Job.State.WAITING, waits_since__gt=at)


def _expired(at: datetime) -> Q:
    return Q(state=Job.State.RUNNING, leased_until__lte=at)


def _set_right(at: datetime) -> None:
    """Make leases end and waits begin by this clock."""
    for job in Job.objects.filter(_strayed(at)):
        if job.state == Job.State.RUNNING:
            job.leased_until = at + LEASE
        else:
            job.not_before -= job.waits_since - at
            job.waits_since = at
        job.save(update_fields=["leased_until", "not_before", "waits_since"])


def _next(due: QuerySet[Job]) -> Job | None:
    """The job whose turn it is, of those that are due."""
    first = {row["person"]: row["first"] for row in due.values("person").annotate(first=Min("pk")).order_by()}
    if not first:
        return None
    running = dict(Job.objects.filter(state=Job.State.RUNNING).values_list("person").annotate(Count("pk")).order_by())
    theirs = Q(person__in=[person for person in first if person is not None])
    if None in first:
        theirs |= Q(person=None)
    served = dict(Job.objects.filter(theirs).values_list("person").annotate(Max("turn")).order_by())
    chosen = min(first, key=lambda person: (running.get(person, 0), served.get(person, 0), first[person]))
    return Job.objects.get(pk=first[chosen])


def _try_again(job: Job, says: str, hint: str, at: datetime) -> None:
    """Let it wait for its next try, or give it up where there is none left."""
    if job.tries >= job.most_tries:
        _give_up(job, says, hint)
        return
    pause = min(FIRST_PAUSE * 2 ** min(job.tries - 1, 20), LONGEST_PAUSE) * random.uniform(0.5, 1)
    waits = {"state": Job.State.WAITING, "waits_since": at, "not_before": at + pause, "token": "", "leased_until": None}
    Job.objects.filter(pk=job.pk).update(**waits, says=says[:WORDS], hint=hint[:WORDS], part=None)


def _give_up(job: Job, says: str, hint: str) -> None:
    Job.objects.filter(pk=job.pk).update(**_ended(Job.State.DEAD), says=says[:WORDS], hint=hint[:WORDS], part=None)


def _ended(state: Job.State) -> dict[str, Any]:
    return {"state": state, "ended_at": now(), "token": "", "leased_until": None}


def _write(job: Job, **columns: Any) -> None:
    """Write columns of a job that is still this worker's; raises LeaseLost."""
    if not Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, token=job.token).update(**columns):
        raise _lost(job)
    for name, value in columns.items():
        if name != "token":
            setattr(job, name, value)


def _lost(job: Job) -> LeaseLost:
    return LeaseLost(f"the lease of job {job.pk} is another's by now", "nothing of this try is kept")
