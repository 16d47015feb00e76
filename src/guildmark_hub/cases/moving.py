"""A case goes from one state to another, with its line in the trail; and who is on which side of it."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied

from guildmark import plain
from guildmark.errors import AskedWrongly
from guildmark_hub.cases import states
from guildmark_hub.cases.models import Case
from guildmark_hub.council import powers, stakes
from guildmark_hub.people import roles, trail
from guildmark_hub.people.acts import CLOCK
from guildmark_hub.people.models import Affiliation, Organisation, Person


def named(case: Case) -> str:
    """How the trail names a case."""
    return f"case:{case.pk}"


def fresh(case: Case) -> Case:
    """As it is now, within the caller's transaction."""
    return Case.objects.select_related("group", "organisation", "person", "claim__organisation").get(pk=case.pk)


def move(
    case: Case, verb: str, to: str, person: Person | None, now: datetime, *, why: str = "", **changed: Any
) -> Case:
    """Bring a case to another state, in the caller's transaction; `changed` are other fields that change with it.

    Raises AskedWrongly where nothing leads there."""
    one = fresh(case)
    if not states.may(verb, one.state, to):
        raise AskedWrongly(f"{where(one)}, and that is not done then", "load its page again")
    if person and now < one.state_at:
        raise AskedWrongly(f"{where(one)} since {one.state_at:%Y-%m-%d %H:%M} UTC, which is not yet", CLOCK)
    was = {"state": one.state}
    for name, value in {"state": to, "state_at": now, "why": why, **changed}.items():
        setattr(one, name, value)
    one.save(update_fields=["state", "state_at", "why", *changed])
    trail.keep(person, f"cases.{verb}", named(one), was, {"state": to} | ({"why": why} if why else {}))
    return one


def where(case: Case) -> str:
    """Where it stands, in words."""
    return f"case {case.pk} is in the state {plain.name(Case.State(case.state).label.lower(), 40)}"


def must_be_in(case: Case, *allowed: str) -> None:
    """Whether it stands where something may be done; raises AskedWrongly."""
    if case.state not in allowed:
        raise AskedWrongly(f"{where(case)}, and that is not done then", "load its page again")


def submits(person: Person, case: Case) -> bool:
    """Whether it is hers to submit and withdraw: she began it for an organisation of hers, or owns that."""
    began = person.pk == case.person_id and roles.has(person, "member", case.organisation)
    return began or roles.has(person, "owner", case.organisation)


def must_submit(person: Person, case: Case) -> None:
    """Only who submits it; raises PermissionDenied."""
    if not submits(person, case):
        raise PermissionDenied(f"Only who began it for {case.organisation.name}, and its owners, may do this")


def screens(person: Person, case: Case, now: datetime) -> bool:
    """Whether she may take it in or send it back: she sits in its group, and has no conflict of interest."""
    seat = powers.seat(person, case.group, now.date())
    return seat is not None and not stakes.reasons(person, case.slug, now.date())


def must_screen(person: Person, case: Case, now: datetime) -> None:
    """Only who screens it; raises PermissionDenied."""
    powers.must_sit(person, case.group)
    if why := stakes.reasons(person, case.slug, now.date()):
        raise PermissionDenied(f"You have a conflict of interest: {why[0]}")


def side(person: Person, case: Case, now: datetime) -> tuple[bool, Organisation | None]:
    """Whether she speaks for the subject: who owns the entry, made it, or submitted this very case; and for which
    organisation."""
    kept = stakes.keepers(case.slug, now.date())
    theirs = kept.organisations | {case.organisation.slug}
    of = next((one for one in roles.organisations(person) if one.slug in theirs), None)
    owns = person.pk in kept.persons and person.is_active
    return bool(of or owns), of


def must_speak(person: Person, case: Case, now: datetime) -> Organisation | None:
    """Only who speaks for the subject; the organisation for which she does. Raises PermissionDenied."""
    speaks, of = side(person, case, now)
    if not speaks:
        raise PermissionDenied("Only who owns the entry, made it, or submitted this case may answer for it")
    return of


def on_its_side(case: Case, now: datetime) -> list[Person]:
    """Who is told when something is asked of the subject's side: who submitted it, and who proved to own the entry."""
    owners = Person.objects.filter(pk__in=stakes.keepers(case.slug, now.date()).persons, is_active=True)
    return list({one.pk: one for one in (case.person, *owners)}.values())


def affiliation(person: Person, organisation: Organisation) -> Affiliation | None:
    """Her affiliation with an organisation by which she reviews."""
    reviewing = roles.affiliations(person).filter(role__in=roles.AT_LEAST["reviewer"])
    return reviewing.filter(organisation=organisation).first()
