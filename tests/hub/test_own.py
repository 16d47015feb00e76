"""This hub among the organisations, and the key by which it signs."""

import pytest

from guildmark.errors import AskedWrongly

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def data(tmp_path, settings_of):
    """A data folder of this test's own."""
    settings_of(DATA=tmp_path)
    return tmp_path


@pytest.fixture
def settings_of():
    from django.test import override_settings

    changed = []

    def change(**given):
        changed.append(override_settings(**given))
        changed[-1].enable()

    yield change
    for one in reversed(changed):
        one.disable()


def test_the_hub_is_one_organisation_and_a_member(settings_of):
    from guildmark_hub.people.models import Organisation
    from guildmark_hub.people.own import own

    first = own()
    assert (first.slug, first.name, first.state, first.own) == ("this-hub", "This hub", "member", True)
    settings_of(NAME="The alliance")
    assert (own().pk, own().name, Organisation.objects.count()) == (first.pk, "The alliance", 1)


def test_the_hubs_slug_is_nobody_elses():
    from tests.hub import alliance

    from guildmark_hub.people.own import own

    alliance.organisation("this-hub")
    assert own().slug == "this-hub-2"


def test_the_key_is_made_once_for_nobody_but_its_owner_and_its_public_half_is_known(data):
    from guildmark_hub.people.models import Act, Key
    from guildmark_hub.people.own import own, signer

    first = signer()
    assert signer().public == first.public
    assert [(key.organisation, key.public) for key in Key.objects.all()] == [(own(), first.public.line)]
    assert (data / "instance.key").stat().st_mode & 0o777 == 0o600
    assert first.public.verifies(signer().sign(b"words"), b"words")
    assert not any("PRIVATE" in str((act.before, act.after)) for act in Act.objects.all())


def test_a_key_that_cannot_be_read_is_a_clear_error_and_is_not_replaced(data):
    from guildmark_hub.people.own import signer

    (data / "instance.key").write_text("nonsense")
    with pytest.raises(AskedWrongly, match=r"the hub's key instance\.key cannot be read"):
        signer()
    assert (data / "instance.key").read_text() == "nonsense"
