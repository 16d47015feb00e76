"""Keys of organisations: one is of one for ever, a private one is never kept, a stolen one stays stolen."""

import pytest
from tests.hub.test_people import cast

from guildmark.errors import AskedWrongly, ClaimError

pytestmark = pytest.mark.usefixtures("database")


def test_a_key_is_of_one_organisation_for_ever_whatever_name_stands_before_it():
    from tests.hub import alliance

    from guildmark import keys
    from guildmark_hub.people import keyring
    from guildmark_hub.people.models import Key

    acme, other, people = cast()
    mine = keys.new("acme")
    added = keyring.add(people["ada"], acme, alliance.proved(mine, acme))
    keyring.revoke(people["ada"], added, "retired")
    for name in ("acme", "other"):
        mine.public = keys.PublicKey(name, mine.public.raw)
        with pytest.raises(AskedWrongly, match="known here already"):
            keyring.add(people["olga"], other, alliance.proved(mine, other))
    with pytest.raises(ClaimError):
        keyring.add(people["ada"], acme, "acme+00000000+AAAA")
    assert Key.objects.count() == 1


def test_a_private_key_is_not_taken_and_not_shown_again(database):
    from tests.hub import alliance

    from guildmark import keys

    _, _, people = cast()
    private = keys.new("acme").written(None).decode()
    answer = alliance.browser(people["ada"]).post("/desk/organisations/acme/keys/add", {"public": private})
    assert answer.status_code == 400
    assert "PRIVATE KEY-----" not in answer.content.decode().partition('name="public"')[0]
    body = private.split("\n")[2]
    assert body.encode() not in database.read_bytes()


def test_a_key_that_was_stolen_stays_stolen():
    from tests.hub import alliance

    from guildmark import keys
    from guildmark_hub.people import keyring

    acme, _, people = cast()
    heard = []
    keyring.revoked.connect(lambda key, **given: heard.append(key.because), weak=False, dispatch_uid="test")
    try:
        added = keyring.add(people["ada"], acme, alliance.proved(keys.new("acme"), acme))
        keyring.revoke(people["ada"], added, "retired")
        first = added.__class__.objects.get().revoked_at
        keyring.revoke(people["sue"], added, "compromised")
        for because in ("retired", "compromised", "lost"):
            with pytest.raises(AskedWrongly):
                keyring.revoke(people["ada"], added, because)
    finally:
        keyring.revoked.disconnect(dispatch_uid="test")
    added.refresh_from_db()
    assert (added.because, added.revoked_at, heard) == ("compromised", first, ["retired", "compromised"])


def test_the_keys_of_a_member_are_shown_with_their_ids(client):
    from tests.hub import alliance

    acme, _, people = cast()
    secret, row = alliance.key(acme)
    page = client.get("/members/acme/").content.decode()
    assert secret.public.id in page
    assert "counts" in page
    alliance.browser(people["ada"]).post(f"/desk/organisations/acme/keys/{row.pk}/revoke", {"because": "compromised"})
    assert "stolen or lost" in client.get("/members/acme/").content.decode()


@pytest.mark.parametrize(
    "given",
    [
        lambda key, acme, other, alliance: key.public.line,
        lambda key, acme, other, alliance: alliance.proved(key, other),
        lambda key, acme, other, alliance: f"{key.public.line} {alliance.proved(other_key(), acme).split()[1]}",
        lambda key, acme, other, alliance: f"{key.public.line} no-signature",
    ],
    ids=["no proof", "for another", "by another key", "no signature"],
)
def test_nobody_gets_the_words_of_a_key_that_she_does_not_have(given):
    from tests.hub import alliance

    from guildmark import keys
    from guildmark_hub.people import keyring

    acme, other, people = cast()
    with pytest.raises(ClaimError, match="no proof stands beside"):
        keyring.add(people["ada"], acme, given(keys.new("acme"), acme, other, alliance))


def other_key():
    from guildmark import keys

    return keys.new("acme")
