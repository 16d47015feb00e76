"""Every write of submissions: asked, within the limits of a person, and given up."""

import hashlib
from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from guildmark import plain
from guildmark.errors import AskedWrongly
from guildmark_hub.jobs import acts as jobs
from guildmark_hub.jobs.models import Job
from guildmark_hub.people import trail
from guildmark_hub.people.models import Person
from guildmark_hub.vetting import asked
from guildmark_hub.vetting.models import Submission

KIND = "vetting.vet"
OPEN_MOST, DAY_MOST = 3, 20
"""Of one person at a time, and in 24 hours."""
TRIES = 3


def submit(person: Person, text: str) -> Submission:
    """Somebody asks to have something vetted; raises AskedWrongly."""
    purl = asked.read(text)
    with transaction.atomic():
        same = _open(purl, person)
        if same:
            return same
        if not person.is_staff:
            _check_limits(person)
        return ask(purl, person)


def ask(purl: str, person: Person | None = None) -> Submission:
    """Ask for a vetting, for somebody or by the schedule; the open one where there is one."""
    with transaction.atomic():
        same = _open(purl, person)
        if same:
            return same
        job = jobs.ask(KIND, _key(purl, person), {"purl": purl}, person=person, most_tries=TRIES)
        made = Submission.objects.create(person=person, purl=purl, job=job)
        trail.keep(person, "vetting.submit", f"submission:{made.pk}", None, {"purl": purl})
        return made


def give_up(submission: Submission, person: Person) -> None:
    """Who asked, or staff, wants it no more; raises PermissionDenied, and AskedWrongly where it has ended."""
    if not (person.is_staff or submission.person_id == person.pk):
        raise PermissionDenied("Only who asked for a vetting can give it up")
    if not submission.job.open:
        raise AskedWrongly("this vetting has ended", "ask for it anew")
    jobs.cancel(submission.job, person)


def _open(purl: str, person: Person | None) -> Submission | None:
    return Submission.objects.filter(job__key=_key(purl, person), job__state__in=jobs.OPEN).first()


def _key(purl: str, person: Person | None) -> str:
    """One job for what one person asks; a long purl by its digest."""
    whose = f"person {person.pk}" if person else "this hub"
    named = purl if len(purl) <= asked.LONGEST else hashlib.sha256(purl.encode()).hexdigest()
    return f"{named} for {whose}"


def _check_limits(person: Person) -> None:
    theirs = Submission.objects.filter(person=person)
    running = theirs.filter(job__state__in=(Job.State.WAITING, Job.State.RUNNING)).count()
    if running >= OPEN_MOST:
        raise AskedWrongly(f"{plain.counted(running, 'vetting')} of yours are not done yet", "wait until one is")
    at = timezone.now()
    today = theirs.filter(asked_at__gt=at - timedelta(days=1), asked_at__lte=at).count()
    if today >= DAY_MOST:
        raise AskedWrongly(f"you asked for {plain.counted(today, 'vetting')} in 24 hours", "ask again tomorrow")
