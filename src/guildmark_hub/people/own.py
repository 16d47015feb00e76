"""This hub itself among the organisations: its row, and the key by which it signs what its worker finds."""

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from django.utils.text import slugify

from guildmark import keys
from guildmark.errors import AskedWrongly, ClaimError
from guildmark_hub import kept
from guildmark_hub.people import trail
from guildmark_hub.people.models import Key, Organisation

FILE = "instance.key"
"""In the data folder: the private key, for nobody but the hub's user."""
_examples: dict[str, bool] = {}
"""Which databases are those of examples, once they were asked: it is every answer that wants to know."""


def own() -> Organisation:
    """This hub, made once, and called as its settings call it."""
    found = Organisation.objects.filter(own=True).first()
    if found and found.name == settings.NAME:
        return found
    with transaction.atomic():
        found = Organisation.objects.filter(own=True).first()
        if found is None:
            found = Organisation(own=True, slug=_slug(), sector=Organisation.Sector.OTHER, state="member")
            found.member_since = timezone.now()
        before, found.name = found.name or None, settings.NAME
        found.save()
        trail.keep(None, "people.own", f"organisation:{found.slug}", before, found.name)
        return found


def signer() -> keys.PrivateKey:
    """The key of this hub, made once; its public half is among its organisation's keys. Raises AskedWrongly."""
    path = settings.DATA / FILE
    organisation = own()
    try:
        if not path.exists():
            kept.write_once(path, keys.new(organisation.slug).written(None))
        found = keys.read_private(path.read_bytes(), bytes)
    except (OSError, ClaimError) as error:
        hint = "give the hub's user this file, or put it back from a backup"
        raise AskedWrongly(f"the hub's key {path.name} cannot be read: {error}", hint) from error
    _known(organisation, found.public.line)
    return found


def is_example() -> bool:
    """Whether all that is here was invented, and everything that leaves this hub has to say so."""
    database = str(connection.settings_dict["NAME"])
    if database not in _examples:
        try:
            _examples[database] = Organisation.objects.filter(own=True, example=True).exists()
        except DatabaseError:  # a page that says what broke must not break by this
            return False
    return _examples[database]


def become_example() -> None:
    """From now on this hub says everywhere that it is an example; nothing takes that back."""
    with transaction.atomic():
        organisation = own()
        organisation.example = True
        organisation.save(update_fields=["example"])
        trail.keep(None, "people.become_example", f"organisation:{organisation.slug}", False, True)
    _examples.clear()


def _known(organisation: Organisation, public: str) -> None:
    if Key.objects.filter(organisation=organisation, public=public).exists():
        return
    with transaction.atomic():
        row, made = Key.objects.get_or_create(public=public, defaults={"organisation": organisation})
        if made:
            trail.keep(None, "people.add_key", f"organisation:{organisation.slug}", None, row.public)


def _slug() -> str:
    """Its name as an address, or with a number where another organisation has that."""
    stem = slugify(settings.NAME)[:80] or "this-hub"
    taken = set(Organisation.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    return next(slug for slug in (stem, *(f"{stem}-{number}" for number in range(2, 10_000))) if slug not in taken)
