"""The jobs: changes are read, letters are sent, web hooks are told.

A letter and a delivery arrive at least once: what ends the job is written after the other side has taken it, and who
is asked again after a crash between the two sees the same Message-ID, the same webhook-id."""

import smtplib
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from guildmark import plain
from guildmark.errors import AskedWrongly, Unreachable
from guildmark_hub import guarded
from guildmark_hub.catalog.models import Change
from guildmark_hub.jobs import acts as jobs
from guildmark_hub.jobs.models import Job
from guildmark_hub.people import watermark
from guildmark_hub.people.models import Person
from guildmark_hub.watching import atom, following, hooks, letters, telling
from guildmark_hub.watching.models import Hook, Letter, Notice

READ = "watching.read"
ENOUGH = 50
"""Chunks of changes that one job reads; the next job reads on."""
ANSWER, SECONDS = 1 << 10, 15.0
"""Bytes that are read of a hook's answer, and seconds that it may take."""
GONE = 410


def read(job: Job) -> None:
    """Make the notices of what happened since the last time."""
    number = 0
    for _ in range(ENOUGH):
        found = telling.read_changes()
        if not found:
            break
        number += found
        jobs.progress(job, f"It has read {plain.counted(number, 'change')}.")
    with transaction.atomic():
        telling.ask_what_waits()
        jobs.done(job, {"changes": number})


def mail(job: Job) -> None:
    """Send somebody all that she was not mailed yet, in one letter."""
    person = Person.objects.filter(pk=job.given["person"], is_active=True).first()
    letter = telling.letter(person) if person else None
    why, for_good = _send(letter) if letter else ("", False)
    with transaction.atomic():
        jobs.done(job, {"letter": letter.pk if letter else None, "refused": why})
        if letter and why:
            telling.refused(letter, why, for_good=for_good)
        elif letter:
            telling.sent(letter)


def _send(letter: Letter) -> tuple[str, bool]:
    """Hand a letter to the mail server; why it will never take it, and whether that is for good; raises Unreachable."""
    from allauth.account.models import EmailAddress

    person = letter.person
    if not EmailAddress.objects.filter(user=person, email__iexact=person.email, verified=True).exists():
        return "the address was never confirmed", False
    changes = Change.objects.filter(pk__in=letter.notices.values("change")).order_by("pk")
    try:
        letters.message(letter, person.email, list(changes)).send()
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        if all(code >= 500 for code in codes):
            return f"the mail server refused the address ({codes[0]})", True
        raise Unreachable(f"the mail server takes nothing for this address now ({codes[0]})") from error
    except smtplib.SMTPDataError as error:
        if error.smtp_code >= 500:
            return f"the mail server refused the letter ({error.smtp_code})", False
        raise Unreachable(f"the mail server does not take the letter now ({error.smtp_code})") from error
    except (smtplib.SMTPException, OSError) as error:
        raise Unreachable(
            f"the mail server cannot be used: {type(error).__name__}", "see GUILDMARK_HUB_MAIL"
        ) from error
    return "", False


def hook(job: Job) -> None:
    """Tell an address some notices, or try it out."""
    is_test = bool(job.given.get("test"))
    held = Hook.objects.filter(pk=job.given["hook"], person__is_active=True).first()
    notices = Notice.objects.filter(pk__in=job.given.get("notices", ())).order_by("pk")
    rows = list(notices.select_related("change__organisation", "change__claim__organisation"))
    if held is None or not (is_test or (rows and held.silenced_at is None)):
        _end(job, {"told": False})
        return
    at = rows[-1].made_at if rows else job.asked_at
    body = hooks.body(hooks.TEST if is_test else hooks.NOTICES, _moment(at), [_told(one.change) for one in rows])
    id = hooks.message_id(held.pk, job.pk, _moment(job.asked_at))
    signed = hooks.signed(held.secret, id, int(time.time()), body)
    status, why = _post(held, body, signed | watermark.headers())
    if not why:
        with transaction.atomic():
            telling.hook_taken(held)
            jobs.done(job, {"told": True, "status": status})
    elif is_test:
        telling.hook_tried(held, why)
        _end(job, {"told": False, "why": why})
    elif telling.hook_failed(held, why, gone=status == GONE, last_try=job.tries >= job.most_tries):
        raise jobs.Hopeless(why, "it is told no more until it takes a test")
    else:
        raise Unreachable(why, "look whether it is served, and what it says of our requests")


def _end(job: Job, gave: dict[str, Any]) -> None:
    with transaction.atomic():
        jobs.done(job, gave)


def _post(held: Hook, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
    """What it answered, and why that is a failure; nothing of the answer's body is kept, nor shown."""
    try:
        answer = guarded.post(held.address, body, headers, ANSWER, SECONDS)
    except (AskedWrongly, Unreachable) as error:
        return 0, error.says
    return answer.status, "" if 200 <= answer.status < 300 else f"it answered {answer.status}"


def _told(change: Change) -> hooks.Told:
    organisation = change.organisation or (change.claim.organisation if change.claim else None)
    return hooks.Told(
        id=atom.tag(letters.host(), change.pk),
        at=_moment(change.at),
        kind=change.kind,
        says=plain.sentence(change.says, hooks.MOST_WORDS),
        entry=change.slug,
        page=settings.ADDRESS + following.path_of(change),
        organisation=organisation.slug if organisation else "",
        statement=change.claim.statement if change.claim else "",
    )


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


HANDLERS: dict[str, Callable[[Job], None]] = {READ: read, telling.MAIL: mail, hooks.KIND: hook}
SCHEDULE = {READ: timedelta(minutes=1)}
