"""What is done with organisations and those who belong to them: applied, decided, edited, begun, ended."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from guildmark.errors import AskedWrongly
from guildmark_hub.people import roles, trail
from guildmark_hub.people.models import Affiliation, Organisation, Person

MOST_APPLICATIONS = 3
"""How many of one person may wait at a time."""
SHOWN = ("name", "sector", "country", "homepage", "says")
"""What an organisation says of itself."""
State = Organisation.State


def named(organisation: Organisation) -> str:
    """How the trail names an organisation."""
    return f"organisation:{organisation.slug}"


def said_of(organisation: Organisation) -> dict[str, Any]:
    """What it says of itself, for the trail."""
    return {name: getattr(organisation, name) for name in SHOWN}


def must_own(person: Person, organisation: Organisation) -> None:
    """Only its owners; raises PermissionDenied."""
    if not roles.has(person, "owner", organisation):
        raise PermissionDenied(f"Only owners of {organisation.name} may do this")


def must_be_staff(person: Person) -> None:
    """Only those who run this hub; raises PermissionDenied."""
    if not roles.has(person, "staff"):
        raise PermissionDenied("Only those who run this hub may do this")


def rename(person: Person, name: str) -> None:
    """How others see her."""
    with transaction.atomic():
        one = Person.objects.get(pk=person.pk)
        before, one.name = one.name, name
        if name != before:
            one.save(update_fields=["name"])
            trail.keep(one, "people.rename", trail.of(one), {"name": before}, {"name": name})


def apply(person: Person, given: dict[str, Any]) -> Organisation:
    """An organisation asks to become a member; staff decide. Raises AskedWrongly."""
    with transaction.atomic():
        waiting = Organisation.objects.filter(applied_by=person, state=State.APPLIED).count()
        if waiting >= MOST_APPLICATIONS:
            raise AskedWrongly(f"{waiting} organisations of yours wait already", "wait until they are decided on")
        made = _make(given, State.APPLIED, applied_by=person)
        trail.keep(person, "people.apply", named(made), None, said_of(made))
    return made


def propose(person: Person, given: dict[str, Any]) -> Organisation:
    """Staff make room for an organisation that they invite; it is a member when its first owner comes."""
    must_be_staff(person)
    with transaction.atomic():
        made = _make(given, State.INVITED)
        trail.keep(person, "people.propose", named(made), None, said_of(made))
    return made


def _make(given: dict[str, Any], state: State, **more: Any) -> Organisation:
    said = {name: given.get(name, "") for name in SHOWN}
    _check_name(said["name"], None)
    return Organisation.objects.create(slug=_free_slug(said["name"]), state=state, **said, **more)


def _check_name(name: str, of: Organisation | None) -> None:
    """No two that are, or may become, members have one name: others would take one for the other."""
    same = Organisation.objects.filter(name__iexact=name).exclude(state__in=(State.REFUSED, State.LEFT))
    if (same.exclude(pk=of.pk) if of else same).exists():
        raise AskedWrongly(f"there is an organisation named {name} already", "give its full name, or ask its owners")


def _free_slug(name: str) -> str:
    base = _slug(name)
    taken = set(Organisation.objects.filter(slug__startswith=base).values_list("slug", flat=True)) | {"new"}
    return next(slug for slug in _slugs(base) if slug not in taken)


def _slug(name: str) -> str:
    return slugify(name)[:80].strip("-_") or "organisation"


def _slugs(base: str) -> Iterator[str]:
    yield base
    number = 2
    while True:
        yield f"{base}-{number}"
        number += 1


def accept(person: Person, organisation: Organisation, now: datetime | None = None) -> None:
    """Staff take an applicant in; who applied is its first owner. Raises AskedWrongly."""
    must_be_staff(person)
    with transaction.atomic():
        one = _waiting(organisation)
        one.state, one.member_since = State.MEMBER, now or timezone.now()
        one.save(update_fields=["state", "member_since"])
        trail.keep(person, "people.accept", named(one), {"state": State.APPLIED}, {"state": State.MEMBER})
        if one.applied_by:
            begin(person, one, one.applied_by, Affiliation.Role.OWNER, now)


def refuse(person: Person, organisation: Organisation, why: str) -> None:
    """Staff refuse an applicant, with a word. Raises AskedWrongly."""
    must_be_staff(person)
    with transaction.atomic():
        one = _waiting(organisation)
        one.state, one.why = State.REFUSED, why
        one.save(update_fields=["state", "why"])
        after = {"state": State.REFUSED, "why": why}
        trail.keep(person, "people.refuse", named(one), {"state": State.APPLIED}, after)


def _waiting(organisation: Organisation) -> Organisation:
    one = Organisation.objects.get(pk=organisation.pk)
    if one.state != State.APPLIED:
        told = Organisation.State(one.state).label.lower()
        raise AskedWrongly(f"{one.name} does not wait any more: it {told}", "look at the list of applications again")
    return one


def edit(person: Person, organisation: Organisation, given: dict[str, Any]) -> None:
    """Owners say anew who it is. Raises AskedWrongly."""
    with transaction.atomic():
        one = Organisation.objects.get(pk=organisation.pk)
        must_own(person, one)
        before = said_of(one)
        for name in SHOWN:
            setattr(one, name, given.get(name, ""))
        _check_name(one.name, one)
        if said_of(one) != before:
            one.save(update_fields=SHOWN)
            trail.keep(person, "people.edit", named(one), before, said_of(one))


def resign(person: Person, organisation: Organisation) -> None:
    """An owner lets it leave the alliance: what it signed until now stands, and nothing of it counts from now on."""
    with transaction.atomic():
        one = Organisation.objects.get(pk=organisation.pk)
        must_own(person, one)
        if one.own:
            raise AskedWrongly("this hub itself cannot leave", "stop it instead")
        now = timezone.now()
        if one.member_since and now < one.member_since:
            raise AskedWrongly(f"{one.name} is a member since {one.member_since:%Y-%m-%d}, which is not yet", CLOCK)
        one.state, one.left_at = State.LEFT, now
        one.save(update_fields=["state", "left_at"])
        trail.keep(person, "people.resign", named(one), {"state": State.MEMBER}, {"state": State.LEFT})


CLOCK = "the clock of this hub was set back: tell those who run it, and try again when it is right"


def begin(
    person: Person, organisation: Organisation, who: Person, role: str, now: datetime | None = None
) -> Affiliation:
    """Somebody belongs to an organisation from today on; within the caller's transaction. Raises AskedWrongly."""
    if Affiliation.objects.filter(person=who, organisation=organisation, until=None).exists():
        raise AskedWrongly(f"{who} belongs to {organisation.name} already", "an owner can change the role")
    today = (now or timezone.now()).date()
    made = Affiliation.objects.create(person=who, organisation=organisation, role=role, since=today)
    trail.keep(person, "people.join", named(organisation), None, _told(made))
    return made


