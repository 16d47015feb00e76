"""What nobody needs any more: sessions and counts that have expired, accounts whose address was never proved."""

from datetime import timedelta

from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from guildmark_hub.people import trail
from guildmark_hub.people.models import Cached, Person

UNPROVED = timedelta(days=30)
"""How long an account waits for the proof of its address."""


def forget() -> dict[str, int]:
    """Delete it all; how much there was of each."""
    now = timezone.now()
    with transaction.atomic():
        sessions, _ = Session.objects.filter(expire_date__lt=now).delete()
        counts, _ = Cached.objects.filter(expires__lt=now).delete()
        never = Person.objects.filter(last_login=None, is_staff=False, joined_at__lt=now - UNPROVED)
        unproved = list(never.exclude(pk__in=EmailAddress.objects.filter(verified=True).values("user")))
        for one in unproved:
            drop(one)
    return {"sessions": sessions, "counts": counts, "accounts": len(unproved)}


def drop(person: Person) -> None:
    """An account that nobody ever signed in to goes; within the caller's transaction."""
    trail.keep(None, "people.drop_unproved", trail.of(person), {"name": person.name}, None)
    person.delete()
