"""How often a page of the council asks the database is fixed: it does not grow with what is proposed, voted, said."""

import hashlib
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from tests.hub.test_queries import counted

pytestmark = pytest.mark.usefixtures("small")
NOW, DAY = datetime.now(UTC), timedelta(days=1)
FEW, MANY = 4, 200
PAGES = (
    *("/groups/", "/groups/g0/", "/proposals/", "/proposals/{proposal}/", "/ballots/{proposal}.json", "/conflicts/"),
    *("/decisions/", "/cases/", "/cases/{case}/", "/meetings/{meeting}/", "/desk/waiting/", "/desk/"),
    *("/api/v1/proposals?limit=100", "/proposals/{proposal}/cast/", "/entry/guard/"),
)


def test_the_number_of_queries_does_not_grow_with_what_groups_do() -> None:
    """Each page asked with a few of everything, and with two hundred of everything."""
    from django.db import transaction
    from tests.hub import alliance

    found = []
    for number in (FEW, MANY):
        with transaction.atomic():
            there = full(number)
            client = alliance.browser(there.pop("person"))
            found.append({path: counted(client, path.format(**there)) for path in PAGES})
            transaction.set_rollback(True)
    few, many = found
    assert {path: (few[path], count) for path, count in many.items() if count > few[path]} == {}


def full(number: int) -> dict[str, Any]:
    """So many groups, organisations that sit in the first, proposals, electors, votes, remarks, cases and stakes."""
    from tests.hub import alliance

    from guildmark_hub.council.models import Group, Seat
    from guildmark_hub.people.models import Affiliation, Organisation, Person

    then = {"sector": "company", "country": "FR", "state": "member", "member_since": NOW - 9 * DAY}
    places = Organisation.objects.bulk_create(Organisation(slug=f"o{n}", name=f"O {n}", **then) for n in range(number))
    ada = alliance.person("Ada")
    named = (Person(email=f"p{n}@example.org", name=f"P {n}") for n in range(1, number))
    people = [ada, *Person.objects.bulk_create(named)]
    since = date(2026, 1, 1)
    Affiliation.objects.bulk_create(
        Affiliation(person=one, organisation=where, role="owner", since=since)
        for one, where in zip(people, places, strict=True)
    )
    told = {"kind": "working", "state": "active", "sponsor": places[0]}
    groups = Group.objects.bulk_create(Group(slug=f"g{n}", name=f"G {n}", **told) for n in range(number))
    Seat.objects.bulk_create(
        Seat(group=groups[0], person=one, organisation=where, role="member" if n else "chair", since=since)
        for n, (one, where) in enumerate(zip(people, places, strict=True))
    )
    for group in groups[1:]:
        Seat.objects.create(group=group, person=people[1], organisation=places[1], since=since)
    made = {"proposal": _proposals(groups[0], people, places), "case": _cases(groups[0], people, places)}
    return {"person": ada, **made, "meeting": _meeting(groups[0], people)}


def _proposals(group: Any, people: list[Any], places: list[Any]) -> int:
    from guildmark_hub.council import recording
    from guildmark_hub.council.models import Ballot, DecisionClass, Elector, Proposal, Remark, Revision, Vote

    rules = DecisionClass.objects.get(slug="major", number=1)
    told = {"group": group, "kind": "policy", "rules": rules, "state": "draft"}
    rows = Proposal.objects.bulk_create(
        Proposal(person=one, organisation=where, title=f"Proposal {n}", once=str(n), **told)
        for n, (one, where) in enumerate(zip(people, places, strict=True))
    )
    document = "We meet."
    worded = {"number": 1, "document": document, "sha256": hashlib.sha256(document.encode()).hexdigest()}
    revisions = Revision.objects.bulk_create(Revision(proposal=one, person=one.person, **worded) for one in rows)
    Proposal.objects.filter(pk=rows[0].pk).update(state="ballot", last_call_at=NOW - 20 * DAY)
    frozen = {"rules": msgspec.to_builtins(recording.rules_of(rules, group)), "opened_at": NOW - DAY}
    ballot = Ballot.objects.create(proposal=rows[0], revision=revisions[0], closes_at=NOW + DAY, **frozen)
    electors = Elector.objects.bulk_create(
        Elector(ballot=ballot, organisation=where, name=where.name, place=n) for n, where in enumerate(places, 1)
    )
    Vote.objects.bulk_create(
        Vote(ballot=ballot, elector=elector, person=one, position="yes", at=NOW)
        for elector, one in zip(electors[1:], people[1:], strict=True)
    )
    Remark.objects.bulk_create(
        Remark(proposal=rows[0], person=one, organisation=where, says="So be it.")
        for one, where in zip(people, places, strict=True)
    )
    return int(rows[0].pk)


def _cases(group: Any, people: list[Any], places: list[Any]) -> int:
    from tests.hub import alliance, bundles

    from guildmark_hub.cases.models import Case, Reply
    from guildmark_hub.catalog.models import Claim
    from guildmark_hub.council.models import Declaration

    lab = alliance.organisation("lab")
    bundles.take(bundles.signed(alliance.key(lab)[0], bundles.assessment()))
    claim = Claim.objects.get(organisation=lab)
    told = {"slug": "guard", "version": "1.1", "purl": claim.purl, "claim": claim, "group": group, "state": "withdrawn"}
    told |= {"standard": "vetted_tool", "standard_version": "2026.1", "digest": claim.digest}
    rows = Case.objects.bulk_create(
        Case(person=one, organisation=where, once=str(n), **told)
        for n, (one, where) in enumerate(zip(people, places, strict=True))
    )
    Reply.objects.bulk_create(
        Reply(case=rows[0], person=one, organisation=where, says="Thank you.")
        for one, where in zip(people, places, strict=True)
    )
    stake = {"about": "entry:voice", "says": "I advise them.", "since": date(2026, 1, 1)}
    Declaration.objects.bulk_create(Declaration(person=one, made_by=one, **stake) for one in people)
    return int(rows[0].pk)


def _meeting(group: Any, people: list[Any]) -> int:
    from guildmark_hub.council.models import Attendance, Meeting

    made = Meeting.objects.create(group=group, at=NOW + DAY, made_by=people[0])
    Attendance.objects.bulk_create(Attendance(meeting=made, person=one, says="coming") for one in people)
    return int(made.pk)
