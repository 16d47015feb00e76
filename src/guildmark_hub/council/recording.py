"""A ballot of the database as a record that anyone can count, and the moment from which that record is fixed."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import cast

import msgspec
from django.conf import settings

from guildmark.records import canonical
from guildmark_hub.council import record
from guildmark_hub.council.models import Ballot, DecisionClass, Group
from guildmark_hub.people.models import Organisation

PANEL = 2
"""So many of a panel of three decide an appeal: who disagrees alone does not stop the others."""


def rules_of(one: DecisionClass, group: Group) -> record.Rules:
    """The rules of a class in a group: a panel of appeal decides by persons, one of each employer, by two at least."""
    panel = group.kind == Group.Kind.PANEL
    return record.Rules(
        slug=one.slug,
        unit="person" if panel or one.unit == "person" else "organisation",
        hours=one.hours,
        open_hours=one.open_hours,
        approvals=min(one.approvals, PANEL) if panel else one.approvals,
        quorum=Fraction(one.quorum_of, one.quorum_in).as_integer_ratio(),
        threshold=Fraction(one.threshold_of, one.threshold_in).as_integer_ratio(),
        cap=1 if panel else one.cap,
        lazy=one.lazy,
    )


def record_of(ballot: Ballot) -> record.Ballot:
    """The ballot as it is now, or as it was frozen."""
    if ballot.record:
        return record.read(bytes(ballot.record))
    proposal = ballot.proposal
    return record.Ballot(
        schema="guildmark-ballot/1",
        hub=settings.NAME,
        proposal=proposal.pk,
        title=proposal.title,
        group=proposal.group.slug,
        document=ballot.revision.sha256,
        rules=msgspec.convert(ballot.rules, record.Rules),
        opened_at=moment(ballot.opened_at),
        closes_at=moment(ballot.closes_at),
        closed_at=moment(ballot.closed_at) if ballot.closed_at else "",
        electors=_electors(ballot),
        votes=_votes(ballot),
        example=Organisation.objects.filter(own=True, example=True).exists(),
    )


def freeze(ballot: Ballot, closed_at: datetime, tally: record.Tally | None = None) -> None:
    """Fix the record, with what it came to; without where it was withdrawn. Within the caller's transaction."""
    ballot.closed_at = closed_at
    found = msgspec.structs.replace(record.checked(record_of(ballot)), tally=tally)
    ballot.record, ballot.record_sha256 = canonical(found), record.digest(found)
    ballot.save(update_fields=["closed_at", "record", "record_sha256"])


def is_over(ballot: Ballot, now: datetime) -> bool:
    """Whether nothing is taken any more: it was seen closed, or its time has come."""
    return ballot.closed_at is not None or now >= ballot.closes_at


def after_all_votes(ballot: Ballot, now: datetime) -> datetime:
    """When a ballot closes that is closed now: never before a vote that was taken, however the clock stands."""
    last = ballot.votes.order_by("-at").first()
    return now if last is None else max(now, last.at + timedelta(microseconds=1))


def moment(at: datetime) -> str:
    """RFC 3339 in UTC, to the microsecond: two votes of one second stay apart from the closing between them."""
    return f"{at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def _electors(ballot: Ballot) -> tuple[record.Elector, ...]:
    rows = ballot.electors.select_related("organisation")
    return tuple(
        record.Elector(
            one.identity,
            one.name,
            one.organisation.slug if one.person_id else "",
            one.place,
            one.barred.replace("\n", " "),
        )
        for one in rows
    )


def _votes(ballot: Ballot) -> tuple[record.Cast, ...]:
    rows = ballot.votes.select_related("elector__organisation").order_by("pk")
    return tuple(
        record.Cast(
            one.pk,
            one.elector.identity,
            f"person:{one.person_id}",
            cast(record.Position, one.position),
            moment(one.at),
            one.says,
        )
        for one in rows
    )
