"""In no graph of affiliations does somebody vote who has a stake: at opening, at casting and at the count."""

from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from tests.hub.test_stakes import GRAPHS, NOW, ORGANISATIONS, PERSONS, Graph, _write

OPENED = NOW - timedelta(hours=20)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(graph=GRAPHS)
def test_who_has_a_stake_neither_votes_nor_is_counted(alliance: Any, small: Any, graph: Graph) -> None:
    """All who belong somewhere try to cast, and what stands is who had no stake; the oracle asks no database."""
    from django.core.exceptions import PermissionDenied
    from django.db import transaction

    from guildmark.errors import AskedWrongly
    from guildmark_hub.council import balloting, count

    with transaction.atomic():
        persons, proposal = _seated(alliance, graph)
        clean = {one for one in _sitting(graph) if not _has_a_stake(graph, one)}
        try:
            ballot = balloting.open_ballot(None, proposal, OPENED)
        except AskedWrongly:
            assert clean == set()
            transaction.set_rollback(True)
            return
        cast = set()
        for number, person in enumerate(persons):
            try:
                balloting.cast(person, ballot, "yes", now=NOW)
                cast.add(number)
            except PermissionDenied:
                pass
        assert cast == clean
        stands = {one.elector.id for one in count.standing(balloting.record_of(ballot)) if one.stands == "yes"}
        assert stands == {f"person:{persons[one].pk}" for one in clean}
        transaction.set_rollback(True)


def _seated(alliance: Any, graph: Graph) -> tuple[list[Any], Any]:
    """Whoever belongs somewhere sits in a group that is asked about an entry, person by person."""
    from guildmark_hub.council.models import DecisionClass, Group, Proposal, Revision, Seat

    organisations = [alliance.organisation(f"o{one}", name=f"Org {one}") for one in range(ORGANISATIONS)]
    persons = [alliance.person(f"Person Number {'abcde'[one]}") for one in range(PERSONS)]
    _write(graph, persons, organisations)
    group = Group.objects.create(slug="tools", name="Tools", kind="working", state="active")
    for number, where in _sitting(graph).items():
        Seat.objects.create(
            group=group, person=persons[number], organisation=organisations[where], since=date(2020, 1, 1)
        )
    rules = DecisionClass.objects.get(slug="editorial", number=1)
    rules.cap = 0
    rules.save()
    told = {"group": group, "kind": "policy", "rules": rules, "title": "Adopt it", "state": "last_call"}
    by = {"person": persons[0], "organisation": organisations[0], "once": "a", "slug": "guard"}
    waited = {"made_at": NOW - timedelta(days=9), "last_call_at": NOW - timedelta(days=9)}
    proposal = Proposal.objects.create(**told, **by, **waited)
    Revision.objects.create(proposal=proposal, number=1, document="We meet.", sha256="a" * 64, person=persons[0])
    return persons, proposal


def _sitting(graph: Graph) -> dict[int, int]:
    """By each person an organisation to which she belonged from before the ballot opened until after it."""
    found: dict[int, int] = {}
    for who, where, ago, length in graph.ties:
        if ago >= 1 and (length is None or ago - length <= 0):
            found.setdefault(who, where)
    return found


def _has_a_stake(graph: Graph, person: int) -> bool:
    """By the text of the rules: she, or somebody for whom she worked in the last 24 months, is the owner's side."""
    lately = {(who, where) for who, where, ago, length in graph.ties if length is None or ago - length <= 730}
    now = {(who, where) for who, where, ago, length in graph.ties if length is None or ago - length <= 0}
    theirs = {where for who, where in now if who == graph.owner}
    declares = any(who == person and where in theirs for who, where in graph.declared)
    return person == graph.owner or declares or any((person, where) in lately for where in theirs)
