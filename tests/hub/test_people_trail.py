"""The trail of every act, and the tables of those who run the hub: what they change by hand is kept in it too."""

import re

import pytest
from tests.hub.test_people import ACME, cast, trail

from guildmark.errors import AskedWrongly

pytestmark = pytest.mark.usefixtures("database")


def test_an_act_that_fails_leaves_no_line_and_a_line_that_fails_leaves_no_act(monkeypatch):
    from guildmark_hub.people import acts

    acme, _, people = cast()
    with pytest.raises(AskedWrongly):
        acts.edit(people["ada"], acme, ACME | {"name": "Other"})
    assert trail() == []

    def full(*words: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(acts.trail, "keep", full)
    with pytest.raises(OSError, match="full"):
        acts.edit(people["ada"], acme, ACME)
    acme.refresh_from_db()
    assert acme.name == "Acme"


def test_the_trail_says_who_did_what_and_how_it_was_before_and_after():
    from tests.hub import alliance

    from guildmark_hub.people import acts

    acme, _, people = cast()
    acts.edit(people["ada"], acme, ACME | {"name": "<b>Acme</b> & co"})
    acts.rename(people["olga"], "Olga O.")
    staff = alliance.browser(people["sue"])
    page = staff.get("/desk/trail/").content.decode()
    assert "people.edit" in page
    assert "&lt;b&gt;Acme&lt;/b&gt; &amp; co" in page
    assert "<b>" not in page
    assert "people.rename" not in staff.get("/desk/trail/", {"of": "organisation:acme"}).content.decode()
    assert "people.edit" not in staff.get("/desk/trail/", {"person": str(people["olga"].pk)}).content.decode()
    assert "people.rename" in staff.get("/desk/trail/", {"person": "olga"}).content.decode()
    for odd in ({"page": "x"}, {"page": "99999999"}, {"page": "-1"}, {"person": "9" * 40}, {"of": "\x00"}):
        assert staff.get("/desk/trail/", odd).status_code == 200, odd


def test_the_trail_is_read_page_by_page():
    from tests.hub import alliance

    from guildmark_hub.people import trail as kept

    sue = alliance.person("Sue", staff=True)
    for number in range(120):
        kept.keep(None, "test.count", f"number:{number:03}")
    staff = alliance.browser(sue)
    pages = [staff.get("/desk/trail/", {"page": str(page)}).content.decode() for page in (1, 2, 3)]
    found = [re.findall(r"<bdi>number:(\d+)</bdi>", page) for page in pages]
    assert [len(one) for one in found] == [50, 50, 20]
    assert [int(number) for one in found for number in one] == list(range(119, -1, -1))


def test_no_line_of_the_trail_is_changed_or_deleted_by_hand():
    from django.contrib import admin
    from tests.hub import alliance

    from guildmark_hub.people import trail as kept
    from guildmark_hub.people.models import Act
    from guildmark_hub.people.staff import Kept

    sue = alliance.person("Sue", staff=True)
    one = kept.keep(None, "test.stand", "row:1")
    staff = alliance.browser(sue)
    assert staff.get(f"/staff/people/act/{one.pk}/change/").status_code == 200
    assert staff.post(f"/staff/people/act/{one.pk}/change/", {"did": "other"}).status_code == 403
    assert staff.post(f"/staff/people/act/{one.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Act.objects.get().did == "test.stand"
    assert all(isinstance(table, Kept) for table in admin.site._registry.values())


def test_what_staff_change_by_hand_is_kept_in_the_trail_without_secrets():
    from tests.hub import alliance

    from guildmark_hub.people.models import Act

    _, _, people = cast()
    staff = alliance.browser(people["sue"])
    answer = staff.post(f"/staff/people/person/{people['eve'].pk}/change/", {"name": "Eve E.", "is_active": ""})
    assert answer.status_code == 302
    act = Act.objects.get()
    assert (act.did, act.of) == ("staff.change", f"people.person:{people['eve'].pk}")
    assert (act.before["is_active"], act.after["is_active"], act.after["name"]) == (True, False, "Eve E.")
    assert "password" not in act.before
    page = staff.get(f"/staff/people/person/{people['eve'].pk}/change/").content.decode()
    assert "eve@example.org" in page
    assert people["eve"].password not in page
    assert staff.get("/staff/password_change/").headers["Location"] == "/account/password/change/"


def test_only_a_superuser_says_who_is_staff_and_not_of_herself():
    from tests.hub import alliance

    from guildmark_hub.people.models import Person

    sue, tom, eve = alliance.person("Sue", staff=True), alliance.person("Tom", staff=True), alliance.person("Eve")
    Person.objects.filter(pk=tom.pk).update(is_superuser=False)
    given = {"name": "Eve", "is_active": "on", "is_staff": "on"}
    for who, whom, allowed in ((tom, eve, False), (tom, tom, False), (sue, eve, True), (sue, sue, False)):
        changed = given | {"is_staff": "" if whom.is_staff else "on", "name": whom.name}
        answer = alliance.browser(who).post(f"/staff/people/person/{whom.pk}/change/", changed)
        assert answer.status_code == (302 if allowed else 403), (who, whom)
    assert Person.objects.filter(is_staff=True).count() == 3


def test_the_tables_are_opened_through_the_same_door_as_all_else(client):
    """So the second factor and the limits hold there too."""
    from tests.hub import alliance

    answer = client.get("/staff/", follow=True)
    assert answer.redirect_chain[-1][0].startswith("/account/login/?next=")
    before = client.post("/staff/login/", {"username": "sue@example.org", "password": alliance.PASSWORD})
    assert before.headers["Location"].startswith("/account/login/")
    assert alliance.browser(alliance.person()).get("/staff/", follow=True).status_code == 403
