"""An edition's records as rows, and back."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime

from guildmark import plain, records
from guildmark.edition.records import Assessed, Category, Entry, Header, Reported, Source, Unassessed
from guildmark.errors import FormatError
from guildmark_hub.catalog import models, words
from guildmark_hub.catalog.packing import pack

MOST_CLAIMS = 3_000
"""Of the entries of a page at most so many claims are read."""


def edition(header: Header, file_sha256: str) -> models.Edition:
    """The row of an edition that is being loaded; until its end was read it goes by its file's digest."""
    return models.Edition(
        sha256=f"loading:{file_sha256[:40]}",
        file_sha256=file_sha256,
        name=header.name,
        schema=header.schema,
        made_by=header.made_by,
        made_at=moment(header.made_at),
        loaded_at=datetime.now(UTC),
    )


def category(record: Category, edition: models.Edition, number: int) -> models.Category:
    """The row of a category."""
    return models.Category(
        edition=edition, slug=record.id, name=record.name, says=record.says, kinds=list(record.kinds), number=number
    )


def source(record: Source, edition: models.Edition) -> models.Source:
    """The row of a source."""
    return models.Source(
        edition=edition,
        slug=record.id,
        name=record.name,
        address=record.address,
        sha256=record.sha256,
        licence=record.licence,
        date=record.date,
    )


def entry(record: Entry, edition: models.Edition, category: int, number: int) -> models.Entry:
    """The row of an entry, but for what is derived; `category` is its category's key."""
    return models.Entry(
        edition=edition,
        number=number,
        slug=record.id,
        kind=record.kind,
        name=record.name,
        folded=words.fold(record.name).strip()[:300],
        purl=record.purl,
        versions=list(record.releases),
        says=record.says,
        category_id=category,
        maker=record.maker,
        homepage=record.homepage,
        alternatives=list(record.alternatives),
        modalities=list(record.modalities),
        languages=list(record.languages),
        updated_at=edition.made_at,
    )


def entry_record(row: models.Entry) -> Entry:
    """The record of an entry."""
    return Entry(
        id=row.slug,
        kind=row.kind,  # type: ignore[arg-type]  # it came from such a record
        name=row.name,
        category=row.category.slug,
        says=row.says,
        purl=row.purl,
        releases=tuple(row.versions),
        homepage=row.homepage,
        maker=row.maker,
        alternatives=tuple(row.alternatives),
        modalities=tuple(row.modalities),
        languages=tuple(row.languages),
    )


def release(record: Assessed | Unassessed, entry: int, number: int) -> models.Release:
    """The row of a release, but for what is derived; raises FormatError."""
    if isinstance(record, Unassessed):
        return models.Release(entry_id=entry, version=record.release, number=number, why=record.why or "not said")
    data, digest = _canonical(record.assessment)
    return models.Release(
        entry_id=entry,
        version=record.release,
        number=number,
        digest=record.assessment.subject.digest or "",
        assessment=pack(data),
        assessment_sha256=digest,
        made_at=moment(record.assessment.made_at),
    )


def claim(record: Reported, entry: int, source: int) -> models.Reported:
    """The row of a claim; raises FormatError."""
    return models.Reported(
        entry_id=entry,
        of=record.of,
        value=record.value,
        unit=record.unit,
        says=record.says,
        source_id=source,
        at=record.at,
        reported_by=record.reported_by,
        party=record.party,
        date=record.date,
        digest=f"sha256:{_canonical(record)[1]}",
    )


def claim_record(row: models.Reported, entry: str, source: str) -> Reported:
    """The record of a claim; `entry` and `source` are ids."""
    return Reported(
        entry=entry,
        of=row.of,
        value=row.value,
        unit=row.unit,
        says=row.says,
        source=source,
        at=row.at,
        reported_by=row.reported_by,
        party=row.party,  # type: ignore[arg-type]  # it came from such a record
        date=row.date,
    )


def moment(text: str) -> datetime:
    """A moment of ours as a column keeps it; raises FormatError."""
    if not plain.is_moment(text):
        raise FormatError(f"{plain.name(text, 60)!r} is no moment in UTC, as 2026-11-22T07:30:00Z is one")
    return datetime.fromisoformat(text).astimezone(UTC)


def _canonical(record: records.Record) -> tuple[bytes, str]:
    try:
        data = records.canonical(record)
    except (ValueError, UnicodeEncodeError) as error:
        raise FormatError(f"a number in the edition is beyond what JSON can say: {error}") from error
    return data, hashlib.sha256(data).hexdigest()


def claims_of(entries: Sequence[models.Entry]) -> list[list[models.Reported]]:
    """The reported claims of each entry, at most MOST_CLAIMS of all."""
    rows = models.Reported.objects.filter(entry__in=entries).select_related("source").order_by("of", "source", "id")
    found: dict[int, list[models.Reported]] = {one.pk: [] for one in entries}
    for row in rows[:MOST_CLAIMS]:
        found[row.entry_id].append(row)
    return list(found.values())
