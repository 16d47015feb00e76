"""An invented alliance for the tests: persons, organisations, keys. Needs a database."""

from datetime import UTC, date, datetime
from typing import Any

from django.test import Client

from guildmark import keys
from guildmark_hub.people import keyring
from guildmark_hub.people.models import Affiliation, Key, Organisation, Person

PASSWORD = "a long enough word 7"
SINCE = date(2026, 1, 1)
THEN = datetime(2026, 1, 1, tzinfo=UTC)


def person(name: str = "Ada", *, staff: bool = False) -> Person:
    """Somebody whose address is verified."""
    from allauth.account.models import EmailAddress

    email = f"{name.lower().replace(' ', '.')}@example.org"
    made = Person.objects.create_user(email, PASSWORD, name=name)
    made.is_staff = made.is_superuser = staff
    made.save()
    EmailAddress.objects.create(user=made, email=email, verified=True, primary=True)
    return made


def organisation(slug: str = "acme", **given: Any) -> Organisation:
    """A member organisation, if nothing else is said."""
    told = {"name": slug.title(), "sector": "company", "country": "FR", "state": "member", "member_since": THEN}
    return Organisation.objects.create(slug=slug, **told | given)


def belongs(who: Person, where: Organisation, role: str = "member") -> Affiliation:
    """She belongs there, from the beginning of the year."""
    return Affiliation.objects.create(person=who, organisation=where, role=role, since=SINCE)


def key(where: Organisation, **given: Any) -> tuple[keys.PrivateKey, Key]:
    """A new key of an organisation: the secret, and the row of its public half."""
    made = keys.new(where.slug)
    return made, Key.objects.create(organisation=where, public=made.public.line, **given)


def proved(key: keys.PrivateKey, where: Organisation) -> str:
    """What `guildmark keys prove` prints for an organisation of this hub."""
    return keys.proved(key, keyring.whom(where))


def browser(who: Person | None = None) -> Client:
    """A browser without scripts in which somebody is signed in."""
    client = Client(SERVER_NAME="localhost")
    if who:
        client.force_login(who, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client
