"""What pages show of a case from its decision on: its levels, its appeals, and what the reader may do about it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied

from guildmark_hub.cases import appeals, ending, marks
from guildmark_hub.cases.models import Appeal, Case
from guildmark_hub.council import powers
from guildmark_hub.council.models import Group, Seat
from guildmark_hub.council.waiting import Waits
from guildmark_hub.people.models import Person

State = Case.State
OVER = (State.ACTIVE, State.EXPIRING, State.EXPIRED, State.SUSPENDED, State.REVOKED, State.SUPERSEDED)
DECIDED = (*OVER, State.APPEALED, State.REJECTED)
RENEWED = (State.EXPIRING, State.EXPIRED)


def of(case: Case, reader: Person | None, now: datetime) -> dict[str, Any]:
    """The end of a case, for its own page; nothing is written."""
    last = appeals.open_until(case, now)
    return {
        "shown_as": ending.shown_as(case),
        "decided": case.state in DECIDED,
        "decision": marks.first_decision(case),
        "levels": marks.rows(case, now) if case.state in DECIDED else (),
        "appeals": list(case.appeals.select_related("person", "organisation", "panel", "proposal")),
        "appeal_until": last,
        "proposals": ending.proposals(case),
        "may_appeal": bool(reader and last and may_appeal(reader, case, now)),
        "may_propose": reader is not None and may_propose(reader, case, now),
        "renews": case.state in RENEWED,
    }


def may_appeal(reader: Person, case: Case, now: datetime) -> bool:
    """Whether the reader is one of those who may appeal, where an appeal is taken."""
    try:
        appeals.speaks_for(reader, case, now)
    except PermissionDenied:
        return False
    return True


def may_propose(reader: Person, case: Case, now: datetime) -> bool:
    """Whether the reader may bring a case before its group again."""
    lapsed = case.state == State.DECISION and case.proposal and ending.lapsed(case.proposal)
    return bool(case.state == State.RECOMMENDATION or lapsed) and ending.may_propose(reader, case, now)


def waits(person: Person, now: datetime) -> Iterator[Waits]:
    """Cases of groups that she leads which nobody decided yet, and hers that are over soon."""
    leads = [one.group_id for one in powers.seats_of(person, now.date()) if one.role == Seat.Role.CHAIR]
    waiting = Case.objects.filter(state=State.RECOMMENDATION, group__in=leads, group__state=Group.State.ACTIVE)
    for case in waiting.select_related("group"):
        if ending.may_propose(person, case, now):
            yield Waits(f"Bring {case.slug} {case.version} before the group again", case.get_absolute_url(), None)
    for case in Case.objects.filter(state=State.EXPIRING, person=person):
        renewals = Case.objects.filter(renews=case).exclude(state__in=(State.WITHDRAWN, State.REJECTED))
        if not renewals.exists():
            yield Waits(f"Renew {case.slug} {case.version}", case.get_absolute_url(), case.expires_at)


def appealed(appeal: Appeal) -> dict[str, Any]:
    """An appeal's page."""
    ids = [int(one["id"].partition(":")[2]) for one in appeal.candidates]
    names = {f"person:{one.pk}": str(one) for one in Person.objects.filter(pk__in=ids)}
    seats = appeal.panel.seats.select_related("person", "organisation").order_by("pk") if appeal.panel else ()
    return {
        "appeal": appeal,
        "case": appeal.case,
        "decision": marks.first_decision(appeal.case),
        "seats": list(seats),
        "candidates": [{**one, "name": names.get(one["id"], one["id"])} for one in appeal.candidates],
        "drawn": bool(appeal.panel_id),
    }
