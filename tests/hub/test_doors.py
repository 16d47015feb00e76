"""Who may pass a door, and what the others are told."""

import pytest

pytestmark = pytest.mark.usefixtures("database")


def test_who_is_not_signed_in_is_sent_to_sign_in(client):
    answer = client.get("/desk/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/account/login/?next=/desk/")


def test_a_page_behind_a_door_is_kept_by_no_cache():
    from tests.hub import alliance

    answer = alliance.browser(alliance.person()).get("/desk/")
    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("role", "needed", "has"),
    [
        ("member", "member", True),
        ("member", "reviewer", False),
        ("reviewer", "member", True),
        ("owner", "reviewer", True),
        ("owner", "staff", False),
    ],
)
def test_an_affiliation_gives_its_role_and_those_below_it(role, needed, has):
    from tests.hub import alliance

    from guildmark_hub.people import roles

    who = alliance.person()
    alliance.belongs(who, alliance.organisation(), role)
    assert roles.has(who, needed) is has


def test_an_affiliation_counts_from_its_first_to_its_last_day_and_while_the_organisation_is_a_member():
    from datetime import date

    from tests.hub import alliance

    from guildmark_hub.people import roles

    who, where = alliance.person(), alliance.organisation()
    one = alliance.belongs(who, where)
    one.until = date(2026, 6, 30)
    one.save()
    found = [
        roles.affiliations(who, date.fromisoformat(day)).exists()
        for day in ("2025-12-31", "2026-01-01", "2026-06-30", "2026-07-01")
    ]
    assert found == [False, True, True, False]
    where.state = "left"
    where.save()
    assert not roles.affiliations(who, date(2026, 2, 1)).exists()
