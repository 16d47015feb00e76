"""Reads what programs ask for: an entry with its releases and claims, an assessment by its digest, what changed."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from guildmark.edition.records import Reported as Claim
from guildmark.errors import GuildmarkError
from guildmark.records import Record
from guildmark_hub.catalog import shown, stored
from guildmark_hub.catalog.models import Edition, Entry, Release, Reported

MOST_CLAIMS = 3_000
CHUNK = 500
REPORTED = "its page says what is reported"


class Missing(GuildmarkError):
    """What is asked for is not here."""


class Line(Record, frozen=True):
    """An entry in a list, and when what it shows last changed."""

    updated_at: str
    card: shown.Card


class Version(Record, frozen=True):
    """A release: its assessment's digest, or why it was not vetted."""

    version: str
    assessment: str
    made_at: str
    why: str


class Told(Record, frozen=True):
    """A reported claim, not checked by us, and its digest."""

    digest: str
    claim: Claim


class Whole(Record, frozen=True):
    """All that an entry's page shows, at one release; `page` is null where nothing was vetted."""

    edition: str
    updated_at: str
    card: shown.Card
    page: shown.Assessed | None
    releases: tuple[Version, ...]
    claims: tuple[Told, ...]
    more_claims: int


def edition() -> Edition:
    """The edition that is shown; raises Missing."""
    found = Edition.objects.filter(current=True).first()
    if found is None:
        raise Missing("there is no edition here yet", "whoever runs this site loads one: guildmark hub load EDITION")
    return found


def entry(edition: Edition, slug: str) -> Entry:
    """An entry by its id; raises Missing."""
    found = Entry.objects.filter(edition=edition, slug=slug).first()
    if found is None:
        raise Missing(f"there is no entry {slug[:100]} in this edition", "the list of entries has the ids")
    return found


def newest(entry: Entry) -> Release:
    """Its newest release that was vetted, with the raw assessment; raises Missing."""
    vetted = Release.objects.filter(entry=entry).exclude(assessment_sha256="")
    found = vetted.order_by("-number").first()
    if found is None:
        raise Missing(f"no release of {entry.slug} was vetted, so there is no assessment", REPORTED)
    return found


def page(entry: Entry) -> shown.Assessed:
    """The page of its newest release that was vetted, without its assessment; raises Missing."""
    vetted = Release.objects.filter(entry=entry).exclude(assessment_sha256="").defer("assessment")
    found = vetted.order_by("-number").first()
    if found is None:
        raise Missing(f"no release of {entry.slug} was vetted, so nothing follows from one", REPORTED)
    return found.page


def assessment(sha256: str) -> bytes:
    """The canonical JSON of an assessment of the edition that is shown; raises Missing."""
    held = Release.objects.filter(assessment_sha256=sha256, entry__edition=edition()).first()
    if held is None:
        raise Missing(f"there is no assessment {sha256} in this edition", "an entry's releases name their assessments")
    return held.raw


def line(entry: Entry) -> Line:
    """An entry as a list has it."""
    return Line(moment(entry.updated_at), entry.card)


def whole(edition: Edition, entry: Entry, version: str) -> Whole:
    """An entry at the named release, else at the newest that was vetted; raises Missing."""
    releases = list(Release.objects.filter(entry=entry).defer("assessment").order_by("number"))
    fits = [one for one in releases if one.assessment_sha256 and version in ("", one.version)]
    if version and not fits:
        raise Missing(f"no release {version[:100]} of {entry.slug} was vetted", "its `releases` say which were")
    rows = Reported.objects.filter(entry=entry).select_related("source").order_by("of", "source", "id")
    told = list(rows[: MOST_CLAIMS + 1])
    more = Reported.objects.filter(entry=entry).count() - MOST_CLAIMS if len(told) > MOST_CLAIMS else 0
    return Whole(
        edition=f"sha256:{edition.sha256}",
        updated_at=moment(entry.updated_at),
        card=entry.card,
        page=fits[-1].page if fits else None,
        releases=tuple(map(_version, releases)),
        claims=tuple(_told(one, entry.slug) for one in told[:MOST_CLAIMS]),
        more_claims=more,
    )


def _told(row: Reported, slug: str) -> Told:
    return Told(row.digest, stored.claim_record(row, slug, row.source.slug))


def _version(row: Release) -> Version:
    digest = f"sha256:{row.assessment_sha256}" if row.assessment_sha256 else ""
    return Version(row.version, digest, moment(row.made_at) if row.made_at else "", "" if digest else row.why)


def changed(
    edition: Edition, since: datetime, after: int, members: int, most: int
) -> tuple[Sequence[Entry], tuple[datetime, int] | None]:
    """Entries of the set `members` that changed at `since` or later, the oldest change first, then by number.

    Of those that changed at `since` itself, the ones from number `after` on. Gives at most so many, and where the
    next page begins."""
    rows = Entry.objects.filter(edition=edition, updated_at__gte=since).order_by("updated_at", "number")
    keys = rows.exclude(updated_at=since, number__lt=after).values_list("updated_at", "number")
    found: list[tuple[datetime, int]] = []
    held = members.to_bytes(edition.entries // 8 + 1, "little")
    for at, number in keys.iterator(CHUNK):
        if held[number >> 3] >> (number & 7) & 1:
            found.append((at, number))
            if len(found) > most:
                break
    numbers = [number for _, number in found[:most]]
    entries = {one.number: one for one in Entry.objects.filter(edition=edition, number__in=numbers)}
    return [entries[number] for number in numbers], found[most] if len(found) > most else None


def cards(edition: Edition) -> Iterator[Entry]:
    """All entries, in the edition's order, so many in memory at a time."""
    for first in range(0, edition.entries, CHUNK):
        yield from Entry.objects.filter(edition=edition, number__range=(first, first + CHUNK - 1)).order_by("number")


def moment(at: datetime) -> str:
    """RFC 3339 in UTC."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
