"""Every write to ownerships: claimed, looked at, proved for some time, expired, given up."""

from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from guildmark import plain
from guildmark.errors import AskedWrongly
from guildmark_hub import guarded
from guildmark_hub.answers import entries, proof
from guildmark_hub.answers.models import Ownership
from guildmark_hub.catalog import claim_acts as catalog
from guildmark_hub.jobs import acts as jobs
from guildmark_hub.jobs.models import Job
from guildmark_hub.people import trail
from guildmark_hub.people.models import Organisation, Person

PROVE = "answers.prove"
COUNTS = timedelta(days=90)
"""How long a proof counts."""
AGAIN = timedelta(days=30)
"""After so long it is looked for again, each day until it is found."""
WAITS = timedelta(days=30)
"""A claim that nobody proves in so long is closed."""
BETWEEN = timedelta(minutes=1)
BETWEEN_RELEASES = timedelta(minutes=10)
MOST_OPEN = 50
OPEN = (Ownership.State.ASKED, Ownership.State.PROVED)
MOVED = "the place of its proof is no place of this entry any more"


def named(slug: str) -> str:
    """How the trail names an entry."""
    return f"entry:{slug}"


def changed(slug: str, says: str, organisation: Organisation | None = None) -> None:
    """Tell those who watch that something was answered."""
    catalog.changed("answer", slug, says, organisation)


def proved_now() -> Q:
    """Those whose proof counts."""
    return Q(state=Ownership.State.PROVED, expires_at__gt=timezone.now())


def owners(slug: str) -> QuerySet[Ownership]:
    """Who has proved that an entry is hers, the first first."""
    return Ownership.objects.filter(proved_now(), slug=slug).select_related("person").order_by("pk")


def owns(person: Person, slug: str) -> bool:
    """Whether she has proved it."""
    return person.is_active and Ownership.objects.filter(proved_now(), slug=slug, person=person).exists()


def mine(person: Person, pk: int) -> Ownership:
    """An ownership of hers; raises PermissionDenied for another's, or none."""
    found = Ownership.objects.filter(pk=pk, person=person).first()
    if found is None:
        raise PermissionDenied("This is not among your entries")
    return found


def claim(person: Person, slug: str, where: str) -> Ownership:
    """Say that an entry is hers, and where she will show it; raises AskedWrongly.

    Who has said so already may name another place, and keeps her word."""
    if not entries.is_place(slug, where):
        raise AskedWrongly("that is no place of proof of this entry", "choose one of those that are listed")
    if not where.startswith("pkg:"):
        guarded.check(where)
    with transaction.atomic():
        found = Ownership.objects.filter(slug=slug, person=person, state__in=OPEN).first()
        before = found.where if found else None
        if found is None:
            if Ownership.objects.filter(person=person, state=Ownership.State.ASKED).count() >= MOST_OPEN:
                raise AskedWrongly(f"{MOST_OPEN} entries wait for your proof already", "prove one, or give one up")
            found = Ownership(slug=slug, person=person, word=proof.new_word())
        found.where = where
        found.save()
        trail.keep(person, "answers.claim", named(slug), before, where)
    return found


def look(person: Person, pk: int) -> Job:
    """Have the place of proof looked at; raises AskedWrongly where that was done just now."""
    with transaction.atomic():
        held = mine(person, pk)
        if held.state not in OPEN:
            raise AskedWrongly("this claim is closed", "begin anew at the entry's page")
        last = Job.objects.filter(key=_key(held)).order_by("-pk").first()
        pause = BETWEEN_RELEASES if held.where.startswith("pkg:") else BETWEEN
        now = timezone.now()
        if last and not last.open and last.ended_at and now - pause < last.ended_at <= now:
            minutes = plain.counted(int(pause.total_seconds() // 60), "minute")
            raise AskedWrongly(f"it was looked at less than {minutes} ago", "wait, and see what came of it")
        trail.keep(person, "answers.look", named(held.slug), None, held.where)
        return ask(held, person)


def ask(held: Ownership, person: Person | None = None) -> Job:
    """The job that looks at the place of proof."""
    return jobs.ask(PROVE, _key(held), {"ownership": held.pk}, person=person, most_tries=3)


def last_look(held: Ownership) -> Job | None:
    """The newest job that looked, or is to look."""
    return Job.objects.filter(key=_key(held)).order_by("-pk").first()


def _key(held: Ownership) -> str:
    return f"{PROVE}:{held.pk}"


def give_up(person: Person, pk: int) -> None:
    """Own it no more; what was said stays."""
    with transaction.atomic():
        held = mine(person, pk)
        if held.state in OPEN:
            _end(held, Ownership.State.ENDED, "given up", person)


def proved(held: Ownership, where: str) -> None:
    """The word was found; in the transaction of the job that found it."""
    now, was = timezone.now(), held.state
    held.state, held.says = Ownership.State.PROVED, f"The word was found in {plain.name(where, 200)}"
    held.proved_at, held.expires_at = now, now + COUNTS
    held.save()
    trail.keep(None, "answers.proved", named(held.slug), was, {"person": held.person_id, "where": where})
    if was != Ownership.State.PROVED:
        changed(held.slug, f"{held.person} has shown that this entry is theirs")


def missed(held: Ownership, says: str) -> None:
    """The word was not found; what was proved before counts until its day."""
    held.says = says[:1000]
    held.save(update_fields=["says"])
    trail.keep(None, "answers.missed", named(held.slug), None, {"person": held.person_id, "says": held.says})


def go_on() -> dict[str, int]:
    """Close what is past its day, and have looked at again what was proved long ago; in one transaction."""
    now = timezone.now()
    proved = Ownership.objects.filter(state=Ownership.State.PROVED).select_related("person").order_by("pk")
    late = Ownership.objects.filter(state=Ownership.State.ASKED, asked_at__lt=now - WAITS).select_related("person")
    ends = [
        (one, Ownership.State.EXPIRED, "the proof was not found again") for one in proved.filter(expires_at__lte=now)
    ]
    ends += [(one, Ownership.State.EXPIRED, MOVED) for one in proved.filter(expires_at__gt=now) if _moved(one)]
    ends += [(one, Ownership.State.REFUSED, "nothing was shown in time") for one in late]
    for one, state, why in ends:
        _end(one, state, why)
    asked = [ask(one) for one in Ownership.objects.filter(_due(now))]
    return {"ended": len(ends), "asked": len(asked)}


def _moved(held: Ownership) -> bool:
    """Whether the entry that has this slug now is shown at other places: another edition may give it to another."""
    try:
        return not entries.is_place(held.slug, held.where)
    except AskedWrongly:
        return False


def _due(now: datetime) -> Q:
    """What was proved long ago, or by a clock that stood ahead of this one."""
    return Q(state=Ownership.State.PROVED) & (Q(proved_at__lte=now - AGAIN) | Q(proved_at__gt=now))


def _end(held: Ownership, state: Ownership.State, why: str, person: Person | None = None) -> None:
    was, held.state = held.state, state
    held.says = f"It ended: {why}"
    held.save(update_fields=["state", "says"])
    trail.keep(person, f"answers.{state}", named(held.slug), was, {"person": held.person_id, "why": why})
    if was == Ownership.State.PROVED:
        changed(held.slug, f"{held.person} no longer counts as an owner of this entry: {why}")
