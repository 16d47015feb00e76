"""This hub's own transparency log: every signed decision stands in it, in the order in which they were signed.

It is a folder of static files beside the database, signed with the hub's key and served under /log/."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from guildmark.attest import Bundle, read_bundle, write_bundle
from guildmark.attest.trust import Log
from guildmark.errors import LogError
from guildmark.log import folder, note, proof
from guildmark.log.tiles import CHECKPOINT
from guildmark.records import canonical
from guildmark_hub.council.deciding import named
from guildmark_hub.council.models import Decision
from guildmark_hub.jobs import acts as jobs
from guildmark_hub.jobs.models import Job
from guildmark_hub.people import own, trail

FOLDER = "log"
"""In the data folder, and in addresses."""


def where() -> Path:
    """The folder of the log."""
    return Path(settings.DATA) / FOLDER


def origin() -> str:
    """What the log calls itself from its beginning on: this hub's address then, without how it is reached."""
    found = urlsplit(settings.ADDRESS)
    return f"{found.netloc}{found.path.rstrip('/')}/{FOLDER}"


def logs() -> Iterator[Log]:
    """The log as a trust file names it; none before the first decision was logged."""
    checkpoint = where() / CHECKPOINT
    if checkpoint.exists():
        called = note.checkpoint(note.read(checkpoint.read_bytes())).origin
        yield Log(called, own.signer().public.line, f"{settings.ADDRESS}/{FOLDER}")


def append(decision: Decision) -> int:
    """Put a signed decision into the log; its place. One that stands there keeps it. Raises LogError."""
    key = own.signer()
    if not (where() / CHECKPOINT).exists():
        with suppress(LogError):  # another process has begun it; whatever else is wrong, the next line says
            folder.begin(where(), origin(), key)
    return folder.append(where(), [_entry(decision)], key).places[0]


def log(job: Job) -> None:
    """Put every signed decision that is not there yet into the log, those first that were signed first."""
    places = append_all()
    with transaction.atomic():
        jobs.done(job, {"places": list(places.values())})


def append_all() -> dict[int, int]:
    """Put every signed decision into the log that is not there yet; their places by their numbers."""
    places = {}
    for one in Decision.objects.filter(signed_at__isnull=False, place=None).order_by("signed_at", "pk"):
        places[one.pk] = append(one)
        with transaction.atomic():
            Decision.objects.filter(pk=one.pk).update(place=places[one.pk])
            trail.keep(None, "council.log", named(one), None, {"place": places[one.pk]})
    return places


def bundle(decision: Decision) -> bytes:
    """A signed decision as anyone verifies it without this hub: with the proof that it is logged, where it is."""
    found = _bundle(decision)
    if decision.place is None:
        return write_bundle(found)
    served = folder.opened(where(), {own.signer().public: ""})
    return write_bundle(Bundle(found.envelope, proof=proof.made(served, canonical(found.envelope))))


def _bundle(decision: Decision) -> Bundle:
    if decision.claim is None:
        raise LogError("this decision is not signed yet", "a chair signs it on its page")
    return read_bundle(decision.claim.bundle.raw)


def _entry(decision: Decision) -> bytes:
    return canonical(_bundle(decision).envelope)
