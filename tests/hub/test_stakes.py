"""Who has a conflict of interest about an entry, by what the database holds."""

from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.usefixtures("small")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TODAY = NOW.date()
DAYS = timedelta(days=1)


def reasons(person, slug="guard", on=TODAY):
    from guildmark_hub.council import stakes

    return stakes.reasons(person, slug, on)


def tied(person, organisation, since, until=None):
    return person.affiliations.create(organisation=organisation, role="reviewer", since=since, until=until)


@pytest.fixture
def maker(alliance):
    """An organisation whose name the entry names as its maker."""
    return alliance.organisation("guard-ltd", name="GUARD ltd")


def test_without_an_entry_there_is_nothing_to_have_a_stake_in(alliance, maker):
    from guildmark_hub.council import stakes

    ada = alliance.person("Ada Adams")
    tied(ada, maker, TODAY)
    assert reasons(ada, "") == ()
    assert reasons(ada)
    assert stakes.of_organisation(maker, stakes.facts("guard", TODAY))


@pytest.mark.parametrize(
    ("until", "bound"),
    [(None, True), (TODAY, True), (date(2024, 11, 22), True), (date(2024, 11, 21), False)],
)
def test_who_made_it_binds_her_people_for_24_months_after_they_left(alliance, maker, until, bound):
    ada = alliance.person("Ada Adams")
    tied(ada, maker, date(2020, 1, 1), until)
    assert bool(reasons(ada)) is bound


def test_who_will_begin_there_later_has_no_conflict_yet(alliance, maker):
    ada = alliance.person("Ada Adams")
    tied(ada, maker, TODAY + DAYS)
    assert reasons(ada) == ()
    assert reasons(ada, on=TODAY + DAYS)


def test_who_proved_to_own_it_and_those_she_works_with_have_a_stake(alliance, acme):
    from guildmark_hub.answers.models import Ownership

    olga, paul, early = (alliance.person(name) for name in ("Olga Owner", "Paul Peer", "Early Employer"))
    tied(olga, acme, date(2026, 1, 1))
    tied(paul, acme, date(2026, 1, 1))
    before = alliance.organisation("before")
    tied(olga, before, date(2020, 1, 1), date(2025, 12, 31))
    tied(early, before, date(2020, 1, 1))
    proof = {"word": "w" * 40, "where": "pkg:pypi/guard"}
    held = Ownership.objects.create(slug="guard", person=olga, **proof)
    assert not any(map(reasons, (olga, paul, early)))
    Ownership.objects.filter(pk=held.pk).update(state="proved", proved_at=NOW, expires_at=NOW + 90 * DAYS)
    assert reasons(olga)
    assert reasons(paul)
    assert reasons(early) == (), "she left before she proved it"
    Ownership.objects.filter(pk=held.pk).update(state="ended")
    assert reasons(olga), "who gives it up has owned it"


def test_who_is_named_as_an_author_in_what_a_check_quotes_has_a_conflict(alliance):
    from tests.hub import editions

    from guildmark.records import Assessment, Evidence, Finding, Outcome, canonical
    from guildmark_hub.catalog.models import Release
    from guildmark_hub.catalog.packing import pack

    seen = Evidence("guard/METADATA", "ab" * 32, "line 4", "Ada Adams <ada@guard.example>, Bob Brown and Guard Team")
    found = editions.assessment(**editions.GOOD)
    named = Finding("maintainers_named", Outcome.PASSED, "3 named in the metadata", (seen,))
    made = Assessment(found.subject, found.listings, (*found.findings, named), (), found.made_by, found.made_at)
    newest = Release.objects.filter(entry__edition__current=True, entry__slug="guard", version="1.0")
    assert newest.update(assessment=pack(canonical(made)))
    ada, bob, eve = alliance.person("Ada Adams"), alliance.person("Bob Brown"), alliance.person("Ada Brown")
    assert reasons(ada)
    assert reasons(bob)
    assert reasons(eve) == ()
    eve.email = "Ada@Guard.example"
    assert reasons(eve)
    wrong = Finding("maintainers_named", Outcome.FAILED, "these are nobody", (seen,))
    made = Assessment(found.subject, found.listings, (*found.findings, wrong), (), found.made_by, found.made_at)
    newest.update(assessment=pack(canonical(made)))
    assert not any(map(reasons, (ada, bob))), "what a check did not take for its makers names none"


def test_a_name_written_family_first_is_one_author(alliance):
    from guildmark_hub.catalog.models import Entry

    Entry.objects.filter(slug="guard", edition__current=True).update(maker="Adams, Ada")
    assert reasons(alliance.person("Ada Adams"))
    Entry.objects.filter(slug="guard", edition__current=True).update(maker="Adams, Ada Brown")
    assert reasons(alliance.person("Brown Adams")) == ()


