"""Keys of organisations: added by its owners, revoked by them or by staff, never deleted and never moved."""

from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.dispatch import Signal
from django.utils import timezone

from guildmark import keys
from guildmark.errors import AskedWrongly
from guildmark_hub.people import acts, roles, trail
from guildmark_hub.people.models import Key, Organisation, Person

MOST = 100
"""How many an organisation may have, those revoked with them."""
REASONS = ("retired", "compromised")
revoked = Signal()
"""Sent with `key` within the transaction in which a key is revoked, or a reason gets worse."""


def whom(organisation: Organisation) -> str:
    """For whom a key is meant to sign, in the words that its proof is over: here, and nowhere else."""
    return f"{organisation.slug} at {settings.ADDRESS}"


def add(person: Person, organisation: Organisation, proved: str) -> Key:
    """A key signs for it from now on; one key is of one organisation, for ever.

    `proved` is what `guildmark keys prove` printed: nobody gets the words of a key that is not hers. Raises
    ClaimError, AskedWrongly."""
    public = keys.read_proved(proved, whom(organisation))
    with transaction.atomic():
        one = Organisation.objects.get(pk=organisation.pk)
        acts.must_own(person, one)
        if Key.objects.filter(public__endswith=f"+{public.line.split('+', 2)[2]}").exists():  # whatever it is named
            raise AskedWrongly("this key is known here already", "make another one: guildmark keys new")
        if one.keys.count() >= MOST:
            raise AskedWrongly(f"{one.name} has {MOST} keys already", "ask those who run this hub")
        made = Key.objects.create(organisation=one, public=public.line, added_by=person, added_at=timezone.now())
        trail.keep(person, "people.add_key", acts.named(one), None, told(made))
    return made


def revoke(person: Person, key: Key, because: str) -> None:
    """It counts no more: retired, for what is signed from now on; compromised, for all. Raises AskedWrongly.

    A reason may get worse, never better: what was stolen stays stolen."""
    if because not in REASONS:
        raise AskedWrongly(f"there is no reason {because[:40]!r}", "give retired or compromised")
    with transaction.atomic():
        one = Key.objects.select_related("organisation").get(pk=key.pk)
        if not (roles.has(person, "owner", one.organisation) or roles.has(person, "staff")):
            raise PermissionDenied(f"Only owners of {one.organisation.name} may do this")
        if one.revoked_at is not None and (one.because == "compromised" or because == one.because):
            raise AskedWrongly("this key is revoked already", "load the page again")
        before, now = told(one), timezone.now()
        if now < one.added_at:
            raise AskedWrongly(f"this key was added on {one.added_at:%Y-%m-%d}, which is not yet", acts.CLOCK)
        one.revoked_at, one.because = one.revoked_at or now, because
        one.save(update_fields=["revoked_at", "because"])
        trail.keep(person, "people.revoke_key", acts.named(one.organisation), before, told(one))
        revoked.send(sender=Key, key=one)


def told(key: Key) -> dict[str, Any]:
    """A key, for the trail."""
    when = key.revoked_at.isoformat() if key.revoked_at else None
    return {"key": key.public, "revoked_at": when, "because": key.because if when else None}
