"""Invitations: asked by mail with a secret that is kept as its sha256 only, taken by whoever holds the address."""

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from guildmark.errors import AskedWrongly
from guildmark_hub.people import acts, roles, trail
from guildmark_hub.people.models import Affiliation, Invitation, Organisation, Person

LASTS = timedelta(days=14)
MOST = 50
"""How many of one organisation may wait at a time."""
MOST_A_DAY = 100
"""How many mails one organisation may have sent to strangers within a day."""
NOT_HERS = (
    "It is for another address, or it has expired, was withdrawn, or is answered. "
    "Sign in with the address that it was sent to"
)


def waiting(organisation: Organisation) -> list[Invitation]:
    """Those that can still be taken."""
    found = organisation.invitations.filter(answered_at=None, expires_at__gt=timezone.now())
    return list(found.select_related("made_by").order_by("-made_at"))


def invite(person: Person, organisation: Organisation, email: str, role: str) -> str:
    """An owner, or staff for the first owner, asks somebody in; gives the secret, which is kept nowhere.

    Whether the address has an account makes no difference. Who is asked again gets a new secret, and the old one ends.
    Raises AskedWrongly."""
    if role not in Affiliation.Role.values:
        raise AskedWrongly(f"there is no role {role[:40]!r}", "give member, reviewer or owner")
    secret, now, address = secrets.token_urlsafe(32), timezone.now(), email.lower()
    with transaction.atomic():
        one = Organisation.objects.get(pk=organisation.pk)
        _may_invite(person, one)
        one.invitations.filter(email=address, answered_at=None).update(answered_at=now)
        if len(waiting(one)) >= MOST:
            raise AskedWrongly(f"{MOST} invitations of {one.name} wait already", "withdraw some of them")
        if one.invitations.filter(made_at__gt=now - timedelta(days=1)).count() >= MOST_A_DAY:
            raise AskedWrongly(f"{one.name} has invited {MOST_A_DAY} times since yesterday", "go on tomorrow")
        Invitation.objects.create(
            organisation=one,
            email=address,
            role=role,
            secret_sha256=_digest(secret),
            made_by=person,
            made_at=now,
            expires_at=now + LASTS,
        )
        trail.keep(person, "people.invite", acts.named(one), None, {"email": address, "role": role})
    return secret


def propose(person: Person, given: dict[str, Any]) -> tuple[Organisation, str]:
    """Staff invite an organisation, and `email` as its first owner: both or nothing. Gives the secret too."""
    with transaction.atomic():
        made = acts.propose(person, given)
        return made, first_owner(person, made, given["email"])


def first_owner(person: Person, organisation: Organisation, email: str) -> str:
    """Staff ask an address to be the first owner of an organisation that they invited; raises AskedWrongly."""
    acts.must_be_staff(person)
    if organisation.state != Organisation.State.INVITED:
        raise AskedWrongly(f"{organisation.name} is not invited, or somebody came already", "its owners invite others")
    return invite(person, organisation, email, Affiliation.Role.OWNER)


def withdraw(person: Person, invitation: Invitation) -> None:
    """An owner takes it back."""
    with transaction.atomic():
        one = Invitation.objects.select_related("organisation").get(pk=invitation.pk)
        _may_invite(person, one.organisation)
        if one.answered_at is None:
            one.answered_at = timezone.now()
            one.save(update_fields=["answered_at"])
            told = {"email": one.email, "role": one.role}
            trail.keep(person, "people.withdraw_invitation", acts.named(one.organisation), told, None)


def read(person: Person, secret: str) -> Invitation:
    """The invitation of a secret, if it is hers and can be taken; raises PermissionDenied, which says no more."""
    found = Invitation.objects.select_related("organisation").filter(secret_sha256=_digest(secret)).first()
    if found is None or found.answered_at is not None or found.expires_at <= timezone.now():
        raise PermissionDenied(NOT_HERS)
    if not EmailAddress.objects.filter(user=person, email__iexact=found.email, verified=True).exists():
        raise PermissionDenied(NOT_HERS)
    if found.organisation.state not in (Organisation.State.MEMBER, Organisation.State.INVITED):
        raise PermissionDenied(NOT_HERS)
    return found


def take(person: Person, secret: str) -> Affiliation:
    """She joins; an organisation that was invited is a member from now on. Raises PermissionDenied, AskedWrongly."""
    with transaction.atomic():
        one, now = read(person, secret), timezone.now()
        one.answered_at, one.taken_by = now, person
        one.save(update_fields=["answered_at", "taken_by"])
        organisation = one.organisation
        if organisation.state == Organisation.State.INVITED:
            organisation.state, organisation.member_since = Organisation.State.MEMBER, now
            organisation.save(update_fields=["state", "member_since"])
            before, after = {"state": Organisation.State.INVITED}, {"state": Organisation.State.MEMBER}
            trail.keep(person, "people.accept", acts.named(organisation), before, after)
        return acts.begin(person, organisation, person, one.role)


def _may_invite(person: Person, organisation: Organisation) -> None:
    if organisation.state == Organisation.State.INVITED and roles.has(person, "staff"):
        return
    acts.must_own(person, organisation)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