@pytest.mark.parametrize(
    ("says", "bound"),
    [
        ("Acme funds two of its developers.", True),
        ("Paid for by a grant of ACME.", True),
        ("Acme answers its reports.", False),
        ("Funded by Acmeville.", False),
        ("We like Acme.\nFunding comes from readers.", False),
    ],
)
def test_who_is_said_to_pay_for_it_has_a_stake(alliance, acme, says, bound):
    from guildmark_hub.answers.models import Answer, Wording
    from guildmark_hub.council import stakes

    olga = alliance.person("Olga Owner")
    answer = Answer.objects.create(slug="guard", kind="support", person=olga)
    Wording.objects.create(answer=answer, version=1, says=says, made_by=olga)
    assert bool(stakes.of_organisation(acme, stakes.facts("guard", TODAY))) is bound


def bound(organisation):
    from guildmark_hub.council import stakes

    return bool(stakes.of_organisation(organisation, stakes.facts("guard", TODAY)))


def test_what_was_said_of_money_and_is_said_no_more_binds_nobody(alliance, acme):
    from guildmark_hub.answers.models import Answer, Wording

    olga = alliance.person("Olga Owner")
    answer = Answer.objects.create(slug="guard", kind="support", person=olga)
    Wording.objects.create(answer=answer, version=1, says="Acme funds it.", made_by=olga)
    found = [bound(acme)]
    Wording.objects.create(answer=answer, version=2, says="Its readers fund it.", made_by=olga)
    Answer.objects.update(version=2)
    found.append(bound(acme))
    Wording.objects.filter(version=2).update(says="Acme funds it again.")
    found.append(bound(acme))
    Answer.objects.update(withdrawn_at=NOW)
    assert [*found, bound(acme)] == [True, False, True, False]


@pytest.mark.parametrize(
    ("kind", "says", "stake"),
    [
        ("offer_support", "We pay for a year of it.", True),
        ("offer_support", "We answer its reports.", False),
        ("offer_review", "Acme pays for a review.", False),
    ],
)
def test_an_organisation_that_offers_money_has_a_stake(alliance, acme, kind, says, stake):
    from guildmark_hub.answers.models import Answer, Wording

    olga = alliance.person("Olga Owner")
    answer = Answer.objects.create(slug="guard", kind=kind, person=olga, organisation=acme)
    Wording.objects.create(answer=answer, version=1, says=says, made_by=olga)
    assert bound(acme) is stake


@pytest.mark.parametrize(
    ("told", "stake"),
    [
        ({"party": "first"}, True),
        ({"party": "third"}, False),
        ({"party": "third", "of": "funder", "value": "ACME", "reported_by": "A paper"}, True),
        ({"party": "third", "of": "users", "value": "ACME", "reported_by": "A paper"}, False),
    ],
)
def test_who_reports_of_it_as_its_own_or_is_reported_to_fund_it_has_a_stake(acme, told, stake):
    from guildmark_hub.catalog.models import Entry, Reported, Source

    entry = Entry.objects.get(edition__current=True, slug="guard")
    given = {"of": "latency", "value": 1, "reported_by": " acme", "digest": f"sha256:{'0' * 64}"}
    Reported.objects.create(entry=entry, source=Source.objects.first(), **given | told)
    assert bound(acme) is stake


def test_who_owned_it_long_ago_and_where_nobody_was_taken_in_bind_nobody(alliance, acme, maker):
    from guildmark_hub.answers.models import Ownership

    olga, paul, ada = (alliance.person(name) for name in ("Olga Owner", "Paul Peer", "Ada Adams"))
    tied(olga, acme, date(2020, 1, 1))
    tied(paul, acme, date(2020, 1, 1))
    proof = {"word": "w" * 40, "where": "pkg:pypi/guard", "state": "expired"}
    held = Ownership.objects.create(slug="guard", person=olga, proved_at=datetime(2024, 11, 22, tzinfo=UTC), **proof)
    found = [bool(reasons(one)) for one in (olga, paul)]
    Ownership.objects.filter(pk=held.pk).update(proved_at=datetime(2024, 11, 21, tzinfo=UTC))
    assert [*found, *(bool(reasons(one)) for one in (olga, paul))] == [True, True, False, False]
    tied(ada, maker, date(2026, 1, 1))
    assert reasons(ada)
    type(maker).objects.filter(pk=maker.pk).update(state="refused")
    assert reasons(ada) == ()


def test_who_submitted_it_has_a_stake_and_a_draft_is_none(alliance):
    from tests.hub import reviewed

    from guildmark_hub.cases import acts
    from guildmark_hub.council import stakes

    there = reviewed.town()
    case = reviewed.begun(there)
    assert stakes.of_organisation(there.acme, stakes.facts("guard", TODAY)) == ()
    acts.submit(there.maker, case, reviewed.NOW)
    assert stakes.of_organisation(there.acme, stakes.facts("guard", TODAY))