def end(person: Person, affiliation: Affiliation) -> None:
    """An owner ends it, or whoever it is of: from this moment on it gives nothing. Raises AskedWrongly."""
    with transaction.atomic():
        one = _open(affiliation)
        if one.person_id != person.pk:
            must_own(person, one.organisation)
        _keep_an_owner(one)
        _close(person, one)


def change_role(person: Person, affiliation: Affiliation, role: str) -> Affiliation:
    """An owner gives another role from today on; how it was before stays written. Raises AskedWrongly."""
    with transaction.atomic():
        one = _open(affiliation)
        must_own(person, one.organisation)
        if role not in Affiliation.Role.values:
            raise AskedWrongly(f"there is no role {role[:40]!r}", "give member, reviewer or owner")
        if role == one.role:
            return one
        if role != Affiliation.Role.OWNER:
            _keep_an_owner(one)
        _close(person, one)
        return begin(person, one.organisation, one.person, role)


def _open(affiliation: Affiliation) -> Affiliation:
    one = Affiliation.objects.select_related("organisation", "person").get(pk=affiliation.pk)
    if one.until is not None:
        raise AskedWrongly(f"{one.person} does not belong to {one.organisation} any more", "load the page again")
    return one


def _keep_an_owner(one: Affiliation) -> None:
    others = Affiliation.objects.filter(organisation=one.organisation, role=Affiliation.Role.OWNER, until=None)
    if one.role == Affiliation.Role.OWNER and not others.exclude(pk=one.pk).exclude(person__is_active=False).exists():
        raise AskedWrongly(
            f"{one.person} is the only owner of {one.organisation.name}", "make somebody else an owner first"
        )


def _close(person: Person, one: Affiliation) -> None:
    before, now = _told(one), timezone.now()
    if now.date() < one.since:
        raise AskedWrongly(f"this begins on {one.since}, and cannot end before, on {now.date()}", CLOCK)
    one.until, one.ended_at = now.date(), now
    one.save(update_fields=["until", "ended_at"])
    trail.keep(person, "people.end", named(one.organisation), before, _told(one))


def _told(one: Affiliation) -> dict[str, Any]:
    until = one.until.isoformat() if one.until else None
    return {"person": one.person_id, "role": one.role, "since": one.since.isoformat(), "until": until}
