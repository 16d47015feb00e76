"""The jobs: a place of proof is looked at; each day proofs that are old are looked at again, or expire."""

from collections.abc import Callable
from datetime import timedelta

from django.db import transaction

from guildmark.errors import GuildmarkError
from guildmark_hub.answers import entries, ownerships, proof, proving
from guildmark_hub.answers.models import Ownership
from guildmark_hub.jobs import acts as jobs
from guildmark_hub.jobs.models import Job

GO_ON = "answers.go_on"


def prove(job: Job) -> None:
    """Look whether the word stands where its owner said; what is wrong there is told, not tried again."""
    held = Ownership.objects.filter(pk=job.given["ownership"]).first()
    where, wrong = "", ""
    if held and held.state in ownerships.OPEN:
        try:
            where = _look(held)
        except jobs.LeaseLost:
            raise
        except GuildmarkError as error:
            wrong = f"{error.says}. {error.hint}" if error.hint else error.says
    with transaction.atomic():
        now = Ownership.objects.select_related("person").filter(pk=job.given["ownership"]).first()
        if now and held and now.state in ownerships.OPEN and (now.where, now.word) == (held.where, held.word):
            if wrong:
                ownerships.missed(now, wrong)
            else:
                ownerships.proved(now, where)
        jobs.done(job, {"wrong": wrong})


def _look(held: Ownership) -> str:
    """Where the word was read; raises GuildmarkError where it was not."""
    if not entries.is_place(held.slug, held.where):
        raise GuildmarkError(f"{held.where} is no place of proof of this entry any more", "choose another place")
    seen = proving.look(held.where)
    if not proof.holds(seen.words, held.word):
        says = "other words of proof stand there, and yours does not" if seen.words else "no word of proof stands there"
        raise GuildmarkError(f"{seen.where} was read: {says}", "write your word as it is shown here, and look again")
    return seen.where


def go_on(job: Job) -> None:
    """What a day brings."""
    with transaction.atomic():
        jobs.done(job, ownerships.go_on())


HANDLERS: dict[str, Callable[[Job], None]] = {ownerships.PROVE: prove, GO_ON: go_on}
SCHEDULE = {GO_ON: timedelta(days=1)}
