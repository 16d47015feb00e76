"""Organisations and who belongs to them: applied, decided, invited, begun, ended; all dated, all in the trail."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from guildmark.errors import AskedWrongly

pytestmark = pytest.mark.usefixtures("database")
ACME = {"name": "Acme & Söhne", "sector": "company", "country": "de", "homepage": "acme.example", "says": "We test."}


@pytest.fixture(autouse=True)
def _no_mail_of_others():
    from django.core import mail

    mail.outbox = []


@pytest.fixture
def at(monkeypatch):
    """Sets the clock of the hub."""
    from django.utils import timezone

    def set_to(moment: datetime) -> None:
        monkeypatch.setattr(timezone, "now", lambda: moment)

    return set_to


def mails():
    from django.core import mail

    return mail.outbox


def cast():
    """Ada owns Acme, Mia is its member, Olga owns another one, Sue is staff."""
    from tests.hub import alliance

    people = {name: alliance.person(name.title(), staff=name == "sue") for name in ("ada", "mia", "olga", "sue", "eve")}
    acme, other = alliance.organisation(), alliance.organisation("other")
    alliance.belongs(people["ada"], acme, "owner")
    alliance.belongs(people["mia"], acme)
    alliance.belongs(people["olga"], other, "owner")
    return acme, other, people


def trail() -> list[tuple[str, str, str]]:
    from guildmark_hub.people.models import Act

    return list(Act.objects.order_by("pk").values_list("who", "did", "of"))


def sent_secret() -> str:
    found = re.search(r"/invitations/([^/\s]+)/", mails()[-1].body)
    assert found
    return found[1]


def test_an_organisation_applies_and_staff_take_it_in(client):
    """Who applied is its first owner, and is told by mail; until then it is no member and its page is not there."""
    from tests.hub import alliance

    from guildmark_hub.people import roles
    from guildmark_hub.people.models import Organisation

    ada, sue = alliance.person(), alliance.person("Sue", staff=True)
    mine, staff = alliance.browser(ada), alliance.browser(sue)
    assert mine.post("/desk/organisations/new", ACME).headers["Location"] == "/desk/"
    made = Organisation.objects.get()
    assert (made.slug, made.state, made.country, made.homepage) == (
        "acme-sohne",
        "applied",
        "DE",
        "https://acme.example",
    )
    assert client.get("/members/acme-sohne/").status_code == 404
    assert "Acme" not in client.get("/members/").content.decode()
    assert not roles.has(ada, "member")
    assert "Acme &amp; Söhne" in staff.get("/desk/applications/").content.decode()
    assert staff.get("/desk/applications/acme-sohne/").status_code == 200
    assert staff.post("/desk/applications/acme-sohne/", {"accept": "1"}).status_code == 302
    assert roles.has(ada, "owner", made)
    assert mails()[-1].to == ["ada@example.org"]
    assert client.get("/members/acme-sohne/").status_code == 200
    assert mine.get("/desk/organisations/acme-sohne/").status_code == 200
    again = staff.post("/desk/applications/acme-sohne/", {"accept": "1"})
    assert (again.status_code, "does not wait any more" in again.content.decode()) == (400, True)
    assert [act[1] for act in trail()] == ["people.apply", "people.accept", "people.join"]


def test_who_is_refused_reads_why_and_may_apply_again():
    from tests.hub import alliance

    from guildmark_hub.people.models import Organisation

    ada, sue = alliance.person(), alliance.person("Sue", staff=True)
    alliance.browser(ada).post("/desk/organisations/new", ACME)
    staff = alliance.browser(sue)
    assert staff.post("/desk/applications/acme-sohne/", {"why": ""}).status_code == 400
    assert staff.post("/desk/applications/acme-sohne/", {"why": "We could not\nreach you."}).status_code == 302
    assert Organisation.objects.get().state == "refused"
    assert "We could not" in mails()[-1].body
    assert "reach you." in alliance.browser(ada).get("/desk/").content.decode()
    alliance.browser(ada).post("/desk/organisations/new", ACME)
    assert list(Organisation.objects.values_list("slug", "state").order_by("pk")) == [
        ("acme-sohne", "refused"),
        ("acme-sohne-2", "applied"),
    ]


def test_nobody_takes_the_name_of_another_nor_fills_the_list():
    from tests.hub import alliance

    from guildmark_hub.people import acts

    alliance.organisation()
    ada = alliance.person()
    with pytest.raises(AskedWrongly, match="named acme already"):
        acts.apply(ada, ACME | {"name": "acme"})
    for number in range(3):
        acts.apply(ada, ACME | {"name": f"Name {number}"})
    with pytest.raises(AskedWrongly, match="3 organisations of yours wait"):
        acts.apply(ada, ACME | {"name": "One more"})


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "\u202egro.live"},
        {"sector": "wizards"},
        {"country": "Germany"},
        {"country": "1!"},
        {"homepage": "javascript:alert(1)"},
        {"says": "x" * 2001},
        {"says": "a\u200bb"},
    ],
)
def test_what_is_wrong_in_an_application_stands_beside_its_field(wrong):
    from tests.hub import alliance

    from guildmark_hub.people.models import Organisation

    answer = alliance.browser(alliance.person()).post("/desk/organisations/new", ACME | wrong)
    assert answer.status_code == 400
    assert f'id="id_{next(iter(wrong))}_error"' in answer.content.decode()
    assert not Organisation.objects.exists()


def test_staff_invite_an_organisation_and_its_first_owner_makes_it_a_member():
    from tests.hub import alliance

    from guildmark_hub.people import roles
    from guildmark_hub.people.models import Organisation

    ada, sue = alliance.person(), alliance.person("Sue", staff=True)
    staff = alliance.browser(sue)
    assert staff.post("/desk/invite-organisation", ACME | {"email": "ada@example.org"}).status_code == 302
    first = sent_secret()
    assert Organisation.objects.get().state == "invited"
    assert staff.post("/desk/applications/acme-sohne/invite", {"email": "Ada@example.org"}).status_code == 302
    hers = alliance.browser(ada)
    assert hers.post(f"/invitations/{first}/").status_code == 403
    assert hers.get(f"/invitations/{sent_secret()}/").status_code == 200
    assert hers.post(f"/invitations/{sent_secret()}/").status_code == 302
    assert roles.has(ada, "owner", Organisation.objects.get())
    late = staff.post("/desk/applications/acme-sohne/invite", {"email": "eve@example.org"})
    assert (late.status_code, len(mails())) == (400, 2)


def test_an_invitation_is_for_one_address_once_and_its_secret_is_kept_nowhere(database):
    from tests.hub import alliance

    from guildmark_hub.people import roles
    from guildmark_hub.people.models import Invitation

    acme, _, people = cast()
    owner = alliance.browser(people["ada"])
    given = {"email": "eve@example.org", "role": "reviewer"}
    assert owner.post("/desk/organisations/acme/invite", given).status_code == 302
    assert mails()[-1].to == ["eve@example.org"]
    secret = sent_secret()
    place = f"/invitations/{secret}/"
    assert alliance.browser().get(place).headers["Location"] == f"/account/login/?next={place}"
    assert alliance.browser(people["olga"]).post(place).status_code == 403
    hers = alliance.browser(people["eve"])
    assert "as reviewer" in hers.get(place).content.decode()
    assert hers.post(place).status_code == 302
    assert roles.has(people["eve"], "reviewer", acme)
    assert hers.post(place).status_code == 403
    assert secret.encode() not in database.read_bytes()
    wal = database.with_name(f"{database.name}-wal")
    assert not wal.exists() or secret.encode() not in wal.read_bytes()
    assert len(Invitation.objects.get().secret_sha256) == 64


def test_an_unproved_address_takes_no_invitation():
    from allauth.account.models import EmailAddress
    from tests.hub import alliance

    acme, _, people = cast()
    EmailAddress.objects.filter(user=people["eve"]).update(verified=False)
    alliance.browser(people["ada"]).post(
        "/desk/organisations/acme/invite", {"email": "eve@example.org", "role": "member"}
    )
    assert alliance.browser(people["eve"]).post(f"/invitations/{sent_secret()}/").status_code == 403
    assert not acme.affiliations.filter(person=people["eve"]).exists()


@pytest.mark.parametrize("ended", ["expired", "withdrawn", "asked again", "left"])
def test_an_invitation_that_ended_opens_nothing_and_does_not_say_why(ended, at):
    from tests.hub import alliance

    from guildmark_hub.people import acts, inviting
    from guildmark_hub.people.models import Invitation

    acme, _, people = cast()
    secret = inviting.invite(people["ada"], acme, "eve@example.org", "member")
    if ended == "expired":
        Invitation.objects.update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    elif ended == "withdrawn":
        inviting.withdraw(people["ada"], Invitation.objects.get())
    elif ended == "asked again":
        inviting.invite(people["ada"], acme, "eve@example.org", "member")
    else:
        acts.resign(people["ada"], acme)
    hers = alliance.browser(people["eve"])
    answers = [hers.get(f"/invitations/{one}/") for one in (secret, "x" * 43)]
    assert [one.status_code for one in answers] == [403, 403]
    texts = [re.sub(r'value="\w{64}"', "", one.content.decode()) for one in answers]
    assert texts[0] == texts[1]


def test_an_invitation_lasts_fourteen_days(at):
    from guildmark_hub.people import inviting
    from guildmark_hub.people.models import Invitation

    acme, _, people = cast()
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    at(now)
    secret = inviting.invite(people["ada"], acme, "eve@example.org", "member")
    assert Invitation.objects.get().expires_at == now + timedelta(days=14)
    at(now + timedelta(days=14) - timedelta(seconds=1))
    assert inviting.read(people["eve"], secret).organisation == acme


def test_only_so_many_invitations_wait_at_a_time(monkeypatch):
    from guildmark_hub.people import inviting

    acme, _, people = cast()
    monkeypatch.setattr(inviting, "MOST", 2)
    for name in ("one", "two", "two"):
        inviting.invite(people["ada"], acme, f"{name}@example.org", "member")
    with pytest.raises(AskedWrongly, match="2 invitations"):
        inviting.invite(people["ada"], acme, "three@example.org", "member")


def test_nobody_is_flooded_with_invitations(monkeypatch, at):
    """Also not the same address, again and again."""
    from guildmark_hub.people import inviting

    acme, _, people = cast()
    monkeypatch.setattr(inviting, "MOST_A_DAY", 3)
    for _ in range(3):
        inviting.invite(people["ada"], acme, "eve@example.org", "member")
    with pytest.raises(AskedWrongly, match="3 times since yesterday"):
        inviting.invite(people["ada"], acme, "eve@example.org", "member")
    at(datetime.now(UTC) + timedelta(days=1))
    inviting.invite(people["ada"], acme, "eve@example.org", "member")


def test_the_last_owner_can_neither_leave_nor_give_up_her_role():
    from guildmark_hub.people import acts

    acme, _, people = cast()
    ada, mia = (acme.affiliations.get(person=people[name]) for name in ("ada", "mia"))
    for act in (lambda: acts.end(people["ada"], ada), lambda: acts.change_role(people["ada"], ada, "member")):
        with pytest.raises(AskedWrongly, match="only owner"):
            act()
    acts.change_role(people["ada"], mia, "owner")
    acts.end(people["ada"], ada)
    assert sorted(acme.affiliations.filter(until=None).values_list("person__name", "role")) == [("Mia", "owner")]


def test_an_owner_whose_account_is_closed_does_not_count_as_one():
    from guildmark_hub.people import acts

    acme, _, people = cast()
    acts.change_role(people["ada"], acme.affiliations.get(person=people["mia"]), "owner")
    people["mia"].is_active = False
    people["mia"].save()
    with pytest.raises(AskedWrongly, match="only owner"):
        acts.end(people["ada"], acme.affiliations.get(person=people["ada"]))


def test_who_leaves_may_nothing_from_that_moment_on_and_what_was_stays_written():
    """Its last day is today, and yet she is out at once; she can come back on the same day."""
    from tests.hub import alliance

    from guildmark_hub.people import acts, inviting, roles

    acme, _, people = cast()
    mine = alliance.browser(people["mia"])
    one = acme.affiliations.get(person=people["mia"])
    assert mine.post(f"/desk/organisations/acme/people/{one.pk}/end").headers["Location"] == "/desk/"
    assert not roles.has(people["mia"], "member", acme)
    assert mine.get("/desk/organisations/acme/").status_code == 403
    one.refresh_from_db()
    assert (one.since, one.until) == (alliance.SINCE, datetime.now(UTC).date())
    with pytest.raises(AskedWrongly, match="any more"):
        acts.end(people["ada"], one)
    inviting.take(people["mia"], inviting.invite(people["ada"], acme, "mia@example.org", "reviewer"))
    assert roles.has(people["mia"], "reviewer", acme)
    assert acme.affiliations.filter(person=people["mia"]).count() == 2


def test_a_new_role_is_a_new_row_and_the_old_one_counts_no_more():
    from guildmark_hub.people import acts, roles

    acme, _, people = cast()
    one = acme.affiliations.get(person=people["mia"])
    assert acts.change_role(people["ada"], one, "reviewer").role == "reviewer"
    assert roles.has(people["mia"], "reviewer", acme)
    acts.change_role(people["ada"], acme.affiliations.get(person=people["mia"], until=None), "member")
    assert not roles.has(people["mia"], "reviewer", acme)
    assert list(acme.affiliations.filter(person=people["mia"]).order_by("pk").values_list("role", flat=True)) == [
        "member",
        "reviewer",
        "member",
    ]


def test_a_clock_that_was_set_back_ends_nothing_before_it_began(at):
    from tests.hub import alliance

    from guildmark import keys
    from guildmark_hub.people import acts, keyring

    acme, _, people = cast()
    one = acme.affiliations.get(person=people["mia"])
    added = keyring.add(people["ada"], acme, alliance.proved(keys.new("acme"), acme))
    for name in ("ada", "olga"):
        people[name].affiliations.update(since="2025-01-01")
    at(datetime(2025, 12, 31, 23, tzinfo=UTC))
    for act in (
        lambda: acts.end(people["ada"], one),
        lambda: acts.change_role(people["ada"], one, "reviewer"),
        lambda: keyring.revoke(people["ada"], added, "retired"),
        lambda: acts.resign(people["ada"], acme),
    ):
        with pytest.raises(AskedWrongly) as told:
            act()
        assert "clock of this hub was set back" in told.value.hint
    one.refresh_from_db()
    assert (one.until, acme.affiliations.count()) == (None, 2)
    acme.refresh_from_db()
    assert acme.state == "member"


def test_an_organisation_that_leaves_gives_nobody_a_role_and_stays_readable(client):
    from tests.hub import alliance

    from guildmark_hub.people import roles

    acme, _, people = cast()
    owner = alliance.browser(people["ada"])
    assert owner.get("/desk/organisations/acme/leave").status_code == 200
    assert roles.has(people["ada"], "owner", acme)
    assert owner.post("/desk/organisations/acme/leave").status_code == 302
    assert not roles.has(people["ada"], "member")
    assert "Was a member" in client.get("/members/acme/").content.decode()
    assert "Acme" not in client.get("/members/").content.decode()


def test_members_are_listed_by_sector_and_country(client):
    from tests.hub import alliance

    for slug, sector, country in (
        ("a-lab", "research", "FR"),
        ("b-gmbh", "company", "DE"),
        ("c-uni", "research", "DE"),
    ):
        alliance.organisation(slug, sector=sector, country=country)

    def shown(**asked: str) -> list[str]:
        answer = client.get("/members/", asked)
        assert answer.status_code == 200
        return re.findall(
            r'href="/members/([^"]+)/"', answer.content.decode().partition("<main")[2].partition("</main")[0]
        )

    assert shown() == ["a-lab", "b-gmbh", "c-uni"]
    assert shown(sector="research") == ["a-lab", "c-uni"]
    assert shown(country="de", sector="research") == ["c-uni"]
    assert shown(country="XX") == []
    assert shown(sector="<script>", country="'\"") == []


def test_every_act_asks_by_itself_who_may():
    """Also where no view asked before: at the moment of the write."""
    from django.core.exceptions import PermissionDenied
    from tests.hub import alliance

    from guildmark import keys
    from guildmark_hub.people import acts, inviting, keyring
    from guildmark_hub.people.models import Act, Invitation

    acme, _, people = cast()
    mia = acme.affiliations.get(person=people["mia"])
    key = keyring.add(people["ada"], acme, alliance.proved(keys.new("acme"), acme))
    inviting.invite(people["ada"], acme, "eve@example.org", "member")
    before = Act.objects.count()
    for name in ("mia", "olga", "eve"):
        who = people[name]
        refused = [
            lambda who=who: acts.edit(who, acme, ACME),
            lambda who=who: acts.resign(who, acme),
            lambda who=who: acts.change_role(who, mia, "owner"),
            lambda who=who: acts.accept(who, acme),
            lambda who=who: acts.refuse(who, acme, "no"),
            lambda who=who: inviting.propose(who, ACME | {"email": "eve@example.org"}),
            lambda who=who: inviting.first_owner(who, acme, "eve@example.org"),
            lambda who=who: inviting.invite(who, acme, "mallory@example.org", "owner"),
            lambda who=who: inviting.withdraw(who, Invitation.objects.get()),
            lambda who=who: keyring.add(who, acme, alliance.proved(keys.new("acme"), acme)),
            lambda who=who: keyring.revoke(who, key, "retired"),
        ]
        refused += [lambda who=who: acts.end(who, mia)] if name != "mia" else []
        for act in refused:
            with pytest.raises(PermissionDenied):
                act()
    assert Act.objects.count() == before
