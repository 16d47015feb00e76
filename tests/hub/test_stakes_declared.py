"""What people and organisations declare a stake in: by whom, from a day until a day, once, and never deleted."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from guildmark.errors import AskedWrongly

pytestmark = pytest.mark.usefixtures("small")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TODAY = NOW.date()
DAYS = timedelta(days=1)


def reasons(person, on=TODAY):
    from guildmark_hub.council import stakes

    return stakes.reasons(person, "guard", on)


def declare(person, about, organisation=None, since=TODAY, until=None, says="I advise them."):
    from guildmark_hub.council import declaring

    return declaring.declare(person, declaring.Said(about, says, since, until), organisation, NOW)


def test_what_is_declared_binds_from_its_first_day_to_its_last(alliance, acme):
    ada = alliance.person("Ada Adams")
    alliance.belongs(ada, acme)
    declare(ada, "entry:guard", since=TODAY - 3 * DAYS, until=TODAY + DAYS)
    bound = [bool(reasons(ada, on=TODAY + DAYS * day)) for day in (-4, -3, 0, 1, 2)]
    assert bound == [False, True, True, True, False]


def test_what_an_owner_declares_for_her_organisation_binds_all_its_people(alliance, acme):
    from guildmark_hub.council import stakes

    ada, bob = alliance.person("Ada Adams"), alliance.person("Bob Brown")
    alliance.belongs(ada, acme, "owner")
    alliance.belongs(bob, acme)
    with pytest.raises(PermissionDenied):
        declare(bob, "entry:guard", acme)
    declare(ada, "entry:guard", acme)
    assert reasons(bob)
    assert stakes.of_organisation(acme, stakes.facts("guard", TODAY))


def test_an_end_is_written_and_the_words_stay(alliance, acme):
    from guildmark_hub.council import declaring
    from guildmark_hub.people.models import Act

    ada, bob = alliance.person("Ada Adams"), alliance.person("Bob Brown")
    for one in (ada, bob):
        alliance.belongs(one, acme)
    made = declare(ada, "entry:guard")
    assert declare(ada, "entry:guard").pk == made.pk
    with pytest.raises(PermissionDenied):
        declaring.end(bob, made.pk, NOW)
    declaring.end(ada, made.pk, NOW)
    made.refresh_from_db()
    assert (made.until, made.says) == (TODAY, "I advise them.")
    assert reasons(ada)
    assert reasons(ada, on=TODAY + DAYS) == ()
    assert Act.objects.filter(did__startswith="council.", of=declaring.named(made)).count() == 2


@pytest.mark.parametrize("until", [None, TODAY, TODAY - DAYS])
def test_the_same_declared_twice_is_declared_once(alliance, acme, until):
    ada = alliance.person("Ada Adams")
    alliance.belongs(ada, acme)
    said = {"since": TODAY - 9 * DAYS, "until": until}
    assert declare(ada, "entry:guard", **said).pk == declare(ada, "entry:guard", **said).pk


@pytest.mark.parametrize(
    ("about", "since", "until"),
    [
        ("entry:nothing", TODAY, None),
        ("organisation:nothing", TODAY, None),
        ("person:99999999999", TODAY, None),
        ("planet:mars", TODAY, None),
        ("guard", TODAY, None),
        ("entry:guard", TODAY + DAYS, None),
        ("entry:guard", TODAY, TODAY - DAYS),
        ("entry:guard", date(1900, 1, 1), None),
    ],
)
def test_what_cannot_be_is_not_declared(alliance, acme, about, since, until):
    ada = alliance.person("Ada Adams")
    alliance.belongs(ada, acme)
    with pytest.raises(AskedWrongly):
        declare(ada, about, since=since, until=until)


def test_the_name_of_an_account_that_belongs_nowhere_is_not_told(alliance, acme):
    ada, stranger = alliance.person("Ada Adams"), alliance.person("Sam Stranger")
    alliance.belongs(ada, acme)
    with pytest.raises(AskedWrongly):
        declare(ada, f"person:{stranger.pk}")
    alliance.belongs(stranger, alliance.organisation("beta"))
    assert declare(ada, f"person:{stranger.pk}").about == f"person:{stranger.pk}"


def test_nobody_declares_a_stake_in_itself(alliance, acme):
    ada = alliance.person("Ada Adams")
    alliance.belongs(ada, acme, "owner")
    for about, organisation in ((f"person:{ada.pk}", None), ("organisation:acme", acme)):
        with pytest.raises(AskedWrongly, match="in itself"):
            declare(ada, about, organisation)
    declare(ada, "organisation:acme")
    declare(ada, f"person:{ada.pk}", acme)


def test_who_belongs_nowhere_declares_nothing(alliance, acme):
    with pytest.raises(PermissionDenied, match="Only members"):
        declare(alliance.person("Ada Adams"), "entry:guard")


def test_so_many_are_in_force_at_most_and_one_that_ended_makes_room(alliance, acme, monkeypatch):
    from guildmark_hub.council import declaring

    monkeypatch.setattr(declaring, "MOST", 2)
    ada = alliance.person("Ada Adams")
    alliance.belongs(ada, acme)
    first = declare(ada, "entry:guard")
    declare(ada, "organisation:acme")
    with pytest.raises(AskedWrongly, match="2 declarations are in force already"):
        declare(ada, "entry:guard", says="I wrote it.")
    declaring.end(ada, first.pk, NOW)
    declare(ada, "entry:guard", says="I wrote it.")


def test_a_clock_that_was_set_back_ends_nothing(alliance, acme):
    from guildmark_hub.council import declaring

    ada = alliance.person("Ada Adams")
    alliance.belongs(ada, acme)
    made = declare(ada, "entry:guard")
    with pytest.raises(AskedWrongly, match="which is not yet"):
        declaring.end(ada, made.pk, NOW - DAYS)
