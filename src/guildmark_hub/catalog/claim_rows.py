"""Reads what programs ask of signed claims, and takes in what they publish: records, pages of them, bounds."""

from typing import Any

from allauth.core.internal import ratelimit
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.urls import reverse

from guildmark.errors import ClaimError, GuildmarkError
from guildmark.records import Record
from guildmark_hub.catalog import acts, rows, taking
from guildmark_hub.catalog.models import Change, Claim

RATES = {"publish": "60/m/key,600/h/key"}
"""So many bundles from one address."""


class TooOften(GuildmarkError):
    """More was asked from one address than is answered."""


class LevelOut(Record, frozen=True):
    """A standard's version, and the level that is reached by it; empty for none."""

    standard: str
    version: str
    level: str
    next: str


class ClaimOut(Record, frozen=True):
    """A signed claim: who says what of which digest, whether it counts now, and why not.

    `bundle` is where it is had as it was handed in; `entry` is empty where no entry shows it."""

    statement: str
    kind: str
    organisation: str
    entry: str
    version: str
    digest: str
    purl: str
    says: str
    about: str
    state: str
    why: str
    state_at: str
    made_at: str
    expires_at: str
    taken_at: str
    assessment: str
    levels: tuple[LevelOut, ...]
    bundle: str


class ClaimsOut(Record, frozen=True):
    """A page of claims, the newest first. `next` is the cursor of the page after it, empty at the end."""

    claims: tuple[ClaimOut, ...]
    next: str


class ChangeOut(Record, frozen=True):
    """Something that happened; ids only grow, so that a reader remembers how far it has read."""

    id: int
    at: str
    kind: str
    entry: str
    organisation: str
    claim: str
    says: str


class ChangesOut(Record, frozen=True):
    """A page of what happened, the oldest first; `next` is the cursor after its last, also at the end."""

    changes: tuple[ChangeOut, ...]
    next: str


class Published(Record, frozen=True):
    """What was taken in: its statement, the address that shows it, and whether it was here before."""

    claim: str
    address: str
    was_there: bool


def claims(asked: dict[str, str], cursor: str, limit: int) -> ClaimsOut:
    """The claims that fit, from the cursor on."""
    fits = {name: value for name, value in asked.items() if value}
    found = Claim.objects.filter(**fits).select_related("organisation", "bundle").defer("bundle__data", "outcomes")
    if cursor:
        found = found.filter(pk__lt=int(cursor))
    page = list(found.order_by("-pk")[: limit + 1])
    after = str(page[limit - 1].pk) if len(page) > limit else ""
    return ClaimsOut(tuple(map(_claim, page[:limit])), after)


def claim(sha256: str) -> ClaimOut:
    """One claim, by its statement's digest; raises Missing."""
    found = Claim.objects.filter(statement=f"sha256:{sha256}").select_related("organisation", "bundle").first()
    if found is None:
        raise rows.Missing(f"there is no claim {sha256} here", "an entry's claims are listed by its id")
    return _claim(found)


def changes(cursor: str, limit: int, slug: str) -> ChangesOut:
    """What happened after the cursor, to one entry if it is named."""
    after = int(cursor or "0")
    found = Change.objects.filter(pk__gt=after).select_related("organisation", "claim").defer("claim__outcomes")
    page = list((found.filter(slug=slug) if slug else found).order_by("pk")[:limit])
    return ChangesOut(tuple(map(_change, page)), str(page[-1].pk) if page else cursor)


def publish(request: HttpRequest) -> tuple[Published, int]:
    """Take in the bundle that a request carries, with the status of the answer: 201, or 200 where it was there.

    Raises TooOften, and what `acts.take_in` raises."""
    if not ratelimit.consume(request, app="catalog", action="publish", config=RATES, key=_whence(request)):
        raise TooOften("too much was published from this address just now", "wait a minute, then publish it again")
    taken = acts.take_in(_body(request))
    published = Published(taken.claim.statement, request.build_absolute_uri(taken.address), taken.was_there)
    return published, 200 if taken.was_there else 201


def _whence(request: HttpRequest) -> str:
    """The address that asks; all whose address cannot be told share one."""
    try:
        return str(ratelimit.get_ip(request))
    except PermissionDenied:
        return "unknown"


def _body(request: HttpRequest) -> bytes:
    """The bytes of a bundle; raises TooLarge before they are read, and ClaimError where some did not come."""
    stated = request.META.get("CONTENT_LENGTH") or "0"
    size = int(stated) if stated.isdecimal() and len(stated) < 20 else 0
    if not size:
        raise ClaimError("no bundle came, or its length was not stated", "send its bytes with Content-Length")
    if size > taking.LARGEST:
        raise taking.TooLarge(f"the bundle has {size:,} bytes, and may have {taking.LARGEST:,}", "publish one subject")
    try:
        data = bytes(request.read(size))
    except OSError as error:  # who sends it broke off
        raise ClaimError(f"fewer than {size:,} bytes came", "send it again, whole") from error
    if len(data) != size:
        raise ClaimError(f"{len(data):,} of {size:,} bytes came", "send it again, whole")
    return data


def _claim(row: Claim) -> ClaimOut:
    levels: Any = row.levels
    return ClaimOut(
        statement=row.statement,
        kind=row.kind,
        organisation=row.organisation.slug,
        entry=row.slug,
        version=row.version,
        digest=row.digest,
        purl=row.purl,
        says=row.says,
        about=row.about,
        state=row.state,
        why=row.why,
        state_at=rows.moment(row.state_at),
        made_at=rows.moment(row.made_at),
        expires_at=rows.moment(row.expires_at) if row.expires_at else "",
        taken_at=rows.moment(row.bundle.taken_at),
        assessment=f"sha256:{row.assessment_sha256}" if row.assessment_sha256 else "",
        levels=tuple(LevelOut(**one) for one in levels),
        bundle=reverse("catalog:bundle", args=[row.statement.removeprefix("sha256:")]),
    )


def _change(row: Change) -> ChangeOut:
    organisation = row.organisation.slug if row.organisation else ""
    statement = row.claim.statement if row.claim else ""
    return ChangeOut(row.pk, rows.moment(row.at), row.kind, row.slug, organisation, statement, row.says)