def test_a_waiver_takes_away_what_she_may_not_and_ends(alliance, maker):
    from guildmark_hub.council import stakes
    from guildmark_hub.council.models import Waiver

    ada = alliance.person("Ada Adams")
    tied(ada, maker, date(2026, 1, 1))
    decision = _decision(alliance, ada, maker)
    Waiver.objects.create(person=ada, slug="guard", decision=decision, since=NOW, until=NOW + 30 * DAYS)
    assert reasons(ada) == ()
    assert reasons(ada, on=TODAY - DAYS)
    assert reasons(ada, on=TODAY + 31 * DAYS)
    assert stakes.of_organisation(maker, stakes.facts("guard", TODAY)), "a waiver is a person's"


def _decision(alliance, person, organisation):
    from guildmark_hub.council.models import Ballot, Decision, DecisionClass, Group, Proposal, Revision

    group = Group.objects.create(slug="tools", name="Tools", kind="working", state="active")
    rules = DecisionClass.objects.get(slug="lifecycle")
    told = {"kind": "waiver", "rules": rules, "title": "A waiver", "person": person, "organisation": organisation}
    proposal = Proposal.objects.create(group=group, once="a", **told)
    revision = Revision.objects.create(proposal=proposal, number=1, document="x", sha256="0" * 64, person=person)
    ballot = Ballot.objects.create(proposal=proposal, revision=revision, rules={}, opened_at=NOW, closes_at=NOW)
    made = {"accepted": True, "body": "{}", "statement": "0" * 64, "effective_at": NOW}
    return Decision.objects.create(proposal=proposal, ballot=ballot, **made)


class Graph(NamedTuple):
    """Who works where, from a day until a day (by numbers); who owns the entry; who declares what about whom."""

    ties: list[tuple[int, int, int, int | None]]
    owner: int
    declared: list[tuple[int, int]]


PERSONS, ORGANISATIONS = 5, 4
TIES = st.tuples(
    st.integers(0, PERSONS - 1),
    st.integers(0, ORGANISATIONS - 1),
    st.integers(0, 1000),
    st.one_of(st.none(), st.integers(0, 400)),
)
GRAPHS = st.builds(
    Graph,
    st.lists(TIES, max_size=8, unique_by=lambda tie: tie[:2]),
    st.integers(0, PERSONS - 1),
    st.lists(st.tuples(st.integers(0, PERSONS - 1), st.integers(0, ORGANISATIONS - 1)), max_size=2),
)


@pytest.fixture
def submitted(small):
    """A case that waits for its reviewers, where nobody may be drawn."""
    from tests.hub import reviewed

    from guildmark_hub.cases import acts

    there = reviewed.town(0)
    return acts.submit(there.maker, reviewed.begun(there), reviewed.NOW)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(graph=GRAPHS)
def test_in_no_graph_of_affiliations_is_somebody_a_candidate_who_has_a_stake(alliance, submitted, graph):
    """The oracle counts from the drawn numbers, and asks no database. 10,000 graphs go through `council.conflicts`
    itself (`test_conflicts.py` and the campaign)."""
    from django.db import transaction

    from guildmark_hub.cases import drawing

    with transaction.atomic():
        organisations = [alliance.organisation(f"o{one}", name=f"Org {one}") for one in range(ORGANISATIONS)]
        persons = [alliance.person(f"Person Number {'abcde'[one]}") for one in range(PERSONS)]
        _write(graph, persons, organisations)
        found = {one.id for one in drawing.candidates(submitted, NOW)}
        clean = {one for one in range(PERSONS) if _may_review(graph, one)}
        assert found == {f"person:{persons[one].pk}" for one in clean}
        transaction.set_rollback(True)


def _write(graph, persons, organisations):
    from guildmark_hub.answers.models import Ownership
    from guildmark_hub.council.models import Declaration

    for person, where, ago, length in graph.ties:
        since = TODAY - ago * DAYS
        tied(persons[person], organisations[where], since, None if length is None else since + length * DAYS)
    proof = {"word": "w" * 40, "where": "pkg:pypi/guard", "state": "proved", "proved_at": NOW}
    Ownership.objects.create(slug="guard", person=persons[graph.owner], expires_at=NOW + 90 * DAYS, **proof)
    for person, where in graph.declared:
        told = {"about": f"organisation:{organisations[where].slug}", "says": "x", "since": TODAY}
        Declaration.objects.create(person=persons[person], made_by=persons[person], **told)


def _may_review(graph, person):
    """By the text of the rules: she reviews for somebody now, and nothing ties her to what the owner belongs to."""

    def ended(ago, length):
        return None if length is None else ago - length

    now = {(who, where) for who, where, ago, length in graph.ties if length is None or ended(ago, length) <= 0}
    # 24 calendar months before the day are 730 days
    lately = {(who, where) for who, where, ago, length in graph.ties if length is None or ended(ago, length) <= 730}
    owners = {where for who, where in now if who == graph.owner}
    if person == graph.owner or any((person, where) in lately for where in owners):
        return False
    if any(who == person and where in owners for who, where in graph.declared):
        return False
    return any(who == person for who, _ in now)
